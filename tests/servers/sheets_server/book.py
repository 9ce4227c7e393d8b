"""The spreadsheet itself: tabs, rows, who may do what, and where a range lies."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from servers.sheets_server.cells import PLAIN, Look, Scalar, Value
from servers.sheets_server.refusal import Json, bad

T = TypeVar("T")
MOST_CELLS = 10_000_000
_PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection "
    "if you need to edit."
)


class Row(NamedTuple):
    """Values and looks from the first column on, short where the rest is empty. Replaced, never changed in place."""

    values: Sequence[Value] = ()
    looks: Sequence[Look] = ()
    meta: Json = {}  # noqa: RUF012 - a NamedTuple's default; rows are never changed in place

    def value(self, column: int) -> Value:
        return self.values[column] if column < len(self.values) else None

    def look(self, column: int) -> Look:
        return self.looks[column] if column < len(self.looks) else PLAIN


EMPTY = Row()


class Box(NamedTuple):
    """A rectangle of cells: counted from 0, ends not included."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Box) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.bottom and other.top < self.bottom


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    text = ""
    while column >= 0:
        text, column = chr(65 + column % 26) + text, column // 26 - 1
    return text


def number_of(text: str) -> int:
    """A -> 0, AA -> 26."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


@dataclass
class Tab:
    """One tab. `rows` may be shorter than `row_count`: what is not there is empty.

    `things` holds by their name in the API what belongs to the tab: merges, protectedRanges, bandedRanges …
    """

    properties: Json
    rows: list[Row] = field(default_factory=list)
    columns: dict[int, Json] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def grid(self) -> Json:
        found: Json = self.properties["gridProperties"]
        return found

    @property
    def row_count(self) -> int:
        return int(self.grid["rowCount"])

    @property
    def column_count(self) -> int:
        return int(self.grid["columnCount"])

    @property
    def whole(self) -> Box:
        return Box(0, 0, self.row_count, self.column_count)

    def row(self, index: int) -> Row:
        return self.rows[index] if index < len(self.rows) else EMPTY

    def put_row(self, index: int, row: Row) -> None:
        self.rows.extend(itertools.repeat(EMPTY, index + 1 - len(self.rows)))
        self.rows[index] = row

    def put(self, row: int, column: int, value: Value, look: Look | None = None) -> None:
        """Set a cell (from 0), past all rules; its look stays unless a new one is given."""
        old = self.row(row)
        values = replaced(old.values, column, value, None)
        looks = old.looks if look is None else replaced(old.looks, column, look, PLAIN)
        self.put_row(row, Row(values, looks, old.meta))

    def values(self, box: Box | None = None) -> list[list[Value]]:
        """What stands in a box (or everywhere), trailing empty cells and rows left out as Google does."""
        box = box or self.whole
        found = [list(row.values[box.left : box.right]) for row in self.rows[box.top : box.bottom]]
        for line in found:
            while line and line[-1] is None:
                line.pop()
        while found and not found[-1]:
            found.pop()
        return found

    def column(self, heading: str) -> int:
        """The column (from 0) under a heading of the first row."""
        return list(self.row(0).values).index(heading)

    def name(self, box: Box) -> str:
        """A box in A1 notation, the title quoted where Google quotes it."""
        title = self.title
        if not re.fullmatch(r"\w+", title, re.ASCII) or _cells(title):
            title = "'" + title.replace("'", "''") + "'"
        first = f"{letters(box.left)}{box.top + 1}"
        last = f"{letters(box.right - 1)}{box.bottom}"
        return f"{title}!{first}" if first == last else f"{title}!{first}:{last}"

    def grid_range(self, box: Box) -> Json:
        """A box as a GridRange."""
        sides = ("startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")
        return {"sheetId": self.id, **dict(zip(sides, box, strict=True))}

    def exceeded(self, box: Box) -> str:
        most = f"Max rows: {self.row_count}, max columns: {self.column_count}"
        return f"Range ({self.name(box)}) exceeds grid limits. {most}"

    def copied(self) -> Tab:
        """A copy that later changes do not reach; rows are shared, since they are only ever replaced."""
        rest = copy.deepcopy((self.columns, self.things))
        return Tab(copy.deepcopy(self.properties), list(self.rows), *rest)


def replaced(line: Sequence[T], index: int, item: T, filler: T) -> list[T]:
    """A copy of a row's values or looks with one of them changed."""
    out = list(line)
    out.extend(itertools.repeat(filler, index + 1 - len(out)))
    out[index] = item
    return out


