"""A process that has read all our modules and waits: `python waiting.py` becomes a door as often as a line asks for it.

A door that is killed early would otherwise read them first, which takes longer than what it is killed at.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import runpy
import signal
import sys
from pathlib import Path

_READ_AHEAD = (
    "outside.backends",
    "outside.google.workbook",
    "outside.google.login",
    "outside.run.round",
    *(f"outside.commands.{name}" for name in ("forget", "frame", "given", "move", "relay", "setup", "signs")),
    "support.smtp_victim",
    "typst",
)
_DIES_WITH_US, _MAY_BE_TRACED = 1, 0x59616D61
"""PR_SET_PDEATHSIG and PR_SET_PTRACER (prctl(2)); elsewhere only one's own children may be looked into."""


def _become() -> list[str]:
    """What to run: a list that begins with a script. Returns in a child, which stands still until it gets SIGCONT."""
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.environ.clear()
            os.environ.update(asked["env"])
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(_DIES_WITH_US, signal.SIGKILL, 0, 0, 0)
                ctypes.CDLL(None).prctl(_MAY_BE_TRACED, ctypes.c_ulong(-1), 0, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            return list(asked["command"])
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()
    raise SystemExit(0)


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("scripts", "tests")]
    for name in _READ_AHEAD:
        importlib.import_module(name)
    sys.argv = _become()
    runpy.run_path(sys.argv[0], run_name="__main__")
