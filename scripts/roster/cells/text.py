"""Cells as plain text and as yes or no, and what all readers of cells share."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache

from roster.sheet.table import Cell, Unknown


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
        day = f"{cell.day}-{cell.month}-{cell.year}"
        return day if cell.time() == time() else f"{day} {cell:%H:%M}"
    if isinstance(cell, date):
        return f"{cell.day}-{cell.month}-{cell.year}"
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
