"""What lights up by itself: the cell that a remark names, and the row that has one, as rules of a spreadsheet.

No cell of a person's is touched: a rule compares the heading of each column with what the row's Meldingen says,
so it goes out once the remark is gone, and moves along with columns that are moved, inserted or copied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from outside.xlsx.text import column_letters
from roster.finding import Weight

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
