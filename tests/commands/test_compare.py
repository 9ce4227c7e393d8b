"""`make compare`: the four lists, and the one column that says who was seen, in both back ends."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from outside.backends import open_workbook
from outside.commands.compare import compare
from outside.commands.sent import resolve_outbox
from outside.config.settings import Settings
from outside.errors import Stop
from roster.sheet.columns import TAB
from roster.sheet.table import Cell
from servers.sheets_server import SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_register import google_book, laptop
from support.ground import laid_out
from support.sheet_notation import TODAY, register
from support.whole_round import PEOPLE, choices, column, lay_out, settings_of, sync, types

__all__ = ["sheets"]

SEEN = f"{TODAY.day}-{TODAY.month}-{TODAY.year}"


@pytest.fixture
def ground(tmp_path: Path) -> Settings:
    """A register of four after a round; the welcomes lie ready."""
    return settings_of(laid_out("four after a round", tmp_path, lambda folder: sync(lay_out(folder))))


def given(settings: Settings, pasted: str | bytes, group: str = "Tuindorp", today: date = TODAY) -> int:
    """Compare with this paste; the exit code."""
    source = settings.paths.state.parent / "lijst.txt"
    source.write_bytes(pasted if isinstance(pasted, bytes) else pasted.encode())
    return compare(settings, choices(today), group, str(source))


def test_the_lists_are_told_and_the_rows_say_who_was_seen(ground: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """People's own column stays as it was, and a second time changes nothing."""
    types(ground, 3, In__WhatsApp="nee")
    assert given(ground, "U\nBPA Tuindorp · Piet Smit\n~Mies\nBuurman Bas") == 0
    said = capsys.readouterr().out
    assert column(ground, "In de groep") == [f"gezien {SEEN}"] * 2 + [f"niet gezien {SEEN}", f"gezien {SEEN}"]
    assert column(ground, "In WhatsApp")[1] == "nee"
    for line in ("In de groep en in de lijst: 3", "  Buurman Bas", "  Kees Mol (D-0003)", "Niet duidelijk: 0"):
        assert line in said.splitlines()
    given(ground, "U\nBPA Tuindorp · Piet Smit\n~Mies\nBuurman Bas")
    assert "In de kolom In de groep verandert niets." in capsys.readouterr().out
    before = ground.workbook.path.read_bytes()
    sync(ground)
    assert ground.workbook.path.read_bytes() == before, "a quiet round leaves the column alone"


def test_who_is_not_seen_two_weeks_after_the_welcome_is_told(ground: Settings) -> None:
    """A let op, not earlier, and gone once people or a comparison say that he is there."""
    later = TODAY + timedelta(days=15)
    given(ground, "U\nPiet Smit")
    sync(ground, TODAY + timedelta(days=14))
    assert not any("WhatsApp-groep gezien" in str(one) for one in column(ground, "Meldingen"))
    sync(ground, later)
    told = ["WhatsApp-groep gezien" in str(one) for one in column(ground, "Meldingen")]
    assert told == [False, False, False, False], "nobody told the two without an address yet"
    types(ground, 3, In__de__groep=None)
    sync(ground, later)
    assert ["WhatsApp-groep gezien" in str(one) for one in column(ground, "Meldingen")] == [False, True, False, False]
    types(ground, 3, In__WhatsApp="ja")
    sync(ground, later)
    assert not any("WhatsApp-groep gezien" in str(one) for one in column(ground, "Meldingen"))


def test_what_was_seen_is_of_him_alone(ground: Settings) -> None:
    """Not of who stands in his row later, of who is typed in a copy of it, or of him in another group."""
    given(ground, "U\nPiet Smit\nKees Mol\nMies Post")
    cells = list(column(ground, "In de groep"))
    assert cells == [f"gezien {SEEN}"] * 4
    types(ground, 3, Voornaam="Bas", Achternaam="Zee", Mobiel="06-23450009", E_mail="bas@mail.example")
    copied = {
        name: column(ground, name.replace("__", " "))[2]
        for name in ("Nr", "In__de__groep", "Straat", "Huisnummer", "Groep", "Plaats", "Akkoord__spelregels")
    }
    types(ground, 6, Voornaam="Cor", Achternaam="Duin", Mobiel="06-23450010", **{"18__jaar__of__ouder": "ja"}, **copied)
    sync(ground)
    assert column(ground, "In de groep") == [f"gezien {SEEN}", None, f"gezien {SEEN}", f"gezien {SEEN}", None]
    before = ground.workbook.path.read_bytes()
    sync(ground)
    assert ground.workbook.path.read_bytes() == before


