"""The letters of a round: which may leave now, kept packed until their turn, and how each ended."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from outside.config.settings import Settings
from outside.console import progress
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter, Mailbox, Outbox
from roster.plan.delivery_status import State, WelcomeMark, keep_mail_again, mark_of
from roster.plan.history import Message, MessageKey
from roster.plan.steps import CellStep, Send, SetCell
from roster.sheet.table import Cell, Place, says

Compose = Callable[[Send], Letter]


def open_mailbox(settings: Settings, folder: str = "mail") -> Mailbox:
    """The mailbox that the settings name; nothing is reached yet. One that only lays ready does so in out/`folder`."""
    if not settings.mail.leaves:
        return Outbox(settings.paths.out / folder)
    from outside.smtp.mailbox import Smtp  # 30 ms for smtplib and ssl, which the outbox need not wait for

    return Smtp(settings)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A rendered letter that waits its turn, packed small."""

    send: Send
    message_id: str
    packed: bytes


class Letters:
    """All letters of a round, rendered before the first of them leaves, and kept packed.

    Letters of one round are much alike, so each is kept as what differs from the first: about a
    thirtieth of its size. To render twice would take the time twice, and to keep them as they are 30,000
    times 20 kB.
    """

    def __init__(self, sends: Sequence[Send], compose: Compose, halted: Callable[[], bool]) -> None:
        self._like = b""
        self._packer = zlib.compressobj(level=1)
        self._spooled: list[Spooled] = []
        self._due = len(sends)
        with progress("Mails maken", self._due) as done:
            for send in sends:
                if halted():
                    break
                self._spooled.append(self._spool(send, compose(send)))
                done(1)

    def __len__(self) -> int:
        return self._due

    def by(self, size: int) -> Iterator[list[Spooled]]:
        """The letters in their order, so many at a time."""
        for start in range(0, len(self._spooled), size):
            yield self._spooled[start : start + size]

    def marks(self) -> list[SetCell]:
        """A cell for each letter, as its row will tell of it: what it says comes later, that it can be said is sure."""
        return [SetCell(one.send.mark, State.BUSY, one.send.mark_was) for one in self._spooled]

    def open(self, spooled: Spooled) -> Letter:
        """The letter as it was rendered, to the byte."""
        unpack = zlib.decompressobj(zdict=self._like)
        data = unpack.decompress(spooled.packed) + unpack.flush()
        return Letter(spooled.message_id, spooled.send.person, data, spooled.send.act)

    def _spool(self, send: Send, letter: Letter) -> Spooled:
        if not self._like:
            self._like = letter.data[-32_000:]  # zlib looks back 32 kB at most
            self._packer = zlib.compressobj(level=1, zdict=self._like)
        pack = self._packer.copy()  # half the time of a new one, which looks through the first letter again
        return Spooled(send, letter.message_id, pack.compress(letter.data) + pack.flush())


@dataclass(slots=True)
class DeliveryLog:
    """What became of the letters of one try, how their rows must say it, and why it ended early, if it did.

    `due` are all letters of the plan and `held` those that were held back; `ended` are those that were handed over,
    by Message-ID, and `known` those that ended in an earlier run. `unasked` of those that wait have nobody's leave.
    `busy` is what was written in cells that several share, `together` what those of letters that ended said before;
    `written` are the cells that were told on the way;
    `logged` are the rows of tab Logboek that a letter of this try was told in: what the plan knew of them is older.
    `cells` are those of the plan that were written, `rows` and `files` are counted.
    `merged` are the cells among those left that lie under a merged one.
    """

    due: int = 0
    held: int = 0
    known: dict[MessageKey, State] = field(default_factory=dict)
    unasked: int = 0
    marks: list[CellStep] = field(default_factory=list)
    logged: set[tuple[str, str]] = field(default_factory=set)
    ended: dict[str, Message] = field(default_factory=dict)
    busy: dict[Place, str] = field(default_factory=dict)
    together: dict[Place, Cell] = field(default_factory=dict)
    written: list[SetCell] = field(default_factory=list)
    cells: AbstractSet[tuple[str, str, str]] = frozenset()
    rows: int = 0
    left: int = 0
    merged: list[CellStep] = field(default_factory=list)
    files: int = 0
    files_written: int = 0
    files_removed: int = 0
    kept: Sequence[str] = ()
    again: bool = False
    interrupted: bool = False
    stop: Stop | None = None

    @property
    def states(self) -> dict[MessageKey, State]:
        """How each letter stands that waits no more."""
        ended = {one.key: one.state for one in self.ended.values() if one.state != State.WAITS}
        return self.known | ended


