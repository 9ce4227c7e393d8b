"""The filter views of tab Deelnemers at Google, and the address of each group's list."""

from __future__ import annotations

from pathlib import Path

from outside.backends import backend_of
from roster.sheet.columns import LIST_COLUMN
from servers.sheets_server import Book, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import sync
from support.google_register import google_book, laptop

__all__ = ["sheets"]  # a fixture is found by its name in this module

FIXED = ["Met melding", "Nieuw deze maand", "Zonder e-mail"]


def views(book: Book) -> list[str]:
    return [one["title"] for one in book.tab("Deelnemers").things.get("filterViews", [])]


def shown(book: Book, title: str) -> dict[str, tuple[str, list[str]]]:
    """What a view asks, by heading."""
    tab = book.tab("Deelnemers")
    [view] = [one for one in tab.things["filterViews"] if one["title"] == title]
    found = {}
    for spec in view["filterSpecs"]:
        condition = spec["filterCriteria"]["condition"]
        values = [one["userEnteredValue"] for one in condition.get("values", [])]
        found[str(tab.row(0).value(spec["columnIndex"]))] = (condition["type"], values)
    return found


def told(book: Book) -> dict[str, object]:
    """What stands at each group in the column with the address of its list."""
    tab = book.tab("Groepen")
    group, column = tab.column("Groep"), tab.column(LIST_COLUMN)
    rows = [tab.row(turn) for turn in range(1, len(tab.rows))]
    return {str(row.value(group)): row.value(column) for row in rows if row.value(group)}


def test_setup_makes_views_and_tells_the_address_of_each_group(sheets: SheetsServer, tmp_path: Path) -> None:
    """A second time nothing comes; a group that was added gets its own, and people's own views stay."""
    book = google_book(sheets, {"Groepen": [("Tuindorp",), ("=Kust",), ("tuindorp",)]}, height=20)
    tab = book.tab("Deelnemers")
    tab.things["filterViews"] = [{"filterViewId": 7, "title": "zonder E-MAIL", "range": {"sheetId": tab.id}}]
    settings = laptop(sheets, book, tmp_path)
    told = backend_of(settings).set_up()
    assert views(book) == ["zonder E-MAIL", "Met melding", "Nieuw deze maand", "Groep Tuindorp"]
    number = tab.things["filterViews"][-1]["filterViewId"]
    address = f"https://docs.google.com/spreadsheets/d/{book.id}/edit#gid={tab.id}&fvid={number}"
    assert told[-2] == f"  Groep Tuindorp: {address}"
    assert backend_of(settings).set_up() == ["Het Google-blad is compleet. Er is niets veranderd."]
    Person(book).types("Groepen", 5, "Groep", "Noord")
    told = backend_of(settings).set_up()
    assert [line for line in told if "fvid" in line and "Noord" in line] == told[-2:-1]
    assert views(book)[-1] == "Groep Noord"


def test_a_view_asks_what_its_name_says(sheets: SheetsServer, tmp_path: Path) -> None:
    book = google_book(sheets, {"Groepen": [("Tuindorp",)]}, height=20)
    backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert shown(book, "Met melding") == {"Meldingen": ("NOT_BLANK", [])}
    assert shown(book, "Nieuw deze maand") == {"Aangemeld op": ("DATE_ON_OR_AFTER", ["=EOMONTH(TODAY();-1)+1"])}
    assert shown(book, "Zonder e-mail") == {"E-mail": ("BLANK", []), "Status": ("TEXT_EQ", ["actief"])}
    assert shown(book, "Groep Tuindorp") == {"Groep": ("TEXT_EQ", ["Tuindorp"])}


def test_a_column_that_people_added_and_we_heed_is_no_trouble(sheets: SheetsServer, tmp_path: Path) -> None:
    """Geen mail stands in no list of columns that a register must have, and is kept in the copy before a write."""
    book = google_book(sheets, {"Deelnemers": [("Berg", "Anna")]}, height=20)
    Person(book).inserts_column("Deelnemers", "Opmerking", "Geen mail")
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code == 1 and "Traceback" not in said and book.tab("Deelnemers").row(1).value(0) == "Berg"


def test_views_that_google_refuses_are_named_and_their_addresses_are_not(sheets: SheetsServer, tmp_path: Path) -> None:
    book = google_book(sheets, {"Groepen": [("Tuindorp",)]}, height=20)
    book.refuses = lambda kind, _spec: "Dat kan hier niet." if kind == "addFilterView" else ""
    told = backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert "Niet gelukt op tabblad Deelnemers: weergaven." in told and not [line for line in told if "fvid" in line]
    assert not views(book) and book.tab("Deelnemers").things["basicFilter"]


def test_each_group_shows_the_address_of_its_list(sheets: SheetsServer, tmp_path: Path) -> None:
    """In a column that setup adds, at its own group, and only as long as there is such a view."""
    book = google_book(sheets, {"Groepen": [("Tuindorp",), ("Noord",)]}, (), {"Groepen": [LIST_COLUMN]}, height=20)
    settings = laptop(sheets, book, tmp_path)
    sync(settings)
    assert LIST_COLUMN not in book.tab("Groepen").row(0).values
    backend_of(settings).set_up()
    sync(settings)
    tab = book.tab("Deelnemers")
    numbers = {one["title"]: one["filterViewId"] for one in tab.things["filterViews"]}
    start = f"https://docs.google.com/spreadsheets/d/{book.id}/edit#gid={tab.id}&fvid="
    expected = {name: f"{start}{numbers[f'Groep {name}']}" for name in ("Tuindorp", "Noord")}
    assert told(book) == expected
    Person(book).sorts("Groepen", "Groep")
    tab.things["filterViews"] = [one for one in tab.things["filterViews"] if one["title"] != "Groep Noord"]
    sync(settings)
    assert told(book) == expected | {"Noord": None}
