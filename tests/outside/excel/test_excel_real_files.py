"""Registers as XlsxWriter and LibreOffice make them: only the asked cells differ, to whoever looks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.excel.workbook import ExcelWorkbook
from roster.plan.steps import AddRow, SetCell
from roster.sheet.columns import TAB, TABS
from support.excel_ground import IN_USE
from support.xlsx_by_hand import part, raw_parts, values


def everything(path: Path) -> None:
    """A register as XlsxWriter makes it, with all that a library that re-writes the file would lose."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd-mm-yyyy", "bg_color": "#FFEECC"})
    for tab in TABS:
        sheet = book.add_worksheet(tab.title)
        sheet.write_row(0, 0, IN_USE[tab.title], bold)
    members = book.get_worksheet_by_name("Deelnemers")
    assert members is not None
    for row in range(1, 41):
        members.write_row(row, 0, [f"D-{row:04d}", "Jan", "van", f"Berg {row}"])
        members.write_number(row, 9, 612345600 + row)
        members.write_number(row, 17, 45000 + row, day)
        members.write_rich_string(row, 21, "gewoon ", bold, "vet", " slot")
        if row % 2:
            members.write(row, 22, "oud", day)
    members.autofilter("A1:Y41")
    members.conditional_format("W2:W41", {"type": "cell", "criteria": "==", "value": '"oud"', "format": bold})
    members.data_validation("P2:P41", {"validate": "list", "source": ["ja", "nee"]})
    members.write_comment("B2", "een opmerking")
    members.set_row(5, None, None, {"hidden": True, "level": 1})
    members.set_column("X:X", 40, day)
    members.freeze_panes(1, 0)
    members.protect("geheim")
    members.insert_textbox("AB2", "een tekstvak")
    members.add_sparkline("AB1", {"range": "Deelnemers!J2:J41"})
    members.write_url("AC2", "https://example.org/")
    admins = book.get_worksheet_by_name("Beheerders")
    assert admins is not None
    admins.add_table("A1:H2", {"columns": [{"header": heading} for heading in TAB["Beheerders"].headings]})
    admins.write_row(1, 0, ["D-0001", "Jan van Berg 1"])
    extra = book.add_worksheet("Grafiek & co")
    extra.write_formula("A1", '=COUNTIF(Deelnemers!W2:W41,"nieuw")', None, 0)
    extra.write_formula("A2", "=SUM(Deelnemers!J2:J41)", None, 24493824820)
    extra.merge_range("C3:D4", "samen")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Deelnemers!$J$2:$J$41"})
    extra.insert_chart("F2", chart)
    book.define_name("Nummers", "=Deelnemers!$J$2:$J$41")
    book.close()


def cells_by_openpyxl(path: Path) -> dict[tuple[str, int, int], object]:
    """Every cell as openpyxl sees it: value as text (rich text with its runs) and style."""
    book = load_workbook(path, rich_text=True)
    return {
        (sheet.title, cell.row, cell.column): (repr(cell.value), cell.number_format, cell.font.b, cell.fill.fgColor.rgb)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
    }


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl says what it would lose; it does not write here
def test_only_the_asked_cells_differ_in_a_file_with_everything_in_it(tmp_path: Path) -> None:
    """Compared cell by cell with two readers, and part by part; a table grows over a row that is added below it."""
    path = tmp_path / "register.xlsx"
    everything(path)
    workbook = ExcelWorkbook(path, tmp_path / "state" / "backups")
    before, parts, seen = cells_by_openpyxl(path), raw_parts(path), values(path)
    table = workbook.read()["Deelnemers"]
    steps: list[SetCell | AddRow] = [
        SetCell(table.place(index, "Status"), "nieuw", table.cell(index, "Status")) for index in range(3, 9)
    ]
    steps.append(SetCell(table.place(39, "Meldingen"), "Let op: x"))
    steps.append(AddRow("Beheerders", "D-0002", (("Nr", "D-0002"), ("Naam", "Jan"))))
    assert workbook.write(steps).left == ()
    asked = {("Deelnemers", row, 23): "nieuw" for row in range(5, 11)} | {
        ("Deelnemers", 41, 24): "Let op: x",
        ("Beheerders", 3, 1): "D-0002",
        ("Beheerders", 3, 2): "Jan",
    }
    after = cells_by_openpyxl(path)
    assert {place for place in after if after[place] != before.get(place)} == {
        place for place in after if place in asked or (place[0] == "Beheerders" and place[1] == 3)
    } - {("Beheerders", 3, column) for column in range(3, 9) if ("Beheerders", 3, column) in before}
    assert all(after[place][0] == repr(value) for place, value in asked.items())  # type: ignore[index]  # a tuple, see above
    assert after["Deelnemers", 5, 23][1:] == before["Deelnemers", 5, 23][1:]  # type: ignore[index]  # likewise
    calamine = {(tab, *place): value for tab, cells in values(path).items() for place, value in cells.items()}
    expected = {(tab, *place): value for tab, cells in seen.items() for place, value in cells.items()} | asked
    expected.pop(("Grafiek & co", 1, 1))  # the outcome that no longer holds
    assert calamine == expected
    changed = {name for name, raw in raw_parts(path).items() if parts.get(name) != raw}
    assert changed == {
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet6.xml",
        "xl/worksheets/sheet9.xml",
        "xl/tables/table1.xml",
    }
    assert part(path, "xl/tables/table1.xml").count('ref="A1:H3"') == 2


def soffice() -> str | None:
    return shutil.which("soffice")


def converted(path: Path, kind: str, folder: Path) -> Path:
    """The file as LibreOffice saves it."""
    subprocess.run(
        [
            str(soffice()),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            folder,
            path,
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{path.stem}.{kind.split(':', 1)[0]}"


@pytest.mark.long
@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_what_was_written_and_works_out_what_depends_on_it(tmp_path: Path) -> None:
    """Saved by LibreOffice, written by us, opened by LibreOffice again: the values and the sums are there."""
    path = tmp_path / "register.xlsx"
    everything(path)
    workbook = ExcelWorkbook(path, tmp_path / "state" / "backups")
    table = workbook.read()["Deelnemers"]
    workbook.write([SetCell(table.place(index, "Status"), "nieuw", table.cell(index, "Status")) for index in range(7)])
    saved = converted(path, "xlsx", tmp_path / "een")
    assert values(saved)["Grafiek & co"][1, 1] == 7
    again = ExcelWorkbook(saved, tmp_path / "state" / "backups")
    table = again.read()["Deelnemers"]
    assert (
        again.write(
            [SetCell(table.place(index, "Status"), "nieuw", table.cell(index, "Status")) for index in range(7, 11)]
        ).left
        == ()
    )
    third = values(converted(saved, "xlsx:Calc MS Excel 2007 XML", tmp_path / "twee"))
    assert third["Grafiek & co"][1, 1] == 11
    assert [third["Deelnemers"][row, 23] for row in range(2, 13)] == ["nieuw"] * 11
