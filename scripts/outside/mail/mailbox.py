"""What a mailbox must be able to do; and the one that puts every letter ready as a file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from outside.files.atomic import (
    begin_file,
    finish_files,
    own_folder,
    private_folder,
    remove_leftovers,
    stop_from,
    sync_folder,
)
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

    `together` is how many letters may be announced in the ledger at once: 1, unless `resolve` can
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

    def resolve(self, message_id: str) -> Outcome | None:
        """Look whether a letter of an interrupted run arrived. None: it did not; "onzeker": nobody can tell."""

    def try_out(self) -> str:
        """See that letters can go this way, and send none; what to say of it, in Dutch. Raises Stop."""

    def close(self) -> None:
        """Let go of connections."""


_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9-]+")


class Outbox:
    """A folder with one `.eml` a letter, readable by its owner alone.

    A file's name follows from its letter, so that a letter that comes twice is one file.
    """

    done = State.READY
    together = 250

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened = False
        self._present: set[str] | None = None
        self._begun: dict[Path, Path] = {}

    def deliver(self, letter: Letter) -> Outcome:
        """Write the letter; it is there after `flush`. Raises Stop where the disk does not take it; no part is left."""
        path = self._folder / letter_file_name(letter)
        try:
            self._open()
            if path in self._begun:
                self.flush()
            self._begun[path] = begin_file(path, letter.data)
        except OSError as error:
            raise stop_from(error, self._folder.name, code=3) from error
        return Outcome(State.READY)

    def flush(self) -> None:
        """Return only when all letters, and their names, lie on the disk.

        Raises Stop; which of them are there then, `resolve` tells.
        """
        begun, self._begun = self._begun, {}
        if not begun:
            return
        try:
            finish_files(begun)
            sync_folder(self._folder)
        except OSError as error:
            raise stop_from(error, self._folder.name, code=3) from error

    def resolve(self, message_id: str) -> Outcome | None:
        """Whether the file is there: it is there whole, or not at all. What was not finished is swept away."""
        if self._present is None:
            remove_leftovers(self._folder)
            self._present = {letter.stem.rpartition("-")[2] for letter in self._folder.glob("*.eml")}
        return Outcome(State.READY) if _digest(message_id) in self._present else None

    def try_out(self) -> str:
        """There is nothing to reach."""
        return f"berichten worden klaargezet in de map out/{self._folder.name}; er gaat niets weg."

    def close(self) -> None:
        """What was written and not yet waited for is finished."""
        self.flush()

    def _open(self) -> None:
        if not self._opened:
            own_folder(self._folder.parent)
            private_folder(self._folder)
            remove_leftovers(self._folder)
            self._opened = True


def letter_file_name(letter: Letter) -> str:
    """What a letter's file is called: the Nr and the act for people, a digest of the Message-ID for the ledger."""
    pieces = [_NOT_IN_A_NAME.sub("", piece)[:40] for piece in (letter.person, letter.act)]
    return "-".join([piece for piece in pieces if piece] + [_digest(letter.message_id)]) + ".eml"


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.encode()).hexdigest()[:16]
