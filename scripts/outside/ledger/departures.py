"""What the ledger knows of letters that left over the wire, also when a clock was wrong: it feeds the day's limit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from outside.ledger.database import writing

_WINDOW = timedelta(days=1)

LONGEST_PAUSE = timedelta(days=7)
"""A pause that ends later than this was written by a clock that was wrong; no server asks for so much."""


class DepartureStore:
    """When letters left, and until when none may. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock
        self._note_wrong_clock()

    def since(self, moment: datetime) -> int:
        """How many letters left, or may have left, in the day since a moment (UTC).

        One that left at a time that was yet to come counts from when that was seen: which of two clocks was wrong
        cannot be known, so either counts.
        """
        span = moment.isoformat(), (moment + _WINDOW).isoformat()
        asked = "SELECT count(*) FROM departure WHERE (at > ? AND at <= ?) OR (seen > ? AND seen <= ?)"
        return int(self._connection.execute(asked, (*span, *span)).fetchone()[0])

    def of(self, message_id: str) -> list[datetime]:
        """When (UTC) this letter left over the wire, each time."""
        rows = self._connection.execute("SELECT at FROM departure WHERE message_id = ? ORDER BY at", (message_id,))
        return [datetime.fromisoformat(row[0]) for row in rows]

    def count(self, message_id: str) -> None:
        """A letter that is nobody's welcome left (a test mail): the day's limit counts it."""
        with writing(self._connection) as connection:
            left = self._clock().isoformat(), message_id
            connection.execute("INSERT INTO departure (at, message_id) VALUES (?, ?)", left)

    def pause(self) -> datetime | None:
        """Until when (UTC) the mailbox asked to be left in peace; None where that is over or was never asked."""
        row = self._connection.execute("SELECT max(until) FROM pause").fetchone()
        until = datetime.fromisoformat(row[0]) if row[0] else None
        now = self._clock()
        return until if until and now < until <= now + LONGEST_PAUSE else None

    def pause_until(self, moment: datetime) -> None:
        """Leave the mailbox in peace until a moment (UTC)."""
        with writing(self._connection) as connection:
            set_pause(connection, moment)

    def end_pause(self, until: datetime) -> None:
        """The pause until that moment (UTC) holds nothing up any more; a later one stays."""
        with writing(self._connection) as connection:
            connection.execute("DELETE FROM pause WHERE until <= ?", (until.isoformat(),))

    def _note_wrong_clock(self) -> None:
        """Remember of letters that left at a time that is yet to come when that was first seen."""
        now = self._clock().isoformat()
        late = "at > ? AND (seen = '' OR seen > ?)"
        if self._connection.execute(f"SELECT 1 FROM departure WHERE {late} LIMIT 1", (now, now)).fetchone():  # noqa: S608  # our own words
            with writing(self._connection) as connection:
                connection.execute(f"UPDATE departure SET seen = ? WHERE {late}", (now, now, now))  # noqa: S608  # likewise


def set_pause(connection: sqlite3.Connection, until: datetime) -> None:
    """Leave the mailbox in peace until a moment (UTC), with all else of this transaction."""
    connection.execute("DELETE FROM pause")
    connection.execute("INSERT INTO pause VALUES (?)", (until.isoformat(),))
