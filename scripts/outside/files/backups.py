"""Puts a file in another's place in one go, and keeps dated copies of what stood there."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from outside.errors import Changed, Stop
from outside.files.atomic import open_private, own_folder, private_folder, replace, stop_from, sync, sync_folder

KEPT = 20
"""How many backups stay."""

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A file's size in bytes, time of change in nanoseconds, and digest of its content."""

    size: int
    changed: int
    digest: str


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a file as it stands now."""
    with path.open("rb") as file:
        return fingerprint_of(file)


def fingerprint_of(file: IO[bytes]) -> Fingerprint:
    """The fingerprint of a file that is open; it is read from the start."""
    file.flush()
    file.seek(0)
    before = os.fstat(file.fileno())
    return Fingerprint(before.st_size, before.st_mtime_ns, hashlib.file_digest(file, "sha256").hexdigest())  # type: ignore[arg-type]  # every file that is open reads into a buffer


def make_state_folder(state: Path) -> None:
    """Make the folder that remembers. Raises Stop where that cannot be."""
    try:
        own_folder(state)
    except OSError as error:
        raise stop_from(error, state.name) from error


def make_backup_folder(backups: Path) -> None:
    """Make a folder for copies in the one that remembers. Raises Stop where that cannot be."""
    make_state_folder(backups.parent)
    try:
        private_folder(backups)
    except OSError as error:
        raise stop_from(error, backups.name) from error


def keep_backup(path: Path, backups: Path, fill: Callable[[Path], object] | None = None) -> Path:
    """Copy the file to `backups` under a dated name, on disk before this returns; the oldest beyond 20 go.

    `fill` writes the copy of what is no file, or must not simply be read, into an empty one.
    """
    make_backup_folder(backups)
    for rest in backups.glob("*.deel"):  # of a run that was killed; we hold the lock
        rest.unlink(missing_ok=True)
    stamp = datetime.now().strftime("%Y-%m-%d_%H%M%S")
    target = backups / f"{path.stem}_{stamp}{path.suffix}"
    turn = 1
    while target.exists():
        turn += 1
        target = backups / f"{path.stem}_{stamp}-{turn:02d}{path.suffix}"
    part = target.with_name(target.name + ".deel")
    with open_private(part) as copy:
        if fill is not None:
            fill(part)
        else:
            with path.open("rb") as source:
                shutil.copyfileobj(source, copy, _PIECE)
        _to_disk(copy)
    replace(part, target)
    sync_folder(backups)
    kept = backups_of(path, backups)
    ahead = [copy for copy in kept if copy.stem > target.stem]
    for old in [*ahead, *(copy for copy in kept if copy not in ahead)][KEPT:]:
        old.unlink(missing_ok=True)
    return target


def backups_of(path: Path, backups: Path) -> list[Path]:
    """The backups of this file, newest first. They go by the name of the file itself, also where `path` is a link.

    One from a day that is yet to come was made by a clock that was wrong: it is the last to be put back.
    """
    path = path.resolve()
    try:
        copies = list(backups.glob(f"*{glob.escape(path.suffix)}"))
    except OSError as error:  # a folder that we may not look into
        raise stop_from(error, backups.name) from error
    found = [copy for copy in copies if copy.stem.rpartition("_")[0].rpartition("_")[0] == path.stem]
    now = f"{path.stem}_{datetime.now():%Y-%m-%d_%H%M%S}~"
    believed = sorted((copy for copy in found if copy.stem <= now), key=lambda copy: copy.stem, reverse=True)
    return [*believed, *sorted((copy for copy in found if copy.stem > now), key=lambda copy: copy.stem, reverse=True)]


def find_backup(
    path: Path, backups: Path, which: str | None = None, is_sound: Callable[[Path], bool] = Path.is_file
) -> Path:
    """The backup that is meant. Raises Stop where there is none, or none that is sound.

    `which` is its file name, or the start of its date ("2026-03-05"); without it the newest that
    differs from what stands there. A register that was damaged is among them, since it was kept when it was replaced.
    """
    path = path.resolve()
    if path.is_dir():
        raise Stop(f"'{path.name}' is een map en geen bestand.", "Controleer de naam bij path in config/settings.toml.")
    there = backups_of(path, backups)
    found = there
    if which:
        found = [
            copy for copy in found if copy.name == which or copy.stem.removeprefix(path.stem + "_").startswith(which)
        ]
    elif path.exists():
        now = fingerprint(path).digest
        found = [copy for copy in found if fingerprint(copy).digest != now]
        if there and not found:
            raise Stop(f"Elke kopie is gelijk aan wat er nu in {path.name} staat.", "Er is niets om terug te zetten.")
    chosen = next(filter(is_sound, found), None)
    if chosen is None:
        names = ", ".join(copy.name for copy in there[:5])
        what = f"{found[0].name} is niet te lezen." if found else "Er is geen kopie gevonden om terug te zetten."
        raise Stop(what, f"Deze kopieën zijn er: {names}" if names else "")
    return chosen


def restore_newest_backup(
    path: Path, backups: Path, which: str | None = None, is_sound: Callable[[Path], bool] = Path.is_file
) -> Path:
    """Put a backup back in the register's place, after a backup of what stands there now; gives the one put back.

    Which one, and what it raises, `find_backup` tells.
    """
    chosen, path = find_backup(path, backups, which, is_sound), path.resolve()
    with doing_on_disk(path):
        content = chosen.read_bytes()  # before a new backup may clear the oldest
        if path.exists():
            keep_backup(path, backups)
        with replacing(path) as file:
            file.write(content)
    return chosen


@contextlib.contextmanager
def replacing(path: Path, expected: Fingerprint | None = None) -> Iterator[IO[bytes]]:
    """A new file beside `path` that takes its place when the block ends well, and vanishes when it does not.

    Its rights are those of the file that it replaces. Until the last moment the old file stands
    whole; a process that is killed leaves it so. Raises Changed where the old one is not the `expected`
    one any more: what somebody saved meanwhile stands there still.
    """
    for rest in path.parent.glob(f".{glob.escape(path.name)}.*.nieuw"):  # of a run that was killed; we hold the lock
        rest.unlink(missing_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.nieuw")
    try:
        with open_private(part) as file:
            yield file
            _to_disk(file)
            if path.exists():
                _take_rights(path, file, part)
        if expected is None:
            replace(part, path)
        else:
            _replace_expected(part, path, expected)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _replace_expected(part: Path, path: Path, expected: Fingerprint) -> None:
    """Put `part` in the place of `path`, and look at what stood there afterwards too: somebody may save at any moment.

    A second name keeps that file until it was looked at; where it is another after all, it is put back.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.nieuw")
    try:
        os.link(path, aside)
    except OSError:  # a disk on which a file has one name
        if fingerprint(path) != expected:
            raise Changed from None
        replace(part, path)
        return
    try:
        found = aside.stat()
        if (found.st_size, found.st_mtime_ns) != (expected.size, expected.changed):
            raise Changed
        replace(part, path)
        if fingerprint(aside) != expected:
            replace(aside, path)
            raise Changed
    finally:
        aside.unlink(missing_ok=True)


def _take_rights(path: Path, file: IO[bytes], part: Path) -> None:
    old = path.stat()
    if sys.platform == "win32":
        part.chmod(stat.S_IMODE(old.st_mode))
        return
    with contextlib.suppress(PermissionError):  # only the system's owner may give files away
        os.fchown(file.fileno(), old.st_uid, old.st_gid)
    os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    sync(file.fileno())


@contextlib.contextmanager
def doing_on_disk(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a Stop that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise Stop("De schijf is vol.", f"Maak ruimte vrij. '{path.name}' is niet veranderd.") from error
        if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise Stop(
                f"'{path.name}' mag niet worden veranderd.",
                "Sluit het bestand als het ergens open staat. Controleer ook of het niet alleen-lezen is.",
            ) from error
        raise Stop(
            f"'{path.name}' kon niet worden opgeslagen ({errno.errorcode.get(error.errno or 0, 'onbekend')}).",
            "Het bestand is niet veranderd. Controleer de schijf of de netwerkmap.",
        ) from error
