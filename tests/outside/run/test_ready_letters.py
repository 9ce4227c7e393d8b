"""A letter that lies ready and tells what is so no more is made anew: one file, never two, and none that is hers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from outside.commands.preview import show_mails
from outside.commands.sent import resolve_outbox, resolve_sent
from outside.config.settings import Settings
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.run.prepare import dry_run
from roster.planners.sync import PLANNERS
from support.ground import laid_out
from support.sheet_notation import TODAY
from support.whole_round import PEOPLE, changes_front, choices, column, lay_out, letters, settings_of, sync, types

EVERYBODY = ["D-0001-welcome", "D-0002-welcome"]
ANEW = "kloppen niet meer, want er is iets veranderd"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Anna (an admin) and Piet have a letter ready."""
    made = settings_of(laid_out("welcomed", tmp_path, lambda folder: sync(lay_out(folder))))
    assert sorted(letters(made)) == EVERYBODY
    return made


def files(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (settings.paths.out / "mail").glob("*.eml")}


def test_another_number_of_the_regiegroep_stands_in_all_of_them(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """And a round after it makes nothing anew: nothing changed since."""
    capsys.readouterr()
    mended = replace(settings, network=replace(settings.network, regiegroep_number="06-34567890"))
    sync(mended)
    assert "2 mails in de map mail kloppen niet meer" in capsys.readouterr().out
    assert sorted(letters(mended)) == EVERYBODY
    assert all("06-34567890" in text and "06-23456789" not in text for text in letters(mended).values())
    before = files(mended)
    sync(mended)
    said = capsys.readouterr().out
    assert files(mended) == before and "kloppen niet meer" not in said and "0 cellen bijgewerkt" in said


def test_a_round_in_which_nothing_changed_leaves_every_byte(settings: Settings) -> None:
    before = files(settings)
    sync(settings)
    assert files(settings) == before


def test_another_address_replaces_the_old_file(settings: Settings) -> None:
    """Its Message-ID is another, and so is its file: the old one goes."""
    types(settings, 3, E_mail="pieter@mail.example")
    sync(settings)
    assert sorted(letters(settings)) == EVERYBODY
    assert sum(b"pieter@mail.example" in data for data in files(settings).values()) == 1
    assert not any(b"piet@mail.example" in data for data in files(settings).values())


def test_another_admin_and_another_name_are_told(settings: Settings) -> None:
    types(settings, 3, Voornaam="Pietje")
    types(settings, 4, Rol="beheerder", E_mail="kees@mail.example")
    sync(settings)
    found = letters(settings)
    assert sorted(found) == [*EVERYBODY, "D-0003-welcome"]
    assert "Pietje" in found["D-0002-welcome"] and "Kees Mol" in found["D-0002-welcome"]


def test_whoever_becomes_admin_before_his_letter_left_gets_that_of_an_admin_and_no_other(settings: Settings) -> None:
    types(settings, 3, Rol="beheerder")
    sync(settings)
    assert sorted(letters(settings)) == EVERYBODY
    assert "beheerdersgroep" in letters(settings)["D-0002-welcome"]


def test_what_was_ticked_off_is_cleared_and_never_made_anew(settings: Settings) -> None:
    resolve_outbox(settings, choices())
    sync(replace(settings, network=replace(settings.network, regiegroep_number="06-34567890")))
    assert files(settings) == {}


def test_a_letter_that_she_changed_or_moved_is_hers(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named; the other is made anew; and the next round does not begin anew about it."""
    (anna,) = (settings.paths.out / "mail").glob("D-0001-*.eml")
    (piet,) = (settings.paths.out / "mail").glob("D-0002-*.eml")
    anna.write_bytes(anna.read_bytes() + b"PS tot zaterdag!\r\n")
    piet.unlink()
    mended = replace(settings, network=replace(settings.network, regiegroep_number="06-34567890"))
    for _ in range(2):
        sync(mended)
        assert list(files(mended)) == [anna.name]
        assert files(mended)[anna.name].endswith(b"PS tot zaterdag!\r\n")
    said = capsys.readouterr()
    assert anna.name in said.err and piet.name not in said.err


def test_who_left_or_is_blocked_has_no_letter_lying_ready(settings: Settings) -> None:
    types(settings, 3, Afgemeld__op="1-3-2026")
    sync(settings)
    assert sorted(letters(settings)) == ["D-0001-welcome"]
    types(settings, 3, Afgemeld__op=None)
    sync(settings)
    assert sorted(letters(settings)) == EVERYBODY


def test_an_address_that_went_leads_to_the_page(settings: Settings) -> None:
    """And the row says nothing of a letter that lies ready no more."""
    types(settings, 3, E_mail=None)
    sync(settings)
    assert sorted(letters(settings)) == ["D-0001-welcome"]
    assert "D-0002" in (settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")
    assert column(settings, "Welkom")[1] is None


def test_an_example_number_that_lies_ready_is_taken_back_once_the_register_is_real(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And made anew with the real number."""
    made = lay_out(tmp_path, title="VOORBEELD", regiegroep_number="06-12345678")
    sync(made)
    assert len(letters(made)) == 2
    changes_front(made, lambda sheet: sheet.delete_rows(2))  # type: ignore[attr-defined]  # openpyxl's
    sync(made)
    assert letters(made) == {} and [cell for cell in column(made, "Welkom") if cell] == []
    assert "voorbeeldnummer" in capsys.readouterr().out
    real = settings_of(tmp_path)
    sync(real)
    assert all("06-23456789" in text for text in letters(real).values()) and len(letters(real)) == 2


def test_a_dry_run_tells_and_touches_nothing(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(settings)
    capsys.readouterr()
    mended = replace(settings, network=replace(settings.network, regiegroep_number="06-34567890"))
    dry_run(mended, choices(), PLANNERS)
    said = capsys.readouterr().out
    assert ANEW in said and "2 welkomstmails maken" in said
    show_mails(mended, choices(), PLANNERS)
    assert "2 mails staan" in capsys.readouterr().out
    assert files(mended) == before


def test_many_letters_made_anew_are_no_doubt(tmp_path: Path) -> None:
    """A new number changes all of them at once; nobody is mailed twice by it."""
    people = PEOPLE + "".join(
        f"    Deelnemer{at} | Buur | buur{at}@mail.example | | 06-2346{at:04}\n" for at in range(30)
    )
    made = lay_out(tmp_path, people)
    assert sync(made) == 0
    mended = replace(made, network=replace(made.network, regiegroep_number="06-34567890"))
    assert sync(mended) == 0
    assert len(letters(mended)) == 32 and all("06-34567890" in text for text in letters(mended).values())


def test_a_letter_of_another_kind_is_made_anew_as_well(tmp_path: Path) -> None:
    """Anna was welcomed before her group was registered; her letter about that lies ready."""
    made = lay_out(tmp_path)
    types(made, 2, Welkom="verstuurd 1-1-2025 (versie 1)")
    sync(made)
    assert sorted(letters(made)) == ["D-0001-registered", "D-0002-welcome"]
    mended = replace(made, network=replace(made.network, regiegroep_number="06-34567890"))
    sync(mended)
    assert "06-34567890" in letters(mended)["D-0001-registered"]
    before = files(mended)
    sync(mended)
    assert files(mended) == before
    sync(replace(made, network=replace(made.network, regiegroep_number="06-12345678")))
    assert letters(made) == {}
    assert column(made, "Regienummer", "Groepen") == [None] and column(made, "Welkom")[1] is None


def test_a_file_that_a_killed_run_left_behind_goes_with_the_next(settings: Settings) -> None:
    """It broke off between hearing that a letter is due again and removing its file."""
    with Ledger.of(settings, TODAY) as ledger:
        ledger.messages.mark_due(one.message_id for one in ledger.messages.in_state("klaargezet"))
    types(settings, 3, E_mail="pieter@mail.example")
    sync(settings)
    assert (
        sorted(letters(settings)) == EVERYBODY
        and b"pieter@" in files(settings)[next(name for name in files(settings) if name.startswith("D-0002"))]
    )


def test_whoever_took_over_a_row_gets_his_own_letter_and_the_other_ones_goes(settings: Settings) -> None:
    types(settings, 3, Voornaam="Toos", Achternaam="Nieuw", Mobiel="06-23450099", E_mail="toos@mail.example")
    sync(settings)
    assert sorted(letters(settings)) == ["D-0001-welcome", "D-0002-2-welcome"]


@pytest.mark.parametrize("number", ["06-12345678", "+31 6 12345678"])
def test_the_example_number_of_before_this_was_remembered_is_found_in_the_file(settings: Settings, number: str) -> None:
    """Put ready on a real register by an earlier version: taken back where no number is known, else made anew."""
    for path in (settings.paths.out / "mail").glob("*.eml"):
        path.write_bytes(path.read_bytes().replace(b"06-23456789", number.encode()))
    with Ledger.of(settings, TODAY) as ledger:
        ledger.files.forget_ready(ledger.files.ready())
    example = replace(settings, network=replace(settings.network, regiegroep_number=number))
    dry_run(example, choices(), PLANNERS)
    assert len(letters(settings)) == 2
    sync(example)
    assert letters(settings) == {}
    sync(settings)
    assert all("06-23456789" in text for text in letters(settings).values()) and len(letters(settings)) == 2


def test_a_real_letter_of_before_this_was_remembered_stays(settings: Settings) -> None:
    """Nobody can tell whether somebody changed it."""
    with Ledger.of(settings, TODAY) as ledger:
        ledger.files.forget_ready(ledger.files.ready())
    before = files(settings)
    sync(replace(settings, network=replace(settings.network, regiegroep_number="06-34567890")))
    assert files(settings) == before


def test_a_cell_that_tells_of_several_letters_is_right_after_one_round(tmp_path: Path) -> None:
    """Made anew on the day on which it was made, the letter is told in the same words: they stay."""
    made = settings_of(laid_out("welcomed", tmp_path, lambda folder: sync(lay_out(folder))))
    resolve_outbox(made, choices())
    types(made, 3, Rol="beheerder")
    sync(made)
    told = column(made, "Vervolgmail")
    assert told[1] == "beheerder van groep Tuindorp: klaargezet 31-3-2026 (D-0002)"
    mended = replace(made, network=replace(made.network, regiegroep_number="06-34567890"))
    sync(mended)
    assert column(made, "Vervolgmail") == told and "06-34567890" in letters(mended)["D-0002-admin"]
    types(made, 3, Rol=None)
    sync(mended)
    assert column(made, "Vervolgmail")[1] is None and "D-0002-admin" not in letters(mended)
    with pytest.raises(Stop):  # it was taken back, so it was not sent
        resolve_sent(mended, choices(), "D-0002")
