"""Writes the cells of one row: what changes gets a new value and keeps its style, what stands between them is copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache

from outside.xlsx_text import column_letters, column_number, text_xml
from outside.xlsx_zip import NotMastered


class Keep(Enum):
    """Instead of a value: the cell keeps its formula, and loses the outcome that no longer holds."""

    FORMULA = "formula"


class Heading(str):
    """Text of a new heading: its cell takes the style of the heading at its left."""

    __slots__ = ()


Value = str | int | float | Keep
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


_BEYOND = 1 << 30
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]+)\$?(\d+)["']""")
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")
_CUSTOM = re.compile(rb"""\scustomFormat\s*=\s*["'](?:1|true)["']""")
_SPANS = re.compile(rb"""\sspans\s*=\s*["'](\d+):(\d+)["']""")
_TYPE = re.compile(rb"""\s(?:t|cm|vm)\s*=\s*(?:"[^"]*"|'[^']*')""")
_SHARED = re.compile(rb"""\st\s*=\s*["'](shared|array|dataTable)["']""")
_REF = re.compile(rb"""\sref\s*=\s*["'][A-Z]+\d+:[A-Z]+\d+["']""")


@cache
def _letters(column: int) -> bytes:
    return column_letters(column).encode()


@cache
def _number(letters: bytes) -> int:
    return column_number(letters.decode())


