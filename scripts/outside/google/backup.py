"""Keeps dated copies of the Google Sheet on this machine, as .xlsx that anybody can open."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from outside.files.backups import doing_on_disk, keep_backup
from outside.google.tabs import Tab
from outside.xlsx.text import MAIN, column_letters, text_xml
from roster.sheet.columns import TAB
from roster.sheet.table import Cell, is_blank

_NAME = "google-register.xlsx"
_PARTS = "http://schemas.openxmlformats.org/package/2006"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Page(NamedTuple):
    """A tab's title, its cells from A1 on, the columns (0 = A) that hold days, and formulas over their outcomes.

    `formulas` are by row and column from 0, in Excel's words, without "=".
    """

    title: str
    cells: Sequence[Sequence[Cell]]
    days: frozenset[int]
    formulas: Mapping[tuple[int, int], str] = MappingProxyType({})


def keep_pages(pages: Sequence[Page], backups: Path) -> Path:
    """A copy of these tabs under a dated name, for its owner alone; of all such copies the last 20 stay."""
    with doing_on_disk(backups / _NAME):
        return keep_backup(Path(_NAME), backups, lambda part: part.write_bytes(as_xlsx(pages)))


def page_of(tab: Tab) -> Page:
    """A tab as it goes into a copy. Which columns hold days is known of the register's own."""
    of_days = {column.heading for column in TAB[tab.table.tab].columns if column.kind == "day"}
    days = frozenset(position for heading, position in tab.table.columns.items() if heading in of_days)
    return Page(tab.title, tab.cells, days)


def as_xlsx(pages: Sequence[Page]) -> bytes:
    """A workbook with these tabs, days shown as days."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", _types(len(pages)))
        archive.writestr("_rels/.rels", _links([("officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/workbook.xml", _book([page.title for page in pages]))
        sheets = [("worksheet", f"worksheets/sheet{turn}.xml") for turn in range(1, len(pages) + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _links([*sheets, ("styles", "styles.xml")]))
        archive.writestr("xl/styles.xml", _STYLES)
        for turn, page in enumerate(pages, 1):
            with archive.open(f"xl/worksheets/sheet{turn}.xml", "w", force_zip64=True) as part:
                part.writelines(_sheet(page))
    return content.getvalue()


def _sheet(page: Page) -> Iterator[bytes]:
    yield f'{_HEAD}<worksheet xmlns="{MAIN[0]}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '.encode()
    yield b'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    for number, row in enumerate(page.cells, 1):
        line = [b'<row r="%d">' % number]
        for column, cell in enumerate(row):
            formula = page.formulas.get((number - 1, column)) if page.formulas else None
            if is_blank(cell) and formula is None:
                continue
            address = b"%s%d" % (column_letters(column + 1).encode(), number)
            if formula is not None:
                line.append(_with_formula(address, formula, cell, b' s="1"' if column in page.days else b""))
            elif isinstance(cell, bool):
                line.append(b'<c r="%s" t="b"><v>%d</v></c>' % (address, cell))
            elif isinstance(cell, int | float):
                style = b' s="1"' if column in page.days else b""
                line.append(b'<c r="%s"%s><v>%s</v></c>' % (address, style, repr(cell).encode()))
            else:
                line.append(b'<c r="%s" t="inlineStr"><is><t xml:space="preserve">' % address)
                line.append(text_xml(str(cell)) + b"</t></is></c>")
        line.append(b"</row>")
        yield b"".join(line)
    yield b"</sheetData></worksheet>"


def _with_formula(address: bytes, formula: str, cell: Cell, style: bytes) -> bytes:
    """A cell with its formula and what that gave (ECMA-376 part 1, 18.18.11)."""
    if isinstance(cell, bool):
        kind, shown = b' t="b"', b"%d" % cell
    elif isinstance(cell, int | float):
        kind, shown = style, repr(cell).encode()
    else:
        kind = b' t="e"' if cell in _ERRORS else b' t="str"'
        shown = text_xml(str(cell or ""))
    return b'<c r="%s"%s><f>%s</f><v>%s</v></c>' % (address, kind, text_xml(formula), shown)


def _types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{turn}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for turn in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PARTS}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{sheets}</Types>'
    )


def _links(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{turn}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for turn, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PARTS}/relationships">{links}</Relationships>'


def _book(titles: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{turn}" r:id="rId{turn}"/>'
        for turn, name in enumerate(excel_titles(titles), 1)
    )
    return f'{_HEAD}<workbook xmlns="{MAIN[0]}" xmlns:r="{_LINKS}"><sheets>{sheets}</sheets></workbook>'


def excel_titles(titles: Sequence[str]) -> list[str]:
    """Google allows longer titles, and marks that Excel does not."""
    found: list[str] = []
    for title in titles:
        plain = "".join("-" if mark in r"[]:*?/\\" else mark for mark in title).strip("'")[:31] or "Blad"
        name, turn = plain, 1
        while name.casefold() in {other.casefold() for other in found}:
            turn += 1
            name = f"{plain[:27]} {turn}"
        found.append(name)
    return found


_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{MAIN[0]}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\-mm\\-yyyy"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
