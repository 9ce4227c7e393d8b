"""Knows which of all letters went to a member, whatever row or number he has by now."""

from __future__ import annotations

import re
from functools import lru_cache

from roster.columns import DEELNEMERS
from roster.model import Member, Status
from roster.plan import Delivery, View
from roster.table import Cell, is_blank
from roster.welcome_mark import WelcomeMark, read_mark

WELCOME = "welcome"

_LATER_PERSON = re.compile(r"^(.+-\d+)-\d+$")


@lru_cache(maxsize=1)
def recipient_history_of(view: View) -> RecipientHistory:
    """The one of a view: every kind of letter asks it the same way."""
    return RecipientHistory(view)


class RecipientHistory:
    """The letters of each member. This is the one place that says whether a letter is this person's."""

    def __init__(self, view: View) -> None:
        self._history = view.history
        self._table = view.roster.tables.get(DEELNEMERS.title)
        self.any_welcome = any(delivery.act == WELCOME for delivery in view.history.deliveries)
        status, left = view.standing.member, Status.LEFT
        self._gone = {one.nr for one in view.roster.members if status.get(one.place.key) is left}
        self._later: dict[str, list[Delivery]] = {}
        for person in [person for person in view.history.of_person if person.count("-") > 1]:
            if later := _LATER_PERSON.match(person):
                self._later.setdefault(later[1], []).extend(view.history.of_person[person])

    def letters(self, member: Member) -> list[Delivery]:
        """All that went to this member, in whatever row; each once."""
        history = self._history
        identity = history.identity(member.mobile) if member.mobile else ""
        to_row, to_mobile = history.of_person.get(member.nr, ()), history.of_identity.get(identity, ())
        if len(to_row) == 1 and to_row == to_mobile and member.nr not in self._later:
            return list(to_row)  # nearly everybody got one letter, in his own row and with his own mobile
        mine = [one for one in self.in_row(member) if self.is_of(one, member)]
        known = {id(one) for one in mine}
        return mine + [one for one in to_mobile if id(one) not in known and not self._is_of_who_left(one, member)]

    def row_says(self, member: Member) -> str:
        """What the row's Welkom tells of a letter; "" where that is no news to the ledger, or not this row's.

        What the ledger itself wrote there says nothing new: it may be of who stood there before. A copied row
        carries the Welkom of the original, which does not count. Its Nr tells: that is another's, or was wiped
        out while the ledger knows of others who were welcomed.
        """
        welcome = self.cell(member, "Welkom")
        if not welcome or not isinstance(welcome, str):
            return ""
        number = self.cell(member, "Nr")
        if is_blank(number):
            if self.any_welcome:
                return ""
        elif str(number).strip() != member.nr:
            return ""
        mark = read_mark(welcome)
        if mark is not None and any(_is_known(mark, one) for one in self.in_row(member)):
            return ""
        return welcome

    def cell(self, member: Member, column: str) -> Cell:
        """What stands in his row under a heading; None where the register has no such tab."""
        return None if self._table is None else self._table.cell(member.place.row - self._table.first, column)

    def in_row(self, member: Member) -> tuple[Delivery, ...]:
        """All that ever went to who stands or stood in this row."""
        return (*self._history.of_person.get(member.nr, ()), *self._later.get(member.nr, ()))

    def is_of(self, delivery: Delivery, member: Member) -> bool:
        """False where somebody else stands in the row now: neither the mobile nor the address is the one of then."""
        if not (delivery.identities and delivery.address_mark):
            return True
        if member.mobile and self._history.identity(member.mobile) in delivery.identities:
            return True
        return self.address_mark(member) == delivery.address_mark

    def is_refused(self, delivery: Delivery, member: Member) -> bool:
        """True where a letter that was refused went to the address that the member has now; "" fits every one."""
        return delivery.address_mark in ("", self.address_mark(member))

    def person(self, member: Member) -> str:
        """The Nr; for somebody who took over another's row, with a count behind it ("D-0012-2")."""
        of_row = self.in_row(member)
        mine = [delivery.person for delivery in of_row if self.is_of(delivery, member)]
        others = {delivery.person for delivery in of_row}
        if mine:
            return mine[-1]
        return f"{member.nr}-{len(others) + 1}" if others else member.nr

    def address_mark(self, member: Member) -> str:
        """The digest of his address; "" without one."""
        return self._history.address_mark(member.email) if member.email else ""

    def _is_of_who_left(self, delivery: Delivery, member: Member) -> bool:
        """True where it went to another address, in a row that left and still stands there: the number moved on."""
        nr = delivery.person
        return nr != member.nr and nr in self._gone and delivery.address_mark not in ("", self.address_mark(member))


def _is_known(mark: WelcomeMark, delivery: Delivery) -> bool:
    """True where a mark is of our own hand: what the ledger says of that letter, or what it told before."""
    return read_mark(delivery.told) == mark or (delivery.state == mark.state and delivery.day >= mark.day)
