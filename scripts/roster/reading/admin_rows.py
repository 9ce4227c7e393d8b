"""Reads tab Beheerders, and knows whose each row is, also of rows that people typed before Buurtbeheer made one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from roster.cells import Unreadable, phone, text, yes_no
from roster.model import AdminRow, Member, Roster, Statuses
from roster.reading.row_ids import valid_number
from roster.reading.rows import Rows
from roster.sheet.table import Cell, Place, fold

_LONGEST_OWN, _LONGEST_MOBILE = 1000, 40


def read_admin_rows(rows: Rows) -> list[AdminRow]:
    """The rows of tab Beheerders. What does not read there goes by the admin's Nr, by which that tab is kept."""
    numbers = [valid_number(cell, "D") or text(cell) for cell in rows.cells("Nr")]
    before = len(rows.unread)
    in_regiegroep = rows.values("In regiegroep", yes_no, None)
    in_area_group = rows.values("In gebiedsgroep", yes_no, None)
    by_row = {place.row: number for place, number in zip(rows.places, numbers, strict=True)}
    for turn, unread in enumerate(rows.unread[before:], start=before):
        place = Place(unread.place.tab, unread.place.row, by_row[unread.place.row], unread.place.column)
        rows.unread[turn] = replace(unread, place=place)
    found = list(map(AdminRow, rows.places, numbers, in_regiegroep, in_area_group))
    own = [rows.cells(heading) for heading in ("Naam", "Mobiel", "Groep", "Gebied", "Meldingen")]
    for row, (name, mobile, group, area, reported) in zip(found, zip(*own, strict=True), strict=True):
        row.name, row.mobile, row.group = _written(name), _mobile(mobile), _written(group)
        row.area, row.reported = _written(area), _written(reported)
    return found


def _written(cell: Cell) -> str:
    """What one of our own cells says; what we cannot have written, nor a person in its place, is nothing."""
    return text(cell) if isinstance(cell, str) and len(cell) <= _LONGEST_OWN else ""


def _mobile(cell: Cell) -> str | None:
    if not isinstance(cell, str | int | float) or len(str(cell)) > _LONGEST_MOBILE:
        return None
    try:
        number = phone(cell)
    except Unreadable:
        return None
    return number.e164 if number is not None else None


def rows_of_admins(roster: Roster, statuses: Statuses) -> dict[str, AdminRow]:
    """The row of each admin by Nr; whoever has none is left out.

    A row with the Nr comes first. A row without a Nr is an admin's where his mobile stands in it, or his name and
    his group do, and no other admin's do as well.
    """
    admins = admins_by_nr(statuses)
    found: dict[str, AdminRow] = {}
    for row in roster.admin_rows:
        if row.nr in admins:
            found.setdefault(row.nr, row)
    for row, nr in typed_rows(roster, admins):
        if nr:
            found.setdefault(nr, row)
    return found


def admins_by_nr(statuses: Statuses) -> dict[str, Member]:
    """Every admin of a group."""
    return {admin.nr: admin for group in statuses.admins.values() for admin in group}


def typed_rows(roster: Roster, admins: Mapping[str, Member]) -> Iterator[tuple[AdminRow, str]]:
    """The rows that people typed themselves, without a Nr, each with that of the admin whose it is, or ""."""
    for row in roster.admin_rows:
        if valid_number(row.nr, "D") is None and (row.name or row.mobile or row.group):
            yield row, _fits(row, admins)


def _fits(row: AdminRow, admins: Mapping[str, Member]) -> str:
    by_mobile = [nr for nr, admin in admins.items() if row.mobile is not None and admin.mobile == row.mobile]
    by_name = [
        nr
        for nr, admin in admins.items()
        if row.name and _words(row.name) == _words(admin.name) and fold(row.group) in ("", fold(admin.group))
    ]
    return next((found[0] for found in (by_mobile, by_name) if len(found) == 1), "")


def _words(name: str) -> list[str]:
    """A name in whatever order: "Berg, Jan van den" is Jan van den Berg."""
    return sorted(re.findall(r"\w+", fold(name)))
