"""What the planners make of a register that a test writes down, and that register once the plan is carried out."""

from __future__ import annotations

from collections.abc import Iterable

from roster.plan.history import History
from roster.plan.steps import AddRow, Planner, SetCell, Step, View
from roster.reading.roster import read_roster
from roster.rules.catalogue import check
from roster.sheet.table import Cell, Table
from roster.terms import Terms
from support.sheet_notation import TERMS


def view(tables: dict[str, Table], terms: Terms = TERMS, history: History | None = None) -> View:
    """What a planner looks at."""
    known = history or History(salt=b"test")
    roster = read_roster(tables, terms, known)
    found, standing = check(roster, terms)
    return View(roster, standing, tuple(found), known, terms)


def plan(
    planner: Planner, tables: dict[str, Table], terms: Terms = TERMS, history: History | None = None
) -> list[Step]:
    """The steps of one planner."""
    return list(planner(view(tables, terms, history)))


def cells(steps: Iterable[Step]) -> dict[tuple[str, int, str], str | int]:
    """(tab, row, column) -> what will stand there."""
    return {
        (step.place.tab, step.place.row, step.place.column): step.value for step in steps if isinstance(step, SetCell)
    }


def carried_out(tables: dict[str, Table], steps: Iterable[Step]) -> dict[str, Table]:
    """The same register with the steps written in it, as a workbook would; columns that lack are added."""
    rows = {tab: [list(row) for row in table.rows] for tab, table in tables.items()}
    columns = {tab: dict(table.columns) for tab, table in tables.items()}

    def put(tab: str, index: int, column: str, value: Cell) -> None:
        position = columns[tab].setdefault(column, len(columns[tab]))
        row = rows[tab][index]
        row.extend([None] * (position + 1 - len(row)))
        row[position] = value

    for step in steps:
        if isinstance(step, SetCell):
            table = tables[step.place.tab]
            put(step.place.tab, table.keys.index(step.place.key), step.place.column, step.value)
        elif isinstance(step, AddRow):
            rows[step.tab].append([])
            for column, value in step.values:
                put(step.tab, len(rows[step.tab]) - 1, column, value)
    return {
        tab: Table(tab, table.title, columns[tab], rows[tab], table.first, table.own) for tab, table in tables.items()
    }
