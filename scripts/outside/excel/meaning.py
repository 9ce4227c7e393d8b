"""What a register file means beyond the values that a reader gives: unknown cells, rows of totals, days from 1904."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

from outside.errors import Stop
from outside.files.backups import doing_on_disk
from outside.xlsx.archive import Archive, UnsupportedWorkbook
from outside.xlsx.formula_cells import unknown_cells
from outside.xlsx.hyperlinks import links_of
from outside.xlsx.package import Book, open_book
from outside.xlsx.references import tables_of
from outside.xlsx.text import attribute
from roster.reading.links import cells_in_doubt
from roster.sheet.columns import TAB
from roster.sheet.headings import of_the_register
from roster.sheet.table import Sheet, Table, fold

_SHIFT = 1462
"""Days between the two systems of counting (ECMA-376 part 1, 18.17.4.1)."""

_ROOT = re.compile(r"<(?:[\w.-]+:)?table(?=\s)[^>]*>")
_REF = re.compile(r"[A-Z]+([0-9]+):[A-Z]+([0-9]+)")


def put_in_what_is_meant(path: Path, sheets: Sequence[Sheet]) -> bool:
    """Put unknown values where a reader leaves a blank, and take out what tables add up.

    True where days count from 1904. Raises Stop for a damaged file.
    """
    titles = of_the_register(sheet.title for sheet in sheets)
    try:
        with doing_on_disk(path), path.resolve().open("rb") as file:
            book = open_book(Archive(file))
            unknown = unknown_cells(book, frozenset(titles))
            totals = {title: list(_totals(book, title)) for title in titles if fold(title) not in _DERIVED}
            is_1904 = _counts_from_1904(book)
    except (UnsupportedWorkbook, ElementTree.ParseError) as error:
        raise Stop(
            f"'{path.name}' is beschadigd of niet volledig.", "Open het in Excel of LibreOffice en sla het opnieuw op."
        ) from error
    for sheet in sheets:
        for (row, column), value in unknown.get(sheet.title, {}).items():
            sheet.cells.extend([] for _ in range(row + 1 - len(sheet.cells)))
            line = sheet.cells[row]
            line.extend([None] * (column + 1 - len(line)))
            if line[column] in (None, ""):
                line[column] = value
        for row in totals.get(sheet.title, ()):
            if row < len(sheet.cells):
                sheet.cells[row] = []
    return is_1904


_DERIVED = frozenset(fold(title) for title, tab in TAB.items() if tab.derived)
"""New rows of these are put below all that stands there, a total included."""


def days_from_1904(tables: Mapping[str, Table]) -> None:
    """Let bare numbers in columns of days count as they do in that file. Cells that show a day are days already."""
    for table in tables.values():
        kinds = {column.heading: column.kind for column in TAB[table.tab].columns}
        places = [place for heading, place in table.columns.items() if kinds.get(heading) == "day"]
        for row in table.rows:
            for place in places:
                cell = row[place] if place < len(row) else None
                if isinstance(cell, int | float) and not isinstance(cell, bool) and cell > 0:
                    row[place] = cell + _SHIFT


def find_links(path: Path, tables: Mapping[str, Table]) -> None:
    """Put into `Table.links` what lies behind cells whose words are not understood; hardly any file has such a cell."""
    doubted = list(cells_in_doubt(tables.values()))
    if not doubted:
        return
    with doing_on_disk(path), path.resolve().open("rb") as file:
        book = open_book(Archive(file))
        titles = {table.title for table, _, _ in doubted} & book.sheets.keys()
        links = {title: links_of(book, title) for title in titles}
    for table, index, heading in doubted:
        link = links.get(table.title, {}).get((table.first - 1 + index, table.columns[heading]), "")
        if link:
            table.links[index, heading] = link


def _totals(book: Book, title: str) -> Iterable[int]:
    """The rows (0 = top) of a tab in which a table adds up."""
    for part in tables_of(book, book.sheets[title]) if title in book.sheets else ():
        root = _ROOT.search(book.text(part))
        count = attribute("totalsRowCount", root[0]) if root else None
        ref = _REF.fullmatch(attribute("ref", root[0]) or "") if root else None
        if ref and count and count.isdecimal() and 0 < int(count) <= int(ref[2]) - int(ref[1]):
            yield from range(int(ref[2]) - int(count), int(ref[2]))


def _counts_from_1904(book: Book) -> bool:
    about = re.search(r"<(?:[\w.-]+:)?workbookPr(?=\s)[^>]*>", book.text(book.workbook))
    return about is not None and attribute("date1904", about[0]) in ("1", "true", "on")
