"""Opens the ledger's database, makes it where there is none, and brings an older one up to date."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path

from outside.errors import Stop
from outside.files.atomic import make_private, own_folder, replace, stop_from, sync_folder
from outside.files.backups import backups_of
from outside.ledger.schema import APPLICATION, MIGRATIONS, WITH_PROOF, WITHOUT_SALT
from outside.ledger.secret import keep_secret, keyed, proof_of, sealed, secret_for, secrets_in

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database belongs to that one alone, and would spoil another."""


WAIT = 8.0
"""Seconds that are waited for another that holds the ledger: a look at a large register takes some of them."""


class DamagedLedger(Stop):
    """The file at the ledger's place is no sound ledger."""


def open_database(path: Path, secret_file: Path) -> tuple[sqlite3.Connection, bytes]:
    """The ledger at `path`, made where there is none, checked and up to date, and the secret of it. Raises Stop.

    Only one run can hold it. A commit returns when it lies on the disk: a write-ahead log needs one
    fsync for that, and EXTRA also covers a disk where SQLite cannot keep such a log.
    """
    try:
        own_folder(path.parent)
        if not path.exists() or _is_unfinished(path):
            _make(path, secret_file)
        make_private(path)
        _recognise(path)
        connection = _connect(path)
    except OSError as error:
        raise stop_from(error, path.parent.name) from error
    except sqlite3.DatabaseError as error:
        raise unusable(error, path) from error
    try:
        _look_over(connection, path)
        _migrate(connection, secret_file)
        secret = secret_for(connection.execute("SELECT mark FROM proof").fetchone()[0], secret_file)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise unusable(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection, secret


def bring_up_to_date(path: Path, secret_file: Path) -> None:
    """The same for a copy that nobody uses, left whole in one file. Raises sqlite3.DatabaseError, OSError and Stop."""
    _recognise(path)
    with closing(_connect(path)) as connection:
        _look_over(connection, path)
        _migrate(connection, secret_file)
        _into_one_file(connection)


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
            "Kijk of de schijf niet vol is, en probeer het opnieuw. Wat al weg is, gaat niet nog eens.",
            code=3,
        ) from error
    except sqlite3.DatabaseError as error:
        raise unusable(error, Path(connection.execute("PRAGMA database_list").fetchone()[2]), code=3) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
    try:
        # Before the log is first touched: then it needs no shared memory, which network drives lack.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what goes is overwritten
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path, secret_file: Path) -> None:
    """Make a new ledger under another name and put it in place whole, so that an empty file is never one of ours.

    The secret is there first. One that is there already does for this ledger too: what was keyed with it stays known.
    """
    new = path.with_name(path.name + ".new")
    for beside in BESIDE:
        new.with_name(new.name + beside).unlink(missing_ok=True)
    secret = next(reversed(secrets_in(secret_file)), b"") or secrets.token_bytes(32)
    keep_secret(secret_file, secret)
    new.touch(mode=0o600)
    with closing(_connect(new)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
        _migrate(connection, secret_file)
        connection.execute("INSERT INTO proof VALUES (?)", (proof_of(secret),))
        _into_one_file(connection)
    set_aside(path, BESIDE[1:])  # of one that somebody took away: SQLite would bring that one back
    replace(new, path)
    sync_folder(path.parent)


def _into_one_file(connection: sqlite3.Connection) -> None:
    """All of it goes into the file itself, or an error comes: closing says nothing when the disk is full."""
    if connection.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
        raise sqlite3.OperationalError("disk I/O error")


def set_aside(path: Path, endings: tuple[str, ...] = BESIDE) -> None:
    """Give a ledger, and what SQLite keeps beside it, a name with the moment in it. Raises OSError."""
    aside = path.with_name(f"{path.name}.{datetime.now():%Y-%m-%d_%H%M%S}.oud")
    for beside in endings:
        if (old := path.with_name(path.name + beside)).exists():
            replace(old, aside.with_name(aside.name + beside))


def _is_unfinished(path: Path) -> bool:
    """True for a ledger in which nothing was ever written, not even its secret: an older version left those behind.

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
                for table in tables  # a secret or a proof of it stands in a ledger in use
            ):
                return False
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _application(path: Path) -> int | None:
    """The application's number of a database; None where the file is none."""
    return application_and_version(path)[0]


def application_and_version(path: Path) -> tuple[int | None, int]:
    """The application's number of a database, and its version; None and 0 where the file is none.

    The first 100 bytes of a database are its header: 16 of a magic text, from 60 on the version, and from 68 on that
    number (https://sqlite.org/fileformat2.html, 1.3).
    """
    with path.open("rb") as stream:
        header = stream.read(100)
    if header[:16] != b"SQLite format 3\0":
        return None, 0
    return int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big")


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
    of_secret = "proof" if version >= WITH_PROOF else "salt"
    if connection.execute(f"SELECT count(*) FROM {of_secret}").fetchone() != (1,):  # noqa: S608  # our own words
        raise sqlite3.DatabaseError("incomplete")
    _look_over_values(connection)


_KINDS = {"TEXT": "text", "INTEGER": "integer", "BLOB": "blob"}


def _look_over_values(connection: sqlite3.Connection) -> None:
    """Raise DatabaseError where a cell holds what we never write there; SQLite itself takes anything anywhere."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        columns = [(row[1], row[2].upper()) for row in connection.execute(f'PRAGMA table_info("{table}")')]
        wrong = [f"typeof(\"{name}\") NOT IN ('null', '{_KINDS[kind]}')" for name, kind in columns if kind in _KINDS]
        if wrong and connection.execute(f'SELECT 1 FROM "{table}" WHERE {" OR ".join(wrong)} LIMIT 1').fetchone():  # noqa: S608  # names from our own schema
            raise sqlite3.DatabaseError("a value of another kind")
    for table, column, read in _TIMES:
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


_TIMES = (("message", "day", date.fromisoformat), ("message", "next_try", _moment), ("pause", "until", _moment))


def _migrate(connection: sqlite3.Connection, secret_file: Path) -> None:
    """Bring a ledger up to date. A secret that it holds itself is in its file, on the disk, before anything is done."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if 0 < version < WITH_PROOF and (row := connection.execute("SELECT bytes FROM salt").fetchone()):
        secret: bytes = row[0]
        keep_secret(secret_file, secret)
        connection.create_function("proof_of", 1, proof_of)
        connection.create_function("keyed", 1, lambda digest: keyed(secret, digest))
        connection.create_function("sealed", 1, lambda word: sealed(secret, word))
    elif version < WITH_PROOF:  # a new one: there are no rows for them
        for name in ("proof_of", "keyed", "sealed"):
            connection.create_function(name, 1, str)
    steps = list(enumerate(MIGRATIONS[version:], start=version + 1))
    # A new one is made at once: step by step it would wait for the disk as often as there are steps.
    for together in [[step] for step in steps] if version else [steps]:
        if version and together[0][0] == WITHOUT_SALT:
            overwrite_pages(connection)
        connection.execute("BEGIN IMMEDIATE")
        for number, statements in together:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")


def overwrite_pages(connection: sqlite3.Connection) -> None:
    """Leave nothing of what was deleted, in the file and in the log beside it."""
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def unusable(error: sqlite3.DatabaseError, path: Path, *, code: int = 2) -> Stop:
    """Why a ledger cannot be used, and what to do."""
    said = str(error)
    if "locked" in said:
        return Stop("Er is al een opdracht bezig.", "Wacht tot die klaar is, en typ dit dan opnieuw.")
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
        "naam en probeer het opnieuw. Buurtbeheer begint dan een nieuw logboek. Wie volgens de kolom Welkom al bericht "
        "kreeg, krijgt het niet nog eens.",
        code=code,
    )
