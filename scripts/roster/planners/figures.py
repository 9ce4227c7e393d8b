"""Where the network stands, in numbers: by group, by area, by month and by year; and where its signs are."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from typing import NamedTuple

from roster.model import Group, Role, Status
from roster.plan.steps import View
from roster.sheet.table import fold

_MONTHS = 12

_SMALLEST_MAP = 0.01
"""Degrees: a kilometre, so that two signs of one street are not a map apart."""


class GroupFill(NamedTuple):
    """How full a group is; `share` is its percentage, at most 100."""

    name: str
    area: str
    status: str
    active: int
    free: int
    share: int
    admins: int
    waiting: int


class Figures:
    """The numbers of a View that are looked at, not acted on."""

    def __init__(self, view: View) -> None:
        self._view = view

    def groups(self) -> list[GroupFill]:
        """Each group with its fill, by area and name."""
        view, standing, size = self._view, self._view.standing, self._view.terms.limits.group_size
        rows = []
        for group in sorted(view.roster.group_named.values(), key=lambda one: (fold(one.area), fold(one.name))):
            name = fold(group.name)
            active = len(standing.active.get(name, ()))
            rows.append(
                GroupFill(
                    name=group.name,
                    area=self._area(group),
                    status=standing.group[group.place.key].value,
                    active=active,
                    free=max(0, size - active),
                    share=min(100, round(100 * active / size)),
                    admins=len(standing.admins.get(name, ())),
                    waiting=len(standing.waiting.get(name, ())),
                )
            )
        return rows

    def areas(self) -> list[dict[str, object]]:
        """Each area with what its groups hold together."""
        roster, status = self._view.roster, self._view.standing.member
        found: dict[str, Counter[str]] = {self._area_name(area.name): Counter() for area in roster.areas}
        for row in self.groups():
            counts = found.setdefault(row.area, Counter())
            counts.update(groups=1, active=row.active, free=row.free, admins=row.admins, waiting=row.waiting)
        for member in roster.members:
            if status.get(member.place.key) is Status.BLOCKED:
                home = roster.group_named.get(fold(member.group))
                found.setdefault(self._area(home) if home else "zonder groep", Counter())["blocked"] += 1
        whats = ("groups", "active", "free", "admins", "blocked", "waiting")
        return [
            {"name": name, **{what: counts[what] for what in whats}}
            for name, counts in sorted(found.items(), key=lambda one: fold(one[0]))
        ]

    def months(self) -> list[dict[str, object]]:
        """How many joined in each of the last twelve months, this one included."""
        today = self._view.terms.today
        joined = Counter((one.joined.year, one.joined.month) for one in self._view.roster.members if one.joined)
        months = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(_MONTHS - 1, -1, -1)]
        most = max([joined[year, month + 1] for year, month in months], default=0) or 1
        return [
            {
                "label": f"{month + 1}-{year}",
                "count": joined[year, month + 1],
                "share": round(100 * joined[year, month + 1] / most),
            }
            for year, month in months
        ]

    def signs(self) -> list[dict[str, object]]:
        """The places of the sign requests that count, on a map of 1000 by 1000 that they just fill.

        A group's name stands at the first of its places, so that it can be read which is which.
        """
        bounds, status_of = self._view.terms.network.bounds, self._view.standing.request
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
                    "told": f"{request.nr} {request.group}: {status.value if status else ''}",
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
                status = self._view.standing.request.get(request.place.key)
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
