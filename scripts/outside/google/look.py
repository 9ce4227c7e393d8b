"""Looks closer: at tabs again before a write, and at what lies behind the words of a cell."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from outside.google.answers import Refused
from outside.google.client import ERROR, Calls, Json
from outside.google.refusal import UNREAD
from outside.google.tabs import Found, Tab, again, as_tab, cells_in, few_spans, grid_size, quoted, unreadable
from outside.xlsx.text import column_letters
from roster.plan.steps import SetCell
from roster.reading.unread import suspect_cells
from roster.sheet.headings import HeadingProblems, find_what_is_there
from roster.sheet.table import Cell, Sheet, Table, is_blank, same

_SMALL = 400
"""Rows of a tab that is read whole at every look: that takes no more time, and tells more."""

_PART = 0.5
"""Of a tab, how much is read in pieces; of more than that all is read."""

_MOST_SPANS = 60
"""They stand in the call's address, which may be some 8,000 characters long."""

_TYPED = "userEnteredValue"

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


def formulas_among(calls: Calls, tabs: Mapping[str, Tab], steps: Sequence[SetCell]) -> list[SetCell]:
    """Those of the steps whose cell holds a formula, or what one that stands elsewhere fills in there. Raises Stop."""
    spots: dict[tuple[str, int, int], SetCell] = {}
    for step in steps:
        table = tabs[step.place.tab].table
        spots[table.title, table.first - 1 + table.keys.index(step.place.key), table.columns[step.place.column]] = step
    columns = sorted({(title, column) for title, _row, column in spots})
    if not columns:
        return []
    ranges = [f"{quoted(title)}!{column_letters(column + 1)}:{column_letters(column + 1)}" for title, column in columns]
    try:
        answer = calls.describe(f"sheets(properties.title,data(startRow,startColumn,rowData.values.{_TYPED}))", ranges)
    except Refused as refused:
        raise refused.stop(UNREAD) from refused
    typed = {
        (sheet["properties"]["title"], row, column): cell[_TYPED]
        for sheet in answer.get("sheets", [])
        for row, column, cell in cells_in(sheet)
        if _TYPED in cell
    }
    # What nobody typed and yet shows comes from a formula elsewhere.
    return [
        step for spot, step in spots.items() if isinstance(typed.get(spot, None if is_blank(step.was) else {}), dict)
    ]


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
    for (name, span), (range_name, cells) in zip(asked, calls.values(ranges), strict=True):
        if span is None:
            sheets[name] = range_name, cells
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
    for name, (_range_name, cells) in sheets.items():
        _keep_once(cells, tabs[name].cells)
    by_name = {name: Sheet(tabs[name].title, cells) for name, (_range_name, cells) in sheets.items()}
    tables, problems = find_what_is_there(list(by_name.values()))
    fresh = {}
    for name, sheet in by_name.items():
        table = tables.get(name)
        if table is None or not _has_all(table, tabs[name].table):
            raise unreadable(HeadingProblems([problem for problem in problems if f"'{sheet.title}'" in problem[0]]))
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


MOST_RANGES = 100

_FIELDS = (
    "sheets(properties.title,data(startRow,startColumn,rowData.values(effectiveValue,hyperlink,"
    "chipRuns.chip(richLinkProperties.uri,personProperties.email),textFormatRuns.format.link.uri)))"
)


def read_links(calls: Calls, tabs: Mapping[str, Tab]) -> None:
    """Put into `Table.links` what lies behind cells whose words are not understood: one call, and none without such.

    A row that is not what it was when its words were read is left alone. Raises Stop.
    """
    wanted: dict[str, set[tuple[int, str]]] = {}
    for table, index, heading in suspect_cells(tab.table for tab in tabs.values()):
        wanted.setdefault(table.title, set()).add((index, heading))
    if not wanted:
        return
    by_title = {tab.title: tab for tab in tabs.values()}
    ranges: list[str] = []
    for title, cells in wanted.items():
        rows = sorted({by_title[title].table.first - 1 + index for index, _ in cells})
        spans = [(row, row + 1) for row in rows] if len(rows) <= MOST_RANGES else [(rows[0], rows[-1] + 1)]
        ranges += [quoted(title, span) for span in spans]
    with contextlib.suppress(Refused):  # a tab that went meanwhile is found out by whoever reads or writes it
        for sheet in calls.describe(_FIELDS, ranges).get("sheets", []):
            title = sheet["properties"]["title"]
            _take(by_title[title], wanted[title], sheet)


def _take(tab: Tab, wanted: Iterable[tuple[int, str]], sheet: Json) -> None:
    rows: dict[int, dict[int, Any]] = {}
    for row, column, cell in cells_in(sheet):
        rows.setdefault(row, {})[column] = cell
    suspect: dict[int, dict[int, str]] = {}
    for index, heading in wanted:
        suspect.setdefault(index, {})[tab.table.columns[heading]] = heading
    for index, headings in suspect.items():
        found = rows.get(tab.table.first - 1 + index, {})
        if _is_the_same_row(tab.table.rows[index], found, headings.keys()):
            links = {heading: _link_behind(found.get(position)) for position, heading in headings.items()}
            tab.table.links |= {(index, heading): link for heading, link in links.items() if link}


def _is_the_same_row(before: list[Cell], found: Mapping[int, Any], suspect: Collection[int]) -> bool:
    """True where all that stands there is what it was. The suspect cells themselves count where nothing else does.

    Google may write an @ where the name of a chip shows.
    """
    now = [_value(found.get(column)) for column in range(max(found, default=-1) + 1)]
    pairs = list(enumerate(zip_longest(now, before)))
    beside = [pair for column, pair in pairs if column not in suspect]
    if all(is_blank(old) for _, old in beside):
        beside = [pair for _, pair in pairs]
    return all(
        same(cell, old) or (cell == ERROR and isinstance(old, str) and old.startswith(ERROR)) for cell, old in beside
    )


def _value(cell: Any) -> Cell:
    found: Cell = cell.get("effectiveValue") if isinstance(cell, dict) else cell
    return found


def _link_behind(cell: Any) -> str:
    """The one address behind a cell; "" where there is none, or where several are."""
    if not isinstance(cell, dict):
        return ""
    chips = [run.get("chip", {}) for run in cell.get("chipRuns", [])]
    links = [
        cell.get("hyperlink", ""),
        *(chip.get("richLinkProperties", {}).get("uri", "") for chip in chips),
        *(chip.get("personProperties", {}).get("email", "") for chip in chips),
        *(run.get("format", {}).get("link", {}).get("uri", "") for run in cell.get("textFormatRuns", [])),
    ]
    found = {str(link).removeprefix("mailto:") for link in links if link}
    return found.pop() if len(found) == 1 else ""
