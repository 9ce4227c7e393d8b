"""Turns steps into cells of the tabs as they stand now, and says which steps are done, which must be left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from outside.google.batch import TabChange
from outside.google.client import new_id
from outside.google.tabs import Tab
from roster.plan.steps import AddRow, CellStep, SetCell
from roster.sheet.columns import TAB
from roster.sheet.headings import new_table
from roster.sheet.table import same, says

BY_POSITION = "="
"""How a column is called that has no heading of ours: this, and its position. A heading never begins with it."""

_LONGEST = 49_000
"""Google takes 50,000 characters a cell."""


def cut_to_fit(value: str | int) -> str | int:
    """A value as it can stand in a cell."""
    return value if isinstance(value, int) else value[:_LONGEST]


class TabSteps:
    """What the steps make of one tab. `aliases` tells which Nr a row got in this run, by the key it had before.

    `hidden` are the steps that must be left because their cells lie under a merged one.
    """

    def __init__(self, tab: Tab, aliases: Mapping[tuple[str, str], str]) -> None:
        self.tab = tab
        self.hidden: list[CellStep] = []
        self.change = TabChange(tab, first_row=tab.table.first - 1 + len(tab.table.rows))
        self._aliases = aliases
        self._columns = dict(tab.table.columns)
        self._rows = {key: tab.table.first - 1 + index for index, key in enumerate(tab.table.keys)}

    @property
    def keys(self) -> Collection[str]:
        """The keys of all rows."""
        return self._rows.keys()

    def row_of(self, key: str) -> int | None:
        """Where the row of that key stands (from 0); None where it is gone."""
        name = self.tab.table.tab
        row = self._rows.get(self._aliases.get((name, key), key))
        return self._rows.get(key) if row is None else row

    def rows_of(self, steps: Sequence[CellStep]) -> set[int] | None:
        """The rows that these steps are about, the foot for those that add one; None where one is not to be found."""
        found: set[int | None] = set()
        for step in steps:
            if isinstance(step, AddRow):
                headings, row = {heading for heading, _value in step.values}, self.row_of(step.key)
                found |= {self.change.first_row - 1, self.change.first_row} if row is None else {row}
            else:
                headings = {step.place.column}
                found.add(self.row_of(step.place.key))
            if None in found or headings - self._columns.keys():
                return None
        return {row for row in found if row is not None}

    def take(self, step: CellStep, row: int | None = None) -> bool | None:
        """True: the sheet says so already. False: it must be left. None: its cells are in `change` now.

        `row` is where the row is known to stand, whatever its key is by now.
        """
        return self._add(step) if isinstance(step, AddRow) else self._set(step, row)

    def _set(self, step: SetCell, row: int | None) -> bool | None:
        heading = step.place.column
        if row is None:
            row = self.row_of(step.place.key)
        if row is None:
            return False
        column = self._columns.get(heading)
        if column is None and step.of_people and heading.startswith(BY_POSITION):
            column = int(heading.removeprefix(BY_POSITION))
        value = cut_to_fit(step.value)
        planned = self.change.cells.get(row, {})
        now = planned[column] if column in planned else self.tab.cell(row, column) if column is not None else None
        if says(now, value):
            return True
        if not same(now, step.was):
            return False
        if heading not in self.tab.table.own and not (step.of_people and column is not None):
            raise ValueError(f"column {heading!r} of tab {self.tab.table.tab!r} is not the software's")
        column = self._column(heading) if column is None else column
        if self.tab.is_hidden_by_merge(row, column):
            self.hidden.append(step)
            return False
        self.change.put(row, column, value)
        return None

    def _add(self, step: AddRow) -> bool | None:
        there = self.row_of(step.key)
        values = [(heading, cut_to_fit(value)) for heading, value in step.values if value != ""]
        if there is not None:
            known = self._columns
            return all(
                heading in known and says(self.tab.cell(there, known[heading]), value) for heading, value in values
            )
        row = self.change.first_row + self.change.rows
        for heading, value in values:
            self.change.put(row, self._column(heading), value)
        self.change.rows += 1
        self._rows[step.key] = row
        return None

    def _column(self, heading: str) -> int:
        """The column of a heading; one that is missing is put in right of all that stands there."""
        column = self._columns.get(heading)
        if column is None:
            self.change.first_column = self.tab.width
            column = self.tab.width + len(self.change.headings)
            self.change.headings.append(heading)
            self._columns[heading] = column
            self.change.put(self.tab.heading_row, column, heading)
        return column


def new_tab(name: str) -> Tab:
    """A tab that does not stand there yet, with all its headings to be written."""
    return Tab(new_id(), name, 1000, len(TAB[name].headings), [], new_table(name), new=True)


def write_headings(steps: TabSteps) -> None:
    """Have a new tab begin with its headings."""
    for column, heading in enumerate(TAB[steps.tab.table.tab].headings):
        steps.change.put(0, column, heading)
