"""Tab Beheerders follows the register, and the people's answers stay beside the name they were given for."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.plan.steps import AddRow
from roster.planners.overview import Overview
from roster.planners.status_cells import GONE, STRANGER, describe_former_admins, plan_admins
from roster.sheet.table import Table
from support.plans import carried_out, cells, plan, view
from support.sheet_notation import GROUPS, STAFF, STREETS, found, register
from support.whole_round import column, lay_out, sync, types

NOBODY = "Nr | In regiegroep | In gebiedsgroep"


def test_every_admin_gets_a_row_with_what_the_regiegroep_needs() -> None:
    """Number, name, mobile, group and area; the answers are people's."""
    steps = plan(plan_admins, register(beheerders=NOBODY))
    assert [step.key for step in steps if isinstance(step, AddRow)] == ["D-9001", "D-9002"]
    values = dict(steps[0].values)  # type: ignore[union-attr]  # an AddRow, as the line above says
    told = values.pop("Meldingen")
    assert values == {
        "Nr": "D-9001",
        "Naam": "Ada Jansen",
        "Mobiel": "+31629000001",
        "Groep": "Tuindorp",
        "Gebied": "Centrum",
    }
    assert "regiegroep" in str(told)


def test_rows_stay_where_they_stand_and_the_answers_with_them() -> None:
    """Nothing is moved: D-9002 stands first and is filled there."""
    tables = register(beheerders="Nr | In regiegroep | In gebiedsgroep\nD-9002 | ja | nee\nD-9001 | ja | ja")
    told = cells(plan(plan_admins, tables))
    assert told["Beheerders", 2, "Naam"] == "Bo Jansen"
    assert told["Beheerders", 3, "Naam"] == "Ada Jansen"
    assert {column for _, _, column in told} == {"Naam", "Mobiel", "Groep", "Gebied", "Meldingen"}


def test_whoever_is_no_admin_any_more_is_told_until_the_answers_say_no() -> None:
    """Somebody must still take the number out of two WhatsApp groups."""
    rows = "Nr | Naam | In regiegroep | In gebiedsgroep\nD-9001 | Ada | ja | ja\nD-9002 | Bo | ja | ja\nD-0500 | Oud | ja | nee\nD-0501 | Weg | nee |"
    told = cells(plan(plan_admins, register(beheerders=rows)))
    assert told["Beheerders", 4, "Meldingen"] == GONE
    assert {column: value for (_, row, column), value in told.items() if row == 5} == {"Nr": "", "Naam": ""}


def test_a_copied_row_is_emptied_and_a_second_round_does_nothing() -> None:
    """One row for one admin."""
    rows = "Nr | In regiegroep | In gebiedsgroep\nD-9001 | ja | ja\nD-9002 | ja | ja\nD-9001 | |"
    tables = register(beheerders=rows)
    steps = plan(plan_admins, tables)
    assert cells(steps)["Beheerders", 4, "Nr"] == ""
    assert plan(plan_admins, carried_out(tables, steps)) == []


HEAD = "Nr | Naam | Mobiel | Groep | Gebied | In regiegroep | In gebiedsgroep"
OTHER = "D-9002 | Bo Jansen | | Tuindorp | Centrum | ja | ja"


@pytest.mark.parametrize(
    "typed",
    [
        " | Ada Jansen | 06-29000001 | Tuindorp | Centrum | ja | ja",
        " | | +31 6 29 00 00 01 | | | ja | ja",
        "n.v.t. | Jansen, Ada | | tuindorp | | ja | ja",
        " | ADA JANSEN | 06-29999999 | Tuindorp | | ja | ja",
        " | Ada Jansen | | | | ja | ja",
    ],
)
@pytest.mark.parametrize("other", [OTHER, f"{OTHER}\n"])
def test_a_row_typed_beforehand_is_taken_over_with_its_answers(typed: str, other: str) -> None:
    """By mobile, or by name and group, in whatever form; nobody is asked again, and a second round does nothing."""
    tables = register(beheerders=f"{HEAD}\n{typed}\n{other}")
    steps = plan(plan_admins, tables)
    told = cells(steps)
    assert not [step for step in steps if isinstance(step, AddRow)]
    assert told["Beheerders", 2, "Nr"] == "D-9001" and ("Beheerders", 2, "Meldingen") not in told
    after = carried_out(tables, steps)
    assert [after["Beheerders"].cell(0, heading) for heading in ("Naam", "Mobiel", "Groep", "Gebied")] == [
        "Ada Jansen",
        "+31629000001",
        "Tuindorp",
        "Centrum",
    ]
    assert plan(plan_admins, after) == []
    assert "an_admin_sits_in_both_admin_groups" not in [rule for rule, _row in found(tables)]


