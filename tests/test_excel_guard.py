"""Files that are no register, or no safe one: each ends in a Stop in plain Dutch."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from excel_ground import MEMBER, by_hand
from outside.excel import ExcelWorkbook
from outside.stop import Stop


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
