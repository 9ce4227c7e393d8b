"""Every row is told where it stands, in the software's own columns and nowhere else."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from roster.plan.steps import AddRow, SetCell
from roster.planners.status_cells import plan_status_cells
from roster.planners.sync import PLANNERS
from roster.sheet.columns import TAB
from support.plans import carried_out, cells, plan, view
from support.sheet_notation import members, register, table


def test_a_new_row_gets_its_number_and_its_status() -> None:
    """Nr is the next one; a sound row has nothing in Meldingen."""
    told = cells(plan(plan_status_cells, register("Voornaam\nJan", staff="")))
    assert told["Deelnemers", 2, "Nr"] == "D-0001"
    assert told["Deelnemers", 2, "Status"] == "actief"
    assert ("Deelnemers", 2, "Meldingen") not in told


def test_what_is_wrong_stands_in_the_row_what_blocks_first_one_line_each() -> None:
    """The volunteer reads the row from top to bottom."""
    told = cells(plan(plan_status_cells, register("Voornaam | Sticker | Akkoord spelregels\nJan | nee | nee")))
    lines = str(told["Deelnemers", 2, "Meldingen"]).split("\n")
    assert [line.split(":")[0] for line in lines] == ["Blokkeert (Akkoord spelregels)", "Let op (Sticker)"]
    assert told["Deelnemers", 2, "Status"] == "geblokkeerd"


def test_a_finding_vanishes_once_it_is_mended() -> None:
    """What was told of a cell is wiped by the next round."""
    told = cells(
        plan(
            plan_status_cells,
            register("Voornaam | Nr | Status | Meldingen\nJan | D-0001 | geblokkeerd | Blokkeert (Mobiel): oud"),
        )
    )
    assert told["Deelnemers", 2, "Status"] == "actief"
    assert told["Deelnemers", 2, "Meldingen"] == ""


def test_groups_and_areas_count_active_members_only() -> None:
    """Who left, waits or is blocked takes no place."""
    sheet = register("Voornaam | Akkoord spelregels | Afgemeld op\nJan | ja |\nAn | nee |\nPiet | ja | 1-1-2026")
    told = cells(plan(plan_status_cells, sheet))
    assert (told["Groepen", 2, "Aantal"], told["Groepen", 2, "Vrij"]) == (4, 252)  # Jan, two admins, the coordinator
    assert told["Groepen", 2, "Status"] == "actief"
    assert told["Groepen", 2, "Beheerders"] == "Ada Jansen, Bo Jansen"
    assert (told["Gebieden", 2, "Groepen"], told["Gebieden", 2, "Aantal"]) == (1, 4)


def test_a_row_that_people_emptied_loses_all_our_marks() -> None:
    """Nobody who is typed there later inherits a number or a welcome."""
    tables = register("Voornaam\nJan")
    rows = members("Voornaam\nJan")
    leftover = [None] * len(rows[0])
    for column, value in (("Nr", "D-0007"), ("Status", "actief"), ("Welkom", "klaargezet 1-1-2026 (versie 1)")):
        leftover[rows[0].index(column)] = value
    tables["Deelnemers"] = table("Deelnemers", [*rows, leftover])
    told = cells(plan(plan_status_cells, tables))
    assert {column: value for (_, row, column), value in told.items() if row == 3} == {
        "Nr": "",
        "Status": "",
        "Welkom": "",
    }


def test_an_equal_value_is_not_written_again_however_the_sheet_holds_it() -> None:
    """A number cell 4.0 says 4, and a line end of Windows is a line end."""
    tables = register("Voornaam | Sticker | Akkoord spelregels\nJan | nee | nee")
    after = carried_out(tables, plan(plan_status_cells, tables))
    for name, column in (("Groepen", "Aantal"), ("Deelnemers", "Meldingen")):
        position = after[name].columns[column]
        row = after[name].rows[0]
        held = row[position]
        row[position] = float(held) if isinstance(held, int) else str(held).replace("\n", "\r\n")
    assert plan(plan_status_cells, after) == []


WORDS = st.sampled_from(
    ["", "ja", "nee", "D-0001", "D-0002", "Tuindorp", "beheerder", "06-20000001", "1-1-2026", "Kerkstraat", "x", "12"]
)


ROWS = st.lists(st.lists(WORDS, min_size=25, max_size=25), max_size=6)


@given(ROWS)
def test_a_second_round_plans_no_mark_and_only_our_own_cells_are_written(rows: list[list[str]]) -> None:
    """The law of the write-back, for rows with anything in any cell."""
    tables = register("Voornaam")
    headings = list(TAB["Deelnemers"].headings)
    tables["Deelnemers"] = table("Deelnemers", [headings, *([cell or None for cell in row] for row in rows)])
    steps = [step for planner in PLANNERS for step in planner(view(tables)) if isinstance(step, SetCell | AddRow)]
    for step in steps:
        if isinstance(step, SetCell):
            assert step.place.column in TAB[step.place.tab].own
    after = carried_out(tables, steps)
    again = list(chain.from_iterable(planner(view(after)) for planner in PLANNERS))
    assert [step for step in again if isinstance(step, SetCell | AddRow)] == []
