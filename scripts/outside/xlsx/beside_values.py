"""What a reader of values does not see in a workbook, or stumbles over: unknown cells, links, odd tabs and sizes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import IO
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

from outside.xlsx.archive import Archive, PackedPart
from outside.xlsx.dependents import utf8_of
from outside.xlsx.package import Book, open_book, related
from outside.xlsx.patch import mask_markup, whole_up_to
from outside.xlsx.text import attribute, column_number
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


def computed_cells(book: Book, title: str) -> set[tuple[int, int]]:
    """The cells of a tab (row and column from 0) that a formula fills: its own, and all that an array reaches."""
    found: set[tuple[int, int]] = set()
    part = book.sheets.get(title)
    if part is None or part not in book.archive or not _may_hold(utf8_of(book, part)):
        return found
    for (row, column), cell in _cells(book.archive.stream(part)):
        formula = next((one for one in cell if _name(one) == "f"), None)
        if formula is not None:
            ref = formula.get("ref", "") if formula.get("t") in ("array", "dataTable") else ""
            found.update((row + down, column + over) for down, over in _reached(ref, Unknown()))
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
        cell_type = kind[1].decode() if kind else ""
        for unknown in _unknown(cell_type, stored, is_formula=is_formula, has_value=value is not None):
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


_END_OF_ROWS = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>|<(?:[\w.-]+:)?sheetData\s*/>")
_LINK = re.compile(r"<(?:[\w.-]+:)?hyperlink(?=\s)[^>]*>")
_MARK = re.compile(r"""\s[\w.-]+:id\s*=\s*["']([^"']*)["']""")
_FIRST = re.compile(r"([A-Z]+)([0-9]+)")


def links_of(book: Book, title: str) -> dict[tuple[int, int], str]:
    """Where the cells of a tab lead outside the file, by row and column from 0 (of a range its first cell)."""
    targets = related(book, book.sheets[title], "/hyperlink")
    found: dict[tuple[int, int], str] = {}
    if not targets:
        return found
    for tag in _LINK.findall(_below_the_rows(book, book.sheets[title])):
        mark, place = _MARK.search(tag), _FIRST.match(attribute("ref", tag) or "")
        target = targets.get(mark[1], "") if mark else ""
        if place is not None and target and not target.startswith("#"):
            inside = attribute("location", tag)
            link = f"{target}#{unescape(inside)}" if inside else target
            found[int(place[2]) - 1, column_number(place[1]) - 1] = link
    return found


def _below_the_rows(book: Book, part: str) -> str:
    """What stands behind the rows of a tab, which may be very many."""
    kept, rest = b"", b""
    below = False
    for piece in utf8_of(book, part):
        if below:
            kept += piece
            continue
        text = rest + piece
        end = _END_OF_ROWS.search(text)
        if end is not None:
            below, kept = True, text[end.end() :]
        rest = text[-64:]
    return kept.decode("utf-8", "replace")


_SHEET = re.compile(r"<(?:[\w.-]+:)?sheet\s[^>]*?(?:/>|>\s*</(?:[\w.-]+:)?sheet\s*>)")
_DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension(?=[\s/>])[^>]*>(?:</(?:[\w.-]+:)?dimension\s*>)?")


@contextmanager
def forgiving_copy(path: Path) -> Iterator[IO[bytes]]:
    """The workbook without tabs that are no sheets of cells or lead nowhere, and without how far each says to reach.

    It is for reading alone: what is written, is written into the file as it stands.
    """
    with path.open("rb") as file, tempfile.TemporaryFile() as copy:
        archive = Archive(file)
        book = open_book(archive)
        parts: dict[str, PackedPart] = {}
        try:
            for part in set(book.sheets.values()):
                parts[part] = PackedPart(_without_dimension(archive.stream(part)))
            book.texts[book.workbook] = _SHEET.sub(
                lambda found: found[0] if _is_read(book, found[0]) else "", book.text(book.workbook)
            )
            for part, raw in book.changed_texts().items():
                parts[part] = PackedPart([raw])
            archive.rewrite(copy, parts)
        finally:
            for piece in parts.values():
                piece.close()
        copy.seek(0)
        yield copy


def _is_read(book: Book, tag: str) -> bool:
    """True for a tab of cells whose part is there."""
    from html import unescape  # only a file that is odd comes here

    part = book.sheets.get(unescape(attribute("name", tag) or ""))
    return part is not None and "/worksheets/" in f"/{part}" and bool(re.search(r'id\s*=\s*["\'][^"\']', tag))


def _without_dimension(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The sheet without its word of how far it reaches, which stands before the rows."""
    pieces = iter(pieces)
    yield _DIMENSION.sub(b"", next(pieces, b""), count=1)
    yield from pieces
