"""Runs a command in a process of its own and tells what it cost: CPU, clock and peak memory.

The system starts a child's peak memory at that of the process that started it (Linux, getrusage(2)). So
every command is started by this file as a small process of its own, `python measure.py command …`, which
imports nothing of the house: its 10 MB are below anything that is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Cost(NamedTuple):
    """What one run cost: CPU seconds (user and system), seconds on the clock, and peak resident memory in MB."""

    cpu: float
    seconds: float
    megabytes: float


class Failed(Exception):
    """A measured command ended otherwise than it should; the text holds the last of what it said."""


Command = Callable[[], Sequence[str | Path]]
"""Prepares a run (a fresh copy of the register, say) and gives the command; preparing is not measured."""


def run(command: Sequence[str | Path], codes: tuple[int, ...] = (0,)) -> Cost:
    """Run once. Raises Failed where the exit code is not one of `codes`."""
    starter = [sys.executable, "-I", "-S", __file__, *map(str, command)]
    done = subprocess.run(starter, capture_output=True, check=False, env=_as_people_have_it())
    said = done.stdout.decode(errors="replace")[-3000:]
    if done.returncode:
        raise Failed(f"{command[-1]}: could not be started\n{done.stderr.decode(errors='replace')[-3000:]}")
    code, *cost = json.loads(done.stderr.splitlines()[-1])
    if code not in codes:
        raise Failed(f"{command[-1]}: exit code {code}\n{said}")
    return Cost(*cost)


def _as_people_have_it() -> dict[str, str]:
    """The environment, without a word that lets Python compile each module anew in every process."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def alternate(one: Command, other: Command, rounds: int, codes: tuple[int, ...] = (0,)) -> tuple[Cost, Cost]:
    """Medians of both, run in turns, so that a slow minute of the machine falls on both."""
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for _ in range(rounds):
        for costs, prepare in zip(found, (one, other), strict=True):
            costs.append(run(prepare(), codes))
    return middle(found[0]), middle(found[1])


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(*(median(figures) for figures in zip(*costs, strict=True)))


def _start(command: Sequence[str]) -> list[float]:
    """The exit code and the cost of a command whose output goes where ours goes."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stderr=subprocess.STDOUT)
    if not hasattr(os, "wait4"):
        return _wait_windows(child, started)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait once more
    scale = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes (getrusage(2))
    return [child.returncode, usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss * scale / 1e6]


def _wait_windows(child: subprocess.Popen[bytes], started: float) -> list[float]:
    """The twin for Windows: GetProcessTimes and PeakWorkingSetSize of the ended process."""
    import ctypes  # only Windows gets here

    code = child.wait()
    seconds = time.perf_counter() - started
    size_t = ctypes.c_size_t
    fields = ("peak_set", "set", "peak_paged", "paged", "peak_nonpaged", "nonpaged", "file", "peak_file")

    class Counters(ctypes.Structure):
        _fields_ = [("size", ctypes.c_uint32), ("faults", ctypes.c_uint32), *((name, size_t) for name in fields)]

    counters, handle = Counters(), ctypes.c_void_p(int(getattr(child, "_handle")))  # noqa: B009 - Windows only
    counters.size = ctypes.sizeof(counters)
    windows = getattr(ctypes, "windll")  # noqa: B009 - likewise
    windows.psapi.GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
    times = [ctypes.c_uint64() for _ in range(4)]  # created, ended, kernel, user, in 100 nanoseconds
    windows.kernel32.GetProcessTimes(handle, *(ctypes.byref(one) for one in times))
    return [code, (times[2].value + times[3].value) / 1e7, seconds, counters.peak_set / 1e6]


if __name__ == "__main__":
    print(json.dumps(_start(sys.argv[1:])), file=sys.stderr)
