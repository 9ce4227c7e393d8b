"""Opens the ledger's database, makes it where there is none, and brings an older one up to date."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path

from outside.errors import Stop
from outside.files.atomic import make_private, own_folder, replace, settle_folder, stop_from
from outside.files.backups import backups_of

APPLICATION = 0x42757572
"""Marks the file as ours ("Buur"), so that another program's database is not taken for a ledger."""

FIRST = (
    # The salt of all digests. A digest tells nobody a number or an address who does not hold this file.
    "CREATE TABLE salt (bytes BLOB NOT NULL)",
    # A message of one act and version to one person. `address` and `identities` are digests; `via` is the
    # state that the mailbox of the last attempt gives to what it took; `day` is the day that the row names,
    # the other times are UTC.
    """CREATE TABLE message (
        person TEXT NOT NULL, act TEXT NOT NULL, version TEXT NOT NULL,
        message_id TEXT NOT NULL UNIQUE,
        address TEXT NOT NULL, identities TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('bezig', 'klaargezet', 'verstuurd', 'wacht', 'geweigerd', 'onzeker')),
        reason TEXT NOT NULL DEFAULT '',
        via TEXT NOT NULL,
        day TEXT NOT NULL, planned_at TEXT NOT NULL, changed_at TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0, next_try TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (person, act, version)
    ) WITHOUT ROWID""",
    "CREATE INDEX message_in_state ON message (state) WHERE state = 'bezig'",
    # Every time that a message left, or may have left, over the wire: the day's limit counts these.
    "CREATE TABLE departure (at TEXT NOT NULL, message_id TEXT NOT NULL)",
    "CREATE INDEX departure_at ON departure (at)",
    # Digests of addresses that asked to be left alone; they outlive every row.
    "CREATE TABLE do_not_mail (address TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
    # Until when the mailbox asked to be left in peace.
    "CREATE TABLE pause (until TEXT NOT NULL)",
    # The highest number ever given by prefix, and which number an identity goes by.
    "CREATE TABLE number (prefix TEXT PRIMARY KEY, highest INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE identity (digest TEXT PRIMARY KEY, nr TEXT NOT NULL) WITHOUT ROWID",
    # What the last whole run counted.
    "CREATE TABLE seen (what TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
    # The files under out/ that we wrote, by the digest of what stands in them.
    "CREATE TABLE written (path TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (path, digest)) WITHOUT ROWID",
    # Whose cards left in which bundle.
    "CREATE TABLE bundle (number INTEGER PRIMARY KEY, name TEXT NOT NULL, day TEXT NOT NULL)",
    """CREATE TABLE card (
        bundle INTEGER NOT NULL REFERENCES bundle (number), person TEXT NOT NULL, digest TEXT NOT NULL,
        PRIMARY KEY (bundle, person)
    ) WITHOUT ROWID""",
)

SECOND = (
    # Answers and delivery reports that were heard: one that still lies in the mailbox says nothing new.
    "CREATE TABLE heard (digest TEXT PRIMARY KEY) WITHOUT ROWID",
)

THIRD = (
    # What this machine wrote in the row about a letter and that does not speak against a next try: its own
    # announcement, or the mark of a try that counts no more. Anything else there is another machine's.
    "ALTER TABLE message ADD COLUMN told TEXT NOT NULL DEFAULT ''",
)

FOURTH = (
    # What was last seen of each person: digests of his mobile, address and name, and the persons of other rows
    # that he was before. Who is who over the months follows from it.
    """CREATE TABLE recipient (
        person TEXT PRIMARY KEY, mobile TEXT NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, known_as TEXT NOT NULL
    ) WITHOUT ROWID""",
)

FIFTH = (
    # Addresses (digests) whose mail asked to be left alone without proof: a person has to look, and to say.
    "CREATE TABLE asked (address TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
)

