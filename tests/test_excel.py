"""The register in an .xlsx file: read whole, written losing nothing, refused whole where it cannot be."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from workbook_contract import PEOPLE, WorkbookContract, rows_of
from xlsx_by_hand import KIND, MAIN, part, raw_parts, sheet_xml, values, write_workbook

from outside.excel import ExcelWorkbook
from outside.excel_backup import KEPT, backups_of, restore_newest_backup
from outside.excel_new import complete_register, create_register
from outside.stop import Changed, Stop
from roster.columns import TAB, TABS
from roster.plan import AddRow, SetCell
from roster.table import Cell, Place

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


class TestExcelWorkbook(WorkbookContract):
    """The contract of all registers, on a file."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "register.xlsx"

    def make(self, rows: Mapping[str, Sequence[Sequence[Cell]]], without: Sequence[str] = (), without_columns: Mapping[str, Sequence[str]] | None = None) -> None:
        self.path.unlink(missing_ok=True)
        create_register(self.path, rows)
        if without or without_columns:
            book = load_workbook(self.path)
            for tab in without:
                del book[tab]
            for tab, headings in (without_columns or {}).items():
                for heading in headings:
                    book[tab].delete_cols(1 + [cell.value for cell in book[tab][1]].index(heading))
            book.save(self.path)

    def open(self) -> ExcelWorkbook:
        return ExcelWorkbook(self.path, self.path.parent / "state" / "backups")

    def edit(self, tab: str, row: int, heading: str, value: Cell) -> None:
        book = load_workbook(self.path)
        book[tab].cell(row, 1 + TAB[tab].headings.index(heading)).value = value
        book.save(self.path)


def register(path: Path, members: Sequence[Mapping[str, Cell]] = PEOPLE) -> ExcelWorkbook:
    """A new register with these members, opened."""
    create_register(path, {"Deelnemers": rows_of("Deelnemers", members)})
    return ExcelWorkbook(path, path.parent / "state" / "backups")


def by_hand(path: Path, rows: str, *, more: Mapping[str, str | bytes] | None = None, calc: str = "", after: str = "", extra: str = "") -> ExcelWorkbook:
    """A register written by hand: tab Deelnemers with the headings in row 1 and `rows`; perhaps an extra tab."""
    sheets: dict[str, str] = {}
    for tab in TABS[:-1]:
        cells = "".join(f'<c t="inlineStr"><is><t>{heading}</t></is></c>' for heading in tab.headings)
        sheets[tab.title] = sheet_xml(f'<row r="1">{cells}</row>{rows if tab is TABS[0] else ""}', after=after if tab is TABS[0] else "")
    if extra:
        sheets["Eigen blad"] = sheet_xml(extra)
    write_workbook(path, sheets, more, calc)
    return ExcelWorkbook(path, path.parent / "state" / "backups")


MEMBER = '<row r="{0}"><c r="B{0}" t="inlineStr"><is><t>Jan</t></is></c><c r="D{0}" t="inlineStr"><is><t>Berg {0}</t></is></c>{1}</row>'


def status(workbook: ExcelWorkbook, value: str = "actief", index: int = 0) -> SetCell:
    """A step: this status in a row of Deelnemers, over what stands there."""
    table = workbook.read()["Deelnemers"]
    return SetCell(table.place(index, "Status"), value, table.cell(index, "Status"))


# What stays

