"""Tabs that office programs forgive: the others are read and written, and a tab of ours is named."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from roster.plan.steps import AddRow
from support.excel_ground import MEMBER, by_hand, status
from support.xlsx_by_hand import KIND, LINKS, MAIN, STRICT, part

Parts = dict[str, bytes]
WORKBOOK, RELATIONS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"


def dimension(ref: str) -> Callable[[Parts, str], None]:
    """The tab says that it reaches so far."""

    def spoil(parts: Parts, name: str) -> None:
        parts[name] = parts[name].replace(b"<sheetData>", f'<dimension ref="{ref}"/><sheetData>'.encode())

    return spoil


def leads(link: str) -> Callable[[Parts, str], None]:
    """One tab more, which leads nowhere."""

    def spoil(parts: Parts, _name: str) -> None:
        tag = f'<sheet name="Leeg" sheetId="99"{link}/></sheets>'
        parts[WORKBOOK] = parts[WORKBOOK].replace(b"</sheets>", tag.encode())

    return spoil


def holds(old: str, new: str) -> Callable[[Parts, str], None]:
    """The tab holds something else."""

    def spoil(parts: Parts, name: str) -> None:
        parts[name] = parts[name].replace(old.encode(), new.encode())

    return spoil


def kind(folder: str, root: str, link: str, content: str) -> Callable[[Parts, str], None]:
    """The tab is no sheet of cells."""

    def spoil(parts: Parts, name: str) -> None:
        del parts[name]
        parts[f"xl/{folder}/sheet1.xml"] = root.encode()
        old = f'Type="{LINKS}/worksheet" Target="{name.removeprefix("xl/")}"'
        parts[RELATIONS] = parts[RELATIONS].replace(
            old.encode(), f'Type="{link}" Target="{folder}/sheet1.xml"'.encode()
        )
        old = f'/{name}" ContentType="{KIND}.worksheet+xml'
        parts[TYPES] = parts[TYPES].replace(old.encode(), f'/xl/{folder}/sheet1.xml" ContentType="{content}'.encode())

    return spoil


def gone(parts: Parts, name: str) -> None:
    """The tab's part is not there."""
    del parts[name]


MACRO = (
    f'<xm:macrosheet xmlns="{MAIN}" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><sheetData>'
    '<row r="1"><c r="A1"><f>HALT()</f><v>0</v></c></row></sheetData></xm:macrosheet>'
)
SPARE: dict[str, Callable[[Parts, str], None]] = {
    "a dimension of rows": dimension("1:4"),
    "a dimension of columns": dimension("A:D"),
    "an empty dimension": dimension(""),
    "an empty link": leads(' r:id=""'),
    "no link": leads(""),
    "a link that is not there": leads(' r:id="rId999"'),
    "an old macro sheet": kind(
        "macrosheets",
        MACRO,
        "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet",
        "application/vnd.ms-excel.macrosheet+xml",
    ),
    "a chart sheet": kind(
        "chartsheets", f'<chartsheet xmlns="{MAIN}"/>', f"{LINKS}/chartsheet", f"{KIND}.chartsheet+xml"
    ),
    "a dialog sheet": kind(
        "dialogsheets", f'<dialogsheet xmlns="{MAIN}"/>', f"{LINKS}/dialogsheet", f"{KIND}.dialogsheet+xml"
    ),
    "a part that is missing": gone,
    "a merged range of rows": holds("</sheetData>", '</sheetData><mergeCells><mergeCell ref="1:4"/></mergeCells>'),
    "a shared text that is not there": holds('<c r="A1">', '<c r="A1" t="s">'),
    "tags that cross": holds("</row>", "</c>"),
}


def changed(path: Path, name: str, spoil: Callable[[Parts, str], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    spoil(parts, name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)


@pytest.mark.parametrize("case", SPARE)
def test_a_spare_tab_that_cannot_be_read_hinders_nobody(case: str, tmp_path: Path) -> None:
    """The register is read, written with a new row, and read again."""
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, ""), extra='<row r="1"><c r="A1"><v>1</v></c></row>')
    last = max(name for name in zipfile.ZipFile(path).namelist() if "worksheets/" in name)
    changed(path, last, SPARE[case])
    row = AddRow("Beheerders", "D-0001", (("Nr", "D-0001"),))
    assert workbook.write([status(workbook), row]).left == ()
    tables = ExcelWorkbook(path, tmp_path / "b").read()
    assert tables["Deelnemers"].cell(0, "Status") == "actief" and tables["Beheerders"].keys == ["D-0001"]


@pytest.mark.parametrize("case", ["a merged range of rows", "a shared text that is not there"])
def test_a_tab_of_ours_that_cannot_be_read_is_named(case: str, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, '<c r="A1"><v>1</v></c>'))
    changed(path, "xl/worksheets/sheet1.xml", SPARE[case])
    with pytest.raises(Stop, match=r"Het tabblad 'Deelnemers' in 'register\.xlsx' is beschadigd"):
        workbook.read()


def test_a_tab_of_ours_with_a_wrong_dimension_is_read(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, ""))
    changed(path, "xl/worksheets/sheet1.xml", dimension("1:4"))
    assert workbook.write([status(workbook)]).left == ()


@pytest.mark.parametrize("space", [MAIN, STRICT])
def test_a_new_tab_is_spelt_as_the_workbook_is(space: str, tmp_path: Path) -> None:
    """A strict workbook gets a strict tab; with one of another namespace Excel calls the file damaged."""
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, ""))
    strict = LINKS if space == MAIN else "http://purl.oclc.org/ooxml/officeDocument/relationships"

    def spell(parts: Parts, _name: str) -> None:
        for name, content in parts.items():
            parts[name] = content.replace(MAIN.encode(), space.encode()).replace(LINKS.encode(), strict.encode())

    changed(path, "", spell)
    workbook.read()
    workbook.write([AddRow("Beheerders", "D-0001", (("Nr", "D-0001"),))])
    new = max(name for name in zipfile.ZipFile(path).namelist() if "worksheets/" in name)
    assert f'xmlns="{space}"' in part(path, new) and part(path, new).count("xmlns") == 1
    assert workbook.read()["Beheerders"].keys == ["D-0001"]
