"""The country of a sheet at Google: an empty one becomes Dutch, and one that reads the month first is told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.backends import backend_of
from outside.commands.doctor import examine
from roster.rules.dates import a_day_is_read_as_it_was_typed
from roster.sheet.dutch import reads_month_first
from servers.sheets_server import Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import new_book, sync
from support.google_register import EMAIL, TODAY, laptop, written_settings

__all__ = ["sheets"]  # a fixture is found by its name in this module

RULE = a_day_is_read_as_it_was_typed.__name__


def test_an_empty_sheet_of_another_country_becomes_dutch(sheets: SheetsServer, tmp_path: Path) -> None:
    book = sheets.new_book(locale="en_US", today=TODAY)
    book.properties["timeZone"] = "America/New_York"
    book.writers |= {EMAIL, Person(book).email}
    told = backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert "Het blad staat nu op Nederland: een getypte 5-3-2026 is er 5 maart." in told
    assert (book.properties["locale"], book.properties["timeZone"]) == ("nl_NL", "Europe/Amsterdam")
    Person(book).types("Deelnemers", 2, "Aangemeld op", "5-3-2026")
    assert book.tab("Deelnemers").row(1).value(book.tab("Deelnemers").column("Aangemeld op")) == 46086


def test_the_country_of_a_sheet_in_use_is_its_owners(
    sheets: SheetsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = new_book(sheets)
    book.properties["locale"] = "en_US"
    settings = laptop(sheets, book, tmp_path)
    backend_of(settings).set_up()
    assert book.properties["locale"] == "en_US"
    examine(written_settings(settings))
    said = capsys.readouterr().out
    assert "let op  Land: In dit Google-blad wordt een getypte 5-3-2026 gelezen als 3 mei." in said
    assert "File, Settings, Locale, Netherlands" in " ".join(said.split())


@pytest.mark.parametrize(("locale", "doubted"), [("en_US", True), ("en_GB", False), ("nl_NL", False)])
def test_a_day_that_may_have_been_turned_around_gets_a_let_op(
    sheets: SheetsServer, tmp_path: Path, locale: str, doubted: bool
) -> None:
    """5-3 and 3-5 are doubted; 13-3, 3-3, what stands there as text, and every other cell are not. Nothing is held."""
    book = new_book(sheets)
    book.properties["locale"] = locale
    person = Person(book)
    typed = {"Anna": "5-3-2026", "Bram": "3/13/2026", "Cleo": "3-3-2026", "Daan": "'5-3-2026", "Elin": "2026-02-01"}
    for name, text in typed.items():
        person.types("Deelnemers", person.row_with("Deelnemers", "Voornaam", name), "Aangemeld op", text)
    person.types("Groepen", 2, "Gestart op", "2-1-2026")
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code == 1
    tab = book.tab("Deelnemers")
    remarks = {str(row.value(1)): str(row.value(tab.column("Meldingen")) or "") for row in tab.rows[1:]}
    assert {name for name, told in remarks.items() if "Misschien was" in told} == (
        {"Anna", "Elin"} if doubted else set()
    )
    group = str(book.tab("Groepen").row(1).value(book.tab("Groepen").column("Meldingen")) or "")
    assert ("Hier staat 1 februari 2026. Misschien was 2 januari 2026 bedoeld" in group) is doubted
    assert ("wordt een getypte 5-3-2026 gelezen als 3 mei" in " ".join(said.split())) is doubted
    assert tab.row(1).value(tab.column("Status")) == "actief"
    if doubted:
        assert "Let op (Aangemeld op): Hier staat 3 mei 2026. Misschien was 5 maart 2026 bedoeld" in remarks["Anna"]


def test_the_let_op_goes_away_once_the_sheet_is_dutch_and_costs_no_call(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    book.properties["locale"] = "en_US"
    Person(book).types("Deelnemers", 2, "Aangemeld op", "5-3-2026")
    settings = laptop(sheets, book, tmp_path)
    sync(settings)
    sheets.start_counting()
    sync(settings)
    assert [call.name for call in sheets.calls] == ["batchUpdate", "get", "values.batchGet", "batchUpdate"]
    book.properties["locale"] = "nl_NL"
    sync(settings)
    tab = book.tab("Deelnemers")
    assert "Misschien" not in str(tab.row(1).value(tab.column("Meldingen")) or "")


def test_only_countries_that_write_the_month_first_are_doubted() -> None:
    assert [
        one
        for one in ("en_US", "en", "fil_PH", "en_GB", "nl_NL", "nl_BE", "de_DE", "sv_SE", "", "xx")
        if reads_month_first(one)
    ] == [
        "en_US",
        "en",
        "fil_PH",
    ]
