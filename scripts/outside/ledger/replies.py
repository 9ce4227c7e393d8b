"""What left and what came back: letters that count for the day, and what people and servers answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from outside.ledger.database import writing
from outside.ledger.messages import MessageStore
from roster.plan.delivery_status import State

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


MAY_HAVE_LEFT = (State.READY, State.SENT, State.UNCERTAIN, State.BUSY)
"""A letter that may be on its way: a report about one that waits or was refused tells of an older try."""


class ReplyStore:
    """Answers and reports, and the wishes in them. Everything said to it lies on the disk when the call returns."""

    def __init__(self, connection: sqlite3.Connection, messages: MessageStore, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._messages = messages
        self._clock = clock

    def is_processed(self, digest: str) -> bool:
        """True for an answer or a report that an earlier run took to heart."""
        return self._connection.execute("SELECT 1 FROM heard WHERE digest = ?", (digest,)).fetchone() is not None

    def mark_processed(self, digest: str) -> None:
        """This answer or report is dealt with: it asks nothing of the ledger."""
        with self._processing(digest):
            pass

    def process_refusal(self, digest: str, message_id: str, reason: str) -> None:
        """A delivery report says that this letter came to nothing."""
        with self._processing(digest) as connection:
            self._messages.set_state(connection, [message_id], State.REFUSED, MAY_HAVE_LEFT, reason)

    def process_limit(self, digest: str, message_ids: Sequence[str], until: datetime) -> None:
        """The day's limit stopped these letters: they are due again, and no mail leaves until then."""
        with self._processing(digest) as connection:
            self._messages.set_state(connection, message_ids, State.WAITS, MAY_HAVE_LEFT)
            connection.executemany("DELETE FROM limit_told WHERE message_id = ?", [(one,) for one in message_ids])
            set_pause(connection, until)

    def process_limit_report(self, digest: str, message_id: str) -> None:
        """Somebody says that the day's limit stopped this letter, and nothing bears that out yet."""
        with self._processing(digest) as connection:
            now = self._clock().isoformat()
            connection.execute("INSERT OR REPLACE INTO limit_told VALUES (?, ?)", (message_id, now))

    def limits_reported(self, since: datetime) -> set[str]:
        """The letters of which that was said since a moment (UTC), by Message-ID."""
        found = self._connection.execute("SELECT message_id FROM limit_told WHERE at > ?", (since.isoformat(),))
        return {row[0] for row in found}

    def process_stop(self, digest: str, address: str) -> None:
        """An answer says, and proves, that the address with this digest wants no more mail."""
        with self._processing(digest) as connection:
            self._leave_alone(connection, [address])

    def process_asked(self, digest: str, addresses: Iterable[str]) -> None:
        """An answer says so without proof: whoever looks after the register is asked, until that is answered."""
        rows = [(address, self._clock().isoformat()) for address in addresses]
        with self._processing(digest) as connection:
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

    def _leave_alone(self, connection: sqlite3.Connection, addresses: Iterable[str]) -> None:
        now = self._clock().isoformat()
        for address in addresses:
            connection.execute("INSERT OR IGNORE INTO do_not_mail VALUES (?, ?)", (address, now))
            connection.execute("DELETE FROM asked WHERE address = ?", (address,))

    @contextmanager
    def _processing(self, digest: str) -> Iterator[sqlite3.Connection]:
        """What a message changes lies on the disk together with that it was heard, or not at all."""
        with writing(self._connection) as connection:
            yield connection
            connection.execute("INSERT OR IGNORE INTO heard VALUES (?)", (digest,))
