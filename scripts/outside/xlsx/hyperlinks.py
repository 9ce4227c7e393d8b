"""The links behind the cells of a tab: they stand below its rows, and where they lead in a part beside it."""

from __future__ import annotations

import re
from html import unescape

from outside.xlsx.dependents import utf8_of
from outside.xlsx.package import Book, related
from outside.xlsx.text import attribute, column_number

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
