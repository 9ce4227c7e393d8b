"""What no reader of cells gets to see: errors that a sheet shows, formulas without an outcome, and cells without end.

Unknown is not blank: such a cell is a finding of its own, and nothing of it is taken for what somebody typed.
A word may stand for a chip or a link that says more: which cells are in doubt for that is told here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from roster.cells import Unreadable, email, location
from roster.sheet.table import Cell, Table, Unknown
from roster.terms import Bounds

KNOWN = "a_cell_shows_what_it_holds"
BOUND = "a_cell_has_a_bound"

_LONGEST = 300
"""Characters of a cell that are read: a name, a street, an address. Every reader may count on it."""

_LONGER = {"Opmerking": 1000, "Toelichting": 1000, "Locatie 1": 1000, "Locatie 2": 1000}
"""Headings under which people write a story, or paste a link of a map with all that hangs on it."""

# Sheets spell their errors in the language of whoever typed them: #N/A, #N/B and #NV are one. Google says
# "Loading..." for what it has not fetched yet, LibreOffice "Err:502" and "Fout:502" where it knows no word.
_ERROR = re.compile(
    r"#[A-Z0-9_/\u00c0-\u00de]{2,24}[!?]|#N/[AB]|#NV|#(?:GETTING|OPHALEN)_[A-Z_]{2,24}"
    r"|(?:Err|Fout|Fehler):[0-9]{3}|Loading\.\.\."
)
STARTS = frozenset("#EFL \t\u00a0")
"""With what a text begins that may be an error."""


class Unread(Unreadable):
    """A cell that was not read at all; `rule` is the rule's code, whatever column it stands in."""

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.rule = rule


def bound_of(heading: str) -> int:
    """How many characters of a cell under a heading are read."""
    return _LONGER.get(heading, _LONGEST)


def is_error(cell: Cell) -> bool:
    """True for a cell that shows an error, also where it came as text, as Google's do."""
    if type(cell) is str:
        return cell[:1] in STARTS and len(cell) <= _LONGEST and _ERROR.fullmatch(cell.strip()) is not None
    return type(cell) is Unknown


def unread(cell: Cell, most: int) -> Unread | None:
    """Why a cell is not read, or None where it can be. `most` is how many characters it may hold."""
    if type(cell) is str:
        if len(cell) > most:
            return _too_long(most)
        if not is_error(cell):
            return None
        shown = cell.strip()
    elif type(cell) is Unknown:
        shown = cell.shows
    else:
        return None
    if not shown:
        return _NO_OUTCOME
    return Unread(
        KNOWN, f"Deze cel toont een fout ({shown[:40]}).", "Herstel de formule, of typ hier zelf wat er moet staan."
    )


_NO_OUTCOME = Unread(
    KNOWN,
    "De uitkomst van de formule in deze cel staat niet in het bestand.",
    "Open het register in Excel of LibreOffice en sla het op.",
)


def _too_long(most: int) -> Unread:
    return Unread(BOUND, f"Deze tekst is te lang en is niet gelezen: er passen {most} tekens.", "Maak hem korter.")


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


def suspect_cells(tables: Iterable[Table]) -> Iterator[tuple[Table, int, str]]:
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
                    if _is_suspect(cell, read, bound_of(heading)):
                        yield table, index, heading


def _is_suspect(cell: str, read: Callable[[Cell], object], most: int) -> bool:
    if len(cell) > most or is_error(cell) or _SITE.search(cell):
        return False
    try:
        read(cell)
    except Unreadable:
        return True
    return False