def test_every_other_part_stays_byte_for_byte(tmp_path: Path) -> None:
    """Headers, dates, packed bytes and order of all parts but the one sheet; so does an unknown part."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = "een groet".encode()
        archive.writestr(zipfile.ZipInfo("xl/iets ongewoons é.bin", (2020, 1, 2, 3, 4, 6)), b"\0" * 999)
    before, names = raw_parts(path), zipfile.ZipFile(path).namelist()
    assert workbook.write([status(workbook, "geblokkeerd")]).left == ()
    after = raw_parts(path)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet2.xml"]
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == names and archive.comment == "een groet".encode() and archive.testzip() is None


def test_macros_stay(tmp_path: Path) -> None:
    """An .xlsm keeps vbaProject.bin and its own kind."""
    path = tmp_path / "register.xlsm"
    workbook = by_hand(path, MEMBER.format(2, ""), more={"xl/vbaProject.bin": os.urandom(5000)})
    before = raw_parts(path)
    workbook.write([status(workbook)])
    assert raw_parts(path)["xl/vbaProject.bin"] == before["xl/vbaProject.bin"]
    assert values(path)["Deelnemers"][2, 23] == "actief"


def test_rights_and_a_link_stay(tmp_path: Path) -> None:
    """The file keeps its rights; a register behind a link is written where it really is."""
    (tmp_path / "elders").mkdir()
    real = tmp_path / "elders" / "echt.xlsx"
    register(real)
    real.chmod(0o640)
    link = tmp_path / "register.xlsx"
    link.symlink_to(real)
    workbook = ExcelWorkbook(link, tmp_path / "state" / "backups")
    workbook.write([status(workbook, "geblokkeerd")])
    assert link.is_symlink() and real.stat().st_mode & 0o777 == 0o640
    assert values(real)["Deelnemers"][2, 23] == "geblokkeerd"


def test_a_write_that_changes_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    """No new time on the file and no backup."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    before = path.stat()
    assert len(workbook.write([status(workbook, "actief")]).done) == 1
    assert workbook.write([]).done == ()
    assert path.stat().st_mtime_ns == before.st_mtime_ns and path.stat().st_ino == before.st_ino
    assert not (tmp_path / "state" / "backups").exists()


def test_cells_come_as_they_are_stored(tmp_path: Path) -> None:
    """Dates, numbers, yes or no, outcomes of formulas; blank rows count, addresses start at A1."""
    from datetime import date

    path = tmp_path / "register.xlsx"
    register(path, [{}, {"Voornaam": "Jan", "Mobiel": 612345678, "Aangemeld op": date(2026, 3, 5), "Sticker": True}])
    table = ExcelWorkbook(path, tmp_path / "b").read()["Deelnemers"]
    assert table.first == 2 and len(table.rows) == 2
    assert table.cell(1, "Mobiel") == 612345678 and table.cell(1, "Aangemeld op") == date(2026, 3, 5)
    assert table.cell(1, "Sticker") is True


# Formulas

def test_outcomes_that_depend_on_a_change_are_taken_out_and_no_others(tmp_path: Path) -> None:
    """Direct, through another formula, by a name; text that looks like a reference does not count."""
    path = tmp_path / "register.xlsx"
    extra = ('<row r="1"><c r="A1"><f>COUNTIF(Deelnemers!W$2:W$99,"actief")</f><v>0</v></c><c r="B1"><f>A1+1</f><v>1</v></c>'
             '<c r="C1"><f>COUNTA(Deelnemers!$B:$B)</f><v>2</v></c><c r="D1" t="str"><f>"Deelnemers!W2"</f><v>x</v></c>'
             '<c r="E1"><f>SUM(standen)</f><v>3</v></c><c r="F1"><f>Groepen!W2</f><v>4</v></c></row>'
             '<row r="2"><c r="A2"><f t="shared" ref="A2:A3" si="0">LEN(Deelnemers!W2)</f><v>5</v></c></row>'
             '<row r="3"><c r="A3"><f t="shared" si="0"/><v>6</v></c></row>')
    workbook = by_hand(path, MEMBER.format(2, "") + MEMBER.format(3, ""), extra=extra,
                       calc="<definedNames><definedName name=\"standen\">Deelnemers!$W$2:$X$3</definedName></definedNames>")
    workbook.write([status(workbook)])
    after = part(path, "xl/worksheets/sheet6.xml")
    assert after == sheet_xml(extra.replace("<v>0</v>", "").replace("<v>1</v>", "").replace("<v>3</v>", "").replace("<v>5</v>", ""))
    assert '</definedNames><calcPr fullCalcOnLoad="1"/></workbook>' in part(path, "xl/workbook.xml")


def test_without_a_formula_that_depends_on_it_the_workbook_stays(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, ""), extra='<row r="1"><c r="A1"><f>COUNTA(Deelnemers!B2:B9)</f><v>1</v></c></row>')
    before = raw_parts(path)
    workbook.write([status(workbook)])
    after = raw_parts(path)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]


