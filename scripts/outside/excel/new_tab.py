"""Makes the XML of a tab that a register in use does not have yet: its headings, and rows below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from outside.xlsx.text import MAIN, column_letters, text_xml
from roster.sheet.columns import TabSpec


def sheet_with_headings(tab: TabSpec, rows: Iterable[Mapping[int, str | int]] = (), style: str | None = None) -> bytes:
    """A whole sheet part: frozen headings in row 1, and `rows` (column -> value) from row 2 on."""
    marks = f' s="{style}"'.encode() if style else b""
    lines = [_row(1, dict(enumerate(tab.headings, 1)), marks)]
    lines.extend(_row(number, cells, b"") for number, cells in enumerate(rows, 2))
    frozen = b'<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return _sheet([column.width for column in tab.columns], lines, frozen)


def front_sheet(lines: Sequence[Sequence[str]]) -> bytes:
    """A whole sheet part with these words from B2 on."""
    return _sheet([3, 22, 80], [_row(number, dict(enumerate(line, 2)), b"") for number, line in enumerate(lines, 2)])


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
