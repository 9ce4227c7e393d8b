"""How the register looks at Google: colours, notes, dropdowns, charts, protection, as requests for what is missing."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from outside.excel.formatting import AS_TEXT, INK, LISTED, OURS, OURS_BELOW, PAPER, STATUS, THEIRS, width_of
from outside.excel.lights import ROW_HIGH, charts_of, lights
from outside.google.batch import TabChange
from outside.google.client import Json
from outside.xlsx.charts import Chart
from outside.xlsx.text import column_letters
from roster.sheet.columns import TAB, Column, TabSpec, hint, kept_in_sight, offered
from roster.sheet.table import Cell, is_blank
from roster.terms import Terms

PROTECTION = "Deze kolom vult Buurtbeheer in."


@dataclass(slots=True)
class TabState:
    """What stands on one tab: where each heading is, how its cell and the one below it look, and what lies over all.

    `columns` maps headings to positions, `heading_row` counts from 0. `heads` and `below` hold a cell's
    look by column; `things` the tab's protected ranges, banding, rules, filter, tables and charts, as Google tells
    them. `last` is the last row in use.
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
    frozen_columns: int = 0
    new: bool = False
    last: int = 0

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
    columns = {
        here.columns[column.heading]: column
        for column in (*tab.columns, *tab.at_google)
        if column.heading in here.columns
    }
    grid = {} if here.frozen else {"frozenRowCount": here.heading_row + 1}
    in_sight = kept_in_sight(tab, here.columns)
    if in_sight and not here.frozen_columns and not here.heading_row:  # a title above them may be merged over more
        grid["frozenColumnCount"] = in_sight
    if grid:
        fields = ",".join(f"gridProperties.{name}" for name in grid)
        frozen = {"properties": {"sheetId": here.id, "gridProperties": grid}, "fields": fields}
        yield {"updateSheetProperties": frozen}
    for position, column in sorted(columns.items()):
        yield from _heading(here, position, column, terms)
        yield from _cells_below(here, position, column, dropdown(column, tab, places, terms))
        if here.new:
            span = {"sheetId": here.id, "dimension": "COLUMNS", "startIndex": position, "endIndex": position + 1}
            size = {"pixelSize": round(width_of(column) * 7)}
            yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
    yield from _over_all(here, columns)
    if here.last > here.heading_row:  # what is put in right below the headings would stretch all of them
        charts = missing_charts(tab.title, here.id, here.columns, here.heading_row, here.last)
        yield from (one for one in charts if not is_there(one, here.things.get("charts", [])))


def dressed(change: TabChange, terms: Terms) -> list[Json]:
    """Requests for the look of a tab that gets its first rows; one that stood there empty lacks its charts only."""
    tab, table = change.tab, change.tab.table
    spec, last = TAB[table.tab], change.first_row + change.rows - 1
    if not tab.new:
        return list(missing_charts(table.tab, tab.id, table.columns, tab.heading_row, last))
    guarded: Json = {"protectedRanges": [{"range": {"sheetId": tab.id}}]} if spec.is_ours else {}
    here = TabState(
        tab.id, tab.title, change.row_count, tab.column_count, tab.heading_row, table.columns, things=guarded
    )
    here.frozen, here.new, here.last = 1, True, last
    return list(missing_look(spec, here, {}, terms))


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
    if here.new or (column.own and not shown.get("backgroundColor")):
        form["verticalAlignment"] = "TOP"  # beside a long remark
        fields.append("userEnteredFormat.verticalAlignment")
    if column.own and not shown.get("backgroundColor"):
        form["backgroundColor"] = colour(OURS_BELOW)
        fields.append("userEnteredFormat.backgroundColor")
        if column.kind == "number":  # kept apart from the words right of it
            form["padding"] = {"top": 2, "right": 10, "bottom": 2, "left": 3}
            fields.append("userEnteredFormat.padding")
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
        letter = column_letters(there.columns[heading] + 1)
        title = "'" + there.title.replace("'", "''") + "'"
        formula = f"={title}!${letter}${there.heading_row + 2}:${letter}"
        return _rule("ONE_OF_RANGE", [formula])
    words = offered(column, terms.network.places, terms.languages)
    return _rule("ONE_OF_LIST", list(words)) if words else None


def _rule(kind: str, words: list[str]) -> Json:
    values = [{"userEnteredValue": word} for word in words]
    return {"condition": {"type": kind, "values": values}, "showCustomUi": True, "strict": False}