def test_an_outcome_in_a_column_of_people_stays_readable(tmp_path: Path) -> None:
    """What the next run must read is kept, though it may be out of date until the file is opened in Excel."""
    path = tmp_path / "register.xlsx"
    formula = '<c r="V{0}" t="str"><f>IF(W{0}="actief","ja","nee")</f><v>nee</v></c>'
    workbook = by_hand(path, MEMBER.format(2, formula.format(2)))
    workbook.write([status(workbook)])
    assert values(path)["Deelnemers"][2, 22] == "nee"
    assert 'fullCalcOnLoad="1"' in part(path, "xl/workbook.xml")


def test_a_formula_of_ours_makes_room_and_the_chain_goes(tmp_path: Path) -> None:
    """Excel would mend a file whose calculation chain names a cell without a formula."""
    path = tmp_path / "register.xlsx"
    chain = f'<calcChain xmlns="{MAIN}"><c r="W2" i="1"/></calcChain>'
    workbook = by_hand(path, MEMBER.format(2, '<c r="W2" t="str"><f>"oud"</f><v>oud</v></c>'), more={"xl/calcChain.xml": chain})
    workbook.write([status(workbook)])
    with zipfile.ZipFile(path) as archive:
        assert "xl/calcChain.xml" not in archive.namelist()
    assert "calcChain" not in part(path, "[Content_Types].xml") + part(path, "xl/_rels/workbook.xml.rels")
    assert f"{KIND}.worksheet+xml" in part(path, "[Content_Types].xml")
    assert values(path)["Deelnemers"][2, 23] == "actief"


def test_a_formula_for_several_cells_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, '<c r="W2" t="str"><f t="shared" ref="W2:W3" si="0">"oud"</f><v>oud</v></c>') + MEMBER.format(3, ""))
    step, before = status(workbook), path.read_bytes()
    with pytest.raises(Stop, match="W2"):
        workbook.write([step])
    assert path.read_bytes() == before and leftovers(path) == []


def test_a_cell_under_a_merged_one_is_left(tmp_path: Path) -> None:
    """What is written there would not show; its neighbours are written."""
    path = tmp_path / "register.xlsx"
    workbook = by_hand(path, MEMBER.format(2, "") + MEMBER.format(3, ""), after='<mergeCells count="1"><mergeCell ref="W2:W3"/></mergeCells>')
    table = workbook.read()["Deelnemers"]
    top, under = (SetCell(table.place(index, "Status"), "actief") for index in (0, 1))
    written = workbook.write([top, under])
    assert written.done == (top,) and written.left == (under,)


# What goes wrong

def leftovers(path: Path) -> list[str]:
    """Files beside the register that should not be there."""
    return sorted(other.name for other in path.parent.iterdir() if other.name not in (path.name, "state") and not other.is_dir())


