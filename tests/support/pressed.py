"""A door run in this process: what it says and ends with, without the half second that a process of its own costs."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def press(door: str, *args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a door with nobody at the keyboard; a bug in it is shown as it would be, and ends with its code."""
    typed = [str(SCRIPTS / f"{door}.py"), *map(str, args)]
    out, err = io.StringIO(), io.StringIO()
    before, ended, standing = Path.cwd(), 0, signal.getsignal(signal.SIGTERM)
    os.chdir(cwd)
    try:
        with (
            patch.object(sys, "argv", typed),
            patch.object(sys, "stdin", io.StringIO()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            runpy.run_path(typed[0], run_name="__main__")
    except SystemExit as end:
        ended = end.code if isinstance(end.code, int) else 1
    finally:
        os.chdir(before)
        signal.signal(signal.SIGTERM, standing)
    return subprocess.CompletedProcess(typed, ended, out.getvalue(), err.getvalue())
