"""Rows and columns come, go and change places; whatever lies over them moves along."""

from __future__ import annotations

from typing import Any

from servers.sheets_server.book import EMPTY, Book, Box, Row, Tab
from servers.sheets_server.cells import PLAIN, Formula, Value


def insert_lines(book: Book, tab: Tab, rows: bool, start: int, count: int, *, before: bool) -> None:
    """Insert empty rows or columns that look like their neighbour, but for its notes."""
    if rows:
        neighbour = tab.row(start - 1 if before else start)
        looks = [look if not look.note else PLAIN for look in neighbour.looks]
        tab.rows.extend([EMPTY] * (start - len(tab.rows)))
        tab.rows[start:start] = [Row((), looks)] * count
        tab.grid["rowCount"] += count
    else:
        tab.rows = [_widened(row, start, count, before) for row in tab.rows]
        tab.columns = {c + count if c >= start else c: meta for c, meta in tab.columns.items()}
        tab.grid["columnCount"] += count
    _shift(book, tab, rows, start, count)


def _widened(row: Row, start: int, count: int, before: bool) -> Row:
    values, looks = list(row.values), list(row.looks)
    if len(values) > start:
        values[start:start] = [None] * count
    if looks:
        look = row.look(start - 1 if before else start)
        looks += [PLAIN] * (start - len(looks))
        looks[start:start] = [look if not look.note else PLAIN] * count
    return Row(values, looks, row.meta)


def delete_lines(book: Book, tab: Tab, rows: bool, start: int, end: int) -> None:
    """Take rows or columns out."""
    if rows:
        del tab.rows[start:end]
        tab.grid["rowCount"] -= end - start
    else:
        tab.rows = [
            Row([*r.values[:start], *r.values[end:]], [*r.looks[:start], *r.looks[end:]], r.meta) for r in tab.rows
        ]
        tab.columns = {c - (end - start) if c >= end else c: m for c, m in tab.columns.items() if not start <= c < end}
        tab.grid["columnCount"] -= end - start
    frozen = "frozenRowCount" if rows else "frozenColumnCount"
    if frozen in tab.grid:
        tab.grid[frozen] -= max(0, min(end, tab.grid[frozen]) - start)
    _shift(book, tab, rows, start, start - end)


def _shift(book: Book, tab: Tab, rows: bool, at: int, by: int) -> None:
    first, last = ("startRowIndex", "endRowIndex") if rows else ("startColumnIndex", "endColumnIndex")

    def moved(index: int) -> int:
        return index + by if by > 0 and index >= at else max(at, index + by) if by < 0 and index > at else index

    def walk(thing: Any) -> bool:
        """Shift all ranges within; False when the thing has lost its cells."""
        if isinstance(thing, list):
            thing[:] = [part for part in thing if walk(part)]
        elif isinstance(thing, dict):
            if thing.get("sheetId", 0) == tab.id and (first in thing or last in thing):
                if first in thing:
                    thing[first] = moved(thing[first])
                if last in thing:
                    thing[last] = moved(thing[last] - 1) + 1 if by > 0 else moved(thing[last])
                return bool(thing.get(first, 0) < thing.get(last, 2**31))
            return False not in [walk(part) for part in thing.values()]
        return True

    for owner in book.tabs:
        for name in list(owner.things):
            if not walk(owner.things[name]):
                del owner.things[name]
    walk(book.named_ranges)


def sort_rows(tab: Tab, box: Box, keys: list[tuple[int, bool]]) -> None:
    """Sort the cells of a box by columns (column from 0, descending); values and looks go together, empty ones last."""
    tab.rows.extend([EMPTY] * (min(box.bottom, tab.row_count) - len(tab.rows)))
    lines = tab.rows[box.top : box.bottom]
    order = list(range(len(lines)))
    for column, descending in reversed(keys):
        filled = [i for i in order if lines[i].value(column) is not None]
        empty = [i for i in order if lines[i].value(column) is None]
        filled.sort(key=lambda i: _rank(lines[i].value(column)), reverse=descending)
        order = filled + empty
    whole = box.left == 0 and box.right == tab.column_count
    for index, source in enumerate(order):
        old, new = lines[index], lines[source]
        if whole:
            tab.rows[box.top + index] = Row(new.values, new.looks, old.meta)
        else:
            width = range(tab.column_count)
            pick = [new if box.left <= c < box.right else old for c in width]
            values = [row.value(c) for c, row in zip(width, pick, strict=True)]
            tab.rows[box.top + index] = Row(values, [row.look(c) for c, row in zip(width, pick, strict=True)], old.meta)


def _rank(value: Value) -> tuple[int, float, str]:
    """Numbers, then texts without regard to case, then yes and no."""
    value = value.result if isinstance(value, Formula) else value
    if isinstance(value, bool):
        return (2, float(value), "")
    return (1, 0.0, value.lower()) if isinstance(value, str) else (0, float(value or 0), "")
