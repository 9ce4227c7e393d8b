"""Fetches the parts that Buurtbeheer runs on, by wheels that the lock file seals; and speaks before they are there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def tell(*lines: str, end: str = "\n") -> None:
    """Lines on the screen, at once; a mark that a screen does not know is written otherwise."""
    for line in lines:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + end)
    sys.stderr.flush()


def ask_for(question: str) -> str | None:
    """What somebody typed; None where nobody is there, or who is there wants to stop."""
    tell(question, end="")
    try:
        typed = sys.stdin.readline()
    except KeyboardInterrupt:
        typed = ""
    if not typed:
        tell("")
        return None
    return typed.strip()


LOCK = Path("requirements.lock")
VENV = Path(".venv")
STAMP = VENV / ".ready"
"""Set once all is in place, so that what broke off begins again from nothing. make looks at the same."""


class NotReadyError(Exception):
    """The parts are not there; each argument is a line that says why, and what to do."""


def python_in(home: Path) -> Path:
    """The Python of the environment, where this system puts it."""
    return home / VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(home: Path) -> bool:
    """True when the parts of this lock file are in place, and their Python runs: a moved disk or an upgrade ends it."""
    try:
        fresh = (home / STAMP).stat().st_mtime_ns >= (home / LOCK).stat().st_mtime_ns
        return fresh and subprocess.run([python_in(home), "-c", ""], check=False, capture_output=True).returncode == 0  # noqa: S603  # our own Python
    except OSError:
        return False


def fetch(home: Path, lock: Path = LOCK) -> None:
    """Fetch what a lock file names; for our own in an environment that is new. Raises NotReadyError."""
    _see_that_it_can_be_written(home)
    (home / STAMP).unlink(missing_ok=True)
    own = lock == LOCK
    needed = "die het nodig heeft" if own else "voor de proeven"
    tell(f"Buurtbeheer haalt de onderdelen op {needed}. Dat duurt een minuutje.")
    if own:
        # Not the .venv's own, which cannot clear what it runs on.
        _run(home, getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(VENV))
    # Wheels only: what has to be built first runs its maker's code on this computer.
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
    sealed = ("--only-binary", ":all:", "--require-hashes", "-r", str(lock))
    _run(home, str(python_in(home)), "-m", "pip", "install", *quiet, *sealed)
    (home / STAMP).touch()


def _see_that_it_can_be_written(home: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"-" * 4096)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NotReadyError("De schijf is vol. Maak plaats, en probeer het opnieuw.") from None
        raise NotReadyError(
            f"In de map {home} mag Buurtbeheer niets schrijven, en dat is nodig.",
            "Zet de map op een plek die van u is, bijvoorbeeld in Documenten, en probeer het daar opnieuw.",
        ) from None


def _run(home: Path, *command: str) -> None:
    """One step, with a sign of life for whoever looks on. What it says is for who comes to help."""
    looked_at = sys.stderr.isatty()
    with tempfile.TemporaryFile() as said:
        try:
            with subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as step:  # noqa: S603  # our own Python
                while step.poll() is None:
                    try:
                        step.wait(2)
                    except subprocess.TimeoutExpired:
                        if looked_at:
                            tell(".", end="")
        except OSError as error:
            said.write(str(error).encode())
            failed = True
        else:
            failed = step.returncode != 0
        if looked_at:
            tell("")
        if failed:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
            raise NotReadyError(
                *(f"  {line}" for line in lines[-3:]),
                "Het ophalen van de onderdelen is niet gelukt. Is er internet, en plaats op de schijf?",
                "Staat er nog een ander venster van Buurtbeheer open? Sluit dat.",
                "Probeer het daarna opnieuw: het begint dan vanzelf weer bij het begin.",
            )
