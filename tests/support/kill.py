"""Runs that are killed: at a call that changes the disk, or when some time has passed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

CHANGES = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,mkdir,mkdirat,rmdir,chmod"


@cache
def strace() -> str:
    """Where strace is, or "" where there is none or it may not look into a process."""
    found = shutil.which("strace")
    if not found:
        return ""
    probe = subprocess.run([found, "-e", "trace=none", "true"], capture_output=True, check=False)
    return found if probe.returncode == 0 else ""


def calls_of(command_line: list[str], trace: Path, names: str = CHANGES) -> list[tuple[str, int]]:
    """All such calls of a whole round, or those that change something on the disk: name, and the how manieth of its thread.

    strace counts every thread apart when it strikes, so they are counted apart here as well.
    """
    command = [strace(), "-f", "-qq", "--seccomp-bpf", "-o", str(trace), "-e", f"trace={names}", "-e", "signal=none"]
    subprocess.run([*command, *command_line], check=False, capture_output=True)
    calls = []
    count: Counter[tuple[str, str]] = Counter()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        thread, call = line.split(None, 1)
        name = call.partition("(")[0]
        count[thread, name] += 1
        calls.append((name, count[thread, name]))
    return calls


def kill_at_call(command_line: list[str], name: str, number: int) -> int:
    """Run a round that dies as it makes such a call for the `number`th time. Gives what the process ended with."""
    command = [strace(), "-f", "-qq", "-o", os.devnull, "-e", f"trace={name}"]
    command += ["-e", f"inject={name}:signal=KILL:when={number}"]
    return subprocess.run([*command, *command_line], check=False, capture_output=True).returncode


def kill_after(command_line: list[str], seconds: float) -> int:
    """Run a round and kill it when so much time has passed. Gives what the process ended with."""
    process = subprocess.Popen(command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    process.kill()
    return process.wait()


def die_often(command_line: list[str], begin: Callable[[], None], end: Callable[[], None], rounds: int) -> int:
    """Kill rounds spread over a whole one: `begin` lays out the ground, `end` looks it over. Gives how many died."""
    died = 0
    begin()
    if strace():
        calls = calls_of(command_line, Path(command_line[-1]).parent / "trace")
        step = max(1, len(calls) // rounds)
        for name, number in calls[step // 2 :: step]:
            begin()
            died += kill_at_call(command_line, name, number) == -signal.SIGKILL
            end()
        return died
    start = time.perf_counter()
    subprocess.run(command_line, check=False, capture_output=True)
    whole = time.perf_counter() - start
    for number in range(rounds):
        begin()
        died += kill_after(command_line, whole * (0.3 + 0.7 * number / rounds)) != 0
        end()
    return died
