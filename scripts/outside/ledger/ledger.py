"""The ledger: what left the house, to whom and how it went, on the disk before and after it happens."""

from __future__ import annotations

import base64
import hmac
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from outside.ledger.departures import LONGEST_PAUSE, departed_since, note_wrong_clock
from outside.ledger.messages import STATE, MessageStore
from outside.ledger.output_files import FileStore
from outside.ledger.ready_letters import LyingReady
from outside.ledger.schema import open_database, unusable, writing
from outside.mail.mailbox import Outcome
from roster.plan.delivery_status import SENT, UNCERTAIN, WAITS
from roster.plan.history import NO_NOTICE, Delivery, History, Notice, Recipient
from roster.plan.steps import Send
from roster.reading.row_ids import LAST

FIRST_RETRY = timedelta(minutes=15)
LAST_RETRY = timedelta(days=1)
"""A letter that must wait is tried again after a quarter of an hour, and after four times as long each
time, up to a day. RFC 5321, 4.5.4.1: at least 30 minutes on average, and growing."""

_ADDRESS = re.compile(r"(?<!\S)[^\s@]*@\S*")


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Intent:
    """A letter that is about to be handed over. `address` and `identities` are digests."""

    message_id: str
    person: str
    act: str
    version: str
    address: str
    identities: tuple[str, ...] = ()
    notice: Notice = NO_NOTICE


@dataclass(frozen=True, slots=True)
class Entry:
    """How a letter stands in the ledger. `address` is a digest, `next_try` UTC or None."""

    message_id: str
    state: str
    reason: str
    via: str
    day: date
    address: str
    attempts: int
    next_try: datetime | None


