"""Tab Overzicht: its numbers counted again by other code, and what people may do to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from roster.plan.steps import AddRow, SetCell
from roster.planners.figures import plan_overview
from roster.sheet.columns import OVERZICHT
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Sheet, Table
from support.plans import carried_out, plan
from support.sheet_notation import TODAY, register

PEOPLE = """
    Voornaam | Groep    | Straat     | Mobiel      | Rol       | Sticker | Aangemeld op | Akkoord spelregels | Afgemeld op
    Anna     | Tuindorp | Kerkstraat | 06-23450001 | beheerder | ja      | {new}        | ja                 |
    Piet     | Tuindorp | Kerkstraat | 06-23450002 |           | nee     | {old}        | ja                 |
    Mies     | Zuid     | Zuidlaan   | 06-23450004 |           | ja      | {new}        | nee                |
    Toos     | Nergens  | Zuidlaan   | 06-23450005 |           | ja      | {new}        | ja                 |
    Weg      | Tuindorp | Kerkstraat | 06-23450006 |           | ja      | {new}        | ja                 | {new}
""".format(new=f"{TODAY - timedelta(29):%d-%m-%Y}", old=f"{TODAY - timedelta(30):%d-%m-%Y}")
GROUPS = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Zuid     | Centrum | 1-2-2025     | 1-3-2025
    Tuindorp | Centrum | 1-2-2025     | 1-3-2025
"""
STREETS = """
    Straat     | Plaats     | Groep
    Kerkstraat | Den Helder | Tuindorp
    Zuidlaan   | Den Helder | Zuid
"""


def ground() -> dict[str, Table]:
    return register(PEOPLE, GROUPS, STREETS, staff="")


def tab(rows: list[list[Cell]], headings: tuple[str, ...] = OVERZICHT.headings) -> Table:
    """The tab as it is found in a sheet with these rows."""
    tables, _problems = find_what_is_there([Sheet("Overzicht", [list(headings), *rows])])
    return tables["Overzicht"]


def made() -> list[list[Cell]]:
    """The rows that the first round puts there."""
    steps = plan(plan_overview, ground())
    assert all(isinstance(step, AddRow) for step in steps)
    return [[dict(step.values)[one] for one in OVERZICHT.headings] for step in steps if isinstance(step, AddRow)]


def after(table: Table) -> list[list[Cell]]:
    """The rows once a round was carried out on a register with that tab; nothing is left to do then."""
    tables = ground() | {"Overzicht": table}
    found = carried_out(tables, plan(plan_overview, tables))
    assert plan(plan_overview, found) == []
    return [row for row in found["Overzicht"].rows if any(cell not in ("", None) for cell in row)]


def test_the_figures_are_those_of_the_register() -> None:
    told = {(row[1], row[0]): row[2:10] for row in made() if row[0]}
    assert told == {
        ("alles", "Samen"): [2, 510, 0, 1, 1, 2, 0, 1],
        ("gebied", "Centrum"): [2, 510, 0, 1, 1, 1, 0, 1],
        ("gebied", "zonder groep"): [0, 0, 0, 0, 0, 1, 0, 0],
        ("groep", "Tuindorp"): [2, 254, 1, 1, 1, 0, 0, 1],
        ("groep", "Zuid"): [0, 256, 0, 0, 0, 1, 0, 0],
    }


def test_the_last_twelve_months_stand_beside_them() -> None:
    months = [row[10:12] for row in made() if row[10]]
    assert len(months) == 12 and months[-1] == ["3-2026", 5]


def spoilt(change: Callable[[list[list[Cell]]], object]) -> list[list[Cell]]:
    rows = made()
    change(rows)
    return rows


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.reverse(),
        lambda rows: rows.pop(2),
        lambda rows: rows.append(list(rows[3])),
        lambda rows: rows.insert(0, list(rows[3])),
        lambda rows: rows.__setitem__(3, [*rows[3][:-1], "weg"]),
        lambda rows: rows[4].__setitem__(2, "zelf getypt"),
        lambda rows: rows.append(["Iemand typt hier", *[None] * 12]),
        lambda rows: rows.clear(),
    ],
    ids=("sorted", "gone", "copied", "copied above", "no name", "typed over", "typed below", "emptied"),
)
def test_whatever_people_do_to_it_the_next_round_puts_it_right(change: Callable[[list[list[Cell]]], object]) -> None:
    assert sorted(map(str, after(tab(spoilt(change))))) == sorted(map(str, made()))


def test_a_group_more_or_less_moves_the_lines() -> None:
    more = register(PEOPLE, GROUPS + "    Noord | Centrum | |\n", STREETS, staff="")
    grown = carried_out(more | {"Overzicht": tab(made())}, plan(plan_overview, more | {"Overzicht": tab(made())}))
    assert [row[0] for row in grown["Overzicht"].rows[3:7]] == ["Noord", "Tuindorp", "Zuid", ""]
    assert after(tab(grown["Overzicht"].rows)) == made()


def test_a_heading_that_is_gone_comes_back_with_its_column() -> None:
    for position, heading in enumerate(OVERZICHT.headings):
        headings = tuple(f"Mijn {one}" if one == heading else one for one in OVERZICHT.headings)
        rows = [[None if at == position else cell for at, cell in enumerate(row)] for row in made()]
        tables = ground() | {"Overzicht": tab(rows, headings)}
        steps = plan(plan_overview, tables)
        columns = {step.place.column for step in steps if isinstance(step, SetCell)}
        assert len(steps) == len([row for row in made() if row[position] != ""]) and columns == {heading}, heading


def test_a_tab_of_that_name_that_is_peoples_own_is_left_alone() -> None:
    theirs = tab([["Jan", 3, "x"]], ("Naam", "Beheerders", "Taken"))
    assert theirs.theirs and not theirs.columns and plan(plan_overview, ground() | {"Overzicht": theirs}) == []


def test_an_empty_register_has_none() -> None:
    assert plan(plan_overview, register("Voornaam", "Groep", "Straat", staff="")) == []
