"""Knows what news of his place somebody has to hear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from roster.messages.audience import audience_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.model import Member, Role, Status
from roster.plan.delivery_status import State, WelcomeMark, group_named_in, read_mark, tells_of
from roster.plan.history import SEEN, Message, Notice
from roster.plan.steps import View, by_view
from roster.sheet.table import Cell, fold

ADMIN, MOVED, NUMBER_UPDATE, REGISTERED, RELAY = "admin", "moved", "number_update", "registered", "relay"
COLUMN = "Vervolgmail"

_MOST = 2 / 3
"""A group of which so large a part stands under one new name was renamed."""


@by_view
def notices_of(view: View) -> Notices:
    """The one of a view: each letter about somebody's place asks the same one."""
    return Notices(view)


@dataclass(frozen=True)
class Known:
    """What somebody knows. `places` are group and role; `group` is the latest; `number` a digest, "" for none.

    `is_sure` is False where no letter says so: he was only seen in his place, with the number of that day.
    `number_since` is the day of the letter that told the number, None without one.
    """

    places: frozenset[tuple[str, str]]
    group: str
    number: str
    is_sure: bool
    number_since: date | None = None

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups that he was told of, whatever his role."""
        return frozenset(group for group, _role in self.places)


class Notices:
    """What the members of a view know of their places, from the letters and from where they were first seen."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._recipients = recipient_history_of(view)
        self._queue = welcome_queue_of(view)
        self._audience = audience_of(view)
        self._done = self._audience.done
        self._known: dict[str, Known | None] = {}
        self._may_have = (*self._done, State.UNCERTAIN, State.BUSY)
        self._alike: dict[object, Known | None] = {}  # most people of a group were told the same
        self._seen: dict[str, list[Message]] = {}
        for sight in view.history.sights:
            self._seen.setdefault(sight.person, []).append(sight)

    def known(self, member: Member) -> Known | None:
        """What a welcomed member knows; None for whoever was not welcomed, or is seen for the first time."""
        key = member.place.key
        if key not in self._known:
            self._known[key] = self._what_is_known(member)
        return self._known[key]

    def _what_is_known(self, member: Member) -> Known | None:
        if self._queue.state(member) is not WelcomeState.DONE:
            return None
        letters = [one for one in self._recipients.letters(member) if one.state in self._may_have]
        messages = [*self._sights(member), *letters]
        if len(messages) > 1:
            messages.sort(key=lambda one: one.at)
        alike = tuple([(one.notice, one.act, one.version, one.state, one.day, not one.at) for one in messages])
        if alike not in self._alike:
            self._alike[alike] = self._known_from(messages)
        return self._alike[alike]

    def _known_from(self, letters: Sequence[Message]) -> Known | None:
        """What somebody knows who was told these, the latest last."""
        dated = [one for one in letters if one.at]
        placed = [one for one in dated if one.notice.group]
        if not placed:
            return None
        places = {(one.notice.group, one.notice.role) for one in placed}
        # Before notices were remembered, this letter's version was the group.
        places |= {(one.version, Role.ADMIN.value) for one in letters if one.act == REGISTERED}
        group = placed[-1].notice.group
        if group in self.renamed:
            places |= {(self.renamed[group], role) for name, role in places if name == group}
        numbered = [one for one in dated if one.notice.number and one.state in self._done]
        sure = numbered[-1].act != SEEN if numbered else all(one.act != SEEN for one in dated)
        number = numbered[-1].notice.number if numbered else ""
        since = numbered[-1].day if numbered and numbered[-1].act != SEEN else None
        return Known(frozenset(places), self.renamed.get(group, group), number, sure, since)

    @property
    def due(self) -> Iterator[tuple[Member, str]]:
        """Whoever must get a letter about his place, and which; an address that refused it is not tried again."""
        return ((one, act) for one, act in self.changes if not self._audience.refused(one, act, fold(one.group)))

    def change(self, member: Member) -> str:
        """Of which change of place a member must still hear, by letter or by hand: "admin", "moved", or "" for none.

        Each once per person, group and role. Whoever became admin and moved at once gets the one letter of an admin.
        """
        known = self.known(member)
        if known is None or not self.is_active(member):
            return ""
        group = fold(member.group)
        if member.role is Role.ADMIN:
            act = "" if (group, Role.ADMIN.value) in known.places else ADMIN
        else:
            act = "" if group in known.groups else MOVED
        return "" if not act or self._known_elsewhere(member, act) else act

    @cached_property
    def changes(self) -> list[tuple[Member, str]]:
        """Whoever must still hear of such a change, and of which, in the order of the sheet."""
        return [(member, act) for member in self._view.roster.members if (act := self.change(member))]

    def is_new_here(self, member: Member) -> bool:
        """True where he was told of other groups, and not of the one that he stands in."""
        known = self.known(member)
        return known is not None and fold(member.group) not in known.groups

    def is_active(self, member: Member) -> bool:
        """True for whoever is in a group now: not blocked, not waiting, not gone."""
        return self._view.statuses.member.get(member.place.key) is Status.ACTIVE

    def sights(self) -> Iterator[Message]:
        """Who is to be remembered in his place without a letter: what was so before is no news to anybody.

        That is whoever was welcomed and of whom nothing is known yet; whoever stands in a group that was renamed;
        and whoever was told by another computer, as his row says.
        """
        for member in self._view.roster.members:
            if not self.is_active(member) or self._queue.state(member) is not WelcomeState.DONE:
                continue
            known, here = self.known(member), fold(member.group)
            if known is None:
                yield self._sight(member, self._queue.notice(member))
                continue
            if here in self.renamed.values():
                stored = {one.notice[:2] for one in (*self._sights(member), *self._recipients.letters(member))}
                for place in known.places:
                    if place[0] == here and place not in stored:
                        yield self._sight(member, Notice(*place))
            is_admin = member.role is Role.ADMIN
            now = Notice(here, (Role.ADMIN if is_admin else Role.MEMBER).value)
            if now[:2] not in known.places and self._known_elsewhere(member, ADMIN if is_admin else MOVED, sure=True):
                yield self._sight(member, now)

    @cached_property
    def renamed(self) -> dict[str, str]:
        """Groups that go by another name now (folded, old -> new): nobody moved, so nobody is told.

        The old name stands in the register no more, nobody ever heard of the new one, and most of those who were
        told of the old one, and nobody else who was told of a group, stand under the new one.
        """
        groups = self._view.roster.group_named
        notified_of = {one.notice.group for one in (*self._view.history.sights, *self._view.history.deliveries)}
        if notified_of <= {"", *groups}:
            return {}  # every group that anybody was told of is there still
        here: dict[str, Counter[str]] = {}
        sources: dict[str, set[str]] = {}
        heard: set[str] = set()
        for member in self._view.roster.members:
            placed = self._placed(member) if self.is_active(member) else []
            if not placed:
                continue
            heard.update(one.notice.group for one in placed)
            latest, name = max(placed, key=lambda one: one.at).notice.group, fold(member.group)
            sources.setdefault(name, set()).add(latest)
            here.setdefault(latest, Counter())[name] += 1
        found: dict[str, str] = {}
        for old, counted in here.items():
            new, number = counted.most_common(1)[0]
            gone = old not in groups and new in groups
            if gone and new not in heard and sources[new] == {old} and number >= _MOST * counted.total():
                found[old] = new
        return found

    def _placed(self, member: Member) -> list[Message]:
        letters = [one for one in self._recipients.letters(member) if one.notice.group and one.state in self._done]
        return [*self._sights(member), *letters]

    def _sights(self, member: Member) -> Iterable[Message]:
        if not self._seen:
            return ()
        persons = (self._recipients.person(member), *self._recipients.known_as(member))
        return [one for person in persons for one in self._seen.get(person, ())]

    def _sight(self, member: Member, notice: Notice) -> Message:
        return Message(self._recipients.person(member), SEEN, "", State.SENT, self._view.terms.today, notice=notice)

    def _known_elsewhere(self, member: Member, act: str, *, sure: bool = False) -> bool:
        """True where his row says that another computer told him this, or with `sure` False may have."""
        version = fold(member.group)
        if not self._view.roster.bears_number(member):
            return False
        group = self._view.roster.group_named.get(version)
        if group is None:
            return False
        cell = self._recipients.cell(member, COLUMN)
        state = tells_of(cell, group_named_in(act, group.name), member.nr)
        ours = [one for one in self._recipients.in_row(member) if (one.act, one.version) == (act, version)]
        if is_ours(state, cell, ours):
            return False
        return state in self._done or (not sure and state in (State.BUSY, State.UNCERTAIN))


def is_mark_of(mark: WelcomeMark, letters: Iterable[Message]) -> bool:
    """True where one of these letters stands so since that very day, or stood so before."""
    wanted = mark.state, mark.day
    reported = [(one, read_mark(one.reported)) for one in letters]
    return any(
        wanted == (one.state, one.day) or (before is not None and wanted == (before.state, before.day))
        for one, before in reported
    )


def is_ours(state: str, cell: Cell, letters: Iterable[Message]) -> bool:
    """True where a state that a cell tells of is our own hand's: what the ledger says of a letter, or told."""
    if state == State.BUSY:
        return any(one.reported == cell for one in letters)
    reported = [(one.state, read_mark(one.reported)) for one in letters]
    return any(state == now or (before is not None and before.state == state) for now, before in reported)
