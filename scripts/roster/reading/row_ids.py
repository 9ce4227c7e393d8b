"""Gives every row its Nr: the one it has, the one it had before, or the next that nobody ever had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import count, takewhile

from roster.plan.history import History, Recipient, row_of, seen, shared
from roster.sheet.table import Cell

_DIGITS = 4

_NEAR = 10_000
"""How far a number may lie above all others and still be one that was given: rows go, and numbers with them."""

LAST = 99_999_999
"""No register ever comes near; a number above it was typed, and is never remembered."""

_PROPER = re.compile(r"[A-Z]-[0-9]{4,12}")  # more digits are no number that was ever given
_SPOKEN = re.compile(r"([DB])[ \u00a0\u2010-\u2014-]*([0-9]{1,8})")
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


def number_said(cell: Cell) -> str:
    """What a cell says in the place of a Nr, proper or not, in capitals; "" for what is no text."""
    return cell.strip().upper() if isinstance(cell, str) else ""


def number_typed(text: str) -> str:
    """The Nr that somebody means who types "d-12", "D12" or "D-00012": D-0012. Anything else only in capitals."""
    found = _SPOKEN.fullmatch(text.strip(_BLANKS).upper())
    return f"{found[1]}-{int(found[2]):0{_DIGITS}d}" if found else text.strip(_BLANKS).upper()


def give_numbers(
    prefix: str,
    typed: Sequence[Cell],
    mobiles: Sequence[str | None],
    elsewhere: Sequence[Cell],
    history: History,
    whose: Callable[[int], Recipient] | None = None,
    marked: Sequence[str] = (),
) -> list[str]:
    """One Nr a row, no two alike, always the same for the same rows and history.

    `typed` are the Nr cells of the rows that count and `mobiles` their mobiles (E.164, None where
    there is none), in the order of the sheet; `elsewhere` are the Nr cells of the other rows, whose
    numbers are never given anew. A row keeps its own valid Nr. Of a Nr that stands twice (a copied
    row) the row keeps it that is most like who went by it before, or else the first. A row without a Nr gets
    back the one that it went by, if no other row has it, or else the next number above all that were ever given.
    `whose` tells what a row says of its person: of two rows with one mobile, address and name tell who was who.
    `marked` are the Nrs that the rows' own marks name ("" for none): a row without a Nr gets that one back where no
    row has it, and the ledger does not know it as somebody else's.
    """
    proper = _valid_numbers(typed, prefix)
    known = _Known(prefix, history, whose or (lambda row: seen(history, mobiles[row], None, "")))
    given = _resolve_doubles(proper, known)
    taken = set(filter(None, given))
    others = _valid_numbers(elsewhere, prefix)
    reach = _reach(prefix, [*proper, *others, *_valid_numbers(marked, prefix)], history)
    lacking = [row for row, number in enumerate(given) if number is None]
    if lacking and (history.identity_nr or history.recipients) and (whose or any(mobiles)):
        for row, number in known.by_likeness(lacking, taken):
            if given[row] is None and number not in taken and _count(number) <= reach:
                given[row] = number
                taken.add(number)
    taken.update(filter(None, proper), filter(None, others))
    for row, number in enumerate(marked):
        if given[row] is None and valid_number(number, prefix) == number and number not in taken:
            is_anothers = number in history.recipients and not known.likeness(row, number)
            if not is_anothers and _count(number) <= reach:
                given[row] = number
                taken.add(number)
    following = (number for turn in count(reach + 1) if (number := f"{prefix}-{turn:0{_DIGITS}d}") not in taken)
    return [next(following) if number is None else number for number in given]


def far_rows(prefix: str, typed: Sequence[Cell], elsewhere: Sequence[Cell], history: History) -> dict[int, str]:
    """The rows whose Nr lies so far above all others that nobody gave it, with the highest Nr that was given."""
    proper = _valid_numbers(typed, prefix)
    reach = _reach(prefix, [*proper, *_valid_numbers(elsewhere, prefix)], history)
    highest = f"{prefix}-{reach:0{_DIGITS}d}"
    return {row: highest for row, number in enumerate(proper) if number is not None and _count(number) > reach}


def highest_seen(prefix: str, typed: Sequence[Cell], history: History) -> int:
    """The highest number that was ever given or stands in the register, without those that lie far above."""
    return _reach(prefix, _valid_numbers(typed, prefix), history)


def _reach(prefix: str, numbers: Iterable[str | None], history: History) -> int:
    """How high numbers go: from the highest ever given on, or from the middle of those that stand there, step by step.

    A step of more than NEAR is none: one number that somebody typed would make all later ones unreadable.
    """
    there = sorted(_count(number) for number in numbers if number is not None)
    given = history.highest.get(prefix, 0)
    reach = given if 0 < given <= LAST else there[(len(there) - 1) // 2] if there else 0
    reach = reach if reach <= LAST else 0
    for number in there:
        if number - reach > _NEAR or number > LAST:
            break
        reach = max(reach, number)
    return reach


def _count(number: str) -> int:
    return int(number.partition("-")[2])


class _Known:
    """Who went by which number, as far as the ledger knows."""

    def __init__(self, prefix: str, history: History, whose: Callable[[int], Recipient]) -> None:
        self._prefix, self._history, self.whose = prefix, history, whose

    def by_likeness(self, rows: Iterable[int], taken: Iterable[str]) -> list[tuple[int, str]]:
        """Each of these rows with the numbers that it may have gone by, the most alike first.

        By its mobile, or by an address and a name that are both the same: an address alone is often a couple's. So is
        a mobile where who went by that number stands in another row by now, one of those that are taken.
        """
        kept = self._history.recipients
        moved = {row_of(other) for number in taken for other in kept.get(number, Recipient()).known_as}
        found = []
        with_mobile, with_address = self._listed("mobile"), self._listed("address")
        for row in rows:
            now = self.whose(row)
            by_mobile = {self._history.identity_nr.get(now.mobile, ""), *with_mobile.get(now.mobile, ())}
            for number in sorted({*by_mobile, *with_address.get(now.address, ())}):
                alike = self.likeness(row, number)
                if valid_number(number, self._prefix) == number and (
                    (number in by_mobile and number not in moved) or alike > 1
                ):
                    found.append((-alike, row, number))
        return [(row, number) for _alike, row, number in sorted(found)]

    def likeness(self, row: int, number: str) -> int:
        """How many of mobile, address and name this row has in common with who went by a number."""
        now, history = self.whose(row), self._history
        persons = takewhile(
            lambda one: one == number or one in history.recipients or one in history.of_person,
            (number if turn == 1 else f"{number}-{turn}" for turn in count(1)),
        )
        best = int(bool(now.mobile) and history.identity_nr.get(now.mobile) == number)
        for person in persons:
            best = max(best, shared(history.recipients.get(person, Recipient()), now))
            for letter in history.of_person.get(person, ()):
                best = max(best, (now.mobile in letter.identities) + (now.address == letter.address_mark != ""))
        return best

    def _listed(self, what: str) -> dict[str, list[str]]:
        """The numbers of all persons by one of their digests."""
        found: dict[str, list[str]] = {}
        for person, one in self._history.recipients.items():
            if digest := getattr(one, what):
                found.setdefault(digest, []).append(row_of(person))
        return found


def _valid_numbers(cells: Sequence[Cell], prefix: str) -> list[str | None]:
    """Each as `valid_number` gives it; most stand there in their proper form, or are blank."""
    proper = _PROPER.fullmatch
    start = f"{prefix}-"
    return [
        cell
        if type(cell) is str and proper(cell) and cell.startswith(start)
        else valid_number(cell, prefix)
        if cell
        else None
        for cell in cells
    ]


def _resolve_doubles(proper: Sequence[str | None], known: _Known) -> list[str | None]:
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
        keeper[number] = max(rows, key=lambda row: (known.likeness(row, number), -row))
    return [number if number is not None and keeper[number] == row else None for row, number in enumerate(proper)]
