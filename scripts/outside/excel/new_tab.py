"""Makes a tab that a register in use does not have yet: its headings and rows, what lights up there, its charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from outside.excel.lights import charts_of, lights, lit_ranges
from outside.excel.save import SheetChange
from outside.xlsx.looks import LookRule, SheetLook
from outside.xlsx.patch import SheetPatch
from outside.xlsx.text import MAIN, Fitting, column_letters, text_xml
from roster.sheet.columns import TabSpec, kept_in_sight
from roster.sheet.table import Cell, is_blank


def look_of(tab: TabSpec, columns: Mapping[str, int], heading_row: int) -> SheetLook:
    """How a tab should look whose headings stand in these columns (0 = A) of that row (1 = top)."""
    rules = [
        LookRule(lit_ranges(light, heading_row), light.formula, light.is_in, light.fill, light.ink)
        for light in lights(columns, heading_row)
    ]
    width = next((column.width for column in tab.columns if column.heading == "Meldingen"), 0)
    return SheetLook(rules, kept_in_sight(tab, columns), columns.get("Meldingen", -1) + 1, width)


def look_with_heights(
    tab: TabSpec, columns: Mapping[str, int], heading_row: int, remarks: Iterable[Cell], last: int
) -> SheetChange:
    """What lights up, the names in sight, the charts, and each row that nobody gave a height as high as its remark.

    `remarks` are those of the rows below the headings, of which `last` is the last one in use.
    """
    column = columns.get("Meldingen", -1) + 1
    said = enumerate(remarks, heading_row + 1)
    rows = [(row, [(column, Fitting(text))]) for row, text in said if isinstance(text, str) and not is_blank(text)]
    patch = SheetPatch(rows, tall=column, look=look_of(tab, columns, heading_row))
    return SheetChange(patch, dict, charts=charts_of(tab.title, columns, heading_row, last))


def look_of_new(tab: TabSpec, rows: Sequence[Mapping[int, str | int]] = ()) -> SheetChange:
    """The same for a tab that `sheet_with_headings` makes of these rows."""
    columns = {heading: position for position, heading in enumerate(tab.headings)}
    remarks = [row.get(columns.get("Meldingen", -1) + 1) for row in rows]
    return look_with_heights(tab, columns, 1, remarks, 1 + len(rows))


def sheet_with_headings(tab: TabSpec, rows: Iterable[Mapping[int, str | int]] = ()) -> bytes:
    """A whole sheet part: frozen headings in row 1, and `rows` (column -> value) from row 2 on."""
    lines = [_row(number, cells) for number, cells in enumerate([dict(enumerate(tab.headings, 1)), *rows], 1)]
    frozen = b'<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return _sheet([column.width for column in tab.columns], lines, frozen)


def front_sheet(lines: Sequence[Sequence[str]]) -> bytes:
    """A whole sheet part with these words from B2 on."""
    return _sheet([3, 22, 80], [_row(number, dict(enumerate(line, 2))) for number, line in enumerate(lines, 2)])


def _sheet(widths: Iterable[int], lines: Iterable[bytes], view: bytes = b"") -> bytes:
    """The part with columns as wide as that and these rows."""
    columns = "".join(
        f'<col min="{turn}" max="{turn}" width="{width}" customWidth="1"/>' for turn, width in enumerate(widths, 1)
    )
    return b"".join(
        (
            b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
            f'<worksheet xmlns="{MAIN[0]}">'.encode(),
            b'<sheetViews><sheetView workbookViewId="0">%s</sheetView></sheetViews>' % view,
            f"<cols>{columns}</cols>".encode(),
            b"<sheetData>",
            *lines,
            b"</sheetData></worksheet>",
        )
    )


def _row(number: int, cells: Mapping[int, str | int]) -> bytes:
    inside = []
    for column, value in sorted(cells.items()):
        address = f"{column_letters(column)}{number}".encode()
        if isinstance(value, int):
            inside.append(b'<c r="%s"><v>%d</v></c>' % (address, value))
        elif value != "":
            escaped = text_xml(value)
            inside.append(b'<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (address, escaped))
    return b'<row r="%d">%s</row>' % (number, b"".join(inside))
