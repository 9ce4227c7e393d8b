"""What the ledger knows of letters that left over the wire, also when a clock was wrong: it feeds the day's limit."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from outside.ledger.schema import writing

A_DAY = timedelta(days=1)

LONGEST_PAUSE = timedelta(days=7)
"""A pause that ends later than this was written by a clock that was wrong; no server asks for so much."""


def departed_since(connection: sqlite3.Connection, moment: datetime) -> int:
    """How many letters left, or may have left, in the day since a moment (UTC).

    One that left at a time that was yet to come counts from when that was seen: which of two clocks was wrong
    cannot be known, so either counts.
    """
    span = moment.isoformat(), (moment + A_DAY).isoformat()
    asked = "SELECT count(*) FROM departure WHERE (at > ? AND at <= ?) OR (seen > ? AND seen <= ?)"
    return int(connection.execute(asked, (*span, *span)).fetchone()[0])


def note_wrong_clock(connection: sqlite3.Connection, now: datetime) -> None:
    """Remember of letters that left at a time that is yet to come when that was first seen."""
    moment = now.isoformat()
    known = connection.execute(
        "SELECT 1 FROM departure WHERE at > ? AND (seen = '' OR seen > ?) LIMIT 1", (moment, moment)
    )
    if known.fetchone() is None:
        return
    with writing(connection):
        connection.execute(
            "UPDATE departure SET seen = ? WHERE at > ? AND (seen = '' OR seen > ?)", (moment, moment, moment)
        )
