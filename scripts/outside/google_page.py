"""A tab of a file as it goes to Google: its values, its formulas in Google's marks, its merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from outside.excel import Range
from outside.google_batch import as_cell
from outside.google_calls import Json
from outside.google_formulas import for_google
from outside.xlsx_formula_cells import FormulaCell, FormulaCells
from outside.xlsx_text import column_letters
from roster.table import Cell, Sheet

_DAY_ZERO = datetime(1899, 12, 30)
"""Google counts days from here, as Excel does."""

_DAY = {"type": "DATE", "pattern": "dd-mm-yyyy"}
_MOMENT = {"type": "DATE_TIME", "pattern": "dd-mm-yyyy hh:mm"}
_TIME = {"type": "TIME", "pattern": "hh:mm"}

Place = tuple[int, int]
"""Row and column, from 0."""

Box = tuple[int, int, int, int]
"""Top, left, bottom, right; from 0, ends not included."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A formula on its way. `text` is what Google gets; None for one that Google would not take.

    `source` is what the file has. The outcome of an array formula covers `rows` and `columns`.
    """

    text: str | None
    source: str
    fails: bool
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A tab of the file, with the cells that are to be merged.

    `spilled` are the cells that the outcome of an array formula above or left of them fills. `unmerged`
    names the merged cells that stay apart.
    """

    title: str
    cells: list[list[Cell]]
    formulas: dict[Place, Carried]
    spilled: frozenset[Place]
    merges: tuple[Box, ...]
    unmerged: tuple[str, ...]

    def cell(self, row: int, column: int) -> Cell:
        """The value that the file has for a cell."""
        line = self.cells[row] if row < len(self.cells) else []
        return line[column] if column < len(line) else None

    @property
    def size(self) -> tuple[int, int]:
        """How many rows and columns it needs."""
        far = [(row + one.rows, column + one.columns) for (row, column), one in self.formulas.items()]
        far += [(bottom, right) for _, _, bottom, right in self.merges]
        rows = max([len(self.cells), *(row for row, _ in far)])
        return rows, max([*map(len, self.cells), *(column for _, column in far)], default=0)


def page_of(
    sheet: Sheet, extras: FormulaCells, merged: Sequence[Range], heading_row: int | None, *, comma: bool
) -> Page:
    """The tab, for a sheet whose country has a decimal comma or not.

    `heading_row` (from 0) is of a tab of the register: Google does not filter where cells are merged over
    several rows, so there these stay apart.
    """
    cells = [list(row) for row in sheet.cells] if any(not one.formula for one in extras.values()) else sheet.cells
    formulas: dict[Place, Carried] = {}
    for (row, column), one in extras.items():
        if not one.formula and one.error and one.error != "#N/A":
            _put(cells, row, column, one.error)
        else:
            formulas[row, column] = _carried(one, comma=comma)
    spilled = {
        (row + down, column + over)
        for (row, column), one in formulas.items()
        for down in range(one.rows)
        for over in range(one.columns)
        if (down or over) and one.text is not None
    }
    merges, unmerged = [], []
    for left, top, right, bottom in merged:
        box = (top - 1, left - 1, bottom, right)
        if heading_row is not None and bottom > max(top, heading_row):
            unmerged.append(in_letters(box))
        else:
            merges.append(box)
    return Page(sheet.title, cells, formulas, frozenset(spilled), tuple(merges), tuple(unmerged))


def _carried(one: FormulaCell, *, comma: bool) -> Carried:
    if not one.formula:
        if one.error:
            return Carried("=NA()", one.error, fails=True)
        return Carried(None, "gegevenstabel", fails=False)
    text = for_google(one.formula, comma=comma)
    if text is not None and one.is_array:
        text = f"=ARRAYFORMULA({text[1:]})"
    return Carried(text, one.formula, bool(one.error), one.rows, one.columns)


def in_letters(box: Box) -> str:
    """A box as people name it: A2:A3."""
    top, left, bottom, right = box
    return f"{column_letters(left + 1)}{top + 1}:{column_letters(right)}{bottom}"


def _put(cells: list[list[Cell]], row: int, column: int, value: Cell) -> None:
    cells.extend([] for _ in range(row + 1 - len(cells)))
    cells[row].extend([None] * (column + 1 - len(cells[row])))
    cells[row][column] = value


def typed(cell: Cell) -> Json:
    """A cell with its value, and with its format where a bare number would hide what it is."""
    found = as_cell(plain(cell))
    form = None
    if isinstance(cell, datetime) and cell.time() != time():
        form = _MOMENT
    elif isinstance(cell, date):
        form = _DAY
    elif isinstance(cell, time | timedelta):
        form = _TIME
    return found | {"userEnteredFormat": {"numberFormat": form}} if form else found


def plain(cell: Cell) -> str | int | float | bool | None:
    """A cell's value as Google counts it: days and times are numbers."""
    if isinstance(cell, datetime):
        return _number((cell - _DAY_ZERO) / timedelta(days=1))
    if isinstance(cell, date):
        return (datetime(cell.year, cell.month, cell.day) - _DAY_ZERO).days
    if isinstance(cell, time):
        return _number((cell.hour * 3600 + cell.minute * 60 + cell.second) / 86400)
    if isinstance(cell, timedelta):
        return _number(cell / timedelta(days=1))
    return _number(cell) if isinstance(cell, float) else cell


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value
