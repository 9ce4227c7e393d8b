"""The ledger's drawer of single letters: look one up, and settle what people or a mail server tell afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from outside.ledger.schema import writing
from roster.plan.delivery_status import BUSY, HAND, READY, REFUSED, SENT, UNCERTAIN, WAITS, mark_of


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


LEFT = (READY, SENT, UNCERTAIN, BUSY)
"""The states of a letter that may be on its way: a report about one that waits or was refused tells of an older try."""

STATE = f"CASE WHEN state = '{SENT}' AND via = '{HAND}' THEN '{HAND}' ELSE state END"
"""How a letter stands, in SQL. What a person told instead is kept as sent, with by what means."""

_SELECT = f"SELECT message_id, person, act, version, {STATE}, day, address FROM message WHERE "  # noqa: S608  # made of our own words only


class MessageStore:
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

    def departures(self, message_id: str) -> int:
        """How often this letter left over the wire."""
        row = self._connection.execute("SELECT count(*) FROM departure WHERE message_id = ?", (message_id,)).fetchone()
        return int(row[0])

    def last_of_departures(self, message_id: str) -> datetime | None:
        """When (UTC) this letter left for the last time; None where it left once at most."""
        rows = self._connection.execute("SELECT at FROM departure WHERE message_id = ? ORDER BY at", (message_id,))
        times = [row[0] for row in rows]
        return datetime.fromisoformat(times[-1]) if len(times) > 1 else None

    def mark_sent(self, message_ids: Iterable[str]) -> None:
        """People know that these arrived, or sent them by hand. The day's limit counted what left already."""
        with writing(self._connection) as connection:
            self._settle(connection, message_ids, SENT, (READY, UNCERTAIN, REFUSED, WAITS))

    def mark_by_hand(self, person: str, act: str, version: str, address: str, identities: Sequence[str]) -> None:
        """A person told this one instead of a mail. `address` and `identities` are digests.

        A letter of this kind that was refused before, or that waited, is thereby done.
        """
        day, now = self._today.isoformat(), self._clock().isoformat()
        with writing(self._connection) as connection:
            for before in self._found("person = ? AND act = ? AND version = ?", person, act, version):
                self._settle(connection, [before.message_id], SENT, (READY, UNCERTAIN, REFUSED, WAITS))
            connection.execute(
                "INSERT INTO message (person, act, version, message_id, address, identities, state, via, day,"
                " planned_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (person, act, version) DO UPDATE SET via = excluded.via",
                (
                    person,
                    act,
                    version,
                    f"{HAND} {act} {version} {person}",
                    address,
                    " ".join(identities),
                    SENT,
                    HAND,
                    day,
                    now,
                    now,
                ),
            )

    def mark_due(self, message_ids: Iterable[str]) -> None:
        """These leave again with the next round, at once."""
        with writing(self._connection) as connection:
            self._settle(connection, message_ids, WAITS, (READY, SENT, HAND, UNCERTAIN, REFUSED, WAITS))

    def was_heard(self, digest: str) -> bool:
        """True for an answer or a report that an earlier run took to heart."""
        return self._connection.execute("SELECT 1 FROM heard WHERE digest = ?", (digest,)).fetchone() is not None

    def hear(self, digest: str) -> None:
        """This answer or report is dealt with: it asks nothing of the ledger."""
        with self._hearing(digest):
            pass

    def hear_refused(self, digest: str, message_id: str, reason: str) -> None:
        """A delivery report says that this letter came to nothing."""
        with self._hearing(digest) as connection:
            self._settle(connection, [message_id], REFUSED, LEFT, reason)

    def hear_limit(self, digest: str, message_ids: Sequence[str], until: datetime) -> None:
        """The day's limit stopped these letters: they are due again, and no mail leaves until then."""
        with self._hearing(digest) as connection:
            self._settle(connection, message_ids, WAITS, LEFT)
            connection.executemany("DELETE FROM limit_told WHERE message_id = ?", [(one,) for one in message_ids])
            connection.execute("DELETE FROM pause")
            connection.execute("INSERT INTO pause VALUES (?)", (until.isoformat(),))

    def hear_limit_told(self, digest: str, message_id: str) -> None:
        """Somebody says that the day's limit stopped this letter, and nothing bears that out yet."""
        with self._hearing(digest) as connection:
            now = self._clock().isoformat()
            connection.execute("INSERT OR REPLACE INTO limit_told VALUES (?, ?)", (message_id, now))

    def limits_told(self, since: datetime) -> set[str]:
        """The letters of which that was said since a moment (UTC), by Message-ID."""
        found = self._connection.execute("SELECT message_id FROM limit_told WHERE at > ?", (since.isoformat(),))
        return {row[0] for row in found}

    def agree_to_admins(self, marks: Iterable[str]) -> None:
        """Somebody agreed that the cards of these admins (digests) go along with mails."""
        now = self._clock().isoformat()
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR IGNORE INTO agreed_admin VALUES (?, ?)", [(mark, now) for mark in marks])

    def agreed_admins(self) -> frozenset[str]:
        """The digests of the admins that somebody agreed to."""
        return frozenset(row[0] for row in self._connection.execute("SELECT digest FROM agreed_admin"))

    def addresses(self) -> list[str]:
        """The digests of all addresses that a letter ever went to, as far as is known."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT address FROM message WHERE address <> ''")]

    def to_address(self, address: str) -> list[Told]:
        """All letters to the address with this digest."""
        return self._found("address = ? ORDER BY changed_at, act", address)

    def hear_stop(self, digest: str, address: str) -> None:
        """An answer says, and proves, that the address with this digest wants no more mail."""
        with self._hearing(digest) as connection:
            self._leave_alone(connection, [address])

    def hear_asked(self, digest: str, addresses: Iterable[str]) -> None:
        """An answer says so without proof: whoever looks after the register is asked, until that is answered."""
        rows = [(address, self._clock().isoformat()) for address in addresses]
        with self._hearing(digest) as connection:
            connection.executemany("INSERT OR IGNORE INTO asked VALUES (?, ?)", rows)

    def asked(self) -> list[str]:
        """The digests of addresses about which there still is a question, the oldest first."""
        return [row[0] for row in self._connection.execute("SELECT address FROM asked ORDER BY since, address")]

    def do_not_mail(self, addresses: Iterable[str], answered: Iterable[str] = ()) -> None:
        """The addresses with these digests want no more mail; questions about them, and about `answered`, go."""
        with writing(self._connection) as connection:
            self._leave_alone(connection, addresses)
            connection.executemany("DELETE FROM asked WHERE address = ?", [(one,) for one in answered])

    def mail_again(self, addresses: Iterable[str]) -> None:
        """The addresses with these digests take mail (again); a question about them is answered."""
        every = [(address,) for address in addresses]
        with writing(self._connection) as connection:
            connection.executemany("DELETE FROM do_not_mail WHERE address = ?", every)
            connection.executemany("DELETE FROM asked WHERE address = ?", every)

    def wishes(self) -> dict[str, datetime]:
        """The digests of all addresses that want no mail, and since when (local time)."""
        rows = self._connection.execute("SELECT address, since FROM do_not_mail")
        return {address: datetime.fromisoformat(since).astimezone().replace(tzinfo=None) for address, since in rows}

    def _leave_alone(self, connection: sqlite3.Connection, addresses: Iterable[str]) -> None:
        now = self._clock().isoformat()
        for address in addresses:
            connection.execute("INSERT OR IGNORE INTO do_not_mail VALUES (?, ?)", (address, now))
            connection.execute("DELETE FROM asked WHERE address = ?", (address,))

    def looked_at(self, mailbox: str) -> set[str]:
        """The UIDs of the messages in a folder (by its digest) that an earlier run looked at."""
        return {row[0] for row in self._connection.execute("SELECT uid FROM looked WHERE mailbox = ?", (mailbox,))}

    def look_at(self, mailbox: str, uids: Iterable[str]) -> None:
        """These were looked at; nothing is kept of a folder without a digest."""
        rows = [(mailbox, uid) for uid in uids] if mailbox else []
        if rows:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR IGNORE INTO looked VALUES (?, ?)", rows)

    def keep_looks(self, mailbox: str, uids: Iterable[str]) -> None:
        """Only these are still there to be looked at: of the others, and of other folders, nothing is kept."""
        gone = self.looked_at(mailbox) - set(uids)
        with writing(self._connection) as connection:
            connection.execute("DELETE FROM looked WHERE mailbox <> ?", (mailbox,))
            connection.executemany("DELETE FROM looked WHERE mailbox = ? AND uid = ?", [(mailbox, one) for one in gone])

    def last_look(self, mailbox: str) -> date | None:
        """The day of the last look that went through a whole folder (by its digest); None where there was none."""
        row = self._connection.execute("SELECT count FROM seen WHERE what = ?", (f"look {mailbox}",)).fetchone()
        return date.fromordinal(row[0]) if row and 0 < row[0] <= date.max.toordinal() else None

    def keep_last_look(self, mailbox: str, day: date) -> None:
        """This day a whole folder was looked through."""
        with writing(self._connection) as connection:
            connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (f"look {mailbox}", day.toordinal()))

    def count_departure(self, message_id: str) -> None:
        """A letter that is nobody's welcome left (a test mail): the day's limit counts it."""
        with writing(self._connection) as connection:
            left = self._clock().isoformat(), message_id
            connection.execute("INSERT INTO departure (at, message_id) VALUES (?, ?)", left)

    @contextmanager
    def _hearing(self, digest: str) -> Iterator[sqlite3.Connection]:
        """What a message changes lies on the disk together with that it was heard, or not at all."""
        with writing(self._connection) as connection:
            yield connection
            connection.execute("INSERT OR IGNORE INTO heard VALUES (?)", (digest,))

    def _settle(
        self,
        connection: sqlite3.Connection,
        message_ids: Iterable[str],
        state: str,
        of: tuple[str, ...],
        reason: str = "",
    ) -> None:
        """Let letters that stand in one of the states `of` stand otherwise.

        What their rows say of how they stood counts no more, also where it cannot be written over at once.
        """
        now = self._clock().isoformat()
        for message_id in message_ids:
            letter = self.by_message_id(message_id)
            if letter is None or letter.state not in of:
                continue
            if letter.state != WAITS:
                told = mark_of(letter.state, letter.day, letter.version).text
                connection.execute("UPDATE message SET told = ? WHERE message_id = ?", (told, message_id))
            connection.execute(
                "UPDATE message SET state = ?, reason = ?, day = ?, changed_at = ?, next_try = '', attempts = 0"
                " WHERE message_id = ?",
                (state, reason, self._today.isoformat(), now, message_id),
            )

    def _found(self, where: str, *values: str) -> list[Told]:
        rows = self._connection.execute(_SELECT + where, values)
        return [
            Told(message_id, person, act, version, state, date.fromisoformat(day), address)
            for message_id, person, act, version, state, day, address in rows
        ]
