"""Every WhatsApp group: who is in it, and who is given their contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from roster.cells.text import group_invitation
from roster.messages.recipient_history import recipient_history_of
from roster.model import Group, Member, Status
from roster.plan.steps import View, file_name, group_folders
from roster.sheet.table import fold
from roster.vcard import Frame, frame

COORDINATOR = "coördinator"
"""Who is given the contacts of the admin groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """Who is in one WhatsApp group, and who is given their contacts: a group, the regiegroep, or that of an area.

    `invitation` is the link by which one joins, where the admins of the group approve who does.
    `people` are (person, name, Member) of whom the contacts are given to: the admins, or the coordinator alone.
    """

    key: str
    title: str
    folder: str
    members: tuple[Member, ...]
    people: tuple[tuple[str, str, Member | None], ...]
    frame: Frame
    group: Group | None = None
    invitation: str = ""


_Sound = Callable[[Iterable[Member]], tuple[Member, ...]]


def circles_of(view: View) -> tuple[Circle, ...]:
    """Every group that is not blocked, the regiegroep, and the admin group of each area that has an admin."""
    blocked = frozenset((one.place.tab, one.place.key) for one in view.findings if one.blocks)

    def sound(members: Iterable[Member]) -> tuple[Member, ...]:
        """Those about whom something may leave."""
        return tuple(one for one in members if one.mobile and (one.place.tab, one.place.key) not in blocked)

    return (*_groups(view, sound), *_admin_groups(view, sound))


def _groups(view: View, sound: _Sound) -> Iterator[Circle]:
    person = recipient_history_of(view).person
    for key, group in view.roster.group_named.items():
        if view.standing.group[group.place.key] is Status.BLOCKED:
            continue
        people = tuple((person(admin), admin.name, admin) for admin in sound(view.standing.admins.get(key, ())))
        members = sound(view.standing.active.get(key, ()))
        link = group_invitation(group.invitation) if group.approval else ""
        yield Circle(key, group.name, group_folders(view)[key], members, people, frame(group, view.terms), group, link)


def _admin_groups(view: View, sound: _Sound) -> Iterator[Circle]:
    """For the coordinator. A row for each admin, whatever group he is admin of."""
    by_area: dict[str, list[Member]] = {}
    for key, group in view.roster.group_named.items():
        by_area.setdefault(fold(group.area), []).extend(sound(view.standing.admins.get(key, ())))
    everybody = [admin for admins in by_area.values() for admin in admins]
    areas = [
        (f"/{key}", f"Gebied {area.name}", f"gebieden/{file_name(area.name)}", by_area.get(key, []), area.place)
        for key, area in view.roster.area_named.items()
    ]
    people = ((COORDINATOR, view.terms.network.coordinator or COORDINATOR.capitalize(), None),)
    taken: set[str] = set()
    if everybody:
        areas.insert(0, ("/", "Regiegroep", "regiegroep", everybody, everybody[0].place))
    for key, title, folder, admins, place in areas:
        while folder.casefold() in taken:
            folder += "-2"  # noqa: PLW2901  # as long as it is another's
        taken.add(folder.casefold())
        if admins:
            shared = frame(Group(place, title), view.terms)
            yield Circle(key, title, folder, tuple(admins), people, shared)
