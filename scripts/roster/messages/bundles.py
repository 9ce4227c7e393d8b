"""Knows of every admin which contacts she has, and so what is new to her, who left, and who is called otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from roster.logbook import (
    HANDED_OVER,
    READY,
    START_ANEW,
    Given,
    GivenCard,
    WasGiven,
    handed_version,
    read_version,
)
from roster.messages.audience import audience_of
from roster.messages.circles import COORDINATOR, Circle, Departures, Gone, circles_of
from roster.messages.learned import logbook_of
from roster.messages.recipient_history import recipient_history_of
from roster.model import Member, Role
from roster.plan.delivery_status import State
from roster.plan.history import Message, row_of
from roster.plan.steps import View, by_view
from roster.sheet.table import fold

BUNDLE = "bundle"
"""The act of the mail with what is new."""

_WENT = (State.SENT, State.HAND)
_TURNS = 100


@dataclass(frozen=True, slots=True)
class Delta:
    """What one admin needs. Without `known` she starts anew, with all; `day` is when she was last given any.

    `by_mail` is True where that was by mail. `doubted` where she starts anew though she was given some: nobody knows
    (any more) what she has. Of what was given `elsewhere` another laptop may know it.
    """

    known: bool
    new: tuple[Member, ...] = ()
    renamed: tuple[Member, ...] = ()
    gone: tuple[Gone, ...] = ()
    day: date | None = None
    by_mail: bool = False
    doubted: bool = False
    elsewhere: bool = False

    @property
    def is_empty(self) -> bool:
        """True for whoever has all contacts as they are."""
        return self.known and not (self.new or self.renamed or self.gone)


@by_view
def bundles_of(view: View) -> Bundles:
    """The one of a view."""
    return Bundles(view)


class Bundles:
    """All circles of a view, and what each admin of them needs."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._book = logbook_of(view)  # each laptop makes the same marks
        self.circles = circles_of(view)
        self._gone = Departures(view)
        self._deltas: dict[tuple[str, str], Delta] = {}
        self._states: dict[str, str] = {}
        self._made: dict[str, tuple[GivenCard, ...]] = {}

    def delta(self, circle: Circle, person: str) -> Delta:
        """What this admin needs of this circle."""
        key = circle.key, person
        if key not in self._deltas:
            self._deltas[key] = self._delta(circle, person)
        return self._deltas[key]

    def is_mailed(self, person: str, admin: Member | None) -> bool:
        """True for whoever gets what is new by mail: her address takes mail, and did not refuse this."""
        view = self._view
        if admin is None or not view.terms.bundles_by_mail or not audience_of(view).can_be_mailed(admin):
            return False
        letters = [one for one in view.history.of_person.get(person, ()) if one.act == BUNDLE]
        recipients = recipient_history_of(view)
        return not any(one.state == State.REFUSED and recipients.is_refused(one, admin) for one in letters)

    def to_hand_over(self) -> Iterator[tuple[Circle, list[str]]]:
        """The groups of which somebody is to be given contacts, and the names of who is."""
        for circle in self.circles:
            waiting = [
                name
                for person, name, admin in circle.people
                if not self.is_mailed(person, admin) and not self.delta(circle, person).is_empty
            ]
            if circle.group is not None and waiting:
                yield circle, waiting

    def lying(self) -> list[Given]:
        """All contacts of each circle, as they lie ready for each of whom they are given to."""
        return [
            self.mailed(circle, person, READY)._replace(after=has.given.kind if has else "")
            for circle in self.circles
            for person, _name, _admin in circle.people
            for has in (self._has(circle, person),)
        ]

    def mailed(self, circle: Circle, person: str, version: str) -> Given:
        """What a mail with this version brings her to."""
        cards, state = self._cards(circle), self._state(circle)
        return Given(person, circle.key, version, circle.title, cards, state=state)

    def handed(self, given: Given, moment: datetime, *, anew: bool = False) -> Message:
        """The message that what lay ready was handed over, or that she begins anew, for every laptop to know."""
        version = handed_version(moment, self._book.mark(given.circle), "" if anew else given.state)
        person = self._whose(given.person)
        mobile = next((one.mobile for one in self._view.roster.members if self._person(one) == person), None)
        mark = (self._view.history.identity(mobile),) if mobile else ()
        return Message(person, BUNDLE, version, State.HAND, self._view.terms.today, mark)

    def learned(self) -> list[Given]:
        """What another laptop gave, and which contacts those were: known here only for as long as they lie ready."""
        last_given = (self._has(circle, person) for circle in self.circles for person, _name, _admin in circle.people)
        found = [one.given for one in last_given if one and not one.doubted and not one.given.at]
        kept = set(self._view.history.bundles) if found else ()
        return [one for one in found if one not in kept]

    def is_overtaken(self, given: Given) -> bool:
        """True where another laptop gave her something since these contacts were laid ready."""
        circle = next((one for one in self.circles if one.key == given.circle), None)
        has = self._has(circle, given.person) if circle is not None else None
        return has is not None and not has.given.at and has.given.kind != given.after

    def stay(self) -> set[tuple[str, str]]:
        """Of whom what they have is not forgotten: admins who are none for now, as their row or group is blocked.

        And whoever still has contacts under the name of another group than hers, until she was given those of hers.
        """
        found = [one for one in self._view.roster.members if one.role is Role.ADMIN and not one.left]
        former = [one for circle in self.circles for one in self._former(circle)]
        return {(self._person(one), fold(one.group)) for one in found} | {(one.person, one.circle) for one in former}

    def former(self, circle: Circle) -> list[str]:
        """Under the names of which other groups those have contacts yet who need all of this one: it may be renamed."""
        return sorted({one.title for one in self._former(circle)})

    def _former(self, circle: Circle) -> list[Given]:
        anew = {person for person, _name, _admin in circle.people if not self.delta(circle, person).known}
        now = {(person, one.key) for one in self.circles for person, _name, _admin in one.people}
        return [
            one
            for one in self._view.history.bundles
            if one.person in anew and one.kind != READY and one.cards and (one.person, one.circle) not in now
        ]

    def version(self, circle: Circle, person: str) -> str:
        """What names the mail that brings her from what she has to what is so now, the same from each laptop.

        One that may not have arrived is followed by another.
        """
        delta = self.delta(circle, person)
        since = delta.day.isoformat() if delta.day else ""
        name = f"{since if delta.known else f'alles{since}'} {self._state(circle)}"
        unsure = {
            one.version
            for one in self._view.history.of_person.get(person, ())
            if one.act == BUNDLE and one.state == State.UNCERTAIN and one.day < self._view.terms.today
        }
        names = (name, *(f"{name} {turn}" for turn in range(2, _TURNS)))
        return next(one for one in names if one not in unsure)

    def _cards(self, circle: Circle) -> tuple[GivenCard, ...]:
        if circle.key not in self._made:
            self._made[circle.key] = tuple(sorted(map(self._gone.card, circle.members)))
        return self._made[circle.key]

    def _state(self, circle: Circle) -> str:
        """A mark of all contacts."""
        if circle.key not in self._states:
            contacts = sorted(f"{member.mobile} {member.name}" for member in circle.members)
            self._states[circle.key] = self._book.mark("\n".join([circle.key, *contacts]))
        return self._states[circle.key]

    def _person(self, member: Member) -> str:
        return recipient_history_of(self._view).person(member)

    def _whose(self, person: str) -> str:
        """By whom a message goes: the coordinator by the row that he has as one."""
        if person != COORDINATOR:
            return person
        rows = (one for one in self._view.roster.members if one.role is Role.COORDINATOR and not one.left)
        return next(map(self._person, rows), person)

    @cached_property
    def _known(self) -> dict[str, list[Given]]:
        """What the ledger remembers of each circle."""
        found: dict[str, list[Given]] = {}
        for one in self._view.history.bundles:
            found.setdefault(one.circle, []).append(one)
        return found

    @cached_property
    def _since(self) -> dict[tuple[str, str], datetime]:
        """Since when tab Logboek tells of each such message, by Nr and version."""
        entries = self._view.history.logbook.entries.values()
        return {(one.nr, one.version): one.since for one in entries if one.act == BUNDLE}

    def _has(self, circle: Circle, person: str) -> WasGiven | None:
        """What she was last given, as far as any laptop told; None where nobody ever gave her any."""
        latest: WasGiven | None = None
        for one in self._known.get(circle.key, ()):
            if one.person == person and one.kind in (HANDED_OVER, START_ANEW):
                has = WasGiven(one, _at_the_end_of(one.day), one.kind == START_ANEW)
                latest = has if latest is None or has.is_later(latest) else latest
        for letter in self._view.history.of_person.get(self._whose(person), ()):
            if letter.act == BUNDLE and letter.state in _WENT:
                given = self._given_by(letter, circle, person)
                latest = given if given is not None and (latest is None or given.is_later(latest)) else latest
        return latest

    def _given_by(self, letter: Message, circle: Circle, person: str) -> WasGiven | None:
        """What she has by a message that went; None where that is of another circle.

        What our own ledger told is in its memory, unless that was dropped. What another laptop told is known here
        where we know those contacts.
        """
        read, remembered = read_version(letter.version), self._known.get(circle.key, ())
        if read.circle not in ("", self._book.mark(circle.key)) or (circle.group is None and not read.circle):
            return None
        has = next((one for one in remembered if one.person == person and one.kind == letter.version), None)
        is_news = letter in self._view.history.elsewhere
        if has is None and is_news and read.state:
            if read.state == self._state(circle):
                has = self.mailed(circle, person, letter.version)
            else:
                has = next((one for one in remembered if one.state == read.state), None)
                has = has._replace(person=person, kind=letter.version, at="") if has is not None else None
        # Of a mail of which nobody knows what it held, that it went is known: she has other contacts than we think.
        day, is_known = letter.day.isoformat(), has is not None and read.state != ""
        has = (has or Given(person, circle.key, letter.version, circle.title, ()))._replace(day=day)
        when = read.moment or self._since.get((row_of(letter.person), letter.version)) or _at_the_end_of(day)
        return WasGiven(has, when, not is_known, elsewhere=is_news and not is_known and read.state != "")

    def _delta(self, circle: Circle, person: str) -> Delta:
        found = self._has(circle, person)
        if found is None:
            return Delta(known=False)
        has, day = found.given, date.fromisoformat(found.given.day)
        by_mail = has.kind != HANDED_OVER and read_version(has.kind).moment is None
        if found.doubted:
            return Delta(known=False, day=day, by_mail=by_mail, doubted=True, elsewhere=found.elsewhere)
        had, now = {one.mobile: one for one in has.cards}, {self._gone.card(one).mobile: one for one in circle.members}
        new = tuple(one for mobile, one in now.items() if mobile not in had)
        renamed = tuple(
            one for mobile, one in now.items() if mobile in had and had[mobile].name != self._gone.card(one).name
        )
        gone = [self._gone.of(one, circle) for mobile, one in sorted(had.items()) if mobile not in now]
        if None in gone:  # nobody knows any more how that contact is called: she starts anew
            return Delta(known=False, day=day, by_mail=by_mail, doubted=True)
        return Delta(known=True, new=new, renamed=renamed, gone=tuple(filter(None, gone)), day=day, by_mail=by_mail)


def _at_the_end_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.max)
