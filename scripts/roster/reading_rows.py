"""The rows of one tab that people typed in, read a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from roster.cells import Unreadable, text
from roster.finding import Finding, Weight
from roster.table import Cell, Place, Table

Value = TypeVar("Value")


class Rows:
    """The rows that count: those with something of people's in them, in the order of the sheet.

    With `whole` the software's own columns count as well. `findings` is the list that unreadable
    cells are told in. Rows whose `silent` is True are told of only where a reader insists.
    """

    def __init__(self, table: Table, findings: list[Finding], *, whole: bool = False) -> None:
        self.table = table
        self.findings = findings
        kept = _rows_that_count(table, whole=whole)
        self._rows = [table.rows[index] for index in kept]
        self._width = min(map(len, self._rows), default=0)
        tab, first, keys = table.tab, table.first, table.keys
        self.places = [Place(tab, first + index, keys[index]) for index in kept]
        self.silent: Sequence[bool] = [False] * len(self.places)

    def cells(self, heading: str) -> list[Cell]:
        """The cells under a heading, one a row that counts."""
        position = self.table.columns.get(heading)
        if position is None:
            return [None] * len(self._rows)
        if position < self._width:
            return [row[position] for row in self._rows]
        return [row[position] if position < len(row) else None for row in self._rows]

    def texts(self, heading: str) -> list[str]:
        """The cells under a heading as text; a column that is absent gives "" everywhere."""
        seen = _Seen(text)
        return [seen[cell] if type(cell) is str else seen[type(cell), cell] for cell in self.cells(heading)]

    def values(
        self,
        heading: str,
        read: Callable[[Cell], Value],
        rule: str,
        weight: Weight,
        instead: Value,
        *,
        always: bool = False,
    ) -> list[Value]:
        """The cells under a heading, read; where one does not read, `instead`, and a finding under the rule.

        `always` tells of silent rows too.
        """
        seen = _Seen(_try(read))
        values = [seen[cell] if type(cell) is str else seen[type(cell), cell] for cell in self.cells(heading)]
        if any(type(value) is Unreadable for value in seen.values()):
            for index, value in enumerate(values):
                if isinstance(value, Unreadable):
                    if always or not self.silent[index]:
                        self.tell(index, heading, rule, weight, value.message, value.remedy)
                    values[index] = instead
        return values  # type: ignore[return-value]  # every Unreadable was replaced just above

    def heeds(self, heading: str, law: Callable[[Cell], Value], instead: Value) -> list[Value]:
        """As `values`, for a law of reading_laws.py: it is a let op, under the law's own name."""
        return self.values(heading, law, law.__name__, Weight.NOTICE, instead)

    def tell(self, index: int, heading: str, rule: str, weight: Weight, message: str, remedy: str) -> None:
        """Add a finding about a cell of row `index`."""
        self.findings.append(Finding(self.places[index].at(heading), rule, weight, message, remedy))


class _Seen(dict[object, Value], Generic[Value]):
    """Every different cell of a column, read once.

    Text goes by itself, anything else by its type as well: 1 and True are one key, but not one cell.
    """

    def __init__(self, read: Callable[[Cell], Value]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, key: object) -> Value:
        cell: Cell = key[1] if isinstance(key, tuple) else key  # type: ignore[assignment]  # keys are made of cells only
        value = self[key] = self._read(cell)
        return value


def _try(read: Callable[[Cell], Value]) -> Callable[[Cell], Value | Unreadable]:
    def attempt(cell: Cell) -> Value | Unreadable:
        try:
            return read(cell)
        except Unreadable as wrong:
            return wrong

    return attempt


def _rows_that_count(table: Table, *, whole: bool) -> list[int]:
    """Which rows hold anything of people's. A checkbox that is off says nothing by itself."""
    positions = [position for heading, position in table.columns.items() if whole or heading not in table.own]
    positions.sort()
    kept = []
    for index, row in enumerate(table.rows):
        width = len(row)
        for position in positions:
            if position < width:
                cell = row[position]
                if cell is not None and cell is not False and cell != "" and (type(cell) is not str or text(cell)):
                    kept.append(index)
                    break
    return kept
