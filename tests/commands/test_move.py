"""The doors move and where: what is asked, what changes in the register, and that nobody is lost on the way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from outside.commands.move import move_street, tell_where
from outside.config.settings import Settings
from outside.errors import Stop
from outside.google.client import Calls
from roster.planners.street_move import StreetPart
from servers.sheets_server import Book, Fault, Formula, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.excel_person import rows_in
from support.google_matrix import column, new_book, peoples
from support.google_matrix import sync as sync_google
from support.google_register import HURRIED, laptop, written_settings
from support.ground import register_at
from support.kill import Running, begun, die_often
from support.pressed import SCRIPTS, press
from support.sheet_notation import mobile
from support.sweeps import sweep
from support.table_register import Screen
from support.whole_round import TODAY, choices, letters, settings_of, sync, types
from support.whole_round import column as column_of

__all__ = ["sheets"]  # a fixture is found by its name in this module

FULL = 256
MAILED = 64
"""So many of them have an address: letters take the time."""


def full_group(folder: Path, size: int = FULL) -> Settings:
    """A full group in two streets, with two admins in each, and a new group without anybody."""
    from roster.sheet.columns import TAB

    people = [
        {
            "Voornaam": f"V{turn}", "Achternaam": "Post", "Straat": "Kerkstraat" if turn % 2 else "Molenlaan",
            "Huisnummer": turn, "Plaats": "Den Helder", "Mobiel": mobile(turn), "Groep": "Tuindorp",
            "E-mail": f"v{turn}@mail.example" if turn <= MAILED else "", "18 jaar of ouder": "ja", "Akkoord spelregels": "ja", "Sticker": "ja",
            "Aangemeld op": "1-6-2025", "Rol": "beheerder" if turn <= 4 else "",
        }
        for turn in range(1, size + 1)
    ]  # fmt: skip
    lines: dict[str, list[dict[str, object]]] = {
        "Deelnemers": people,  # type: ignore[dict-item]  # cells
        "Groepen": [
            {"Groep": "Tuindorp", "Gebied": "Centrum", "Aangemeld op": "1-2-2025", "Gestart op": "1-3-2025"},
            {"Groep": "Tuindorp Oost", "Gebied": "Centrum", "Aangemeld op": "1-3-2026"},
        ],
        "Straten": [
            {"Straat": "Kerkstraat", "Plaats": "Den Helder", "Groep": "Tuindorp"},
            {"Straat": "Molenlaan", "Plaats": "Den Helder", "Groep": "Tuindorp"},
        ],
        "Gebieden": [{"Gebied": "Centrum", "Plaats": "Den Helder", "Wijkconciërge": "Kim", "E-mail wijkconciërge": "kim@mail.example"}],
    }  # fmt: skip
    rows = {
        tab: [[line.get(heading) for heading in TAB[tab].headings] for line in those] for tab, those in lines.items()
    }
    register_at(folder / "register.xlsx", rows)  # type: ignore[arg-type]  # cells
    return settings_of(folder)


def statuses(settings: Settings) -> list[tuple[str, str]]:
    """Groep and Status of everybody."""
    heads, *rows = rows_in(settings.workbook.path, "Deelnemers")
    group, status = heads.index("Groep"), heads.index("Status")
    return [(str(row[group]), str(row[status])) for row in rows if row[0] or row[1]]


def test_a_full_group_is_split_and_nobody_is_blocked_or_mailed_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = full_group(tmp_path)
    assert sync(settings) in (0, 1)
    first = letters(settings)
    before = rows_in(settings.workbook.path, "Groepen")
    assert move_street(settings, choices(), StreetPart("Molenlaan"), "Tuindorp Oost") == 0
    told = capsys.readouterr().out
    assert "Er verhuizen 128 deelnemers mee" in told
    assert "Groep Tuindorp: van 256 naar 128 deelnemers; beheerders: V1 Post, V3 Post." in told
    assert "Groep Tuindorp Oost: van 0 naar 128 deelnemers; beheerders: V2 Post, V4 Post." in told
    assert rows_in(settings.workbook.path, "Groepen") == before
    assert sync(settings, force=True) in (0, 1)  # half of so small a network is doubted, and told so
    found = statuses(settings)
    assert found.count(("Tuindorp", "actief")) == found.count(("Tuindorp Oost", "actief")) == 128
    cards = [(settings.paths.out / path).read_text().count("BEGIN:VCARD") for path in _cards(settings.paths.out)]
    assert sorted(cards) == [128, 128]
    later = letters(settings)
    assert {name for name in later if name.endswith("welcome")} == {name for name in first if name.endswith("welcome")}
    before_bytes = settings.workbook.path.read_bytes()
    capsys.readouterr()
    assert move_street(settings, choices(), StreetPart("Molenlaan"), "Tuindorp Oost") == 0
    assert "Er is niets veranderd." in capsys.readouterr().out and settings.workbook.path.read_bytes() == before_bytes


def _cards(out: Path) -> list[Path]:
    return [path.relative_to(out) for path in sorted((out / "groepen").rglob("alle*.vcf"))]


def test_without_a_yes_nothing_moves(tmp_path: Path) -> None:
    settings = full_group(tmp_path, 16)
    sync(settings)
    before = settings.workbook.path.read_bytes()
    unsure = replace(choices(), yes=False)
    with pytest.raises(Stop, match="niemand aan wie dit gevraagd kan worden"):
        move_street(settings, unsure, StreetPart("Molenlaan"), "Tuindorp Oost")
    assert settings.workbook.path.read_bytes() == before


def test_a_refusal_is_a_stop_that_names_the_way(tmp_path: Path) -> None:
    settings = full_group(tmp_path, 16)
    with pytest.raises(Stop, match="Groep Tuindrop bestaat niet") as caught:
        move_street(settings, choices(), StreetPart("Molenlaan"), "Tuindrop")
    assert caught.value.code == 2 and "Bedoelde u Tuindorp" in caught.value.remedy


def test_a_side_that_is_none_is_told_in_dutch(tmp_path: Path) -> None:
    ended = press("move", "--street", "Kerkstraat", "--side", "links", "--group", "Oost", cwd=tmp_path)
    assert ended.returncode == 2 and "--side kan alleen zijn: even of oneven." in ended.stderr


def test_where_says_the_group_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = full_group(tmp_path)
    before = settings.workbook.path.read_bytes()
    assert tell_where(settings, choices(), "Molenlaan 2, Den Helder") == 0
    assert "Groep Tuindorp (Centrum)" in capsys.readouterr().out
    assert tell_where(settings, choices(), "Molenlan 2") == 1
    assert "Bedoelde u Molenlaan?" in capsys.readouterr().out
    assert settings.workbook.path.read_bytes() == before and not settings.paths.out.exists()


def of_two_groups(sheets: SheetsServer, folder: Path) -> tuple[Book, Settings]:
    """A register in use at Google, with a second group to move to."""
    book = new_book(sheets)
    settings = laptop(sheets, book, folder)
    groups = book.tab("Groepen")
    groups.put(2, groups.column("Groep"), "Oost")
    groups.put(2, groups.column("Gebied"), "Kust")
    sync_google(settings)
    return book, settings


@pytest.mark.parametrize(
    "what",
    sweep(["rows move", "somebody retypes a group", "an empty row comes", "an answer is lost", "nothing"], quick=3),
)
def test_at_google_the_cells_of_who_moves_change_and_no_others(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)
    book, settings = of_two_groups(sheets, tmp_path)
    want, rows = dict(column(book, "Mobiel")), len(peoples(book)["Deelnemers"])
    sheets.start_counting()

    def disturb(_book: object) -> None:
        person = Person(book)
        if what == "rows move":
            person.sorts("Deelnemers", "Voornaam", descending=True)
        elif what == "an empty row comes":
            person.inserts_row("Deelnemers", 3)
        elif what == "somebody retypes a group":
            person.types("Deelnemers", person.row_with("Deelnemers", "Voornaam", "Bram"), "Groep", "Zuid")

    if what in ("rows move", "somebody retypes a group", "an empty row comes"):
        sheets.between(4 if what == "somebody retypes a group" else 5, disturb)
    elif what == "an answer is lost":
        sheets.fail(6, Fault("503", after=True))
    with pytest.raises(Stop) if what == "somebody retypes a group" else nullcontext() as caught:
        move_street(settings, choices(), StreetPart("Duinweg"), "Oost")
    assert caught is None or caught.value.code == 3
    sheets.start_counting()
    assert move_street(settings, choices(), StreetPart("Duinweg"), "Oost") == 0
    found = dict(column(book, "Groep"))
    assert set(found.values()) <= {"Oost"}, found
    assert dict(column(book, "Mobiel")) == want and len(peoples(book)["Deelnemers"]) == rows
    [street] = [row for row in peoples(book)["Straten"] if "Duinweg" in row]
    assert "Oost" in street
    assert sync_google(settings)[0] in (0, 1)


def with_outcomes(path: Path, outcome: str) -> None:
    """Let every formula of the file have this outcome stored, as a spreadsheet program does."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            told = re.sub(rb"<c ([^>]*)>(<f[ >].*?</f>)<v ?/>", rb'<c \1 t="str">\2<v>%s</v>' % outcome.encode(), data)
            archive.writestr(name, told)