def test_a_register_that_changed_is_not_overwritten(tmp_path: Path) -> None:
    """Also when its size and time say nothing."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    step, stat = status(workbook, "geblokkeerd"), path.stat()
    content = bytearray(path.read_bytes())
    content[-1:] = b"\0"
    content[-2:] = b"\0\0"
    content[content.rfind(b"PK\x05\x06") - 1] ^= 0
    other = path.read_bytes().replace(b"docProps/app.xml", b"docProps/apx.xml")
    path.write_bytes(other)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(Changed):
        workbook.write([step])
    assert path.read_bytes() == other and leftovers(path) == []


@pytest.mark.parametrize("name", ["~$register.xlsx", ".~lock.register.xlsx#"])
def test_a_file_that_is_open_is_not_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    step, before = status(workbook, "geblokkeerd"), path.read_bytes()
    path.with_name(name).write_text("Jan Geheim,Jan Geheim,laptop", encoding="utf-8")
    with pytest.raises(Stop, match="staat nog open") as stop:
        workbook.write([step])
    assert "Geheim" not in f"{stop.value.message}{stop.value.remedy}" and path.read_bytes() == before
    with pytest.raises(Stop, match="staat nog open"):
        workbook.read()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of a file mean something else on Windows")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_read_only_is_a_stop(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "map"
    folder.mkdir()
    path = folder / "register.xlsx"
    create_register(path, {"Deelnemers": rows_of("Deelnemers", PEOPLE)})
    workbook = ExcelWorkbook(path, tmp_path / "state" / "backups")
    step = status(workbook, "geblokkeerd")
    (path if what == "file" else folder).chmod(0o500)
    try:
        with pytest.raises(Stop, match="alleen-lezen"):
            workbook.write([step])
    finally:
        folder.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    path = tmp_path / "register.xlsx"
    register(path)
    before = path.read_bytes()
    script = (
        "import resource, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel import ExcelWorkbook; from outside.stop import Stop\n"
        "from roster.plan import SetCell\n"
        "w = ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'state' / 'backups')\n"
        "t = w.read()['Deelnemers']\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "try: w.write([SetCell(t.place(1, 'Status'), 'actief')])\n"
        "except Stop as stop: print(stop.message)\n")
    ended = subprocess.run([sys.executable, "-c", script, SCRIPTS, path], capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "De schijf is vol.", ended.stderr
    assert path.read_bytes() == before and leftovers(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("moment", range(6))
def test_a_killed_write_leaves_a_whole_file(moment: int, tmp_path: Path) -> None:
    """Killed at any moment, the register is the old one or the new one; the next run clears what was left."""
    path = tmp_path / "register.xlsx"
    workbook = register(path, [{"Voornaam": f"Jan {n}", "Achternaam": "Berg"} for n in range(3000)])
    before = values(path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel import ExcelWorkbook; from roster.plan import SetCell\n"
        "w = ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'state' / 'backups')\n"
        "t = w.read()['Deelnemers']\n"
        "print('ready', flush=True)\n"
        "w.write([SetCell(t.place(i, 'Status'), 'actief') for i in range(3000)])\n")
    child = subprocess.Popen([sys.executable, "-c", script, SCRIPTS, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    time.sleep(0.02 + moment * 0.035)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    after = values(path)
    assert after == before or all(after["Deelnemers"][row, 23] == "actief" for row in range(2, 3002))
    workbook.write([status(workbook, "wachtlijst")])
    assert leftovers(path) == []


def test_the_lock_of_a_dead_process_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel import ExcelWorkbook\n"
        "with ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'state' / 'backups').lock(): os._exit(9)\n")
    assert subprocess.run([sys.executable, "-c", script, SCRIPTS, path], check=False).returncode == 9
    with workbook.lock():
        pass


# Files that are no register

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
    by_hand(path, MEMBER.format(1_048_576, f'<c r="XFD1048576"><v>1</v></c>'))


def lying_size(path: Path) -> None:
    """The directory says that a part is smaller than it is."""
    by_hand(path, MEMBER.format(2, "") * 1)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)


@pytest.mark.parametrize(("make", "said"), [
    (lambda path: None, "is er niet"),
    (lambda path: path.mkdir(), "is een map"),
    (lambda path: path.write_bytes(b""), "is leeg"),
    (lambda path: path.write_bytes(b"PK\x03\x04 en dan niets meer"), "beschadigd"),
    (lambda path: xlsx_of({"mimetype": b"x", "content.xml": b"<a/>"}, path), r"\.ods"),
    (lambda path: xlsx_of({"[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a/>", "word/document.xml": b"<a/>"}, path), "geen Excel"),
    (lambda path: xlsx_of({"[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a/>"}, path), "onbekende opbouw"),
    (entity_bomb, "niet in een Excel-bestand hoort"),
    (far_away, "heel ver"),
    (lying_size, "beschadigd"),
])
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


# Backups, setup

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
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref
        fills = {column.own: cell.fill.fgColor.rgb for cell, column in zip(sheet[1], tab.columns, strict=True)}
        assert len(set(fills.values())) == len(fills)
    assert {rule.formula1 for rule in book["Deelnemers"].data_validations.dataValidation} >= {"Groepen!$A$2:$A$2000", "Straten!$A$2:$A$2000"}
    assert book["Deelnemers"].column_dimensions["J"].number_format == "@"
    assert complete_register(path, tmp_path / "b") == [] and path.stat().st_mtime_ns == before and not (tmp_path / "b").exists()
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
    assert after["Deelnemers"].keys() - before["Deelnemers"].keys() == {(1, 31)} and after["Deelnemers"][1, 31] == "Taal"
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
