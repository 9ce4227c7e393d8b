"""The one place for output: plain lines, and in a terminal colour, lines that fit and progress."""

from __future__ import annotations

import io
import os
import shutil
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO

Tone = Literal["plain", "good", "careful", "bad", "quiet"]
"""How a line is meant; a terminal shows it as a colour."""

COLOURS: dict[Tone, str] = {"plain": "", "good": "green", "careful": "yellow", "bad": "bold red", "quiet": "dim"}

_PATIENCE = 1.5
"""Seconds before progress shows itself: what is done sooner needs none."""

SILENCE = 10.0
"""Seconds without a word after which a line says that something goes on."""

_UNSEEN = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
"""Control marks but tab and new line: a name in the sheet must not steer the terminal."""


class _Patient(io.FileIO):
    """Takes what is said also once nobody hears it: a closed pipe or a full disk stops no round half-way."""

    unheard = False

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            self.unheard = True
            return memoryview(data).nbytes


_SPOKEN: list[tuple[TextIO, _Patient]] = []


def speak_plainly() -> None:
    """Let every letter through, also where Windows or a pipe thinks of a narrower set. Call once, at the start."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed, or a Windows without a window
            raw = _Patient(os.open(os.devnull, os.O_WRONLY), "w")
            raw.unheard = True
        elif stream.isatty() or stream is not getattr(sys, f"__{name}__"):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace", **({"encoding": "utf-8"} if sys.platform == "win32" else {}))
            continue
        else:
            raw = _Patient(stream.fileno(), "w", closefd=False)
        spoken = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="replace", line_buffering=name == "stderr"
        )
        setattr(sys, name, spoken)
        _SPOKEN.append((spoken, raw))


def was_heard() -> bool:
    """Whether all that was said until now could be written where it belongs."""
    for spoken, _raw in _SPOKEN:
        spoken.flush()
    return not any(raw.unheard for _spoken, raw in _SPOKEN)


def say(text: str = "", tone: Tone = "plain", *, one_line: bool = False) -> None:
    """One or more lines for whoever runs this; `one_line`: what a terminal has no room for is left out there."""
    _write(sys.stdout, text, tone, one_line=one_line)


def warn(text: str, tone: Tone = "careful") -> None:
    """Lines that matter also where the rest is thrown away; they go to stderr."""
    sys.stdout.flush()
    _write(sys.stderr, text, tone)


def can_answer() -> bool:
    """True where somebody sits at the keyboard and sees what is asked."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def agree(question: str) -> bool:
    """Ask a question that is answered with j or n. Where nobody can answer, the answer is no."""
    if not can_answer():
        return False
    while True:
        sys.stdout.flush()
        sys.stderr.write(f"{_fitted(question.translate(_UNSEEN))} [j/n] ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer or answer.strip().casefold() in {"n", "nee", "j", "ja"}:
            return answer.strip().casefold() in {"j", "ja"}


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """How far a long act is, for as long as the block runs: `with progress("Lezen", 300) as done: … done(1)`.

    Only in a terminal, and only once the act takes longer than PATIENCE. Without `total` it shows
    that something goes on.
    """
    if not (_is_terminal(sys.stderr) and _is_terminal(sys.stdout)):
        yield lambda _steps: None
        return
    bar = _Bar(label, total)
    try:
        yield bar.advance
    finally:
        bar.close()


class _Bar:
    """A bar that appears by itself after PATIENCE, from a thread of its own, also while one long step runs."""

    def __init__(self, label: str, total: int | None) -> None:
        self.label, self.total, self.steps = label.translate(_UNSEEN), total, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.show, daemon=True)
        self.thread.start()

    def show(self) -> None:
        if self.over.wait(_PATIENCE):
            return
        from rich.console import Console  # 60 ms, in a thread beside the work
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        bar = BarColumn(complete_style="cyan", finished_style="cyan", pulse_style="cyan")
        counted = (bar, MofNCompleteColumn()) if self.total else ()
        label = TextColumn("{task.description}", markup=False)
        columns = (SpinnerColumn(style="cyan"), label, *counted, TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task(self.label, total=self.total)
            _LAST.bars += 1
            while not self.over.wait(0.1):
                shown.update(task, completed=self.steps)
            _LAST.bars -= 1

    def advance(self, steps: int) -> None:
        self.steps += steps

    def close(self) -> None:
        self.over.set()
        self.thread.join()


@contextmanager
def sign_of_life(text: str) -> Iterator[None]:
    """Have a line say `text` whenever nothing was said for SILENCE seconds, for as long as the block runs.

    A bar that moves says enough, and so does a block that is over within PATIENCE.
    """
    over, begun = threading.Event(), time.monotonic()

    def watch() -> None:
        while not over.wait(max(begun + _PATIENCE, _LAST.said + SILENCE) - time.monotonic()):
            if time.monotonic() < _LAST.said + SILENCE:
                continue
            if _LAST.bars:
                _LAST.said = time.monotonic()
            else:
                warn(text, "quiet")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


class _Last:
    """When something was said last, and how many bars show themselves now."""

    def __init__(self) -> None:
        self.said = time.monotonic()
        self.bars = 0


_LAST = _Last()


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks on; a stream that is closed or absent (pythonw on Windows) has nobody."""
    return stream is not None and not stream.closed and stream.isatty()


def _write(stream: TextIO, text: str, tone: Tone, *, one_line: bool = False) -> None:
    _LAST.said = time.monotonic()
    plain = text.translate(_UNSEEN)
    if not _is_terminal(stream):
        stream.write(plain + "\n")
        return
    plain = _fitted(plain, one_line=one_line)
    if not COLOURS[tone]:
        stream.write(plain + "\n")
        return
    from rich.console import Console  # 60 ms, and only a colour in a terminal needs it

    console = Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True)
    console.print(plain, style=COLOURS[tone])


def _whole_words(line: str, room: int) -> str:
    """The words of a line that have room; of one that is longer than a line what there is room for."""
    kept = line[:room] if line[room] == " " else line[:room].rpartition(" ")[0]
    return kept.rstrip(" ,;:") if kept.strip() else line[:room]


def _fitted(text: str, *, one_line: bool = False) -> str:
    """The lines of a text as a terminal has room for them: no word is broken, and what hangs over is indented."""
    width = max(shutil.get_terminal_size().columns, 40)
    fitted: list[str] = []
    for line in text.split("\n"):
        if len(line) <= width:
            fitted.append(line)
        elif one_line:
            fitted.append(f"{_whole_words(line, width - 1)}…")
        else:
            indent = " " * (len(line) - len(line.lstrip()) + 2)
            fitted += textwrap.wrap(
                line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
    return "\n".join(fitted)