@pytest.mark.parametrize(
    ("tab", "row", "spills"), [("Deelnemers", 7, False), ("Deelnemers", 7, True), ("Straten", 3, False)]
)
def test_a_formula_in_a_file_is_never_overwritten(tmp_path: Path, tab: str, row: int, spills: bool) -> None:
    """Its row is named and nothing moves; an array that begins above fills the row as well."""
    settings = full_group(tmp_path, 16)
    sync(settings)
    book = load_workbook(settings.workbook.path)
    at = [cell.value for cell in book[tab][1]].index("Groep") + 1
    cell = book[tab].cell(row - spills, at)
    cell.value = '="Tuindorp"'
    if spills:
        reach = f"{cell.coordinate}:{book[tab].cell(row, at).coordinate}"
        cell.value = ArrayFormula(reach, '="Tuindorp"')
    book.save(settings.workbook.path)
    with_outcomes(settings.workbook.path, "Tuindorp")
    before = settings.workbook.path.read_bytes()
    with pytest.raises(Stop, match=rf"staat hier een formule.*{tab} rij {row}\b.*niets veranderd") as caught:
        move_street(settings, choices(), StreetPart("Molenlaan"), "Tuindorp Oost")
    assert settings.workbook.path.read_bytes() == before
    assert ("van het tabblad Straten" in caught.value.remedy) is (tab == "Deelnemers")


