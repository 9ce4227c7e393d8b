"""A chip, or a link behind a word, in a sheet at Google: read where the words themselves say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.terms import Terms
from servers.sheets_server import Book, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.sheets_server.refusal import Json
from support.google_matrix import column, mails, new_book, peoples, sync
from support.google_register import TODAY, laptop, opened

__all__ = ["sheets"]  # a fixture is found by its name in this module

MAPS = "https://www.google.com/maps/place/Duinpark/@52.9601,4.7702,17z/data=!3m1!4b1!4m6!3m5!8m2!3d52.9603!4d4.7711"
QUIET = ["batchUpdate", "get", "values.batchGet", "batchUpdate"]
ONE_MORE = ["batchUpdate", "get", "values.batchGet", "get", "batchUpdate"]


def place_chip(link: str) -> Json:
    return {"richLinkProperties": {"uri": link}}


def told(book: Book, tab: str, row: int = 2) -> str:
    there = book.tab(tab)
    return str(there.row(row - 1).value(there.column("Meldingen")) or "")


def calls_of_a_round(sheets: SheetsServer, folder: Path, book: Book) -> list[str]:
    settings = laptop(sheets, book, folder)
    sync(settings)
    sheets.start_counting()
    sync(settings)
    return [call.name for call in sheets.calls]


def test_a_place_is_read_from_a_chip_and_from_a_link_behind_a_word(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    person = Person(book)
    person.pastes_chip("Bordaanvragen", 2, "Locatie 1", "Duinpark", place_chip(MAPS))
    person.links(
        "Bordaanvragen", 2, "Locatie 2", "hier", "https://www.google.com/maps/search/?api=1&query=52.9573%2C4.7625"
    )
    before = peoples(book)
    workbook = opened(laptop(sheets, book, tmp_path))
    with workbook.lock():
        roster = read_roster(workbook.read(), Terms(TODAY), History())
    [request] = roster.requests
    assert [(one.latitude, one.longitude) for one in request.locations if one] == [(52.9603, 4.7711), (52.9573, 4.7625)]
    assert calls_of_a_round(sheets, tmp_path, book) == ONE_MORE
    assert "Locatie" not in told(book, "Bordaanvragen") and peoples(book) == before


def test_an_address_is_read_from_a_chip_of_a_person_and_from_a_link(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    person = Person(book)
    row = person.row_with("Deelnemers", "Voornaam", "Cleo")
    person.pastes_chip(
        "Deelnemers", row, "E-mail", "Cleo van Cleo", {"personProperties": {"email": "cleo@mail.example"}}
    )
    row = person.row_with("Deelnemers", "Voornaam", "Gijs")
    person.links("Deelnemers", row, "E-mail", "mail", "mailto:gijs@mail.example")
    person.links("Gebieden", 2, "E-mail wijkconciërge", "Piet", "mailto:piet@mail.example")
    before = peoples(book)
    sync(laptop(sheets, book, tmp_path))
    assert {"cleo@mail.example", "gijs@mail.example"} <= set(mails(tmp_path))
    assert not told(book, "Gebieden") and peoples(book) == before


def test_a_quiet_round_asks_for_no_links(sheets: SheetsServer, tmp_path: Path) -> None:
    """Not for coordinates, addresses, "geen", an address with a slip, or a link that stands there by itself."""
    book = new_book(sheets)
    person = Person(book)
    person.types("Deelnemers", 2, "E-mail", "geen")
    person.types("Deelnemers", 3, "E-mail", "bram@gmial.com")
    person.types("Deelnemers", 4, "E-mail", "cleo(at)mail.example")
    person.types("Bordaanvragen", 2, "Locatie 1", "https://maps.app.goo.gl/AbCdEfGh123")
    assert calls_of_a_round(sheets, tmp_path, book) == QUIET


@pytest.mark.parametrize(
    ("chip", "says"),
    [
        (place_chip("https://maps.app.goo.gl/AbCdEfGh123"), "Achter deze tekst zit een link. Een korte link is niet te lezen."),
        (place_chip("https://www.google.com/maps/place/?q=place_id:ChIJ1"), "Achter deze tekst zit een link. In deze link staat geen plek."),
        ({}, "Een adres of omschrijving is geen plek op de kaart."),
    ],
)  # fmt: skip
def test_a_chip_that_cannot_be_read_says_how_to_paste_without_one(
    sheets: SheetsServer, tmp_path: Path, chip: Json, says: str
) -> None:
    book = new_book(sheets)
    Person(book).pastes_chip("Bordaanvragen", 2, "Locatie 1", "Duinpark", chip)
    assert calls_of_a_round(sheets, tmp_path, book) == ONE_MORE
    found = told(book, "Bordaanvragen")
    assert f"Blokkeert (Locatie 1): {says}" in found and "kopieer de twee getallen" in found
    assert ("Ctrl+Shift+V" in found) is bool(chip)


def test_two_links_in_one_cell_are_none(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    book.tab("Bordaanvragen").put(1, 2, "hier of daar")
    Person(book)._links(
        "Bordaanvragen", 2, "Locatie 1", "hier of daar",
        {"textFormatRuns": [{"format": {"link": {"uri": MAPS}}}, {"format": {"link": {"uri": "https://mail.example/"}}}]},
    )  # fmt: skip
    sync(laptop(sheets, book, tmp_path))
    assert "Een adres of omschrijving is geen plek" in told(book, "Bordaanvragen")


def test_rows_that_move_between_the_two_looks_get_nobody_anothers_link(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    person = Person(book)
    for name in ("Cleo", "Gijs"):
        row = person.row_with("Deelnemers", "Voornaam", name)
        person.links("Deelnemers", row, "E-mail", "mail", f"mailto:{name.lower()}@mail.example")
    sheets.start_counting()
    sheets.between(3, lambda book: Person(book).sorts("Deelnemers", "Voornaam", descending=True))
    settings = laptop(sheets, book, tmp_path)
    for _ in range(3):
        sync(settings)
    assert {name: mails(tmp_path)[f"{name}@mail.example"] for name in ("cleo", "gijs")} == {"cleo": 1, "gijs": 1}
    assert [name for name, _ in column(book, "Voornaam")][:2] == ["Twee", "Twee"]


def test_very_many_words_are_asked_for_in_one_call(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    tab = book.tab("Deelnemers")
    for turn in range(300):
        tab.put(20 + 2 * turn, tab.column("E-mail"), "mail")
    Person(book).links("Deelnemers", 21, "E-mail", "mail", "mailto:nora@mail.example")
    workbook = opened(laptop(sheets, book, tmp_path))
    with workbook.lock():
        table = workbook.read()["Deelnemers"]
    assert table.links == {(19, "E-mail"): "nora@mail.example"}
    assert workbook.calls_made == 5


def test_a_chip_of_which_google_writes_an_at_sign_is_read_too(sheets: SheetsServer, tmp_path: Path) -> None:
    """Its name shows in one answer, its placeholder in another; a second chip in that row may do the same."""
    book = new_book(sheets)
    tab = book.tab("Bordaanvragen")
    places = {heading: tab.column(heading) for heading in ("Locatie 1", "Locatie 2")}
    for heading in places:
        Person(book).pastes_chip("Bordaanvragen", 2, heading, "Duinpark", place_chip(MAPS))
    sheets.start_counting()
    sheets.between(3, lambda _: [tab.put(1, position, "@") for position in places.values()])
    workbook = opened(laptop(sheets, book, tmp_path))
    with workbook.lock():
        assert workbook.read()["Bordaanvragen"].links == {(0, heading): MAPS for heading in places}
