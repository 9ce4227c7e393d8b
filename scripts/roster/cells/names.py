"""Names of people and organisations: what stands there only to fill the cell is no name."""

from __future__ import annotations

import re

from roster.cells.text import Unreadable, text
from roster.sheet.table import Cell, fold

_NO_NAME = frozenset((
    "nvt", "n.v.t", "n/a", "n.a", "0", "niet van toepassing", "geen", "geen naam", "geen bedrijf",
    "geen organisatie", "onbekend", "naam onbekend", "niet bekend", "nog onbekend", "nog niet bekend", "anoniem",
    "onbek", "nn", "n.n", "n.b", "nnb", "n.n.b", "leeg", "xxx", "xx", "unknown",
))  # fmt: skip

_INFIXES = (
    r"(?:van|vanden|vander|de|den|der|het|'?t|te|ten|ter|in|op|aan|bij|tot|uit|over|onder|voor|la|le|les|du|da|do|dos"
    r"|di|del|della|von|zu|zur|el|al|bin|ben|v\.? ?d\.?|v/d|v\.?|d')"
)
_BEHIND = re.compile(
    rf"(?P<name>[^,()]*[^\W\d_][^,()]*?) ?(?:, ?(?P<infix>{_INFIXES}(?: {_INFIXES}){{0,3}})"
    rf"|\((?P<within>{_INFIXES}(?: {_INFIXES}){{0,3}})\))",
    re.IGNORECASE,
)
_APOSTROPHES = str.maketrans("\u2019\u2018\u00b4`\u02bc", "'''''")


def name(cell: Cell) -> str:
    """The name as people see it; "" for "-", ".", "?", n.v.t., onbekend and the like."""
    typed = text(cell)
    if typed.isalpha() and len(typed) > _LONGEST_FILLER:
        return typed
    if fold(typed.strip(_AROUND)) in _NO_NAME or not any(map(str.isalnum, typed)):
        return ""
    return typed


_LONGEST_FILLER = 10
_AROUND = " .,;:?!()[]<>\"'*-"
"""What people set around a word that says that they know no name."""


def surname(typed: str) -> tuple[str, str]:
    """A surname and the infix that was typed behind it: "Berg, van den" -> ("Berg", "van den"); "" for none.

    `Unreadable` where something else stands behind a comma: it may be a first name, a title or a second person.
    """
    typed = typed.rstrip(" ,;")
    if "," not in typed and "(" not in typed:
        return typed, ""
    found = _BEHIND.fullmatch(typed.translate(_APOSTROPHES)) or _BEHIND.fullmatch(
        typed.translate(_APOSTROPHES).rstrip(" .")
    )
    if found is not None:
        return found["name"], found["infix"] or found["within"]
    if "," in typed:
        raise Unreadable(
            "Achter de komma staat iets anders dan een tussenvoegsel.",
            "Zet de voornaam bij Voornaam, en laat hier alleen de achternaam staan.",
        )
    return typed, ""
