"""A register that lights up: the cell that a remark names and no other, rows as high as their remarks, pages to read."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from outside.excel.create import complete_register, create_register
from outside.excel.lights import AT_FAULT, ROW, lights, lit_ranges
from outside.excel.workbook import ExcelWorkbook
from roster.example.register import example
from roster.plan.steps import SetCell
from roster.planners.status_cells import plan_admins, plan_status_cells
from roster.sheet.columns import TABS
from roster.terms import Terms
from support.hostile.ground import Hostile
from support.hostile.sound import SOUND
from support.hostile.unharmed import harmed_cells
from support.lit_cells import lit_cells
from support.plans import view
from support.xlsx_by_hand import values

TODAY = date(2026, 3, 14)
LINE = re.compile(r"^(Blokkeert|Let op) \(([^\n]+?)\): ", re.MULTILINE)


def told(path: Path) -> ExcelWorkbook:
    """The register with every row told where it stands."""
    workbook = ExcelWorkbook(path, path.parent / "state" / "backups")
    seen = view(workbook.read(), Terms(TODAY))
    assert workbook.write([*plan_status_cells(seen), *plan_admins(seen)]).left == ()
    return workbook


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register in which every second row has something."""
    path = tmp_path_factory.mktemp("lights") / "register.xlsx"
    create_register(path, example(120, 3, TODAY, dirt=0.6), terms=Terms(TODAY))
    told(path)
    return path


def expected(sheet: Worksheet) -> dict[str, str]:
    """Which cell should show which fill, worked out from what Meldingen says."""
    heads = {str(cell.value): cell.column_letter for cell in sheet[1]}
    found = {}
    for row in range(2, sheet.max_row + 1):
        said = str(sheet[f"{heads['Meldingen']}{row}"].value or "")
        weights = dict(reversed([(heading, weight) for weight, heading in LINE.findall(said)]))
        found |= {f"{heads[heading]}{row}": AT_FAULT[weight][0] for heading, weight in weights.items()}
        heaviest = next((weight for weight in ROW if said.startswith(weight)), None)
        if heaviest:
            found |= {f"{heads[name]}{row}": ROW[heaviest][0] for name in ("Nr", "Meldingen") if name in heads}
    return found


def test_exactly_the_cells_that_a_remark_names_light_up(judged: Path) -> None:
    """On every tab, as a second reader works out the rules; also where a row has several remarks."""
    book, seen = load_workbook(judged), set()
    for tab in TABS:
        sheet = book[tab.title]
        assert lit_cells(sheet) == expected(sheet), tab.title
        heads = {cell.column_letter: str(cell.value) for cell in sheet[1]}
        seen |= {(heads[re.sub(r"\d", "", place)], fill) for place, fill in lit_cells(sheet).items()}
    assert len({heading for heading, fill in seen if fill == AT_FAULT["Blokkeert"][0]}) > 6
    assert {fill for _, fill in seen} == {look[0] for look in (*AT_FAULT.values(), *ROW.values())}


def test_the_foot_of_a_page_has_room(judged: Path) -> None:
    """Between the cells and the edge: with less than a line's height LibreOffice prints the upper half of it."""
    for sheet in load_workbook(judged):
        assert sheet.page_margins.bottom - sheet.page_margins.footer >= 0.3, sheet.title


def test_a_mended_cell_goes_out_by_itself(judged: Path, tmp_path: Path) -> None:
    """Nothing of it stands in the cell: the rule finds no remark any more."""
    book = load_workbook(judged)
    sheet = book["Deelnemers"]
    [remarks] = [cell.column_letter for cell in sheet[1] if cell.value == "Meldingen"]
    row = next(row for row in range(2, sheet.max_row) if sheet[f"{remarks}{row}"].value)
    assert any(re.sub(r"\D", "", place) == str(row) for place in lit_cells(sheet))
    [status] = [cell.column_letter for cell in sheet[1] if cell.value == "Status"]
    sheet[f"{remarks}{row}"].value, sheet[f"{status}{row}"].value = None, "actief"
    assert not any(re.sub(r"\D", "", place) == str(row) for place in lit_cells(sheet))


