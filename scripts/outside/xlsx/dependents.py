"""Finds the formulas whose outcome no longer holds once cells have changed, so that it is worked out anew.

Excel recalculates when the workbook asks for it (fullCalcOnLoad). LibreOffice does not look at
that: it only works out cells without a stored outcome (tried with 7.4, whatever program made the
file). So the outcomes that depend on a changed cell are taken out, and no others.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from outside.xlsx.package import Book
from outside.xlsx.patch import mask_markup, whole_up_to
from outside.xlsx.references import Shape, names_of
from outside.xlsx.text import Changes, DropCachedValue, Value, column_number, encoding_of, in_utf8

Touched = dict[int, list[int]]
"""The changed cells of a tab: column (1 = A) -> its rows, ascending."""

_ANY = re.compile(rb"<(?:[\w.-]+:)?f(?=[\s/>])")
_CELL = re.compile(rb"""<((?:[\w.-]+:)?)c(?=\s)([^>]*[^/>])>\s*<\1f(\s[^>]*?)?(?:/>|>(.*?)</\1f>)""", re.DOTALL)
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)(\d+)["']""")
_GROUP = re.compile(rb"""\ssi\s*=\s*["'](\d+)["']""")
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_MOST_ROUNDS = 20


@dataclass(slots=True)
class Formula:
    """A formula where it stands, what it looks at, and how far that is from where it was written (rows, columns)."""

    title: str
    row: int
    column: int
    shape: Shape
    shift: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Changed:
    """All that changed, by tab; grows while formulas turn out to depend on it."""

    by_title: dict[str, Touched] = field(default_factory=dict)

    def add(self, title: str, row: int, column: int) -> None:
        insort(self.by_title.setdefault(title, {}).setdefault(column, []), row)

    def reach(self, formula: Formula) -> bool:
        """True when the formula looks at a changed cell, or when nobody can tell where it looks."""
        if formula.shape.anywhere:
            return True
        for title, *range_ in formula.shape.at(formula.title, formula.shift):
            left, top, right, bottom = range_
            for one in self.by_title if title is None else (title,):
                for column, rows in self.by_title.get(one, {}).items():
                    if left <= column <= right:
                        place = bisect_left(rows, top)
                        if place < len(rows) and rows[place] <= bottom:
                            return True
        return False


def holds_formulas(book: Book) -> bool:
    """True when any tab holds a formula."""
    for part in book.sheets.values():
        rest = b""
        for piece in utf8_of(book, part):
            text = rest + piece
            if (b"<f" in text or b":f" in text) and _ANY.search(text):
                return True
            rest = text[-64:]
    return False


def outdated_cells(book: Book, touched: Mapping[str, Touched]) -> dict[str, list[tuple[int, int]]]:
    """The formulas (row, column), by tab, whose outcome depends on a changed cell, near or far."""
    changed = _Changed(
        {title: {column: list(rows) for column, rows in columns.items()} for title, columns in touched.items()}
    )
    waiting = list(_formulas(book))
    found: dict[str, list[tuple[int, int]]] = {}
    for turn in range(_MOST_ROUNDS + 1):
        still = []
        for formula in waiting:
            if turn == _MOST_ROUNDS or changed.reach(formula):
                changed.add(formula.title, formula.row, formula.column)
                found.setdefault(formula.title, []).append((formula.row, formula.column))
            else:
                still.append(formula)
        if len(still) == len(waiting):
            break
        waiting = still
    return {title: sorted(cells) for title, cells in found.items()}


def with_outdated(rows: Changes, outdated: Sequence[tuple[int, int]]) -> Changes:
    """The changes, and between them the formulas that lose their outcome. A change goes before its formula."""
    if not outdated:
        return rows
    return _merged(rows, outdated)


def _merged(rows: Changes, outdated: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Sequence[tuple[int, Value]]]]:
    changed = ((row, cells) for row, cells in rows)
    dropped = (
        (row, [(column, DropCachedValue.FORMULA) for _, column in group])
        for row, group in groupby(outdated, key=lambda cell: cell[0])
    )
    both: Iterable[tuple[int, Sequence[tuple[int, Value]]]] = heapq.merge(changed, dropped, key=lambda one: one[0])
    for row, parts in groupby(both, key=lambda one: one[0]):
        cells: dict[int, Value] = {}
        for _, part in parts:
            for column, value in part:
                if not (isinstance(value, DropCachedValue) and column in cells):
                    cells[column] = value
        yield row, sorted(cells.items(), key=lambda cell: cell[0])


def utf8_of(book: Book, part: str) -> Iterator[bytes]:
    """A part in UTF-8, piece by piece, in whatever encoding it came."""
    pieces = book.archive.stream(part)
    start = next(pieces, b"")
    encoding = encoding_of(start)

    def whole() -> Iterator[bytes]:
        yield start
        yield from pieces

    return whole() if encoding == "utf-8" else in_utf8(whole(), encoding)


def _formulas(book: Book) -> Iterator[Formula]:
    """Every formula of the workbook, tab by tab, top to bottom."""
    names = names_of(book)
    for title, part in book.sheets.items():
        groups: dict[bytes, Formula] = {}
        text = b""
        for piece in utf8_of(book, part):
            text += piece
            whole = whole_up_to(text)
            seen = mask_markup(text[:whole])
            cut = max(seen.rfind(b"</c>"), seen.rfind(b":c>"))
            if cut < 0:
                continue
            if (b"<f" in seen or b":f" in seen) and _ANY.search(seen):
                for cell in _CELL.finditer(seen, 0, cut + 4):
                    address = _ADDRESS.search(cell[2])
                    if address is None:
                        continue
                    row, column = int(address[2]), column_number(address[1].decode())
                    raw = text[cell.start(4) : cell.end(4)] if cell[4] else b""
                    formula = Formula(title, row, column, names.shape(_plain(raw)))
                    group = _GROUP.search(cell[3] or b"")
                    if group and raw:
                        groups[group[1]] = formula
                    elif group and group[1] in groups:
                        master = groups[group[1]]
                        formula = Formula(title, row, column, master.shape, (row - master.row, column - master.column))
                    yield formula
            text = text[cut:]


def _plain(raw: bytes) -> str:
    """A formula's text as people write it."""
    text = _CDATA.sub(lambda found: found[1].replace(b"&", b"&amp;"), raw).decode("utf-8", "replace")
    from xml.sax.saxutils import unescape  # brings all of urllib along, and registers with formulas are few

    return unescape(text, {"&quot;": '"', "&apos;": "'"})
