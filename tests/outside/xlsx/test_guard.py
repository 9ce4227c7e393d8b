"""Files that are no register, or no safe one: each ends in a Stop in plain Dutch."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from outside.xlsx.guard import _Reach
from support.excel_ground import MEMBER, by_hand


def xlsx_of(parts: Mapping[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def entity_bomb(path: Path) -> None:
    by_hand(path, "")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE a [<!ENTITY b "cc">]>' + parts["xl/workbook.xml"]
    xlsx_of(parts, path)


def far_away(path: Path) -> None:
    by_hand(path, MEMBER.format(1_048_576, '<c r="XFD1048576"><v>1</v></c>'))


def lying_size(path: Path) -> None:
    """The directory says that a part is smaller than it is."""
    by_hand(path, MEMBER.format(2, "") * 1)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: None, "is er niet"),
        (lambda path: path.mkdir(), "is een map"),
        (lambda path: path.write_bytes(b""), "is leeg"),
        (lambda path: path.write_bytes(b"PK\x03\x04 en dan niets meer"), "beschadigd"),
        (lambda path: xlsx_of({"mimetype": b"x", "content.xml": b"<a/>"}, path), r"\.ods"),
        (
            lambda path: xlsx_of(
                {"[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a/>", "word/document.xml": b"<a/>"}, path
            ),
            "geen Excel",
        ),
        (lambda path: xlsx_of({"[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a/>"}, path), "onbekende opbouw"),
        (entity_bomb, "niet in een Excel-bestand hoort"),
        (far_away, "heel ver"),
        (lying_size, "beschadigd"),
    ],
)
def test_what_is_no_register_is_a_stop_in_plain_dutch(make: object, said: str, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    assert callable(make)
    make(path)
    with pytest.raises(Stop, match=said) as stop:
        ExcelWorkbook(path, tmp_path / "state").read()
    assert stop.value.remedy


def test_far_away_on_a_tab_of_people_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, ""), extra='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert len(workbook.read()["Deelnemers"].rows) == 1


FAR = {
    "a tab behind the tag's name": '<row\tr="1048576"><c r="A1048576"><v>1</v></c></row>',
    "a row beyond the last": '<row r="99999999"><c r="A99999999"><v>1</v></c></row>',
    "a number that fits in no word": '<row r="4294967299"><c r="A4294967299"><v>1</v></c></row>',
    "a column beyond the last": '<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>',
    "single quotes": "<row r='3'><c r='XFD1048576'><v>1</v></c></row>",
    "another row's number in a cell": '<row r="3"><c r="B1048576"><v>1</v></c></row>',
    "small letters, and spaces around": '<row r="3"><c \n s="1" r = "xfd1048576"><v>1</v></c></row>',
    "far rows in front of near ones": '<row r="99999"><c r="XFD99999"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>',
    "cells without an address": '<row r="1048570"><c><v>1</v></c></row><row>' + "<c><v>1</v></c>" * 3000 + "</row>",
}


@pytest.mark.parametrize("case", FAR)
def test_what_stands_far_away_is_seen_before_anything_asks_for_memory(case: str, tmp_path: Path) -> None:
    """On a tab of ours a Stop, on somebody's own tab no trouble. Read by the reader itself it would end the process."""
    own = by_hand(tmp_path / "eigen.xlsx", MEMBER.format(2, ""), extra=FAR[case])
    ours = by_hand(tmp_path / "register.xlsx", MEMBER.format(2, "") + FAR[case])
    assert len(own.read()["Deelnemers"].rows) == 1
    with pytest.raises(Stop, match="heel ver"):
        ours.read()


def test_rows_without_cells_reach_nowhere(tmp_path: Path) -> None:
    """LibreOffice keeps the height of rows down to the last one of the sheet."""
    empty = '<row r="7" ht="12.8"></row><row r="1048576" customFormat="false" ht="12.8"/>'
    assert len(by_hand(tmp_path / "register.xlsx", MEMBER.format(2, "") + empty).read()["Deelnemers"].rows) == 1


@pytest.mark.parametrize("filler", [0, 1, 2, 5])
def test_a_row_that_goes_on_in_the_next_piece_is_still_that_row(filler: int) -> None:
    """Its cells have no address, and its number stands in the piece before."""
    reach = _Reach()
    reach.look(b'<row r="2">' + b'<c r="A2"/>' * filler + b'</row><row r="1048576">')
    reach.look(b"<c/>" * 20 + b"</row>")
    assert reach.is_too_much()
