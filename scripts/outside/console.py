"""The one place for output: plain lines, and in a terminal colour, tables and progress."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TextIO

Tone = Literal["plain", "good", "careful", "bad", "quiet"]
"""How a line is meant; a terminal shows it as a colour."""

COLOURS: dict[Tone, str] = {"plain": "", "good": "green", "careful": "yellow", "bad": "bold red", "quiet": "dim"}

PATIENCE = 1.5
"""Seconds before progress shows itself: what is done sooner needs none."""

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


def say(text: str = "", tone: Tone = "plain") -> None:
    """One or more lines for whoever runs this."""
    _write(sys.stdout, text, tone)


def warn(text: str, tone: Tone = "careful") -> None:
    """Lines that matter also where the rest is thrown away; they go to stderr."""
    sys.stdout.flush()
    _write(sys.stderr, text, tone)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A small table; each row has a cell for each heading. Columns stand straight, in a pipe as well."""
    if _is_terminal(sys.stdout):
        from rich import box  # 60 ms, and only a terminal needs it
        from rich.console import Console  # likewise
        from rich.table import Table  # likewise
        from rich.text import Text  # likewise

        table = Table(box=box.SIMPLE_HEAD)
        for heading in headings:
            table.add_column(Text(heading))
        for row in rows:
            table.add_row(*(Text(cell.translate(_UNSEEN)) for cell in row))
        Console(file=sys.stdout).print(table)
        return
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def can_answer() -> bool:
    """True where somebody sits at the keyboard and sees what is asked."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def agree(question: str) -> bool:
    """Ask a question that is answered with j or n. Where nobody can answer, the answer is no."""
    if not can_answer():
        return False
    while True:
        sys.stdout.flush()
        sys.stderr.write(f"{question.translate(_UNSEEN)} [j/n] ")
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
        if self.over.wait(PATIENCE):
            return
        from rich.console import Console  # 60 ms, in a thread beside the work
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        counted = (BarColumn(), MofNCompleteColumn()) if self.total else ()
        label = TextColumn("{task.description}", markup=False)
        columns = (SpinnerColumn(), label, *counted, TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task(self.label, total=self.total)
            while not self.over.wait(0.1):
                shown.update(task, completed=self.steps)

    def advance(self, steps: int) -> None:
        self.steps += steps

    def close(self) -> None:
        self.over.set()
        self.thread.join()


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks on; a stream that is closed or absent (pythonw on Windows) has nobody."""
    return stream is not None and not stream.closed and stream.isatty()


def _write(stream: TextIO, text: str, tone: Tone) -> None:
    plain = text.translate(_UNSEEN)
    if COLOURS[tone] and _is_terminal(stream):
        from rich.console import Console  # 60 ms, and only a colour in a terminal needs it

        console = Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True)
        console.print(plain, style=COLOURS[tone])
        return
    stream.write(plain + "\n")
