"""Cells as plain text, as a name and as yes or no, the links in what people type, and what all readers share."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache

from roster.sheet.dutch import short_day, short_moment
from roster.sheet.table import Cell, Unknown, fold


class Unreadable(ValueError):
    """A cell that cannot be read: what is wrong (`message`) and what mends it (`remedy`), in Dutch.

    Neither repeats what the person typed, nor names the column.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


# Unicode's Default_Ignorable_Code_Point, other format marks, controls that are no white space, and
# lone surrogates: nothing of it shows, and a person cannot see that it stands there.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_EXACT = 1e15  # below this every whole float is that very number


def text(cell: Cell) -> str:
    """The cell as people see it: trimmed, single spaces, no marks that do not show, NFC; "" if blank.

    12.0 gives "12", 12.5 "12,5", True "WAAR", a day "5-3-2026", a day with a time "5-3-2026 14:30".
    A value that nobody knows gives "": unread.py tells of it. Never raises.
    """
    if isinstance(cell, str):
        if cell.isascii() and cell.isprintable() and "  " not in cell:
            return cell.strip()
        return _clean(cell)
    return "" if cell is None or type(cell) is Unknown else _text_of_value(cell)


@lru_cache(maxsize=8192)
def _clean(typed: str) -> str:
    return " ".join(unicodedata.normalize("NFC", _HIDDEN.sub("", typed)).split())


def _text_of_value(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "WAAR" if cell else "ONWAAR"
    if isinstance(cell, int):
        return str(cell) if cell.bit_length() < 4000 else hex(cell)  # Python refuses more decimal digits than that
    if isinstance(cell, float):
        if math.isfinite(cell) and cell == int(cell) and abs(cell) < _EXACT:
            return str(int(cell))
        return repr(cell).replace(".", ",")
    if isinstance(cell, datetime):
        return short_day(cell) if cell.time() == time() else short_moment(cell)
    if isinstance(cell, date):
        return short_day(cell)
    return f"{cell:%H:%M}" if isinstance(cell, time) else str(cell)


def whole_number(cell: float) -> int | None:
    """The number as a whole one, None when it has a fraction, is not finite, or is too big to be exact."""
    if isinstance(cell, bool) or not abs(cell) < _EXACT or cell != int(cell):
        return None
    return int(cell)


def plain_digits(typed: str) -> str:
    """The same text with every script's digits as 0-9, and full-width marks as the usual ones.

    `plain_digits("\\uff10\\uff16") == "06"`. Superscripts and fractions stay as they are.
    """
    if typed.isascii():
        return typed
    return "".join(_plain_mark(mark) for mark in typed)


def _plain_mark(mark: str) -> str:
    digit = unicodedata.decimal(mark, None)
    if digit is not None:
        return str(digit)
    if "\uff01" <= mark <= "\uff5e":
        return chr(ord(mark) - 0xFEE0)
    return "-" if unicodedata.category(mark) == "Pd" or mark == "\u2212" else mark


_YES = ("ja", "j", "yes", "y", "x", "waar", "true", "1", "✓", "✔", "☑", "✅", "√")
_NO = ("nee", "n", "no", "onwaar", "false", "0")
_ANSWERS: dict[Cell, bool | None] = {
    None: None,
    "": None,
    1: True,  # 1, 1.0 and True are one key
    0: False,
    **{form: True for word in _YES for form in (word, word.upper(), word.capitalize())},
    **{form: False for word in _NO for form in (word, word.upper(), word.capitalize())},
}


def yes_no(cell: Cell) -> bool | None:
    """True or False, None if blank: ja, nee, j, n, x, ✓, 1, 0, waar/onwaar, TRUE/FALSE, yes/no.

    Capitals, spaces and dots around do not matter. Anything else is `Unreadable`: "v", "ja hoor", "?".
    """
    try:
        return _ANSWERS[cell]
    except KeyError:
        pass
    if isinstance(cell, str):
        typed = text(cell)
        if not typed:
            return None
        word = plain_digits(typed).casefold().strip(" .'")
        if word in _ANSWERS and word:
            return _ANSWERS[word]
    raise Unreadable("Hier staat geen ja of nee.", "Typ ja of nee.")


_ENDINGS = (
    "nl|com|net|org|eu|info|biz|uk|fr|ru|cn|su|io|co|ly|gl|gd|tk|cc|ws|pw|to|app|dev|page|link|click|live|shop|store|online|site"
    "|website|web|xyz|top|vip|club|icu|amsterdam|frl|gle|tech|cloud|zip|mov|example"
)
_LINK = re.compile(
    r"[a-z][a-z0-9+]{1,11}:/{1,2}\S+|\bwww\.\S+|[^\s@<>()]+@[^\s@<>()]+\.[^\W\d_]{2,24}"
    rf"|\b[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,5}}\.(?:(?:{_ENDINGS})(?![\w-])(?:[/:?#]\S*)?|[^\W\d_]{{2,24}}/\S*)",
    re.IGNORECASE,
)
_INVITATION = re.compile(r"https://chat\.whatsapp\.com/(?:invite/)?[A-Za-z0-9_-]{10,40}/?(?:\?[A-Za-z0-9_=&-]{0,60})?")
_MAYBE = re.compile(r"[.@/]")


def holds_link(typed: str) -> bool:
    """True where a mail program would make a link of some of it."""
    return _MAYBE.search(typed) is not None and _LINK.search(typed) is not None


def without_links(typed: str) -> str:
    """The text with "…" for each link."""
    return _LINK.sub("…", typed) if holds_link(typed) else typed


def group_invitation(typed: str) -> str:
    """The link by which one joins a WhatsApp group; "" where what was typed is none of WhatsApp's."""
    found = typed.strip()
    return found if _INVITATION.fullmatch(found) else ""


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
