"""Makes the XML of a tab that a register in use does not have yet: its headings, and rows below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from outside.xlsx.text import MAIN, column_letters, text_xml
from roster.sheet.columns import TabSpec


def sheet_with_headings(tab: TabSpec, rows: Iterable[Mapping[int, str | int]] = (), style: str | None = None) -> bytes:
    """A whole sheet part: frozen headings in row 1, and `rows` (column -> value) from row 2 on."""
    marks = f' s="{style}"'.encode() if style else b""
    widths = "".join(
        f'<col min="{turn}" max="{turn}" width="{column.width}" customWidth="1"/>'
        for turn, column in enumerate(tab.columns, 1)
    )
    lines = [_row(1, dict(enumerate(tab.headings, 1)), marks)]
    lines.extend(_row(number, cells, b"") for number, cells in enumerate(rows, 2))
    return b"".join(
        (
            b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
            f'<worksheet xmlns="{MAIN[0]}">'.encode(),
            b'<sheetViews><sheetView workbookViewId="0">',
            b'<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>',
            b"</sheetView></sheetViews>",
            f"<cols>{widths}</cols>".encode(),
            b"<sheetData>",
            *lines,
            b"</sheetData></worksheet>",
        )
    )


def _row(number: int, cells: Mapping[int, str | int], marks: bytes) -> bytes:
    inside = []
    for column, value in sorted(cells.items()):
        address = f"{column_letters(column)}{number}".encode()
        if isinstance(value, int):
            inside.append(b'<c r="%s"%s><v>%d</v></c>' % (address, marks, value))
        elif value != "":
            inside.append(
                b'<c r="%s"%s t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'
                % (address, marks, text_xml(value))
            )
    return b'<row r="%d">%s</row>' % (number, b"".join(inside))
