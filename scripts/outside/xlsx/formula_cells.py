"""Finds the cells of a workbook file whose value is unknown, which a reader of values does not see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

from outside.xlsx.dependents import utf8_of
from outside.xlsx.package import Book
from outside.xlsx.patch import mask_markup, whole_up_to
from outside.xlsx.text import column_number
from roster.sheet.table import Unknown

_ADDRESS = re.compile(r"([A-Z]+)(\d+)")


UnknownCells = dict[tuple[int, int], Unknown]
"""By row and column, both from 0."""


def unknown_cells(book: Book, titles: Collection[str]) -> dict[str, UnknownCells]:
    """The cells of these tabs, by title, that show an error, or a formula of which no outcome is stored.

    A tab without any of them, and they are nearly all, is only read through. Raises UnsupportedWorkbook or
    ParseError for a damaged file.
    """
    found: dict[str, UnknownCells] = {}
    for title, part in book.sheets.items():
        if title not in titles or part not in book.archive or not _may_hold(utf8_of(book, part)):
            continue
        try:
            found[title] = dict(_unknown_quickly(utf8_of(book, part)))
        except _Unusual:
            found[title] = dict(_unknown_slowly(book.archive.stream(part)))
    return found


class _Unusual(Exception):
    """A tab that is spelt in a way that only a whole parser follows."""


_MARKS = (b'"e"', b"'e'")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f(?=[\s/>])")
_HIT = re.compile(rb"""<(?:[\w.-]+:)?f(?=[\s/>])[^>]*>|\st\s*=\s*(?:"e"|'e')""")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?(?:/>|>([^<]*)<)")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)([0-9]+)["']""")
_KIND = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_ARRAY = re.compile(rb"""\sref\s*=\s*["']([A-Z0-9:]+)["']""")
_MOST_REACH = 1 << 16


def _may_hold(pieces: Iterable[bytes]) -> bool:
    rest = b""
    for piece in pieces:
        text = rest + piece
        if _is_marked(text):
            return True
        rest = text[-64:]
    return False


def _is_marked(text: bytes) -> bool:
    """True where an error or a formula may stand; <f is also how "formula" begins, which colours are full of."""
    return any(mark in text for mark in _MARKS) or ((b"<f" in text or b":f" in text) and bool(_FORMULA.search(text)))


def _unknown_quickly(pieces: Iterable[bytes]) -> Iterator[tuple[tuple[int, int], Unknown]]:
    """The unknown cells of a tab, looked for by what gives them away. Raises _Unusual where that cannot be done."""
    text = b""
    for piece in pieces:
        text += piece
        seen = mask_markup(text[: whole_up_to(text)])
        cut = max(seen.rfind(b"</c>"), seen.rfind(b":c>"))
        if cut < 0:
            continue
        if _is_marked(seen):
            yield from _unknown_in(seen, text, cut)
        text = text[cut:]


def _unknown_in(seen: bytes, text: bytes, cut: int) -> Iterator[tuple[tuple[int, int], Unknown]]:
    for hit in _HIT.finditer(seen, 0, cut):
        start = max(seen.rfind(b"<c ", 0, hit.start()), seen.rfind(b":c ", 0, hit.start()))
        opened = seen.find(b">", start) + 1
        is_formula = hit[0].startswith(b"<")
        if start < 0 or (seen[opened : hit.start()].strip() if is_formula else hit.end() > opened):
            if is_formula or b"<" not in seen[max(start, 0) : hit.start()]:
                raise _Unusual
            continue  # an attribute of another tag
        place, kind = _PLACE.search(seen, start, opened), _KIND.search(seen, start, opened)
        ends = [end for end in (seen.find(b"</c>", opened), seen.find(b":c>", opened)) if end >= 0]
        if place is None or not ends:
            raise _Unusual
        value = _VALUE.search(seen, hit.end() if is_formula else opened, min(ends))
        row, column = int(place[2]) - 1, column_number(place[1].decode()) - 1
        stored = text[value.start(1) : value.end(1)].decode("utf-8", "replace") if value and value[1] else ""
        reach = _ARRAY.search(hit[0]) if is_formula else None
        told = kind[1].decode() if kind else ""
        for unknown in _unknown(told, stored, is_formula=is_formula, has_value=value is not None):
            for down, over in _reached(reach[1].decode() if reach and b"array" in hit[0] else "", unknown):
                yield (row + down, column + over), unknown


def _unknown_slowly(pieces: Iterable[bytes]) -> Iterator[tuple[tuple[int, int], Unknown]]:
    """The same with a whole parser, which takes ten times as long."""
    for (row, column), cell in _cells(pieces):
        parts = {_name(part): part for part in cell}
        value, formula = parts.get("v"), parts.get("f")
        stored = (value.text or "") if value is not None else ""
        for unknown in _unknown(cell.get("t", ""), stored, is_formula=formula is not None, has_value=value is not None):
            ref = formula.get("ref", "") if formula is not None and formula.get("t") == "array" else ""
            for down, over in _reached(ref, unknown):
                yield (row + down, column + over), unknown


def _unknown(kind: str, stored: str, *, is_formula: bool, has_value: bool) -> Iterator[Unknown]:
    """What a cell is when its value is unknown; an outcome that is an empty text is known (t="str", 18.18.11)."""
    if kind == "e":
        yield Unknown(stored.strip())
    elif is_formula and not stored.strip() and not (kind == "str" and has_value):
        yield Unknown()


def _reached(ref: str, unknown: Unknown) -> Iterator[tuple[int, int]]:
    """How far from its own cell the outcome of a formula would have stood, had it been stored."""
    rows, columns = _reach(ref) if ref and not unknown.shows else (1, 1)
    if rows < 1 or columns < 1 or rows * columns > _MOST_REACH:
        rows = columns = 1
    return ((down, over) for down in range(rows) for over in range(columns))


def _cells(pieces: Iterable[bytes]) -> Iterator[tuple[tuple[int, int], ElementTree.Element]]:
    """Every cell with its place. A cell or row without an address stands after the one before it."""
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("start", "end"))
    row = column = -1
    for piece in pieces:
        parser.feed(piece)
        for event, node in parser.read_events():  # type: ignore[misc]  # other events than these carry no node
            assert isinstance(node, ElementTree.Element)
            name = _name(node)
            if event == "start" and name == "row":
                row, column = int(node.get("r", row + 2)) - 1, -1
            elif event == "end" and name == "c":
                address = _ADDRESS.fullmatch(node.get("r", ""))
                row, column = (int(address[2]) - 1, column_number(address[1]) - 1) if address else (row, column + 1)
                yield (row, column), node
            elif event == "end" and name == "row":
                node.clear()


def _name(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _reach(ref: str) -> tuple[int, int]:
    corners = _ADDRESS.findall(ref.upper())
    if len(corners) != 2:
        return 1, 1
    (left, top), (right, bottom) = corners
    return int(bottom) - int(top) + 1, column_number(right) - column_number(left) + 1
