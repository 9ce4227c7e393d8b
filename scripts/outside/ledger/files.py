"""What lay ready in out/ and who was given what: files that we wrote, and the contacts that each admin has."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from sys import intern
from typing import NamedTuple

from outside.ledger.database import writing
from outside.ledger.secret import keyed
from roster.logbook import HANDED_OVER, READY, START_ANEW, Given, GivenCard
from roster.plan.history import MessageKey


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

    def remember_written(self, digests: Mapping[str, str], gone: Iterable[str] = ()) -> None:
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

    def lying(self) -> list[tuple[MessageKey, str, str]]:
        """Every letter that lies ready, by person: its Message-ID, and its file's name, "" of before that was kept."""
        asked = (
            "SELECT person, act, version, message_id, coalesce(name, '') FROM message"
            " LEFT JOIN lying USING (message_id) WHERE state = 'klaargezet' ORDER BY person, act"
        )
        return [(row[:3], *row[3:]) for row in self._connection.execute(asked)]

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


class BundleStore:
    """Digests alone. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, today: date, clock: Callable[[], datetime]) -> None:
        self._connection, self._today, self._clock = connection, today, clock

    def all(self) -> list[Given]:
        """What lies ready for whom, and what each was given or mailed."""
        rows = self._connection.execute("SELECT person, circle, kind, title, cards, at, day, state, after FROM bundle")
        read = cache(_read)  # the admins of a group have the same
        return [Given._make((*row[:4], read(row[4]), *row[5:])) for row in rows]

    def withdraw(self, found: Collection[Given]) -> None:
        """These are about to lie in out/: until they do, nothing else lies ready for whom they are."""
        if news := self._news(found):
            with writing(self._connection) as connection:
                connection.executemany(
                    "DELETE FROM bundle WHERE person = ? AND circle = ? AND kind = ?",
                    [(one.person, one.circle, READY) for one in news],
                )

    def lie_ready(self, found: Collection[Given], stay: Collection[tuple[str, str]]) -> None:
        """These lie in out/ now, for whom, and no others.

        What is known of anybody else (person and circle) is dropped, but of who `stay` only what lay ready.

        What stands there already is not written again.
        """
        keys = {(one.person, one.circle) for one in found}
        rows = self._connection.execute("SELECT person, circle, kind FROM bundle").fetchall()
        gone = [row for row in rows if row[:2] not in keys and (row[2] == READY or row[:2] not in stay)]
        news = self._news(found)
        if gone or news:
            with writing(self._connection) as connection:
                connection.executemany("DELETE FROM bundle WHERE person = ? AND circle = ? AND kind = ?", gone)
                self._put(connection, news)

    def _news(self, found: Collection[Given]) -> list[Given]:
        asked = "SELECT person, circle, cards, state, after FROM bundle WHERE kind = ?"
        rows = self._connection.execute(asked, (READY,))
        known = {(person, circle): rest for person, circle, *rest in rows}
        now = {(one.person, one.circle): [_written(one.cards), one.state, one.after] for one in found}
        return [one for one in found if known.get(key := (one.person, one.circle)) != now[key]]

    def will_go(self, mails: Collection[Given]) -> None:
        """What these mails hold, by their version: it counts from the moment that one of them is known to have gone."""
        if mails:
            with writing(self._connection) as connection:
                self._put(connection, mails)

    def give(self, found: Sequence[Given]) -> None:
        """Somebody handed these over, here or by another laptop: by the version of the message that tells so."""
        if found:
            with writing(self._connection) as connection:
                self._insert(connection, found)

    def begin_anew(self, found: Sequence[Given]) -> None:
        """What lies ready for them is not to be handed over: they have none, by the version of what tells so."""
        with writing(self._connection) as connection:
            self._put(connection, [one._replace(cards=(), state="") for one in found])
            connection.executemany(
                "DELETE FROM bundle WHERE person = ? AND circle = ? AND kind = ?",
                [(one.person, one.circle, READY) for one in found],
            )

    def _put(self, connection: sqlite3.Connection, found: Iterable[Given]) -> None:
        now, day = self._clock().isoformat(), self._today.isoformat()
        self._insert(connection, [one._replace(at=now, day=day) for one in found])

    def _insert(self, connection: sqlite3.Connection, found: Sequence[Given]) -> None:
        rows = [(*one[:4], _written(one.cards), *one[5:]) for one in found]
        connection.executemany("INSERT OR REPLACE INTO bundle VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        older = [(one.person, one.circle, READY, HANDED_OVER, START_ANEW) * 2 for one in found if one.kind != READY]
        connection.executemany(_OLDER, older)


def _written(cards: Iterable[GivenCard]) -> str:
    return "\n".join(map(" ".join, cards))


def _read(cards: str) -> tuple[GivenCard, ...]:
    return tuple(GivenCard(*map(intern, line.split(" "))) for line in cards.splitlines())


_OLDER = """DELETE FROM bundle WHERE person = ? AND circle = ? AND kind NOT IN (?, ?, ?) AND kind NOT IN (
    SELECT kind FROM bundle WHERE person = ? AND circle = ? AND kind NOT IN (?, ?, ?) ORDER BY day DESC, at DESC LIMIT 4
)"""
"""What was given long ago is of no use once others were."""
