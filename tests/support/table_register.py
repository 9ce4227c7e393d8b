"""A whole register in memory, written down as text: the smallest Workbook on which all the tries of a round can run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TextIO

from outside.errors import Changed
from outside.workbook import Choose, Written
from roster.plan.steps import AddRow, SetCell
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, Sheet, Table
from support.plans import carried_out
from support.sheet_notation import members, table

Tables = dict[str, Table]


class TableRegister:
    """`meanwhile` is what people do while we work: before write number n they put another register in its place.

    What stands there instead of a register is raised.
    """

    name = "register.xlsx"
    shared = False
    is_example = False

    def __init__(
        self, tables: Tables, meanwhile: dict[int, Callable[[Tables], Tables] | BaseException] | None = None
    ) -> None:
        self.tables, self.meanwhile, self.writes = tables, meanwhile or {}, 0
        self._known_by: dict[str, str] = {}

    @contextmanager
    def lock(self) -> Iterator[None]:
        yield

    def read(self) -> Tables:
        self._known_by = {}
        return self.tables

    def link(self, tab: str, column: int, row: int) -> tuple[str, str]:
        """No program opens it."""
        return f"{tab} {column} {row}", ""

    def empty(self, choose: Choose) -> tuple[int, list[Sheet]]:
        raise NotImplementedError(choose)

    def filled_by_formula(self, steps: Sequence[SetCell]) -> list[SetCell]:  # noqa: ARG002  # it holds no formulas
        return []

    def rehearse(self, steps: Sequence[SetCell | AddRow]) -> None:
        """It takes everything."""

    def write(self, steps: Sequence[SetCell | AddRow]) -> Written:
        self.writes += 1
        change = self.meanwhile.get(self.writes)
        if isinstance(change, BaseException):
            raise change
        if change is not None:
            self.tables = change(self.tables)
            raise Changed
        self.tables = carried_out(self.tables, [self._here(step) for step in steps])
        numbers = [step for step in steps if isinstance(step, SetCell) and step.place.column == "Nr"]
        self._known_by |= {step.place.key: str(step.value) for step in numbers}
        return Written(tuple(steps))

    def _here(self, step: SetCell | AddRow) -> SetCell | AddRow:
        """The step as the row is called now: one that was numbered goes by its Nr."""
        if isinstance(step, AddRow) or step.place.key in self.tables[step.place.tab].keys:
            return step
        return replace(step, place=step.place._replace(key=self._known_by[step.place.key]))

    def column(self, heading: str) -> list[Cell]:
        """What a column of Deelnemers says now."""
        return list(self.tables["Deelnemers"].column(heading))


def with_members(text: str, first: int) -> Callable[[Tables], Tables]:
    """Somebody adds members below the others; their mobiles are counted from `first` on."""

    def change(tables: Tables) -> Tables:
        people = tables["Deelnemers"]
        columns = dict(people.columns)
        added = table("Deelnemers", members(text, first))
        rows = [list(row) for row in people.rows]
        for index in range(len(added.rows)):
            row: list[Cell] = [None] * (max(columns.values()) + 1)
            for heading in DEELNEMERS.headings:
                if heading in columns:
                    row[columns[heading]] = added.cell(index, heading)
            rows.append(row)
        return tables | {"Deelnemers": Table("Deelnemers", "Deelnemers", columns, rows, people.first, people.own)}

    return change


def with_cell(row: int, heading: str, value: Cell) -> Callable[[Tables], Tables]:
    """Somebody types in one cell of Deelnemers; `row` is the sheet's own."""

    def change(tables: Tables) -> Tables:
        people = tables["Deelnemers"]
        rows = [list(cells) for cells in people.rows]
        rows[row - people.first][people.columns[heading]] = value
        return tables | {
            "Deelnemers": Table("Deelnemers", "Deelnemers", people.columns, rows, people.first, people.own)
        }

    return change


class Screen:
    """A terminal with somebody at the keyboard who answers one line a question; what is shown is kept."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.shown, self.closed, self.encoding = list(answers), "", False, "utf-8"

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        if not self.answers:
            raise AssertionError(f"a question that nobody expected: {self.shown[-300:]}")
        return self.answers.pop(0) + "\n"

    def write(self, text: str) -> int:
        self.shown += text
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def fileno(self) -> int:
        raise OSError

    def stream(self) -> TextIO:
        """As the system's own streams are typed."""
        return self  # type: ignore[return-value]  # as much of a stream as a screen is asked for
