"""The rows of one tab that people typed in, read a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress, count, repeat, zip_longest
from typing import Generic, TypeVar

from roster.cells import Unreadable, text
from roster.finding import UnreadCell, Weight
from roster.reading.unread import MESSAGE, PASTE_PLAIN, STARTS, Unread, bound_of, unread
from roster.sheet.table import Cell, Place, Table

_Read = TypeVar("_Read")

BLOCK = 500
"""Rows that are turned over into columns at once: few enough to stay in the processor's cache meanwhile."""

_NO_BOUND = 1 << 20
_NUMBERS = frozenset((bool, int, float))


class Rows:
    """The rows that count: those with something of people's in them, in the order of the sheet.

    Rows `apart` (0 = first below the headings) do not count either. With `whole` the software's own columns
    count as well. Where a cell's words are not understood, the link behind it is read (`Table.links`).
    What does not read is told in the list `unread`; of rows whose `silent` is True only where a reader insists.
    """

    def __init__(
        self, table: Table, unread: list[UnreadCell], *, whole: bool = False, apart: Iterable[int] = ()
    ) -> None:
        self.table = table
        self.unread = unread
        counts = _which_count(table, whole=whole)
        for index in apart:
            counts[index] = False
        every = all(counts)
        self._columns = _turned(table, table.rows if every else list(compress(table.rows, counts)))
        self._linked = self._put_links(counts) if table.links else frozenset()
        self._left_out = [] if every else [row for row, counted in zip(table.rows, counts, strict=True) if not counted]
        rows = compress(count(table.first), counts)
        self.places = list(map(Place, repeat(table.tab), rows, compress(table.keys, counts)))
        self.silent: Sequence[bool] = [False] * len(self.places)
        self._reported: set[tuple[int, str]] = set()

    def _put_links(self, counts: Sequence[bool]) -> frozenset[tuple[int, str]]:
        """Read the link behind a cell instead of its words; which cells of the rows that count those are."""
        turns = {index: turn for turn, index in enumerate(compress(count(), counts))}
        linked = set()
        for (index, heading), link in self.table.links.items():
            if index in turns:
                self._columns[heading][turns[index]] = link
                linked.add((turns[index], heading))
        return frozenset(linked)

    def cells(self, heading: str) -> list[Cell]:
        """The cells under a heading, one a row that counts."""
        return self._columns.get(heading) or [None] * len(self.places)

    def left_out(self, heading: str) -> list[Cell]:
        """The cells under a heading in the rows that do not count."""
        return _turned(self.table, self._left_out).get(heading, [])

    def texts(self, heading: str) -> list[str]:
        """The cells under a heading as text; "" in a column that is absent, and for a text that is not read."""
        return self.values(heading, text, "")

    def values(
        self,
        heading: str,
        read: Callable[[Cell], _Read],
        instead: _Read,
        *,
        always: bool = False,
        unlike: bool = False,
    ) -> list[_Read]:
        """The cells under a heading, read; `instead` of one that does not read, which is told.

        `always` tells of silent rows too. `unlike` says that hardly any two cells are the same.
        A cell of unread.py is told once, by whoever reads its column first; one of the software's own is not told:
        it is written anew.
        """
        ours = heading in self.table.own
        attempt, cells = _try(read, _NO_BOUND if ours else bound_of(heading)), self.cells(heading)
        if unlike:
            values = list(map(attempt, cells))
        else:
            known = _Seen(attempt)
            values = list(map(known.__getitem__, _distinct_keys(cells)))
            if not known.refused:
                return values  # type: ignore[return-value]  # none of them is Unreadable
        for index in [index for index, value in enumerate(values) if type(value) in _REFUSED]:
            wrong, values[index] = values[index], instead
            assert isinstance(wrong, Unreadable)
            if ours or (not always and self.silent[index]):
                continue
            if type(wrong) is Unread:
                if (index, heading) in self._reported:
                    continue
                self._reported.add((index, heading))
            message, remedy = wrong.message, wrong.remedy
            if (index, heading) in self._linked:
                message, remedy = f"{MESSAGE} {message}", f"{remedy} {PASTE_PLAIN}"
            self.tell(index, heading, message, remedy, rule=wrong.rule if type(wrong) is Unread else "")
        return values  # type: ignore[return-value]  # every Unreadable was replaced just above

    def tell(
        self, index: int, heading: str, message: str, remedy: str, *, rule: str = "", weight: Weight | None = None
    ) -> None:
        """Tell that a cell of row `index` does not read, or not as it was meant."""
        self.unread.append(UnreadCell(self.places[index].at(heading), message, remedy, rule, weight))


class _Seen(dict[object, _Read], Generic[_Read]):
    """Every different cell of a column, read once; `refused` is whether one did not read."""

    def __init__(self, read: Callable[[Cell], _Read]) -> None:
        super().__init__()
        self._read = read
        self.refused = False

    def __missing__(self, key: object) -> _Read:
        cell: Cell = key[1] if type(key) is tuple else key  # type: ignore[assignment]  # keys are made of cells only
        value = self[key] = self._read(cell)
        self.refused = self.refused or type(value) in _REFUSED
        return value


_REFUSED = frozenset((Unreadable, Unread))


def _try(read: Callable[[Cell], _Read], most: int) -> Callable[[Cell], _Read | Unreadable]:
    """The reader, for cells that can be read; what is wrong with the others. Only short texts reach the reader."""

    def attempt(cell: Cell) -> _Read | Unreadable:
        if type(cell) is not str or len(cell) > most or cell[:1] in STARTS:
            found = unread(cell, most)
            if found is not None:
                return found
        try:
            return read(cell)
        except Unreadable as wrong:
            wrong.__traceback__ = wrong.__context__ = None  # else it keeps the columns of a whole tab to the end
            return wrong

    return attempt


def _distinct_keys(cells: list[Cell]) -> Sequence[object]:
    """What each cell is looked up by. 1, 1.0 and True are one key but not one cell, so such go with their type."""
    if _NUMBERS.isdisjoint(map(type, cells)):
        return cells
    return [cell if type(cell) is str else (type(cell), cell) for cell in cells]


def _turned(table: Table, rows: list[list[Cell]]) -> dict[str, list[Cell]]:
    """The cells of rows of a table by heading. Taken a column at a time, all rows would pass the cache each time."""
    columns: dict[str, list[Cell]] = {heading: [] for heading in table.columns}
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        turned = list(zip_longest(*block))
        for heading, position in table.columns.items():
            columns[heading] += turned[position] if position < len(turned) else [None] * len(block)
    return columns


def _which_count(table: Table, *, whole: bool) -> list[bool]:
    """Of each row whether it holds anything of people's."""
    rows = table.rows
    silent: Sequence[int] = range(len(rows))
    for heading, at in table.columns.items():
        if whole or heading not in table.own:
            silent = [row for row in silent if at >= len(rows[row]) or not _says_something(rows[row][at])]
    counts = [True] * len(rows)
    for row in silent:
        counts[row] = False
    return counts


def _says_something(cell: Cell) -> bool:
    """True for a cell with something in it. A checkbox that is off says nothing by itself."""
    if type(cell) is str:
        return (cell.isascii() and cell.isalnum()) or text(cell) != ""
    return cell is not None and cell is not False
