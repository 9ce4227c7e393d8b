"""The shelf of the ledger: our files under out/, and who was seen where."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from outside.ledger.schema import writing
from roster.plan.delivery_status import SENT
from roster.plan.history import SEEN, Delivery, Notice


class FileStore:
    """What lies where people take it away. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, today: date, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._today = today
        self._clock = clock
        self._last: str | None = None  # the latest moment that was remembered, once that was asked

    def remember_sights(self, sights: Iterable[Delivery]) -> None:
        """Remember where people stand who were welcomed before that was remembered; what is known stays as it is."""
        now = self._next_moment()
        rows = [(one.person, *one.notice, one.day.isoformat(), now) for one in sights]
        if rows:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR IGNORE INTO sight VALUES (?, ?, ?, ?, ?, ?)", rows)

    def remember_notice(self, person: str, act: str, version: str, notice: Notice) -> None:
        """Remember what somebody was told by hand of his place."""
        with writing(self._connection) as connection:
            self.keep_notice(connection, (person, act, version), notice)

    def keep_notice(self, connection: sqlite3.Connection, letter: tuple[str, str, str], notice: Notice) -> None:
        """Remember what a letter (person, act, version) tells of a place, with all else of this transaction."""
        if any(notice):
            row = (*letter, *notice, self._next_moment())
            connection.execute("INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _next_moment(self) -> str:
        """The moment, or just after the last that was remembered: what comes later is later, whatever a clock says."""
        last = datetime.fromisoformat(self.latest() or "0001-01-01T00:00:00+00:00")
        self._last = max(self._clock(), last + timedelta(microseconds=1)).isoformat()
        return self._last

    def latest(self) -> str:
        """The latest moment that was remembered of what anybody was told; "" for none."""
        if self._last is None:
            asked = "SELECT max(at) FROM (SELECT at FROM notice UNION ALL SELECT at FROM sight)"
            self._last = str(self._connection.execute(asked).fetchone()[0] or "")
        return self._last

    def sights(self) -> list[Delivery]:
        """All that was remembered so."""
        rows = self._connection.execute("SELECT person, group_name, role, number, day, at FROM sight")
        return [
            Delivery(person, SEEN, "", SENT, date.fromisoformat(day), notice=Notice(group, role, number), at=at)
            for person, group, role, number, day, at in rows
        ]

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
