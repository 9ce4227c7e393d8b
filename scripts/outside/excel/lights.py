"""What a tab shows by itself: the cell that a remark names and the row that has one light up; and its charts.

No cell of a person's is touched: a rule compares the heading of each column with what the row's Meldingen says,
so it goes out once the remark is gone, and moves along with columns that are moved, inserted or copied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from outside.xlsx.charts import Chart
from outside.xlsx.text import column_letters
from roster.finding import Weight
from roster.sheet.columns import OVERZICHT

_BLOCKS, NOTICE = Weight.BLOCKS.value.capitalize(), Weight.NOTICE.value.capitalize()
AT_FAULT = {_BLOCKS: ("F2A49A", "5E160C"), NOTICE: ("FFDD80", "4D3800")}
ROW = {_BLOCKS: ("F9DCD8", "8C2A1C"), NOTICE: ("FFF0CC", "7A5700")}
"""Fill and ink."""


LAST_COLUMN = 77
"""A rule for the whole tab holds up to this position: columns of people's own that come later light up as well."""

LAST_ROW = 1_048_576


class Light(NamedTuple):
    """One rule. `columns` are the positions (0 = A) that it holds for; empty where it holds for the whole tab.

    `formula` stands for the first of them in the row of the headings, without "=". The rule begins there and not
    below, where a row that is put in first would stay outside it. `mark` and `said` tell it from all others.
    """

    columns: tuple[int, ...]
    formula: str
    mark: str
    said: str
    fill: str
    ink: str

    def is_in(self, formula: str) -> bool:
        """True for a formula of this rule, as whatever program saved it, also once rows were put in."""
        bare = re.sub(r"\s", "", formula)
        return re.sub(r"\s", "", self.mark) in bare and re.search(rf"\{self.said}\d", bare) is not None


def lights(columns: Mapping[str, int], heading_row: int, comma: str = ",") -> list[Light]:
    """The rules of a tab with these columns (heading -> position, 0 = A), whose headings stand in that row (1 = top).

    The first that fits is the one that shows. `comma` is what stands between arguments. FIND and not SEARCH, which
    takes ? * and ~ for something else; a line must begin with the remark, and its brackets close, so that Groep
    is not Groepen and what somebody typed is no remark.
    """
    if "Meldingen" not in columns:
        return []
    column = f"${column_letters(columns['Meldingen'] + 1)}"
    said = f"{column}{heading_row}"
    heading = f'TRIM(SUBSTITUTE(A${heading_row}{comma}CHAR(10){comma}" "))'
    found = [
        Light(
            (),
            f'ISNUMBER(FIND(CHAR(10)&"{word} ("&{heading}&"):"{comma}CHAR(10)&{said}))',
            f'"{word} ("',
            column,
            *look,
        )
        for word, look in AT_FAULT.items()
    ]
    row = tuple(sorted(columns[name] for name in ("Nr", "Meldingen") if name in columns))
    for word, look in ROW.items():
        test = f'LEFT({said}{comma}{len(word)})="{word}"'
        if word == _BLOCKS and "Status" in columns:
            test = f'OR({test}{comma}${column_letters(columns["Status"] + 1)}{heading_row}="geblokkeerd")'
        found.append(Light(row, test, f'="{word}"', column, *look))
    return found


def lit_ranges(light: Light, heading_row: int) -> str:
    """Where a rule holds in a file: a space between two ranges, down to the last row that a sheet can have."""
    rows = heading_row, LAST_ROW
    columns = [(position, position) for position in light.columns] or [(0, LAST_COLUMN)]
    return " ".join(
        f"{column_letters(first + 1)}{rows[0]}:{column_letters(last + 1)}{rows[1]}" for first, last in columns
    )


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
