"""Sifts the letters of a plan: which may leave now, and how the others stand; and keeps how each ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Mailbox
from roster.plan.delivery_status import State, WelcomeMark, keep_mail_again, mark_of
from roster.plan.history import Message, MessageKey
from roster.plan.steps import CellStep, Send, SetCell
from roster.sheet.table import Cell, Place, says


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
    if not send.told_together and not says(send.mark_was, text):
        marks.append(SetCell(send.mark, text, send.mark_was))
