"""Cells that mean more than they say, or keep a law by themselves: a name, a day of leaving, a role, a postcode."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from roster.cells import Unreadable, day, email, postcode, text, yes_no
from roster.cells.text import name, surname
from roster.finding import Finding, Weight
from roster.model import Member, Role
from roster.reading.rows import Rows
from roster.sheet.table import Cell, fold
from roster.terms import Terms

# Rules that a cell breaks by not being readable, and that rules/ holds the rest of.
_NAME = "a_member_has_a_name"
_DATES = "dates_make_sense"


def read_names(rows: Rows, heading: str, weight: Weight = Weight.BLOCKS) -> list[str]:
    """The names under a heading; "" for what only fills the cell. `weight` is that of a cell that cannot be read."""
    return rows.values(heading, name, "", weight, "")


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
                rows.tell(index, "Achternaam", _NAME, Weight.NOTICE, wrong.message, wrong.remedy)
            continue
        if infix and infixes[index] and fold(infix) != fold(infixes[index]):
            message = "Achter de komma staat een ander tussenvoegsel dan bij Tussenvoegsel."
            if not rows.silent[index]:
                rows.tell(index, "Achternaam", _NAME, Weight.NOTICE, message, "Laat alleen het goede staan.")
            continue
        surnames[index], infixes[index] = alone, infixes[index] or infix
    return surnames, infixes


def read_leaving(rows: Rows, terms: Terms) -> tuple[list[date | None], list[bool]]:
    """The day on which each member leaves, and whether he did by now: with a day that does not read he left as well."""
    before = len(rows.findings)
    today = terms.today
    days = rows.values("Afgemeld op", lambda cell: _leaving_day(cell, today), _DATES, Weight.NOTICE, None)
    left = [left_on is not None and left_on <= today for left_on in days]
    unreadable = {finding.place.row for finding in rows.findings[before:]}
    rows.findings[before:] = [
        replace(told, message=f"{told.message} De deelnemer telt zolang als afgemeld.")
        for told in rows.findings[before:]
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


def tell_forgotten(rows: Rows, member: Member) -> None:
    """Tell of somebody who was forgotten and whose row is there: an older copy came back, or it was not emptied yet."""
    rows.findings.append(
        Finding(
            member.place.at("Nr"),
            "who_was_forgotten_stays_forgotten",
            Weight.BLOCKS,
            "Deze deelnemer is vergeten, maar staat nog of weer in het register.",
            f"Typ: make forget WHO={member.nr}. Doet deze persoon weer mee? Vul daarna een nieuwe rij in.",
        )
    )


def a_postcode_is_well_formed(cell: Cell) -> str | None:
    """A postcode is well-formed: 1781 AB; SA, SD and SS do not exist. It may be blank, and never decides the group."""
    return postcode(cell)


def an_email_is_well_formed(cell: Cell) -> str | None:
    """An e-mail is well-formed; a known slip gets a "bedoelde u". It may be blank; to a faulty one no mail goes."""
    return email(cell)


_ROLES = {"": Role.MEMBER, "deelnemer": Role.MEMBER, "beheerder": Role.ADMIN, "coordinator": Role.COORDINATOR}


def a_members_role_is_known(cell: Cell) -> Role:
    """Rol is deelnemer (or blank), beheerder or coördinator; whoever has another counts as deelnemer."""
    role = _ROLES.get(fold(text(cell)))
    if role is None:
        raise Unreadable(
            "Deze rol bestaat niet. De deelnemer telt nu mee als gewone deelnemer.",
            "Kies deelnemer, beheerder of coördinator, of laat de cel leeg.",
        )
    return role


def a_decision_is_known(cell: Cell) -> str:
    """Besluit is toegezegd, geplaatst or afgewezen, or blank while there is none yet (decided)."""
    word = fold(text(cell))
    if word not in ("", "toegezegd", "geplaatst", "afgewezen"):
        raise Unreadable("Dit besluit is niet bekend.", "Kies toegezegd, geplaatst of afgewezen, of laat de cel leeg.")
    return word


def an_answer_is_yes_or_no(cell: Cell) -> bool | None:
    """In WhatsApp and Goedkeuring aan are ja, nee or blank, which counts as nee."""
    return yes_no(cell)