HEADINGS = [
    "GROEP",
    "Groepen",
    "Groe*",
    "Gr?ep",
    '"Groep"',
    "(Groep)",
    "~Groep",
    "Groep):",
    "Groep\nnaam",
    " Groep  naam ",
]


@pytest.mark.parametrize(
    ("said", "lit"),
    [
        ("Blokkeert (GROEP): x", {"A"}),
        ("Blokkeert (Groep): x", set()),
        ("Blokkeert (Groepen): x", {"B"}),
        ("Let op (Groe*): x", {"C"}),
        ("Let op (Gr?ep): x", {"D"}),
        ('Blokkeert ("Groep"): x', {"E"}),
        ("Blokkeert ((Groep)): x", {"F"}),
        ("Blokkeert (~Groep): x", {"G"}),
        ("Blokkeert (Groep naam): x", {"I", "J"}),
        ("Blokkeert: de groep (GROEP): x", set()),
        ("Let op: Blokkeert (GROEP): x", set()),
        ("Blokkeert (Groepen): x\nLet op (GROEP): y", {"A", "B"}),
        ("Let op (GROEP): y\r\nLet op (Groepen): x", {"A", "B"}),
        ("", set()),
    ],
)
def test_a_heading_that_is_part_of_another_or_full_of_marks_lights_no_other(said: str, lit: set[str]) -> None:
    """The rules of a new register, under headings that somebody made hard."""
    sheet = Workbook().create_sheet()
    for light in lights({"Meldingen": 10, "GROEP": 0}, 1):
        fill = PatternFill(bgColor=light.fill)
        sheet.conditional_formatting.add(lit_ranges(light, 1), FormulaRule([light.formula], fill=fill))
    sheet.append([*HEADINGS, "Meldingen"])
    sheet.append([None] * 10 + [said])
    assert {place[0] for place in lit_cells(sheet)} - {"K"} == lit


def test_a_heading_that_people_spell_otherwise_is_named_as_it_stands(tmp_path: Path) -> None:
    """So that its cell lights up all the same."""
    path = tmp_path / "register.xlsx"
    create_register(path, example(60, 3, TODAY, dirt=0.9), terms=Terms(TODAY))
    book = load_workbook(path)
    spelt = {"Mobiel": "MOBIEL:", "18 jaar of ouder": "18 jaar\nof  ouder", "Straat": " straat ", "E-mail": "e mail"}
    for cell in book["Deelnemers"][1]:
        cell.value = spelt.get(str(cell.value), cell.value)
    book.save(path)
    told(path)
    sheet = load_workbook(path)["Deelnemers"]
    heads = {cell.column_letter: str(cell.value) for cell in sheet[1]}
    lit = {heads[re.sub(r"\d", "", place)] for place in lit_cells(sheet)}
    assert {"MOBIEL:", "18 jaar\nof  ouder", " straat "} <= lit


