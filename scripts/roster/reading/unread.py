"""What no reader of cells gets to see: errors that a sheet shows, formulas without an outcome, and cells without end.

Unknown is not blank: such a cell is a finding of its own, and nothing of it is taken for what somebody typed.
"""

from __future__ import annotations

import re

from roster.cells.text import Unreadable
from roster.sheet.table import Cell, Unknown

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
