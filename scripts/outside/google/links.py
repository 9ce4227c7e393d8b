"""What lies behind the words of a cell at Google: the address of a chip, or a link behind a word."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from itertools import zip_longest
from typing import Any

from outside.google.answers import Refused
from outside.google.client import ERROR, Calls, Json
from outside.google.tabs import Tab, cells_in, quoted
from roster.reading.links import cells_in_doubt
from roster.sheet.table import Cell, is_blank, same

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
    for table, index, heading in cells_in_doubt(tab.table for tab in tabs.values()):
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
    doubted: dict[int, dict[int, str]] = {}
    for index, heading in wanted:
        doubted.setdefault(index, {})[tab.table.columns[heading]] = heading
    for index, headings in doubted.items():
        found = rows.get(tab.table.first - 1 + index, {})
        if _is_the_same_row(tab.table.rows[index], found, headings.keys()):
            links = {heading: _link_behind(found.get(position)) for position, heading in headings.items()}
            tab.table.links |= {(index, heading): link for heading, link in links.items() if link}


def _is_the_same_row(before: list[Cell], found: Mapping[int, Any], doubted: Collection[int]) -> bool:
    """True where all that stands there is what it was. The doubted cells themselves count where nothing else does.

    Google may write an @ where the name of a chip shows.
    """
    now = [_value(found.get(column)) for column in range(max(found, default=-1) + 1)]
    pairs = list(enumerate(zip_longest(now, before)))
    beside = [pair for column, pair in pairs if column not in doubted]
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
