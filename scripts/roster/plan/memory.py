"""Joins what tab Logboek says of people and numbers to what this computer remembers itself."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import time, timedelta

from roster.logbook import WISH, Logbook, LogEntry
from roster.model import Roster, Terms
from roster.plan.delivery_status import BELIEVED, State, read_mark
from roster.plan.history import History, Message


def joined(kept: Logbook, found: Logbook) -> Logbook:
    """What the tab says, with all that it ever said to this computer: a row may be gone, or of an older version.

    Marks that were made with another secret are of another register, and tell nothing of this one.
    """
    if found.secret and kept.secret not in ("", found.secret):
        return found
    entries = {**kept.entries, **found.entries}
    for key in kept.entries.keys() & found.entries.keys():
        entries[key] = _later(kept.entries[key], found.entries[key])
    prefixes = {*kept.highest, *found.highest}
    highest = {prefix: max(kept.highest.get(prefix, 0), found.highest.get(prefix, 0)) for prefix in prefixes}
    return Logbook(found.secret or kept.secret, entries, highest, found.doubles)


def numbered(history: History, mobiles: Iterable[str | None]) -> History:
    """The history with the highest Nr that any computer saw, and with whose Nr each of these mobiles went by."""
    book, highest = history.logbook, dict(history.highest)
    for prefix, number in book.highest.items():
        highest[prefix] = max(number, highest.get(prefix, 0))
    nrs = {one.mark: one.nr for one in sorted(book.entries.values(), key=lambda one: one.since) if one.mark}
    there = {history.identity(mobile): book.mark(mobile) for mobile in mobiles if mobile} if nrs else {}
    known = {identity: nrs[mark] for identity, mark in there.items() if mark in nrs}
    return replace(history, highest=highest, identity_nr=known | history.identity_nr)


def outdated(book: Logbook, roster: Roster, marks: Container[str], terms: Terms) -> dict[str, LogEntry]:
    """What went long ago to somebody who stands in the register no more, by his Nr or by his mark, by key."""
    before = terms.today - timedelta(days=terms.logbook_days)
    numbers = {member.nr for member in roster.members}
    return {
        key: one
        for key, one in book.entries.items()
        if one.since.date() < before and one.nr not in numbers and one.mark not in marks
    }


def is_our_word(entry: LogEntry, own: Message) -> bool:
    """True where the tab still tells what this computer wrote itself, of a letter of which it knows better since."""
    told, since = read_mark(own.reported), entry.since
    if told is None or told.day != since.date() or told.at not in (None, since.time()):
        return False
    return told.state == entry.state or {told.state, entry.state} == {State.BUSY, State.UNCERTAIN}


def _later(kept: LogEntry, found: LogEntry) -> LogEntry:
    """The one of the later moment. A letter that leaves has its minute; what was found out of it later, its day.

    Of a wish that is all: what the tab says now, where the moments are the same.
    """
    if found.act == WISH:
        return max(found, kept, key=lambda one: one.since)
    if kept.since.date() == found.since.date() and time() in (kept.since.time(), found.since.time()):
        return found if found.since.time() == time() else min(found, kept, key=lambda one: BELIEVED.index(one.state))
    return max(found, kept, key=lambda one: one.since)
