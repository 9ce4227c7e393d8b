"""Carries a plan out: files looked over, letters first, then files, then the register, and tells how it went."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from outside.errors import Changed, Stop
from outside.files.atomic import stop_from
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Mailbox
from outside.run.deliver import Round, Tell, resolve
from outside.run.letters import Compose, DeliveryLog, Letters, Report, report_of, select
from outside.run.log import event
from outside.run.output_files import Draw, OutputFiles
from outside.workbook import Workbook, Written
from roster.logbook import Given
from roster.plan.history import Message
from roster.plan.steps import AddRow, Document, Send, SetCell, Step, WriteFile, derived_tab, row_of_step
from roster.reading.row_ids import valid_number
from roster.sheet.columns import DEELNEMERS

Afterwards = Callable[[Sequence[Message]], Iterable[SetCell]]
"""How letters ended, in; the cells that tell of several of them together, out."""

Lying = tuple[Collection[Given], Collection[tuple[str, str]]]
"""The contacts that will lie ready for whom, and of whom what they have is not forgotten."""


def apply(
    plan: Sequence[Step],
    workbook: Workbook,
    mailbox: Mailbox,
    folder: Path,
    *,
    ledger: Ledger,
    compose: Compose,
    draw: Draw,
    held: int = 0,
    at_most: int | None = None,
    may: Callable[[Send], bool] = lambda _send: True,
    past: datetime | None = None,
    identities: Mapping[str, str] | None = None,
    replaces: Collection[str] = (),
    afterwards: Afterwards | None = None,
    logbook: Tell = lambda _message, _since: (),
    posted: DeliveryLog | None = None,
    lying: Lying | None = None,
) -> Report:
    """Carry the plan out, so that it may be cut off anywhere and simply run again.

    `held` letters were held back before, for the sum. `at_most` leave (None: no limit), and only those that `may`
    leave; `past` is a pause of the mailbox that does not count. `identities` tells which Nr each person goes by. The
    plan's files replace all that we wrote before in the folders `replaces` of `folder`. `afterwards` gives the cells
    that letters share, `logbook` what tab Logboek says of each, `lying` whose contacts the files hold. Everything is
    rendered, and every file looked over, before the first letter leaves: until then Stop is raised and nothing
    happened. After it the Report says how far it came; `posted` (a new one, if given) tells the same where this is
    cut off by an exception.
    """
    resolve(ledger, mailbox)
    sends = [step for step in plan if isinstance(step, Send)]
    cells = [step for step in plan if isinstance(step, SetCell | AddRow)]
    files = [step for step in plan if isinstance(step, WriteFile | Document)]
    posted = posted or DeliveryLog()
    with StopRequest() as request:
        output = OutputFiles(folder, files, draw)
        going = select(sends, ledger, mailbox, posted, at_most, may, past)
        posted.due, posted.held, posted.files = len(sends) - posted.held, posted.held + held, len(files)
        letters = Letters(going, compose, request.is_asked)
        if letters:
            workbook.rehearse([*cells, *letters.marks()])
        ledger.remember_numbers(_highest(cells), identities or {})
        carrier = Round(letters, posted, workbook, mailbox, ledger, halted=request.is_asked, numbers=_numbers(cells))
        carrier.run(logbook)
        if not (posted.again or posted.stop or request.is_asked()):
            _write_output(output, ledger, replaces, posted, lying)
        _tell_together(posted, afterwards)
        _write(workbook, cells, posted, request)
        posted.interrupted = request.is_asked()
    return report_of(posted)


def _tell_together(posted: DeliveryLog, afterwards: Afterwards | None) -> None:
    """Add the cells that tell of several letters, now that it is known how those went."""
    if afterwards is None:
        posted.together.clear()
    elif posted.ended:
        marks = list(afterwards(list(posted.ended.values())))
        posted.marks += [replace(mark, was=posted.busy.get(mark.place, mark.was)) for mark in marks]
        as_before = posted.together.keys() & posted.busy.keys() - {mark.place for mark in marks}
        for place in as_before:
            was = posted.together[place]
            posted.marks.append(SetCell(place, was if isinstance(was, str) else "", posted.busy[place]))


def _write_output(
    output: OutputFiles, ledger: Ledger, replaces: Collection[str], posted: DeliveryLog, lying: Lying | None
) -> None:
    """Cut off half-way nobody can say what lies there, and so none of it can be said to be given."""
    try:
        if lying:
            ledger.bundles.withdraw(lying[0])
        output.write(ledger.files)
        output.remove_stale(ledger.files, replaces)
        if lying:
            ledger.bundles.lie_ready(*lying)
    except Stop as stop:
        posted.stop = stop
    except OSError as error:
        posted.stop = stop_from(error, "out", code=3)
    finally:
        posted.files_written, posted.files_removed, posted.kept = output.written, output.removed, output.kept


def _write(workbook: Workbook, cells: Sequence[SetCell | AddRow], posted: DeliveryLog, request: StopRequest) -> None:
    """Tell the register: all of the plan, or after an early end only how the letters went that left.

    What was written of the plan is counted by its cells: how the letters went is told with the letters.
    """
    if posted.again:
        return
    # Of a cell that several letters share, what it must say was worked out again now that it is known how they went.
    marked = {_cell(mark) for mark in posted.marks if isinstance(mark, SetCell)} | {
        (one.tab, one.key, one.column) for one in posted.together
    }
    cells = [step for step in cells if row_of_step(step) not in posted.logged]
    others = () if posted.stop or request.is_asked() else cells
    steps: list[SetCell | AddRow] = [step for step in others if isinstance(step, AddRow) or _cell(step) not in marked]
    steps += posted.marks
    written = Written()
    try:
        if steps:
            written = workbook.write(steps)
            event("written", cells=len(written.done), left=len(written.left))
    except Changed:
        posted.again = True
    except Stop as stop:
        posted.stop = posted.stop or Stop(stop.message, stop.remedy, code=3)
    done = {_cell(step) for step in (*written.done, *posted.written) if isinstance(step, SetCell)}
    posted.cells = done & {_cell(step) for step in cells if isinstance(step, SetCell) and not derived_tab(step)}
    posted.rows = sum(isinstance(step, AddRow) and not derived_tab(step) for step in written.done)
    posted.left += len(written.left) - len(written.merged)
    posted.merged += written.merged


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


class StopRequest:
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
