"""What a mailbox must be able to do, whether letters leave by SMTP or are put ready in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from typing import Protocol

from roster.plan.delivery_status import State


@dataclass(frozen=True, slots=True)
class Letter:
    """One rendered mail: its Message-ID (the same for the same person, act and version) and the whole message.

    `data` is the message as it goes over the wire, lines ended by CRLF.
    """

    message_id: str
    person: str
    data: bytes
    act: str = ""

    @property
    def message(self) -> EmailMessage:
        """The message taken apart, as whoever receives it does."""
        return BytesParser(policy=SMTP).parsebytes(self.data)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery ended.

    `state`: "klaargezet" or "verstuurd" (done), "wacht" (try again later), "geweigerd" (this
    address does not take it), "onzeker" (cannot be known). `reason` is Dutch, for the row. With
    `pause` the mailbox asks for peace (a day's limit): no more letters before that has passed.
    A letter that waits becomes "geweigerd", for `reason`, at its try number `give_up`; 0 means that
    it waits through no fault of its recipient, and that the try does not count.
    """

    state: State
    reason: str = ""
    pause: timedelta | None = None
    give_up: int = 0


class Mailbox(Protocol):
    """Takes letters one at a time. `done` is the state of a letter that it took.

    `together` is how many letters may be announced in the ledger at once: 1, unless `settle` can
    tell afterwards for certain which of them arrived.
    """

    done: State
    together: int

    def deliver(self, letter: Letter) -> Outcome:
        """Hand over one letter; returns only when how it went is certain, or says "onzeker".

        Raises Stop only where the letter in hand certainly did not leave.
        """

    def flush(self) -> None:
        """Return only when every letter that was taken is certain to survive a power cut."""

    def settle(self, message_id: str) -> Outcome | None:
        """Look whether a letter of an interrupted run arrived. None: it did not; "onzeker": nobody can tell."""

    def close(self) -> None:
        """Let go of connections."""
