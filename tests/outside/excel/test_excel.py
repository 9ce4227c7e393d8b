"""The register in an .xlsx file: read whole, written losing nothing."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.excel.workbook import ExcelWorkbook
from roster.sheet.columns import TAB
from roster.sheet.table import Cell
from support.excel_ground import MEMBER, by_hand, register, status
from support.ground import register_at
from support.workbook_contract import WorkbookContract
from support.xlsx_by_hand import raw_parts, values


class TestExcelWorkbook(WorkbookContract):
    """The contract of all registers, on a file."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "register.xlsx"

    def make(
        self,
        rows: Mapping[str, Sequence[Sequence[Cell]]],
        without: Sequence[str] = (),
        without_columns: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.path.unlink(missing_ok=True)
        register_at(self.path, rows)
        if without or without_columns:
            book = load_workbook(self.path)
            for tab in without:
                del book[tab]
            for tab, headings in (without_columns or {}).items():
                for heading in headings:
                    book[tab].delete_cols(1 + [cell.value for cell in book[tab][1]].index(heading))
            book.save(self.path)

    def open(self) -> ExcelWorkbook:
        return ExcelWorkbook(self.path, self.path.parent / "state" / "backups")

    def edit(self, tab: str, row: int, heading: str, value: Cell) -> None:
        book = load_workbook(self.path)
        book[tab].cell(row, 1 + TAB[tab].headings.index(heading)).value = value
        book.save(self.path)

    def merge(self, tab: str, rows: tuple[int, int], headings: tuple[str, str]) -> None:
        book = load_workbook(self.path)
        left, right = (1 + TAB[tab].headings.index(heading) for heading in headings)
        book[tab].merge_cells(start_row=rows[0], end_row=rows[1], start_column=left, end_column=right)
        book.save(self.path)


def test_every_other_part_stays_byte_for_byte(tmp_path: Path) -> None:
    """Headers, dates, packed bytes and order of all parts but the sheets; so does an unknown part."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"een groet"
        archive.writestr(zipfile.ZipInfo("xl/iets ongewoons é.bin", (2020, 1, 2, 3, 4, 6)), b"\0" * 999)
    before, names = raw_parts(path), zipfile.ZipFile(path).namelist()
    assert workbook.write([status(workbook, "geblokkeerd")]).left == ()
    after = raw_parts(path)
    assert [name for name in before if before[name] != after[name]] == [
        "xl/worksheets/sheet1.xml",  # the front tab says when
        "xl/worksheets/sheet2.xml",
    ]
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == names and archive.comment == b"een groet" and archive.testzip() is None


def test_macros_stay(tmp_path: Path) -> None:
    """An .xlsm keeps vbaProject.bin and its own kind."""
    path = tmp_path / "register.xlsm"
    workbook = by_hand(path, MEMBER.format(2, ""), more={"xl/vbaProject.bin": os.urandom(5000)})
    before = raw_parts(path)
    workbook.write([status(workbook)])
    assert raw_parts(path)["xl/vbaProject.bin"] == before["xl/vbaProject.bin"]
    assert values(path)["Deelnemers"][2, 23] == "actief"


def test_rights_and_a_link_stay(tmp_path: Path) -> None:
    """The file keeps its rights; a register behind a link is written where it really is."""
    (tmp_path / "elders").mkdir()
    real = tmp_path / "elders" / "echt.xlsx"
    register(real)
    real.chmod(0o640)
    link = tmp_path / "register.xlsx"
    link.symlink_to(real)
    workbook = ExcelWorkbook(link, tmp_path / "state" / "backups")
    workbook.write([status(workbook, "geblokkeerd")])
    assert link.is_symlink() and real.stat().st_mode & 0o777 == 0o640
    assert values(real)["Deelnemers"][2, 1 + TAB["Deelnemers"].headings.index("Status")] == "geblokkeerd"


def test_a_write_that_changes_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    """No new time on the file and no backup."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    before = path.stat()
    assert len(workbook.write([status(workbook, "actief")]).done) == 1
    assert workbook.write([]).done == ()
    assert path.stat().st_mtime_ns == before.st_mtime_ns and path.stat().st_ino == before.st_ino
    assert not (tmp_path / "state" / "backups").exists()


def test_cells_come_as_they_are_stored(tmp_path: Path) -> None:
    """Dates, numbers, yes or no, outcomes of formulas; blank rows count, addresses start at A1."""
    from datetime import date

    path = tmp_path / "register.xlsx"
    register(path, [{}, {"Voornaam": "Jan", "Mobiel": 612345678, "Aangemeld op": date(2026, 3, 5), "Sticker": True}])
    table = ExcelWorkbook(path, tmp_path / "b").read()["Deelnemers"]
    assert table.first == 2 and len(table.rows) == 2
    assert table.cell(1, "Mobiel") == 612345678 and table.cell(1, "Aangemeld op") == date(2026, 3, 5)
    assert table.cell(1, "Sticker") is True


@pytest.mark.parametrize(("columns", "rows"), [(1, 0), (3, 0), (2, 4)])
def test_empty_columns_and_rows_in_front_move_no_cell(tmp_path: Path, columns: int, rows: int) -> None:
    """A reader may leave them out; what is written stands under its own heading all the same."""
    workbook = register(tmp_path / "register.xlsx")
    book = load_workbook(workbook.path)
    for tab in TAB:
        book[tab].insert_cols(1, columns)
        if rows:
            book[tab].insert_rows(1, rows)
    book.save(workbook.path)
    before = values(workbook.path)
    workbook.write([status(workbook, "geblokkeerd")])
    place = rows + 2, columns + 1 + TAB["Deelnemers"].headings.index("Status")
    after = values(workbook.path)
    assert after["Deelnemers"].pop(place) == "geblokkeerd"
    before["Deelnemers"].pop(place, None)
    assert before["Lees mij"].keys() == after["Lees mij"].keys() and before.pop("Lees mij") != after.pop("Lees mij")
    assert after == before
