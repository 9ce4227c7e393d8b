"""A copy of a workbook without what our reader stumbles over and office programs forgive."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from outside.xlsx.archive import Archive, PackedPart
from outside.xlsx.package import Book, open_book
from outside.xlsx.text import attribute

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
