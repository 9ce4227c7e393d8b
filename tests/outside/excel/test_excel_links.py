"""A link behind a word in a register file: read where the word itself says nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.hyperlink import Hyperlink

from outside.excel.create import create_register
from outside.excel.workbook import ExcelWorkbook
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.sheet.columns import TAB
from roster.terms import Terms
from support.google_register import TODAY

LINK = "https://www.openstreetmap.org/#map=17/52.9573/4.7625"
PLACE = "https://www.google.com/maps/search/?api=1&query=52.9563%2C4.7605"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """One member and one sign request, with links behind words: at an address, at places, and at a name that needs none."""
    path = tmp_path / "register.xlsx"
    create_register(path)
    book = openpyxl.load_workbook(path)
    for tab, cells in {
        "Deelnemers": {
            "Voornaam": ("Jan", "https://mail.example/jan"),
            "E-mail": ("mail mij", "mailto:jan@mail.example"),
        },
        "Bordaanvragen": {"Groep": ("Noord", ""), "Locatie 1": ("hier", PLACE), "Locatie 2": ("daar", LINK)},
        "Gebieden": {
            "Gebied": ("Kust", ""),
            "E-mail wijkconciërge": ("Piet & co", "mailto:piet@mail.example?subject=a&body=b"),
        },
    }.items():
        for heading, (word, link) in cells.items():
            cell = book[tab].cell(2, TAB[tab].headings.index(heading) + 1)
            cell.value = word
            if link:
                cell.hyperlink = link
    book.save(path)
    return path


def test_a_link_behind_a_word_is_read_and_the_cell_stays(register: Path, tmp_path: Path) -> None:
    tables = ExcelWorkbook(register, tmp_path / "state" / "backups").read()
    roster = read_roster(tables, Terms(TODAY), History())
    assert roster.members[0].email == "jan@mail.example" and roster.members[0].first_name == "Jan"
    assert [(one.latitude, one.longitude) for one in roster.requests[0].locations if one] == [
        (52.9563, 4.7605),
        (52.9573, 4.7625),
    ]
    assert roster.areas[0].caretaker_email == "piet@mail.example"
    assert tables["Deelnemers"].cell(0, "E-mail") == "mail mij"


def test_a_word_without_a_link_is_told_as_ever(register: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(register)
    cell = book["Bordaanvragen"].cell(2, TAB["Bordaanvragen"].headings.index("Locatie 2") + 1)
    cell.hyperlink = None
    cell.value = "bij de kerk"
    book.save(register)
    roster = read_roster(ExcelWorkbook(register, tmp_path / "b").read(), Terms(TODAY), History())
    assert [one.message for one in roster.unread if one.place.column == "Locatie 2"] == [
        "Een adres of omschrijving is geen plek op de kaart."
    ]


def test_a_link_within_the_file_leads_nowhere(register: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(register)
    sheet = book["Bordaanvragen"]
    cell = sheet.cell(2, TAB["Bordaanvragen"].headings.index("Locatie 1") + 1)
    cell.hyperlink = "#Deelnemers!A1"
    other = sheet.cell(2, TAB["Bordaanvragen"].headings.index("Locatie 2") + 1)
    other.hyperlink = Hyperlink(ref=other.coordinate, location="Deelnemers!A1")
    book.save(register)
    assert ExcelWorkbook(register, tmp_path / "b").read()["Bordaanvragen"].links == {}
