"""The ledger's files: what we wrote under out/, and the letters among it that lie ready."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from outside.ledger.database import writing
from outside.ledger.secret import keyed


class ReadyFile(NamedTuple):
    """A letter in the outbox: its file's name, and keyed digests of what was written in it and of its facts."""

    message_id: str
    name: str
    digest: str
    facts: str


class FileStore:
    """What lies where people take it away. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, secret: bytes) -> None:
        self._connection, self._secret = connection, secret

    def digest(self, data: bytes) -> str:
        """What is remembered of a file's content: nobody can try of whom a file told that holds one contact."""
        return keyed(self._secret, hashlib.sha256(data).hexdigest())

    def files_in(self, top: str) -> dict[str, set[str]]:
        """The files that we wrote in a folder of out/: path -> digests of what we meant to stand in it."""
        found: dict[str, set[str]] = {}
        for path, digest in self._connection.execute("SELECT path, digest FROM written"):
            if path.split("/", 1)[0] == top:
                found.setdefault(path, set()).add(digest)
        return found

    def announce_files(self, digests: Mapping[str, str]) -> None:
        """Remember what will be written (path -> digest); what stood there is ours as well until that is done."""
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR IGNORE INTO written VALUES (?, ?)", digests.items())

    def settle_files(self, digests: Mapping[str, str], gone: Iterable[str] = ()) -> None:
        """Remember that these files were written, and that those are gone."""
        with writing(self._connection) as connection:
            connection.executemany("DELETE FROM written WHERE path = ? AND digest <> ?", digests.items())
            connection.executemany("DELETE FROM written WHERE path = ?", ((path,) for path in gone))

    def remember_ready(self, letters: Iterable[ReadyFile]) -> None:
        """These letters are about to be put ready."""
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO lying VALUES (?, ?, ?, ?)", letters)

    def ready(self) -> dict[str, ReadyFile]:
        """Every letter that was put ready, by Message-ID, whether it still lies there or not."""
        rows = self._connection.execute("SELECT message_id, name, digest, facts FROM lying")
        return {row[0]: ReadyFile(*row) for row in rows}

    def of_no_use(self) -> list[ReadyFile]:
        """Those of letters that were sent, are due again, came back, or were made anew under another Message-ID."""
        rows = self._connection.execute(
            "SELECT lying.message_id, name, digest, facts FROM lying LEFT JOIN message USING (message_id)"
            " WHERE state IS NULL OR state IN ('wacht', 'geweigerd', 'verstuurd')"
        )
        return [ReadyFile(*row) for row in rows]

    def forget_ready(self, message_ids: Iterable[str]) -> None:
        """These lie there no more, or are somebody's own by now."""
        with writing(self._connection) as connection:
            connection.executemany("DELETE FROM lying WHERE message_id = ?", ((one,) for one in message_ids))
