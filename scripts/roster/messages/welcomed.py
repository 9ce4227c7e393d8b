"""Knows of every member how an earlier welcome stands, from the ledger and from his own row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from roster.logbook import MAIL_KINDS
from roster.messages.audience import audience_of
from roster.messages.recipient_history import WELCOME, recipient_history_of
from roster.model import Member, Roster, Statuses
from roster.plan.delivery_status import State, read_mark
from roster.plan.history import History
from roster.plan.steps import View
from roster.sheet.table import fold
from roster.terms import Terms

AFTER = tuple(act for act, kind in MAIL_KINDS.items() if kind.after_welcome)
"""The letters that only go to whoever was welcomed."""


class Welcomed:
    """What became of the welcomes of a register's members, and who each of them is to the ledger."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._recipients = recipient_history_of(view)
        self._done = audience_of(view).done

    def stands(self, member: Member) -> str:
        """How his welcome stands: "verstuurd" (done), "onzeker" or "geweigerd"; "" where he was not welcomed yet.

        The ledger speaks first, and after it the row's own Welkom: a ledger that got lost mails nobody again,
        and neither does one machine whom another has mailed. Whoever got a letter that only follows a welcome was
        welcomed, by whatever machine.
        """
        letters = self._recipients.letters(member)
        known = [one for one in letters if one.act == WELCOME]
        if not known and any(one.act in AFTER and one.state in self._done for one in letters):
            return State.SENT
        if len(known) == 1 and known[0].state == self._view.terms.mail_done:
            return State.SENT
        states, row = {delivery.state for delivery in known}, self._state_in_row(member)
        for found in (states, {row}):
            if not found.isdisjoint(self._done):
                return State.SENT
            if State.BUSY in found or State.UNCERTAIN in found:
                return State.UNCERTAIN
        if State.REFUSED in states and any(
            one.state == State.REFUSED and self._recipients.is_refused(one, member) for one in known
        ):
            return State.REFUSED
        return (
            State.REFUSED if row == State.REFUSED and State.WAITS not in states and not self._has_moved(member) else ""
        )

    def since(self, member: Member) -> date | None:
        """The first day on which a letter reached him, the ledger speaking before his row; None for no such day."""
        letters = self._recipients.letters(member)
        days = [one.day for one in letters if one.act in (WELCOME, *AFTER) and one.state in self._done]
        if days:
            return min(days)
        mark = read_mark(self._recipients.row_says(member))
        return mark.day if mark is not None and mark.state in self._done else None

    def _has_moved(self, member: Member) -> bool:
        """True where his address is another than when his row was last seen: a refusal told there is of the old one."""
        last = self._recipients.last_in_row(member)
        return last is not None and last.address not in ("", self._recipients.address_mark(member))

    def _state_in_row(self, member: Member) -> str:
        """The state that the row's Welkom tells of, or ""."""
        text = fold(self._recipients.row_says(member))
        return next(
            (
                state
                for state in (State.SENT, State.HAND, State.READY, State.BUSY, State.UNCERTAIN, State.REFUSED)
                if text.startswith(state)
            ),
            "",
        )


@dataclass(slots=True)
class WhoWasWelcomed:
    """Who was told to come, for the rules, which know no ledger: nobody whose letter may have arrived is put out.

    `view` is what they looked at, None where they had no need to ask.
    """

    history: History
    terms: Terms
    view: View | None = None

    def __call__(self, roster: Roster, statuses: Statuses) -> Callable[[Member], bool]:
        self.view = View(roster, statuses, (), self.history, self.terms)
        welcomed = Welcomed(self.view)
        return lambda member: welcomed.stands(member) not in ("", State.REFUSED)
