"""Carries a register on this computer over to an empty Google Sheet, whole: every tab, people's own too."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from outside.excel import check_not_too_far, open_register
from outside.google_batch import MOST_BYTES
from outside.google_calls import TRIES, Calls, Json, Lost, Refused
from outside.google_carry_formulas import Entered, look_at_outcomes, look_what_is_entered, missing, write_formulas
from outside.google_formulas import has_decimal_comma
from outside.google_lock import TITLE
from outside.google_look import says_nothing
from outside.google_moved import shows
from outside.google_page import Box, Page, in_letters, page_of, plain, typed
from outside.google_tabs import Found, describe, read_sheets
from outside.stop import Stop
from outside.xlsx_formula_cells import formula_cells
from roster.headings import HeadingProblems, find_tables
from roster.table import Sheet, is_blank

_SIDES = ("startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")

Checks = Callable[[], list[Json]]
"""What guards a batch, with a sign of life of this moment."""


def carry_over(calls: Calls, path: Path, checks: Checks) -> list[str]:
    """Write every tab of the file into the sheet, which must be empty or hold the same already.

    Formulas go as formulas, and merged cells stay merged. May be cut off anywhere and simply run again.
    Says in Dutch what was carried over, and what could not be. Raises Stop for a file that is no register,
    and for a sheet in which something else stands; nothing is overwritten then. Raises Refused where Google
    allows it no longer.
    """
    _, sheets, merged, too_far = open_register(path)
    check_not_too_far(too_far)
    try:
        tables = find_tables(sheets)
    except HeadingProblems as problems:
        told = [f"{message} {remedy}".rstrip() for message, remedy in problems.problems]
        raise Stop(f"'{path.name}' kan zo niet worden overgezet.", "\n".join(told)) from problems
    comma = has_decimal_comma(str(calls.describe("properties.locale").get("properties", {}).get("locale", "")))
    extras = formula_cells(path)
    headings = {table.title: table.first - 2 for table in tables.values()}
    pages = [
        page_of(sheet, extras.get(sheet.title, {}), merged.get(sheet.title, []), headings.get(sheet.title), comma=comma)
        for sheet in sheets
        if sheet.title not in too_far
    ]
    told = _write_all(calls, pages, checks)
    return told + [
        f"Tabblad {title} is niet overgezet: daar staat iets heel ver onder of rechts van de rest."
        for title in sorted(too_far)
        if told
    ]


def _write_all(calls: Calls, pages: Sequence[Page], checks: Checks) -> list[str]:
    """First what stands there is looked at, then all tabs are made, so that every formula finds the tab it names."""
    found = _with_first_tab(calls, describe(calls), pages[0].title, checks)
    there = {title.casefold(): title for title in found.sheets}
    known = {page.title: there[page.title.casefold()] for page in pages if page.title.casefold() in there}
    standing = {sheet.title: sheet for sheet, _ in read_sheets(calls, found, list(known.values()))}
    entered = look_what_is_entered(calls, found, [(page, known[page.title]) for page in pages if page.title in known])
    bare = [
        page
        for page in pages
        if page.title not in known
        or _must_be_written(page, standing[known[page.title]], entered.get(page.title, Entered()))
    ]
    formulas = {
        page.title: missing(page, Entered() if page in bare else entered.get(page.title, Entered())) for page in pages
    }
    found = _make_room(calls, pages, checks)
    there = {title.casefold(): title for title in found.sheets}
    told = []
    for page in pages:
        title = there[page.title.casefold()]
        number = found.sheets[title].get("sheetId", 0)
        _send_all(calls, _requests(number, page) if page in bare else (), checks)
        merges = _missing_merges(page, found.merges[title])
        apart = [*page.unmerged, *_merge(number, merges, lambda batch: _send(calls, batch, checks), len(checks()))]
        if page in bare:
            rows = sum(not all(map(is_blank, row)) for row in page.cells)
            told.append(
                f"Tabblad {page.title} is overgezet: {rows} {'rij' if rows == 1 else 'rijen'}, de kopjes meegeteld."
            )
        elif merges or formulas[page.title]:
            told.append(f"Tabblad {page.title} is aangevuld.")
        if apart and (page in bare or merges):
            told.append(
                f"Op tabblad {page.title} zijn deze samengevoegde cellen los gebleven, "
                f"omdat het bij Google niet anders kan: {', '.join(apart)}."
            )
    wanted = [
        (page, found.sheets[there[page.title.casefold()]].get("sheetId", 0), formulas[page.title]) for page in pages
    ]
    told += write_formulas(wanted, lambda requests: _send(calls, requests, checks), len(checks()))
    return told + look_at_outcomes(calls, [(page, there[page.title.casefold()], one) for page, _, one in wanted])


def _with_first_tab(calls: Calls, found: Found, title: str, checks: Checks) -> Found:
    """An empty sheet's one empty tab becomes the first tab of the file."""
    others = [name for name in found.sheets if name != TITLE]
    if len(others) != 1 or others[0].casefold() == title.casefold():
        return found
    [(sheet, _)] = read_sheets(calls, found, others)
    if not says_nothing(sheet.cells):
        return found
    named = {"sheetId": found.sheets[others[0]].get("sheetId", 0), "title": title}
    _send(calls, [{"updateSheetProperties": {"properties": named, "fields": "title"}}], checks)
    return describe(calls)


