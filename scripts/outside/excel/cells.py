"""Reads the cells of a workbook file, and what they mean beyond the values that a reader gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, cast
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

import python_calamine

from outside.errors import Stop
from outside.files.backups import Fingerprint, doing_on_disk, fingerprint
from outside.xlsx.archive import Archive, UnsupportedWorkbook
from outside.xlsx.beside_values import computed_cells, forgiving_copy, links_of, unknown_cells
from outside.xlsx.guard import check_not_open, check_workbook_file
from outside.xlsx.package import Book, open_book
from outside.xlsx.references import tables_of
from outside.xlsx.text import attribute
from roster.plan.steps import SetCell
from roster.reading.unread import suspect_cells
from roster.sheet.columns import TAB
from roster.sheet.headings import of_the_register
from roster.sheet.table import Cell, Sheet, Table, bare, fold

_READ_TRIES = 3

MergedRange = tuple[int, int, int, int]
"""Left, top, right, bottom; 1 = A, 1 = top."""

_AGAIN = "Open het in Excel of LibreOffice en sla het opnieuw op. Of zet een kopie terug met: make restore"


class _Stumbled(Exception):
    """The reader cannot read the workbook, or a tab of the register in it (`title`)."""

    def __init__(self, title: str = "") -> None:
        super().__init__(title)
        self.title = title


def _is_register_tab(title: str) -> bool:
    """True for a tab that may be one of the register's, as `roster.sheet.headings` forgives its name."""
    return bare(title) in {bare(tab) for tab in TAB}


def open_register(path: Path) -> tuple[Fingerprint, list[Sheet], dict[str, list[MergedRange]], frozenset[str]]:
    """Every sheet of a workbook file from A1 on, with its fingerprint, its merged ranges by title, and the titles of
    tabs that span too much to be read. Raises Stop for what cannot be read."""
    path = path.resolve()
    for _ in range(_READ_TRIES):
        if path.exists():
            check_not_open(path)
        too_far = check_workbook_file(path)
        with doing_on_disk(path):
            seen = fingerprint(path)
            sheets, merged = _read_file(path, too_far)
            if fingerprint(path) == seen:
                return seen, sheets, merged, too_far
    raise Stop(
        f"'{path.name}' verandert terwijl het wordt gelezen.", "Wacht tot het opslaan klaar is, en probeer het opnieuw."
    )


def check_not_too_far(titles: frozenset[str]) -> None:
    """Raise Stop when one of the register's own tabs spans too much to be read."""
    for title in filter(_is_register_tab, titles):
        raise Stop(
            f"Op het tabblad '{title}' staat iets heel ver onder of rechts van de rest.",
            "Ga met Ctrl+End naar de laatste cel, en verwijder de rijen en kolommen die leeg horen te zijn.",
        )


def _read_file(path: Path, too_far: frozenset[str]) -> tuple[list[Sheet], dict[str, list[MergedRange]]]:
    """All sheets from A1 on, and by title their merged ranges (left, top, right, bottom; 1 = A, 1 = top).

    A spare tab that cannot be read, or is in `too_far`, counts as empty. Raises Stop that names the tab where
    it is one of the register's own.
    """
    try:
        return _read(path, too_far)
    except _Stumbled:
        pass
    try:
        with forgiving_copy(path) as copy:
            return _read(copy, too_far)
    except _Stumbled as stumbled:
        what = f"Het tabblad '{stumbled.title}' in '{path.name}'" if stumbled.title else f"'{path.name}'"
        raise Stop(f"{what} is beschadigd of niet volledig.", _AGAIN) from stumbled


def _read(source: Path | IO[bytes], too_far: frozenset[str]) -> tuple[list[Sheet], dict[str, list[MergedRange]]]:
    try:
        if isinstance(source, Path):
            opened = python_calamine.CalamineWorkbook.from_path(source)
        else:
            opened = python_calamine.CalamineWorkbook.from_filelike(source)
    except python_calamine.PasswordError as error:
        raise Stop(
            "Het register is beveiligd met een wachtwoord.", "Haal het wachtwoord eraf en sla het bestand opnieuw op."
        ) from error
    except python_calamine.CalamineError as error:
        raise _Stumbled from error
    except BaseException as error:
        raise _what(error, "") from error
    sheets: list[Sheet] = []
    merged: dict[str, list[MergedRange]] = {}
    with opened as workbook:
        for about in workbook.sheets_metadata:
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            cells: list[list[Cell]] = []
            if about.name not in too_far:
                try:
                    cells, merged[about.name] = _read_tab(workbook, about.name)
                except BaseException as error:
                    raised = _what(error, about.name)
                    if raised is error or _is_register_tab(about.name) or isinstance(source, Path):
                        raise raised from error
            sheets.append(Sheet(about.name, cells))
    return sheets, merged


def _read_tab(workbook: python_calamine.CalamineWorkbook, title: str) -> tuple[list[list[Cell]], list[MergedRange]]:
    sheet = workbook.get_sheet_by_name(title)
    known: dict[str, str] = {}  # most words stand in many rows: kept once, a large register takes a fifth less
    rows = cast("Iterator[list[Cell]]", sheet.iter_rows())
    cells = [[known.setdefault(cell, cell) if type(cell) is str else cell for cell in row] for row in rows]
    if sheet.start is not None and sheet.start[1]:  # the reader leaves out empty columns on the left
        cells = [[*[None] * sheet.start[1], *row] for row in cells]
    ranges = [
        (left + 1, top + 1, right + 1, bottom + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    return cells, ranges


def _what(error: BaseException, title: str) -> BaseException:
    """The reader's own ways to fail; a panic of its language is no Exception there. Anything else is itself."""
    if isinstance(error, python_calamine.CalamineError) or type(error).__name__ == "PanicException":
        return _Stumbled(title)
    return error


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
    suspect = list(suspect_cells(tables.values()))
    if not suspect:
        return
    with doing_on_disk(path), path.resolve().open("rb") as file:
        book = open_book(Archive(file))
        titles = {table.title for table, _, _ in suspect} & book.sheets.keys()
        links = {title: links_of(book, title) for title in titles}
    for table, index, heading in suspect:
        link = links.get(table.title, {}).get((table.first - 1 + index, table.columns[heading]), "")
        if link:
            table.links[index, heading] = link


def filled_by_formula(path: Path, tables: Mapping[str, Table], steps: Sequence[SetCell]) -> list[SetCell]:
    """Those of the steps, about rows as they were read, whose cell is filled by a formula."""
    asked = {step.place.tab for step in steps}
    with doing_on_disk(path), path.resolve().open("rb") as file:
        book = open_book(Archive(file))
        computed = {tab: computed_cells(book, tables[tab].title) for tab in asked}
    rows = {tab: {key: tables[tab].first - 1 + index for index, key in enumerate(tables[tab].keys)} for tab in asked}
    return [
        step
        for step in steps
        if (rows[step.place.tab].get(step.place.key), tables[step.place.tab].columns.get(step.place.column))
        in computed[step.place.tab]
    ]


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


def used_width(cells: list[list[Cell]]) -> int:
    """The last column in which anything stands (1 = A; 0 = none)."""
    return max((turn for row in cells for turn, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
