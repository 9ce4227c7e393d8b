"""Keeps tab Beheerders: a row for each admin, the people's two answers left where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from roster.finding import lines_by_row
from roster.model import AdminRow, Member, Role, Roster, Status
from roster.plan.steps import AddRow, CellStep, SetCell, View
from roster.reading.admin_rows import admins_by_nr, rows_of_admins, typed_rows
from roster.sheet.columns import BEHEERDERS
from roster.sheet.table import Cell, Table, fold, says

GONE = (
    "Let op: dit is nu geen beheerder van een groep. Haal het nummer uit de regiegroep en uit de gebiedsgroep. "
    "Zet daarna hier twee keer nee: dan verdwijnt deze melding."
)


STRANGER = (
    "Let op: hierbij hoort (nog) geen beheerder van een groep. Zet bij Mobiel het nummer zoals het op het tabblad "
    "Deelnemers staat, of haal de rij weg."
)


def plan_admins(view: View) -> Iterator[CellStep]:
    """One row for each active admin, named by Nr; new admins below the last row.

    No row is moved or removed, so a person's "ja" always stays beside the name it was given for. A row that people
    typed beforehand is filled in, and one that is nobody's is left as it is, with what mends it.
    A row of somebody who is no admin any more says so until both answers are blank or "nee".
    """
    roster = view.roster
    lines = lines_by_row(view.findings, roster.tables).get(BEHEERDERS.title, {})
    table = roster.tables.get(BEHEERDERS.title)
    admins = admins_by_nr(view.standing)
    rows = rows_of_admins(roster, view.standing)
    whose = {row.place.row: nr for nr, row in rows.items()}
    typed = {row.place.row: nr for row, nr in typed_rows(roster, admins)}
    for row in roster.admin_rows:
        assert table is not None  # rows were read from it
        nr = whose.get(row.place.row)
        if nr is not None:
            values = _values(admins[nr], roster) | {"Meldingen": lines.get(nr, "")}
        elif row.place.row in typed:
            values = {"Meldingen": _double(rows.get(typed[row.place.row]))}
        elif row.in_regiegroep or row.in_area_group:
            values = {"Meldingen": GONE}
        else:
            values = dict.fromkeys(BEHEERDERS.own, "")
        yield from _differences(table, row, values)
    for nr, admin in sorted(admins.items()):
        if nr not in rows:
            told = _values(admin, roster) | {"Meldingen": lines.get(nr, "")}
            yield AddRow(BEHEERDERS.title, nr, tuple(told.items()))


def former_admins(view: View, group: str) -> list[str]:
    """Who is called an admin of this group (folded) and is none now, with why: "Anna Bakker is afgemeld"."""
    there = {one.place.key for one in view.standing.admins.get(group, ())}
    called = (one for one in view.roster.members if one.role is Role.ADMIN and fold(one.group) == group)
    return [_why_not(one, view) for one in called if one.place.key not in there]


def describe_former_admins(view: View) -> Iterator[str]:
    """Which groups lost an admin since tab Beheerders was last kept, and have one or none now; and why."""
    admins, member_of = admins_by_nr(view.standing), {one.nr: one for one in reversed(view.roster.members)}
    lost: dict[str, list[str]] = {}
    for row in view.roster.admin_rows:
        name, now, member = fold(row.group), admins.get(row.nr), member_of.get(row.nr)
        if not row.nr or name not in view.roster.group_named or row.told == GONE:
            continue
        if now is None or fold(now.group) != name:
            gone = _why_not(member, view) if member else f"{row.name or row.nr} staat niet meer in het register"
            lost.setdefault(name, []).append(gone)
    for name, why in lost.items():
        left = view.standing.admins.get(name, ())
        if len(left) <= 1:
            still = f"nog maar één beheerder ({left[0].name})" if left else "geen beheerder meer"
            yield f"Groep {view.roster.group_named[name].name} heeft {still}: {'; '.join(why)}."


def _why_not(member: Member, view: View) -> str:
    status = view.standing.member.get(member.place.key)
    if status in (Status.LEFT, Status.BLOCKED):
        return f"{member.name} is {status.value}"
    if status is Status.WAITING:
        return f"{member.name} staat op de wachtlijst"
    where = f"hoort nu bij groep {member.group}" if member.role is Role.ADMIN else "is geen beheerder meer"
    return f"{member.name} {where}"


def _double(row: AdminRow | None) -> str:
    """What a typed row says that is nobody's, or that is an admin's who has a row already."""
    if row is None:
        return STRANGER
    return f"Let op: deze beheerder staat al in rij {row.place.row}. Zet de twee antwoorden daar, en haal deze rij weg."


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
