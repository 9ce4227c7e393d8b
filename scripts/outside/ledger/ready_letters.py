"""The ledger's list of letters that lie ready as files: as what they were written, and what they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from outside.ledger.schema import writing


class Lying(NamedTuple):
    """A letter in the outbox: its file's name, the digest of what was written in it, and a keyed one of its facts."""

    message_id: str
    name: str
    digest: str
    facts: str


class LyingReady:
    """What was put ready, whether it still lies there or not. All that it is told lies on the disk at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def remember(self, letters: Iterable[Lying]) -> None:
        """These are about to be written."""
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO lying VALUES (?, ?, ?, ?)", letters)

    def all(self) -> dict[str, Lying]:
        """Every one, by Message-ID."""
        rows = self._connection.execute("SELECT message_id, name, digest, facts FROM lying")
        return {row[0]: Lying(*row) for row in rows}

    def of_no_use(self) -> list[Lying]:
        """Those of letters that are due again, came back, or were made anew under another Message-ID."""
        rows = self._connection.execute(
            "SELECT lying.message_id, name, digest, facts FROM lying LEFT JOIN message USING (message_id)"
            " WHERE state IS NULL OR state IN ('wacht', 'geweigerd')"
        )
        return [Lying(*row) for row in rows]

    def forget(self, message_ids: Iterable[str]) -> None:
        """These lie there no more, or are somebody's own by now."""
        with writing(self._connection) as connection:
            connection.executemany("DELETE FROM lying WHERE message_id = ?", ((one,) for one in message_ids))
