"""The charts of a tab at Google: requests for those that are not there yet."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from outside.excel.charts import ROW_HIGH, charts_of
from outside.google.client import Json
from outside.xlsx.charts import Chart


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
