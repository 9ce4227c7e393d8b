"""Carries the formulas of a file over, once all values stand there, and tells of those that Google does not master."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from outside.google_batch import MOST_BYTES
from outside.google_calls import Calls, Json, Refused
from outside.google_page import Page, Place
from outside.google_tabs import Found, cells_in, quoted
from outside.xlsx_text import column_letters

SHOWN = 12
"""How many places are told in one line."""

_NOTE = "In het bestand stond hier een formule die Google niet aanneemt: "
_LONGEST_NOTE = 1000
_MOST_ROWS = 1000
_MOST_SPLITS = 40
"""How often a run of formulas is halved to find the one that Google refuses; each time costs a call."""

_BROKEN = ("#NAME?", "#NAAM?", "#ERROR!", "#FOUT!", "#REF!", "#VERW!")
"""What shows where Google knows a function, a name or a tab not. Other errors are an outcome."""

_ENTERED = "sheets(properties.title,data(startRow,startColumn,rowData.values(note,userEnteredValue.formulaValue)))"

Wanted = tuple[Page, int, list[Place]]
"""A tab, its id at Google, and which of its formulas are to go."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Where on a tab a formula stands already, and where our note says that none can."""

    formulas: frozenset[Place] = frozenset()
    noted: frozenset[Place] = frozenset()


def look_what_is_entered(calls: Calls, found: Found, pages: Iterable[tuple[Page, str]]) -> dict[str, Entered]:
    """What stands at Google where the file has formulas, by the file's titles: one call, or none without formulas."""
    boxes = {}
    for page, title in pages:
        grid = found.sheets[title]["gridProperties"]
        box = _box(page, grid["rowCount"], grid["columnCount"])
        if box:
            boxes[title] = (page.title, f"{quoted(title)}!{box}")
    entered: dict[str, Entered] = {}
    if not boxes:
        return entered
    for sheet in calls.describe(_ENTERED, [box for _, box in boxes.values()]).get("sheets", []):
        formulas, noted = set(), set()
        for row, column, cell in cells_in(sheet):
            value = cell.get("userEnteredValue")
            if isinstance(value, dict) and "formulaValue" in value:
                formulas.add((row, column))
            if str(cell.get("note", "")).startswith(_NOTE):
                noted.add((row, column))
        entered[boxes[sheet["properties"]["title"]][0]] = Entered(frozenset(formulas), frozenset(noted))
    return entered


def missing(page: Page, entered: Entered) -> list[Place]:
    """The formulas of a tab that do not stand there yet. One that somebody changed since is left as it is."""
    return [place for place in page.formulas if place not in entered.formulas and place not in entered.noted]


