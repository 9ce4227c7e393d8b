"""An example is known by its people, whatever its size and seed; anybody else in it is counted."""

from __future__ import annotations

from datetime import date

import pytest

from roster.example.names import MOBILE_SPACE, mobile, mobile_turn
from roster.example.register import example, strangers
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, Table

TODAY = date(2026, 11, 23)
COLUMNS = {heading: turn for turn, heading in enumerate(DEELNEMERS.headings)}


def table(members: int = 300, seed: int = 1, **more: float) -> Table:
    rows = [list(row) for row in example(members, seed, TODAY, **more)["Deelnemers"]]
    return Table("Deelnemers", "Deelnemers", COLUMNS, rows, 2)


def row(**cells: Cell) -> list[Cell]:
    told = {heading.replace("_", "-"): value for heading, value in cells.items()}
    return [told.get(heading) for heading in DEELNEMERS.headings]


@pytest.mark.parametrize("turn", [0, 1, 299, MOBILE_SPACE - 1])
def test_a_number_leads_back_to_its_turn(turn: int) -> None:
    assert mobile_turn("+31" + mobile(turn).replace("-", "")[1:]) == turn


@pytest.mark.parametrize(("members", "seed"), [(1, 1), (2, 9), (40, 3), (300, 1), (300, 2), (1000, 7), (3600, 1)])
def test_all_people_of_an_example_are_made_up(members: int, seed: int) -> None:
    """With every fault that an example has."""
    assert strangers(table(members, seed, dirt=0.5)) == 0


def test_people_without_mail_are_strangers() -> None:
    """Only a name and a number, as most lists have: also a name that an example could have, and a name alone."""
    found = table()
    found.rows += [row(Voornaam="Jan", Achternaam="Zandstra", Mobiel=f"06-2{turn:07d}") for turn in range(0, 4000, 100)]
    assert strangers(found) == 40
    found.rows += [row(Achternaam="de Vries"), row(Straat="Jutterstraat"), row(E_mail="iemand@gmail.com")]
    assert strangers(found) == 43


@pytest.mark.parametrize("kept", [0, 1, 10])
def test_rows_that_took_the_place_of_the_examples_are_strangers(kept: int) -> None:
    found = table()
    found.rows = found.rows[:kept]
    found.rows += [row(Voornaam="An", Achternaam="Bakker", Mobiel=f"06-1{turn * 7919:07d}") for turn in range(60)]
    assert strangers(found) == 60


def test_an_example_of_which_rows_went_is_one_still() -> None:
    """And a blank line is nobody."""
    found = table()
    found.rows = [*found.rows[::7], row(), row(Voornaam=" ")]
    assert strangers(found) == 0