@dataclass
class Book:
    """A spreadsheet with its sharing. `writers` and `readers` are e-mail addresses; the owner may all.

    `says_no` and `says_no_to_writing` are why all calls, or those that write, get a no (`faults.REFUSALS`).
    `renames_collisions` makes addSheet answer a taken title with a tab `X_conflict…` as Google sometimes does.
    `outcomes` tells what formulas give that come in through the API (a Failure, or REFUSED), where they are no
    sums of numbers. `refuses` gives the words in which a request of this kind is refused, "" where it is not; with
    `names_refused` off a refusal does not say which request it is about.
    """

    id: str
    owner: str = "eigenaar@mail.example"
    writers: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    tabs: list[Tab] = field(default_factory=list)
    properties: Json = field(default_factory=dict)
    named_ranges: list[Json] = field(default_factory=list)
    today: date = field(default_factory=date.today)
    renames_collisions: bool = False
    says_no: str = ""
    says_no_to_writing: str = ""
    outcomes: dict[str, Scalar | None] = field(default_factory=dict)
    refuses: Callable[[str, Json], str] = lambda _kind, _spec: ""
    names_refused: bool = True
    originals: list[Tab] = field(default_factory=list, repr=False, compare=False)
    next_id: Iterator[int] = field(default_factory=lambda: itertools.count(700_000_001))

    @property
    def locale(self) -> str:
        return str(self.properties["locale"])

    def add_tab(self, title: str, table: Iterable[Iterable[Value]] = (), rows: int = 1000, columns: int = 26) -> Tab:
        """A new tab holding a table, with at least `rows` x `columns` of grid; for tests, past all rules."""
        held = [Row(tuple(None if cell == "" else cell for cell in line)) for line in table]
        widest = max((len(row.values) for row in held), default=0)
        grid = {"rowCount": max(rows, len(held)), "columnCount": max(columns, widest)}
        number = 0 if not self.tabs else next(self.next_id)
        tab = Tab({"sheetId": number, "title": title, "index": 0, "sheetType": "GRID", "gridProperties": grid}, held)
        self.tabs.append(tab)
        self.number_tabs()
        return tab

    def number_tabs(self) -> None:
        for index, tab in enumerate(self.tabs):
            tab.properties["index"] = index

    def tab(self, title: str) -> Tab:
        """The tab of that title; KeyError when there is none."""
        for tab in self.tabs:
            if tab.title == title:
                return tab
        raise KeyError(title)

    def tab_by_id(self, number: int, what: str = "grid") -> Tab:
        for tab in self.tabs:
            if tab.id == number:
                return tab
        raise bad(f"No {what} with id: {number}")

    def may_edit(self, user: str) -> bool:
        return user == self.owner or user in self.writers

    def guard(self, user: str, tab: Tab, box: Box) -> None:
        """400 with Google's words when a protected range that the user may not edit meets the box."""
        for thing in tab.things.get("protectedRanges", ()):
            if not self.may_pass(user, thing) and self.box(thing.get("range", {"sheetId": tab.id}))[1].meets(box):
                free = [self.box(part)[1] for part in thing.get("unprotectedRanges", ())]
                if not any(_inside(box, part) for part in free):
                    raise bad(_PROTECTED)

    def may_pass(self, user: str, thing: Json) -> bool:
        return bool(thing.get("warningOnly") or user == self.owner or user in thing.get("editors", {}).get("users", ()))

    def keep_out_of_tables(self, tab: Tab, box: Box) -> None:
        """400 where a table has its own banding or filter."""
        if any(self.box(table["range"])[1].meets(box) for table in tab.things.get("tables", ())):
            raise bad("This operation is not allowed on a range that overlaps a table.")

    def check_size(self) -> None:
        if sum(tab.row_count * tab.column_count for tab in self.tabs) > MOST_CELLS:
            raise bad(
                f"This action would increase the number of cells in the workbook above the limit of {MOST_CELLS} cells."
            )

    def box(self, grid_range: Json, within_grid: bool = False) -> tuple[Tab, Box]:
        """The tab and rectangle of a GridRange; unset sides are open. Beyond the grid: cut off, or 400."""
        tab = self.tab_by_id(grid_range.get("sheetId", 0))
        asked = Box(
            grid_range.get("startRowIndex", 0),
            grid_range.get("startColumnIndex", 0),
            grid_range.get("endRowIndex", tab.row_count),
            grid_range.get("endColumnIndex", tab.column_count),
        )
        if within_grid:
            if min(asked) < 0 or asked.top >= asked.bottom or asked.left >= asked.right:
                raise bad("GridRange has a start at or beyond its end, or below zero")
            if asked.bottom > tab.row_count or asked.right > tab.column_count:
                raise bad(tab.exceeded(asked))
        return tab, Box(asked.top, asked.left, min(asked.bottom, tab.row_count), min(asked.right, tab.column_count))

    def a1(self, text: str, writing: bool = False) -> tuple[Tab, Box]:
        """The tab and rectangle of an A1 text: 'Tab'!A1:B2, Tab, A2:B, a named range; 400 where Google says so.

        A start beyond the grid is refused; an end beyond it is cut off in reading, refused in writing.
        """
        match = re.fullmatch(r"(?:('(?:[^']|'')+'|[^'!]+)!)?(.*)", text, re.DOTALL)
        title, cells = (match[1], match[2]) if match else (None, text)
        tab = self._named_tab(title) if title else self.tabs[0]
        box = _cells(cells) if tab else None
        if box is None:
            whole = None if title else self._named_tab(text)
            if whole:
                return whole, whole.whole
            for named in self.named_ranges:
                if named["name"] == cells:
                    return self.box(named["range"])
        if tab is None or box is None:
            raise bad(f"Unable to parse range: {text}")
        limit = Box(box[0] or 0, box[1] or 0, box[2] or tab.row_count, box[3] or tab.column_count)
        beyond = limit.bottom > tab.row_count or limit.right > tab.column_count
        if limit.top >= tab.row_count or limit.left >= tab.column_count or (writing and beyond):
            raise bad(tab.exceeded(limit))
        return tab, Box(limit.top, limit.left, min(limit.bottom, tab.row_count), min(limit.right, tab.column_count))

    def _named_tab(self, text: str) -> Tab | None:
        title = text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text
        exact = [tab for tab in self.tabs if tab.title == title]
        alike = [tab for tab in self.tabs if tab.title.lower() == title.lower()]
        return next(iter(exact or alike), None)

    def copied(self) -> Book:
        """A copy to compare with, or to return to when a batch fails."""
        kept = copy.copy(self)
        kept.tabs, kept.originals = [tab.copied() for tab in self.tabs], list(self.tabs)
        kept.properties, kept.named_ranges = copy.deepcopy(self.properties), copy.deepcopy(self.named_ranges)
        return kept

    def return_to(self, kept: Book) -> None:
        """Be again as at `kept = copied()`, in the same Tab objects, since tests hold on to them."""
        for tab, then in zip(kept.originals, kept.tabs, strict=True):
            tab.__dict__.update(then.copied().__dict__)
        self.tabs, self.properties, self.named_ranges = list(kept.originals), kept.properties, kept.named_ranges


def _inside(inner: Box, outer: Box) -> bool:
    upright = outer.top <= inner.top and inner.bottom <= outer.bottom
    return upright and outer.left <= inner.left and inner.right <= outer.right


def _cells(text: str) -> tuple[int | None, int | None, int | None, int | None] | None:
    """A1:B2, A1, A:B, 2:3, A2:B as (top, left, bottom, right), None for an open side; None if it is no such text."""
    match = re.fullmatch(r"\$?([A-Za-z]{0,3})\$?([1-9]\d*)?(?::\$?([A-Za-z]{0,3})\$?([1-9]\d*)?)?", text)
    if not match or not (match[1] or match[2]):
        return None
    if ":" not in text:
        if not (match[1] and match[2]):
            return None
        row, column = int(match[2]), number_of(match[1])
        return row - 1, column, row, column + 1
    rows = sorted(int(part) for part in (match[2], match[4]) if part)
    columns = sorted(number_of(part) for part in (match[1], match[3]) if part)
    top, left = rows[0] - 1 if match[2] else None, columns[0] if match[1] else None
    return top, left, rows[-1] if match[4] else None, columns[-1] + 1 if match[3] else None
