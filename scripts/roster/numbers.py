"""Gives every row its Nr: the one it has, the one it had before, or the next that nobody ever had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from roster.plan import History
from roster.table import Cell

_DIGITS = 4
_PROPER = re.compile(r"[A-Z]-[0-9]{4,12}")  # more digits are no number that was ever given
_BLANKS = " \t\r\n\u00a0\u200b\u200e\u200f\u2060\ufeff"


def valid_number(cell: Cell, prefix: str) -> str | None:
    """The Nr that a cell holds in its proper form ("D-0001"), or None. Capitals and blanks around are forgiven."""
    if not isinstance(cell, str):
        return None
    if _PROPER.fullmatch(cell):
        number = cell
    else:
        number = cell.strip(_BLANKS).upper()
        if not _PROPER.fullmatch(number):
            return None
    return number if number.startswith(prefix) else None


def give_numbers(
    prefix: str,
    typed: Sequence[Cell],
    mobiles: Sequence[str | None],
    elsewhere: Sequence[Cell],
    history: History,
) -> list[str]:
    """One Nr a row, no two alike, always the same for the same rows and history.

    `typed` are the Nr cells of the rows that count and `mobiles` their mobiles (E.164, None where
    there is none), in the order of the sheet; `elsewhere` are the Nr cells of the other rows, whose
    numbers are never given anew. A row keeps its own valid Nr. Of a Nr that stands twice (a copied
    row) the row keeps it whose mobile went by it before, or else the first. A row without a Nr gets
    back the one that its mobile went by, if no other row has it, or else the next number above all
    that were ever given.
    """
    proper = _valid_numbers(typed, prefix)
    given = _settle_doubles(proper, mobiles, history)
    taken = set(filter(None, given))
    known = history.identity_nr
    if known:
        for row in [row for row, number in enumerate(given) if number is None]:
            mobile = mobiles[row]
            before = valid_number(known.get(history.identity(mobile)), prefix) if mobile is not None else None
            if before is not None and before not in taken:
                given[row] = before
                taken.add(before)
    taken.update(filter(None, proper), filter(None, _valid_numbers(elsewhere, prefix)))
    digits = len(prefix) + 1
    highest = max(history.highest.get(prefix, 0), max([int(number[digits:]) for number in taken], default=0))
    following = count(highest + 1)
    return [f"{prefix}-{next(following):0{_DIGITS}d}" if number is None else number for number in given]


def _valid_numbers(cells: Sequence[Cell], prefix: str) -> list[str | None]:
    """Each as `valid_number` gives it; most stand there in their proper form, or are blank."""
    proper = _PROPER.fullmatch
    start = f"{prefix}-"
    return [
        cell if type(cell) is str and proper(cell) and cell.startswith(start)
        else valid_number(cell, prefix) if cell else None
        for cell in cells
    ]


def _settle_doubles(proper: Sequence[str | None], mobiles: Sequence[str | None], history: History) -> list[str | None]:
    """Leave each number with one row only; the other rows get None."""
    numbers = list(filter(None, proper))
    if len(set(numbers)) == len(numbers):
        return list(proper)
    keeper: dict[str, int] = {}
    doubled: dict[str, list[int]] = {}
    for row, number in enumerate(proper):
        if number is None:
            continue
        first = keeper.setdefault(number, row)
        if first != row:
            doubled.setdefault(number, [first]).append(row)
    for number, rows in doubled.items():
        for row in rows:
            mobile = mobiles[row]
            if mobile is not None and history.identity_nr.get(history.identity(mobile)) == number:
                keeper[number] = row
                break
    return [number if number is not None and keeper[number] == row else None for row, number in enumerate(proper)]
