"""Writing by values.update, values.batchUpdate and clear: what is sent stands in the book, for better or worse."""

from __future__ import annotations

import json
from typing import Any

from servers.sheets_server.book import Book, Box, Row, letters
from servers.sheets_server.cells import LONGEST, PLAIN, Look, Value, tidy, typed
from servers.sheets_server.refusal import Json, Refused, bad
from servers.sheets_server.schema import laid_over


def write(book: Book, user: str, ranges: list[Json], option: str, batch: bool) -> list[Json]:
    """Write ValueRanges, all or nothing; one UpdateValuesResponse each. `option` is RAW or USER_ENTERED."""
    if option not in ("RAW", "USER_ENTERED"):
        raise bad("'valueInputOption' is required but not specified")
    kept, answers = book.copied(), []
    for number, wanted in enumerate(ranges):
        try:
            answers.append(_write_one(book, user, wanted, option))
        except Refused as refusal:
            book.return_to(kept)
            if batch:
                refusal.message = f"Invalid data[{number}]: {refusal.message}"
            raise
    return answers


def _write_one(book: Book, user: str, wanted: Json, option: str) -> Json:
    tab, box = book.a1(wanted.get("range", ""), writing=True)
    lines: list[list[Any]] = wanted.get("values", [])
    if wanted.get("majorDimension") == "COLUMNS":
        height = max((len(line) for line in lines), default=0)
        lines = [[line[r] if r < len(line) else None for line in lines] for r in range(height)]
    width = max((len(line) for line in lines), default=0)
    reach = Box(box.top, box.left, box.top + max(len(lines), 1), box.left + max(width, 1))
    if (box.bottom - box.top, box.right - box.left) != (1, 1):
        told = f"Requested writing within range [{tab.name(box)}], but tried writing to"
        if reach.bottom > box.bottom:
            raise bad(f"{told} row [{box.bottom + 1}]")
        if reach.right > box.right:
            raise bad(f"{told} column [{letters(box.right)}]")
    if reach.bottom > tab.row_count or reach.right > tab.column_count:
        raise bad(tab.exceeded(reach))
    book.guard(user, tab, reach)
    for index, line in enumerate(lines, box.top):
        if line:
            tab.put_row(index, _written(book, tab.row(index), box.left, line, option))
    written = [(r, c) for r, line in enumerate(lines) for c, item in enumerate(line) if item is not None]
    return {
        "spreadsheetId": book.id,
        "updatedRange": tab.name(reach),
        "updatedRows": len({row for row, _ in written}),
        "updatedColumns": len({column for _, column in written}),
        "updatedCells": len(written),
    }


def _written(book: Book, row: Row, left: int, line: list[Any], option: str) -> Row:
    values: list[Value] = [*row.values, *[None] * (left + len(line) - len(row.values))]
    looks: list[Look] | None = None
    for column, item in enumerate(line, left):
        if item is None:
            continue
        if not isinstance(item, str | int | float | bool):
            raise bad(f"Invalid values[{column}]: {json.dumps(item)[:80]} is not a value of a cell")
        if isinstance(item, str) and option == "USER_ENTERED":
            look = row.look(column)
            values[column], new = typed(item, book.locale, look.format, book.today)
            if new:
                looks = looks or [*row.looks, *[PLAIN] * (left + len(line) - len(row.looks))]
                looks[column] = Look(laid_over(look.format, new, {"numberFormat": {}}), look.note, look.validation)
        elif isinstance(item, str):
            if len(item) > LONGEST:
                raise bad(f"Your input contains more than the maximum of {LONGEST} characters in a single cell.")
            values[column] = item or None
        else:
            values[column] = tidy(item) if isinstance(item, float) else item
    return Row(values, looks or row.looks, row.meta)


def clear(book: Book, user: str, ranges: list[str]) -> list[str]:
    """Empty the cells of the ranges, all or nothing; looks and notes stay. Gives the ranges as they were understood."""
    found = [book.a1(text) for text in ranges]
    for tab, box in found:
        book.guard(user, tab, box)
    for tab, box in found:
        for index in range(box.top, min(box.bottom, len(tab.rows))):
            row = tab.row(index)
            values = [None if box.left <= c < box.right else value for c, value in enumerate(row.values)]
            tab.put_row(index, Row(values, row.looks, row.meta))
    return [tab.name(box) for tab, box in found]
