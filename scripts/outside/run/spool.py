"""Keeps the letters of a round: all rendered before the first of them leaves, and packed until their turn."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from outside.console import progress
from outside.mail.mailbox import Letter
from roster.plan.delivery_status import State
from roster.plan.steps import Send, SetCell

Compose = Callable[[Send], Letter]


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

    def open(self, sealed: Spooled) -> Letter:
        """The letter as it was rendered, to the byte."""
        unpack = zlib.decompressobj(zdict=self._like)
        data = unpack.decompress(sealed.packed) + unpack.flush()
        return Letter(sealed.message_id, sealed.send.person, data, sealed.send.act)

    def _spool(self, send: Send, letter: Letter) -> Spooled:
        if not self._like:
            self._like = letter.data[-32_000:]  # zlib looks back 32 kB at most
            self._packer = zlib.compressobj(level=1, zdict=self._like)
        pack = self._packer.copy()  # half the time of a new one, which looks through the first letter again
        return Spooled(send, letter.message_id, pack.compress(letter.data) + pack.flush())
