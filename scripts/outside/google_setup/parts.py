"""Has Google do many things of which it may refuse some: those are dropped and named, and all the others are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from outside.google.answers import Refused
from outside.google.client import Calls, Json
from outside.google_setup.formatting import TabState

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
        except Refused as told:
            at = None if told.turn is None else told.turn - len(checks)
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
