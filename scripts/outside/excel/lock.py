"""One run at a time on a register file, from whatever checkout or computer: a small file beside it says who is at work.

What tells is, in this order: the system's own lock on that file, which ends with the process that holds it
(so a process number that was given out again means nothing); and, where another computer's lock cannot be
seen, how long ago the file was last written. A run writes it with every write of the register.
"""

from __future__ import annotations

import contextlib
import errno
import getpass
import os
import platform
import secrets
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from outside.errors import Stop
from outside.files.backups import doing_on_disk
from outside.workbook import STALE
from roster.sheet.dutch import short_moment

REREAD = 0.5
"""Seconds after which a lock that was taken over from elsewhere is looked at again: two may have come at once."""

_TRIES = 40
"""How often is asked again while somebody just looks at the file, or takes it away."""

_FAR = 1 << 30
"""The byte that Windows locks: what is locked there cannot be read, so it lies behind all that is."""

_FREE = b"vrij\n"
_MOST = 2000
_FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class LockFile:
    """What a lock file tells: who and since when, for people; which run, machine and installation, for us."""

    who: str = ""
    since: str = ""
    token: str = ""
    machine: str = ""
    installation: str = ""


class RegisterLock:
    """The lock on the file at `path`, which is the same file by whatever way it was named.

    `installation` names this checkout's state folder, so that a run of ours that broke off is known again.
    """

    def __init__(self, path: Path, installation: str) -> None:
        self._path = path.resolve()
        self._file = self._path.with_name(f".{self._path.name}.bezig")
        self._installation = installation
        self._token = secrets.token_hex(8)
        self._since = ""
        self._handle: int | None = None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for as long as the block runs. Raises Stop naming who holds it, or what the disk refuses."""
        self._since = short_moment(datetime.now())
        try:
            with doing_on_disk(self._path):
                self._handle = self._take()
        except Stop as stop:
            if isinstance(stop.__cause__, PermissionError) and not self._file.exists():
                raise Stop(
                    f"In de map van '{self._path.name}' kan Buurtbeheer geen bestand maken.",
                    "Geef uzelf schrijfrechten op die map, of zet het register in een andere map.",
                ) from stop
            raise
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # what cannot be taken away goes stale
                self._release()

    def check(self) -> None:
        """Give a sign of life. Raises Stop where the lock is not ours any more."""
        if self._handle is None:
            return
        with doing_on_disk(self._path):
            if not self._is_ours(self._handle):
                raise Stop(
                    "Iemand anders is intussen met dit register begonnen, of het bestand "
                    f"'{self._file.name}' is verwijderd.",
                    "Wacht tot niemand meer bezig is, en probeer het opnieuw.",
                )
            _rewrite(self._handle, self._words())

    def _take(self) -> int:
        for _turn in range(_TRIES):
            try:
                handle = os.open(self._file, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                taken = self._take_over()
                if taken is not None:
                    return taken
            else:
                if self._begin(handle):
                    return handle
            time.sleep(0.05)
        raise self._busy(LockFile(), seen=True)

    def _begin(self, handle: int) -> bool:
        """Make a new lock file ours; False where somebody else got hold of it first."""
        try:
            locked = _lock(handle)
            for _turn in range(_TRIES):  # who only looks at it lets go at once
                if locked is not False:
                    break
                time.sleep(0.02)
                locked = _lock(handle)
            if locked is False or not _is_named(handle, self._file):
                os.close(handle)
                return False
            self._share(handle)
            _rewrite(handle, self._words())
        except (
            BaseException
        ):  # a disk that is full: a file that bears nobody's name would keep all out till it is stale
            with contextlib.suppress(OSError):
                if sys.platform != "win32" and _is_named(handle, self._file):
                    self._file.unlink()
            with contextlib.suppress(OSError):
                os.close(handle)
            if sys.platform == "win32":
                with contextlib.suppress(OSError):
                    self._file.unlink()
            raise
        return True

    def _share(self, handle: int) -> None:
        """Whoever may write the register may take over its lock."""
        if sys.platform != "win32" and self._path.exists():
            with contextlib.suppress(OSError):
                os.fchmod(handle, 0o600 | self._path.stat().st_mode & 0o066)

    def _take_over(self) -> int | None:
        """The lock of a run that is gone, in place, so that it never is nobody's; None where it just went.

        Raises Stop where that run may live.
        """
        try:
            handle = os.open(self._file, _FLAGS)
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise self._busy(LockFile()) from error
        try:
            refused = self._judge(handle)
        except BaseException:
            os.close(handle)
            raise
        if refused is None and self._is_ours(handle):
            return handle
        os.close(handle)
        if refused is not None:
            raise refused
        return None

    def _judge(self, handle: int) -> Stop | None:
        """Make the lock ours where its run is gone, or where nobody's name is on it any more; else why not."""
        locked, holder = _lock(handle), _holder(handle)
        if locked is False:
            return self._busy(holder, seen=True)
        if not _is_named(handle, self._file):
            return None
        dead = locked is True and self._is_dead(holder)
        if not (dead or self._is_stale(handle)):
            return self._busy(holder)
        _rewrite(handle, self._words())
        if not dead:
            time.sleep(REREAD)
            if not self._is_ours(handle):
                return self._busy(_holder(handle))
        return None

    def _is_dead(self, holder: LockFile) -> bool:
        """True where a run of this machine, or of this checkout, would still hold the system's lock if it lived."""
        if holder.token == _FREE.decode().strip():
            return True
        same_machine = holder.machine not in ("", "-") and holder.machine == _machine()
        our_own = (holder.installation, holder.who) == (self._installation, _who())
        return same_machine or our_own

    def _is_stale(self, handle: int) -> bool:
        """True where the last sign of life is long ago, by the clock of the disk that both lie on.

        One from a time that is yet to come tells nothing: it is of a clock that was wrong.
        """
        try:
            with tempfile.TemporaryFile(dir=self._file.parent) as probe:
                now = os.fstat(probe.fileno()).st_mtime
        except OSError:
            now = time.time()
        return abs(now - os.fstat(handle).st_mtime) >= STALE

    def _is_ours(self, handle: int) -> bool:
        return _is_named(handle, self._file) and _holder(handle).token == self._token

    def _words(self) -> bytes:
        lines = (
            "Buurtbeheer is met dit register bezig.",
            f"Wie: {_who()}",
            f"Sinds: {self._since}",
            "Staat dit bestand er terwijl niemand met Buurtbeheer bezig is? Dan mag u het verwijderen.",
            f"Voor Buurtbeheer zelf: {self._token} {_machine()} {self._installation}",
        )
        return "".join(f"{line}\n" for line in lines).encode()

    def _release(self) -> None:
        handle, self._handle = self._handle, None
        if handle is None:
            return
        ours = self._is_ours(handle)
        if sys.platform == "win32":  # there no open file is removed; who comes in between takes this one over
            if ours:
                _rewrite(handle, _FREE)
            os.close(handle)
        if ours:
            with contextlib.suppress(OSError):
                self._file.unlink()
        if sys.platform != "win32":
            os.close(handle)

    def _busy(self, holder: LockFile, *, seen: bool = False) -> Stop:
        whose = ", ".join(filter(None, (holder.who, f"sinds {holder.since}" if holder.since else "")))
        message = f"Buurtbeheer is al bezig met dit register{f' ({whose})' if whose else ''}."
        if seen:
            return Stop(message, "Wacht tot de andere opdracht klaar is, en probeer het opnieuw.")
        return Stop(
            message,
            f"Wacht tot die klaar is. Is daar niemand meer bezig? Probeer het dan over {STALE // 60} minuten opnieuw, "
            f"of verwijder het bestand '{self._file.name}' in de map van het register.",
        )


