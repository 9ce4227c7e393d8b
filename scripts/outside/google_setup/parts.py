"""Has Google do many things of which it may refuse some, which are named; and the filter views among them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from outside.google.answers import Refused
from outside.google.client import Calls, Json
from outside.google.tabs import OF_GROUP, view_address
from outside.google_setup.formatting import TabState
from roster.cells import text
from roster.sheet.table import Cell, fold

_NAMES = {
    "updateSheetProperties": "vaste kopregel",
    "repeatCell": "opmaak",
    "updateDimensionProperties": "breedte",
    "setDataValidation": "keuzelijst",
    "addProtectedRange": "waarschuwing",
    "addConditionalFormatRule": "kleuren",
    "addBanding": "strepen",
    "setBasicFilter": "filter",
    "addFilterView": "weergaven",
    "addChart": "grafieken",
}
"""What each kind of request is to whoever sets up a register."""

_WHY = (
    "Misschien is daar iets beveiligd, of staat er een tabel van Google. Buurtbeheer werkt ook zonder. Wilt u het "
    "toch? Haal de beveiliging of de tabel weg, en typ nog eens: make setup"
)


def in_parts(calls: Calls, checks: Sequence[Json], requests: Sequence[Json], refused: list[Json]) -> None:
    """Carry out all that Google takes, and add what it does not to `refused`. `checks` go first in every batch.

    A batch is all or nothing, so what is refused is found by the number that Google tells, or by halving where it
    tells none: its words are in anybody's language. What was refused before is not asked again. Raises Refused for
    the checks, and Lost where nobody knows or Google asks to wait.
    """
    waiting = [asked] if (asked := [one for one in requests if one not in refused]) else []
    while waiting:
        part = waiting.pop()
        try:
            calls.change([*checks, *part])
        except Refused as refusal:
            at = None if refusal.turn is None else refusal.turn - len(checks)
            if at is not None and not 0 <= at < len(part):
                raise
            if at is None and len(part) > 1:
                half = len(part) // 2
                waiting += [part[half:], part[:half]]
                continue
            if at is None and checks and not refused:
                calls.change(checks)
            refused.append(part.pop(at or 0))
            if part:
                waiting.append(part)


def name_refused(requests: Iterable[Json], places: Mapping[str, TabState]) -> Iterator[str]:
    """What was refused, in Dutch: a line for each tab, and what to do about it."""
    found: dict[str, dict[str, list[str]]] = {}
    for request in requests:
        [(kind, spec)] = request.items()
        span = _span_of(spec)
        here = next(one for one in places.values() if one.id == span.get("sheetId", 0))
        columns = {position: heading for heading, position in here.columns.items()}
        first = span.get("startColumnIndex", span.get("startIndex"))
        alone = first is not None and span.get("endColumnIndex", span.get("endIndex")) == first + 1
        named = found.setdefault(here.title, {}).setdefault(_NAMES.get(kind, kind), [])
        heading = columns.get(first, "") if first is not None and alone else ""
        if heading and heading not in named:
            named.append(heading)
    for title, kinds in found.items():
        parts = [f"{name} ({', '.join(headings)})" if headings else name for name, headings in kinds.items()]
        yield f"Niet gelukt op tabblad {title}: {', '.join(parts)}."
    if found:
        yield _WHY


def _span_of(spec: Json) -> Json:
    """Where a request would have been carried out."""
    if "chart" in spec:
        corner: Json = spec["chart"]["position"]["overlayPosition"]["anchorCell"]
        return corner
    for inner in (spec, *(one for one in spec.values() if isinstance(one, dict))):
        span = inner.get("range") or next(iter(inner.get("ranges", ())), None)
        if isinstance(span, dict):
            return span
    found: Json = spec.get("properties", {})
    return found


_FIRST_OF_THE_MONTH = "=EOMONTH(TODAY();-1)+1"
_VIEWS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Met melding": {"Meldingen": ("NOT_BLANK", "")},
    "Nieuw deze maand": {"Aangemeld op": ("DATE_ON_OR_AFTER", _FIRST_OF_THE_MONTH)},
    "Zonder e-mail": {"E-mail": ("BLANK", ""), "Status": ("TEXT_EQ", "actief")},
}
"""What each view shows: by heading, the condition that its cell keeps."""


def missing_views(here: TabState, groups: Iterable[Cell]) -> Iterator[Json]:
    """Requests for the views that are not there yet, one for each group among them.

    A view is known by its name and by its number, which goes by its name: one that somebody renamed stays his.
    """
    names = [name for name in map(text, groups) if name and name[0] not in "=+'"]
    wanted = {**_VIEWS, **{OF_GROUP + name: {"Groep": ("TEXT_EQ", name)} for name in names}}
    known = here.things.get("filterViews", [])
    there = {fold(str(one.get("title", ""))) for one in known}
    numbers = {one.get("filterViewId") for one in known}
    for title, conditions in wanted.items():
        number = zlib.crc32(f"{here.id} {fold(title)}".encode()) >> 1
        if fold(title) not in there and number not in numbers and conditions.keys() <= here.columns.keys():
            specs = [_spec(here.columns[heading], *condition) for heading, condition in conditions.items()]
            there.add(fold(title))
            view = {"filterViewId": number, "title": title, "range": here.whole, "filterSpecs": specs}
            yield {"addFilterView": {"filter": view}}


def _spec(position: int, kind: str, value: str) -> Json:
    condition = {"type": kind, **({"values": [{"userEnteredValue": value}]} if value else {})}
    return {"columnIndex": position, "filterCriteria": {"condition": condition}}


def tell_views(requests: Iterable[Json], refused: Sequence[Json], spreadsheet: str) -> Iterator[str]:
    """The address of every view of a group that was made just now: who keeps it, sees that group's list."""
    views = [one["addFilterView"]["filter"] for one in requests if "addFilterView" in one and one not in refused]
    groups = [view for view in views if view["title"].startswith(OF_GROUP)]
    if groups:
        yield "Elke groep heeft nu een eigen lijst. Mag de beheerder in het blad, stuur dan het adres om te bewaren:"
    for view in groups:
        yield f"  {view['title']}: {view_address(spreadsheet, view['range']['sheetId'], view['filterViewId'])}"
    if groups:
        yield "Na make sync staat het ook op tabblad Groepen, bij de groep."
