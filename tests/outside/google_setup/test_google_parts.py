"""Setting up a Google Sheet of which Google refuses a part: that is dropped and named, and the rest is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from outside.backends import backend_of
from outside.errors import Stop
from outside.front_tab import NOT_YET, WHOSE, describe_added
from outside.google.client import Calls, Json
from outside.google.login import log_in
from outside.google_setup.parts import in_parts
from roster.sheet.table import Table
from servers.sheets_server import Book, Fault, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_register import HURRIED, google_book, laptop

__all__ = ["sheets"]  # a fixture is found by its name in this module

DUTCH = "U probeert een beveiligde cel of een beveiligd object te bewerken."
ENGLISH = "You are trying to edit a protected cell or object."
WHY = (
    "Misschien is daar iets beveiligd, of staat er een tabel van Google. Buurtbeheer werkt ook zonder. Wilt u het toch? "
    "Haal de beveiliging of de tabel weg, en typ nog eens: make setup"
)


def refusing(book: Book, words: str, *kinds: str, column: str = "") -> Callable[[str, dict[str, object]], str]:
    """Refuse these kinds of request on tab Deelnemers, of one column where that is named."""
    tab = book.tab("Deelnemers")

    def refuses(kind: str, spec: dict[str, object]) -> str:
        span = spec.get("range") or next(
            (one["range"] for one in spec.values() if isinstance(one, dict) and "range" in one), {}
        )
        if kind not in kinds or not isinstance(span, dict) or span.get("sheetId") != tab.id:
            return ""
        return words if not column or span.get("startColumnIndex") == tab.column(column) else ""

    return refuses


@pytest.mark.parametrize(("words", "names_refused"), [(DUTCH, False), (ENGLISH, True)])
def test_a_refused_look_is_dropped_and_named_and_the_rest_is_done(
    sheets: SheetsServer, tmp_path: Path, words: str, names_refused: bool
) -> None:
    book = google_book(sheets, {}, height=20)
    book.names_refused = names_refused
    book.refuses = refusing(book, words, "setDataValidation", column="Rol")
    told = backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert told == [
        describe_added([(WHOSE, ""), (NOT_YET, "")]),
        "Keuzelijsten, opmaak, kleuren, filters en waarschuwingen zijn aangevuld.",
        "Niet gelukt op tabblad Deelnemers: keuzelijst (Rol).",
        WHY,
    ]
    tab = book.tab("Deelnemers")
    assert tab.row(1).look(tab.column("Rol")).validation is None
    assert tab.row(1).look(tab.column("Groep")).validation and tab.things["basicFilter"] and tab.things["bandedRanges"]
    assert len([call for call in sheets.calls if call.writes]) <= 30
    book.refuses = lambda _kind, _spec: ""
    assert "Niet gelukt" not in " ".join(backend_of(laptop(sheets, book, tmp_path)).set_up())
    assert tab.row(1).look(tab.column("Rol")).validation
    for one in book.tabs:
        assert len(one.things.get("bandedRanges", [])) <= 1


def test_several_refused_looks_are_told_by_kind(sheets: SheetsServer, tmp_path: Path) -> None:
    book = google_book(sheets, {}, height=20)
    book.refuses = refusing(book, DUTCH, "addBanding", "setBasicFilter", "addProtectedRange")
    told = backend_of(laptop(sheets, book, tmp_path)).set_up()
    [line] = [line for line in told if line.startswith("Niet gelukt")]
    assert line.startswith("Niet gelukt op tabblad Deelnemers: waarschuwing (Nr, Status, Meldingen")
    assert line.endswith(", strepen, filter.")
    assert not book.tab("Deelnemers").things.get("protectedRanges")
    assert book.tab("Groepen").things["protectedRanges"] and book.tab("Groepen").things["basicFilter"]


def test_very_many_refusals_do_not_break_off_on_the_quota(sheets: SheetsServer, tmp_path: Path) -> None:
    """What was refused before Google asked to wait is not asked again, so that the end comes in sight."""
    book = google_book(sheets, {}, height=20)
    tab = book.tab("Deelnemers")
    book.refuses = lambda _kind, spec: DUTCH if spec["range"]["startIndex"] % 2 else ""
    sheets.fail(6, Fault("429"))
    calls = Calls(book.id, log_in(laptop(sheets, book, tmp_path)))
    calls.patience = HURRIED
    requests = [
        {
            "updateDimensionProperties": {
                "range": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": turn, "endIndex": turn + 1},
                "properties": {"pixelSize": 50},
                "fields": "pixelSize",
            }
        }
        for turn in range(20)
    ]
    refused: list[Json] = []
    calls.until_answered(lambda: in_parts(calls, [], requests, refused))
    assert refused == requests[1::2] and sorted(tab.columns) == list(range(0, 20, 2))
    assert [call.status for call in sheets.calls].count(400) == 10


def test_a_heading_that_is_doubted_ends_it_before_anything_is_written(sheets: SheetsServer, tmp_path: Path) -> None:
    """The look is given all tabs as they stand, under the lock."""
    book = google_book(sheets, {}, without_columns={"Deelnemers": ["Welkom"]}, height=20)
    before = book.tab("Deelnemers").values()

    def look(tables: dict[str, Table]) -> None:
        assert "Welkom" not in tables["Deelnemers"].columns and tables["Groepen"].columns
        raise Stop("Bedoelde u die?")

    with pytest.raises(Stop, match="Bedoelde u die"):
        backend_of(laptop(sheets, book, tmp_path)).set_up(look)
    assert book.tab("Deelnemers").values() == before and not any("bezig" in tab.title for tab in book.tabs)


def test_a_lock_that_is_taken_over_meanwhile_ends_it(sheets: SheetsServer, tmp_path: Path) -> None:
    """What is refused is then the check that goes first, whatever the words."""
    book = google_book(sheets, {}, height=20)
    book.names_refused = False
    sheets.between(4, lambda book: book.tabs.remove(book.tab("Buurtbeheer is bezig")))
    with pytest.raises(Stop):
        backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert "bandedRanges" not in book.tab("Deelnemers").things


def test_a_table_keeps_its_own_banding_filter_and_types(sheets: SheetsServer, tmp_path: Path) -> None:
    """ "Omzetten in tabel" brings these along: nothing of it is asked for, and nothing is refused."""
    book = google_book(sheets, {}, height=20)
    tab = book.tab("Deelnemers")
    tab.things["tables"] = [
        {
            "tableId": "1",
            "name": "Tabel1",
            "range": {
                "sheetId": tab.id,
                "startRowIndex": 0,
                "endRowIndex": 40,
                "startColumnIndex": 0,
                "endColumnIndex": 26,
            },
            "columnProperties": [{"columnIndex": tab.column("Rol"), "columnType": "DROPDOWN"}],
        }
    ]
    told = backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert told == [
        describe_added([(WHOSE, ""), (NOT_YET, "")]),
        "Keuzelijsten, opmaak, kleuren, filters en waarschuwingen zijn aangevuld.",
    ]
    assert "bandedRanges" not in tab.things and "basicFilter" not in tab.things
    assert tab.row(1).look(tab.column("Rol")).validation is None and tab.row(1).look(tab.column("Groep")).validation
    assert backend_of(laptop(sheets, book, tmp_path)).set_up() == [
        "Het Google-blad is compleet. Er is niets veranderd."
    ]
