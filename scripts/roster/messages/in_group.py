"""What a row says of who was seen in the WhatsApp group: put into words here, read again, and believed or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from roster.messages.notices import MOVED, notices_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcomed import Welcomed, WhoWasWelcomed
from roster.model import Member, Roster, Statuses
from roster.plan.steps import SetCell, View
from roster.sheet.dutch import short_day
from roster.sheet.table import Cell, fold, says

SIGHT_COLUMN = "In de groep"

_SHAPE = re.compile(r"(?P<no>niet )?gezien (?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})", re.IGNORECASE)


class Sight(NamedTuple):
    """Whether somebody was seen in the group, and on which day that was looked at."""

    seen: bool
    day: date

    @property
    def text(self) -> str:
        """The words for the cell: "gezien 28-11-2026"."""
        return f"{'' if self.seen else 'niet '}gezien {short_day(self.day)}"


def read_sight(cell: Cell) -> Sight | None:
    """What a cell says; None where it is blank or says something that the software did not write."""
    found = _SHAPE.fullmatch(" ".join(cell.split())) if isinstance(cell, str) else None
    if found is None:
        return None
    try:
        return Sight(not found["no"], date(int(found["year"]), int(found["month"]), int(found["day"])))
    except ValueError:
        return None


class Sights:
    """Who was seen in his group, as far as his own row tells it of himself and of the group that he is in now."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._recipients = recipient_history_of(view)
        self._welcomed = Welcomed(view)
        self._last_day = view.terms.today - timedelta(days=view.terms.limits.whatsapp_days)

    def of(self, member: Member) -> Sight | None:
        """What his row says; None where it says nothing of him, or only of a group that he was in before."""
        sight = read_sight(self._recipients.cell(member, SIGHT_COLUMN))
        return None if sight is None or self.is_anothers(member) or self._has_moved(member, sight) else sight

    def is_anothers(self, member: Member) -> bool:
        """True where what the row says was copied from another, or is of who stood there before."""
        return not self._view.roster.bears_number(member) or self._recipients.took_over(member)

    def is_absent(self, member: Member) -> bool:
        """True for who was welcomed in this group more than so many days ago, and was not seen or told to be in it."""
        if member.in_whatsapp:
            return False
        since = self._welcomed.since(member)
        if since is None or since >= self._last_day:
            return False
        sight = self.of(member)
        return not (sight and sight.seen) and not self._has_news(member) and self._moved_on(member) < self._last_day

    def _has_moved(self, member: Member, sight: Sight) -> bool:
        return self._has_news(member) or sight.day < self._moved_on(member)

    def _has_news(self, member: Member) -> bool:
        """True where he must still hear that he is in this group."""
        known = notices_of(self._view).known(member)
        return known is not None and fold(member.group) not in known.groups

    def _moved_on(self, member: Member) -> date:
        """The day on which he was told that this is his group now; long ago for who never moved."""
        group = fold(member.group)
        letters = self._recipients.letters(member)
        return max((one.day for one in letters if one.act == MOVED and one.notice.group == group), default=date.min)


def who_is_absent(asked: WhoWasWelcomed) -> Callable[[Roster, Statuses], Callable[[Member], bool]]:
    """Who should be in WhatsApp by now and is not known to be, for the rules, which know no ledger."""

    def ask(roster: Roster, statuses: Statuses) -> Callable[[Member], bool]:
        asked.view = View(roster, statuses, (), asked.history, asked.terms, asked.view)
        return Sights(asked.view).is_absent

    return ask


def plan_sights(view: View) -> Iterator[SetCell]:
    """Take away what a row says of somebody else, or of the group that somebody was in before."""
    sights, recipients = Sights(view), recipient_history_of(view)
    for member in view.roster.members:
        cell = recipients.cell(member, SIGHT_COLUMN)
        if read_sight(cell) is not None and sights.of(member) is None:
            yield SetCell(member.place.at(SIGHT_COLUMN), "", cell)


def plan_in_group(view: View, seen: Iterable[Member], unseen: Iterable[Member]) -> Iterator[SetCell]:
    """What these rows should say of today. A row without its Nr says nothing: nobody could tell later whose it is."""
    recipients = recipient_history_of(view)
    for members, is_seen in ((seen, True), (unseen, False)):
        text = Sight(is_seen, view.terms.today).text
        for member in members:
            cell = recipients.cell(member, SIGHT_COLUMN)
            if view.roster.bears_number(member) and not says(cell, text):
                yield SetCell(member.place.at(SIGHT_COLUMN), text, cell)


def was_seen(member: Member, view: View) -> bool:
    """Whether the row says that somebody was seen."""
    sight = read_sight(recipient_history_of(view).cell(member, SIGHT_COLUMN))
    return sight is not None and sight.seen
