"""What a register must be able to do, whoever keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from roster.plan.steps import CellStep, SetCell
from roster.sheet.table import Sheet, Table

STALE = 20 * 60
"""Seconds without a sign of life after which the lock of a run that cannot be seen is taken over."""


CellsOfTabs = Mapping[str, Mapping[int, frozenset[int]]]
"""By tab's title the rows (1 = top) with their columns (1 = A)."""

Choose = Callable[[dict[str, Table]], CellsOfTabs]
"""Which cells of a register are to be emptied."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: `done` stand in the workbook, `left` were not written.

    A step whose cell says so already is done, whatever it expected to find. A step is left when its
    row is gone or its cell no longer holds what the step expected (`was`); the next run takes it up
    again. `done + left` are all the steps that were asked. `merged` are those of `left` whose cell lies
    under a merged one, where nothing that is written would show: only people can settle that.
    """

    done: tuple[CellStep, ...] = ()
    left: tuple[CellStep, ...] = ()
    merged: tuple[CellStep, ...] = ()


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
        """All tabs of the register by title. Raises Stop for what cannot be read, and for the register of another
        network than the settings name; changes nothing."""

    def rehearse(self, steps: Sequence[CellStep]) -> None:
        """Raise Stop where such a write is bound to be refused: letters must not leave for rows that cannot be told."""

    def link(self, tab: str, column: int, row: int) -> tuple[str, str]:
        """How a cell is called ("F12"; column 0 is A), and the address that opens it; after a read."""

    def filled_by_formula(self, steps: Sequence[SetCell]) -> list[SetCell]:
        """Those of the steps, about rows as they were read, whose cell is filled by a formula, which no read tells."""

    def write(self, steps: Sequence[CellStep]) -> Written:
        """Write the steps, all or nothing, after a backup. Raises Changed (nothing was written) or Stop."""

    def empty(self, choose: Choose) -> tuple[int, list[Sheet]]:
        """Empty the cells that `choose` names, also of people's; how many, and every tab of people's too as it stands
        then. No backup is made: what goes must not stand in one. May be done again. Raises Changed or Stop."""


class Health(NamedTuple):
    """How one part is. `remedy` is "" where it is good; a let op may stay as it is."""

    part: str
    message: str
    remedy: str = ""
    let_op: bool = False


def nobodys() -> Health:
    """What to say of a register that does not tell whose it is."""
    return Health("Register", "er staat nog niet in van welk netwerk het is.", "Typ: make setup", let_op=True)


FilledIn = Callable[[bool], Iterator[Health]]
"""What the settings still lack, once it is known whether this is the example register."""

FirstLook = Callable[[dict[str, Table]], None]
"""Sees all tabs that stand there; raises Stop where something must be asked first."""


def see_nothing(_tables: dict[str, Table]) -> None:
    """A look that has nothing to ask."""


def left_to_them(title: str) -> str:
    """What is said of a tab that has the title of one of ours and is people's own."""
    return (
        f"Tabblad {title} is van uzelf: daar komt niets bij. Wilt u het overzicht van Buurtbeheer? Geef uw tabblad een "
        "andere naam, en typ daarna: make sync"
    )


class Backend(Protocol):
    """What can be done with a register beside reading and writing it, whoever keeps it. Nothing is reached before.

    `file` is where a register on this computer lies; None for one that lies elsewhere.
    """

    @property
    def file(self) -> Path | None:
        """See above."""

    def open(self) -> Workbook:
        """The register; it is not read yet."""

    def prepare(self) -> None:
        """Keep the register to its owner before a round, and tell of what lies beside it. Raises Stop."""

    def set_up(self, look: FirstLook = ...) -> list[str]:
        """Make the register where there is none, or add what it lacks; says in Dutch what was done.

        Of one that stands there `look` is given the tabs before anything is added.
        """

    def back_up(self) -> Path:
        """A dated copy among the backups, as .xlsx. Raises Stop where there is nothing to copy."""

    def backups(self) -> list[Path]:
        """The copies that can be put back, newest first. Raises Stop where that is done elsewhere."""

    def backup(self, which: str | None) -> Path:
        """The copy of that name, or the newest. Raises Stop where it is not there."""

    def restore(self, which: str | None) -> Path:
        """Put a copy back, the newest unless one is named; which it was. Raises Stop where that cannot be."""

    def health(self, filled_in: FilledIn) -> Iterator[Health]:
        """How the register and the way to it are. Raises Stop where nothing further can be seen."""
