"""What must be the same after a sync: every cell of people's, every extra tab, and every part that holds no cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from roster.sheet.columns import TAB
from roster.sheet.table import fold
from support.hostile.ground import is_sheet, load

MAY_CHANGE = re.compile(
    r"xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|\[Content_Types\]\.xml|xl/calcChain\.xml|xl/tables/table\d+\.xml"
)
"""Parts without cells that a write touches: the order to calculate anew, and a table that gets a column."""

TABS = {fold(title): title for title in TAB}


def harm(before: Path, after: Path) -> list[str]:
    """What a sync harmed between two files, in words; empty where nothing of people's changed."""
    return [*harmed_parts(before, after), *harmed_cells(before, after)]


def harmed_parts(before: Path, after: Path) -> Iterator[str]:
    """Parts of the zip that are gone or changed, other than the sheets themselves."""
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        kept = set(new.namelist())
        for name in old.namelist():
            if name not in kept:
                if name != "xl/calcChain.xml":
                    yield f"part {name} is gone"
            elif (
                not is_sheet(name)
                and not MAY_CHANGE.fullmatch(name)
                and not _is_kept(old.read(name), new.read(name), name)
            ):
                yield f"part {name} changed"


def _is_kept(old: bytes, new: bytes, name: str) -> bool:
    """True for a part that is the same; a tab that is added brings styles of its own, behind those that are there."""
    if name != "xl/styles.xml":
        return old == new
    rules, cells = (
        rb"<(\w+:)?dxfs.*</(\w+:)?dxfs>|<(\w+:)?dxfs[^>]*/>",
        rb"(?s)(<(?:\w+:)?cellXfs[^>]*>)(.*?)(</(?:\w+:)?cellXfs>)",
    )
    one, other = (re.split(cells, re.sub(rules, b"", part)) for part in (old, new))
    outside = [[*part[:1], *part[3:]] for part in (one, other)]
    return outside[0] == outside[1] and other[2].startswith(one[2])


def harmed_cells(before: Path, after: Path) -> Iterator[str]:
    """Cells that differ in value, type or style, other than the software's own below their headings."""
    old, new = load(before), load(after)
    if new.sheetnames[: len(old.sheetnames)] != old.sheetnames:
        yield f"tabs {old.sheetnames} became {new.sheetnames}"
        return
    for sheet in old.worksheets:
        yield from harmed_cells_of_a_tab(sheet, new[sheet.title])


def harmed_cells_of_a_tab(old: Worksheet, new: Worksheet) -> Iterator[str]:
    """The same for one tab."""
    tab = TABS.get(fold(old.title))
    top, own = own_columns(new, tab) if tab else (0, set[int]())
    ranges = [sorted(map(str, sheet.merged_cells.ranges)) for sheet in (old, new)]
    if ranges[0] != ranges[1]:
        yield f"{tab}: merged cells differ"
    rows, columns = max(old.max_row, new.max_row), max(old.max_column, new.max_column)
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            if column in own and row >= top:
                continue
            one, other = shown(old.cell(row, column)), shown(new.cell(row, column))
            if one != other:
                yield f"{tab or 'an extra tab'} row {row} column {column} differs"


def own_columns(sheet: Worksheet, tab: str) -> tuple[int, set[int]]:
    """The row of the headings, and the columns that are the software's."""
    own = {fold(heading) for heading in TAB[tab].own}
    everything = {fold(heading) for heading in TAB[tab].headings}
    for row in range(1, 12):
        found = {column: fold(str(sheet.cell(row, column).value)) for column in range(1, sheet.max_column + 1)}
        if len(everything & set(found.values())) > 2:
            return row, {column for column, heading in found.items() if heading in own}
    raise AssertionError(f"no headings in {tab}")


def shown(cell: Cell | MergedCell) -> tuple[str, str, str, bool]:
    """A cell as its owner sees it: what it holds (formulas as formulas), and how it looks."""
    if isinstance(cell, MergedCell):
        return "", "", "", False
    value = cell.value
    if isinstance(value, ArrayFormula):
        value = f"{value.ref} {value.text}"
    return repr(value), cell.number_format, str(cell.fill.fgColor.rgb), bool(cell.font.b)