def _over_all(here: TabState, columns: Mapping[int, Column]) -> Iterator[Json]:
    """Protection with a warning, what lights up, and without a table banding and a filter: what is not there yet."""
    guarded = [thing.get("range", {}) for thing in here.things.get("protectedRanges", [])]
    yield from _lights(here)
    rules = here.things.get("conditionalFormats", [])
    ruled = [span for rule in rules if not _is_light(rule, here) for span in rule.get("ranges", [])]
    for position, column in sorted(columns.items()):
        if column.own and not any(_covers(span, position) for span in guarded):
            span = _span(here, position) | {"startRowIndex": here.heading_row}
            thing = {"range": span, "description": PROTECTION, "warningOnly": True}
            yield {"addProtectedRange": {"protectedRange": thing}}
        if column.heading == "Status" and not any(_covers(span, position) for span in ruled):
            for word, (fill, ink) in STATUS.items():
                yield _conditional([_span(here, position)], "TEXT_EQ", word, fill, ink)
    if here.things.get("tables"):
        return  # a table has its own, and Google takes no other
    if not here.things.get("bandedRanges"):
        rows = {"firstBandColor": colour("FFFFFF"), "secondBandColor": colour("F3F7F8"), "headerColor": colour(THEIRS)}
        yield {"addBanding": {"bandedRange": {"range": here.whole, "rowProperties": rows}}}
    if not here.things.get("basicFilter"):
        yield {"setBasicFilter": {"filter": {"range": here.whole}}}


def _lights(here: TabState) -> Iterator[Json]:
    """The cell at fault and the row that has one. Each comes in front of the others, so the heaviest comes last."""
    rules = here.things.get("conditionalFormats", [])
    for light in reversed(lights(here.columns, here.heading_row + 1, ";")):
        there = [span for rule in rules if any(map(light.is_in, _formulas(rule))) for span in rule.get("ranges", [])]
        wanted = light.columns or tuple(here.columns.values())
        if not all(any(_covers(span, position) for span in there) for position in wanted):
            whole = {"sheetId": here.id, "startRowIndex": here.heading_row}
            spans = [whole | {"startColumnIndex": at, "endColumnIndex": at + 1} for at in light.columns] or [whole]
            yield _conditional(spans, "CUSTOM_FORMULA", "=" + light.formula, light.fill, light.ink)


def _formulas(rule: Json) -> list[str]:
    values = rule.get("booleanRule", {}).get("condition", {}).get("values", [])
    return [value.get("userEnteredValue", "") for value in values]


def _is_light(rule: Json, here: TabState) -> bool:
    found = lights(here.columns, here.heading_row + 1)
    return any(light.is_in(formula) for light in found for formula in _formulas(rule))


def _conditional(spans: list[Json], kind: str, word: str, fill: str, ink: str) -> Json:
    look = {"backgroundColor": colour(fill), "textFormat": {"foregroundColor": colour(ink)}}
    rule = {"condition": {"type": kind, "values": [{"userEnteredValue": word}]}, "format": look}
    return {"addConditionalFormatRule": {"rule": {"ranges": spans, "booleanRule": rule}, "index": 0}}


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


def says_nothing(cells: list[list[Cell]]) -> bool:
    """True for a tab without anything in it."""
    return all(is_blank(cell) for row in cells for cell in row)


def missing_charts(tab: str, sheet: int, columns: Mapping[str, int], heading_row: int, last: int) -> Iterator[Json]:
    """Requests for all charts of a tab; `heading_row` and `last` (the last row in use) count from 0."""
    for chart in charts_of(tab, columns, heading_row + 1, last + 1):
        (column, row), (wide, high) = chart.at, chart.size
        corner = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
        place = {"anchorCell": corner, "widthPixels": wide, "heightPixels": high * 21 // ROW_HIGH}
        number = zlib.crc32(f"{sheet} {chart.title}".encode()) >> 1  # so that none can be added twice
        thing = {"chartId": number, "spec": _spec(chart, sheet), "position": {"overlayPosition": place}}
        yield {"addChart": {"chart": thing}}


def is_there(request: Json, charts: list[Json]) -> bool:
    """True where a chart of that title stands already."""
    title = request["addChart"]["chart"]["spec"]["title"]
    return any(one.get("spec", {}).get("title") == title for one in charts)


def _spec(chart: Chart, sheet: int) -> Json:
    """One row of room below what grows: a row that is put in before it stretches the chart."""
    rows = {"startRowIndex": chart.first - 2, "endRowIndex": chart.last + chart.grows}

    def source(column: int) -> Json:
        span = {"sheetId": sheet, **rows, "startColumnIndex": column - 1, "endColumnIndex": column}
        return {"sourceRange": {"sources": [span]}}

    axis = "BOTTOM_AXIS" if chart.lies else "LEFT_AXIS"
    bars = {
        "chartType": "BAR" if chart.lies else "COLUMN",
        "legendPosition": "NO_LEGEND",
        "headerCount": 1,
        "domains": [{"domain": source(chart.names)}],
        "series": [{"series": source(chart.values), "targetAxis": axis}],
    }
    return {"title": chart.title, "basicChart": bars}
