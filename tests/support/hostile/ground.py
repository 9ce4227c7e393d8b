"""What every hostile register starts from: the same forty made-up members, and the ways to write them down."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from roster.example.register import example
from roster.sheet.columns import TAB, TABS
from roster.sheet.table import Cell

TODAY = date(2026, 3, 14)
MEMBERS = 40


@dataclass(frozen=True, slots=True)
class Hostile:
    """One nasty register. `expectation` says in words what must come of it; `needle` is Dutch that a Stop must say.

    `make` writes it to a path ending in `suffix`, and may put files beside it.
    """

    name: str
    make: Callable[[Path], None]
    expectation: str
    needle: str = ""
    suffix: str = ".xlsx"


@cache
def rows_of_tabs() -> dict[str, list[list[Cell]]]:
    """The example in which no rule has anything to say."""
    return example(MEMBERS, 5, TODAY, dirt=0)


@cache
def position(tab: str, heading: str) -> int:
    """Where a heading stands in its tab: 1 = column A."""
    return TAB[tab].headings.index(heading) + 1


def plain_book() -> Workbook:
    """The register as openpyxl makes it, nothing special."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for tab in TABS:
        sheet = book.create_sheet(tab.title)
        sheet.append(list(tab.headings))
        for row in rows_of_tabs()[tab.title]:
            sheet.append(row)
    return book


@contextmanager
def edited(path: Path) -> Iterator[Workbook]:
    """The plain register, to be changed in the block and then saved to `path`."""
    book = plain_book()
    yield book
    book.save(path)


def members(book: Workbook) -> Worksheet:
    """Tab Deelnemers."""
    return book["Deelnemers"]


@contextmanager
def by_xlsxwriter(path: Path, **options: object) -> Iterator[xlsxwriter.Workbook]:
    """The plain register as XlsxWriter makes it, to be added to in the block."""
    book = xlsxwriter.Workbook(path, {"strings_to_urls": False, **options})
    day = book.add_format({"num_format": "d-m-yyyy"})
    for tab in TABS:
        sheet = book.add_worksheet(tab.title)
        sheet.write_row(0, 0, tab.headings)
        for at, row in enumerate(rows_of_tabs()[tab.title], start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell is not None:
                    sheet.write(at, column, cell)
    yield book
    book.close()


def rewrite_parts(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Rebuild the zip with each part changed; None leaves a part out."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            changed = change(name, content)
            if changed is not None:
                archive.writestr(name, changed)


def is_sheet(name: str) -> bool:
    """True for the parts that hold cells."""
    return re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name) is not None


def load(path: Path) -> Workbook:
    """A file as openpyxl sees it, formulas as formulas."""
    return openpyxl.load_workbook(path, keep_vba=path.suffix == ".xlsm", rich_text=True)
