"""Carries a register on this computer over to an empty Google Sheet, whole: every tab, people's own too."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from outside.excel import check_not_too_far, open_register
from outside.google_batch import MOST_BYTES, as_cell
from outside.google_calls import TRIES, Calls, Json, Lost
from outside.google_lock import TITLE
from outside.google_look import says_nothing
from outside.google_moved import shows
from outside.google_tabs import Found, describe, read_sheets
from outside.stop import Stop
from roster.headings import HeadingProblems, find_tables
from roster.table import Cell, Sheet, is_blank

_DAY_ZERO = datetime(1899, 12, 30)
"""Google counts days from here, as Excel does."""

_DAY = {"type": "DATE", "pattern": "dd-mm-yyyy"}
_MOMENT = {"type": "DATE_TIME", "pattern": "dd-mm-yyyy hh:mm"}
_TIME = {"type": "TIME", "pattern": "hh:mm"}


def carry_over(calls: Calls, path: Path, checks: Sequence[Json]) -> list[str]:
    """Write every tab of the file into the sheet, which must be empty or hold the same already.

    May be cut off anywhere and simply run again. Says in Dutch what was carried over. Raises Stop
    for a file that is no register, and for a sheet in which something else stands; nothing is
    overwritten then.
    """
    _, sheets, _, too_far = open_register(path)
    check_not_too_far(too_far)
    try:
        find_tables(sheets)
    except HeadingProblems as problems:
        told = [f"{message} {remedy}".rstrip() for message, remedy in problems.problems]
        raise Stop(f"'{path.name}' kan zo niet worden overgezet.", "\n".join(told)) from problems
    found = _with_first_tab(calls, describe(calls), sheets[0].title, checks)
    there = {title.casefold(): title for title in found.sheets}
    known = [there[sheet.title.casefold()] for sheet in sheets if sheet.title.casefold() in there]
    standing = {sheet.title.casefold(): sheet for sheet, _ in read_sheets(calls, found, known)}
    wanted = [sheet for sheet in sheets if _must_be_written(sheet, standing.get(sheet.title.casefold()))]
    told = []
    for sheet in wanted:
        _write(calls, sheet, found, there.get(sheet.title.casefold()), checks)
        rows = sum(not all(map(is_blank, row)) for row in sheet.cells)
        told.append(
            f"Tabblad {sheet.title} is overgezet: {rows} {'rij' if rows == 1 else 'rijen'}, de kopjes meegeteld."
        )
    return told


def _with_first_tab(calls: Calls, found: Found, title: str, checks: Sequence[Json]) -> Found:
    """An empty sheet's one empty tab becomes the first tab of the file."""
    others = [name for name in found.sheets if name != TITLE]
    if len(others) != 1 or others[0].casefold() == title.casefold():
        return found
    [(sheet, _)] = read_sheets(calls, found, others)
    if not says_nothing(sheet.cells):
        return found
    named = {"sheetId": found.sheets[others[0]].get("sheetId", 0), "title": title}
    _send(calls, [*checks, {"updateSheetProperties": {"properties": named, "fields": "title"}}], named["sheetId"])
    return describe(calls)


def _must_be_written(sheet: Sheet, there: Sheet | None) -> bool:
    """False where all stands there already. Raises Stop where something else stands in the way."""
    if there is None:
        return True
    for turn, row in enumerate(there.cells):
        line = sheet.cells[turn] if turn < len(sheet.cells) else []
        for column, cell in enumerate(row):
            if not is_blank(cell) and not shows(cell, _plain(line[column]) if column < len(line) else None):
                raise Stop(
                    f"Op het tabblad '{there.title}' van het Google-blad staat al iets anders.",
                    "Maak in Google een nieuw, leeg blad, deel dat, en zet het adres ervan in config/settings.toml.",
                )
    return not all(
        is_blank(cell)
        or (
            turn < len(there.cells)
            and column < len(there.cells[turn])
            and shows(there.cells[turn][column], _plain(cell))
        )
        for turn, row in enumerate(sheet.cells)
        for column, cell in enumerate(row)
    )


