"""Looks at tabs again before a write: at the rows that it is about, and at all of them where those have changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest

from outside.google.client import Calls
from outside.google.tabs import Found, Tab, again, as_tab, few_spans, grid_size, quoted, unreadable
from roster.sheet.headings import HeadingProblems, find_what_is_there
from roster.sheet.table import Cell, Sheet, Table, same

_SMALL = 400
"""Rows of a tab that is read whole at every look: that takes no more time, and tells more."""

_PART = 0.5
"""Of a tab, how much is read in pieces; of more than that all is read."""

_MOST_SPANS = 60
"""They stand in the call's address, which may be some 8,000 characters long."""

Lines = dict[int, list[Cell]]


def read_again(
    calls: Calls, found: Found, tabs: Mapping[str, Tab], rows: Mapping[str, Collection[int]]
) -> tuple[dict[str, Tab], set[str]]:
    """Those tabs as they stand now, and which of them were read whole. Of a tab in `rows` only those rows are read.

    They are looked up where `tabs` has them, and the rest is taken to be as it was there. One call; a second one
    for the tabs where one of those rows, or a heading, is not what it was: rows moved, or people typed.
    Raises Refused where a tab is gone, Stop where headings are.
    """
    narrow = {name: few_spans(_beside(tabs[name], rows[name]), _MOST_SPANS) for name in rows if name in tabs}
    narrow = {name: some for name, some in narrow.items() if _pays(tabs[name], some)}
    sheets, lines = _ask(calls, tabs, {name: narrow.get(name, []) for name in tabs})
    seen = {name: _as_it_was(tabs[name], rows[name], lines[name]) for name in narrow}
    if moved := [name for name, tab in seen.items() if tab is None]:
        sheets |= _ask(calls, tabs, {name: [] for name in moved})[0]
    whole = _whole(found, tabs, sheets)
    return {name: seen.get(name) or whole[name] for name in tabs}, set(whole)


def _beside(tab: Tab, rows: Collection[int]) -> set[int]:
    """The rows down to the headings, and those rows with the ones above and below."""
    near = {close for row in rows for close in (row - 1, row, row + 1)}
    return {row for row in near.union(range(tab.table.first - 1)) if 0 <= row < tab.row_count}


def _pays(tab: Tab, some: Sequence[tuple[int, int]]) -> bool:
    asked = sum(last + 1 - first for first, last in some)
    return len(tab.cells) > _SMALL and asked < _PART * len(tab.cells)


def _ask(
    calls: Calls, tabs: Mapping[str, Tab], wanted: Mapping[str, Sequence[tuple[int, int]]]
) -> tuple[dict[str, tuple[str, list[list[Cell]]]], dict[str, Lines]]:
    """One call: of a tab without spans all of it with Google's name for that, of the others the rows in those."""
    every: list[tuple[int, int] | None] = [None]
    asked = [(name, span) for name, some in wanted.items() for span in some or every]
    if not asked:
        return {}, {}
    ranges = [quoted(tabs[name].title, (span[0], span[1] + 1) if span else None) for name, span in asked]
    sheets: dict[str, tuple[str, list[list[Cell]]]] = {}
    lines: dict[str, Lines] = {}
    for (name, span), (told, cells) in zip(asked, calls.values(ranges), strict=True):
        if span is None:
            sheets[name] = told, cells
        else:
            first, last = span
            blank: list[list[Cell]] = [[] for _ in range(last + 1 - first - len(cells))]
            lines.setdefault(name, {}).update(enumerate([*cells, *blank], first))
    return sheets, lines


def _as_it_was(tab: Tab, rows: Collection[int], lines: Lines) -> Tab | None:
    """The tab with the rows that were read; None where one of `rows`, or of those down to the headings, changed."""
    known = [*tab.cells, *[[]] * (max(lines, default=0) + 1 - len(tab.cells))]
    news = {row: line for row, line in lines.items() if not _alike(known[row], line)}
    if not news:
        return tab
    if any(row < tab.table.first - 1 or row in rows for row in news):
        return None
    for row, line in news.items():
        known[row] = line
    return again(tab, known)


def _alike(one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    return all(same(here, there) for here, there in zip_longest(one, other))


def _whole(found: Found, tabs: Mapping[str, Tab], sheets: Mapping[str, tuple[str, list[list[Cell]]]]) -> dict[str, Tab]:
    for name, (_told, cells) in sheets.items():
        _keep_once(cells, tabs[name].cells)
    by_name = {name: Sheet(tabs[name].title, cells) for name, (_told, cells) in sheets.items()}
    tables, problems = find_what_is_there(list(by_name.values()))
    fresh = {}
    for name, sheet in by_name.items():
        table = tables.get(name)
        if table is None or not _has_all(table, tabs[name].table):
            raise unreadable(HeadingProblems([told for told in problems if f"'{sheet.title}'" in told[0]]))
        size = grid_size(sheets[name][0]) or (tabs[name].row_count, tabs[name].column_count)
        fresh[name] = as_tab(found, table, sheet, size)
    return fresh


def _keep_once(cells: list[list[Cell]], known: Sequence[list[Cell]]) -> None:
    """Let a row that says what it said before be the same row: of 100,000 rows a second copy weighs 150 MB."""
    for row, (now, before) in enumerate(zip(cells, known, strict=False)):
        if now == before and all(type(one) is type(other) for one, other in zip(now, before, strict=True)):
            cells[row] = before


def _has_all(table: Table, before: Table) -> bool:
    """True when no heading of people's has gone."""
    return all(heading in table.columns for heading in before.columns if heading not in before.own)
