"""Every WhatsApp group: who is in it, who is given their contacts, and why somebody is in it no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from roster.cells.text import group_invitation
from roster.logbook import GivenCard, said_on_card
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
        if view.statuses.group[group.place.key] is Status.BLOCKED:
            continue
        people = tuple((person(admin), admin.name, admin) for admin in sound(view.statuses.admins.get(key, ())))
        members = sound(view.statuses.active.get(key, ()))
        link = group_invitation(group.invitation) if group.approval else ""
        yield Circle(key, group.name, group_folders(view)[key], members, people, frame(group, view.terms), group, link)


def _admin_groups(view: View, sound: _Sound) -> Iterator[Circle]:
    """For the coordinator. A row for each admin, whatever group he is admin of."""
    by_area: dict[str, list[Member]] = {}
    for key, group in view.roster.group_named.items():
        by_area.setdefault(fold(group.area), []).extend(sound(view.statuses.admins.get(key, ())))
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


@dataclass(frozen=True, slots=True)
class Gone:
    """A contact that is to be taken out: how it is called, its number (E.164), and why."""

    name: str
    mobile: str
    why: str


class Departures:
    """Why contacts that an admin has are no longer those of a circle."""

    def __init__(self, view: View) -> None:
        self._view = view

    def card(self, member: Member) -> GivenCard:
        """A member's card as the ledger knows it."""
        identity = self._view.history.identity
        return GivenCard(member.nr, identity(member.mobile or ""), identity(said_on_card(member.name)))

    def of(self, card: GivenCard, circle: Circle) -> Gone | None:
        """How a contact is called that is to be taken out, and why; None where that is known no more."""
        row, contact = self._row_of(card), self._view.history.recalled(card, circle.folder)
        if contact is None and row is not None and row.mobile and self.card(row).mobile == card.mobile:
            contact = row.name, row.mobile
        if contact is None:
            return None
        if row is None:
            return Gone(*contact, "staat niet meer in het register")
        changed = row in circle.members  # and so with another number
        return Gone(*contact, "heeft een nieuw nummer: dat is een nieuw contact" if changed else self._why(row, circle))

    def _row_of(self, card: GivenCard) -> Member | None:
        """The row of whose card this was. Who has that number by now is somebody else, unless Nr or name say so."""
        there = self._by_nr.get(card.nr)
        rows = [*self._by_mobile.get(card.mobile, ()), *([there] if there else ())]
        return next((one for one in rows if self._is_same(one, card)), None)

    def _is_same(self, row: Member, card: GivenCard) -> bool:
        now = self.card(row)
        return now.name == card.name or (now.nr == card.nr and now.mobile == card.mobile)

    def _why(self, row: Member, circle: Circle) -> str:
        statuses = self._view.statuses
        if row.left:
            return "is afgemeld"
        if circle.group is None:
            return "is geen beheerder meer"
        if fold(row.group) != circle.key:
            return f"hoort nu bij groep {row.group}" if row.group else "hoort niet meer bij deze groep"
        if statuses.member.get(row.place.key) is Status.WAITING:
            return "staat op de wachtlijst"
        return "doet even niet mee: in het register klopt iets nog niet"

    @cached_property
    def _by_mobile(self) -> dict[str, list[Member]]:
        """The rows by mobile, those of who left last."""
        identity, found = self._view.history.identity, dict[str, list[Member]]()
        for row in sorted(self._view.roster.members, key=lambda one: one.left):
            if row.mobile:
                found.setdefault(identity(row.mobile), []).append(row)
        return found

    @cached_property
    def _by_nr(self) -> dict[str, Member]:
        return {one.nr: one for one in self._view.roster.members}
