"""Cells that may say less than what lies behind them: a chip of Google's, or a word with a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from roster.cells import Unreadable, email, location
from roster.model import Bounds
from roster.reading.unread import bound_of, is_error
from roster.sheet.table import Cell, Table

_ANYWHERE = Bounds(-90.0, -180.0, 90.0, 180.0)
_TYPED = re.compile(r"[^\s.]\S*\.\S+")
_SITE = re.compile(r"\S\.\S+/")

MESSAGE = "Achter deze tekst zit een link."
PASTE_PLAIN = "Plakken zonder link: Ctrl+Shift+V (op een Mac Cmd+Shift+V)."


def _spot(cell: Cell) -> object:
    return location(cell, _ANYWHERE)


def _address(cell: Cell) -> object:
    """One word with a dot in it ("jan(at)mail.example") was typed as an address: a chip shows a name."""
    return cell if isinstance(cell, str) and _TYPED.fullmatch(cell) else email(cell)


def _invitation(cell: Cell) -> object:
    if isinstance(cell, str) and "." not in cell:
        raise Unreadable("Dit is geen link.")
    return cell


_READERS: dict[str, Callable[[Cell], object]] = {
    "Locatie 1": _spot,
    "Locatie 2": _spot,
    "E-mail": _address,
    "E-mail wijkconciërge": _address,
    "Uitnodigingslink": _invitation,
}


def cells_in_doubt(tables: Iterable[Table]) -> Iterator[tuple[Table, int, str]]:
    """The cells (table, row from 0, heading) of which the words are not understood, and a link would be.

    There are hardly any, so that a back end may spend a look on what lies behind them (`Table.links`).
    """
    for table in tables:
        for heading, read in _READERS.items():
            if heading in table.columns:
                for index, cell in enumerate(table.column(heading)):
                    # With an @ or :// it is an address by itself: behind it lies nothing better.
                    if type(cell) is not str or not cell or ("@" in cell and len(cell) > 1) or "://" in cell:
                        continue
                    if _is_in_doubt(cell, read, bound_of(heading)):
                        yield table, index, heading


def _is_in_doubt(cell: str, read: Callable[[Cell], object], most: int) -> bool:
    if len(cell) > most or is_error(cell) or _SITE.search(cell):
        return False
    try:
        read(cell)
    except Unreadable:
        return True
    return False
