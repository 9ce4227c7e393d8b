"""How a workbook's XML spells things: addresses, text that is safe in a cell, tags and their attributes, encodings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache
from html import escape

MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
"""The namespace of a sheet: transitional and strict (ECMA-376 part 1, annex A)."""

_LONGEST = 32_767
"""How many characters Excel keeps in one cell."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@cache
def column_letters(column: int) -> str:
    """The letters of a column: 1 -> "A", 28 -> "AB"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@cache
def column_number(letters: str) -> int:
    """The number of a column: "A" -> 1, "ab" -> 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def as_stored(value: str | int) -> str | int:
    """A value as a cell can hold it: no control marks, line ends as \\n, at most 32,767 characters."""
    if not isinstance(value, str):
        return value
    plain = _UNFIT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(plain) > _LONGEST // 2 and len(plain.encode("utf-16-le")) > 2 * _LONGEST:  # Excel counts in UTF-16
        plain = plain.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")
    return plain


@lru_cache(4096)
def text_xml(value: str) -> bytes:
    """Text as it stands between tags in UTF-8; a literal _x0041_ is escaped (ECMA-376 part 1, 22.9.2.19)."""
    return escape(_CODED.sub("_x005F_", str(as_stored(value))), quote=False).encode()


def attribute(name: str, tag: str) -> str | None:
    """The raw value of an attribute in a tag, or None."""
    found = re.search(rf"""\s{re.escape(name)}\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return None if found is None else found[1] if found[1] is not None else found[2]


def encoding_of(start: bytes) -> str:
    """The encoding of an XML part by its byte order mark or its declaration; "utf-8" where neither says otherwise."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if start.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    if start.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if start.startswith(b"<\0") else "utf-16-be"
    declared = re.match(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""", start)
    name = declared[1].decode() if declared else "utf-8"
    return "utf-8" if codecs.lookup(name).name in ("utf-8", "ascii") else name


def in_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Pieces of a part, each turned to UTF-8; a byte order mark is carried along as a character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in pieces:
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def from_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The way back; a mark that the encoding lacks becomes a character reference."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in pieces:
        yield decoder.decode(piece).encode(encoding, "xmlcharrefreplace")


class DropCachedValue(Enum):
    """Instead of a value: the cell keeps its formula, and loses the outcome that no longer holds."""

    FORMULA = "formula"


class Heading(str):
    """Text of a new heading: its cell takes the style of the heading at its left."""

    __slots__ = ()


class Fitting(str):
    """Instead of a value: the cell stays as it is, and a row that nobody gave a height gets high enough for this."""

    __slots__ = ()


Value = str | int | float | DropCachedValue
RowValues = Sequence[tuple[int, Value]]
Changes = Iterable[tuple[int, RowValues]]
"""Row number (1 = top) and its cells (column, value), both ascending; the value "" empties a cell."""


@dataclass(slots=True)
class Patched:
    """What came to light on the way: how many cells were changed, and whether a formula made room."""

    cells: int = 0
    formulas_gone: int = 0
    arrays: list[tuple[int, int, int, int]] = field(default_factory=list)


class Names:
    """The tags of a sheet, with the prefix that this file gives them (b"" or b"x:")."""

    def __init__(self, prefix: bytes) -> None:
        self.prefix = prefix
        self.open_row = b"<%srow" % prefix
        self.close_row = b"</%srow>" % prefix
        self.open_cell = b"<%sc" % prefix
        self.open_formula = b"<%sf" % prefix
        self.close_cell = b"</%sc>" % prefix
        self.close_data = b"</%ssheetData>" % prefix
        self.close_data_start = b"</%ssheetData" % prefix
        p = re.escape(prefix)
        self.row = re.compile(rb"""<%srow(?:\s+r="(\d+)")?(?=[\s/>])([^>]*)>""" % p)
        self.cell = re.compile(rb"""<%sc(?:\s+r="([A-Z]+)(\d+)")?(?=[\s/>])([^>]*)>""" % p)
        self.formula = re.compile(rb"<%sf(?=[\s/>])([^>]*)>" % p)
        self.cached = re.compile(rb"<%sv(?:\s[^>]*)?(?:/>|>[^<]*</%sv>)" % (p, p))
        self.extension = re.compile(rb"<%sextLst.*</%sextLst>" % (p, p), re.DOTALL)
        self.array = re.compile(
            rb"""<%sf\s(?=[^>]*\bt\s*=\s*["'](?:array|dataTable)["'])[^>]*\bref\s*=\s*["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']"""
            % p
        )

    def row_number(self, marks: bytes, last: int) -> int:
        """The number of a row from its attributes, or the one behind the last row."""
        found = _ROW_NUMBER.search(marks)
        return int(found[1]) if found else last + 1


_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
