"""The register at Google: the contract of all registers, and what people do to it while we write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from outside.google.workbook import GoogleWorkbook
from roster.plan.history import History
from roster.plan.steps import SetCell
from roster.reading.roster import read_roster
from roster.reading.unread import KNOWN
from roster.sheet.table import Cell
from servers.sheets_server import Person, SheetsServer
from servers.sheets_server.cells import Failure
from servers.sheets_server.fixture import sheets
from support.google_register import google_book, laptop, opened
from support.sheet_notation import TERMS
from support.workbook_contract import WorkbookContract, rows_of

__all__ = ["sheets"]  # a fixture is found by its name in this module


class TestGoogleWorkbook(WorkbookContract):
    """The contract of all registers, at Google."""

    @pytest.fixture(autouse=True)
    def _place(self, sheets: SheetsServer, tmp_path: Path) -> None:
        self.server, self.folder = sheets, tmp_path

    def make(
        self,
        rows: Mapping[str, Sequence[Sequence[Cell]]],
        without: Sequence[str] = (),
        without_columns: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.book = google_book(self.server, rows, without, without_columns)

    def open(self) -> GoogleWorkbook:
        return opened(laptop(self.server, self.book, self.folder))

    def edit(self, tab: str, row: int, heading: str, value: Cell) -> None:
        Person(self.book).sets(tab, row, heading, value)

    def merge(self, tab: str, rows: tuple[int, int], headings: tuple[str, str]) -> None:
        Person(self.book).merges(tab, rows, headings)


def test_a_write_in_several_batches_is_not_taken_for_moved_rows(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row whose Nr went in one batch and whose Status went in the next stands as meant: one look, and no cell left."""
    from outside.google import batch as google_batch  # the size of a batch is made small for this test alone

    monkeypatch.setattr(google_batch, "MOST_BYTES", 20_000)
    members = [{"Voornaam": f"Lid {turn}", "Mobiel": f"06-5876{turn:04d}"} for turn in range(300)]
    book = google_book(sheets, {"Deelnemers": rows_of("Deelnemers", members)})
    workbook = opened(laptop(sheets, book, tmp_path))
    table = workbook.read()["Deelnemers"]
    steps = [SetCell(table.place(turn, "Nr"), f"D-{turn + 1:04d}") for turn in range(300)]
    steps += [SetCell(table.place(turn, "Status"), "actief") for turn in range(0, 300, 2)]
    sheets.start_counting()
    assert workbook.write(steps).left == ()
    names = [call.name for call in sheets.calls]
    assert names[0] == "values.batchGet" and set(names[1:]) == {"batchUpdate"} and len(names) > 3
    assert max(call.sent for call in sheets.calls) < 25_000
    again = opened(laptop(sheets, book, tmp_path)).read()["Deelnemers"]
    assert list(again.column("Nr")) == [f"D-{turn + 1:04d}" for turn in range(300)]
    assert [bool(cell) for cell in again.column("Status")] == [turn % 2 == 0 for turn in range(300)]


def test_a_cell_of_ours_that_shows_an_error_is_written_over_and_one_of_people_is_told(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    """Google tells an error as text where values are asked, and as an error in the answer to a write."""
    members = [{"Voornaam": "Anna", "Achternaam": "Berg"}, {"Voornaam": "Bo", "Achternaam": "Dam"}]
    book = google_book(sheets, {"Deelnemers": rows_of("Deelnemers", members)})
    for heading, error in (("Status", "#N/A"), ("Achternaam", "#NAME?"), ("Afgemeld op", "#REF!")):
        Person(book).sets("Deelnemers", 2, heading, Failure(error))
    workbook = opened(laptop(sheets, book, tmp_path))
    tables = workbook.read()
    roster = read_roster(tables, TERMS, History())
    assert roster.members[0].left and roster.members[0].name == "Anna"
    assert [(one.rule, one.place.column) for one in roster.unread if one.place.row == 2] == [(KNOWN, "Afgemeld op")]
    table = tables["Deelnemers"]
    step = SetCell(table.place(0, "Status"), "afgemeld", table.cell(0, "Status"))
    assert workbook.write([step]).done == (step,)
    assert opened(laptop(sheets, book, tmp_path)).read()["Deelnemers"].cell(0, "Status") == "afgemeld"