def write_formulas(wanted: Sequence[Wanted], send: Callable[[Sequence[Json]], None], guards: int) -> list[str]:
    """Put the formulas over their values. Where Google takes none the value stays, with a note; tells in Dutch where.

    `send` puts so many `guards` before what it gets.
    """
    waiting = [(page, number, places) for page, number, all_ in wanted for places in _runs(page, all_)]
    refused: list[Wanted] = [
        (page, number, [place for place in all_ if page.formulas[place].text is None]) for page, number, all_ in wanted
    ]
    splits = 0
    while waiting:
        batch: list[Json] = []
        size = 0
        for page, number, places in waiting:
            size += sum(len(page.formulas[place].text or "") + 60 for place in places) + 200
            if batch and size > MOST_BYTES:
                break
            batch.append(_request(page, number, places))
        try:
            send(batch)
        except Refused as no:
            turn = -1 if no.turn is None else no.turn - guards
            if not 0 <= turn < len(batch):
                raise
            page, number, places = waiting.pop(turn)
            halves = [half for half in (places[: len(places) // 2], places[len(places) // 2 :]) if half]
            if len(halves) == 2 and splits < _MOST_SPLITS:
                splits += 1
                waiting[turn:turn] = [(page, number, half) for half in halves]
            else:
                refused.append((page, number, places))
        else:
            del waiting[: len(batch)]
    notes = [_with_note(page, number, place) for page, number, places in refused for place in places]
    for start in range(0, len(notes), _MOST_ROWS):
        send(notes[start : start + _MOST_ROWS])
    listed = _listed([(page.title, places) for page, _, places in refused])
    told = f"Deze formules neemt Google niet aan. Daar staat nu de uitkomst, met een notitie: {listed}."
    return [told] if listed else []


def look_at_outcomes(calls: Calls, carried: Iterable[tuple[Page, str, Sequence[Place]]]) -> list[str]:
    """Tell in Dutch which of these formulas show an error at Google and none in the file: one call, or none."""
    boxes = [(page, places, f"{quoted(title)}!{_box(page)}") for page, title, places in carried if places]
    if not boxes:
        return []
    broken = []
    for (page, places, _), (_, rows) in zip(boxes, calls.values([box for _, _, box in boxes]), strict=True):
        top, left = _corner(page)
        shown = {
            (top + down, left + over): cell for down, row in enumerate(rows) for over, cell in enumerate(row)
        }
        broken.append(
            (page.title, [one for one in places if shown.get(one) in _BROKEN and not page.formulas[one].fails])
        )
    listed = _listed(broken)
    return [f"Deze formules geven bij Google een fout. Kijk ze na: {listed}."] if listed else []


def _runs(page: Page, places: Iterable[Place]) -> Iterator[list[Place]]:
    """Formulas that stand under each other; an array formula stands alone."""
    run: list[Place] = []
    for column, row in sorted((column, row) for row, column in places if page.formulas[row, column].text is not None):
        one = page.formulas[row, column]
        alone = one.rows * one.columns > 1
        if run and (alone or run[-1] != (row - 1, column) or len(run) == _MOST_ROWS):
            yield run
            run = []
        run.append((row, column))
        if alone:
            yield run
            run = []
    if run:
        yield run


def _request(page: Page, number: int, places: Sequence[Place]) -> Json:
    """The formulas of a run. Cells that an outcome is to fill are emptied: a value in its way is an error at Google."""
    (top, left), first = places[0], page.formulas[places[0]]
    span = {
        "sheetId": number,
        "startRowIndex": top,
        "endRowIndex": top + max(len(places), first.rows),
        "startColumnIndex": left,
        "endColumnIndex": left + first.columns,
    }
    rows = [{"values": [{"userEnteredValue": {"formulaValue": page.formulas[place].text}}]} for place in places]
    return {"updateCells": {"range": span, "rows": rows, "fields": "userEnteredValue"}}


def _with_note(page: Page, number: int, place: Place) -> Json:
    row, column = place
    note = f"{_NOTE}{page.formulas[place].source}"[:_LONGEST_NOTE]
    start = {"sheetId": number, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": [{"note": note}]}], "fields": "note"}}


def _corner(page: Page) -> Place:
    return min(row for row, _ in page.formulas), min(column for _, column in page.formulas)


def _box(page: Page, most_rows: int | None = None, most_columns: int | None = None) -> str:
    """The part of a tab in which its formulas stand, in A1 notation; "" where there are none within the grid."""
    if not page.formulas:
        return ""
    top, left = _corner(page)
    bottom, right = max(row for row, _ in page.formulas) + 1, max(column for _, column in page.formulas) + 1
    bottom, right = min(bottom, most_rows or bottom), min(right, most_columns or right)
    if top >= bottom or left >= right:
        return ""
    return f"{column_letters(left + 1)}{top + 1}:{column_letters(right)}{bottom}"


def _listed(found: Iterable[tuple[str, Sequence[Place]]]) -> str:
    """Places in words; those that stand under each other as one."""
    told: list[tuple[str, int, list[int]]] = []
    for title, places in found:
        for column, row in sorted((column, row) for row, column in places):
            if told and told[-1][:2] == (title, column) and told[-1][2][-1] == row - 1:
                told[-1][2].append(row)
            else:
                told.append((title, column, [row]))
    words = []
    for title, column, rows in told[:SHOWN]:
        letters = column_letters(column + 1)
        words.append(f"{title} {letters}{rows[0] + 1}" + (f":{letters}{rows[-1] + 1}" if len(rows) > 1 else ""))
    more = len(told) - SHOWN
    return ", ".join(words) + (f" en nog {more} plekken" if more > 0 else "")