class Ledger:
    """One file that holds what must survive a crash. Everything said to it lies on the disk when the call returns.

    It holds no name, number or address: those stand in it as keyed digests. `today` is the day that
    the rows will name; `clock` gives the moment in UTC; `secret` is what Message-IDs are made with.
    Raises Stop where the file cannot be used.
    """

    def __init__(self, path: Path, today: date, clock: Callable[[], datetime] = utc_now) -> None:
        self._connection = open_database(path)
        self._path = path
        self._clock = clock
        self.path = path
        self.today = today
        try:
            self._open(clock)
        except BaseException:
            self._connection.close()  # else the file stays taken for as long as anybody looks at the fault
            raise

    def _open(self, clock: Callable[[], datetime]) -> None:
        self.lying = LyingReady(self._connection)
        self.shelf = FileStore(self._connection, self.today, clock)
        self.letters = MessageStore(self._connection, self.today, clock)
        note_wrong_clock(self._connection, clock())
        self._goes_by: dict[str, str] | None = None  # which number an identity goes by, once that was asked
        self._salt: bytes = self._connection.execute("SELECT bytes FROM salt").fetchone()[0]
        self.secret = hmac.digest(self._salt, b"Message-ID", "sha256")
        self._leave = hmac.digest(self._salt, b"List-Unsubscribe", "sha256")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.DatabaseError):
            raise unusable(error, self._path, code=3) from error

    def is_empty(self) -> bool:
        """True where no round, letter or wish was ever written down."""
        tables = ("message", "seen", "do_not_mail", "asked")
        return not any(self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in tables)  # noqa: S608  # our own words

    def copy_into(self, other: sqlite3.Connection) -> None:
        """Copy all of it into another database, as it stands at this moment."""
        self._connection.backup(other)

    def history(self) -> History:
        """All that the planners may know of earlier runs."""
        day = cache(date.fromisoformat)
        self._goes_by = dict(self._connection.execute("SELECT digest, nr FROM identity"))
        wishes = self.letters.wishes()
        rows = self._connection.execute(
            f"SELECT person, act, version, {STATE}, day, identities, address, reason, told,"  # noqa: S608  # made of our own words only
            " group_name, role, number, at"
            " FROM message LEFT JOIN notice USING (person, act, version) ORDER BY person, act, version"
        )
        return History(
            [
                Delivery(
                    person,
                    act,
                    version,
                    state,
                    day(on),
                    tuple(identities.split()),
                    address,
                    reason,
                    told,
                    Notice(group, role, number) if at else NO_NOTICE,
                    at or "",
                )
                for person, act, version, state, on, identities, address, reason, told, group, role, number, at in rows
            ],
            dict(self._connection.execute("SELECT prefix, highest FROM number")),
            self._goes_by,
            dict(self._connection.execute("SELECT what, count FROM seen")),
            self._salt,
            frozenset(wishes),
            self._recipients(),
            wishes,
            self.shelf.sights(),
            self.letters.agreed_admins(),
        )

    def _recipients(self) -> dict[str, Recipient]:
        rows = self._connection.execute("SELECT person, mobile, address, name, known_as FROM recipient")
        return {
            person: Recipient(mobile, address, name, tuple(known_as.split()))
            for person, mobile, address, name, known_as in rows
        }

    def remember_recipients(self, seen: Mapping[str, Recipient]) -> None:
        """Keep what the rows say of everybody now, by person; whoever is not named stays as he was."""
        known = self._recipients()
        changed = [
            (person, one.mobile, one.address, one.name, " ".join(one.known_as))
            for person, one in seen.items()
            if known.get(person) != one
        ]
        if changed:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR REPLACE INTO recipient VALUES (?, ?, ?, ?, ?)", changed)

    def address_mark(self, address: str) -> str:
        """A mail address as the ledger knows it; capitals do not count."""
        return History(salt=self._salt).address_mark(address)

    def entries(self, letters: Iterable[Send]) -> dict[tuple[str, str, str], Entry]:
        """What is known of these letters, by person, act and version; one that is new is left out."""
        found: dict[tuple[str, str, str], Entry] = {}
        for asked in dict.fromkeys((send.person, send.act, send.version) for send in letters):
            row = self._connection.execute(
                "SELECT message_id, state, reason, via, day, address, attempts, next_try FROM message"
                " WHERE person = ? AND act = ? AND version = ?",
                asked,
            ).fetchone()
            if row is not None:
                message_id, state, reason, via, day, address, attempts, next_try = row
                again = self._believed(next_try)
                found[asked] = Entry(message_id, state, reason, via, date.fromisoformat(day), address, attempts, again)
        return found

    def book(self, results: Iterable[tuple[str, Outcome]], intents: Iterable[Intent] = (), via: str = "") -> None:
        """Write down, at once, how letters went (by Message-ID) and which go next to the mailbox `via`.

        Raises RuntimeError for an intent of a letter that left already, or of which that is not certain:
        whoever asks for that would mail somebody twice.
        """
        now = self._clock()
        with writing(self._connection) as connection:
            for message_id, outcome in results:
                self._record(connection, message_id, outcome, now)
            for intent in intents:
                self._intend(connection, intent, via, now)

    def expect(self, intents: Iterable[tuple[Intent, str]], via: str) -> None:
        """Write down which letters are due, each with what its row will say; how they stand stays as it is."""
        now = self._clock().isoformat()
        with writing(self._connection) as connection:
            connection.executemany(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, 'wacht', '', ?, ?, ?, ?, 0, '', ?)"
                " ON CONFLICT (person, act, version) DO UPDATE SET told = excluded.told",
                [(*_told(intent), via, self.today.isoformat(), now, now, told) for intent, told in intents],
            )

    def record(self, message_id: str, outcome: Outcome) -> None:
        """Write down how one letter went."""
        self.book([(message_id, outcome)])

    def take_back(self, message_ids: Iterable[str]) -> None:
        """Write down that announced letters were not handed over after all; they are due again at once."""
        with writing(self._connection) as connection:
            connection.executemany(
                "UPDATE message SET state = 'wacht', next_try = '', attempts = max(0, attempts - 1)"
                " WHERE message_id = ? AND state = 'bezig'",
                [(message_id,) for message_id in message_ids],
            )

    def unsettled(self) -> list[tuple[str, str]]:
        """Message-ID and mailbox of every letter that was announced, and of which no result was written."""
        return list(self._connection.execute("SELECT message_id, via FROM message WHERE state = 'bezig'"))

    def left_since(self, moment: datetime) -> int:
        """How many letters left, or may have left, over the wire in the day since a moment (UTC)."""
        return departed_since(self._connection, moment)

    def pause(self) -> datetime | None:
        """Until when (UTC) the mailbox asked to be left in peace; None where that is over or was never asked."""
        row = self._connection.execute("SELECT max(until) FROM pause").fetchone()
        until = datetime.fromisoformat(row[0]) if row[0] else None
        now = self._clock()
        return until if until and now < until <= now + LONGEST_PAUSE else None

    def pause_until(self, moment: datetime) -> None:
        """Leave the mailbox in peace until a moment (UTC)."""
        with writing(self._connection) as connection:
            connection.execute("DELETE FROM pause")
            connection.execute("INSERT INTO pause VALUES (?)", (moment.isoformat(),))

    def end_pause(self, until: datetime) -> None:
        """The pause until that moment (UTC) holds nothing up any more; a later one stays."""
        with writing(self._connection) as connection:
            connection.execute("DELETE FROM pause WHERE until <= ?", (until.isoformat(),))

    def next_try(self) -> datetime | None:
        """When (UTC) the first of the letters that were put off may go again; None where none has to wait."""
        now = self._clock()
        row = self._connection.execute(
            "SELECT min(next_try) FROM message WHERE state = 'wacht' AND next_try > ? AND next_try <= ?",
            (now.isoformat(), (now + LAST_RETRY).isoformat()),
        ).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def _believed(self, next_try: str) -> datetime | None:
        """When (UTC) a letter may be tried again; one that would wait longer than any was put off by a wrong clock."""
        again = datetime.fromisoformat(next_try) if next_try else None
        return again if again and again <= self._clock() + LAST_RETRY else None

    def now(self) -> datetime:
        """The moment in UTC, by the ledger's clock."""
        return self._clock()

    def do_not_mail_digests(self) -> frozenset[str]:
        """The digests of all addresses that asked to be left alone."""
        return frozenset(self.letters.wishes())

    def leave_token(self, address: str) -> str:
        """What a letter to an address carries, so that whoever sends it back wants no more mail: sixteen letters."""
        return self.token_of(self.address_mark(address))

    def token_of(self, mark: str) -> str:
        """The same, for an address by its digest. Nobody can make one up who does not hold this ledger."""
        return base64.b32encode(hmac.digest(self._leave, mark.encode(), "sha256")[:10]).decode("ascii").lower()

    def remember_numbers(self, highest: Mapping[str, int], identity_nr: Mapping[str, str]) -> None:
        """Remember the highest number given by prefix (it never goes down) and which number an identity goes by.

        A number that nobody can have given, of an earlier version, gives way to those that were.
        """
        kept = dict(self._connection.execute("SELECT prefix, highest FROM number"))
        known = {prefix: number for prefix, number in kept.items() if number <= LAST}
        higher = [(prefix, number) for prefix, number in highest.items() if number > known.get(prefix, 0)]
        if self._goes_by is None:
            self._goes_by = dict(self._connection.execute("SELECT digest, nr FROM identity"))
        changed = [(digest, nr) for digest, nr in identity_nr.items() if self._goes_by.get(digest) != nr]
        if higher or changed:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR REPLACE INTO number VALUES (?, ?)", higher)
                connection.executemany("INSERT OR REPLACE INTO identity VALUES (?, ?)", changed)
            self._goes_by = {**self._goes_by, **dict(changed)}

    def remember_counts(self, counts: Mapping[str, int]) -> None:
        """Remember what a whole run counted, for the doubts of the next one."""
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", counts.items())

    def _record(self, connection: sqlite3.Connection, message_id: str, outcome: Outcome, now: datetime) -> None:
        next_try = ""
        if outcome.state == WAITS:
            if not outcome.give_up:  # this try tells nothing of the recipient
                connection.execute("UPDATE message SET attempts = attempts - 1 WHERE message_id = ?", (message_id,))
            row = connection.execute("SELECT attempts FROM message WHERE message_id = ?", (message_id,)).fetchone()
            distance = min(FIRST_RETRY * 4 ** min(max(row[0] - 1, 0), 5), LAST_RETRY) if row else FIRST_RETRY
            next_try = (now + distance).isoformat()
        changed = connection.execute(
            "UPDATE message SET state = ?, reason = ?, day = ?, changed_at = ?, next_try = ? WHERE message_id = ?",
            (
                outcome.state,
                _ADDRESS.sub("…", outcome.reason),
                self.today.isoformat(),
                now.isoformat(),
                next_try,
                message_id,
            ),
        )
        if not changed.rowcount:
            raise RuntimeError("a result for a letter that was never announced")
        if outcome.state in (SENT, UNCERTAIN):
            connection.execute("INSERT INTO departure (at, message_id) VALUES (?, ?)", (now.isoformat(), message_id))

    def _intend(self, connection: sqlite3.Connection, intent: Intent, via: str, now: datetime) -> None:
        changed = connection.execute(
            """INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, 'bezig', '', ?, ?, ?, ?, 1, '', '')
            ON CONFLICT (person, act, version) DO UPDATE SET
                message_id = excluded.message_id, identities = excluded.identities, state = 'bezig', reason = '',
                via = excluded.via, day = excluded.day, changed_at = excluded.changed_at, next_try = '',
                attempts = CASE WHEN message.address = excluded.address AND message.via = excluded.via
                    THEN message.attempts + 1 ELSE 1 END,
                address = excluded.address
            WHERE message.state IN ('wacht', 'geweigerd')
                OR (message.state = 'klaargezet' AND excluded.via <> 'klaargezet')""",
            (*_told(intent), via, self.today.isoformat(), now.isoformat(), now.isoformat()),
        )
        if not changed.rowcount:
            raise RuntimeError("a letter that left already, or may have, was announced again")
        self.shelf.keep_notice(connection, (intent.person, intent.act, intent.version), intent.notice)


def _told(intent: Intent) -> tuple[str, str, str, str, str, str]:
    return (intent.person, intent.act, intent.version, intent.message_id, intent.address, " ".join(intent.identities))
