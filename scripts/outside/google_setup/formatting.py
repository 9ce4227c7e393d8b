"""How the register looks at Google: colours, notes, dropdowns, formats, protection, as requests for what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from outside.excel.formatting import AS_TEXT, INK, LISTED, OURS, OURS_BELOW, PAPER, STATUS, THEIRS
from outside.google.client import Json
from roster.model import Terms
from roster.sheet.columns import TAB, Column, TabSpec, hint, offered
from roster.sheet.table import Cell, is_blank

PROTECTION = "Deze kolom vult Buurtbeheer in."


@dataclass(slots=True)
class TabState:
    """What stands on one tab: where each heading is, how its cell and the one below it look, and what lies over all.

    `columns` maps headings to positions, `heading_row` counts from 0. `heads` and `below` hold a cell's
    look by column; `things` the tab's protected ranges, banding, rules, filter and tables, as Google tells them.
    """

    id: int
    title: str
    rows: int
    width: int
    heading_row: int
    columns: Mapping[str, int]
    heads: Mapping[int, Json] = field(default_factory=dict)
    below: Mapping[int, Json] = field(default_factory=dict)
    things: Json = field(default_factory=dict)
    frozen: int = 0
    new: bool = False

    @property
    def whole(self) -> Json:
        """All that is in use, from the headings down to the end of the grid."""
        width = max([self.width, *(position + 1 for position in self.columns.values())])
        return {
            "sheetId": self.id,
            "startRowIndex": self.heading_row,
            "startColumnIndex": 0,
            "endColumnIndex": width,
        }

    @property
    def typed(self) -> frozenset[int]:
        """The columns of which a table ("Omzetten in tabel") itself says what they hold."""
        return frozenset(
            table.get("range", {}).get("startColumnIndex", 0) + one.get("columnIndex", 0)
            for table in self.things.get("tables", [])
            for one in table.get("columnProperties", [])
            if one.get("columnType", "COLUMN_TYPE_UNSPECIFIED") not in ("COLUMN_TYPE_UNSPECIFIED", "TEXT")
        )


def missing_look(tab: TabSpec, here: TabState, places: Mapping[str, TabState], terms: Terms) -> Iterator[Json]:
    """Requests for all that a tab's look lacks; nothing that somebody chose otherwise is changed.

    `places` are all tabs by the register's own title: dropdowns point at their columns.
    """
    columns = {here.columns[column.heading]: column for column in tab.columns if column.heading in here.columns}
    if not here.frozen:
        grid = {"sheetId": here.id, "gridProperties": {"frozenRowCount": here.heading_row + 1}}
        yield {"updateSheetProperties": {"properties": grid, "fields": "gridProperties.frozenRowCount"}}
    for position, column in sorted(columns.items()):
        yield from _heading(here, position, column, terms)
        yield from _cells_below(here, position, column, dropdown(column, tab, places, terms))
        if here.new:
            span = {"sheetId": here.id, "dimension": "COLUMNS", "startIndex": position, "endIndex": position + 1}
            size = {"pixelSize": max(column.width, len(max(column.heading.split(), key=len)) + 5) * 7}
            yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
    yield from _over_all(here, columns)


def _heading(here: TabState, position: int, column: Column, terms: Terms) -> Iterator[Json]:
    look = here.heads.get(position, {})
    cell: Json = {}
    if column.note and not look.get("note"):
        cell["note"] = hint(column, terms.network.places, terms.network.bounds.spot)
    if not look.get("userEnteredFormat"):
        cell["userEnteredFormat"] = {
            "backgroundColor": colour(OURS if column.own else THEIRS),
            "textFormat": {"bold": True, "foregroundColor": colour(INK if column.own else PAPER)},
            "verticalAlignment": "MIDDLE",
            "wrapStrategy": "WRAP",
        }
    if cell:
        fields = ",".join(cell)
        yield {"repeatCell": {"range": _span(here, position, only_heading=True), "cell": cell, "fields": fields}}


def _cells_below(here: TabState, position: int, column: Column, choice: Json | None) -> Iterator[Json]:
    look = here.below.get(position, {})
    span = _span(here, position)
    shown = look.get("userEnteredFormat", {})
    form: Json = {}
    fields = []
    if not shown.get("numberFormat") and position not in here.typed:
        if column.kind == "day":
            form["numberFormat"] = {"type": "DATE", "pattern": "dd-mm-yyyy"}
        elif column.heading in AS_TEXT:
            form["numberFormat"] = {"type": "TEXT"}
        if form:
            fields.append("userEnteredFormat.numberFormat")
    if column.own and not shown.get("backgroundColor"):
        form |= {"backgroundColor": colour(OURS_BELOW), "verticalAlignment": "TOP"}
        fields += ["userEnteredFormat.backgroundColor", "userEnteredFormat.verticalAlignment"]
        if column.heading == "Meldingen":
            form["wrapStrategy"] = "WRAP"
            fields.append("userEnteredFormat.wrapStrategy")
    if fields:
        yield {"repeatCell": {"range": span, "cell": {"userEnteredFormat": form}, "fields": ",".join(fields)}}
    rule = None if look.get("dataValidation") or position in here.typed else choice
    if rule is not None:
        yield {"setDataValidation": {"range": span, "rule": rule}}


def dropdown(column: Column, tab: TabSpec, places: Mapping[str, TabState], terms: Terms) -> Json | None:
    """The list to choose from. It helps and never refuses: what is wrong is told in Meldingen."""
    if column.own:
        return None
    source = LISTED.get(column.kind)
    if source == tab.title:
        return None
    if source:
        there = places.get(source)
        heading = TAB[source].headings[0]
        if there is None or heading not in there.columns:
            return None
        letter = _letters(there.columns[heading])
        title = "'" + there.title.replace("'", "''") + "'"
        formula = f"={title}!${letter}${there.heading_row + 2}:${letter}"
        return _rule("ONE_OF_RANGE", [formula])
    words = offered(column, terms.network.places, terms.languages)
    return _rule("ONE_OF_LIST", list(words)) if words else None


def _rule(kind: str, words: list[str]) -> Json:
    values = [{"userEnteredValue": word} for word in words]
    return {"condition": {"type": kind, "values": values}, "showCustomUi": True, "strict": False}


def _over_all(here: TabState, columns: Mapping[int, Column]) -> Iterator[Json]:
    """Protection with a warning, colours by Status, and without a table banding and a filter: what is not there yet."""
    guarded = [thing.get("range", {}) for thing in here.things.get("protectedRanges", [])]
    ruled = [span for rule in here.things.get("conditionalFormats", []) for span in rule.get("ranges", [])]
    for position, column in sorted(columns.items()):
        if column.own and not any(_covers(span, position) for span in guarded):
            span = _span(here, position) | {"startRowIndex": here.heading_row}
            thing = {"range": span, "description": PROTECTION, "warningOnly": True}
            yield {"addProtectedRange": {"protectedRange": thing}}
        if column.heading in ("Status", "Meldingen") and not any(_covers(span, position) for span in ruled):
            yield from _colours(_span(here, position), column.heading)
    if here.things.get("tables"):
        return  # a table has its own, and Google takes no other
    if not here.things.get("bandedRanges"):
        rows = {"firstBandColor": colour("FFFFFF"), "secondBandColor": colour("F3F7F8"), "headerColor": colour(THEIRS)}
        yield {"addBanding": {"bandedRange": {"range": here.whole, "rowProperties": rows}}}
    if not here.things.get("basicFilter"):
        yield {"setBasicFilter": {"filter": {"range": here.whole}}}


def _colours(span: Json, heading: str) -> Iterator[Json]:
    if heading == "Meldingen":
        look: Json = {"textFormat": {"foregroundColor": colour("8C2A1C")}}
        yield _conditional(span, "TEXT_STARTS_WITH", "Blokkeert", look)
        return
    for word, (fill, ink) in STATUS.items():
        look = {"backgroundColor": colour(fill), "textFormat": {"foregroundColor": colour(ink)}}
        yield _conditional(span, "TEXT_EQ", word, look)


def _conditional(span: Json, kind: str, word: str, look: Json) -> Json:
    rule = {"condition": {"type": kind, "values": [{"userEnteredValue": word}]}, "format": look}
    return {"addConditionalFormatRule": {"rule": {"ranges": [span], "booleanRule": rule}, "index": 0}}


def _span(here: TabState, position: int, *, only_heading: bool = False) -> Json:
    """A column from the row below its heading on, down to the end of the grid, or its heading alone."""
    found = {"sheetId": here.id, "startColumnIndex": position, "endColumnIndex": position + 1}
    if only_heading:
        return found | {"startRowIndex": here.heading_row, "endRowIndex": here.heading_row + 1}
    return found | {"startRowIndex": here.heading_row + 1}


def _covers(span: Json, column: int) -> bool:
    return bool(span.get("startColumnIndex", 0) <= column < span.get("endColumnIndex", 10**6))


def colour(code: str) -> Json:
    """A colour as Google takes it: parts from 0 to 1."""
    return {name: int(code[at : at + 2], 16) / 255 for name, at in (("red", 0), ("green", 2), ("blue", 4))}


def _letters(column: int) -> str:
    letters = ""
    while column >= 0:
        letters, column = chr(65 + column % 26) + letters, column // 26 - 1
    return letters


def says_nothing(cells: list[list[Cell]]) -> bool:
    """True for a tab without anything in it."""
    return all(is_blank(cell) for row in cells for cell in row)
