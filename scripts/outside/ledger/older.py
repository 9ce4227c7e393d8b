"""Takes the secret out of copies of the ledger that a version made which kept it in the ledger itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from outside.errors import Stop
from outside.files.atomic import make_private, overwrite, replace, sync_folder
from outside.files.places import LEDGER_COPIES, UNFINISHED_LEDGER
from outside.ledger.database import BESIDE, application_and_version, bring_up_to_date
from outside.ledger.schema import WITHOUT_SALT
from outside.ledger.secret import secrets_in


def clean_copies(path: Path, secret_file: Path, known: Callable[[], str]) -> None:
    """Bring every copy of the ledger at `path` up to date that may hold a secret; one that does not read is blotted.

    Whoever calls this holds the ledger. `known` gives the secret of tab Logboek. Where the disk does not take it now,
    the next run does it: no round is lost for a copy.
    """
    for copy in _older(path):
        with suppress(OSError, Stop, sqlite3.OperationalError):
            if copy.name.endswith(_PART):  # of a run that was cut off
                copy.unlink()
            else:
                _clean(copy, secret_file, known)


_PART = ".deel"


def _older(path: Path) -> list[Path]:
    """The files that another version made, or that are no ledger at all."""
    with suppress(OSError):
        found = [file for place in (*LEDGER_COPIES, UNFINISHED_LEDGER) for file in path.parent.glob(place.path)]
        return sorted(file for file in found if file != path and not _is_of_another(file) and _may_hold(file))
    return []


def _is_of_another(file: Path) -> bool:
    """True for what SQLite keeps beside a file that is there."""
    return file.name.endswith(BESIDE[1:]) and file.with_name(file.name.rpartition("-")[0]).exists()


def _may_hold(file: Path) -> bool:
    return application_and_version(file)[1] < WITHOUT_SALT


def _clean(copy: Path, secret_file: Path, known: Callable[[], str]) -> None:
    part = copy.with_name(f"{copy.name}{_PART}")
    try:
        for beside in BESIDE:
            part.with_name(part.name + beside).unlink(missing_ok=True)
            if (old := copy.with_name(copy.name + beside)).exists():
                shutil.copyfile(old, part.with_name(part.name + beside))
        make_private(part)
        bring_up_to_date(part, secret_file)
        made = copy.stat()
        os.utime(part, ns=(made.st_atime_ns, made.st_mtime_ns))  # how long it is kept may go by that
        replace(part, copy)
        for beside in BESIDE[1:]:
            copy.with_name(copy.name + beside).unlink(missing_ok=True)
        sync_folder(copy.parent)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _blot(copy, [*secrets_in(secret_file), known().encode()])
    finally:
        for beside in BESIDE:
            part.with_name(part.name + beside).unlink(missing_ok=True)


def _blot(damaged: Path, secrets: Sequence[bytes]) -> None:
    for file in (damaged.with_name(damaged.name + beside) for beside in BESIDE):
        data = clean = file.read_bytes() if file.exists() else b""
        for secret in filter(None, secrets):
            clean = clean.replace(secret, bytes(len(secret)))
        if clean != data:
            overwrite(file, clean)
