"""Tells in the rows of a group who was seen in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from roster.messages.in_group import SIGHT_COLUMN, Sight, read_sight
from roster.messages.recipient_history import recipient_history_of
from roster.model import Member
from roster.plan.steps import SetCell, View
from roster.sheet.table import fold, says


def plan_in_group(view: View, seen: Iterable[Member], unseen: Iterable[Member]) -> Iterator[SetCell]:
    """What these rows should say of today. A row without its Nr says nothing: nobody could tell later whose it is."""
    recipients = recipient_history_of(view)
    for members, is_seen in ((seen, True), (unseen, False)):
        text = Sight(is_seen, view.terms.today).text
        for member in members:
            cell = recipients.cell(member, SIGHT_COLUMN)
            if has_number(member, view) and not says(cell, text):
                yield SetCell(member.place.at(SIGHT_COLUMN), text, cell)


def has_number(member: Member, view: View) -> bool:
    """Whether the row says its Nr already; a row that is new says it after the next round."""
    return fold(str(recipient_history_of(view).cell(member, "Nr") or "")) == fold(member.nr)


def was_seen(member: Member, view: View) -> bool:
    """Whether the row says that somebody was seen."""
    sight = read_sight(recipient_history_of(view).cell(member, SIGHT_COLUMN))
    return sight is not None and sight.seen
