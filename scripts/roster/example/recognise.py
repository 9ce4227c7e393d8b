"""Knows the made-up people of an example again, whatever its size and seed: by their names and numbers."""

from __future__ import annotations

import re
from itertools import pairwise

from roster.cells.phones import phone
from roster.example.faults import SLIPS
from roster.example.names import GIVEN, MOBILE_SPACE, STAND_IN, SURNAMES, TRADES, mobile_turn
from roster.sheet.table import Cell, Table, fold

MADE_UP = frozenset({"mail.example", "politie.nl", *SLIPS})
"""Where the people of an example have their mail: nowhere, or at a domain that is wrong on purpose."""

APART = 1_000
"""Turns between two numbers of one example at most, also once many of its rows are gone. Of real numbers in the same
space one in ten thousand lies as near as that to an example of 300."""

_DOMAIN = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_GIVEN = frozenset(map(fold, (*GIVEN, STAND_IN[0])))
_SURNAMES = frozenset(map(fold, (*SURNAMES, STAND_IN[1])))
_TRADES = frozenset(map(fold, TRADES))


def strangers(members: Table) -> int:
    """How many rows tell of somebody whom the example did not make.

    A row is the example's where its name is made up, its mail address leads nowhere, and its number, if a mobile can be
    read in it, is one of those that the example gave out: those lie side by side. All else is somebody's own work.
    """
    rows = [
        {heading: members.cell(index, heading) for heading in ("E-mail", "Mobiel", "Straat", *_NAME)}
        for index in range(len(members.rows))
    ]
    turns = [_turn(row["Mobiel"]) for row in rows]
    given_out = _longest_run({turn for turn in turns if turn is not None and turn >= 0})
    return sum(
        not _has_made_up_name(row, named=turn is not None)
        or (turn is not None and turn not in given_out)
        or any(domain.casefold() not in MADE_UP for domain in _DOMAIN.findall(str(row["E-mail"])))
        for row, turn in zip(rows, turns, strict=True)
        if any(map(_typed, row.values()))
    )


_NAME = ("Voornaam", "Tussenvoegsel", "Achternaam", "Organisatie")


def _typed(cell: Cell) -> str:
    return "" if cell is None else fold(str(cell))


def _has_made_up_name(row: dict[str, Cell], *, named: bool) -> bool:
    """`named` tells that the number alone names somebody: one fault of the example is a row without a name."""
    given, infix, surname, firm = (_typed(row[heading]) for heading in _NAME)
    if not (given or infix or surname or firm):
        return named
    trade, _, owner = firm.partition(" ")
    return (
        (not given or given in _GIVEN)
        and (not surname or surname in _SURNAMES)
        and (not firm or (trade in _TRADES and owner in _SURNAMES))
        and bool(surname or firm)
    )


def _turn(cell: Cell) -> int | None:
    """Which of the example's numbers this is; -1 for a Dutch mobile that never is one, None where none can be read."""
    try:
        found = phone(cell)
    except ValueError:
        return None
    return mobile_turn(found.e164) if found is not None and found.kind == "mobile" else None


def _longest_run(turns: set[int]) -> set[int]:
    """The largest part of the turns in which each lies near the next; the last one of all borders on the first."""
    runs: list[set[int]] = [set()]
    ordered = sorted(turns)
    for before, turn in pairwise([ordered[0], *ordered] if ordered else []):
        if turn - before > APART:
            runs.append(set())
        runs[-1].add(turn)
    if len(runs) > 1 and ordered[0] + MOBILE_SPACE - ordered[-1] <= APART:
        runs[0] |= runs.pop()
    return max(runs, key=len)
