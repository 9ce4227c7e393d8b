"""The ledger's memory of which contacts each admin was given: what lies ready, what went, what was handed over."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from sys import intern

from outside.ledger.database import writing
from roster.logbook import HANDED_OVER, READY, START_ANEW, Given, GivenCard


class BundleStore:
    """Digests alone. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, today: date, clock: Callable[[], datetime]) -> None:
        self._connection, self._today, self._clock = connection, today, clock

    def all(self) -> list[Given]:
        """What lies ready for whom, and what each was given or mailed."""
        rows = self._connection.execute("SELECT person, circle, kind, title, cards, at, day, state FROM bundle")
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
        rows = self._connection.execute("SELECT person, circle, cards, state FROM bundle WHERE kind = ?", (READY,))
        known = {(person, circle): told for person, circle, *told in rows}
        return [one for one in found if known.get((one.person, one.circle)) != [_written(one.cards), one.state]]

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
        connection.executemany("INSERT OR REPLACE INTO bundle VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
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
