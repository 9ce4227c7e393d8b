"""A new register, one that is completed, and backups that are put back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from outside.errors import Stop
from outside.excel.create import complete_register, create_register
from outside.excel.workbook import ExcelWorkbook
from outside.files.backups import KEPT, backups_of, keep_backup, restore_newest_backup
from roster.sheet.columns import TAB, TABS
from support.excel_ground import register, status
from support.workbook_contract import PEOPLE, rows_of
from support.xlsx_by_hand import values


def test_backups_are_dated_kept_twenty_and_put_back(tmp_path: Path) -> None:
    """Each is what stood there before a write; only its owner can read it."""
    path, backups = tmp_path / "register.xlsx", tmp_path / "state" / "backups"
    workbook = register(path)
    first = path.read_bytes()
    workbook.write([status(workbook, "geblokkeerd")])
    assert backups_of(path, backups)[0].read_bytes() == first
    second = path.read_bytes()
    assert restore_newest_backup(path, backups).read_bytes() == first == path.read_bytes()
    assert backups_of(path, backups)[0].read_bytes() == second
    for turn in range(KEPT + 3):
        workbook.write([status(workbook, f"stand {turn}")])
    kept = backups_of(path, backups)
    assert len(kept) == KEPT == len(list(backups.iterdir()))
    if sys.platform != "win32":
        assert all(copy.stat().st_mode & 0o077 == 0 for copy in (*kept, backups))
    with pytest.raises(Stop):
        restore_newest_backup(path, backups, "1999")


def test_a_new_register_opens_everywhere_and_lacks_nothing(tmp_path: Path) -> None:
    """All tabs, headings, notes and dropdowns; completing it adds nothing and writes nothing."""
    path = tmp_path / "register.xlsx"
    create_register(path, title="Buurt", front_page=["Een regel."])
    before = path.stat().st_mtime_ns
    book = load_workbook(path)
    assert book.sheetnames == ["Lees mij", *(tab.title for tab in TABS)]
    for tab in TABS:
        sheet = book[tab.title]
        assert [cell.value for cell in sheet[1]] == list(tab.headings)
        assert all(bool(cell.comment) == bool(column.note) for cell, column in zip(sheet[1], tab.columns, strict=True))
        assert (sheet.freeze_panes in ("B2", "C2")) is bool(tab.known_by) and sheet.auto_filter.ref
        fills = {column.own: cell.fill.fgColor.rgb for cell, column in zip(sheet[1], tab.columns, strict=True)}
        assert len(set(fills.values())) == len(fills)
    assert {rule.formula1 for rule in book["Deelnemers"].data_validations.dataValidation} >= {
        "Groepen!$A$2:$A$2000",
        "Straten!$A$2:$A$2000",
    }
    mobile = get_column_letter(TAB["Deelnemers"].headings.index("Mobiel") + 1)
    assert book["Deelnemers"].column_dimensions[mobile].number_format == "@"
    assert (
        complete_register(path, tmp_path / "b") == []
        and path.stat().st_mtime_ns == before
        and not (tmp_path / "b").exists()
    )
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(Stop):
        create_register(path)


def test_completing_adds_what_is_missing_and_touches_nothing_else(tmp_path: Path) -> None:
    """Tabs and columns, people's as well, right of all that stands there; a second time there is nothing to do."""
    path = tmp_path / "register.xlsx"
    create_register(path, {"Deelnemers": rows_of("Deelnemers", PEOPLE)})
    book = load_workbook(path)
    del book["Beheerders"], book["Straten"]
    book["Deelnemers"].delete_cols(TAB["Deelnemers"].headings.index("Taal") + 1)
    book["Deelnemers"].cell(4, 30).value = "los briefje"
    book.save(path)
    before = values(path)
    told = complete_register(path, tmp_path / "b")
    assert len(told) == 3 and any("Taal" in line for line in told)
    after = values(path)
    assert {tab: {**after[tab], **cells} for tab, cells in before.items()} == {tab: after[tab] for tab in before}
    assert (
        after["Deelnemers"].keys() - before["Deelnemers"].keys() == {(1, 31)} and after["Deelnemers"][1, 31] == "Taal"
    )
    assert set(ExcelWorkbook(path, tmp_path / "b").read()) == set(TAB)
    content = path.read_bytes()
    assert complete_register(path, tmp_path / "b") == [] and path.read_bytes() == content


def test_completing_does_not_choose_between_two_equal_headings(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    create_register(path)
    book = load_workbook(path)
    book["Deelnemers"].cell(1, 30).value = "mobiel"
    book.save(path)
    with pytest.raises(Stop, match="aangevuld"):
        complete_register(path, tmp_path / "b")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives links to few people")
def test_the_backups_of_a_linked_register_are_found_by_its_link(tmp_path: Path) -> None:
    """Otherwise nothing is listed, and what is put back is not asked about."""
    path, link = tmp_path / "echt.xlsx", tmp_path / "register.xlsx"
    path.write_bytes(b"een")
    link.symlink_to(path)
    kept = keep_backup(path, tmp_path / "backups")
    assert backups_of(link, tmp_path / "backups") == [kept]


def test_a_backup_from_a_day_that_is_yet_to_come_is_put_back_last(tmp_path: Path) -> None:
    """A clock that was a year ahead for one round made it; it is kept, and named last."""
    path, backups = tmp_path / "register.xlsx", tmp_path / "state" / "backups"
    workbook = register(path)
    backups.mkdir(parents=True)
    ahead = backups / "register_2999-01-01_120000.xlsx"
    ahead.write_bytes(path.read_bytes() + b"x")
    for turn in range(KEPT + 3):
        workbook.write([status(workbook, f"stand {turn}")])
    found = backups_of(path, backups)
    assert found[-1] == ahead and len(found) == KEPT
    assert restore_newest_backup(path, backups) == found[0] != ahead
