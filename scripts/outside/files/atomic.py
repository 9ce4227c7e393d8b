"""Puts files where only their owner can read them, whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

from outside.errors import Stop

_UNFINISHED = ".buurtbeheer-"
"""How the temporary files of this module begin; one that is left over belongs to a run that was cut off."""

SYSTEM = 0
"""The user that a computer itself goes by; what is his is nobody else's."""

SIDE_BY_SIDE = 4
"""Files that the disk is waited for together."""

_UNSAFE = re.compile(
    r'[\x00-\x1f<>:"\\|?*\ud800-\udfff]|[. ]$|^ |^$'
    r"|^(?i:con|prn|aux|nul|conin\$|conout\$|clock\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)"
)

OWNER_ONLY = ("/inheritance:r", "/grant:r", "*S-1-3-4:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F")
"""What icacls is told of a folder on Windows: its owner, the system and its keepers, handed down to every
file in it. The same three that Python 3.13 grants for os.mkdir(mode=0o700)."""


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can open, and those above it; one that is there loses others' rights.

    Raises OSError, and Stop for a folder that is another user's: he could open it whatever we do.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
        if sys.platform == "win32":
            return folder
        check_owner(folder)
        if not folder.stat().st_mode & 0o077:
            return folder
    if sys.platform == "win32":
        icacls = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "icacls.exe")
        subprocess.run([icacls, folder, *OWNER_ONLY], check=False, capture_output=True)  # noqa: S603  # Windows' own tool
    else:
        with suppress(PermissionError):  # a USB stick has no rights to take away
            folder.chmod(0o700)
    return folder


def own_folder(folder: Path) -> Path:
    """A private folder in which all that is about people lies: git passes over it, whatever it is called.

    Raises as `private_folder`.
    """
    private_folder(folder)
    ignore_file = folder / ".gitignore"
    if not ignore_file.exists():
        remove_leftovers(folder)  # of a run that was cut off right here
        write_private(ignore_file, b"# Made by Buurtbeheer: what lies here is about people, and is nobody else's.\n*\n")
    return folder


def check_owner(folder: Path) -> None:
    """Raise Stop for a folder that is another user's. Windows keeps owners in a way of its own."""
    if sys.platform != "win32" and folder.stat().st_uid not in (os.geteuid(), SYSTEM):
        raise Stop(
            f"De map {folder} is van een andere gebruiker van deze computer.",
            "Kies in de instellingen bij [paths] een map van uzelf, of log in als die gebruiker.",
        )


def check_folder(folder: Path) -> None:
    """Raise Stop where `private_folder` would, or where nothing can be written in it; writes nothing itself."""
    try:
        there = next(place for place in (folder, *folder.parents) if place.exists() or place.is_symlink())
        if not there.is_dir():
            raise FileExistsError(errno.EEXIST, "a file where a folder belongs")  # said below with the others
        if there == folder:
            check_owner(folder)
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "not ours to write in")  # likewise
    except OSError as error:
        raise stop_from(error, folder.name) from error


def make_private(path: Path) -> None:
    """Take away what others may do with a file. On Windows it has the rights of its folder."""
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        with suppress(PermissionError):  # as above
            path.chmod(0o600)


def write_private(path: Path, data: bytes) -> None:
    """Write a file for its owner alone, on the disk before its name is there: whoever looks sees all of it or none.

    The folder must exist. The name itself is certain to survive a power cut after `sync_folder`.
    Raises OSError, and then leaves what stood there as it was.
    """
    finish_file(begin_file(path, data), path)


def overwrite(path: Path, data: bytes) -> None:
    """Write over what stands in a file of the same size, where a full disk may have no room for another. Not whole or
    not at all: who reads it must bear with half of each. Raises OSError."""
    with path.open("r+b") as file:
        file.write(data)
        file.flush()
        sync(file.fileno())


def begin_file(path: Path, data: bytes) -> Path:
    """The first half of `write_private`: all is written, under a name that nobody looks for, which is given."""
    unfinished = path.with_name(f"{_UNFINISHED}{secrets.token_hex(6)}")
    try:
        with open_private(unfinished) as stream:
            stream.write(data)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    return unfinished


