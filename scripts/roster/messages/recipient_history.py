"""Knows which of all letters went to a member, whatever row, number, address or name he has by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from itertools import combinations

from roster.messages.who_is_who import NOBODY, WhoIsWho
from roster.model import Member, Status
from roster.plan.delivery_status import State, WelcomeMark, read_mark
from roster.plan.history import Message, Recipient
from roster.plan.steps import View, by_view
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, fold, is_blank

IN_WELCOME = WELCOME, RULES_UPDATE = ("welcome", "rules_update")
"""The letters of which a row's Welkom tells."""

LOOKED = "looked"
"""What the last whole round counts its day under (`date.toordinal`)."""


@by_view
def recipient_history_of(view: View) -> RecipientHistory:
    """The one of a view: every kind of letter asks it the same way."""
    return RecipientHistory(view) if view.people is None else recipient_history_of(view.people).as_in(view)


class RecipientHistory(WhoIsWho):
    """The letters of each member. This is the one place that says whether a letter is this person's."""

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self._table = view.roster.tables.get(DEELNEMERS.title)
        self.any_welcome = any(delivery.act == WELCOME for delivery in view.history.deliveries)

    def letters(self, member: Member) -> Sequence[Message]:
        """All that went to this member, in whatever row; each once."""
        return self._to(member, self.known_as(member)) if self._history.deliveries else ()

    def letters_of_row(self, member: Member) -> Sequence[Message]:
        """What his row may tell of: not what went to somebody who still stands in another row with that mobile."""
        return self._to(member, tuple(self._lasting(member)) if self.known_as(member) else ())

    def _to(self, member: Member, others: Sequence[str]) -> Sequence[Message]:
        of_person = self._history.of_person
        mine = of_person.get(self.person(member), ())
        return [*mine, *(one for other in others for one in of_person.get(other, ()))] if others else mine

    def caught_up(self) -> dict[str, Recipient]:
        """What the rows say that is news of somebody, to be kept by person for the next round. A blank cell tells none.

        A row that tells of neither mobile nor address leaves a person as he was: with a name alone nobody can say
        whether it is still he.
        """
        kept, status = self._history.recipients, self._view.statuses.member
        found = {}
        for member in self._view.roster.members:
            person, now = self.person(member), self.seen(member)
            before = kept.get(person, NOBODY)
            if before is now and not self.known_as(member):
                continue
            if person in kept and not (now.mobile or now.address):
                continue
            if person in kept and not self._is_still(person, now):
                before = NOBODY  # a row that nothing was ever sent to is another's by now
            others = before.known_as
            if status.get(member.place.key) is not Status.BLOCKED:
                others = (*others, *(other for other in self._lasting(member) if other not in others))
            merged = Recipient(
                now.mobile or before.mobile, now.address or before.address, now.name or before.name, others
            )
            if kept.get(person) != merged:
                found[person] = merged
        return found

    def row_says(self, member: Member) -> str:
        """What the row's Welkom tells of a letter; "" where that is no news to the ledger, or not this row's.

        What the ledger itself wrote there says nothing new: it may be of who stood there before. Where his own row
        tells nothing, another row of his does: he left, and came back further down.
        """
        return self.own_row_says(member) or self._other_row_says(member)

    def own_row_says(self, member: Member) -> str:
        """The same of his own row alone."""
        welcome = self.cell(member, "Welkom")
        if not welcome or not isinstance(welcome, str):
            return ""
        mark = read_mark(welcome)
        if mark is not None and any(_is_known(mark, one) for one in self.in_row(member)):
            return ""
        return "" if self.is_anothers(welcome, member) else welcome

    def _other_row_says(self, member: Member) -> str:
        """What another row tells of a welcome that shares two of name, mobile and address with his."""
        for pair in _pairs(self.seen(member)):
            for other in self._marked_rows.get(pair, ()):
                welcome = self.cell(other, "Welkom")
                if other is not member and isinstance(welcome, str) and not self.is_anothers(welcome, other):
                    return welcome
        return ""

    @cached_property
    def _marked_rows(self) -> dict[tuple[str, str], list[Member]]:
        """Rows that tell of a welcome, by each two of name, mobile and address of which another row has the first."""
        times = Counter(digest for member in self._view.roster.members for digest in self.seen(member)[:2])
        found: dict[tuple[str, str], list[Member]] = {}
        for member in self._view.roster.members:
            pairs = [pair for pair in _pairs(self.seen(member)) if times[pair[0]] > 1]
            mark = read_mark(self.cell(member, "Welkom")) if pairs else None
            if mark is not None and mark.state in (State.READY, State.SENT, State.HAND):
                for pair in pairs:
                    found.setdefault(pair, []).append(member)
        return found

    def is_anothers(self, welcome: str, member: Member) -> bool:
        """Whether a row's Welkom is of the row that it was copied from, or of who stood there before this member.

        The Nr that it names tells first, and the row's own. What the ledger saw of him in this row bears it out. One
        that names this row is of whoever stood there on its day. One that names nobody, of before marks did or of
        what a person told, is believed in a row that was there already, or where the ledger is new.
        """
        number, person, kept = self.cell(member, "Nr"), self.person(member), self._history.recipients
        mark = read_mark(welcome)
        if (mark is not None and not mark.is_of(member.nr)) or (
            not is_blank(number) and fold(number) != fold(member.nr)
        ):
            return True
        if person in kept and self._is_still(person, self.seen(member)):
            return False
        names_row = mark is not None and mark.nr != ""
        if is_blank(number) and self.any_welcome and not names_row:
            return True
        if mark is None or not kept:
            return False
        looked, today = self._history.counts.get(LOOKED, 0), self._view.terms.today.toordinal()
        if self.last_in_row(member) is not None:
            # Who was typed over had it on that very day, unless it is later than what we know went to him.
            letters = self.in_row(member)
            is_later = names_row and bool(letters) and not any(_is_known(mark, one) for one in letters)
            return mark.day.toordinal() + is_later <= looked <= today
        return not names_row and (mark.day.toordinal() < looked <= today or self._is_by_hand_elsewhere(mark))

    def took_over(self, member: Member) -> bool:
        """True where the row told of somebody else when it was last seen."""
        person = self.person(member)
        if person in self._history.recipients:
            return not self._is_still(person, self.seen(member))
        return self.last_in_row(member) is not None

    def _is_by_hand_elsewhere(self, mark: WelcomeMark) -> bool:
        """True where somebody was told by hand here on that day: a row that we do not know was copied from his."""
        return mark.state == State.HAND and any(
            one.state == State.HAND and one.day == mark.day and one.act in IN_WELCOME
            for one in self._history.deliveries
        )

    def cell(self, member: Member, column: str) -> Cell:
        """What stands in his row under a heading; None where the register has no such tab."""
        return None if self._table is None else self._table.cell(member.place.row - self._table.first, column)

    def in_row(self, member: Member) -> Sequence[Message]:
        """All that ever went to who stands or stood in this row."""
        of_person, persons = self._history.of_person, self._of_row.get(member.nr)
        if persons is None:
            return of_person.get(member.nr, ())
        return [one for person in persons for one in of_person.get(person, ())]

    def is_refused(self, delivery: Message, member: Member) -> bool:
        """True where a letter that was refused went to the address that the member has now; "" fits every one."""
        return delivery.address_mark in ("", self.address_mark(member))


def _is_known(mark: WelcomeMark, delivery: Message) -> bool:
    """True where a mark is of our own hand: what the ledger says of that letter, or what it told before."""
    if delivery.act not in IN_WELCOME:
        return False
    is_same = delivery.state == mark.state and mark.version in ("", delivery.version)
    return read_mark(delivery.reported) == mark or (is_same and delivery.day >= mark.day)


def by_version(delivery: Message) -> tuple[int, date, int]:
    """Which of somebody's letters that Welkom tells of is the later one: versions only rise, a clock may be wrong."""
    version = int(delivery.version) if delivery.version.isdigit() else 0
    return version, delivery.day, IN_WELCOME.index(delivery.act)


def _pairs(one: Recipient) -> list[tuple[str, str]]:
    """Each two of mobile, address and name: whoever shares these is the same person."""
    return [(this, that) for this, that in combinations(one[:3], 2) if this and that]