@pytest.mark.parametrize(
    "typed",
    [
        " | Uma Vos | 06-29777777 | Tuindorp | | ja | ja",  # not in the register, or no admin yet
        " | Cor Jansen | 06-29000003 | | | ja | nee",  # the coordinator is no admin of a group
        " | Ada Jansen | | Kanaal | | ja | ja",  # another group
        " | Uma | | | | | ",
    ],
)
def test_a_typed_row_that_is_nobodys_is_left_as_it_is(typed: str) -> None:
    """It is never told to be taken out of a group; its row says what mends it, and keeps all that was typed."""
    told = cells(plan(plan_admins, register(beheerders=f"{HEAD}\n{typed}\n{OTHER}")))
    assert {column: value for (_tab, row, column), value in told.items() if row == 2} == {"Meldingen": STRANGER}


def test_a_typed_row_beside_one_of_ours_names_it() -> None:
    """The answers are people's, so a person takes them along; two admins of one name are told apart by number alone."""
    rows = f"{HEAD}\n | Ada Jansen | | Tuindorp | | ja | ja\nD-9001 | Ada Jansen | | Tuindorp | Centrum | | \n{OTHER}"
    told = cells(plan(plan_admins, register(beheerders=rows)))
    assert "staat al in rij 3" in str(told["Beheerders", 2, "Meldingen"])
    alike = STAFF.replace("Bo ", "Ada")
    both = cells(plan(plan_admins, register(staff=alike, beheerders=f"{HEAD}\n | Ada Jansen | | Tuindorp | | ja | ja")))
    assert both["Beheerders", 2, "Meldingen"] == STRANGER


TWO_GROUPS = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Tuindorp | {area}  | 1-2-2025     | 1-3-2025
    Kanaal   | Centrum | 1-2-2025     | 1-3-2025
"""
TWO_AREAS = """
    Gebied  | Plaats
    Centrum | Den Helder
    Zuid    | Den Helder
