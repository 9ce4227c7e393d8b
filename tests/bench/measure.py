"""Runs a command in a process of its own and tells how long it took and how much memory it held at most."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds on the clock, and the peak of resident memory in MB."""

    seconds: float
    megabytes: float


class Failed(Exception):
    """A measured command ended otherwise than it should; the text holds the last of what it said."""


Command = Callable[[], Sequence[str | Path]]
"""Prepares a run (a fresh copy of the register, say) and gives the command; preparing is not measured."""


def run(command: Sequence[str | Path], codes: tuple[int, ...] = (0,)) -> Cost:
    """Run once. Raises Failed where the exit code is not one of `codes`."""
    started = time.perf_counter()
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert child.stdout is not None  # asked for above
    said = child.stdout.read()
    code, peak = _wait_posix(child) if hasattr(os, "wait4") else _wait_windows(child)
    seconds = time.perf_counter() - started
    if code not in codes:
        raise Failed(f"{command[-1]}: exit code {code}\n{said.decode(errors='replace')[-3000:]}")
    return Cost(seconds, peak)


def alternate(one: Command, other: Command, rounds: int, codes: tuple[int, ...] = (0,)) -> tuple[Cost, Cost]:
    """Medians of both, run in turns, so that a slow minute of the machine falls on both."""
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for _ in range(rounds):
        for costs, prepare in zip(found, (one, other), strict=True):
            costs.append(run(prepare(), codes))
    return middle(found[0]), middle(found[1])


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of time and of memory, each for itself."""
    return Cost(median(cost.seconds for cost in costs), median(cost.megabytes for cost in costs))


def _wait_posix(child: subprocess.Popen[bytes]) -> tuple[int, float]:
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait once more
    scale = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes (getrusage(2))
    return child.returncode, usage.ru_maxrss * scale / 1e6


def _wait_windows(child: subprocess.Popen[bytes]) -> tuple[int, float]:
    """The twin for Windows: PeakWorkingSetSize of the ended process (GetProcessMemoryInfo, psapi)."""
    import ctypes  # only Windows gets here

    child.wait()
    size_t = ctypes.c_size_t
    fields = ("peak_set", "set", "peak_paged", "paged", "peak_nonpaged", "nonpaged", "file", "peak_file")

    class Counters(ctypes.Structure):
        _fields_ = [("size", ctypes.c_uint32), ("faults", ctypes.c_uint32), *((name, size_t) for name in fields)]

    counters = Counters()
    counters.size = ctypes.sizeof(counters)
    handle = ctypes.c_void_p(int(getattr(child, "_handle")))  # noqa: B009 - the attribute exists on Windows only
    psapi = getattr(ctypes, "windll").psapi  # noqa: B009 - likewise
    psapi.GetProcessMemoryInfo(handle, ctypes.byref(counters), counters.size)
    return child.returncode, counters.peak_set / 1e6