def _must_be_written(page: Page, there: Sheet, entered: Entered) -> bool:
    """False where all stands there already. Raises Stop where something else stands in the way."""
    for turn, row in enumerate(there.cells):
        for column, cell in enumerate(row):
            place = (turn, column)
            if is_blank(cell) or place in entered.formulas & page.formulas.keys() or place in page.spilled:
                continue
            if not shows(cell, plain(page.cell(turn, column))):
                raise Stop(
                    f"Op het tabblad '{there.title}' van het Google-blad staat al iets anders.",
                    "Maak in Google een nieuw, leeg blad, deel dat, en zet het adres ervan in config/settings.toml.",
                )
    return not all(
        is_blank(cell)
        or (turn, column) in page.spilled
        or (turn, column) in entered.formulas & page.formulas.keys()
        or (
            turn < len(there.cells)
            and column < len(there.cells[turn])
            and shows(there.cells[turn][column], plain(cell))
        )
        for turn, row in enumerate(page.cells)
        for column, cell in enumerate(row)
    )


def _make_room(calls: Calls, pages: Sequence[Page], checks: Checks) -> Found:
    """All tabs that are missing, and the rows and columns that are. What tabs there are then."""
    for turn in range(1, TRIES + 1):
        found = describe(calls)
        there = {title.casefold(): about for title, about in found.sheets.items()}
        frame: list[Json] = []
        for page in pages:
            rows, columns = page.size
            about = there.get(page.title.casefold())
            if about is None:
                number = random.SystemRandom().randrange(10**8, 2 * 10**9)
                grid = {"rowCount": max(1000, rows + 200), "columnCount": max(columns, 1)}
                properties = {"sheetId": number, "title": page.title, "gridProperties": grid}
                frame.append({"addSheet": {"properties": properties}})
                continue
            frame += [
                {"appendDimension": {"sheetId": about.get("sheetId", 0), "dimension": kind, "length": wanted - now}}
                for kind, wanted, now in (
                    ("ROWS", rows, about["gridProperties"]["rowCount"]),
                    ("COLUMNS", columns, about["gridProperties"]["columnCount"]),
                )
                if wanted > now
            ]
        if not frame:
            return found
        try:
            calls.change([*checks(), *frame])
        except Lost as lost:
            if turn == TRIES:
                raise lost.stop from lost
            calls.pause(turn, lost)
    return describe(calls)


def _missing_merges(page: Page, there: Sequence[Json]) -> list[Box]:
    known = {tuple(merge.get(name, 0) for name in _SIDES) for merge in there}
    return [box for box in page.merges if box not in known]


def _merge(number: int, boxes: Sequence[Box], send: Callable[[list[Json]], None], guards: int) -> list[str]:
    """Merge cells; names those that Google wants to keep apart. `send` puts so many `guards` before what it gets."""
    waiting, refused = list(boxes), []
    while waiting:
        spans = [{"sheetId": number, **dict(zip(_SIDES, box, strict=True))} for box in waiting]
        try:
            send([{"mergeCells": {"range": span, "mergeType": "MERGE_ALL"}} for span in spans])
        except Refused as no:
            if no.turn is not None and no.turn < guards:
                raise
            turn = 0 if no.turn is None else no.turn - guards
            refused.append(waiting.pop(turn))
        else:
            break
    return [in_letters(box) for box in refused]


def _send_all(calls: Calls, requests: Iterable[tuple[Json, int]], checks: Checks) -> None:
    """Send requests, each with its size in bytes, in batches that Google takes."""
    batch: list[Json] = []
    size = 0
    for request, weight in requests:
        if size and size + weight > MOST_BYTES:
            _send(calls, batch, checks)
            batch, size = [], 0
        batch.append(request)
        size += weight
    if batch:
        _send(calls, batch, checks)


def _send(calls: Calls, batch: Sequence[Json], checks: Checks) -> None:
    """Send a batch until it has arrived; nothing in it does harm when it comes twice."""
    for turn in range(1, TRIES + 1):
        try:
            calls.change([*checks(), *batch])
        except Lost as lost:
            if turn == TRIES:
                raise lost.stop from lost
            calls.pause(turn, lost)
        else:
            return


def _requests(number: int, page: Page) -> Iterator[tuple[Json, int]]:
    """The cells in blocks of rows, each with its size in bytes."""
    lines: list[Json] = []
    start = size = 0
    for turn, row in enumerate(page.cells):
        lines.append({"values": [typed(cell) for cell in row]})
        size += len(json.dumps(lines[-1])) + 2
        if size > MOST_BYTES // 8 or turn + 1 == len(page.cells):
            place = {"sheetId": number, "rowIndex": start, "columnIndex": 0}
            fields = "userEnteredValue,userEnteredFormat.numberFormat"
            yield {"updateCells": {"start": place, "rows": lines, "fields": fields}}, size + 150
            lines, start, size = [], turn + 1, 0
