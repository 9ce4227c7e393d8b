"""Tab Overzicht at Google: made with its charts, for no call more, and the stamp on the front tab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outside.backends import backend_of
from outside.config.settings import Settings
from outside.google.client import Calls, Json
from roster.sheet.columns import OVERZICHT
from servers.sheets_server import Book, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import sync, two
from support.google_register import EMAIL, HURRIED, google_book, laptop
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, without the waiting between them."""
    monkeypatch.setattr(Calls, "patience", HURRIED)


def ground(server: SheetsServer, folder: Path, *, made: bool = False) -> tuple[Book, Settings]:
    """A register of a few people, with an empty tab Overzicht or none."""
    book, one, _other = two(server, folder)
    if not made:
        book.tabs[:] = [tab for tab in book.tabs if tab.title != "Overzicht"]
    return book, one


def rows(book: Book) -> list[list[object]]:
    return [list(row) for row in book.tab("Overzicht").values()[1:] if any(row)]


def charts(book: Book) -> dict[str, Json]:
    """The span of the names of each chart, by its title."""
    found = {}
    for one in book.tab("Overzicht").things.get("charts", []):
        [domain] = one["spec"]["basicChart"]["domains"]
        [found[one["spec"]["title"]]] = domain["domain"]["sourceRange"]["sources"]
    return found


@pytest.mark.parametrize("made", [False, True], ids=["by the round", "empty, by setup"])
def test_the_first_round_fills_it_and_draws_its_charts(sheets: SheetsServer, tmp_path: Path, *, made: bool) -> None:
    book, one = ground(sheets, tmp_path, made=made)
    sync(one)
    last = 1 + len(rows(book))
    spans = charts(book)
    assert [row[1] for row in rows(book)][:2] == ["alles", "gebied"]
    assert {title: (span["startRowIndex"], span["endRowIndex"]) for title, span in spans.items()} == {
        "Aanmeldingen per maand": (0, 13),
        "Hoe vol het is, in procenten": (0, last + 1),
    }
    sheets.start_counting()
    sync(one)
    sheets.start_counting()
    sync(one)
    assert len(sheets.calls) == 4, "a quiet round"


def test_it_costs_no_call(sheets: SheetsServer, tmp_path: Path) -> None:
    counts = []
    for name, made in (("without", False), ("with", True)):
        _book, one = ground(sheets, tmp_path / name, made=made)
        sheets.start_counting()
        sync(one)
        counts.append(len(sheets.calls))
    assert counts[0] == counts[1]


def test_new_rows_stretch_the_chart_of_all_and_not_that_of_the_months(sheets: SheetsServer, tmp_path: Path) -> None:
    book, one = ground(sheets, tmp_path)
    sync(one)
    groups = book.tab("Groepen")
    for turn in range(15):
        groups.put(20 + turn, groups.column("Groep"), f"Groep {turn}")
    sync(one)
    spans, last = charts(book), 1 + len(rows(book))
    assert last > 15
    assert spans["Hoe vol het is, in procenten"]["endRowIndex"] == last + 1
    assert spans["Aanmeldingen per maand"]["endRowIndex"] == 13


def test_what_google_refuses_of_its_look_stops_no_round(sheets: SheetsServer, tmp_path: Path) -> None:
    """The figures are written without; setup adds what it can, and names what is refused."""
    book, one = ground(sheets, tmp_path)
    book.refuses = lambda kind, _spec: "Geen grafieken hier." if kind == "addChart" else ""
    assert sync(one)[0] in (0, 1)
    assert rows(book) and not charts(book)
    told = backend_of(one).set_up()
    assert "Niet gelukt op tabblad Overzicht: grafieken." in told
    book.refuses = lambda _kind, _spec: ""
    backend_of(one).set_up()
    assert len(charts(book)) == 2
    backend_of(one).set_up()
    assert len(book.tab("Overzicht").things["charts"]) == 2


def test_tabs_that_a_round_makes_look_as_they_should_at_once(sheets: SheetsServer, tmp_path: Path) -> None:
    """Tab Beheerders lights up without waiting for the next setup, which finds nothing to do there."""
    book, one, _other = two(sheets, tmp_path)
    backend_of(one).set_up()
    ours = ("Beheerders", "Overzicht", "Logboek")
    book.tabs[:] = [tab for tab in book.tabs if tab.title not in ours]
    sync(one)
    things = {tab.title: tab.things for tab in book.tabs}
    assert things["Beheerders"]["conditionalFormats"] and things["Logboek"]["bandedRanges"]
    assert backend_of(one).set_up() == ["Het Google-blad is compleet. Er is niets veranderd."]