def _write(calls: Calls, sheet: Sheet, found: Found, title: str | None, checks: Sequence[Json]) -> None:
    rows, columns = len(sheet.cells), max(map(len, sheet.cells), default=0)
    if title is None:
        number = random.SystemRandom().randrange(10**8, 2 * 10**9)
        grid = {"rowCount": max(1000, rows + 200), "columnCount": max(columns, 1)}
        properties = {"sheetId": number, "title": sheet.title, "gridProperties": grid}
        frame: list[Json] = [{"addSheet": {"properties": properties}}]
    else:
        about = found.sheets[title]
        number = about.get("sheetId", 0)
        frame = [
            {"appendDimension": {"sheetId": number, "dimension": kind, "length": wanted - now}}
            for kind, wanted, now in (
                ("ROWS", rows, about["gridProperties"]["rowCount"]),
                ("COLUMNS", columns, about["gridProperties"]["columnCount"]),
            )
            if wanted > now
        ]
    batch, size = [*checks, *frame], 0
    for request, weight in _requests(number, sheet):
        if size and size + weight > MOST_BYTES:
            _send(calls, batch, number)
            batch, size = [*checks], 0
        batch.append(request)
        size += weight
    if len(batch) > len(checks):
        _send(calls, batch, number)


def _send(calls: Calls, batch: list[Json], number: int) -> None:
    """Send a batch until it has arrived. What makes room is left out where an earlier try turns out to have made it."""
    for turn in range(1, TRIES + 1):
        try:
            calls.change(batch)
        except Lost as lost:
            if turn == TRIES:
                raise lost.stop from lost
            calls.pause(turn, lost)
            sheets = calls.describe("sheets.properties.sheetId").get("sheets", [])
            if any(sheet.get("properties", {}).get("sheetId", 0) == number for sheet in sheets):
                batch = [request for request in batch if "addSheet" not in request]
        else:
            return


def _requests(number: int, sheet: Sheet) -> Iterator[tuple[Json, int]]:
    """The cells in blocks of rows, each with its size in bytes."""
    lines: list[Json] = []
    start = size = 0
    for turn, row in enumerate(sheet.cells):
        lines.append({"values": [_typed(cell) for cell in row]})
        size += len(json.dumps(lines[-1])) + 2
        if size > MOST_BYTES // 8 or turn + 1 == len(sheet.cells):
            place = {"sheetId": number, "rowIndex": start, "columnIndex": 0}
            fields = "userEnteredValue,userEnteredFormat.numberFormat"
            yield {"updateCells": {"start": place, "rows": lines, "fields": fields}}, size + 150
            lines, start, size = [], turn + 1, 0


def _typed(cell: Cell) -> Json:
    """A cell with its value, and with its format where a bare number would hide what it is."""
    found = as_cell(_plain(cell))
    form = None
    if isinstance(cell, datetime) and cell.time() != time():
        form = _MOMENT
    elif isinstance(cell, date):
        form = _DAY
    elif isinstance(cell, time | timedelta):
        form = _TIME
    return found | {"userEnteredFormat": {"numberFormat": form}} if form else found


def _plain(cell: Cell) -> str | int | float | bool | None:
    """A cell's value as Google counts it: days and times are numbers."""
    if isinstance(cell, datetime):
        return _number((cell - _DAY_ZERO) / timedelta(days=1))
    if isinstance(cell, date):
        return (datetime(cell.year, cell.month, cell.day) - _DAY_ZERO).days
    if isinstance(cell, time):
        return _number((cell.hour * 3600 + cell.minute * 60 + cell.second) / 86400)
    if isinstance(cell, timedelta):
        return _number(cell / timedelta(days=1))
    return _number(cell) if isinstance(cell, float) else cell


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value
