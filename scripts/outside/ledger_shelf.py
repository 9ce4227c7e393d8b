"""The shelf of the ledger: which files we wrote under out/, and whose cards left in which bundle."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date

from outside.ledger_schema import writing


class Shelf:
    """What lies where people take it away. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, today: date) -> None:
        self._connection = connection
        self._today = today

    def remember_bundle(self, name: str, cards: Mapping[str, str]) -> None:
        """Remember that a bundle left today with these cards: person -> digest of what the card said."""
        with writing(self._connection) as connection:
            number = connection.execute(
                "INSERT INTO bundle (name, day) VALUES (?, ?)", (name, self._today.isoformat())
            ).lastrowid
            rows = [(number, person, said) for person, said in cards.items()]
            connection.executemany("INSERT INTO card VALUES (?, ?, ?)", rows)

    def bundled(self, name: str) -> dict[str, str]:
        """Everyone whose card ever left in a bundle of this name: person -> digest of the last card."""
        rows = self._connection.execute(
            "SELECT person, card.digest FROM card JOIN bundle ON bundle = number WHERE name = ? ORDER BY number",
            (name,),
        )
        return dict(rows)

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