class RowWriter:
    """Makes rows. `columns` are the default styles of columns: first, last, style."""

    def __init__(self, names: Names, columns: list[tuple[int, int, bytes]], found: Patched) -> None:
        self.names = names
        self.columns = columns
        self.found = found
        # A sheet has few styles and many equal values: what was worked out once is kept.
        self.kept_marks = lru_cache(4096)(_kept_marks)
        self.content = lru_cache(4096, typed=True)(self._content)  # typed, for True == 1

    def note_arrays(self, seen: bytes, cut: int) -> None:
        """Remember the ranges that one formula fills; no cell in them can be written by itself."""
        if b"array" in seen or b"dataTable" in seen:
            for found in self.names.array.finditer(seen, 0, cut):
                self.found.arrays.append((_number(found[1]), int(found[2]), _number(found[3]), int(found[4])))

    def new_row(self, number: int, cells: Sequence[tuple[int, Value]]) -> bytes:
        """A row that did not stand there."""
        inside = b"".join(self._new_cell(number, column, value, None) for column, value in cells)
        return b'%s r="%d">%s%s' % (self.names.open_row, number, inside, self.names.close_row) if inside else b""

    def changed_row(
        self,
        text: bytes,
        seen: bytes,
        row: re.Match[bytes],
        ending: tuple[int, int],
        number: int,
        cells: Sequence[tuple[int, Value]],
    ) -> bytes:
        """The row from `row.start()` on with its cells changed; `ending` is where its closing tag starts and ends."""
        stop, end = ending
        inside = b"".join(self._cells(text, seen, (row.end(), stop), number, cells, row[2]))
        head = _with_spans(text[row.start() : row.end()], cells)
        if end > stop:
            return head + inside + text[stop:end]
        return head[:-2].rstrip() + b">" + inside + self.names.close_row if inside else text[row.start() : end]

    def _cells(
        self,
        text: bytes,
        seen: bytes,
        span: tuple[int, int],
        number: int,
        cells: Sequence[tuple[int, Value]],
        row: bytes,
    ) -> Iterator[bytes]:
        """The inside of a row, its cells changed: those with a plain address are found at once, the others by looking."""
        copied, stop = span
        for turn, (wanted, value) in enumerate(cells):
            address = b'%s r="%s%d"' % (self.names.open_cell, _letters(wanted), number)
            at = seen.find(address, copied, stop)
            if at < 0 or isinstance(value, Heading):
                before = cells[turn - 1][0] if turn else 0
                yield from self._looked_up(text, seen, (copied, stop), number, cells[turn:], row, before)
                return
            yield text[copied:at]
            opened = seen.find(b">", at) + 1
            copied = self._end(text, seen, opened, stop)
            yield self._changed_cell(
                text, seen, (at, opened, copied), text[at + len(address) : opened - 1], (number, wanted), value
            )
        yield text[copied:stop]

    def _looked_up(
        self,
        text: bytes,
        seen: bytes,
        span: tuple[int, int],
        number: int,
        cells: Sequence[tuple[int, Value]],
        row: bytes,
        last: int,
    ) -> Iterator[bytes]:
        """The same for a stretch of a row in which cells are absent, or have no address; `last` is the column before it."""
        default = _style(row) if _CUSTOM.search(row) else None
        todo = iter([*cells, (_BEYOND, "")])
        (wanted, value), left = next(todo), b""
        copied, stop = span
        for cell in self.names.cell.finditer(seen, copied, stop):
            last = column = self._column(cell, number, last)
            if column >= wanted:
                yield text[copied : cell.start()]
                copied = cell.start()
                while wanted < column:
                    yield self._new_cell(number, wanted, value, _style(left) if isinstance(value, Heading) else default)
                    wanted, value = next(todo)
                if wanted == column:
                    copied = self._end(text, seen, cell.end(), stop)
                    marks = text[cell.start(3) : cell.end(3)]
                    marks = marks if cell[1] else _ADDRESS.sub(b"", marks, count=1)
                    yield self._changed_cell(
                        text, seen, (cell.start(), cell.end(), copied), marks, (number, column), value
                    )
                    wanted, value = next(todo)
            left = cell[3]
        yield text[copied:stop]
        while wanted < _BEYOND:
            yield self._new_cell(number, wanted, value, _style(left) if isinstance(value, Heading) else default)
            wanted, value = next(todo)

    def _end(self, text: bytes, seen: bytes, opened: int, stop: int) -> int:
        """Where a cell ends whose tag ends at `opened`."""
        if seen[opened - 2] == ord("/"):
            return opened
        end = seen.find(self.names.close_cell, opened, stop)
        if end < 0:
            raise NotMastered("Een cel houdt halverwege op.")
        return text.find(b">", end) + 1

    def _column(self, cell: re.Match[bytes], number: int, last: int) -> int:
        if cell[1]:
            column, row = _number(cell[1]), cell[2]
        else:
            found = _ADDRESS.search(cell[3])
            if found is None:
                return last + 1
            column, row = _number(found[1]), found[2]
        if column <= last or int(row) != number:
            raise NotMastered("In een tabblad staan de cellen niet op volgorde.")
        return column

    def _changed_cell(
        self, text: bytes, seen: bytes, span: tuple[int, int, int], marks: bytes, at: tuple[int, int], value: Value
    ) -> bytes:
        """The cell that starts, has its content, and ends at `span`; `marks` are its attributes without the address."""
        start, opened, end = span
        number, column = at
        formula = self.names.formula.search(seen, opened, end)
        if isinstance(value, Keep):
            gone = self.names.cached.search(seen, opened, end) if formula else None
            return text[start : gone.start()] + text[gone.end() : end] if gone else text[start:end]
        if formula is not None:
            if _SHARED.search(formula[1]) and _REF.search(formula[1]):
                raise NotMastered(f"De formule in cel {column_letters(column)}{number} geldt ook voor andere cellen.")
            self.found.formulas_gone += 1
        self._check_arrays(number, column)
        rest = self.names.extension.search(seen, opened, end)
        marks = self.kept_marks(marks)
        return self._cell(number, column, marks, value, text[rest.start() : rest.end()] if rest else b"")

    def _check_arrays(self, number: int, column: int) -> None:
        for left, top, right, bottom in self.found.arrays:
            if left <= column <= right and top <= number <= bottom:
                raise NotMastered(f"De formule in cel {column_letters(left)}{top} geldt ook voor andere cellen.")

    def _new_cell(self, number: int, column: int, value: Value, style: bytes | None) -> bytes:
        if value == "" or isinstance(value, Keep):
            return b""
        self._check_arrays(number, column)
        if style is None:
            style = next((kind for first, last, kind in self.columns if first <= column <= last), None)
        return self._cell(number, column, b' s="%s"' % style if style is not None else b"", value, b"")

    def _cell(self, number: int, column: int, marks: bytes, value: str | float, rest: bytes) -> bytes:
        self.found.cells += 1
        content = self.content(value)
        if rest:
            content = (
                (b">" if value == "" else content.removesuffix(self.names.close_cell)) + rest + self.names.close_cell
            )
        return b'%s r="%s%d"%s%s' % (self.names.open_cell, _letters(column), number, marks, content)

    def _content(self, value: str | float) -> bytes:
        """Everything of a cell behind its address and style."""
        p = self.names.prefix
        if not isinstance(value, str):
            kind = b' t="b"' if isinstance(value, bool) else b""
            number = b"%d" % value if isinstance(value, int) else repr(value).encode()
            return b"%s><%sv>%s</%sv></%sc>" % (kind, p, number, p, p)
        stored = text_xml(value)
        if not stored:
            return b"/>"
        return b' t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>' % (p, p, stored, p, p, p)


def _kept_marks(marks: bytes) -> bytes:
    """A cell's attributes without those that speak of its old value: type, and metadata of cell and value."""
    return _TYPE.sub(b"", marks).rstrip(b"/ \t\r\n")


def _style(marks: bytes) -> bytes | None:
    found = _STYLE.search(marks)
    return found[1] if found else None


def _with_spans(head: bytes, cells: Sequence[tuple[int, Value]]) -> bytes:
    """The row's tag, its spans stretched over new columns (ECMA-376 part 1, 18.3.1.73: a help for readers, not a must)."""
    found = _SPANS.search(head)
    if found is None:
        return head
    first, last = cells[0][0], cells[-1][0]
    if first >= int(found[1]) and last <= int(found[2]):
        return head
    spans = b"%d:%d" % (min(first, int(found[1])), max(last, int(found[2])))
    return head[: found.start(1)] + spans + head[found.end(2) :]
