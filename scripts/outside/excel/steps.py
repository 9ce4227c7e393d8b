"""Turns the steps about one tab into cells by row and column, and remembers what was written since the tab was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from outside.excel.lights import charts_of
from outside.xlsx.charts import Chart
from outside.xlsx.dependents import Touched
from outside.xlsx.patch import SheetPatch
from outside.xlsx.text import Heading, Value, as_stored
from roster.plan.steps import AddRow, SetCell
from roster.sheet.table import Cell, Table, same, says

_ROW = 1 << 15
"""A cell as one number: row times this, plus column."""

_PLAIN = 1000
"""Text without a special mark that is no longer than this is stored as it is."""


class TabEdits:
    """What is about to change in one tab. `merged` are its merged ranges, `width` the last column in use.

    `hidden` are the steps that were left because their cells lie under a merged one.
    """

    def __init__(self, table: Table, merged: list[tuple[int, int, int, int]], width: int) -> None:
        self.table = table
        self.merged = [range_ for range_ in merged if range_[0] != range_[2] or range_[1] != range_[3]]
        self.width = width
        self.hidden: list[SetCell | AddRow] = []
        self.changes: dict[int, str | int] = {}
        self._written: dict[int, str | int] = {}
        self._columns = {heading: position + 1 for heading, position in table.columns.items()}
        self._fresh_columns: dict[str, int] = {}
        self._named_by = table.named_by
        self._keys: dict[str, int] | None = None
        self._fresh_keys: dict[str, int] = {}
        self._next = table.first + len(table.rows)
        self._fresh_next = self._next

    def take(self, step: SetCell | AddRow) -> bool:
        """Take a step up; False when it must be left."""
        return self._add(step) if isinstance(step, AddRow) else self._set(step)

    def forget_pending(self) -> None:
        """Let go of what was taken up and not written."""
        self.changes, self.hidden = {}, []
        self._fresh_columns, self._fresh_keys = {}, {}
        self._fresh_next = self._next

    def confirm(self) -> None:
        """What was taken up stands in the file now."""
        self._written.update(self.changes)
        self._columns.update(self._fresh_columns)
        self.width += len(self._fresh_columns)
        if self._fresh_keys:
            self._known_keys().update(self._fresh_keys)
        self._next = self._fresh_next
        self.forget_pending()

    def patch(self) -> SheetPatch:
        """The changes for the writer of the sheet."""
        filled = [place for place, value in self.changes.items() if value != ""]
        return SheetPatch(
            self._rows(),
            max((place // _ROW for place in filled), default=0),
            max((place % _ROW for place in filled), default=0),
            tall=self._columns.get("Meldingen", 0),
        )

    def touched(self) -> Touched:
        """The changed cells, column by column."""
        found: Touched = {}
        for place in sorted(self.changes):
            found.setdefault(place % _ROW, []).append(place // _ROW)
        return found

    def added(self) -> tuple[int, int, int] | None:
        """The first and last of the new rows and the column of the first cell in them; None where there are none."""
        if self._fresh_next == self._next:
            return None
        column = min(place % _ROW for place in self.changes if place // _ROW >= self._next)
        return self._next, self._fresh_next - 1, column

    def charts(self) -> list[Chart]:
        """The charts of the tab, down to its new rows; none where there are no new ones."""
        if self._fresh_next == self._next:
            return []
        columns = {heading: column - 1 for heading, column in self._columns.items()}
        return charts_of(self.table.tab, columns, self.table.first - 1, self._fresh_next - 1)

    def rows(self) -> list[dict[int, str | int]]:
        """The new rows of a tab that does not stand there yet: column -> value."""
        return [
            {
                column: value
                for column, value in cells
                if not isinstance(value, Heading) and isinstance(value, str | int)
            }
            for row, cells in self._rows()
            if row >= self.table.first
        ]

    def _rows(self) -> Iterator[tuple[int, Sequence[tuple[int, Value]]]]:
        for row, places in groupby(sorted(self.changes), key=lambda place: place // _ROW):
            yield row, [(place % _ROW, self.changes[place]) for place in places]

    def _known_keys(self) -> dict[str, int]:
        if self._keys is None:
            self._keys = {key: self.table.first + index for index, key in enumerate(self.table.keys)}
        return self._keys

    def _column(self, heading: str) -> int:
        """The column of a heading; a missing one of the software's own is added right of all that stands there."""
        column = self._columns.get(heading) or self._fresh_columns.get(heading)
        if column:
            return column
        if heading not in self.table.own:
            raise ValueError(f"column {heading!r} of tab {self.table.tab!r} is not the software's")
        column = self.width + 1 + len(self._fresh_columns)
        self._fresh_columns[heading] = column
        self.changes[(self.table.first - 1) * _ROW + column] = Heading(heading)
        return column

    def _set(self, step: SetCell) -> bool:
        """Take up one cell. A large write comes here for each of its cells, so the plain ones pass quickly."""
        heading, key = step.place.column, step.place.key
        row = self._known_keys().get(key) or self._fresh_keys.get(key)
        if row is None:
            return False
        column = self._columns.get(heading) or self._fresh_columns.get(heading)
        now = self._now(row, heading, row * _ROW + column) if column else None
        value = step.value
        if not (isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= _PLAIN):
            value = as_stored(value)
        if says(now, value):
            return True
        if now is not step.was and not same(now, step.was):
            return False
        if heading not in self.table.own and not (step.of_people and column):
            raise ValueError(f"column {heading!r} of tab {self.table.tab!r} is not the software's")
        column = column or self._column(heading)
        if self.merged and self._hidden_by_merge(row, column):
            self.hidden.append(step)
            return False
        self.changes[row * _ROW + column] = value
        if heading == self._named_by and isinstance(value, str) and value:
            self._fresh_keys[value] = row
        return True

    def _now(self, row: int, heading: str, place: int) -> Cell:
        """What stands in a cell by now."""
        if place in self.changes:
            return self.changes[place]
        if self._written and place in self._written:
            return self._written[place]
        index = row - self.table.first
        return self.table.cell(index, heading) if index < len(self.table.rows) else None

    def _add(self, step: AddRow) -> bool:
        there = self._known_keys().get(step.key) or self._fresh_keys.get(step.key)
        if there is not None:
            return all(self._says_already(there, heading, as_stored(value)) for heading, value in step.values)
        row = self._fresh_next
        places = [(row * _ROW + self._column(heading), as_stored(value)) for heading, value in step.values]
        if any(self._hidden_by_merge(row, place % _ROW) for place, _ in places):
            self.hidden.append(step)
            return False
        self.changes.update((place, value) for place, value in places if value != "")
        self._fresh_keys[step.key] = row
        self._fresh_next += 1
        return True

    def _says_already(self, row: int, heading: str, value: str | int) -> bool:
        column = self._columns.get(heading) or self._fresh_columns.get(heading)
        return says(self._now(row, heading, row * _ROW + column) if column else None, value)

    def _hidden_by_merge(self, row: int, column: int) -> bool:
        """True for a cell under a merged one, where nothing that is written would show."""
        return any(
            left <= column <= right and top <= row <= bottom and (row, column) != (top, left)
            for left, top, right, bottom in self.merged
        )
