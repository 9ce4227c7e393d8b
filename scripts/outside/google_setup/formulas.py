"""Puts a formula of Google into the marks in which a file holds it for Excel.

A file holds formulas in English with "," between arguments. Google writes them in the way of the
sheet's own country: with ";" where a decimal comma is in use.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import FORMULAE

_NEWER = frozenset({"CONCAT", "IFNA", "IFS", "MAXIFS", "MINIFS", "SWITCH", "TEXTJOIN", "XLOOKUP", "XOR", "DAYS"})
"""What came to Excel later stands in a file behind _xlfn. (Microsoft, "Issue: An _xlfn. prefix is displayed")."""

_POINT = ("en", "zh", "ja", "ko", "th", "he", "iw", "hi", "ms")
_PIECES = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|[{};,\\])""")
_CELLS = r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d+:\$?\d+"
_RANGE = re.compile(rf"(?:('(?:[^']|'')+'|[^'!]+)!)?(?:{_CELLS})", re.IGNORECASE)


def has_decimal_comma(locale: str) -> bool:
    """True where people of this locale ("nl_NL") write 1,5; South Africa's English does."""
    return not locale.startswith(_POINT) or locale == "en_ZA"


def for_excel(formula: str, titles: Collection[str], *, comma: bool) -> str | None:
    """A formula of Google as it stands in a file, without "=", or None where Excel would not take it.

    `titles` are the tabs of that file. Excel calls a whole workbook damaged for one formula that it cannot
    read, so whatever is not known to be one of its own is None.
    """
    told, arrays = [], 0
    for turn, piece in enumerate(_PIECES.split(formula)):
        value = piece
        if turn % 2:
            arrays += {"{": 1, "}": -1}.get(piece, 0)
            if piece == ("\\" if arrays else ";"):
                value = ","
            elif piece == "," and comma:
                return None  # a decimal mark or not: nobody can tell
        told.append(value)
    plain = "".join(told)
    try:
        items = Tokenizer(plain).items
    except TokenizerError:
        return None
    known = {title.casefold() for title in titles}
    return "".join(map(_in_file, items)) if all(_is_excels(item, known) for item in items) else None


def _is_excels(item: Token, titles: Collection[str]) -> bool:
    if item.type == Token.FUNC and item.subtype == Token.OPEN:
        return str(item.value).rstrip("(").upper() in FORMULAE | _NEWER
    if item.type == Token.OPERAND and item.subtype == Token.RANGE:
        found = _RANGE.fullmatch(item.value)
        if found is None:
            return False
        title = found[1]
        return title is None or title.removeprefix("'").removesuffix("'").replace("''", "'").casefold() in titles
    if item.type == Token.OPERAND:
        return item.subtype in (Token.NUMBER, Token.TEXT, Token.LOGICAL, Token.ERROR)
    if item.type == Token.OP_IN:
        return str(item.value) != ","
    return True


def _in_file(item: Token) -> str:
    if item.type == Token.FUNC and item.subtype == Token.OPEN:
        name = item.value.rstrip("(").upper()
        return f"_xlfn.{name}(" if name in _NEWER - FORMULAE else f"{name}("
    return str(item.value)
