"""Where the network stands, in numbers, by group, area, month and year; and tab Overzicht, a row for each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from roster.model import Group, Member, Role, Status
from roster.plan.steps import AddRow, CellStep, SetCell, View
from roster.sheet.columns import GROEPEN, OVERZICHT
from roster.sheet.table import Place, Table, fold, is_blank, says

_MONTHS = 12

FITS = "a_group_fits_in_whatsapp"
"""The rule that says of a group that it is full, or nearly."""

_NEW = 30
"""Days that somebody who joined counts as new."""

_SMALLEST_MAP = 0.01
"""Degrees: a kilometre, so that two signs of one street are not a map apart."""


class Fill(NamedTuple):
    """How full a group is, an area or all of them; `share` is its percentage, at most 100.

    `new` and `stickers` count active members: who joined in the last days, and whose sticker is up. `is_full` is True
    from where the register says so. `status` is a group's.
    """

    name: str
    groups: int
    active: int
    free: int
    admins: int
    new: int
    blocked: int
    waiting: int
    stickers: int
    share: int
    area: str = ""
    status: str = ""
    is_full: bool = False


class Month(NamedTuple):
    """How many joined in a month; `share` is a percentage of the busiest one."""

    label: str
    joined: int
    share: int


_SUMMED = ("groups", "active", "free", "admins", "new", "blocked", "waiting", "stickers")


class Figures:
    """The numbers of a View that are looked at, not acted on."""

    def __init__(self, view: View) -> None:
        self._view = view

    @cached_property
    def groups(self) -> list[Fill]:
        """Each group, by area and name."""
        view, statuses = self._view, self._view.statuses
        blocked = self._blocked
        nearly = {one.place.key for one in view.findings if one.rule == FITS and one.place.tab == GROEPEN.title}
        rows = []
        for group in sorted(view.roster.group_named.values(), key=lambda one: (fold(one.area), fold(one.name))):
            name = fold(group.name)
            counts = Counter(
                groups=1,
                active=len(statuses.active.get(name, ())),
                free=max(0, view.terms.limits.group_size - len(statuses.active.get(name, ()))),
                admins=len(statuses.admins.get(name, ())),
                new=sum(map(self._is_new, statuses.active.get(name, ()))),
                blocked=blocked[name],
                waiting=len(statuses.waiting.get(name, ())),
                stickers=sum(member.sticker is True for member in statuses.active.get(name, ())),
            )
            fill = self._fill(group.name, counts)
            status = statuses.group[group.place.key].value
            is_full = group.place.key in nearly
            rows.append(fill._replace(area=self._area(group), status=status, is_full=is_full))
        return rows

    @cached_property
    def areas(self) -> list[Fill]:
        """Each area with what its groups hold together, and whoever is blocked without a group that is there."""
        roster = self._view.roster
        found: dict[str, Counter[str]] = {self._area_name(area.name): Counter() for area in roster.areas}
        for row in self.groups:
            found.setdefault(row.area, Counter()).update({what: getattr(row, what) for what in _SUMMED})
        astray = sum(count for name, count in self._blocked.items() if name not in roster.group_named)
        if astray:
            found.setdefault("zonder groep", Counter())["blocked"] += astray
        return [self._fill(name, counts) for name, counts in sorted(found.items(), key=lambda one: fold(one[0]))]

    @property
    def together(self) -> Fill:
        """All areas."""
        counts = sum((Counter({what: getattr(row, what) for what in _SUMMED}) for row in self.areas), Counter())
        return self._fill("Samen", counts)

    @cached_property
    def _blocked(self) -> Counter[str]:
        """How many rows are blocked, by the folded name of the group that they say."""
        status = self._view.statuses.member
        return Counter(
            fold(one.group) for one in self._view.roster.members if status.get(one.place.key) is Status.BLOCKED
        )

    def _is_new(self, member: Member) -> bool:
        today = self._view.terms.today
        return member.joined is not None and today - timedelta(_NEW) < member.joined <= today

    def _fill(self, name: str, counts: Counter[str]) -> Fill:
        places = self._view.terms.limits.group_size * counts["groups"]
        share = min(100, round(100 * counts["active"] / places)) if places else 0
        groups, active, free, admins, new, blocked, waiting, stickers = (counts[what] for what in _SUMMED)
        return Fill(name, groups, active, free, admins, new, blocked, waiting, stickers, share)

    def months(self) -> list[Month]:
        """How many joined in each of the last twelve months, this one included."""
        today = self._view.terms.today
        joined = Counter((one.joined.year, one.joined.month) for one in self._view.roster.members if one.joined)
        months = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(_MONTHS - 1, -1, -1)]
        most = max([joined[year, month + 1] for year, month in months], default=0) or 1
        return [
            Month(f"{month + 1}-{year}", joined[year, month + 1], round(100 * joined[year, month + 1] / most))
            for year, month in months
        ]

    def signs(self) -> list[dict[str, object]]:
        """The places of the sign requests that count, on a map of 1000 by 1000 that they just fill.

        A group's name stands at the first of its places, so that it can be read which is which.
        """
        bounds, status_of = self._view.terms.network.bounds, self._view.statuses.request
        spots = [
            (request, spot)
            for request in self._view.roster.requests
            for spot in request.locations
            if spot is not None and bounds.hold(spot.latitude, spot.longitude)
            if status_of.get(request.place.key) is not Status.BLOCKED
        ]
        wests, norths = [spot.longitude for _, spot in spots], [spot.latitude for _, spot in spots]
        if not spots:
            return []
        middle, height = (min(wests) + max(wests)) / 2, (min(norths) + max(norths)) / 2
        narrow = math.cos(math.radians(height))  # a degree to the east is shorter than one to the north
        scale = 800 / max((max(wests) - min(wests)) * narrow, max(norths) - min(norths), _SMALLEST_MAP)
        places: list[dict[str, object]] = []
        named: set[str] = set()
        for request, spot in spots:
            status = status_of.get(request.place.key)
            places.append(
                {
                    "x": round(500 + scale * narrow * (spot.longitude - middle)),
                    "y": round(500 - scale * (spot.latitude - height)),
                    "caption": f"{request.nr} {request.group}: {status.value if status else ''}",
                    "stands": status in (Status.PLACED, Status.PROMISED),
                    "name": "" if fold(request.group) in named else request.group,
                }
            )
            named.add(fold(request.group))
        return places

    def year(self, year: int) -> list[dict[str, object]]:
        """What a year brought, by area: counts alone, for whoever asks from outside."""
        first, last = date(year, 1, 1), min(date(year, 12, 31), self._view.terms.today)
        rows: dict[str, Counter[str]] = {self._area_name(one.name): Counter() for one in self._view.roster.areas}
        for group in self._view.roster.group_named.values():
            rows.setdefault(self._area(group), Counter())["groups"] += 1
        for member in self._view.roster.members:
            home = self._view.roster.group_named.get(fold(member.group))
            if home is None or member.joined is None or member.joined > last or (member.left and not member.left_on):
                continue  # a day that is not known falls in no year
            counts = rows.setdefault(self._area(home), Counter())
            gone = member.left_on and max(member.left_on, member.joined)
            counts["before"] += member.joined < first and (gone is None or gone >= first)
            counts["joined"] += member.joined >= first
            counts["left"] += gone is not None and first <= gone <= last
            counts["now"] += not member.left
            counts["admins"] += not member.left and member.role is Role.ADMIN
        for request in self._view.roster.requests:
            home = self._view.roster.group_named.get(fold(request.group))
            if home is not None:
                counts = rows.setdefault(self._area(home), Counter())
                counts["asked"] += request.requested_on is not None and request.requested_on.year == year
                status = self._view.statuses.request.get(request.place.key)
                counts["waiting"] += status in (Status.DRAFT, Status.SUBMITTED)
                if request.decided_on is not None and request.decided_on.year == year and status is not None:
                    counts[status.value] += 1
        together = sum(rows.values(), Counter())
        return [{"name": name, "counts": counts} for name, counts in [*rows.items(), ("Samen", together)]]

    def _area(self, group: Group) -> str:
        return self._area_name(group.area)

    def _area_name(self, name: str) -> str:
        area = self._view.roster.area_named.get(fold(name))
        return area.name if area else name or "zonder gebied"


_Line = dict[str, str | int]


def plan_overview(view: View) -> Iterator[CellStep]:
    """Every cell that should say something else than it says now; new rows below the last one.

    A row is named by its Regel, so people may sort. What they copied or put in our columns themselves gives its row
    to a line that has none, or is emptied. Nothing is planned for a register without people and groups, nor on a tab
    of that name that is people's own.
    """
    table = view.roster.tables.get(OVERZICHT.title)
    if not (view.roster.members or view.roster.groups) or (table is not None and table.theirs):
        return
    lines = {str(line["Regel"]): line for line in _lines(Figures(view))}
    there, spare = _rows(table, lines) if table is not None else ({}, [])
    for name, line in lines.items():
        row = there.get(name) or (spare.pop(0) if spare else None)
        if row is None or table is None:
            yield AddRow(OVERZICHT.title, name, tuple((one, line.get(one, "")) for one in OVERZICHT.headings))
        else:
            yield from _tell(table, row, line)
    for row in spare:
        assert table is not None  # the rows are its
        yield from _tell(table, row, {})


def _lines(figures: Figures) -> Iterator[_Line]:
    """The lines of the tab, top to bottom: on the left the figures, beside them the months."""
    kinds = [("alles", [figures.together]), ("gebied", figures.areas), ("groep", figures.groups)]
    left: list[_Line] = [_figures(kind, fill) for kind, fills in kinds for fill in fills]
    right: list[_Line] = [{"Maand": month.label, "Aanmeldingen": month.joined} for month in figures.months()]
    for number, (one, other) in enumerate(zip_longest(left, right, fillvalue=_Line()), 1):
        yield {**one, **other, "Regel": f"regel {number}"}


def _figures(kind: str, fill: Fill) -> _Line:
    return {
        "Naam": fill.name,
        "Wat": kind,
        "Deelnemers": fill.active,
        "Vrij": fill.free,
        "Vol in %": fill.share,
        "Beheerders": fill.admins,
        "Nieuw in 30 dagen": fill.new,
        "Geblokkeerd": fill.blocked,
        "Wachtlijst": fill.waiting,
        "Stickers": fill.stickers,
    }


def _rows(table: Table, lines: dict[str, _Line]) -> tuple[dict[str, Place], list[Place]]:
    """Which row is whose, and those in which something of ours stands that is no line's."""
    there: dict[str, Place] = {}
    spare: list[Place] = []
    for index, name in enumerate(table.column(OVERZICHT.named_by)):
        known = name.strip() if isinstance(name, str) else ""
        if known in lines and known not in there:
            there[known] = table.place(index)
        elif not all(is_blank(table.cell(index, heading)) for heading in OVERZICHT.headings):
            spare.append(table.place(index))
    return there, spare


def _tell(table: Table, row: Place, line: _Line) -> Iterator[SetCell]:
    for heading in OVERZICHT.headings:
        was = table.cell(row.row - table.first, heading)
        if not says(was, line.get(heading, "")):
            yield SetCell(row.at(heading), line.get(heading, ""), was)
