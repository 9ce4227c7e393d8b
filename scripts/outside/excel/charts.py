"""Which charts a tab of the register has, and where they stand on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from outside.xlsx.charts import Chart
from roster.sheet.columns import OVERZICHT

_MONTHS = 12
_WIDE = 560
_HIGH = 300
_PER_ROW = 20
_USUAL = 40
"""Rows that the lying bars have room for where nobody knows yet how many there will be."""

ROW_HIGH = 20
"""Pixels of a row."""


class Drawn(NamedTuple):
    """A chart of one column, named by another, both by heading; `rows` of them, or all (0), and then it lies."""

    title: str
    names: str
    values: str
    rows: int = 0


CHARTS: Mapping[str, tuple[Drawn, ...]] = {
    OVERZICHT.title: (
        Drawn("Aanmeldingen per maand", "Maand", "Aanmeldingen", _MONTHS),
        Drawn("Hoe vol het is, in procenten", "Naam", "Vol in %"),
    )
}
"""By tab, from top to bottom."""


def charts_of(tab: str, columns: Mapping[str, int], heading_row: int, last: int) -> list[Chart]:
    """The charts of a tab with these columns (heading -> position, 0 = A), right of them all.

    `last` is the last row in use (1 = top).
    """
    found = []
    row = heading_row
    for drawn in CHARTS.get(tab, ()):
        if drawn.names in columns and drawn.values in columns:
            first = heading_row + 1
            end = first + drawn.rows - 1 if drawn.rows else max(first, last)
            high = _HIGH if drawn.rows else 90 + _PER_ROW * max(_USUAL, end - first + 1)
            place = max(columns.values()) + 1, row
            names, values = columns[drawn.names] + 1, columns[drawn.values] + 1
            size, lies = (_WIDE, high), not drawn.rows
            found.append(Chart(drawn.title, names, values, first, end, place, size, lies=lies, grows=lies))
            row += high // ROW_HIGH + 2
    return found
