"""Sifts the letters of a plan: which may leave now, and how the others stand; and counts how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from outside.ledger import Entry, Ledger
from outside.mailbox import Mailbox
from outside.stop import Stop
from roster.plan import AddRow, Delivery, Send, SetCell
from roster.table import Place, says
from roster.welcome_mark import REFUSED, SENT, UNCERTAIN, WAITS, WelcomeMark, keep_mail_again, mark_of


@dataclass(slots=True)
class Posted:
    """What became of the letters of a plan, how their rows must say it, and why the round ended early, if it did.

    `ended` are the letters that were handed over; `busy` is what was written in cells that several share.
    `merged` are the cells among those left that lie under a merged one.
    """

    sent: int = 0
    waiting: int = 0
    held: int = 0
    uncertain: int = 0
    failed: int = 0
    marks: list[SetCell] = field(default_factory=list)
    ended: list[Delivery] = field(default_factory=list)
    busy: dict[Place, str] = field(default_factory=dict)
    written: int = 0
    left: int = 0
    merged: list[SetCell | AddRow] = field(default_factory=list)
    again: bool = False
    stop: Stop | None = None

    def count(self, state: str) -> None:
        """Count one letter by how it ended."""
        if state == UNCERTAIN:
            self.uncertain += 1
        elif state == REFUSED:
            self.failed += 1
        elif state == WAITS:
            self.waiting += 1
        else:
            self.sent += 1


def sift(
    sends: Sequence[Send], ledger: Ledger, mailbox: Mailbox, posted: Posted, at_most: int | None = None
) -> list[Send]:
    """The letters that may leave now, in their order; the others are counted, and their rows told how they stand.

    Whatever the plan says, a letter that the ledger knows to have left does not leave again, and
    neither does one of which that is uncertain. `at_most` is how many may leave; None for no limit.
    """
    keys = {(send.person, send.act, send.version) for send in sends}
    if len(keys) < len(sends):
        raise ValueError("a plan sends one person the same letter twice")
    entries = ledger.entries(sends)
    left_alone = ledger.left_alone()
    paused = ledger.pause() is not None
    go: list[Send] = []
    for send in sends:
        entry = entries.get((send.person, send.act, send.version))
        address = ledger.address_mark(send.to_address)
        if address in left_alone:
            posted.held += 1
        elif entry is not None and _is_settled(entry, mailbox.done, address):
            posted.count(entry.state)
            _tell(posted.marks, send, mark_of(entry.state, entry.day, send.version, entry.reason))
        elif paused or _is_early(entry, address, ledger) or (at_most is not None and len(go) >= at_most):
            posted.waiting += 1
        else:
            go.append(send)
    return go


def _is_settled(entry: Entry, done: str, address: str) -> bool:
    """A letter for the outbox has not left by SMTP; a refused one may go to another address."""
    if entry.state == REFUSED:
        return entry.address == address
    return entry.state in (done, SENT, UNCERTAIN)


def _is_early(entry: Entry | None, address: str, ledger: Ledger) -> bool:
    """True for a letter that was put off and whose time has not come; another address need not wait for that."""
    if entry is None or entry.next_try is None or entry.address != address:
        return False
    return entry.next_try > ledger.now()


def _tell(marks: list[SetCell], send: Send, mark: WelcomeMark) -> None:
    text = keep_mail_again(send.mark_was, mark.text)
    if not send.told_together and not says(send.mark_was, text):
        marks.append(SetCell(send.mark, text, send.mark_was))
