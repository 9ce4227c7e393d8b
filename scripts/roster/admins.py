"""Keeps tab Beheerders: a row for each admin, the people's two answers left where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from roster.columns import BEHEERDERS
from roster.finding import lines_by_row
from roster.model import AdminRow, Member, Roster
from roster.plan import AddRow, SetCell, View
from roster.table import Cell, Table, fold, says

GONE = (
    "Let op: dit is nu geen beheerder van een groep. Haal het nummer uit de regiegroep en uit de gebiedsgroep. "
    "Zet daarna hier twee keer nee: dan verdwijnt deze melding."
)


def plan_admins(view: View) -> Iterator[SetCell | AddRow]:
    """One row for each active admin, named by Nr; new admins below the last row.

    No row is moved or removed, so a person's "ja" always stays beside the name it was given for.
    A row of somebody who is no admin any more says so until both answers are blank or "nee".
    """
    roster = view.roster
    lines = lines_by_row(view.findings).get(BEHEERDERS.title, {})
    table = roster.tables.get(BEHEERDERS.title)
    admins = {admin.nr: admin for group in view.standing.admins.values() for admin in group}
    standing_rows: set[str] = set()
    for row in roster.admin_rows:
        assert table is not None  # rows were read from it
        admin = admins.get(row.nr) if row.nr not in standing_rows else None
        if admin is not None:
            standing_rows.add(row.nr)
            values = _values(admin, roster) | {"Meldingen": lines.get(admin.nr, "")}
        elif row.in_regiegroep or row.in_area_group:
            values = {"Meldingen": GONE}
        else:
            values = dict.fromkeys(BEHEERDERS.own, "")
        yield from _differences(table, row, values)
    for nr, admin in sorted(admins.items()):
        if nr not in standing_rows:
            told = _values(admin, roster) | {"Meldingen": lines.get(nr, "")}
            yield AddRow(BEHEERDERS.title, nr, tuple(told.items()))


def _values(admin: Member, roster: Roster) -> dict[str, str]:
    group = roster.group_named[fold(admin.group)]
    return {
        "Nr": admin.nr,
        "Naam": admin.name,
        "Mobiel": admin.mobile or "",
        "Groep": group.name,
        "Gebied": group.area,
    }


def _differences(table: Table, row: AdminRow, values: dict[str, str]) -> Iterator[SetCell]:
    index = row.place.row - table.first
    for column, value in values.items():
        was: Cell = table.cell(index, column)
        if not says(was, value):
            yield SetCell(row.place.at(column), value, was)