def open_private(path: Path) -> IO[bytes]:
    """A new file that only its owner can read, open for writing and reading."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    return os.fdopen(handle, "w+b")


def finish_file(unfinished: Path, path: Path) -> None:
    """The second half: what was begun lies on the disk, and then bears its name. May run in a thread."""
    try:
        descriptor = os.open(unfinished, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            sync(descriptor)
        finally:
            os.close(descriptor)
        replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def finish_files(begun: Mapping[Path, Path]) -> None:
    """Finish what was begun (path -> unfinished), and return when all of it lies on the disk.

    A disk takes many files together in hardly more time than one, so they are waited for side by side.
    Raises OSError; the others are finished all the same.
    """
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for _done in pool.map(finish_file, begun.values(), begun.keys()):
            pass


def replace(new: Path, old: Path) -> None:
    """Give a file the name of another, in one step. Windows refuses while a scanner looks at it, so ask again."""
    if sys.platform == "win32":
        for _attempt in range(20):
            with suppress(PermissionError):
                new.replace(old)
                return
            time.sleep(0.05)
    new.replace(old)


def sync(descriptor: int) -> None:
    """Return only when what was written lies on the disk; a Mac needs to be told twice that this is meant."""
    if sys.platform == "darwin":
        import fcntl  # there is no such module on Windows

        with suppress(OSError):  # not every file system of a Mac knows it
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Return only when the names in a folder lie on the disk. Windows writes them down by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def installation(state: Path) -> str:
    """A name for this installation that tells nothing of anybody: what a broken run of ours locked is ours to take."""
    path = state / "installation"
    if path.is_file() and (known := path.read_text(encoding="ascii", errors="replace").strip()):
        return known
    made = secrets.token_hex(8)
    write_private(path, made.encode())
    return made


def remove_leftovers(folder: Path) -> None:
    """Remove what a run that was cut off had not finished in this folder; it held no name that anyone saw."""
    for unfinished in list(folder.glob(f"{_UNFINISHED}*")):
        unfinished.unlink(missing_ok=True)


def below(folder: Path, relative: str) -> Path:
    """The path of a file under `folder`, which a plan names with forward slashes.

    Raises ValueError for one that would lead out of the folder or that Windows cannot keep: that is
    a fault in a planner, never in the register.
    """
    pieces = relative.split("/")
    if any(_UNSAFE.search(piece) for piece in pieces):
        raise ValueError(f"a plan names a file that cannot be kept safely: {relative!r}")
    path = folder.joinpath(*pieces)
    if len(pieces) > 1 and not path.parent.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"a plan names a file that lies elsewhere: {relative!r}")
    return path


def all_differ(paths: Iterable[str]) -> None:
    """Raise ValueError where two names of a plan are one file to a disk that minds no capitals or spelling of é."""
    seen: dict[str, str] = {}
    for path in paths:
        twin = seen.setdefault(unicodedata.normalize("NFC", path.casefold()), path)
        if twin is not path:
            raise ValueError(f"a plan names one file twice: {twin!r} and {path!r}")


def no_lock(error: OSError | NotImplementedError, folder: Path) -> Stop:
    """Why a lock cannot be taken in a folder: some network drives and sticks know none."""
    if isinstance(error, OSError) and error.errno not in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL):
        return stop_from(error, folder.name)
    return Stop(
        f"De schijf waar de map {folder.name} op staat, kent geen slot. Dan kunnen twee rondes tegelijk mailen.",
        "Kies in de instellingen bij [paths] voor state een map op de schijf van deze computer zelf, en verplaats wat "
        "er al in die map staat daarheen.",
    )


_REASONS = {
    errno.ENOSPC: ("De schijf is vol.", "Maak ruimte vrij en probeer het opnieuw."),
    errno.EROFS: ("De schijf kan alleen gelezen worden.", "Kies in config/settings.toml bij [paths] een andere map."),
    errno.EACCES: (None, "Kijk of u in die map mag schrijven, en of er geen bestand uit die map open staat."),
    errno.EPERM: (None, "Kijk of u in die map mag schrijven, en of er geen bestand uit die map open staat."),
    errno.EEXIST: (None, "Er staat een bestand waar een map hoort. Geef dat een andere naam, en probeer het opnieuw."),
    errno.ENOTDIR: (None, "Er staat een bestand waar een map hoort. Geef dat een andere naam, en probeer het opnieuw."),
}


def stop_from(error: OSError, folder: str, *, code: int = 2) -> Stop:
    """What the disk said, in words for the coordinator. `folder` is the folder's name in the settings."""
    said, remedy = _REASONS.get(error.errno or 0, (None, "Kijk of de schijf goed werkt, en probeer het opnieuw."))
    what = said or f"Schrijven in de map {folder} lukt niet."
    return Stop(what, remedy, code=code)
