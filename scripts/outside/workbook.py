"""What a register must be able to do, whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from roster.plan.steps import AddRow, SetCell
from roster.sheet.table import Sheet, Table, fold

FRONT, EXAMPLE = "Lees mij", "VOORBEELD"
"""The tab in front of a register that we made, and what it says where all people in it are made up."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: `done` stand in the workbook, `left` were not written.

    A step whose cell says so already is done, whatever it expected to find. A step is left when its
    row is gone or its cell no longer holds what the step expected (`was`); the next run takes it up
    again. `done + left` are all the steps that were asked. `merged` are those of `left` whose cell lies
    under a merged one, where nothing that is written would show: only people can settle that.
    """

    done: tuple[SetCell | AddRow, ...] = ()
    left: tuple[SetCell | AddRow, ...] = ()
    merged: tuple[SetCell | AddRow, ...] = ()


def is_front_of_example(sheet: Sheet) -> bool:
    """True for the front tab of the example register."""
    return fold(sheet.title) == fold(FRONT) and any(cell == EXAMPLE for row in sheet.cells[:5] for cell in row)


class Workbook(Protocol):
    """A register that can be read whole and written in the software's own cells only.

    `name` is how people call it ("register.xlsx"). `shared` is True where others may write at the
    same time, so that a mail is announced in its row before it is laid ready; one that really leaves is
    announced in every register, for a file may be shared as well. `is_example` is True, once it
    was read, where its front tab says that it is the example.
    """

    name: str
    shared: bool

    @property
    def is_example(self) -> bool:
        """See above."""

    def lock(self) -> AbstractContextManager[None]:
        """One run at a time; raises Stop naming who holds it."""

    def read(self) -> dict[str, Table]:
        """All tabs of the register by title. Raises Stop for what cannot be read; changes nothing."""

    def rehearse(self, steps: Sequence[SetCell | AddRow]) -> None:
        """Raise Stop where such a write is bound to be refused: letters must not leave for rows that cannot be told."""

    def write(self, steps: Sequence[SetCell | AddRow]) -> Written:
        """Write the steps, all or nothing, after a backup. Raises Changed (nothing was written) or Stop."""