def _lock(handle: int) -> bool | None:
    """Take the system's lock: True; False where another process has it; None where this disk knows no locks."""
    if sys.platform == "win32":
        import msvcrt  # there is no such module elsewhere

        try:
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl  # there is no such module on Windows

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_named(handle: int, path: Path) -> bool:
    """True where the open file is still the one with that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _holder(handle: int) -> LockFile:
    """What stands in a lock file; one that is just being written, or that is not ours, tells nothing."""
    os.lseek(handle, 0, os.SEEK_SET)
    text = os.read(handle, _MOST).decode("utf-8", "replace")
    if text == _FREE.decode():
        return LockFile(token=text.strip())
    fields = {
        name: value.strip() for name, found, value in (line.partition(":") for line in text.splitlines()) if found
    }
    token, machine, installation = (*fields.get("Voor Buurtbeheer zelf", "").split(), "", "", "")[:3]
    return LockFile(fields.get("Wie", "")[:80], fields.get("Sinds", "")[:20], token, machine, installation)


def _rewrite(handle: int, words: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    if os.write(handle, words) < len(words):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.ftruncate(handle, len(words))


@cache
def _who() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody knows who this process is of
        user = "iemand"
    return "".join("".join(f"{user}@{platform.node() or 'onbekend'}".split()).splitlines())[:80]


@cache
def _machine() -> str:
    """A name for this machine since it was started, "-" where there is none to be had."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip() or "-"
    number = uuid.getnode()
    return "-" if number >> 40 & 1 else f"{number:x}"  # a number with that bit was drawn by lot (RFC 9562, 6.10)