"""
ROWS = f"{HEAD}\nD-9001 | Ada | | Tuindorp | Centrum | ja | {{answer}}\nD-9002 | Bo | | Tuindorp | Centrum | ja | nee"
AREA = "an_admin_sits_in_the_group_of_todays_area"


def test_a_yes_for_another_areas_group_asks_to_look_again_until_it_is_answered() -> None:
    """Told at every round, also once our own cell shows the new area; gone with nee, and a yes after that stands."""

    def month(answer: str, area: str = "Zuid", before: dict[str, Table] | None = None) -> dict[str, Table]:
        tables = register(
            groepen=TWO_GROUPS.format(area=area), gebieden=TWO_AREAS, beheerders=ROWS.format(answer=answer)
        )
        if before is not None:
            kept = before["Beheerders"]
            for row in kept.rows[:1]:
                row[kept.columns["In gebiedsgroep"]] = answer
            tables["Beheerders"] = Table("Beheerders", "Beheerders", kept.columns, kept.rows, 2, kept.own)
        return tables

    def asked(tables: dict[str, Table]) -> list[int]:
        return [row for rule, row in found(tables) if rule == AREA]

    moved = month("ja")
    assert asked(moved) == [2], "Bo said nee, and is asked for ja by another rule"
    after = carried_out(moved, plan(plan_admins, moved))
    assert after["Beheerders"].cell(0, "Gebied") == "Zuid" and "“Centrum”" in str(
        after["Beheerders"].cell(0, "Meldingen")
    )
    again = month("ja", before=after)
    assert asked(again) == [2] and plan(plan_admins, again) == []
    assert asked(month("ja", area="Centrum", before=after)) == [], "back again, and the answer was for this one"
    no = month("nee", before=after)
    assert asked(no) == []
    done = month("ja", before=carried_out(no, plan(plan_admins, no)))
    assert asked(done) == []


def test_an_area_that_got_another_name_is_no_other_area() -> None:
    """Two that were put together are: who was in the one that is gone is not in the group of the other."""
    renamed = register(
        gebieden="Gebied | Plaats\nNieuw | Den Helder",
        groepen=TWO_GROUPS.replace("Centrum", "Nieuw").format(area="Nieuw"),
        beheerders=ROWS.format(answer="ja"),
    )
    assert AREA not in [rule for rule, _row in found(renamed)]
    rows = f"{HEAD}\nD-9001 | Ada | | Tuindorp | Noord | ja | ja\nD-9002 | Bo | | Tuindorp | Centrum | ja | ja"
    merged = register(beheerders=rows)
    assert (AREA, 2) in found(merged) and (AREA, 3) not in found(merged)


def test_a_typed_row_is_taken_over_in_the_file_itself(tmp_path: Path) -> None:
    """Through a real round: the answers stay where they were typed, and no second row is made."""
    settings = lay_out(tmp_path)
    types(
        settings, 2, tab="Beheerders", Naam="Anna Bakker", Groep="Tuindorp", In__regiegroep="ja", In__gebiedsgroep="ja"
    )
    sync(settings)
    assert column(settings, "Nr", "Beheerders") == ["D-0001"]
    assert column(settings, "In gebiedsgroep", "Beheerders") == ["ja"]
    assert column(settings, "Meldingen", "Beheerders") == [None]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"Afgemeld op": "30-3-2026"}, "heeft nog maar één beheerder (Bo Jansen): Ada Jansen is afgemeld."),
        ({"Mobiel": ""}, "heeft nog maar één beheerder (Bo Jansen): Ada Jansen is geblokkeerd."),
        ({"Rol": "deelnemer"}, "heeft nog maar één beheerder (Bo Jansen): Ada Jansen is geen beheerder meer."),
        ({"Voornaam": "Eva"}, ""),
    ],
)
def test_a_group_that_lost_an_admin_is_named_once_and_stays_on_the_page(cells: dict[str, str], told: str) -> None:
    """On the screen as it happens, with why; the page tells it for as long as the group has one admin or none."""
    before = register(beheerders=NOBODY)
    tables = carried_out(before, plan(plan_admins, before))
    assert list(describe_former_admins(view(tables))) == []
    row, people = tables["Deelnemers"].rows[0], tables["Deelnemers"].columns
    for heading, cell in cells.items():
        row[people[heading]] = cell
    seen = view(tables)
    assert list(describe_former_admins(seen)) == ([f"Groep Tuindorp {told}"] if told else [])
    spots = [
        spot
        for need in Overview(seen, lambda *_: ("", "")).needs()
        if "één beheerder" in need.title
        for spot in need.spots
    ]
    assert [spot.what for spot in spots] == (
        [] if not told else ["" if "Rol" in cells else f"{told.partition(': ')[2]}"]
    )
    later = carried_out(tables, plan(plan_admins, tables))
    assert list(describe_former_admins(view(later))) == []


def test_a_group_that_lost_its_last_admins_is_named_with_all_of_them() -> None:
    """Somebody who is an admin elsewhere now, and one whose row is gone."""
    groups = GROUPS + "    Oost | Centrum | 1-2-2026 |"
    streets = STREETS + "    Duinweg | Den Helder | | | | Oost"
    before = register(groepen=groups, straten=streets, beheerders=NOBODY)
    tables = carried_out(before, plan(plan_admins, before))
    people = tables["Deelnemers"]
    people.rows[0][people.columns["Groep"]], people.rows[0][people.columns["Straat"]] = "Oost", "Duinweg"
    del people.rows[1]
    people._keys = None
    told = "Groep Tuindorp heeft geen beheerder meer: Ada Jansen hoort nu bij groep Oost; Bo Jansen staat niet meer in het register."
    assert list(describe_former_admins(view(tables))) == [told]