class Slow(Screen):
    """Somebody who thinks it over while the register changes, and then says yes."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__("j")
        self._meanwhile = meanwhile

    def readline(self) -> str:
        self._meanwhile()
        return super().readline()


def asked(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    screen = Slow(meanwhile)
    monkeypatch.setattr(sys, "stdin", screen)
    monkeypatch.setattr(sys, "stderr", screen)


@pytest.mark.parametrize("late", [False, True])
def test_a_formula_at_google_is_never_overwritten(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """Also where it comes while the question is open."""
    book, settings = of_two_groups(sheets, tmp_path)
    row = Person(book).row_with("Deelnemers", "Voornaam", "Bram")

    def types_formula() -> None:
        Person(book).sets("Deelnemers", row, "Groep", Formula("=VLOOKUP(B3;Straten!A:F;6)", "Noord"))

    (asked(monkeypatch, types_formula) if late else types_formula())
    with pytest.raises(Stop, match=rf"staat hier een formule.*Deelnemers rij {row}\b"):
        move_street(settings, replace(choices(), yes=not late), StreetPart("Duinweg"), "Oost")
    assert "Oost" not in [group for _name, group in column(book, "Groep")]
    assert not any("Oost" in line for line in peoples(book)["Straten"])


@pytest.mark.parametrize(
    ("cells", "code"), [({"Uitzondering": "blijft hier, in overleg"}, 2), ({"Opmerking": "hond"}, 0)]
)
def test_what_was_agreed_to_is_what_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells: dict[str, str], code: int
) -> None:
    """Where the register is another one after the question, it is asked anew; a remark changes nothing."""
    settings = full_group(tmp_path, 16)
    sync(settings)
    asked(monkeypatch, lambda: types(settings, 7, **cells))
    with pytest.raises(Stop, match="intussen gewijzigd") if code else nullcontext():
        move_street(settings, replace(choices(), yes=False), StreetPart("Molenlaan"), "Tuindorp Oost")
    assert column_of(settings, "Groep").count("Tuindorp Oost") == (0 if code else 8)


DOOR = (sys.executable, "-B", str(SCRIPTS / "move.py"), "--yes", "--today", str(TODAY))


@pytest.mark.parametrize("rounds", [2, pytest.param(60, marks=pytest.mark.long)])
def test_a_move_of_a_file_that_is_killed_is_ended_by_the_same_words(tmp_path: Path, rounds: int) -> None:
    """The file is the old one or the new one, never half of one."""
    made = full_group(tmp_path / "made", 16)
    sync(made)
    (tmp_path / "made" / "settings.toml").write_text(
        '[network]\nregiegroep_number = "06-23456789"\n[mail]\nsender = "buurt@mail.example"\n'
    )
    home = tmp_path / "home"
    settings = settings_of(home)
    command = [*DOOR, "--street", "Molenlaan", "--group", "Tuindorp Oost", "--settings", str(home / "settings.toml")]

    half = {"Tuindorp": 8, "Tuindorp Oost": 8}

    def lay_out() -> None:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(tmp_path / "made", home)

    def look_over() -> None:
        (home / ".register.xlsx.bezig").unlink(missing_ok=True)  # of one that died before it signed it: 20 minutes pass
        assert Counter(column_of(settings, "Groep")) in ({"Tuindorp": 16}, half)
        assert move_street(settings, choices(), StreetPart("Molenlaan"), "Tuindorp Oost") == 0
        assert Counter(column_of(settings, "Groep")) == half

    assert die_often(command, lay_out, look_over, rounds) >= rounds // 2


@pytest.mark.parametrize("call", [6, *(pytest.param(call, marks=pytest.mark.long) for call in (3, 4, 5, 7))])
def test_a_move_at_google_that_is_killed_is_ended_by_the_same_words(
    sheets: SheetsServer, tmp_path: Path, call: int
) -> None:
    """Rows moved, and then the power failed: each has his own cells afterwards, and nobody is left behind."""
    book, settings = of_two_groups(sheets, tmp_path)
    want = dict(column(book, "Mobiel"))
    command = [*DOOR, "--street", "Duinweg", "--group", "Oost", "--settings", str(written_settings(settings))]
    running: list[Running] = []
    sheets.start_counting()
    sheets.between(max(3, call - 1), lambda _book: Person(book).sorts("Deelnemers", "Voornaam", descending=True))
    sheets.between(call, lambda _book: (running[0].kill(), running[0].wait(10)))
    running.append(begun(command, {**os.environ, **sheets.environment()}))
    assert running[0].wait(60) == -signal.SIGKILL
    sheets.start_counting()
    assert move_street(settings, choices(), StreetPart("Duinweg"), "Oost") == 0
    assert {group for _name, group in column(book, "Groep")} == {"Oost"}
    assert dict(column(book, "Mobiel")) == want
