"""Looks why Google refused a batch: what stands in the way, told by the sheet itself and not by Google's words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from outside.errors import Stop
from outside.google.answers import Lost, Refused
from outside.google.client import Calls, Json
from outside.xlsx.text import column_letters

MOST_CELLS = 10_000_000
"""Cells that Google keeps in one spreadsheet, empty ones too."""

CHANGING = Stop("Het Google-blad verandert steeds terwijl Buurtbeheer bezig is.", "Probeer het opnieuw.")
UNREAD = "Google laat het blad niet lezen."

GRIDS = "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))"
_LOOK = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "protectedRanges(range,unprotectedRanges,description,warningOnly,requestingUserCanEdit))"
)
_ENDLESS = 10**9


class Box(NamedTuple):
    """Cells of a tab, by its id: counted from 0, ends not included."""

    sheet: int
    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Box) -> bool:
        """True when both have a cell in common."""
        apart = self.right <= other.left or other.right <= self.left
        return self.sheet == other.sheet and not apart and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box) -> bool:
        """True when all of the other lies in this one."""
        return self.meets(other) and self == Box(
            self.sheet,
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )


class Look(NamedTuple):
    """What a look after a refusal saw: the tabs' titles by id, and why the batch was refused.

    `stop` is None where tabs that the batch counted on have gone or shrunk: look at them anew. `is_certain` is False
    where nothing stands in the way and only Google's words are left.
    """

    titles: dict[int, str]
    stop: Stop | None = None
    is_certain: bool = True


def look_why(calls: Calls, refused: Refused) -> Look:
    """Look at the sheet: have tabs gone or shrunk, is something protected, is it full? One call. Raises Stop."""
    requests = refused.requests
    sheets = calls.describe(_LOOK).get("sheets", [])
    about = {sheet["properties"].get("sheetId", 0): sheet["properties"] for sheet in sheets}
    titles = {number: properties["title"] for number, properties in about.items()}
    if not requests:
        return Look(titles, refused.stop(UNREAD), is_certain=False)
    new = {request["addSheet"]["properties"]["sheetId"] for request in requests if "addSheet" in request}
    boxes = [box for request in requests for box in _boxes(request) if box.sheet not in new]
    room = _room(requests)
    if any(box.sheet not in about or _is_beyond(box, about[box.sheet], room) for box in boxes):
        return Look(titles)
    turn = refused.turn if refused.turn is not None and refused.turn < len(requests) else None
    touched = boxes if turn is None else list(_boxes(requests[turn]))
    for thing in (thing for sheet in sheets for thing in sheet.get("protectedRanges", [])):
        if _forbids(thing, touched):
            return Look(titles, _protected(_box(thing.get("range", {})), titles))
    if is_full(sheets, _cells_put_in(requests, about)):
        return Look(titles, full())
    place = "in het blad"  # without its number nobody knows which of the batch was refused
    if turn is not None:
        place = next((f"op het tabblad '{titles[box.sheet]}'" for box in touched if box.sheet in titles), place)
    message = f"Google weigert wat Buurtbeheer {place} wil zetten."
    return Look(titles, refused.stop(message, "Geef dit door aan wie Buurtbeheer voor u onderhoudt."), is_certain=False)


def why_unread(calls: Calls, refused: Refused, titles: Collection[str]) -> Exception:
    """What to raise where tabs of those titles could not be read: Lost where one has gone meanwhile, or else a Stop."""
    look = look_why(calls, refused)
    if not set(titles) <= set(look.titles.values()):
        return Lost(CHANGING, certain=True)
    return refused.stop(UNREAD)


def is_full(sheets: Sequence[Json], more: int) -> bool:
    """True where so many more cells do not fit in the spreadsheet."""
    grids = [sheet["properties"].get("gridProperties", {}) for sheet in sheets]
    cells = sum(int(grid.get("rowCount", 0)) * int(grid.get("columnCount", 0)) for grid in grids)
    return cells + more > MOST_CELLS


def full() -> Stop:
    """What to say then."""
    return Stop(
        "Het Google-blad is vol: er passen niet meer dan tien miljoen cellen in.",
        "Verwijder lege rijen en kolommen, ook op uw eigen tabbladen.",
    )


def _boxes(request: Json) -> Iterator[Box]:
    """Where a request changes something."""
    [(kind, spec)] = request.items()
    if kind == "updateCells" and "start" in spec:
        start, rows = spec["start"], spec.get("rows", [])
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        width = max((len(row.get("values", [])) for row in rows), default=0)
        yield Box(start.get("sheetId", 0), top, left, top + len(rows), left + width)
    elif kind == "insertDimension":
        span = spec["range"]
        start = span["startIndex"]
        rows_too = span["dimension"] == "ROWS"
        yield Box(span["sheetId"], start if rows_too else 0, 0 if rows_too else start, _ENDLESS, _ENDLESS)
    elif kind in ("deleteSheet", "updateSheetProperties"):
        yield Box(spec.get("properties", spec).get("sheetId", 0), 0, 0, 1, 1)
    else:
        yield from map(_box, _ranges(spec))


def _ranges(spec: object) -> Iterator[Json]:
    """The GridRanges in a request, however deep."""
    for name, value in spec.items() if isinstance(spec, dict) else ():
        if name == "range" and "dimension" not in value:
            yield value
        elif name == "ranges":
            yield from value
        else:
            yield from _ranges(value)


def _box(span: Json) -> Box:
    top, left = span.get("startRowIndex", 0), span.get("startColumnIndex", 0)
    return Box(
        span.get("sheetId", 0), top, left, span.get("endRowIndex", _ENDLESS), span.get("endColumnIndex", _ENDLESS)
    )


def _room(requests: Sequence[Json]) -> dict[tuple[int, str], int]:
    """How many rows and columns the requests put in, by tab."""
    found: dict[tuple[int, str], int] = {}
    for span in (request["insertDimension"]["range"] for request in requests if "insertDimension" in request):
        place = span["sheetId"], span["dimension"]
        found[place] = found.get(place, 0) + span["endIndex"] - span["startIndex"]
    return found


def _is_beyond(box: Box, about: Json, room: Mapping[tuple[int, str], int]) -> bool:
    grid = about.get("gridProperties", {})
    rows: int = grid.get("rowCount", 0) + room.get((box.sheet, "ROWS"), 0)
    columns: int = grid.get("columnCount", 0) + room.get((box.sheet, "COLUMNS"), 0)
    bottom = box.top if box.bottom == _ENDLESS else box.bottom
    right = box.left if box.right == _ENDLESS else box.right
    return bottom > rows or right > columns


def _forbids(thing: Json, touched: Sequence[Box]) -> bool:
    """True for a protected range that we may not edit, where one of these boxes lies in it."""
    if thing.get("warningOnly") or thing.get("requestingUserCanEdit"):
        return False
    guarded, free = _box(thing.get("range", {})), [_box(span) for span in thing.get("unprotectedRanges", [])]
    return any(guarded.meets(box) and not any(part.holds(box) for part in free) for box in touched)


def _protected(box: Box, titles: Mapping[int, str]) -> Stop:
    """The columns of a tab that we may not write in."""
    first = column_letters(box.left + 1)
    last = column_letters(box.right) if box.right != _ENDLESS else first
    if box.right == _ENDLESS:
        what = "iets"
    else:
        what = f"kolom {first}" if first == last else f"iets in de kolommen {first} tot en met {last}"
    return Stop(
        f"Op het tabblad '{titles.get(box.sheet, '')}' is {what} beveiligd, zodat Buurtbeheer er niets in kan zetten.",
        "Haal die beveiliging weg (Gegevens, Beveiligde bladen en bereiken), "
        "of geef Buurtbeheer daar het recht om te bewerken.",
    )


def _cells_put_in(requests: Sequence[Json], about: Mapping[int, Json]) -> int:
    """How many cells the requests would add to the spreadsheet, at the least."""
    count = 0
    for grid in (
        request["addSheet"]["properties"].get("gridProperties", {}) for request in requests if "addSheet" in request
    ):
        count += grid.get("rowCount", 1000) * grid.get("columnCount", 26)
    for (sheet, dimension), lines in _room(requests).items():
        grid = about.get(sheet, {}).get("gridProperties", {})
        count += lines * grid.get("columnCount" if dimension == "ROWS" else "rowCount", 0)
    return count