def test_what_was_seen_was_seen_in_that_group(tmp_path: Path) -> None:
    """Whoever moves is not in his new group yet."""
    settings = lay_out(tmp_path, PEOPLE)
    sync(settings)
    resolve_outbox(settings, choices())
    given(settings, "U\nPiet Smit")
    types(settings, 3, tab="Groepen", Groep="Duinzicht", Gebied="Noord", Aangemeld__op="1-1-2025")
    types(settings, 3, Groep="Duinzicht", Uitzondering="verhuist straks")
    sync(settings)
    assert column(settings, "In de groep")[1] is None


@pytest.mark.parametrize(
    ("pasted", "group", "words"),
    [
        ("Piet Smit", "Tuindrop", 'Bedoelde u "Tuindorp"?'),
        ("Piet Smit", "Zomaarbuurt", "is er niet"),
        ("", "Tuindorp", "leeg"),
        ("\ufeff \u200e\n", "Tuindorp", "leeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Tuindorp", "geen tekst"),
        (b"PK\x03\x04 no archive", "Tuindorp", "geen tekst"),
        ("Piet Smit\n" * 1025, "Tuindorp", "1025 regels"),
    ],
)
def test_what_cannot_be_compared_is_refused(ground: Settings, pasted: str | bytes, group: str, words: str) -> None:
    """Nothing is written, and the way out is said."""
    before = ground.workbook.path.read_bytes()
    with pytest.raises(Stop) as stop:
        given(ground, pasted, group)
    assert (
        words in f"{stop.value.message} {stop.value.remedy}"
        and stop.value.remedy
        and ground.workbook.path.read_bytes() == before
    )


def test_every_way_of_writing_letters_is_read(ground: Settings, tmp_path: Path) -> None:
    """Of Windows, of an old Windows, and within the archive that an iPhone makes of a chat."""
    wide = ["U\r\nPiet Smit\r\n".encode(one) for one in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")]
    for pasted in (*wide, "U\nPiet Smit\nChloé".encode("cp1252")):
        types(ground, 3, In__de__groep=None)
        given(ground, pasted)
        assert column(ground, "In de groep")[1] == f"gezien {SEEN}"
    with zipfile.ZipFile(tmp_path / "chat.zip", "w") as packed:
        packed.writestr("_chat.txt", "[28-11-2026 14:00:00] Kees Mol: hoi\n")
    given(ground, (tmp_path / "chat.zip").read_bytes())
    assert column(ground, "In de groep")[2] == f"gezien {SEEN}"


def test_a_list_of_another_group_is_refused(tmp_path: Path) -> None:
    """It says which group that is, and FORCE goes on."""
    settings = lay_out(tmp_path)
    types(settings, 3, tab="Groepen", Groep="Duinzicht", Gebied="Noord", Aangemeld__op="1-1-2025")
    sync(settings)
    with pytest.raises(Stop, match="groep Tuindorp, niet van Duinzicht: 3 van de 3"):
        given(settings, "Piet Smit\nKees Mol\nMies Post", "duinzicht")
    source = tmp_path / "lijst.txt"
    assert compare(settings, choices(force=True), "duinzicht", str(source)) == 0
    assert column(settings, "In de groep") == [None] * 4


def test_the_same_at_google(sheets: SheetsServer, tmp_path: Path) -> None:
    """The rows say it there as well."""
    rows: dict[str, list[list[Cell]]] = {
        name: [[table.cell(index, heading) for heading in TAB[name].headings] for index in range(len(table.rows))]
        for name, table in register(PEOPLE, staff="").items()
        if name != "Beheerders"
    }
    settings = replace(laptop(sheets, google_book(sheets, rows), tmp_path))
    sync(settings)
    assert given(settings, "U\nPiet Smit") == 0
    table = open_workbook(settings).read()["Deelnemers"]
    assert list(table.column("In de groep")) == [f"gezien {SEEN}"] * 2 + [f"niet gezien {SEEN}"] * 2
