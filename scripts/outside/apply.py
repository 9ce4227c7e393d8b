"""Carries a plan out: files looked over, letters first, then files, then the register, and tells how it went."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from outside.files import trouble
from outside.handout import Handout
from outside.ledger import Ledger
from outside.mailbox import Mailbox
from outside.post import Round, settle
from outside.sealing import Compose, Letters
from outside.sifting import Posted, sift
from outside.stop import Changed, Stop
from outside.workbook import Workbook, Written
from roster.columns import DEELNEMERS
from roster.numbers import valid_number
from roster.plan import AddRow, Delivery, Document, Send, SetCell, Step, WriteFile
from roster.table import Place

Afterwards = Callable[[Sequence[Delivery]], Iterable[SetCell]]
"""How letters ended, in; the cells that tell of several of them together, out."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. `due` is sent + waiting + held + uncertain + failed, always.

    `again` is True where the register changed under our hands: what left, left and is remembered;
    the rest waits for a new reading. `stop` says why the run ended early, if it did. `kept` are
    files under out/ that nobody needs any more but that somebody changed, so they were left. `merged`
    are cells that could not be told anything because they lie under a merged one; `cells_left` does not count them.
    """

    due: int = 0
    sent: int = 0
    waiting: int = 0
    held: int = 0
    uncertain: int = 0
    failed: int = 0
    cells_written: int = 0
    cells_left: int = 0
    files_written: int = 0
    files_removed: int = 0
    kept: tuple[str, ...] = ()
    again: bool = False
    interrupted: bool = False
    stop: Stop | None = field(default=None, compare=False)
    merged: tuple[Place, ...] = ()

    @property
    def code(self) -> int:
        """0 all well; 1 something for the coordinator to look at; 3 stopped half-way."""
        if self.interrupted or self.again or self.stop is not None:
            return 3
        return 1 if self.uncertain or self.failed else 0

    def after(self, earlier: Report) -> Report:
        """Both runs as one: this one took up what the earlier one left waiting or held."""
        return Report(
            earlier.due - earlier.waiting - earlier.held + self.due,
            earlier.sent + self.sent,
            self.waiting,
            self.held,
            earlier.uncertain + self.uncertain,
            earlier.failed + self.failed,
            earlier.cells_written + self.cells_written,
            self.cells_left,
            earlier.files_written + self.files_written,
            earlier.files_removed + self.files_removed,
            self.kept,
            self.again,
            self.interrupted,
            self.stop,
            self.merged,
        )


def apply(
    plan: Sequence[Step],
    workbook: Workbook,
    mailbox: Mailbox,
    folder: Path,
    *,
    ledger: Ledger,
    compose: Compose,
    draw: Callable[[Document], str],
    held: int = 0,
    at_most: int | None = None,
    identities: Mapping[str, str] | None = None,
    replaces: Collection[str] = (),
    afterwards: Afterwards | None = None,
) -> Report:
    """Carry the plan out, so that it may be cut off anywhere and simply run again.

    `held` letters were held back before, for the sum. `at_most` leave (None: no limit). `identities` tells which
    Nr each person goes by. The plan's files replace all that we wrote before in the folders `replaces` of `folder`.
    `afterwards` gives the cells that letters share. Everything is rendered, and every file looked over, before the
    first letter leaves: until then Stop is raised and nothing happened. After it the Report says how far it came.
    """
    settle(ledger, mailbox)
    sends = [step for step in plan if isinstance(step, Send)]
    cells = [step for step in plan if isinstance(step, SetCell | AddRow)]
    files = [step for step in plan if isinstance(step, WriteFile | Document)]
    posted = Posted(held=held)
    with Halt() as halt:
        handout = Handout(folder, files, draw)
        letters = Letters(sift(sends, ledger, mailbox, posted, at_most), compose, halt.is_asked)
        if letters:
            workbook.rehearse([*cells, *letters.marks()])
        ledger.remember_numbers(_highest(cells), identities or {})
        carrier = Round(letters, posted, workbook, mailbox, ledger, halted=halt.is_asked, numbers=_numbers(cells))
        carrier.run()
        if not (posted.again or posted.stop or halt.is_asked()):
            _hand_out(handout, ledger, replaces, posted)
        _tell_together(posted, afterwards)
        told = _write(workbook, cells, posted, halt)
    return Report(
        due=len(sends) + held, sent=posted.sent,
        waiting=posted.waiting, held=posted.held,
        uncertain=posted.uncertain, failed=posted.failed,
        cells_written=posted.written + len(told.done),
        cells_left=posted.left + len(told.left) - len(told.merged),
        files_written=handout.written, files_removed=handout.removed,
        kept=tuple(handout.kept),
        again=posted.again, interrupted=halt.is_asked(), stop=posted.stop,
        merged=_places([*posted.merged, *told.merged]),
    )


def _places(steps: Sequence[SetCell | AddRow]) -> tuple[Place, ...]:
    """Where these steps wanted to write, each place once."""
    return tuple(dict.fromkeys(step.place if isinstance(step, SetCell) else Place(step.tab) for step in steps))


def _tell_together(posted: Posted, afterwards: Afterwards | None) -> None:
    """Add the cells that tell of several letters, now that it is known how those went."""
    if afterwards is not None and posted.ended:
        for mark in afterwards(posted.ended):
            posted.marks.append(replace(mark, was=posted.busy.get(mark.place, mark.was)))


def _hand_out(handout: Handout, ledger: Ledger, replaces: Collection[str], posted: Posted) -> None:
    try:
        handout.write(ledger.shelf)
        handout.remove_stale(ledger.shelf, replaces)
    except Stop as stop:
        posted.stop = stop
    except OSError as error:
        posted.stop = trouble(error, "out", code=3)


def _write(workbook: Workbook, cells: Sequence[SetCell | AddRow], posted: Posted, halt: Halt) -> Written:
    """Tell the register: all of the plan, or after an early end only how the letters went that left."""
    if posted.again:
        return Written()
    marked = {_cell(mark) for mark in posted.marks}
    others = () if posted.stop or halt.is_asked() else cells
    steps: list[SetCell | AddRow] = [step for step in others if isinstance(step, AddRow) or _cell(step) not in marked]
    steps += posted.marks
    if not steps:
        return Written()
    try:
        return workbook.write(steps)
    except Changed:
        posted.again = True
    except Stop as stop:
        posted.stop = posted.stop or Stop(stop.message, stop.remedy, code=3)
    return Written()


def _cell(step: SetCell) -> tuple[str, str, str]:
    return step.place.tab, step.place.key, step.place.column


def _numbers(cells: Sequence[SetCell | AddRow]) -> dict[str, SetCell]:
    """The Nr that members' rows get, by the row's key."""
    steps = [step for step in cells if isinstance(step, SetCell) and step.place.column == "Nr"]
    return {step.place.key: step for step in steps if step.place.tab == DEELNEMERS.title}


def _highest(cells: Sequence[SetCell | AddRow]) -> dict[str, int]:
    """The highest number that the plan gives, by prefix. One that stood there in another form is not given by it."""
    highest: dict[str, int] = {}
    for step in cells:
        if isinstance(step, SetCell) and step.place.column == "Nr" and isinstance(step.value, str):
            prefix, _dash, digits = step.value.partition("-")
            if digits.isdigit() and valid_number(step.was, prefix) != step.value:
                highest[prefix] = max(highest.get(prefix, 0), int(digits))
    return highest


class Halt:
    """Ctrl-C, and a polite request to end, taken as a wish that is granted after the letter in hand.

    A second Ctrl-C ends the run at once; the next one then finds out what became of that letter.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, object] = {}

    def is_asked(self) -> bool:
        """True once somebody asked to stop."""
        return self._asked

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # the last is Windows' own
                number = getattr(signal, name, None)
                if number is not None:
                    self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal.signal gave is what it takes

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
