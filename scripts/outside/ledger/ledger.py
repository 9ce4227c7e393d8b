"""The ledger: what left the house, to whom and how it went, on the disk before and after it happens."""

from __future__ import annotations

import base64
import hmac
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from sys import intern
from types import TracebackType
from typing import Self

from outside.config.settings import Settings
from outside.files.atomic import stop_from
from outside.ledger.database import open_database, unusable, writing
from outside.ledger.files import BundleStore, FileStore
from outside.ledger.messages import STATES, MessageStore
from outside.ledger.older import clean_copies
from outside.ledger.replies import DepartureStore, ReplyStore
from outside.ledger.secret import sealed, unsealed
from roster.logbook import SECRET, Logbook, LogEntry
from roster.plan.history import History, Recipient
from roster.reading.row_ids import LAST
from roster.sheet.columns import LOGBOEK
from roster.sheet.table import Place

LEDGER_FILE = "ledger.sqlite3"
"""What it is called in the folder that remembers."""


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


class Ledger:
    """One file that holds what must survive a crash. Everything said to it lies on the disk when the call returns.

    What left, what came back, when it left and what lies in out/ each have a store; the rest is what the rows told.
    It holds no name, number or address: those stand in it as digests, keyed with a secret that lies in
    `secret_file` and not in here. `today` is the day that the rows will name; `clock` gives the moment in UTC;
    `secret` is what Message-IDs are made with. Raises Stop where the file cannot be used.
    """

    def __init__(self, path: Path, secret_file: Path, today: date, clock: Callable[[], datetime] = utc_now) -> None:
        self._connection, self._salt = open_database(path, secret_file)
        self._path = path
        self._clock = clock
        self._opened = clock()
        self.path = path
        self.today = today
        try:
            self._open(clock)
            clean_copies(path, secret_file, lambda: self._logbook().secret)
        except BaseException:
            self._connection.close()  # else the file stays taken for as long as anybody looks at the fault
            raise

    def _open(self, clock: Callable[[], datetime]) -> None:
        self.messages = MessageStore(self._connection, self.today, clock)
        self.replies = ReplyStore(self._connection, self.messages, clock)
        self.departures = DepartureStore(self._connection, clock)
        self.files = FileStore(self._connection, self._salt)
        self.bundles = BundleStore(self._connection, self.today, clock)
        self._marks = History(salt=self._salt)  # of nobody yet: it makes digests, and no more
        self._goes_by: dict[str, str] | None = None  # which number an identity goes by, once that was asked
        self.secret = hmac.digest(self._salt, b"Message-ID", "sha256")
        self._leave = hmac.digest(self._salt, b"List-Unsubscribe", "sha256")

    @classmethod
    def of(cls, settings: Settings, today: date) -> Self:
        """The ledger of an installation."""
        return cls(settings.paths.state / LEDGER_FILE, settings.ledger_secret, today)

    @staticmethod
    def is_there(settings: Settings) -> bool:
        """False where none was ever begun. Raises Stop for a folder that we may not look into."""
        try:
            return (settings.paths.state / LEDGER_FILE).exists()
        except OSError as error:
            raise stop_from(error, settings.paths.state.name) from error

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

    @property
    def connection(self) -> sqlite3.Connection:
        """The open database, for what takes people out of all of its tables."""
        return self._connection

    def forgotten(self) -> list[str]:
        """The Nrs of who was forgotten."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT nr FROM forgotten ORDER BY nr")]

    def copy_into(self, other: sqlite3.Connection) -> None:
        """Copy all of it into another database, as it stands at this moment."""
        self._connection.backup(other)

    def history(self) -> History:
        """All that the planners may know of earlier runs."""
        # Most digests and numbers stand in several tables: each is kept once.
        asked = self._connection.execute("SELECT digest, nr FROM identity")
        self._goes_by = {intern(digest): intern(nr) for digest, nr in asked}
        wishes = self.replies.wishes()
        return History(
            self.messages.all(),
            dict(self._connection.execute("SELECT prefix, highest FROM number")),
            self._goes_by,
            dict(self._connection.execute("SELECT what, count FROM seen")),
            self._salt,
            frozenset(wishes),
            self._recipients(),
            wishes,
            self.messages.sights(),
            frozenset(row[0] for row in self._connection.execute("SELECT digest FROM agreed_admin")),
            self._logbook(),
            bundles=self.bundles.all(),
            forgotten=self._forgotten(),
        )

    def _forgotten(self) -> dict[str, frozenset[str]]:
        marks = defaultdict[str, set[str]](set)
        for mark, nr in self._connection.execute("SELECT mark, nr FROM forgotten"):
            marks[nr].add(mark)
        return {nr: frozenset(those) for nr, those in marks.items()}

    def _logbook(self) -> Logbook:
        book, moments = Logbook(), dict[str, datetime]()
        for key, nr, act, version, state, mark, since in self._connection.execute("SELECT * FROM logbook"):
            if key == SECRET:
                book.secret = unsealed(self._salt, mark)
            else:
                place = Place(LOGBOEK.title, 0, intern(key))
                moment = moments.get(since) or moments.setdefault(since, datetime.fromisoformat(since))
                fields = intern(nr), intern(act), intern(version), STATES[state], intern(mark), moment
                book.entries[place.key] = LogEntry(place, *fields)
        return book

    def remember_logbook(self, book: Logbook, known: Logbook) -> None:
        """Keep what the tab says and said, and nothing else; its highest numbers are remembered with our own.

        `known` is what is kept now.
        """
        changed = [
            (key, one.nr, one.act, one.version, str(one.state), one.mark, one.since.isoformat())
            for key, one in book.entries.items()
            if key not in known.entries or known.entries[key][1:] != one[1:]
        ]
        if book.secret != known.secret and book.secret:
            changed.append((SECRET, "", "", "", "", sealed(self._salt, book.secret), ""))
        gone = known.entries.keys() - book.entries.keys() | ({SECRET} if known.secret and not book.secret else set())
        if changed or gone:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR REPLACE INTO logbook VALUES (?, ?, ?, ?, ?, ?, ?)", changed)
                connection.executemany("DELETE FROM logbook WHERE key = ?", [(key,) for key in gone])

    def _recipients(self) -> dict[str, Recipient]:
        rows = self._connection.execute("SELECT person, mobile, address, name, known_as FROM recipient")
        return {
            intern(person): Recipient(intern(mobile), intern(address), intern(name), tuple(known_as.split()))
            for person, mobile, address, name, known_as in rows
        }

    def remember_recipients(self, seen: Mapping[str, Recipient]) -> None:
        """Keep what the rows say of people now, by person; whoever is not named stays as he was."""
        rows = [(person, *one[:3], " ".join(one.known_as)) for person, one in seen.items()]
        if rows:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR REPLACE INTO recipient VALUES (?, ?, ?, ?, ?)", rows)

    def address_mark(self, address: str) -> str:
        """A mail address as the ledger knows it; capitals do not count."""
        return self._marks.address_mark(address)

    def now(self) -> datetime:
        """The moment in UTC, by the ledger's clock."""
        return self._clock()

    def moment(self) -> datetime:
        """The moment as the register tells it: local time on the day of this round, which ends with the round.

        All that is told of one letter goes by this clock: by another its "bezig" would seem later than its end.
        """
        opened = datetime.combine(self.today, self._opened.astimezone().time())
        return min(opened + (self.now() - self._opened), datetime.combine(self.today, time(23, 59)))

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

    def agree_to_admins(self, marks: Iterable[str]) -> None:
        """Somebody agreed that the cards of these admins (digests) go along with mails."""
        now = self._clock().isoformat()
        with writing(self._connection) as connection:
            connection.executemany("INSERT OR IGNORE INTO agreed_admin VALUES (?, ?)", [(mark, now) for mark in marks])