@dataclass(frozen=True, slots=True)
class Report:
    """What a round did, over all its tries: sums of what became of its letters, its cells and its files.

    `letters` says of each letter that waits no more how it stands: what is counted is counted there, so that a
    letter which two tries speak of counts once. `unasked` of those that wait have nobody's leave. `cells_written`
    are cells of the plan; what a row says of its letter is told with the letters.
    `again` is True where the register changed under our hands: what left, left and is remembered;
    the rest waits for a new reading. `stop` says why the run ended early, if it did, and `suspect` why a later try
    was not carried out. `kept` are files under out/ that nobody needs any more but that somebody changed.
    `merged` are cells that could not be told anything because they lie under a merged one; `cells_left` does not
    count them.
    """

    letters: Mapping[MessageKey, State] = field(default_factory=dict)
    waiting: int = 0
    held: int = 0
    unasked: int = 0
    cells_written: int = 0
    cells_left: int = 0
    rows_added: int = 0
    files_checked: int = field(default=0, compare=False)
    files_written: int = 0
    files_removed: int = 0
    kept: tuple[str, ...] = ()
    again: bool = False
    interrupted: bool = False
    suspect: tuple[str, ...] = ()
    stop: Stop | None = field(default=None, compare=False)
    merged: tuple[Place, ...] = ()

    @property
    def due(self) -> int:
        """All letters of the round: sent, waiting, held, uncertain and failed."""
        return len(self.letters) + self.waiting + self.held

    @property
    def sent(self) -> int:
        """Those that the mailbox took, or that were told by hand."""
        return len(self.letters) - self.uncertain - self.failed

    @property
    def uncertain(self) -> int:
        """Those of which nobody knows whether they left."""
        return sum(state == State.UNCERTAIN for state in self.letters.values())

    @property
    def failed(self) -> int:
        """Those that were refused."""
        return sum(state == State.REFUSED for state in self.letters.values())

    @property
    def code(self) -> int:
        """0 all well; 1 something for the coordinator to look at; 3 stopped half-way."""
        if self.unasked or not self.is_whole:
            return 3
        return 1 if self.uncertain or self.failed else 0

    @property
    def is_whole(self) -> bool:
        """True where the round came to its end, also where letters wait for leave."""
        return not (self.interrupted or self.again or self.suspect or self.stop is not None)

    @property
    def did_something(self) -> bool:
        """True once a letter was handed over, or something was written in the register or under out/."""
        cells, files = self.cells_written + self.rows_added, self.files_written + self.files_removed
        return bool(self.letters or cells or files)

    def after(self, earlier: Report) -> Report:
        """Both tries as one: this one took up what the earlier one left waiting or held."""
        return replace(
            self,
            letters={**earlier.letters, **self.letters},
            cells_written=earlier.cells_written + self.cells_written,
            rows_added=earlier.rows_added + self.rows_added,
            files_written=earlier.files_written + self.files_written,
            files_removed=earlier.files_removed + self.files_removed,
        )


_UNSETTLED = (State.UNCERTAIN, State.REFUSED)
"""Of a letter of an earlier run that is planned again, what this round still counts."""


def report_of(posted: DeliveryLog) -> Report:
    """What one try did, also where it was cut off."""
    letters = {key: state for key, state in posted.states.items() if key not in posted.known or state in _UNSETTLED}
    settled = len(posted.known.keys() - letters.keys())
    places = (step.place if isinstance(step, SetCell) else Place(step.tab) for step in posted.merged)
    return Report(
        letters,
        posted.due - len(letters) - settled,
        posted.held,
        posted.unasked,
        cells_written=len(posted.cells),
        cells_left=posted.left,
        rows_added=posted.rows,
        files_checked=posted.files,
        files_written=posted.files_written,
        files_removed=posted.files_removed,
        kept=tuple(posted.kept),
        again=posted.again,
        interrupted=posted.interrupted,
        stop=posted.stop,
        merged=tuple(dict.fromkeys(places)),
    )


def select(
    sends: Sequence[Send],
    ledger: Ledger,
    mailbox: Mailbox,
    posted: DeliveryLog,
    at_most: int | None = None,
    may: Callable[[Send], bool] = lambda _send: True,
    past: datetime | None = None,
) -> list[Send]:
    """The letters that may leave now, in their order; the others are counted, and their rows told how they stand.

    Whatever the plan says, a letter that the ledger knows to have left does not leave again, and
    neither does one of which that is uncertain. `at_most` is how many may leave; None for no limit. `may` tells
    whether somebody gave leave for a letter. `past` is a pause that does not count.
    """
    if len({send.key for send in sends}) < len(sends):
        raise ValueError("a plan sends one person the same letter twice")
    known, wishes = ledger.messages.known(send.key for send in sends), ledger.replies.wishes()
    paused = ledger.departures.pause() not in (None, past)
    go: list[Send] = []
    for send in sends:
        letter = known.get(send.key)
        address = ledger.address_mark(send.to_address)
        if address in wishes:
            posted.held += 1
        elif letter is not None and _is_settled(letter, mailbox.done, address):
            posted.known[send.key] = letter.state
            _tell(posted.marks, send, mark_of(letter.state, letter.day, send.version, letter.reason, send.mark_nr))
        elif paused or _is_early(letter, address, ledger) or (at_most is not None and len(go) >= at_most):
            continue
        elif not may(send):
            posted.unasked += 1
        else:
            go.append(send)
    return go


def _is_settled(letter: Message, done: State, address: str) -> bool:
    """A letter for the outbox has not left by SMTP; a refused one may go to another address."""
    if letter.state == State.REFUSED:
        return letter.address_mark == address
    return letter.state in (done, State.SENT, State.HAND, State.UNCERTAIN)


def _is_early(letter: Message | None, address: str, ledger: Ledger) -> bool:
    """True for a letter that was put off and whose time has not come; another address need not wait for that."""
    if letter is None or letter.next_try is None or letter.address_mark != address:
        return False
    return letter.next_try > ledger.now()


def _tell(marks: list[CellStep], send: Send, mark: WelcomeMark) -> None:
    text = keep_mail_again(send.mark_was, mark.text)
    if not send.shared_cell and not says(send.mark_was, text):
        marks.append(SetCell(send.mark, text, send.mark_was))
