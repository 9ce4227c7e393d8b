"""Cells that mean more than they say, or keep a law by themselves: a name, a day of leaving, a role, a postcode."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from roster.cells import Unreadable, day, text
from roster.cells.text import name, surname
from roster.finding import Weight
from roster.model import Role
from roster.reading.rows import Rows
from roster.sheet.table import Cell, fold
from roster.terms import Terms


def read_names(rows: Rows, heading: str) -> list[str]:
    """The names under a heading; "" for what only fills the cell."""
    return rows.values(heading, name, "")


def read_surnames(rows: Rows) -> tuple[list[str], list[str]]:
    """Surnames and what goes before them, which may stand behind a comma: "Berg, van den"."""
    surnames, infixes = read_names(rows, "Achternaam"), read_names(rows, "Tussenvoegsel")
    typed = rows.cells("Achternaam")
    for index in [index for index, infix in enumerate(infixes) if infix and not surnames[index]]:
        if fold(last := text(typed[index])) == "geen":  # of "van Geen" the last word is a name
            surnames[index] = last
    for index in [index for index, known in enumerate(surnames) if "," in known or "(" in known]:
        try:
            alone, infix = surname(surnames[index])
        except Unreadable as wrong:
            if not rows.silent[index]:
                rows.tell(index, "Achternaam", wrong.message, wrong.remedy, weight=Weight.NOTICE)
            continue
        if infix and infixes[index] and fold(infix) != fold(infixes[index]):
            message = "Achter de komma staat een ander tussenvoegsel dan bij Tussenvoegsel."
            if not rows.silent[index]:
                rows.tell(index, "Achternaam", message, "Laat alleen het goede staan.", weight=Weight.NOTICE)
            continue
        surnames[index], infixes[index] = alone, infixes[index] or infix
    return surnames, infixes


def read_leaving(rows: Rows, terms: Terms) -> tuple[list[date | None], list[bool]]:
    """The day on which each member leaves, and whether he did by now: with a day that does not read he left as well."""
    before = len(rows.unread)
    today = terms.today
    days = rows.values("Afgemeld op", lambda cell: _leaving_day(cell, today), None)
    left = [left_on is not None and left_on <= today for left_on in days]
    unreadable = {unread.place.row for unread in rows.unread[before:]}
    rows.unread[before:] = [
        replace(unread, message=f"{unread.message} De deelnemer telt zolang als afgemeld.")
        for unread in rows.unread[before:]
    ]
    if unreadable:
        left = [gone or place.row in unreadable for gone, place in zip(left, rows.places, strict=True)]
    return days, left


_STAYS = frozenset((
    "nee", "neehoor", "neen", "n", "no", "niet", "nogniet", "nvt", "nietvantoepassing", "n/a", "geen", "onwaar",
    "false", "0", "00",
))  # fmt: skip
_EMPTY = " .,;:_()[]-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2610\u25a1\u25a2\u25fb\u25fd\u2b1c\ufe0f"
"""What only fills a cell: strokes, dots, an empty tick box. Any other sign says something: a cross, a dagger."""


def _bare(said: str) -> str:
    """A word without what people set around and within it: "(nee)", "N v t.", "0,0"."""
    return re.sub(r"[\s.,;:!()\[\]\"'-]", "", fold(said))


def _leaving_day(cell: Cell, today: date) -> date | None:
    """The day of leaving; None for a blank cell and for all that says "no": "-", nee, nvt, FALSE, an empty tick."""
    if cell is False or (type(cell) in (int, float) and cell == 0):
        return None
    if type(cell) is str and len(cell) <= _LONGEST_NO:
        said = text(cell)
        if not said.strip(_EMPTY) or _bare(said) in _STAYS:
            return None
    return day(cell, today)


_LONGEST_NO = 24


def tell_forgotten(rows: Rows, index: int, nr: str) -> None:
    """Tell of somebody who was forgotten and whose row is there: an older copy came back, or it was not emptied yet."""
    rows.tell(
        index,
        "Nr",
        "Deze deelnemer is vergeten, maar staat nog of weer in het register.",
        f"Typ: make forget WHO={nr}. Doet deze persoon weer mee? Vul daarna een nieuwe rij in.",
        rule="who_was_forgotten_stays_forgotten",
        weight=Weight.BLOCKS,
    )


_ROLES = {"": Role.MEMBER, "deelnemer": Role.MEMBER, "beheerder": Role.ADMIN, "coordinator": Role.COORDINATOR}


def role(cell: Cell) -> Role:
    """A role, of a blank cell that of a member."""
    found = _ROLES.get(fold(text(cell)))
    if found is None:
        raise Unreadable(
            "Deze rol bestaat niet. De deelnemer telt nu mee als gewone deelnemer.",
            "Kies deelnemer, beheerder of coördinator, of laat de cel leeg.",
        )
    return found


def decision(cell: Cell) -> str:
    """A decision of the municipality; "" while there is none yet."""
    word = fold(text(cell))
    if word not in ("", "toegezegd", "geplaatst", "afgewezen"):
        raise Unreadable("Dit besluit is niet bekend.", "Kies toegezegd, geplaatst of afgewezen, of laat de cel leeg.")
    return word
