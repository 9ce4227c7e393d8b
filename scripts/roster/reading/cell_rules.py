"""The laws that a single cell keeps or breaks by itself: cell in, value out, Unreadable where it breaks the law.

All of them are a let op. The function's name is the rule's code, its docstring the law.
"""

from __future__ import annotations

from roster.cells import Unreadable, email, postcode, text, yes_no
from roster.model import Role
from roster.sheet.table import Cell, fold


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
