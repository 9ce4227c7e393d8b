"""Changes single cells in a sheet's XML while it streams by; every byte that need not change goes through as it is."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from outside.xlsx.archive import UnsupportedWorkbook
from outside.xlsx.cells import RowWriter
from outside.xlsx.looks import RowHeights, SheetLook
from outside.xlsx.text import (
    MAIN,
    Changes,
    Names,
    Patched,
    column_letters,
    column_number,
    encoding_of,
    from_utf8,
    in_utf8,
)

_LONGEST_HEAD = 32 << 20
_NEVER = 1 << 30
_DECLARATION = 256
_USUAL_WIDTH = 8.43
_MISUSE = re.compile(
    rb"""<[^<>]*\sxmlns(?:=|:[\w.-]+=["'](?:%s)["'])""" % b"|".join(re.escape(uri.encode()) for uri in MAIN)
)


@dataclass(slots=True)
class SheetPatch:
    """What is to change in one sheet: rows ascending, and the last row and column that get a value (0 = none).

    Rows get as high as the text in column `tall` (1 = A; 0 = none) needs in one of the styles `wrapping`.
    """

    rows: Changes
    last_row: int = 0
    last_column: int = 0
    tall: int = 0
    wrapping: frozenset[int] = frozenset()
    look: SheetLook = field(default_factory=SheetLook)
    found: Patched = field(default_factory=Patched)


def patched_part(pieces: Iterable[bytes], patch: SheetPatch) -> Iterator[bytes]:
    """The part with its changes, in the encoding that it came in.

    Raises UnsupportedWorkbook where the XML is not a sheet as ECMA-376 has it, or holds what a change would break.
    """
    pieces = iter(pieces)
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= _DECLARATION:
            break
    encoding = encoding_of(start)
    pieces = chain([start], pieces)
    if encoding == "utf-8":
        return _patched(pieces, patch)
    return from_utf8(_patched(in_utf8(pieces, encoding), patch), encoding)


def _patched(pieces: Iterator[bytes], patch: SheetPatch) -> Iterator[bytes]:
    head, rest, empty, names = _read_head(pieces)
    head = patch.look.above(head, names)
    yield _with_dimension(head, names, patch)
    width = _column_width(head, names, patch.tall)
    heights = RowHeights(patch.tall, width, patch.wrapping, patch.look.wrapped)
    rows = _Rows(names, patch, RowWriter(names, _column_styles(head, names), patch.found, heights))
    if empty:  # <sheetData/>: open it, fill it, close it
        inside = b"".join(rows.remaining())
        opening = head[head.rfind(b"<") :].rstrip(b"/> \t\r\n")
        rest = ((opening + b">" + inside + names.close_data) if inside else head[head.rfind(b"<") :]) + rest
    else:
        rest = yield from rows.through(rest, pieces)
    if patch.look.rules or patch.look.drawing:
        yield patch.look.below(rest + b"".join(pieces), names)
        return
    yield rest
    yield from pieces


def _read_head(pieces: Iterator[bytes]) -> tuple[bytes, bytes, bool, Names]:
    """All up to and including <sheetData>, what came behind it, whether that tag closes itself, and the names."""
    text = b""
    for piece in pieces:
        text += piece
        seen = mask_markup(text[: whole_up_to(text)])
        root = re.search(rb"<(?:([\w.-]+):)?worksheet(?=[\s>])[^>]*>", seen)
        if root is not None:
            names = Names((root[1] + b":") if root[1] else b"")
            opened = re.search(rb"<%ssheetData(?:\s[^>]*)?/?>" % names.prefix, seen)
            if opened is not None:
                _check_namespaces(text[root.start() : root.end()].decode(), names)
                return text[: opened.end()], text[opened.end() :], seen[opened.end() - 2] == ord("/"), names
        if len(text) > _LONGEST_HEAD:
            break
    raise UnsupportedWorkbook("In een tabblad ontbreekt het deel met de rijen.")


def _check_namespaces(root: str, names: Names) -> None:
    spaces = re.findall(r"""\sxmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)["']""", root)
    prefixes = [prefix for prefix, uri in spaces if uri in MAIN]
    if prefixes != [names.prefix.decode().rstrip(":")]:
        raise UnsupportedWorkbook("Een tabblad gebruikt een onbekende schrijfwijze.")


def _column_styles(head: bytes, names: Names) -> list[tuple[int, int, bytes]]:
    """The default styles of columns: first, last, style."""
    styles = []
    for tag in re.findall(rb"<%scol\s[^>]*>" % names.prefix, mask_markup(head)):
        marks = dict(re.findall(rb"""\s(min|max|style)\s*=\s*["'](\d+)["']""", tag))
        if b"style" in marks and b"min" in marks and b"max" in marks:
            styles.append((int(marks[b"min"]), int(marks[b"max"]), marks[b"style"]))
    return styles


def _column_width(head: bytes, names: Names, column: int) -> float:
    """How wide a column is, in figures."""
    for tag in re.findall(rb"<%scol\s[^>]*>" % names.prefix, mask_markup(head)):
        marks = dict(re.findall(rb"""\s(min|max|width)\s*=\s*["']([\d.]+)["']""", tag))
        if b"width" in marks and int(marks.get(b"min", 0)) <= column <= int(marks.get(b"max", 0)):
            return float(marks[b"width"])
    return _USUAL_WIDTH


def _with_dimension(head: bytes, names: Names, patch: SheetPatch) -> bytes:
    """The head up to the opening tag of the rows, its <dimension> stretched over what is added. The tag itself follows
    where it closes itself."""
    seen = mask_markup(head)
    cut = head.rfind(b"<") if seen.endswith(b"/>") else len(head)
    found = re.search(
        rb"""<%sdimension\s[^>]*?ref\s*=\s*["']([A-Za-z]+)(\d+)(?::([A-Za-z]+)(\d+))?["']""" % names.prefix, seen
    )
    if found is None or not patch.last_row:
        return head[:cut]
    left, top = column_number(found[1].decode()), int(found[2])
    right, bottom = (column_number(found[3].decode()), int(found[4])) if found[3] else (left, top)
    if patch.last_row <= bottom and patch.last_column <= right:
        return head[:cut]
    corner = f"{column_letters(max(right, patch.last_column))}{max(bottom, patch.last_row)}".encode()
    return (
        head[: found.start(1)]
        + found[1]
        + found[2]
        + b":"
        + corner
        + head[found.end(4) if found[3] else found.end(2) : cut]
    )


class _Rows:
    """Lets the rows of a sheet pass, and changes those that the patch names."""

    def __init__(self, names: Names, patch: SheetPatch, writer: RowWriter) -> None:
        self.names = names
        self.writer = writer
        self.wanted = iter(patch.rows)
        self.number, self.cells = next(self.wanted, (_NEVER, []))
        self.last = 0

    def remaining(self) -> Iterator[bytes]:
        """New rows below the last one that stands there."""
        yield from self._new_rows(_NEVER)

    def through(self, text: bytes, pieces: Iterator[bytes]) -> Generator[bytes, None, bytes]:
        """All before </sheetData>; gives that tag, and what the last piece held behind it."""
        ended = False
        while not ended:
            whole = whole_up_to(text)
            seen = mask_markup(text[:whole])
            end = seen.find(self.names.close_data_start)
            ended = end >= 0
            cut = end if ended else self._last_row_end(seen)
            if cut:
                yield b"".join(self._change(text, seen, cut))
                text = text[cut:]
            if ended:
                yield from self.remaining()
            if not ended:
                piece = next(pieces, None)
                if piece is None:
                    raise UnsupportedWorkbook("Een tabblad houdt halverwege op.")
                text += piece
        return text

    def _last_row_end(self, seen: bytes) -> int:
        """Where the last whole row of the text ends; 0 where there is none."""
        last = seen.rfind(self.names.open_row)
        closing = seen.find(b">", last) if last >= 0 else -1
        if closing > 0 and seen[closing - 1] == ord("/"):
            return closing + 1
        end = seen.rfind(self.names.close_row)
        return end + len(self.names.close_row) if end >= 0 else 0

    def _change(self, text: bytes, seen: bytes, cut: int) -> Iterator[bytes]:
        if b"xmlns" in seen and _MISUSE.search(seen, 0, cut):
            raise UnsupportedWorkbook("Een tabblad gebruikt een onbekende schrijfwijze.")
        self.writer.note_arrays(seen, cut)
        copied = 0
        for row in self.names.row.finditer(seen, 0, cut):
            number = int(row[1]) if row[1] else self.names.row_number(row[2], self.last)
            if number <= self.last:
                raise UnsupportedWorkbook("In een tabblad staan de rijen niet op volgorde.")
            self.last = number
            if self.number > number:
                continue
            yield text[copied : row.start()]
            copied = row.start()
            yield from self._new_rows(number)
            if self.number == number:
                closed = seen[row.end() - 2] == ord("/")
                stop = row.end() if closed else seen.find(self.names.close_row, row.end(), cut)
                if stop < 0:
                    raise UnsupportedWorkbook("Een tabblad houdt halverwege op.")
                copied = stop if closed else text.find(b">", stop) + 1  # a row may be empty and still have an end tag
                yield self.writer.changed_row(text, seen, row, (stop, copied), number, self.cells)
                self.number, self.cells = next(self.wanted, (_NEVER, []))
        yield text[copied:cut]

    def _new_rows(self, before: int) -> Iterator[bytes]:
        while self.number < before:
            yield self.writer.new_row(self.number, self.cells)
            self.number, self.cells = next(self.wanted, (_NEVER, []))


_OPENING = re.compile(rb"<!--|<!\[CDATA\[|<\?|<!")
_CLOSING = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_TOKEN = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^>]*>|<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>|[^<]+""",
    re.DOTALL,
)


def whole_up_to(text: bytes) -> int:
    """How much of the text can be looked at: up to a comment, CDATA, instruction or tag that has not ended yet."""
    position, end = 0, len(text)
    if _holds_markup(text):
        while found := _OPENING.search(text, position):
            if found[0] == b"<!":
                if len(text) - found.start() < 9:
                    return found.start()
                raise UnsupportedWorkbook("Het bestand bevat een declaratie die Buurtbeheer niet vertrouwt.")
            closed = text.find(_CLOSING[found[0]], found.end())
            if closed < 0:
                return found.start()
            position = closed + len(_CLOSING[found[0]])
    last = text.rfind(b"<", position)
    if last >= 0 and b">" not in text[last:]:
        return last
    return end


def _holds_markup(text: bytes) -> bool:
    """True where more than tags stands in the text. A mark that is rare is looked for first: < stands everywhere."""
    return (b"!" in text and b"<!" in text) or (b"?" in text and b"<?" in text)


def mask_markup(text: bytes) -> bytes:
    """The text, equally long, in which < and > stand for nothing but tags.

    A comment or instruction becomes blanks, CDATA and a loose > become letters. Nearly every file needs this of
    its first line alone: where each < has its one > and no other markup occurs, it is the text itself.
    """
    declared = text.find(b"?>") + 2 if text.startswith(b"<?xml") and b"?>" in text else 0
    rest = text[declared:]
    if not (_holds_markup(rest) or b" >" in rest or rest.count(b"<") != rest.count(b">")):
        return b" " * declared + rest
    return _TOKEN.sub(lambda found: _masked(found[0]), text)


def _masked(token: bytes) -> bytes:
    if token.startswith((b"<!--", b"<?")):
        return b" " * len(token)
    if token.startswith(b"<!["):
        return b"_" * len(token)
    if token.startswith(b"</"):
        return (token[:-1].rstrip() + b">").ljust(len(token))
    if token.startswith(b"<"):
        return token[:-1].replace(b">", b"_") + b">"
    return token.replace(b">", b"_")
