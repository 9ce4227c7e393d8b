"""Filter views of tab Deelnemers: everybody looks through his own, and nobody else's sheet changes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from outside.google.client import Json
from outside.google_setup.formatting import TabState
from roster.cells import text
from roster.sheet.table import Cell, fold

_FIRST_OF_THE_MONTH = "=EOMONTH(TODAY();-1)+1"
_VIEWS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Met melding": {"Meldingen": ("NOT_BLANK", "")},
    "Nieuw deze maand": {"Aangemeld op": ("DATE_ON_OR_AFTER", _FIRST_OF_THE_MONTH)},
    "Zonder e-mail": {"E-mail": ("BLANK", ""), "Status": ("TEXT_EQ", "actief")},
}
"""What each view shows: by heading, the condition that its cell keeps."""

_OF_GROUP = "Groep "


def missing_views(here: TabState, groups: Iterable[Cell]) -> Iterator[Json]:
    """Requests for the views that are not there yet, one for each group among them.

    A view is known by its name and by its number, which goes by its name: one that somebody renamed stays his.
    """
    names = [name for name in map(text, groups) if name and name[0] not in "=+'"]
    wanted = {**_VIEWS, **{_OF_GROUP + name: {"Groep": ("TEXT_EQ", name)} for name in names}}
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
    groups = [view for view in views if view["title"].startswith(_OF_GROUP)]
    if groups:
        yield "Elke groep heeft nu een eigen lijst. Mag de beheerder in het blad, stuur dan het adres om te bewaren:"
    for view in groups:
        place = f"gid={view['range']['sheetId']}&fvid={view['filterViewId']}"
        yield f"  {view['title']}: https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#{place}"
