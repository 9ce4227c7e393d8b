"""Copies of the ledger beside those of the register, and a lost or damaged one put back from them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from outside.config.settings import Settings
from outside.errors import Stop
from outside.files.atomic import make_private, replace, stop_from, sync_folder
from outside.files.backups import backups_of, keep_backup
from outside.ledger.database import BESIDE, DamagedLedger, set_aside, writing
from outside.ledger.forget import KnownBy, forget_in_ledger
from outside.ledger.ledger import LEDGER_FILE, Ledger
from outside.ledger.secret import LostSecret, secret_for


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


def has_copies(settings: Settings) -> bool:
    """Whether there is a copy of the ledger to put back: one whose secret is nowhere any more is none."""
    return any(_may_fit(copy, settings.ledger_secret) for copy in ledger_copies(settings.paths.state))


def _may_fit(copy: Path, secret_file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            secret_for(connection.execute("SELECT mark FROM proof").fetchone()[0], secret_file)
    except LostSecret:
        return False
    except (sqlite3.Error, TypeError):  # damaged, or of before there was a proof
        return True
    return True


def ledger_copies(state: Path) -> list[Path]:
    """The copies of the ledger, newest first."""
    return backups_of(state / LEDGER_FILE, state / "backups")


def what_is_wrong(settings: Settings) -> str:
    """Why the ledger may be replaced, in Dutch; "" for a sound one. Raises Stop where it is in use."""
    if not Ledger.is_there(settings):
        return "is er niet"
    try:
        with Ledger.of(settings, date.today()) as ledger:
            return "is leeg" if ledger.is_empty() else ""
    except DamagedLedger:
        return "is beschadigd"
    except LostSecret:
        return "is niet te lezen zonder zijn geheim"


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


def put_back(settings: Settings) -> Path | None:
    """Put the newest copy that is sound in the place of the ledger; None where there is none.

    What stood there goes under another name, with all that belongs to it. Which contacts admins were given is
    forgotten: they begin anew. Who was forgotten stays so, as far as any copy or the old one still tells it. Ask
    `what_is_wrong` first.
    """
    path = settings.paths.state / LEDGER_FILE
    there = [one for one in (path, *ledger_copies(path.parent)) if _may_fit(one, settings.ledger_secret)]
    gone = [row for one in there for row in _forgotten_in(one)]  # by another's ledger the Nrs are other people's
    new = path.with_name(path.name + ".new")
    try:
        for copy in ledger_copies(path.parent):
            for beside in BESIDE:
                new.with_name(new.name + beside).unlink(missing_ok=True)
            shutil.copyfile(copy, new)
            make_private(new)
            try:
                with Ledger(new, settings.ledger_secret, date.today()) as ledger:
                    with writing(ledger.connection) as connection:
                        connection.execute("DELETE FROM bundle")  # contacts given since the copy would come twice
                        connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", gone)
                    forget_in_ledger(ledger, [KnownBy(nr) for nr in ledger.forgotten()])
            except (Stop, sqlite3.DatabaseError):
                continue
            set_aside(path)
            replace(new, path)
            sync_folder(path.parent)
            return copy
        new.unlink(missing_ok=True)
    except OSError as error:
        raise stop_from(error, path.parent.name) from error
    return None
