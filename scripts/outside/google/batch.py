"""Puts cells into batches that Google takes, and holds what stood there afterwards against what should."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from outside.google.client import ERROR, Json
from outside.google.row_matching import Cells, shows, with_cells
from outside.google.tabs import Tab, few_spans, quoted, spans
from roster.sheet.columns import TAB
from roster.sheet.table import Cell, is_blank, same

MOST_BYTES = 1_800_000
"""Google advises 2 MB a request; the rest is for the frame around the cells."""

MOST_ROWS = 20_000
"""Blocks of cells, counted by row; most rows have two of them, and each row comes back once in the answer."""

_MOST_SPANS = 150
_WARNING = "Dit tabblad vult Buurtbeheer in."

FIELDS = (
    "replies(addSheet(properties(title))),"
    "updatedSpreadsheet.sheets(properties.title,data(startRow,rowData.values.effectiveValue))"
)

Seen = dict[str, dict[int, list[Cell]]]
"""Tab's title -> row -> its cells, as an answer brought them."""


@dataclass(slots=True)
class TabChange:
    """What is to change on one tab: cells by row and column, rows and columns that are put in first.

    `rows` are new ones from `first_row` on, `headings` new columns from `first_column` on: put in, and
    never written over what stands there, so that nobody's cell is hit whatever moved meanwhile.
    """

    tab: Tab
    cells: Cells = field(default_factory=dict)
    first_row: int = 0
    rows: int = 0
    first_column: int = 0
    headings: list[str] = field(default_factory=list)

    def put(self, row: int, column: int, value: Cell) -> None:
        """Have a cell say this."""
        self.cells.setdefault(row, {})[column] = value

    @property
    def row_count(self) -> int:
        """How many rows its grid has once this is done."""
        if self.tab.new:
            return max(self.tab.row_count, *(row + 2 for row in self.cells))
        return self.tab.row_count + self.rows

    def made(self, stood: Cells) -> Tab:
        """The tab as it stands once its rows and columns are put in, and of its cells these."""
        tab, first = self.tab, self.first_row
        filled = [*tab.cells, *([] for _ in range(first - len(tab.cells)))]
        filled[first:first] = [[] for _ in range(self.rows)]
        columns = tab.column_count + len(self.headings)
        room = replace(tab, cells=filled, row_count=self.row_count, column_count=columns, new=False)
        return with_cells(room, {(row, column): value for row, line in stood.items() for column, value in line.items()})


@dataclass(slots=True)
class Batch:
    """One call: its requests, whose cells they are, and the rows that must come back."""

    requests: list[Json]
    cells: dict[str, Cells]
    ranges: list[str]


Dress = Callable[[TabChange], Sequence[Json]]
"""What makes a tab look like one of the register's that gets its first rows now."""


def undressed(_change: TabChange) -> Sequence[Json]:
    """No looks at all."""
    return ()


def batches(changes: Mapping[str, TabChange], first: Sequence[Json], dress: Dress = undressed) -> Iterator[Batch]:
    """The changes in as few batches as their size allows; each begins with `first` and can be sent again."""
    frame = sum(map(_size, first)) + 200
    batch, size, rows = Batch(list(first), {}, []), frame, 0
    for name, change in changes.items():
        room = [*(_new_tab(change) if change.tab.new else _room(change)), *dress(change)]
        for request, cells in _requests(change):
            asked = [*room, request]
            room = []
            weight = sum(map(_size, asked)) + len(asked)
            if batch.cells and (size + weight > MOST_BYTES or rows + len(cells) > MOST_ROWS):
                yield _with_ranges(batch, changes)
                batch, size, rows = Batch(list(first), {}, []), frame, 0
            batch.requests += asked
            into = batch.cells.setdefault(name, {})
            for row, line in cells.items():
                into.setdefault(row, {}).update(line)
            size += weight
            rows += len(cells)
    if batch.cells:
        yield _with_ranges(batch, changes)


def _requests(change: TabChange) -> Iterator[tuple[Json, Cells]]:
    """One request for every block of rows that are written in the same, adjoining columns."""
    runs: dict[tuple[int, int], list[int]] = {}
    for row in sorted(change.cells):
        for first, last in spans(sorted(change.cells[row])):
            runs.setdefault((first, last), []).append(row)
    pieces = []
    for (first, last), rows in runs.items():
        for _, block in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
            lines = [row for _, row in block]
            pieces += [(lines[at], first, last, lines[at : at + 400]) for at in range(0, len(lines), 400)]
    for top, first, last, lines in sorted(pieces):
        cells = {row: {column: change.cells[row][column] for column in range(first, last + 1)} for row in lines}
        values = [{"values": [as_cell(value) for value in line.values()]} for line in cells.values()]
        start = {"sheetId": change.tab.id, "rowIndex": top, "columnIndex": first}
        yield {"updateCells": {"start": start, "rows": values, "fields": "userEnteredValue"}}, cells