SIXTH = (
    # What a letter told of somebody's place: which group (its folded name), which role in it, and which number
    # of the regiegroep (a digest). Letters that left before this was remembered have no row here.
    """CREATE TABLE notice (
        person TEXT NOT NULL, act TEXT NOT NULL, version TEXT NOT NULL,
        group_name TEXT NOT NULL, role TEXT NOT NULL, number TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (person, act, version)
    ) WITHOUT ROWID""",
    # Where people stood who were welcomed before that, when they were first seen: nobody is mailed for it.
    """CREATE TABLE sight (
        person TEXT NOT NULL, group_name TEXT NOT NULL, role TEXT NOT NULL, number TEXT NOT NULL,
        day TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (person, group_name, role)
    ) WITHOUT ROWID""",
)

SEVENTH = (
    # Letters of which an unproven report says that the day's limit stopped them: a second one bears that out.
    "CREATE TABLE limit_told (message_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
    # Admins (digests of mobile and group) to whose cards somebody said yes before mails with them left.
    "CREATE TABLE agreed_admin (digest TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
)

EIGHTH = (
    # The messages of the mailbox (by the digest of its folder) that were looked at, whatever was in them.
    "CREATE TABLE looked (mailbox TEXT NOT NULL, uid TEXT NOT NULL, PRIMARY KEY (mailbox, uid)) WITHOUT ROWID",
)

NINTH = (
    # The letters that were put ready as files: their name, the digest of what was written, and of what they say.
    """CREATE TABLE lying (
        message_id TEXT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, facts TEXT NOT NULL
    ) WITHOUT ROWID""",
)

TENTH = (
    # A ledger of which messages left before anybody was asked about admins: who was one then is not new.
    "INSERT INTO seen SELECT 'admins_before', count(*) FROM message HAVING count(*) > 0",
)

ELEVENTH = (
    # When it was first seen that a letter left at a time that is yet to come: the day's limit counts it from then on.
    "ALTER TABLE departure ADD COLUMN seen TEXT NOT NULL DEFAULT ''",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    FIRST,
    SECOND,
    THIRD,
    FOURTH,
    FIFTH,
    SIXTH,
    SEVENTH,
    EIGHTH,
    NINTH,
    TENTH,
    ELEVENTH,
)
"""The statements that bring a ledger from version n to n + 1. One that was ever released is never changed."""


class DamagedLedger(Stop):
    """The file at the ledger's place is no sound ledger."""


