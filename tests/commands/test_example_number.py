"""The example number of the settings serves the example register; anywhere else it is no number, and that is said."""

from __future__ import annotations

import pathlib
from dataclasses import replace

import pytest

from outside.commands.doctor import examine
from outside.commands.preview import show_mails
from outside.config.settings import Settings
from outside.run.prepare import dry_run
from roster.planners.sync import PLANNERS
from support.sweeps import sweep
from support.whole_round import PEOPLE, choices, column, lay_out, letters, settings_of, sync, types

SAID = "nog het voorbeeldnummer"
WAIT = "2 × het nummer van de regiegroep is nog niet ingevuld"


@pytest.mark.parametrize(
    "number", sweep(["06-12345678", "+31 (0)6 12345678", "+31612345678", "0612345678", "06 1234 5678"], quick=2)
)
def test_a_real_register_gets_no_letter_with_the_example_number(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    """In the outbox too: letters wait, and it is said; with a real number they are put ready."""
    settings = lay_out(tmp_path, regiegroep_number=number)
    sync(settings)
    said = capsys.readouterr().out
    assert SAID in said and WAIT in said
    assert letters(settings) == {}
    assert [cell for cell in column(settings, "Welkom") if cell] == []
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or b"12345678" not in path.read_bytes(), path.name
    mended = settings_of(tmp_path)
    sync(mended)
    assert SAID not in capsys.readouterr().out
    assert sorted(letters(mended)) == ["D-0001-welcome", "D-0002-welcome"]
    assert all("06-23456789" in text for text in letters(mended).values())


def test_check_and_preview_say_so_as_well(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks before she leaps reads the same."""
    settings = lay_out(tmp_path, regiegroep_number="06-12345678")
    dry_run(settings, choices(), PLANNERS)
    said = capsys.readouterr().out
    assert SAID in said and WAIT in said
    show_mails(settings, choices(), PLANNERS)
    said = capsys.readouterr().out
    assert "komen er geen mails bij" in said and SAID in said and WAIT in said


def test_an_admin_of_a_registered_group_is_not_told_the_example_number(tmp_path: pathlib.Path) -> None:
    """A letter of another kind with the same number waits too."""
    settings = lay_out(tmp_path)
    types(settings, 2, Welkom="verstuurd 1-1-2025 (versie 1)")
    sync(replace(settings, network=replace(settings.network, regiegroep_number="06-12345678")))
    assert letters(settings) == {}
    sync(settings)
    assert "D-0001-registered" in letters(settings)


def test_the_example_register_may_use_it(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There all is made up, and everything can be tried."""
    settings = lay_out(tmp_path, title="VOORBEELD", regiegroep_number="06-12345678")
    sync(settings)
    assert SAID not in capsys.readouterr().out
    assert all("06-12345678" in text for text in letters(settings).values()) and len(letters(settings)) == 2


def test_an_example_filled_with_real_people_is_no_example(tmp_path: pathlib.Path) -> None:
    """Somebody typed her own people over the made-up ones, and left the front tab as it was."""
    people = PEOPLE.replace("piet@mail.example", "piet@buurt-post.nl")
    settings = lay_out(tmp_path, people, title="VOORBEELD", regiegroep_number="06-12345678")
    sync(settings)
    assert letters(settings) == {}


def test_the_example_register_does_not_mail_it_for_real(tmp_path: pathlib.Path) -> None:
    """By SMTP it is no number anywhere."""
    settings = lay_out(tmp_path, title="VOORBEELD", regiegroep_number="06-12345678")
    by_smtp = replace(settings, mail=replace(settings.mail, transport="smtp", host="localhost"))
    sync(by_smtp)
    assert [cell for cell in column(settings, "Welkom") if cell] == []


@pytest.mark.parametrize(("title", "found"), [("", 1), ("VOORBEELD", 0)])
def test_the_doctor_finds_it(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], title: str, found: int
) -> None:
    lay_out(tmp_path, title=title)
    source = tmp_path / "settings.toml"
    source.write_text('[workbook]\npath = "register.xlsx"\n[network]\nregiegroep_number = "06 1234 5678"\n', "utf-8")
    assert examine(source) == found
    assert (SAID in capsys.readouterr().out) == bool(found)


def test_a_settings_file_as_delivered_belongs_to_the_example() -> None:
    """What this is all about: the number that stands in the committed settings."""
    from outside.config.settings import load_settings

    assert isinstance(load_settings(None), Settings)
    assert load_settings(None).network.regiegroep_number == "06-12345678"
