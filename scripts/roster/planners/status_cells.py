"""Tells every row where it stands, in the software's own columns; and keeps tab Beheerders, a row for each admin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from roster.finding import lines_by_row
from roster.model import AdminRow, Group, Member, Role, Roster, Status, Statuses
from roster.plan.steps import AddRow, CellStep, SetCell, View, by_view
from roster.reading.admin_rows import admins_by_nr, rows_of_admins, typed_rows
from roster.sheet.columns import BEHEERDERS, BORDAANVRAGEN, DEELNEMERS, GEBIEDEN, GROEPEN, LIST_COLUMN, STRATEN
from roster.sheet.table import Cell, Place, Table, fold, says
from roster.terms import Terms

Values = Mapping[str, str | int]


def plan_status_cells(view: View) -> Iterator[SetCell]:
    """Every own cell of the people's tabs that should say something else than it says now.

    Rows without anything of people's in them keep no marks. Tab Beheerders has its own planner.
    """
    lines = lines_by_row(view.findings, view.roster.tables)
    roster, statuses = view.roster, view.statuses
    values: dict[str, dict[str, Values]] = {
        DEELNEMERS.title: {
            member.place.key: {"Nr": member.nr, "Status": statuses.member[member.place.key].value}
            for member in roster.members
        },
        GROEPEN.title: {group.place.key: _group_values(group, roster, statuses, view.terms) for group in roster.groups},
        STRATEN.title: {street.place.key: {} for street in roster.streets},
        GEBIEDEN.title: dict(_area_values(roster, statuses)),
        BORDAANVRAGEN.title: {
            request.place.key: {"Nr": request.nr, "Status": statuses.request[request.place.key].value}
            for request in roster.requests
        },
    }
    for tab, rows in values.items():
        yield from _tell(roster.tables[tab], rows, lines.get(tab, {}))


def _tell(table: Table, rows: Mapping[str, Values], lines: Mapping[str, str]) -> Iterator[SetCell]:
    """Compare what each row should say with what it says, and yield the differences."""
    own = [(column, table.columns.get(column, -1)) for column in sorted(table.own)]
    ours = {"Meldingen", *next(iter(rows.values()), ())}
    here = [(column, position) for column, position in own if column in ours]
    for index, (key, cells) in enumerate(zip(table.keys, table.rows, strict=True)):
        values = rows.get(key)
        # A row of which only our own marks are left is nobody's any more, so every mark goes;
        # elsewhere the columns that other planners write (Welkom, Verstuurd …) are not touched here.
        for column, position in own if values is None else here:
            if values is None:  # nobody's row may still have a line: that it is a total, and counts for nothing
                value: str | int = lines.get(key, "") if column == "Meldingen" else ""
            else:
                value = lines.get(key, "") if column == "Meldingen" else values[column]
            was = cells[position] if 0 <= position < len(cells) else None
            if was != value and not says(was, value):
                yield SetCell(Place(table.tab, table.first + index, key, column), value, was)


def _group_values(group: Group, roster: Roster, statuses: Statuses, terms: Terms) -> Values:
    """What a group's row says of itself. A second row of the same name counts nobody."""
    name = fold(group.name)
    mine = roster.group_named.get(name) is group
    active = len(statuses.active.get(name, ())) if mine else 0
    admins = statuses.admins.get(name, ()) if mine else ()
    return {
        "Status": statuses.group[group.place.key].value,
        "Aantal": active,
        "Vrij": max(0, terms.limits.group_size - active),
        "Beheerders": ", ".join(admin.name for admin in admins),
        LIST_COLUMN: roster.tables[DEELNEMERS.title].lists.get(name, "") if mine else "",
    }


def _area_values(roster: Roster, statuses: Statuses) -> Iterator[tuple[str, Values]]:
    """How many groups and active members each area has."""
    groups: Counter[str] = Counter()
    members: Counter[str] = Counter()
    for name, group in roster.group_named.items():
        groups[fold(group.area)] += 1
        members[fold(group.area)] += len(statuses.active.get(name, ()))
    for area in roster.areas:
        mine = roster.area_named.get(fold(area.name)) is area
        name = fold(area.name) if mine else ""
        yield area.place.key, {"Groepen": groups[name] if name else 0, "Aantal": members[name] if name else 0}


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
    admins = admins_by_nr(view.statuses)
    rows = rows_of_admins(roster, view.statuses)
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
            cells = _values(admin, roster) | {"Meldingen": lines.get(nr, "")}
            yield AddRow(BEHEERDERS.title, nr, tuple(cells.items()))


def former_admins(view: View, group: str) -> list[str]:
    """Who is called an admin of this group (folded) and is none now, with why: "Anna Bakker is afgemeld"."""
    there = {one.place.key for one in view.statuses.admins.get(group, ())}
    return [_why_not(one, view) for one in _called_admins(view).get(group, ()) if one.place.key not in there]


@by_view
def _called_admins(view: View) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for member in view.roster.members:
        if member.role is Role.ADMIN:
            found.setdefault(fold(member.group), []).append(member)
    return found


def describe_former_admins(view: View) -> Iterator[str]:
    """Which groups lost an admin since tab Beheerders was last kept, and have one or none now; and why."""
    admins, member_of = admins_by_nr(view.statuses), {one.nr: one for one in reversed(view.roster.members)}
    lost: dict[str, list[str]] = {}
    for row in view.roster.admin_rows:
        name, now, member = fold(row.group), admins.get(row.nr), member_of.get(row.nr)
        if not row.nr or name not in view.roster.group_named or row.reported == GONE:
            continue
        if now is None or fold(now.group) != name:
            gone = _why_not(member, view) if member else f"{row.name or row.nr} staat niet meer in het register"
            lost.setdefault(name, []).append(gone)
    for name, why in lost.items():
        left = view.statuses.admins.get(name, ())
        if len(left) <= 1:
            still = f"nog maar één beheerder ({left[0].name})" if left else "geen beheerder meer"
            yield f"Groep {view.roster.group_named[name].name} heeft {still}: {'; '.join(why)}."


def _why_not(member: Member, view: View) -> str:
    status = view.statuses.member.get(member.place.key)
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
