"""Tab Beheerders follows the register, and the people's answers stay beside the name they were given for."""

from __future__ import annotations

from plans import carried_out, cells, plan
from roster.admins import GONE, plan_admins
from roster.plan import AddRow
from sheet_notation import register

NOBODY = "Nr | In regiegroep | In gebiedsgroep"


def test_every_admin_gets_a_row_with_what_the_regiegroep_needs() -> None:
    """Number, name, mobile, group and area; the answers are people's."""
    steps = plan(plan_admins, register(beheerders=NOBODY))
    assert [step.key for step in steps if isinstance(step, AddRow)] == ["D-9001", "D-9002"]
    values = dict(steps[0].values)  # type: ignore[union-attr]  # an AddRow, as the line above says
    told = values.pop("Meldingen")
    assert values == {"Nr": "D-9001", "Naam": "Ada Jansen", "Mobiel": "+31629000001", "Groep": "Tuindorp", "Gebied": "Centrum"}
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
