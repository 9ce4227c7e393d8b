"""Copies of the ledger beside those of the register, and a lost or damaged one put back from them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from outside.errors import Stop
from outside.files.atomic import make_private, replace, settle_folder, stop_from
from outside.files.backups import backups_of, keep_backup
from outside.ledger.database import DamagedLedger, open_database, writing
from outside.ledger.forget import KnownBy, forget_in_ledger
from outside.ledger.ledger import Ledger

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database belongs to that one alone, and would spoil another."""


def keep_copy(ledger: Ledger, backups: Path) -> Path:
    """A dated copy of an open ledger among the backups, its owner's alone. Raises Stop where it cannot be kept."""

    def fill(part: Path) -> None:
        with closing(sqlite3.connect(part)) as copy:
            ledger.copy_into(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # whole in one file

    try:
        return keep_backup(ledger.path, backups, fill)
    except OSError as error:
        raise stop_from(error, backups.name) from error
    except sqlite3.Error as error:
        raise Stop("Van het logboek kon geen kopie worden bewaard.", "Kijk of de schijf niet vol is.") from error


def has_copies(state: Path) -> bool:
    """Whether there is a copy of the ledger in this folder to put back."""
    return bool(backups_of(state / "ledger.sqlite3", state / "backups"))


def what_is_wrong(path: Path, today: date) -> str:
    """Why the ledger at `path` may be replaced, in Dutch; "" for a sound one. Raises Stop where it is in use."""
    if not path.exists():
        return "is er niet"
    try:
        with Ledger(path, today) as ledger:
            return "is leeg" if ledger.is_empty() else ""
    except DamagedLedger:
        return "is beschadigd"


def moment_of(copy: Path) -> datetime:
    """When a copy was made (local time), as its name tells."""
    _name, day, time = copy.stem.split("_")[-3:]
    return datetime.strptime(f"{day} {time[:6]}", "%Y-%m-%d %H%M%S")


def _forgotten_in(path: Path) -> list[tuple[str, str]]:
    """Marks and Nrs of who was forgotten, from a ledger of any age; nothing from one that does not read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT mark, nr FROM forgotten").fetchall()
    except sqlite3.Error:
        return []


def put_back(path: Path, backups: Path) -> Path | None:
    """Put the newest copy that is sound in the place of the ledger at `path`; None where there is none.

    What stood there goes under another name, with all that belongs to it. Which contacts admins were given is
    forgotten: they begin anew. Who was forgotten stays so, as far as any copy or the old one still tells it. Ask
    `what_is_wrong` first.
    """
    gone = [row for one in (path, *backups_of(path, backups)) for row in _forgotten_in(one)]
    new = path.with_name(path.name + ".new")
    try:
        for copy in backups_of(path, backups):
            for beside in BESIDE:
                new.with_name(new.name + beside).unlink(missing_ok=True)
            shutil.copyfile(copy, new)
            make_private(new)
            try:
                with closing(open_database(new)) as connection, writing(connection):
                    connection.execute("DELETE FROM bundle")  # contacts given since the copy would come twice
                    connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", gone)
                with Ledger(new, date.today()) as ledger:
                    forget_in_ledger(ledger, [KnownBy(nr) for nr in ledger.forgotten()])
            except (Stop, sqlite3.DatabaseError):
                continue
            aside = path.with_name(f"{path.name}.{datetime.now():%Y-%m-%d_%H%M%S}.oud")
            for beside in BESIDE:
                if (old := path.with_name(path.name + beside)).exists():
                    replace(old, aside.with_name(aside.name + beside))
            replace(new, path)
            settle_folder(path.parent)
            return copy
        new.unlink(missing_ok=True)
    except OSError as error:
        raise stop_from(error, path.parent.name) from error
    return None
