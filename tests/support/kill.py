"""Runs that are killed: at a call that changes the disk, or when some time has passed."""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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


class Door:
    """A door in a process of its own, that stands still before its first step. What it says is not heard."""

    def __init__(self, command_line: Sequence[str | Path], env: Mapping[str, str] = os.environ) -> None:
        """`command_line` begins with Python, its -B if it has one, and a script."""
        command = [str(word) for word in command_line[1:] if word != "-B"]
        self._waiting = _waiting()
        assert self._waiting.stdin is not None and self._waiting.stdout is not None
        self._told, self._lock = self._waiting.stdout, threading.Lock()
        self._waiting.stdin.write(json.dumps({"command": command, "env": dict(env)}) + "\n")
        self._waiting.stdin.flush()
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, seconds: float = 120) -> int:
        """What it ended with; it is killed where that takes too long."""
        with self._lock:
            if self.returncode is None:
                if not select.select([self._told], [], [], seconds)[0]:
                    self.kill()
                self.returncode = int(self._told.readline())
            return self.returncode

    def looked_at(self, *options: str) -> int:
        """Let strace look on from the first step to the last. Gives what it ended with."""
        look = [strace(), "-f", "-qq", *options, "-p", str(self.pid)]
        looking = subprocess.Popen(look, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while "TracerPid:\t0" in Path(f"/proc/{self.pid}/status").read_text():
            if looking.poll() is not None:
                self.kill()
                self.wait()
                raise OSError(f"strace looks into no process: {looking.communicate()[1]}")
            time.sleep(0.001)
        self.send_signal(signal.SIGCONT)
        ended = self.wait()
        looking.communicate()
        return ended


Running = Door | subprocess.Popen[bytes]


def begun(command_line: Sequence[str | Path], env: Mapping[str, str] = os.environ) -> Running:
    """A door that runs, to be killed and waited for. What it says is not heard."""
    if not hasattr(os, "fork"):
        return subprocess.Popen(command_line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    door = Door(command_line, env)
    door.send_signal(signal.SIGCONT)
    return door


@cache
def _waiting() -> subprocess.Popen[str]:
    """The process that becomes doors, one after the other."""
    command = [sys.executable, "-B", str(Path(__file__).with_name("waiting.py"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(_end, process)
    return process


def _end(waiting: subprocess.Popen[str]) -> None:
    """With what it became, which may still stand still."""
    waiting.kill()
    waiting.communicate()


def calls_of(command_line: list[str], trace: Path, names: str = CHANGES) -> list[tuple[str, int]]:
    """All such calls of a whole round, or those that change something on the disk: name, and the how manieth of its thread.

    strace counts every thread apart when it strikes, so they are counted apart here as well.
    """
    Door(command_line).looked_at("-o", str(trace), "-e", f"trace={names}", "-e", "signal=none")
    calls = []
    count: Counter[tuple[str, str]] = Counter()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        thread, call = line.split(None, 1)
        if call.startswith("<... "):  # the end of one that another thread came between
            continue
        name = call.partition("(")[0]
        count[thread, name] += 1
        calls.append((name, count[thread, name]))
    return calls


def kill_at_call(command_line: list[str], name: str, number: int) -> int:
    """Run a round that dies as it makes such a call for the `number`th time. Gives what the process ended with."""
    strike = f"inject={name}:signal=KILL:when={number}"
    return Door(command_line).looked_at("-o", os.devnull, "-e", f"trace={name}", "-e", strike)


def kill_after(command_line: list[str], seconds: float) -> int:
    """Run a round and kill it when so much time has passed. Gives what the process ended with."""
    process = begun(command_line)
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
