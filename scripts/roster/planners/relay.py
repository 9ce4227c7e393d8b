"""Passes news on that residents can act on now: for which groups it is, and a mail to each of their admins."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from roster.messages.audience import audience_of
from roster.messages.learned import logbook_of
from roster.messages.notices import COLUMN, RELAY
from roster.messages.recipient_history import recipient_history_of
from roster.model import Group, Member, Status
from roster.plan.delivery_status import State
from roster.plan.steps import Planner, Send, View
from roster.sheet.table import fold
from roster.streets.names import closest

LONGEST = 700
"""Marks of news that are read at a glance."""


def tidy_news(typed: str) -> tuple[str, ...]:
    """The lines of a text, without blank ones, and with single spaces; none of a text without a letter or a digit."""
    whole = unicodedata.normalize("NFC", typed.encode("utf-8", "replace").decode())
    if not any(mark.isalnum() for mark in whole):
        return ()
    return tuple(filter(None, (" ".join(line.split()) for line in whole.splitlines())))


@dataclass(frozen=True, slots=True)
class Circulation:
    """Who passes news on: the groups that have started, with their areas, and the admins of all that are not blocked.

    `area` is its name as tab Gebieden writes it, "" for all areas.
    """

    area: str
    areas: tuple[str, ...]
    groups: tuple[Group, ...]
    admins: tuple[Member, ...]


def circulation(view: View, typed: str) -> Circulation | str:
    """Whom news about an area, or about all, is for; where there is no such area, the one that was meant, or ""."""
    area = view.roster.area_named.get(fold(typed))
    if typed.strip() and area is None:
        return closest(typed, (one.name for one in view.roster.areas))
    name = area.name if area else ""
    status = view.statuses.group
    groups = [one for one in view.roster.group_named.values() if not name or fold(one.area) == fold(name)]
    admins = [
        admin
        for group in groups
        if status[group.place.key] is not Status.BLOCKED
        for admin in view.statuses.admins.get(fold(group.name), ())
    ]
    started = [one for one in groups if status[one.place.key] in (Status.ACTIVE, Status.FULL)]
    areas = sorted({audience_of(view).area_name(one) for one in started}, key=fold)
    return Circulation(name, tuple(areas), tuple(sorted(started, key=lambda one: fold(one.name))), tuple(admins))


@dataclass(frozen=True, slots=True)
class Recipients:
    """The admins of a circulation: who is mailed now, who was mailed this news today, and who takes no mail."""

    due: tuple[Member, ...]
    done: tuple[Member, ...]
    without_mail: tuple[Member, ...]


def recipients_of(view: View, admins: Iterable[Member], news: tuple[str, ...]) -> Recipients:
    """How each of these admins stands with this news. What may have reached her counts as done."""
    audience, version = audience_of(view), _version(view, news)
    done_states = (*audience.done, State.UNCERTAIN, State.BUSY)
    due, done, without = list[Member](), list[Member](), list[Member]()
    for admin in admins:
        person = recipient_history_of(view).person(admin)
        letters = [one for one in view.history.of_person.get(person, ()) if one.key == (person, RELAY, version)]
        if any(one.state in done_states for one in letters):
            done.append(admin)
        elif not audience.can_be_mailed(admin) or audience.refused(admin, RELAY, version):
            without.append(admin)
        else:
            due.append(admin)
    return Recipients(tuple(due), tuple(done), tuple(without))


def relay_planner(news: tuple[str, ...], area: str, facts: Mapping[str, object]) -> Planner:
    """The planner of a mail with this news to each admin who had none today; `facts` are what they all tell."""

    def plan_relay(view: View) -> Iterator[Send]:
        audience, version, found = audience_of(view), _version(view, news), circulation(view, area)
        admins = found.admins if isinstance(found, Circulation) else ()  # the area may have gone meanwhile
        for admin in recipients_of(view, admins, news).due:
            yield audience.letter(
                admin,
                RELAY,
                version,
                {**facts, "group": admin.group},
                mark=admin.place.at(COLUMN),
                mark_was=recipient_history_of(view).cell(admin, COLUMN),
                shared_cell=True,
            )

    return plan_relay


def _version(view: View, news: tuple[str, ...]) -> str:
    """What names this news on this day, the same from each laptop. Nobody reads the news in it."""
    return logbook_of(view).mark("\n".join((RELAY, view.terms.today.isoformat(), *news)))
