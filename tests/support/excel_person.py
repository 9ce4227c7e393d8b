"""A person at an .xlsx register: what he reads in its cells, and what he types there while all the rest stays as it is.

For tests in which it is all one which program he used: openpyxl makes a whole file anew, and takes ten times as long.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

Rows = list[list[object]]
Typed = Mapping[tuple[int, int], str | int | None]
"""(row, column), from 1 -> what is typed; None empties a cell."""

_CELL = re.compile(r'<c\b[^>]*?\br="([A-Z]+)\d+"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_ROW = re.compile(r'<row\b[^>]*?\br="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)


def rows_in(path: Path, tab: str) -> Rows:
    """All rows of a tab, the headings first; what is blank is None, and a whole number has no comma."""
    with CalamineWorkbook.from_path(path) as book:
        return [[_plain(cell) for cell in row] for row in book.get_sheet_by_name(tab).to_python(skip_empty_area=False)]


def _plain(cell: object) -> object:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return None if cell == "" else cell


def by_heading(path: Path, tab: str) -> list[dict[str, object]]:
    """The rows below the headings."""
    headings, *rows = rows_in(path, tab)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def type_in(path: Path, tab: str, typed: Typed) -> None:
    """A person types in cells of a tab."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = _part_of(parts, tab)
    sheet = parts[part].decode().replace("<sheetData/>", "<sheetData></sheetData>")
    for row in sorted({row for row, _column in typed}):
        sheet = _with_row(sheet, row, {column: value for (at, column), value in typed.items() if at == row})
    parts[part] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def type_under(path: Path, tab: str, row: int, typed: Mapping[str, str | int | None]) -> None:
    """The same by heading: row 2 is the first below them."""
    headings = rows_in(path, tab)[0]
    type_in(path, tab, {(row, headings.index(heading) + 1): value for heading, value in typed.items()})


def _part_of(parts: Mapping[str, bytes], tab: str) -> str:
    sheets = ET.fromstring(parts["xl/workbook.xml"]).findall(".//{*}sheet")
    sheet = next(one for one in sheets if one.get("name") == tab)
    [link] = [value for name, value in sheet.attrib.items() if name.endswith("}id")]
    links = ET.fromstring(parts["xl/_rels/workbook.xml.rels"])
    [target] = [str(one.get("Target")) for one in links if one.get("Id") == link]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _with_row(sheet: str, row: int, typed: Mapping[int, str | int | None]) -> str:
    before = sheet.index("</sheetData>")
    for match in _ROW.finditer(sheet):
        if int(match[1]) >= row:
            before = match.start()
            if int(match[1]) == row:
                head = match[0][: match[0].index(">")].rstrip("/")
                return sheet[:before] + _row_of(head, match[0], typed) + sheet[match.end() :]
            break
    return sheet[:before] + _row_of(f'<row r="{row}"', "", typed) + sheet[before:]


def _row_of(head: str, old: str, typed: Mapping[int, str | int | None]) -> str:
    row = re.search(r'r="(\d+)"', head)
    assert row is not None
    cells = {(len(match[1]), match[1]): match[0] for match in _CELL.finditer(old)}
    for column, value in typed.items():
        letters = get_column_letter(column)
        look = re.match(r'<c\b[^>]*?(\bs="\d+")', cells.get((len(letters), letters), ""))
        opening = f'<c r="{letters}{row[1]}"' + (f" {look[1]}" if look else "")
        cells[len(letters), letters] = opening + _holding(value)
    return f"{head}>{''.join(cells[at] for at in sorted(cells))}</row>"


def _holding(value: str | int | None) -> str:
    if value is None or value == "":
        return "/>"
    if isinstance(value, str):
        return f' t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"><v>{value}</v></c>"
