"""Tells every row where it stands: Nr, Status, Meldingen and the counts, in the software's own columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from roster.finding import lines_by_row
from roster.model import Group, Roster, Standing, Terms
from roster.plan.steps import SetCell, View
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS, GEBIEDEN, GROEPEN, LIST_COLUMN, STRATEN
from roster.sheet.table import Place, Table, fold, says

Values = Mapping[str, str | int]


def plan_marks(view: View) -> Iterator[SetCell]:
    """Every own cell of the people's tabs that should say something else than it says now.

    Rows without anything of people's in them keep no marks. Tab Beheerders has its own planner.
    """
    lines = lines_by_row(view.findings, view.roster.tables)
    roster, standing = view.roster, view.standing
    told: dict[str, dict[str, Values]] = {
        DEELNEMERS.title: {
            member.place.key: {"Nr": member.nr, "Status": standing.member[member.place.key].value}
            for member in roster.members
        },
        GROEPEN.title: {group.place.key: _group_values(group, roster, standing, view.terms) for group in roster.groups},
        STRATEN.title: {street.place.key: {} for street in roster.streets},
        GEBIEDEN.title: dict(_area_values(roster, standing)),
        BORDAANVRAGEN.title: {
            request.place.key: {"Nr": request.nr, "Status": standing.request[request.place.key].value}
            for request in roster.requests
        },
    }
    for tab, rows in told.items():
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


def _group_values(group: Group, roster: Roster, standing: Standing, terms: Terms) -> Values:
    """What a group's row says of itself. A second row of the same name counts nobody."""
    name = fold(group.name)
    mine = roster.group_named.get(name) is group
    active = len(standing.active.get(name, ())) if mine else 0
    admins = standing.admins.get(name, ()) if mine else ()
    return {
        "Status": standing.group[group.place.key].value,
        "Aantal": active,
        "Vrij": max(0, terms.limits.group_size - active),
        "Beheerders": ", ".join(admin.name for admin in admins),
        LIST_COLUMN: roster.tables[DEELNEMERS.title].lists.get(name, "") if mine else "",
    }


def _area_values(roster: Roster, standing: Standing) -> Iterator[tuple[str, Values]]:
    """How many groups and active members each area has."""
    groups: Counter[str] = Counter()
    members: Counter[str] = Counter()
    for name, group in roster.group_named.items():
        groups[fold(group.area)] += 1
        members[fold(group.area)] += len(standing.active.get(name, ()))
    for area in roster.areas:
        mine = roster.area_named.get(fold(area.name)) is area
        name = fold(area.name) if mine else ""
        yield area.place.key, {"Groepen": groups[name] if name else 0, "Aantal": members[name] if name else 0}
