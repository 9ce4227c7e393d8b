"""The sheet as cells, and where each of them stands."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from roster.sheet.columns import TAB


@dataclass(frozen=True, slots=True)
class Unknown:
    """The value of a cell that nobody knows: an error that it shows ("#N/A"), or "" for a formula without an outcome.

    It is not blank, and equals nothing that somebody typed. Google hands its errors over as text.
    """

    shows: str = ""

    def __str__(self) -> str:
        """What the sheet shows."""
        return self.shows


Cell = str | int | float | bool | date | datetime | time | timedelta | Unknown | None
"""What a back end hands over: the value as it is stored. Empty is None or ""."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab as it stands: its title and its cells from A1 on, rows may differ in length."""

    title: str
    cells: list[list[Cell]]


class Place(NamedTuple):
    """Where something stands: the tab, the row and, where it is one cell, the column's heading.

    `row` is the sheet's own row number at the moment of reading (1 = top; 0 = the whole tab) and
    serves people; `key` names the row for the software and survives sorting.
    """

    tab: str
    row: int = 0
    key: str = ""
    column: str = ""

    def at(self, column: str) -> Place:
        """The same row, another cell."""
        return Place(self.tab, self.row, self.key, column)


@dataclass(slots=True, eq=False)
class Table:
    """One tab of the register whose headings have been found.

    `tab` is the register's name for it ("Deelnemers"), `title` the name as people typed it.
    `columns` holds, for each known heading that is present, its position in a row (0 = column A).
    `rows` are the rows below the headings; `rows[0]` stands in sheet row `first`. `month_first` is True
    where a typed 5-3-2026 becomes 3 May. `links` is what lies behind a cell, by its row's index and heading: an
    address, where the words of the cell themselves are not understood. Where a heading of the software's own is
    missing, `others` holds what stands above the columns that are not known ("" for nothing), by position.
    `headings` holds those that people spelt otherwise, by the one that is meant, on one line. A tab of our title
    that is people's own (`theirs`) has neither columns nor rows here, and nothing is written there. `lists` is
    what opens the rows of one group only, by the group's folded name, where the register can show them so.
    """

    tab: str
    title: str
    columns: dict[str, int]
    rows: list[list[Cell]]
    first: int
    own: frozenset[str] = field(default_factory=frozenset)
    month_first: bool = False
    links: dict[tuple[int, str], str] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    theirs: bool = False
    lists: Mapping[str, str] = field(default_factory=dict)
    _keys: list[str] | None = None

    def cell(self, index: int, column: str) -> Cell:
        """The cell of row `index` (0 = first row below the headings) under `column`; None if absent."""
        position = self.columns.get(column)
        row = self.rows[index]
        return row[position] if position is not None and position < len(row) else None

    def column(self, name: str) -> Iterator[Cell]:
        """All cells under a heading, top to bottom; None for each row where the column is absent."""
        position = self.columns.get(name)
        if position is None:
            return iter([None] * len(self.rows))
        return (row[position] if position < len(row) else None for row in self.rows)

    @property
    def keys(self) -> list[str]:
        """One key a row, unique in the tab, the same wherever the row is moved to.

        A row with a Nr of its own (or what else names rows there) is named by it. A row without one, or with one that
        stands twice (a copied row), is named by what people typed in it; equal rows get a count behind it.
        """
        if self._keys is None:
            self._keys = row_keys(self)
        return self._keys

    @property
    def named_by(self) -> str:
        """The heading whose cell names a row."""
        return TAB[self.tab].named_by if self.tab in TAB else "Nr"

    def place(self, index: int, column: str = "") -> Place:
        """Where row `index` stands."""
        return Place(self.tab, self.first + index, self.keys[index], column)


def is_blank(cell: Cell) -> bool:
    """True for an empty cell and for one with nothing but white space and marks that do not show."""
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u00a0\u200b\u200e\u200f\u2060\ufeff"))


def says(cell: Cell, value: str | int) -> bool:
    """True when a cell already holds the value, however the back end hands it over."""
    if cell == value and type(cell) is str:
        return True  # as most do
    if is_blank(cell):
        return value == ""
    if isinstance(value, int):
        return isinstance(cell, int | float) and not isinstance(cell, bool) and cell == value
    return isinstance(cell, str) and cell.replace("\r\n", "\n").strip() == value.strip()


def same(one: Cell, other: Cell) -> bool:
    """Equal as cells are: empty is empty, a text is no number, and a whole number is itself however it was stored."""
    if is_blank(one) and is_blank(other):
        return True
    return (
        one == other
        and isinstance(one, str) == isinstance(other, str)
        and isinstance(one, bool) == isinstance(other, bool)
    )


@cache
def fold(text: str) -> str:
    """A name as it is compared: no capitals, accents, double spaces or marks that do not show.

    `fold("  Café  DE Kamp ") == "cafe de kamp"`. Used for headings, groups, areas and places.
    """
    plain = unicodedata.normalize("NFKD", text.replace("\u00ad", ""))
    kept = "".join(mark for mark in plain if not unicodedata.combining(mark) and unicodedata.category(mark) != "Cf")
    return " ".join(kept.casefold().split())


def bare(text: str) -> str:
    """A name by its letters and digits alone: `bare("'t Zand-Noord") == "tzandnoord"`."""
    return "".join(mark for mark in fold(text) if mark.isalnum())


def row_keys(table: Table) -> list[str]:
    """Name every row of a table; see `Table.keys`."""
    # What begins with = is a key of ours, and no Nr, whoever typed it there.
    numbers = [
        cell.strip() if isinstance(cell, str) and cell[:1] != "=" else "" for cell in table.column(table.named_by)
    ]
    times = Counter(numbers)
    if len(times) == len(numbers) and "" not in times:
        return numbers
    typed = [(name, position) for name, position in sorted(table.columns.items()) if name not in table.own]
    typed = typed or sorted(table.columns.items())  # a tab without anything of people's
    seen: Counter[str] = Counter()
    keys = list(numbers)
    for index in [turn for turn, number in enumerate(numbers) if times[number] > 1 or not number]:
        content = "=" + _content_key(table.rows[index], typed)
        seen[content] += 1
        keys[index] = content if seen[content] == 1 else f"{content}#{seen[content]}"
    return keys


def _content_key(row: list[Cell], typed: Sequence[tuple[str, int]]) -> str:
    """A digest of what people typed in a row, under these headings in these positions."""
    parts = [
        f"{name}={row[position]}" for name, position in typed if position < len(row) and not is_blank(row[position])
    ]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
