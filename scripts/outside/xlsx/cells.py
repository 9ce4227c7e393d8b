"""Writes the cells of one row: what changes keeps its style, what stands between is copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from outside.xlsx.archive import UnsupportedWorkbook
from outside.xlsx.looks import RowHeights
from outside.xlsx.text import (
    DropCachedValue,
    Fitting,
    Heading,
    Names,
    Patched,
    RowValues,
    Value,
    column_letters,
    column_number,
    text_xml,
)

_BEYOND = 1 << 30
_SLASH = ord("/")
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


class _Openings(dict[int, bytes]):
    """How a cell begins, up to the number of its row, by column: 3 -> <c r="C."""

    def __init__(self, open_cell: bytes) -> None:
        super().__init__()
        self.open_cell = open_cell

    def __missing__(self, column: int) -> bytes:
        self[column] = found = b'%s r="%s' % (self.open_cell, _letters(column))
        return found


class RowWriter:
    """Makes rows. `columns` are the default styles of columns: first, last, style."""

    def __init__(
        self, names: Names, columns: list[tuple[int, int, bytes]], found: Patched, heights: RowHeights
    ) -> None:
        self.heights = heights
        self.names = names
        self.columns = columns
        self.found = found
        # A sheet has few styles and many equal values: what was worked out once is kept.
        self.column_marks = lru_cache(4096)(self._column_marks)
        self.kept_marks = lru_cache(4096)(_kept_marks)
        self.opening = _Openings(names.open_cell)
        self.content = lru_cache(4096, typed=True)(self._content)  # typed, for True == 1

    def note_arrays(self, seen: bytes, cut: int) -> None:
        """Remember the ranges that one formula fills; no cell in them can be written by itself."""
        if b"array" in seen or b"dataTable" in seen:
            for found in self.names.array.finditer(seen, 0, cut):
                self.found.arrays.append((_number(found[1]), int(found[2]), _number(found[3]), int(found[4])))

    def new_row(self, number: int, cells: RowValues) -> bytes:
        """A row that did not stand there."""
        inside = b"".join(self._new_cell(number, column, value, None) for column, value in cells)
        tag = self.heights.fitted(b'%s r="%d">' % (self.names.open_row, number), inside, number, cells)
        return tag + inside + self.names.close_row if inside else b""

    def changed_row(
        self, text: bytes, seen: bytes, row: re.Match[bytes], ending: tuple[int, int], number: int, cells: RowValues
    ) -> bytes:
        """The row from `row.start()` on with its cells changed; `ending` is where its closing tag starts and ends."""
        stop, end = ending
        changed = [cell for cell in cells if not isinstance(cell[1], Fitting)]
        inside, head = text[row.end() : stop], text[row.start() : row.end()]
        if len(changed) < len(cells):
            inside = self.heights.wrap(inside, number)
        if changed:
            inside = b"".join(self._cells(text, seen, (row.end(), stop), number, changed, row[2]))
            head = _with_spans(head, changed)
        head = self.heights.fitted(head, inside, number, cells)
        if end > stop:
            return head + inside + text[stop:end]
        return head[:-2].rstrip() + b">" + inside + self.names.close_row if inside else text[row.start() : end]

    def _cells(
        self, text: bytes, seen: bytes, span: tuple[int, int], number: int, cells: RowValues, row: bytes
    ) -> list[bytes]:
        """The inside of a row, its cells changed: those with a plain address are found at once, the others by looking.

        This is where the time of a large write goes, so the plain cell is done on the spot.
        """
        copied, stop = span
        digits = b'%d"' % number
        pieces: list[bytes] = []
        for turn, (wanted, value) in enumerate(cells):
            address = self.opening[wanted] + digits
            at = seen.find(address, copied, stop)
            if at < 0 or isinstance(value, Heading):
                if seen.find(address, span[0], copied) >= 0:
                    raise UnsupportedWorkbook("In een tabblad staan de cellen niet op volgorde.")
                if not isinstance(value, Heading) and not _CUSTOM.search(row):
                    place = self._gap(seen, copied, stop, wanted, digits)
                    if place:
                        pieces += (text[copied:place], self._new_cell(number, wanted, value, None))
                        copied = place
                        continue
                before = cells[turn - 1][0] if turn else 0
                pieces.extend(self._looked_up(text, seen, (copied, stop), number, cells[turn:], row, before))
                return pieces
            opened = seen.find(b">", at) + 1
            end = opened if seen[opened - 2] == _SLASH else self._end(text, seen, opened, stop)
            marks = text[at + len(address) : opened - 1]
            if (
                self.found.arrays
                or isinstance(value, DropCachedValue)
                or (opened < end and self._is_special(seen, opened, end))
            ):
                changed = self._changed_cell(text, seen, (at, opened, end), marks, (number, wanted), value)
                pieces += (text[copied:at], changed)
            else:
                pieces += (text[copied:at], address, self.kept_marks(marks), self.content(value))
                self.found.cells += 1
            copied = end
        pieces.append(text[copied:stop])
        return pieces

    def _gap(self, seen: bytes, start: int, stop: int, wanted: int, digits: bytes) -> int:
        """Where an absent cell comes, when that shows at once: before the next cell, or behind the last; 0 when not."""
        following = self.names.cell.match(seen, start)
        if following and following[1] and following[2] + b'"' == digits and _number(following[1]) > wanted:
            return start
        last = seen.rfind(self.names.open_cell + b" ", start, stop)
        final = self.names.cell.match(seen, last) if last >= 0 else None
        if final and final[1] and final[2] + b'"' == digits and _number(final[1]) < wanted:
            return stop if self.names.cell.search(seen, final.end(), stop) is None else 0
        return stop if start == stop else 0

    def _is_special(self, seen: bytes, opened: int, end: int) -> bool:
        """True for a cell with more than a value in it: a formula or an extension."""
        return seen.find(self.names.open_formula, opened, end) >= 0 or seen.find(b"extLst", opened, end) >= 0

    def _looked_up(
        self, text: bytes, seen: bytes, span: tuple[int, int], number: int, cells: RowValues, row: bytes, last: int
    ) -> Iterator[bytes]:
        """The same where cells are absent or have no address; `last` is the column before the stretch."""
        default = _style(row) if _CUSTOM.search(row) else None
        todo = iter([*cells, (_BEYOND, "")])
        (wanted, value), left = next(todo), b""
        (copied, stop), digits = span, b"%d" % number
        for cell in self.names.cell.finditer(seen, copied, stop):
            column = _number(cell[1]) if cell[2] == digits else self._column(cell, number, last)
            if column <= last:
                raise UnsupportedWorkbook("In een tabblad staan de cellen niet op volgorde.")
            last = column
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
            raise UnsupportedWorkbook("Een cel houdt halverwege op.")
        return text.find(b">", end) + 1

    def _column(self, cell: re.Match[bytes], number: int, last: int) -> int:
        if cell[1]:
            column, row = _number(cell[1]), cell[2]
        else:
            found = _ADDRESS.search(cell[3])
            if found is None:
                return last + 1
            column, row = _number(found[1]), found[2]
        if int(row) != number:
            raise UnsupportedWorkbook("In een tabblad staan de cellen niet op volgorde.")
        return column

    def _changed_cell(
        self, text: bytes, seen: bytes, span: tuple[int, int, int], marks: bytes, at: tuple[int, int], value: Value
    ) -> bytes:
        """The cell that starts, has its content, and ends at `span`; `marks` are its attributes without the address."""
        start, opened, end = span
        number, column = at
        formula = self.names.formula.search(seen, opened, end)
        if isinstance(value, DropCachedValue):
            gone = self.names.cached.search(seen, opened, end) if formula else None
            return text[start : gone.start()] + text[gone.end() : end] if gone else text[start:end]
        if formula is not None:
            if _SHARED.search(formula[1]) and _REF.search(formula[1]):
                raise UnsupportedWorkbook(
                    f"De formule in cel {column_letters(column)}{number} geldt ook voor andere cellen."
                )
            self.found.formulas_gone += 1
        self._check_arrays(number, column)
        rest = self.names.extension.search(seen, opened, end)
        marks = self.kept_marks(marks)
        return self._cell(number, column, marks, value, text[rest.start() : rest.end()] if rest else b"")

    def _check_arrays(self, number: int, column: int) -> None:
        for left, top, right, bottom in self.found.arrays:
            if left <= column <= right and top <= number <= bottom:
                raise UnsupportedWorkbook(
                    f"De formule in cel {column_letters(left)}{top} geldt ook voor andere cellen."
                )

    def _new_cell(self, number: int, column: int, value: Value, style: bytes | None) -> bytes:
        if value == "" or isinstance(value, DropCachedValue):
            return b""
        self._check_arrays(number, column)
        marks = self.column_marks(column) if style is None else b' s="%s"' % style
        return self._cell(number, column, marks, value, b"")

    def _cell(self, number: int, column: int, marks: bytes, value: str | float, rest: bytes) -> bytes:
        self.found.cells += 1
        content = self.content(value)
        if rest:
            content = (
                (b">" if value == "" else content.removesuffix(self.names.close_cell)) + rest + self.names.close_cell
            )
        return b'%s r="%s%d"%s%s' % (self.names.open_cell, _letters(column), number, marks, content)

    def _column_marks(self, column: int) -> bytes:
        style = next((kind for first, last, kind in self.columns if first <= column <= last), None)
        return b"" if style is None else b' s="%s"' % style

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


def _with_spans(head: bytes, cells: RowValues) -> bytes:
    """The row's tag, its spans stretched over new columns (a help for readers: ECMA-376 part 1, 18.3.1.73)."""
    found = _SPANS.search(head)
    if found is None:
        return head
    first, last = cells[0][0], cells[-1][0]
    if first >= int(found[1]) and last <= int(found[2]):
        return head
    spans = b"%d:%d" % (min(first, int(found[1])), max(last, int(found[2])))
    return head[: found.start(1)] + spans + head[found.end(2) :]
