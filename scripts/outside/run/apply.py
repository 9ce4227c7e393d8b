"""Carries a plan out: files looked over, letters first, then files, then the register, and tells how it went."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self, TypedDict

from outside.errors import Changed, Stop
from outside.files.atomic import stop_from
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Mailbox
from outside.run.deliver import Round, Tell, settle
from outside.run.letters import Compose, DeliveryLog, Letters, select
from outside.run.log import event
from outside.run.output_files import Draw, OutputFiles
from outside.workbook import Workbook, Written
from roster.logbook import Given
from roster.plan.delivery_status import State
from roster.plan.history import Message, MessageKey
from roster.plan.steps import AddRow, Document, Send, SetCell, Step, WriteFile, derived_tab, row_of_step
from roster.reading.row_ids import valid_number
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Place

Afterwards = Callable[[Sequence[Message]], Iterable[SetCell]]
"""How letters ended, in; the cells that tell of several of them together, out."""

Lying = tuple[Collection[Given], Collection[tuple[str, str]]]
"""The contacts that will lie ready for whom, and of whom what they have is not forgotten."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a round did, over all its tries. `due` is sent + waiting + held + uncertain + failed, always.

    `letters` says of each letter that waits no more how it stands: what is counted is counted there, so that a
    letter which two tries speak of counts once. `unasked` of those that wait have nobody's leave. `cells_written`
    are cells of the plan; what a row says of its letter is told with the letters.
    `again` is True where the register changed under our hands: what left, left and is remembered;
    the rest waits for a new reading. `stop` says why the run ended early, if it did, and `doubted` why a later try
    was not carried out. `kept` are files under out/ that nobody needs any more but that somebody changed.
    `merged` are cells that could not be told anything because they lie under a merged one; `cells_left` does not
    count them.
    """

    due: int = 0
    sent: int = 0
    waiting: int = 0
    held: int = 0
    uncertain: int = 0
    failed: int = 0
    cells_written: int = 0
    cells_left: int = 0
    rows_added: int = 0
    files_checked: int = field(default=0, compare=False)
    files_written: int = 0
    files_removed: int = 0
    kept: tuple[str, ...] = ()
    again: bool = False
    interrupted: bool = False
    unasked: int = 0
    letters: Mapping[MessageKey, State] = field(default_factory=dict, compare=False)
    doubted: tuple[str, ...] = ()
    stop: Stop | None = field(default=None, compare=False)
    merged: tuple[Place, ...] = ()

    @property
    def code(self) -> int:
        """0 all well; 1 something for the coordinator to look at; 3 stopped half-way."""
        if self.unasked or not self.is_whole:
            return 3
        return 1 if self.uncertain or self.failed else 0

    @property
    def is_whole(self) -> bool:
        """True where the round came to its end, also where letters wait for leave."""
        return not (self.interrupted or self.again or self.doubted or self.stop is not None)

    @property
    def did_something(self) -> bool:
        """True once a letter was handed over, or something was written in the register or under out/."""
        cells, files = self.cells_written + self.rows_added, self.files_written + self.files_removed
        return bool(self.letters or cells or files)

    def after(self, earlier: Report) -> Report:
        """Both tries as one: this one took up what the earlier one left waiting or held."""
        return replace(
            self,
            **_counted({**earlier.letters, **self.letters}, self.waiting, self.held),
            cells_written=earlier.cells_written + self.cells_written,
            rows_added=earlier.rows_added + self.rows_added,
            files_written=earlier.files_written + self.files_written,
            files_removed=earlier.files_removed + self.files_removed,
        )


class _Counted(TypedDict):
    due: int
    sent: int
    waiting: int
    held: int
    uncertain: int
    failed: int
    letters: Mapping[MessageKey, State]


def _counted(letters: Mapping[MessageKey, State], waiting: int, held: int) -> _Counted:
    """The sum of a round's letters."""
    states = Counter(letters.values())
    sent = states.total() - states[State.UNCERTAIN] - states[State.REFUSED]
    return _Counted(
        due=states.total() + waiting + held,
        sent=sent,
        waiting=waiting,
        held=held,
        uncertain=states[State.UNCERTAIN],
        failed=states[State.REFUSED],
        letters=letters,
    )


def report_of(posted: DeliveryLog) -> Report:
    """What one try did, also where it was cut off."""
    letters = {key: state for key, state in posted.states.items() if key not in posted.known or state in _UNSETTLED}
    settled = len(posted.known.keys() - letters.keys())
    return Report(
        **_counted(letters, posted.due - len(letters) - settled, posted.held),
        cells_written=len(posted.cells),
        cells_left=posted.left,
        rows_added=posted.rows,
        files_checked=posted.files,
        files_written=posted.files_written,
        files_removed=posted.files_removed,
        kept=tuple(posted.kept),
        again=posted.again,
        interrupted=posted.interrupted,
        unasked=posted.unasked,
        stop=posted.stop,
        merged=_places(posted.merged),
    )


_UNSETTLED = (State.UNCERTAIN, State.REFUSED)
"""Of a letter of an earlier run that is planned again, what this round still counts."""


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
    settle(ledger, mailbox)
    sends = [step for step in plan if isinstance(step, Send)]
    cells = [step for step in plan if isinstance(step, SetCell | AddRow)]
    files = [step for step in plan if isinstance(step, WriteFile | Document)]
    posted = posted or DeliveryLog()
    with StopRequest() as halt:
        output = OutputFiles(folder, files, draw)
        going = select(sends, ledger, mailbox, posted, at_most, may, past)
        posted.due, posted.held, posted.files = len(sends) - posted.held, posted.held + held, len(files)
        letters = Letters(going, compose, halt.is_asked)
        if letters:
            workbook.rehearse([*cells, *letters.marks()])
        ledger.remember_numbers(_highest(cells), identities or {})
        carrier = Round(letters, posted, workbook, mailbox, ledger, halted=halt.is_asked, numbers=_numbers(cells))
        carrier.run(logbook)
        if not (posted.again or posted.stop or halt.is_asked()):
            _write_output(output, ledger, replaces, posted, lying)
        _tell_together(posted, afterwards)
        _write(workbook, cells, posted, halt)
        posted.interrupted = halt.is_asked()
    return report_of(posted)


def _places(steps: Sequence[SetCell | AddRow]) -> tuple[Place, ...]:
    """Where these steps wanted to write, each place once."""
    return tuple(dict.fromkeys(step.place if isinstance(step, SetCell) else Place(step.tab) for step in steps))


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


def _write(workbook: Workbook, cells: Sequence[SetCell | AddRow], posted: DeliveryLog, halt: StopRequest) -> None:
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
    others = () if posted.stop or halt.is_asked() else cells
    steps: list[SetCell | AddRow] = [step for step in others if isinstance(step, AddRow) or _cell(step) not in marked]
    steps += posted.marks
    told = Written()
    try:
        if steps:
            told = workbook.write(steps)
            event("written", cells=len(told.done), left=len(told.left))
    except Changed:
        posted.again = True
    except Stop as stop:
        posted.stop = posted.stop or Stop(stop.message, stop.remedy, code=3)
    done = {_cell(step) for step in (*told.done, *posted.written) if isinstance(step, SetCell)}
    posted.cells = done & {_cell(step) for step in cells if isinstance(step, SetCell) and not derived_tab(step)}
    posted.rows = sum(isinstance(step, AddRow) and not derived_tab(step) for step in told.done)
    posted.left += len(told.left) - len(told.merged)
    posted.merged += told.merged


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
