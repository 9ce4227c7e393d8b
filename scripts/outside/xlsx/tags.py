"""How a sheet names its tags, and what can be asked of its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum


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
Changes = Iterable[tuple[int, Sequence[tuple[int, Value]]]]
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
