"""The ledger's drawer of single letters: look one up, and settle what people or a mail server tell afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from outside.ledger_schema import writing
from roster.welcome_mark import READY, REFUSED, SENT, UNCERTAIN, WAITS


@dataclass(frozen=True, slots=True)
class Told:
    """One letter as the ledger knows it. `address` is a digest."""

    message_id: str
    person: str
    act: str
    version: str
    state: str
    day: date
    address: str


_SELECT = "SELECT message_id, person, act, version, state, day, address FROM message WHERE "


class LetterDrawer:
    """Single letters. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, today: date, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._today = today
        self._clock = clock

    def of_person(self, person: str) -> list[Told]:
        """All letters to whoever has or had this Nr, the latest last."""
        found = self._found("person LIKE ? || '%' ORDER BY changed_at, act", person)
        return [one for one in found if one.person == person or one.person.startswith(f"{person}-")]

    def in_state(self, state: str) -> list[Told]:
        """All letters that stand so, by person."""
        return self._found("state = ? ORDER BY person, act", state)

    def by_message_id(self, message_id: str) -> Told | None:
        """The letter with this Message-ID, or None where it is not one of ours."""
        found = self._found("message_id = ?", message_id)
        return found[0] if found else None

    def tries(self, message_id: str) -> int:
        """How often this letter was handed over to its present address, the time in hand included."""
        row = self._connection.execute("SELECT attempts FROM message WHERE message_id = ?", (message_id,)).fetchone()
        return int(row[0]) if row else 0

    def mark_sent(self, message_ids: Iterable[str]) -> None:
        """People know that these arrived, or sent them by hand. The day's limit counted what left already."""
        self._settle(message_ids, SENT, (READY, UNCERTAIN, REFUSED, WAITS))

    def mark_due(self, message_ids: Iterable[str]) -> None:
        """These leave again with the next round, at once."""
        self._settle(message_ids, WAITS, (READY, SENT, UNCERTAIN, REFUSED, WAITS))

    def mark_refused(self, message_id: str, reason: str) -> None:
        """A delivery report says that this one came to nothing."""
        self._settle([message_id], REFUSED, (READY, SENT, UNCERTAIN), reason)

    def knows_address(self, address: str) -> bool:
        """True where a letter ever went to the address with this digest."""
        row = self._connection.execute("SELECT 1 FROM message WHERE address = ? LIMIT 1", (address,)).fetchone()
        return row is not None

    def was_heard(self, digest: str) -> bool:
        """True for an answer or a report that an earlier run took to heart."""
        return self._connection.execute("SELECT 1 FROM heard WHERE digest = ?", (digest,)).fetchone() is not None

    def remember_heard(self, digests: Iterable[str]) -> None:
        """These answers and reports are dealt with."""
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR IGNORE INTO heard VALUES (?)", [(digest,) for digest in digests])

    def count_departure(self, message_id: str) -> None:
        """A letter that is nobody's welcome left (a test mail): the day's limit counts it."""
        with writing(self._connection) as connection:
            connection.execute("INSERT INTO departure VALUES (?, ?)", (self._clock().isoformat(), message_id))

    def _settle(self, message_ids: Iterable[str], state: str, of: tuple[str, ...], reason: str = "") -> None:
        now = self._clock().isoformat()
        known = " ".join(of)
        with writing(self._connection) as connection:
            connection.executemany(
                "UPDATE message SET state = ?, reason = ?, day = ?, changed_at = ?, next_try = '', attempts = 0"
                " WHERE message_id = ? AND instr(?, state) > 0",
                [(state, reason, self._today.isoformat(), now, message_id, known) for message_id in message_ids],
            )

    def _found(self, where: str, value: str) -> list[Told]:
        rows = self._connection.execute(_SELECT + where, (value,))
        return [
            Told(message_id, person, act, version, state, date.fromisoformat(day), address)
            for message_id, person, act, version, state, day, address in rows
        ]
