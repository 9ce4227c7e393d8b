"""Knows of every member how an earlier welcome stands, from the ledger and from his own row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from roster.columns import DEELNEMERS
from roster.model import Member, Status
from roster.plan import Delivery, View
from roster.table import Cell, fold, is_blank
from roster.welcome_mark import BUSY, READY, REFUSED, SENT, UNCERTAIN, WelcomeMark, read_mark

ACT = "welcome"

_LATER_PERSON = re.compile(r"^(.+-\d+)-\d+$")


class Welcomed:
    """What became of the welcomes of a register's members, and who each of them is to the ledger."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._table = view.roster.tables.get(DEELNEMERS.title)
        status, left = view.standing.member, Status.LEFT
        self._gone = {one.nr for one in view.roster.members if status.get(one.place.key) is left}
        self._any_left = any(delivery.act == ACT for delivery in view.history.deliveries)
        self._later: dict[str, list[Delivery]] = {}
        for person in [person for person in view.history.of_person if person.count("-") > 1]:
            if later := _LATER_PERSON.match(person):
                self._later.setdefault(later[1], []).extend(view.history.of_person[person])

    def stands(self, member: Member) -> str:
        """How his welcome stands: "verstuurd" (done), "onzeker" or "geweigerd"; "" where he was not welcomed yet.

        The ledger speaks first, and after it the row's own Welkom: a ledger that got lost mails nobody again,
        and neither does one machine whom another has mailed.
        """
        known = self._letters(member) if self._any_left else ()
        if len(known) == 1 and known[0].state == self._view.terms.mail_done:
            return SENT
        states = {delivery.state for delivery in known}
        for told in (states, {self._told_by_row(member)}):
            if SENT in told or (READY in told and self._view.terms.mail_done == READY):
                return SENT
            if BUSY in told or UNCERTAIN in told:
                return UNCERTAIN
        if REFUSED in states and any(self._is_refused(delivery, member) for delivery in known):
            return REFUSED
        return ""

    def person(self, member: Member) -> str:
        """The Nr; for somebody who took over another's row, with a count behind it ("D-0012-2")."""
        of_row = self._of_row(member)
        identity = self._identity(member) if of_row else ""
        mine = [delivery.person for delivery in of_row if self._is_of(delivery, member, identity)]
        others = {delivery.person for delivery in of_row}
        if mine:
            return mine[-1]
        return f"{member.nr}-{len(others) + 1}" if others else member.nr

    def cell(self, member: Member, column: str) -> Cell:
        """What stands in his row under a heading; None where the register has no such tab."""
        if self._table is None:
            return None
        return self._table.cell(member.place.row - self._table.first, column)

    def _letters(self, member: Member) -> Sequence[Delivery]:
        """The welcomes that this member got, in whatever row."""
        history = self._view.history
        identity = history.identity(member.mobile) if member.mobile else ""
        to_row, to_mobile = history.of_person.get(member.nr, ()), history.of_identity.get(identity, ())
        if len(to_row) == 1 and to_row == to_mobile and to_row[0].act == ACT and member.nr not in self._later:
            return to_row  # nearly everybody got one letter, in his own row and with his own mobile
        mine = [delivery for delivery in self._of_row(member) if self._is_of(delivery, member, identity)]
        return mine + [one for one in to_mobile if one.act == ACT and not self._is_of_who_left(one, member)]

    def _of_row(self, member: Member) -> list[Delivery]:
        """The welcomes to who stands in this row, and to who stood in it before."""
        return [delivery for delivery in self._in_row(member) if delivery.act == ACT]

    def _in_row(self, member: Member) -> tuple[Delivery, ...]:
        """All that ever went to who stands or stood in this row."""
        return (*self._view.history.of_person.get(member.nr, ()), *self._later.get(member.nr, ()))

    def _is_of(self, delivery: Delivery, member: Member, identity: str) -> bool:
        """False where somebody else stands in the row now: neither the mobile nor the address is the one of then."""
        if identity in delivery.identities or not (delivery.identities and delivery.address_mark):
            return True
        return self._address_mark(member) == delivery.address_mark

    def _is_of_who_left(self, delivery: Delivery, member: Member) -> bool:
        """True where it went to another address, in a row that left and still stands there: the number moved on."""
        nr = delivery.person
        return nr != member.nr and nr in self._gone and delivery.address_mark not in ("", self._address_mark(member))

    def _is_refused(self, delivery: Delivery, member: Member) -> bool:
        return delivery.state == REFUSED and delivery.address_mark in ("", self._address_mark(member))

    def _identity(self, member: Member) -> str:
        return self._view.history.identity(member.mobile) if member.mobile else ""

    def _address_mark(self, member: Member) -> str:
        return self._view.history.address_mark(member.email) if member.email else ""

    def _told_by_row(self, member: Member) -> str:
        """The state that the row's Welkom tells of, or ""; what the ledger itself told there says nothing new.

        A copied row carries the Welkom of the original, which does not count. Its Nr tells: that is
        another's, or was wiped out while the ledger knows of others who were welcomed.
        """
        welcome = self.cell(member, "Welkom")
        if not welcome or not isinstance(welcome, str):
            return ""
        number = self.cell(member, "Nr")
        if is_blank(number):
            if self._any_left:
                return ""
        elif str(number).strip() != member.nr:
            return ""
        mark = read_mark(welcome)
        if mark is not None and any(_is_known(mark, one) for one in self._in_row(member)):
            return ""
        told = fold(welcome)
        return next((state for state in (SENT, READY, BUSY, UNCERTAIN) if told.startswith(state)), "")


def _is_known(mark: WelcomeMark, delivery: Delivery) -> bool:
    """True where a mark is of our own hand: what the ledger says of that letter, or what it told before."""
    return read_mark(delivery.told) == mark or (delivery.state == mark.state and delivery.day >= mark.day)