def test_people_may_do_with_it_what_they_like(sheets: SheetsServer, tmp_path: Path) -> None:
    book, one = ground(sheets, tmp_path)
    sync(one)
    whole = sorted(map(str, rows(book)))
    person = Person(book)
    person.sorts("Overzicht", "Deelnemers", descending=True)
    person.copies_row("Overzicht", 2, to=4)
    person.deletes_row("Overzicht", 5)
    sync(one)
    assert sorted(map(str, rows(book))) == whole


@pytest.mark.parametrize("call", sweep([5, 3, 4, 6]))
def test_a_tab_that_is_deleted_under_a_round_stops_nothing(sheets: SheetsServer, tmp_path: Path, call: int) -> None:
    book, one = ground(sheets, tmp_path)
    sync(one)
    whole = rows(book)
    groups = book.tab("Groepen")
    groups.put(20, groups.column("Groep"), "Erbij")
    sheets.start_counting()
    sheets.between(call, lambda found: Person(found).deletes_tab("Overzicht"))
    assert sync(one)[0] in (0, 1)
    sheets.start_counting()
    sync(one)
    assert len(charts(book)) == 2 and len(rows(book)) >= len(whole)


def test_a_tab_of_that_name_that_is_peoples_own_is_left_alone(sheets: SheetsServer, tmp_path: Path) -> None:
    book, one = ground(sheets, tmp_path)
    theirs = [["Naam", "Taak", None, "Beheerders"], ["Jan", "koffie"]]
    book.add_tab("Overzicht", theirs, rows=30)
    told = backend_of(one).set_up()
    assert any("van uzelf" in line for line in told)
    sync(one)
    sync(one)
    assert book.tab("Overzicht").values() == theirs
    assert not {kind for kind, found in book.tab("Overzicht").things.items() if found}


def stamps(book: Book) -> list[str]:
    return [str(cell) for row in book.tab("Lees mij").values() for cell in row if str(cell).startswith("Bijgewerkt")]


def test_the_front_tab_says_when_something_was_written(sheets: SheetsServer, tmp_path: Path) -> None:
    """Found by what it says, whatever people put in above it; a round that writes nothing leaves it."""
    book = sheets.new_book()
    book.writers |= {EMAIL, Person(book).email}
    one = laptop(sheets, book, tmp_path)
    backend_of(one).set_up()
    assert stamps(book) == ["Bijgewerkt: nog niet"]
    groups = book.tab("Groepen")
    groups.put(1, groups.column("Groep"), "Tuindorp")
    sheets.between(5, lambda found: Person(found).inserts_rows("Lees mij", 1))
    sheets.start_counting()
    sync(one)
    [found] = stamps(book)
    assert re.fullmatch(r"Bijgewerkt \d+-\d+ \d\d:\d\d", found)
    sync(one)
    tab = book.tab("Lees mij")
    [(row, column)] = [
        (r, c)
        for r, line in enumerate(tab.values())
        for c, cell in enumerate(line)
        if str(cell).startswith("Bijgewerkt")
    ]
    tab.put(row, column, "Bijgewerkt 1-1 00:00")
    sync(one)
    assert stamps(book) == ["Bijgewerkt 1-1 00:00"]


def test_a_front_tab_of_before_gets_its_line(sheets: SheetsServer, tmp_path: Path) -> None:
    book = google_book(sheets, {}, height=20)
    book.add_tab("Lees mij", [[], [None, "Buurt"], [None, "Van Buurtbeheer", "Deze kolommen …"]], rows=20)
    backend_of(laptop(sheets, book, tmp_path)).set_up()
    before, *added = [row[1:] for row in book.tab("Lees mij").values() if row][1:]
    assert before == ["Van Buurtbeheer", "Deze kolommen …"] and ["Bijgewerkt: nog niet"] in added


def test_the_headings_are_those_of_the_register(sheets: SheetsServer, tmp_path: Path) -> None:
    book, one = ground(sheets, tmp_path)
    sync(one)
    assert tuple(book.tab("Overzicht").values()[0]) == OVERZICHT.headings