def as_cell(value: Cell) -> Json:
    """A cell's value as Google takes it: never read as a formula, a number or a day; blank empties the cell."""
    if value is None or value == "":
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, int | float):
        return {"userEnteredValue": {"numberValue": value}}
    return {"userEnteredValue": {"stringValue": str(value)}}


def _new_tab(change: TabChange) -> list[Json]:
    """The tab itself; where nothing in it is people's, whoever types in it is warned."""
    tab = change.tab
    grid = {"rowCount": change.row_count, "columnCount": tab.column_count, "frozenRowCount": 1}
    made: Json = {"addSheet": {"properties": {"sheetId": tab.id, "title": tab.title, "gridProperties": grid}}}
    if not TAB[tab.table.tab].is_ours:
        return [made]
    whole = {"range": {"sheetId": tab.id}, "description": _WARNING, "warningOnly": True}
    return [made, {"addProtectedRange": {"protectedRange": whole}}]


def _room(change: TabChange) -> list[Json]:
    """Requests for the new rows and columns of a tab that stands already."""
    found: list[Json] = []
    for dimension, start, count in (
        ("ROWS", change.first_row, change.rows),
        ("COLUMNS", change.first_column, len(change.headings)),
    ):
        if count:
            span = {"sheetId": change.tab.id, "dimension": dimension, "startIndex": start, "endIndex": start + count}
            found.append({"insertDimension": {"range": span, "inheritFromBefore": start > 0}})
    return found


def _with_ranges(batch: Batch, changes: Mapping[str, TabChange]) -> Batch:
    """Ask back the headings, and every written row with the ones above and below it."""
    for name, cells in batch.cells.items():
        tab = changes[name].tab
        wanted = {*range(min(tab.row_count, tab.table.first + 2))}  # a row put in above the headings must show
        most = changes[name].row_count
        for row in cells:
            wanted.update(near for near in (row - 1, row, row + 1) if 0 <= near < most)
        batch.ranges += [quoted(tab.title, (first, last + 1)) for first, last in few_spans(wanted, _MOST_SPANS)]
    return batch


def _size(request: Json) -> int:
    return len(json.dumps(request))


def seen_in(answer: Json) -> Seen:
    """The rows that an answer brought."""
    seen: Seen = {}
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        rows = seen.setdefault(sheet["properties"]["title"], {})
        for block in sheet.get("data", []):
            start = block.get("startRow", 0)
            for turn, row in enumerate(block.get("rowData", [])):
                rows[start + turn] = [None if cell == {} else cell for cell in row.get("values", [])]
    return seen


def stands_as_meant(tab: Tab, cells: Cells, seen: Mapping[int, Sequence[Cell]], earlier: Cells) -> bool:
    """True when every written cell stands in the row and under the heading that it was meant for.

    `earlier` is what batches before this one wrote since `tab` was looked at. A row that somebody retyped
    meanwhile is still the same row when its own Nr says so.
    """
    now_meant = together(earlier, cells)
    for row in range(tab.table.first - 1):
        if not _equal(tab, now_meant, row, seen):
            return False
    nr = tab.table.columns.get(tab.table.named_by)
    for row, line in cells.items():
        if _equal(tab, now_meant, row, seen):
            if _has_more(tab, row, line) or all(_equal(tab, now_meant, near, seen) for near in (row - 1, row + 1)):
                continue
            return False
        now = seen.get(row, ())
        number = tab.cell(row, nr) if nr is not None and nr not in line else None
        if nr is None or is_blank(number) or nr >= len(now) or not same(now[nr], number):
            return False
        if not all(
            column < len(now) and shows(now[column], value) for column, value in line.items() if not is_blank(value)
        ):
            return False
    return True


def together(earlier: Cells, cells: Cells) -> Cells:
    """The cells of both, the later ones over the earlier."""
    return {row: {**earlier.get(row, {}), **cells.get(row, {})} for row in earlier.keys() | cells.keys()}


def _has_more(tab: Tab, row: int, line: Mapping[int, object]) -> bool:
    """True when a row holds something beside what was written, by which it is known."""
    return any(
        column not in line and not is_blank(cell)
        for column, cell in enumerate(tab.cells[row] if row < len(tab.cells) else [])
    )


def _equal(tab: Tab, cells: Cells, row: int, seen: Mapping[int, Sequence[Cell]]) -> bool:
    if row < 0:
        return True
    before = tab.cells[row] if row < len(tab.cells) else []
    line = cells.get(row, {})
    now = seen.get(row, ())
    for column in range(max(len(before), len(now), max(line, default=-1) + 1)):
        cell = now[column] if column < len(now) else None
        if column in line:
            if not shows(cell, line[column]):
                return False
            continue
        old = before[column] if column < len(before) else None
        if not same(cell, old) and not (cell == ERROR and isinstance(old, str) and old.startswith(ERROR)):
            return False
    return True
