"""Workbook files written by hand, to the byte, and what two readers see in them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from python_calamine import CalamineWorkbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet_xml(rows: str, *, before: str = "", after: str = "", root: str = f'<worksheet xmlns="{MAIN}">') -> str:
    """A sheet part around its rows."""
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{root}{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def write_workbook(
    path: Path, sheets: Mapping[str, str | bytes], more: Mapping[str, str | bytes] | None = None, calc: str = ""
) -> Path:
    """A workbook with these tabs (title -> XML of the part), and any further parts."""
    tabs = "".join(f'<sheet name="{title}" sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    if more and "xl/calcChain.xml" in more:
        links += f'<Relationship Id="rId99" Type="{LINKS}/calcChain" Target="calcChain.xml"/>'
        types += f'<Override PartName="/xl/calcChain.xml" ContentType="{KIND}.calcChain+xml"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{tabs}</sheets>{calc}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets.values(), 1)},
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10)), content, zipfile.ZIP_DEFLATED)
    return path


def part(path: Path, name: str = "xl/worksheets/sheet1.xml") -> str:
    """A part as text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def values(path: Path) -> dict[str, dict[tuple[int, int], object]]:
    """What calamine sees: tab -> (row, column) -> value, without the empty ones."""
    with CalamineWorkbook.from_path(path) as book:
        return {
            title: {
                (row, column): cell
                for row, cells in enumerate(book.get_sheet_by_name(title).to_python(skip_empty_area=False), 1)
                for column, cell in enumerate(cells, 1)
                if cell != ""
            }
            for title in book.sheet_names
        }


def raw_parts(path: Path) -> dict[str, bytes]:
    """Every part with its header, packed, as it lies in the file: what must not change by a byte."""
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        order = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
        ends = [entry.header_offset for entry in order[1:]] + [archive.start_dir]
        return {entry.filename: content[entry.header_offset : end] for entry, end in zip(order, ends, strict=True)}
