"""What a row says of the letters after its welcome: put into words here, and read from them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from roster.plan.delivery_status import State, WelcomeMark, mark_of, read_mark
from roster.plan.history import Message
from roster.sheet.table import Cell

BETWEEN = "; "
_TELLS_APART = re.compile(r":(?=\s)")


def group_named_in(act: str, group: str) -> str:
    """How a letter about somebody's place is called in the row: of which group it tells."""
    return f"{'beheerder van' if act == 'admin' else 'naar'} groep {plain(group)}"


def number_named(number: str) -> str:
    """How a letter about another number of the regiegroep is called in the row."""
    return f"regiegroep {plain(number)}"


def piece(what: str, state: State, day: date, reason: str = "", nr: str = "") -> str:
    """One letter as the row with this Nr tells it: "naar groep Tuindorp: verstuurd 28-11-2026 (D-0302)"."""
    return f"{what}: {mark_of(state, day, reason=reason.replace(';', ','), nr=nr).text}"


def tells_of(cell: Cell, what: str, nr: str) -> str:
    """The state of a letter by the name of `what`, as the cell of the row with this Nr tells it; "" where it does not.

    A cell that is busy names no letter, so it may be this one. What names another row was copied from there.
    """
    if not isinstance(cell, str):
        return ""
    mark = read_mark(cell)
    if mark is not None and mark.state == State.BUSY:
        return State.BUSY if mark.is_of(nr) else ""
    for one in cell.split(BETWEEN):
        named, told = _parts(one)
        if named == what.casefold() and told is not None and told.is_of(nr):
            return told.state
    return ""


def number_told(cell: Cell, nr: str) -> tuple[str, WelcomeMark] | None:
    """Which number of the regiegroep the cell of the row with this Nr tells of, and how that stands; None for none."""
    for one in pieces(cell):
        named, _colon, said = one.partition(": ")
        mark = read_mark(said)
        if named.casefold().startswith("regiegroep ") and mark is not None and mark.is_of(nr):
            return named.partition(" ")[2], mark
    return None


def is_told_by(mark: WelcomeMark, letters: Iterable[Message]) -> bool:
    """True where one of these letters stands so since that very day, or stood so before."""
    wanted = mark.state, mark.day
    told = [(one, read_mark(one.reported)) for one in letters]
    return any(
        wanted == (one.state, one.day) or (before is not None and wanted == (before.state, before.day))
        for one, before in told
    )


def is_of(one: str, nr: str) -> bool:
    """False for what a cell says of another row's letter: it was copied from there."""
    _named, told = _parts(one)
    return told is None or told.is_of(nr)


def same_piece(one: str, other: str) -> bool:
    """True for two that say the same of one letter, whether or not they name its row."""
    return _parts(one) == _parts(other)


def _parts(one: str) -> tuple[str, WelcomeMark | None]:
    named, _colon, said = one.strip().partition(": ")
    return named.casefold(), read_mark(said)


def mark_state(said: str) -> str:
    """The state that words such as "verstuurd 28-11-2026" tell of; "" for other words."""
    mark = read_mark(said)
    return "" if mark is None else mark.state


def is_ours(state: str, cell: Cell, letters: Iterable[Message]) -> bool:
    """True where a state that a cell tells of is our own hand's: what the ledger says of a letter, or told."""
    if state == State.BUSY:
        return any(one.reported == cell for one in letters)
    told = [(one.state, read_mark(one.reported)) for one in letters]
    return any(state == now or (before is not None and before.state == state) for now, before in told)


def pieces(cell: Cell) -> list[str]:
    """What a cell says, letter by letter; a cell that is busy says nothing that lasts."""
    if not isinstance(cell, str) or read_mark(cell) is not None:
        return []
    return [one.strip() for one in cell.split(BETWEEN) if one.strip()]


def plain(text: str) -> str:
    """What people typed, without what our own words are told apart by."""
    return " ".join(_TELLS_APART.sub(" ", text.replace(";", ",")).split())