def test_a_row_is_as_high_as_its_remark_and_no_higher_once_it_is_gone(judged: Path, tmp_path: Path) -> None:
    """A height that a person gave stays."""
    path = Path(shutil.copy(judged, tmp_path / "register.xlsx"))
    sheet = load_workbook(path)["Deelnemers"]
    [at] = [cell.column for cell in sheet[1] if cell.value == "Meldingen"]
    texts = {row: str(sheet.cell(row, at).value or "") for row in range(2, sheet.max_row + 1)}
    long = [row for row, text in texts.items() if len(text) > 70]
    assert len(long) > 10
    for row, text in texts.items():
        height = sheet.row_dimensions[row].height or 15
        assert height >= 15 * -(-len(text) // 75), (row, text)
        assert text or sheet.row_dimensions[row].height is None
    workbook = ExcelWorkbook(path, tmp_path / "state" / "backups")
    table = workbook.read()["Deelnemers"]
    workbook.write([SetCell(table.place(long[0] - 2, "Meldingen"), "", table.cell(long[0] - 2, "Meldingen"))])
    assert load_workbook(path)["Deelnemers"].row_dimensions[long[0]].height is None
    book = load_workbook(path)
    book["Deelnemers"].row_dimensions[long[1]].height = 99
    book.save(path)
    table = workbook.read()["Deelnemers"]
    workbook.write([SetCell(table.place(long[1] - 2, "Meldingen"), "", table.cell(long[1] - 2, "Meldingen"))])
    assert load_workbook(path)["Deelnemers"].row_dimensions[long[1]].height == 99


def in_use(path: Path, judged: Path) -> Path:
    """The same register as it was before anything lit up: no rules of ours, no heights, only headings in sight."""
    book = load_workbook(judged)
    for tab in TABS:
        sheet = book[tab.title]
        sheet.conditional_formatting = ConditionalFormattingList()
        sheet.freeze_panes = "A2"
        for row in sheet.row_dimensions.values():
            row.height = None
    people = book["Deelnemers"]
    rule = FormulaRule(['$A1="van een mens"'], fill=PatternFill(bgColor="123456"))
    people.conditional_formatting.add("A1:C99", rule)
    people.row_dimensions[2].height = 77
    book.save(path)
    return path


def test_a_register_in_use_gets_it_once_and_keeps_all_that_people_made(judged: Path, tmp_path: Path) -> None:
    """Cells, their styles, and a rule and a height of their own; a second time there is nothing to do."""
    path = in_use(tmp_path / "register.xlsx", judged)
    before = values(path)
    told = complete_register(path, tmp_path / "b")
    assert told == [
        "Wat er mis is kleurt nu rood of geel, en de hele melding is te lezen.",
        "Tabblad Overzicht: de grafieken zijn toegevoegd.",
    ]
    assert values(path) == before
    assert list(harmed_cells(tmp_path / "b" / next((tmp_path / "b").iterdir()).name, path)) == []
    book, new = load_workbook(path), load_workbook(judged)
    for tab in TABS:
        sheet = book[tab.title]
        assert lit_cells(sheet) == expected(sheet), tab.title
        assert sheet.freeze_panes == new[tab.title].freeze_panes
    people = book["Deelnemers"]
    heights = [people.row_dimensions[row].height for row in range(2, people.max_row + 1)]
    assert heights[0] == 77
    assert heights[1:] == [new["Deelnemers"].row_dimensions[row].height for row in range(3, people.max_row + 1)]
    assert "van een mens" in str([rule.formula for area in people.conditional_formatting for rule in area.rules])
    content = path.read_bytes()
    assert complete_register(path, tmp_path / "b") == [] and path.read_bytes() == content
    told_again = ExcelWorkbook(path, tmp_path / "b")
    assert told_again.write(list(plan_status_cells(view(told_again.read(), Terms(TODAY))))).done == ()


def test_what_another_program_saved_is_known_again(judged: Path, tmp_path: Path) -> None:
    """A row put in above the headings, quotes written otherwise: the rules are not made twice."""
    path = Path(shutil.copy(judged, tmp_path / "register.xlsx"))
    book = load_workbook(path)
    for area in list(book["Deelnemers"].conditional_formatting):
        for rule in area.rules:
            rule.formula = [re.sub(r"(?<=[A-Z])1\b", "4", text).replace("=", " = ") for text in rule.formula]
    book.save(path)
    assert complete_register(path, tmp_path / "b") == []


def test_a_tab_that_is_added_lights_up_as_well(judged: Path, tmp_path: Path) -> None:
    """In a register that lacks it; a second time there is nothing to do."""
    path = Path(shutil.copy(judged, tmp_path / "register.xlsx"))
    book = load_workbook(path)
    del book["Straten"]
    book.save(path)
    assert complete_register(path, tmp_path / "b") == ["Tabblad Straten is toegevoegd."]
    sheet = load_workbook(path)["Straten"]
    assert (
        sheet.freeze_panes == "B2" and len([rule for area in sheet.conditional_formatting for rule in area.rules]) == 4
    )
    assert complete_register(path, tmp_path / "b") == []


def test_a_list_of_their_own_gets_a_column_in_which_remarks_can_be_read(judged: Path, tmp_path: Path) -> None:
    """Made by people, without a style or a width; later rounds find it so, and so does a second setup."""
    path = tmp_path / "register.xlsx"
    book, plain = load_workbook(judged), Workbook()
    for tab in TABS:
        sheet = plain.create_sheet(tab.title)
        for row in book[tab.title].values:
            sheet.append(row)
    plain["Deelnemers"]["A2"].alignment = Alignment(horizontal="right")
    plain.save(path)
    before = values(path)
    assert complete_register(path, tmp_path / "b") != []
    assert values(path) == before
    sheet = load_workbook(path)["Deelnemers"]
    at = next(cell for cell in sheet[1] if cell.value == "Meldingen").column
    letter = get_column_letter(at)
    assert sheet.column_dimensions[letter].width == 60
    remarks = [sheet.cell(row, at) for row in range(2, sheet.max_row + 1) if sheet.cell(row, at).value]
    assert remarks and all(cell.alignment.wrap_text for cell in remarks)
    assert not sheet.cell(2, at - 1).alignment.wrap_text and sheet["A2"].alignment.horizontal == "right"
    new = load_workbook(judged)["Deelnemers"].row_dimensions
    assert all(sheet.row_dimensions[cell.row].height == new[cell.row].height for cell in remarks)
    content = path.read_bytes()
    assert complete_register(path, tmp_path / "b") == [] and path.read_bytes() == content
    workbook = ExcelWorkbook(path, tmp_path / "b")
    table = workbook.read()["Deelnemers"]
    quiet = next(index for index in range(len(table.rows)) if not table.cell(index, "Meldingen"))
    workbook.write([SetCell(table.place(quiet, "Meldingen"), "Let op: " + "lang verhaal " * 15)])
    assert (load_workbook(path)["Deelnemers"].row_dimensions[table.first + quiet].height or 0) >= 45


@pytest.mark.long
@pytest.mark.parametrize("nasty", SOUND, ids=lambda nasty: nasty.name)
@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl says what it would lose; it does not write here
def test_setup_scratches_no_register_however_it_was_made(nasty: Hostile, tmp_path: Path) -> None:
    """Every cell of people's is as it was, what has remarks lights up, and a second time there is nothing to do."""
    path = tmp_path / f"register{nasty.suffix}"
    nasty.make(path)
    before, stood = Path(shutil.copy(path, tmp_path / f"before{nasty.suffix}")), values(path)
    complete_register(path, tmp_path / "b")
    assert list(harmed_cells(before, path)) == []
    after = values(path)
    assert {tab: {place: after[tab][place] for place in cells} for tab, cells in stood.items()} == stood
    content = path.read_bytes()
    assert complete_register(path, tmp_path / "b") == [] and path.read_bytes() == content
    rules = [area for sheet in load_workbook(path) for area in sheet.conditional_formatting]
    assert sum("FIND(" in str(rule.formula) for area in rules for rule in area.rules) == 2 * 6


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_lights_the_same_cells_and_prints_pages_to_read(judged: Path, tmp_path: Path) -> None:
    """As it renders the tabs, not as we read the rules."""
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for kind in ("html", "pdf"):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", tmp_path, judged]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    page = (tmp_path / "register.html").read_text(encoding="utf-8")
    book = load_workbook(judged)
    tables = dict(zip(book.sheetnames, re.findall(r"<table.*?</table>", page, re.DOTALL), strict=True))
    colours = {look[0] for look in (*AT_FAULT.values(), *ROW.values())}
    for tab in TABS:
        rows = [re.findall(r"<td[^>]*>", row) for row in re.findall(r"<tr>.*?</tr>", tables[tab.title], re.DOTALL)]
        shown = {
            f"{get_column_letter(column)}{row}": found[1]
            for row, cells in enumerate(rows, 1)
            for column, cell in enumerate(cells, 1)
            if (found := re.search(r'bgcolor="#(\w+)"', cell)) and found[1] in colours
        }
        status = {f"{cell.column_letter}" for cell in book[tab.title][1] if cell.value == "Status"}
        assert {place: fill for place, fill in shown.items() if re.sub(r"\d", "", place) not in status} == expected(
            book[tab.title]
        ), tab.title
    size = subprocess.run(["pdfinfo", tmp_path / "register.pdf"], capture_output=True, text=True, check=True).stdout
    assert "841.89 x 595" in size
    pages = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "register.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout.split("\f")
    members = [text for text in pages if "Deelnemers, bladzijde" in text]
    assert members and all(re.search(r"Achternaam\s+Voornaam.*Meldingen", text) for text in members)
    assert not any(re.search(r"\d@mail.example", text) for text in members)