def open_database(path: Path) -> sqlite3.Connection:
    """The ledger at `path`, made where there is none, checked and up to date. Raises Stop.

    Only one run can hold it. A commit returns when it lies on the disk: a write-ahead log needs one
    fsync for that, and EXTRA also covers a disk where SQLite cannot keep such a log.
    """
    try:
        own_folder(path.parent)
        if not path.exists() or _is_unfinished(path):
            _make(path)
        make_private(path)
        _recognise(path)
        connection = _connect(path)
    except OSError as error:
        raise stop_from(error, path.parent.name) from error
    except sqlite3.DatabaseError as error:
        raise unusable(error, path) from error
    try:
        _look_over(connection, path)
        _migrate(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise unusable(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One transaction, on the disk when it ends. Raises Stop where the disk does not take it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except sqlite3.OperationalError as error:
        raise Stop(
            "Het logboek kan niet worden bijgeschreven.",
            "Kijk of de schijf niet vol is, en draai opnieuw. Wat al weg is, gaat niet nog eens.",
            code=3,
        ) from error
    except sqlite3.DatabaseError as error:
        raise unusable(error, Path(connection.execute("PRAGMA database_list").fetchone()[2]), code=3) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        # Before the log is first touched: then it needs no shared memory, which network drives lack.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """Make a new ledger under another name and put it in place whole, so that an empty file is never one of ours."""
    new = path.with_name(path.name + ".new")
    for left_over in (new, path.with_name(new.name + "-wal"), path.with_name(new.name + "-journal")):
        left_over.unlink(missing_ok=True)
    new.touch(mode=0o600)
    with closing(_connect(new)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
        _migrate(connection)
        connection.execute("INSERT INTO salt VALUES (?)", (secrets.token_bytes(32),))
        # All of it goes into the file itself, or an error comes: closing says nothing when the disk is full.
        if connection.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
            raise sqlite3.OperationalError("disk I/O error")
    replace(new, path)
    settle_folder(path.parent)


def _is_unfinished(path: Path) -> bool:
    """True for a ledger in which nothing was ever written, not even its salt: an older version left those behind.

    It put a new ledger in its place before all of it lay on the disk, also on a disk that was full.
    """
    if _application(path) not in (0, APPLICATION) or path.with_name(path.name + "-wal").exists():
        return False
    try:  # immutable: whoever holds it now is not disturbed, and nothing is written
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            ours = {words.split()[2] for version in MIGRATIONS for words in version if words.startswith("CREATE TABLE")}
            if not ours.issuperset(tables) or any(
                connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()  # noqa: S608  # names from our own schema
                for table in tables  # the salt stands in the first, so a ledger in use is known at once
            ):
                return False
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _application(path: Path) -> int | None:
    """The application's number of a database; None where the file is none.

    The first 100 bytes of a database are its header: 16 of a magic text, and from 68 on that
    number (https://sqlite.org/fileformat2.html, 1.3).
    """
    with path.open("rb") as stream:
        header = stream.read(100)
    return int.from_bytes(header[68:72], "big") if header[:16] == b"SQLite format 3\0" else None


def _recognise(path: Path) -> None:
    """See that the file is a ledger before SQLite opens it, because opening already writes."""
    if _application(path) != APPLICATION:
        raise sqlite3.DatabaseError("not a ledger")


def _look_over(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("malformed")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise Stop(
            f"Het logboek {path.name} is van een nieuwere Buurtbeheer.",
            "Gebruik die nieuwere versie. Het logboek is niet aangeraakt.",
        )
    if connection.execute("SELECT count(*) FROM salt").fetchone() != (1,):
        raise sqlite3.DatabaseError("incomplete")
    _look_over_values(connection)


_KINDS = {"TEXT": "text", "INTEGER": "integer", "BLOB": "blob"}
_DAYS = (("message", "day"), ("bundle", "day"))
_MOMENTS = (("message", "next_try"), ("pause", "until"))


def _look_over_values(connection: sqlite3.Connection) -> None:
    """Raise DatabaseError where a cell holds what we never write there; SQLite itself takes anything anywhere."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        columns = [(row[1], row[2].upper()) for row in connection.execute(f'PRAGMA table_info("{table}")')]
        wrong = [f"typeof(\"{name}\") NOT IN ('null', '{_KINDS[kind]}')" for name, kind in columns if kind in _KINDS]
        if wrong and connection.execute(f'SELECT 1 FROM "{table}" WHERE {" OR ".join(wrong)} LIMIT 1').fetchone():  # noqa: S608  # names from our own schema
            raise sqlite3.DatabaseError("a value of another kind")
    for places, read in ((_DAYS, date.fromisoformat), (_MOMENTS, _moment)):
        for table, column in places:
            if table in tables:
                for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''"):  # noqa: S608  # likewise
                    try:
                        read(value)
                    except ValueError as error:
                        raise sqlite3.DatabaseError("a day that is none") from error


def _moment(text: str) -> datetime:
    """A moment that knows its zone. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a zone")
    return found


def _migrate(connection: sqlite3.Connection) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")


def unusable(error: sqlite3.DatabaseError, path: Path, *, code: int = 2) -> Stop:
    """Why a ledger cannot be used, and what to do."""
    said = str(error)
    if "locked" in said:
        return Stop("Er is al een ronde bezig.", "Wacht tot die klaar is en draai dan opnieuw.")
    if any(word in said for word in ("full", "unable to open", "readonly", "disk I/O", "locking protocol")):
        return Stop(
            f"Het logboek {path.name} kan niet worden geopend.",
            "Kijk of de schijf niet vol is en of u in de map mag schrijven. Draai daarna opnieuw.",
        )
    damaged = f"Het logboek {path.name} is beschadigd."
    if backups_of(path, path.parent / "backups"):
        return DamagedLedger(damaged, "Er zijn kopieën van. Zet de laatste terug met: make restore")
    return DamagedLedger(
        damaged,
        f"Zet een reservekopie van de map {path.parent.name} terug. Hebt u die niet, geef het bestand dan een andere "
        "naam en draai opnieuw. Buurtbeheer begint dan een nieuw logboek. Wie volgens de kolom Welkom al bericht "
        "kreeg, krijgt het niet nog eens.",
        code=code,
    )
