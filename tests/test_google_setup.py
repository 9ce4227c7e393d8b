"""Setting up a Google Sheet, carrying a register over, bringing it down again, and looking whether all is well."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from google_matrix import new_book, peoples, sync
from google_register import EMAIL, TODAY, google_book, laptop
from outside import google_calls
from outside.excel import ExcelWorkbook
from outside.excel_new import create_register
from outside.google import GoogleWorkbook
from outside.keeping import keep_register
from outside.settings import Settings
from outside.starting import set_up
from outside.stop import Stop
from roster.columns import TAB, TABS
from roster.demo import example
from sheets_server import REFUSED, Book, Failure, Fault, Formula, Person, SheetsServer
from sheets_server.fixture import sheets

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_calls, "FIRST_WAIT", 0.0)


@pytest.fixture
def empty(sheets: SheetsServer) -> Book:
    """A sheet as Google makes it, shared with us."""
    book = sheets.new_book(today=TODAY)
    book.writers |= {EMAIL, Person(book).email}
    return book


def look_of(book: Book) -> object:
    """Everything but the lock's comings and goings."""
    return [(tab.title, tab.properties, tab.rows, tab.columns, tab.things) for tab in book.copied().tabs]


def test_an_empty_sheet_becomes_a_register_and_a_second_time_changes_nothing(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    settings = laptop(sheets, empty, tmp_path)
    assert "Tabblad Deelnemers is toegevoegd." in set_up(settings)
    assert [tab.title for tab in empty.tabs] == ["Lees mij", *(tab.title for tab in TABS)]
    before = look_of(empty)
    sheets.start_counting()
    assert set_up(settings) == ["Het Google-blad is compleet. Er is niets veranderd."]
    assert look_of(empty) == before
    assert [call.kinds for call in sheets.calls if call.writes] == [("addSheet", "updateCells"), ("deleteSheet",)]
    assert sync(settings)[0] == 0


def test_a_new_register_helps_whoever_types(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    """Notes, dropdowns, zeros that stay, days, frozen headings, filter, banding, colours, and a warning on our columns."""
    set_up(laptop(sheets, empty, tmp_path))
    tab = empty.tab("Deelnemers")
    assert tab.row(0).values == list(TAB["Deelnemers"].headings)
    assert all(tab.row(0).look(turn).note == column.note for turn, column in enumerate(TAB["Deelnemers"].columns))
    Person(empty).types("Deelnemers", 2, "Mobiel", "0612345678")
    assert tab.row(1).value(tab.column("Mobiel")) == "0612345678"
    rules = {heading: tab.row(500).look(tab.column(heading)).validation for heading in ("Groep", "Rol", "Sticker", "Achternaam")}
    assert rules["Groep"]["condition"]["values"] == [{"userEnteredValue": "='Groepen'!$A$2:$A"}]
    assert [value["userEnteredValue"] for value in rules["Rol"]["condition"]["values"]] == ["deelnemer", "beheerder", "coördinator"]
    assert rules["Sticker"]["condition"]["type"] == "ONE_OF_LIST" and rules["Achternaam"] is None
    assert tab.row(9).look(tab.column("Aangemeld op")).format["numberFormat"]["type"] == "DATE"
    assert tab.grid["frozenRowCount"] == 1 and tab.things["basicFilter"] and tab.things["bandedRanges"]
    guarded = {thing["range"]["startColumnIndex"] for thing in tab.things["protectedRanges"] if thing["warningOnly"]}
    assert guarded == {tab.column(heading) for heading in TAB["Deelnemers"].own}
    words = [rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in tab.things["conditionalFormats"]]
    assert {"actief", "geblokkeerd", "Blokkeert"} <= set(words)


def test_a_sheet_in_use_keeps_all_that_people_made(sheets: SheetsServer, tmp_path: Path) -> None:
    """Only what is missing is added, right of all that stands there."""
    book = google_book(sheets, {}, without=("Gebieden",), without_columns={"Deelnemers": ("Organisatie", "Welkom")})
    tab = book.tab("Deelnemers")
    tab.put(1, 0, "D-0001")
    tab.put(1, 25, "aan de rand")
    tab.things["protectedRanges"] = [{"protectedRangeId": 5, "range": {"sheetId": tab.id, "startColumnIndex": 0, "endColumnIndex": 1}, "description": "van ons", "warningOnly": True}]
    before = tab.values()
    told = set_up(laptop(sheets, book, tmp_path))
    assert "Tabblad Deelnemers: toegevoegd Organisatie, Welkom." in told and "Tabblad Gebieden is toegevoegd." in told
    after = tab.values()
    assert [row[: len(old)] for row, old in zip(after, before, strict=True)] == before
    assert after[0][26:] == ["Organisatie", "Welkom"]
    assert tab.things["protectedRanges"][0]["description"] == "van ons"
    assert [thing["range"]["startColumnIndex"] for thing in tab.things["protectedRanges"]].count(0) == 1


@pytest.mark.parametrize("call", [4, *(pytest.param(call, marks=pytest.mark.long) for call in (1, 2, 3, 5, 6, 7, 8))])
def test_setting_up_survives_a_lost_answer(sheets: SheetsServer, empty: Book, tmp_path: Path, call: int) -> None:
    sheets.fail(call, Fault("503", after=True))
    settings = laptop(sheets, empty, tmp_path)
    set_up(settings)
    assert [tab.title for tab in empty.tabs] == ["Lees mij", *(tab.title for tab in TABS)]
    assert len(empty.tab("Deelnemers").things["bandedRanges"]) == 1


def a_register(path: Path) -> Path:
    """A register file with an extra column, an extra tab, days and a number."""
    create_register(path, example(60, 1, TODAY))
    book = openpyxl.load_workbook(path)
    book["Deelnemers"].cell(1, 27).value = "Huisdier"
    book["Deelnemers"].cell(2, 27).value = 2.5
    extra = book.create_sheet("Eigen blad")
    extra.append(["Wat", "Wanneer", "Klaar"])
    extra.append(["koffie", date(2026, 5, 1), True])
    book.save(path)
    return path


def test_a_local_register_is_carried_over_whole(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    """Every tab, people's own too; every cell says the same, and days are days."""
    path = a_register(tmp_path / "register.xlsx")
    settings = laptop(sheets, empty, tmp_path / "home")
    told = set_up(settings, path)
    assert any("Eigen blad" in line for line in told)
    local = ExcelWorkbook(path, tmp_path / "state" / "backups").read()
    there = GoogleWorkbook(settings).read()
    for name, table in local.items():
        for heading in table.columns:
            ours = [as_number(cell) for cell in table.column(heading)]
            assert [cell or None for cell in there[name].column(heading)] == ours, (name, heading)
    tab = empty.tab("Eigen blad")
    assert tab.values() == [["Wat", "Wanneer", "Klaar"], ["koffie", 46143, True]]
    assert tab.row(1).look(1).format["numberFormat"]["type"] == "DATE"
    assert empty.tab("Deelnemers").row(1).value(26) == 2.5
    sheets.start_counting()
    assert set_up(settings, path) == ["Het Google-blad is compleet. Er is niets veranderd."]


def a_sheet_with_formulas(path: Path) -> Path:
    """A register with formulas, with and without an outcome, and merged cells; xlsxwriter stores outcomes."""
    a_register(path)
    book = openpyxl.load_workbook(path)
    people = book["Deelnemers"]
    people.cell(1, 28).value = "Volledig"
    people.cell(2, 28).value = '=B2&", "&D2'
    people.merge_cells("AA4:AA5")
    people.merge_cells("AA7:AB7")
    extra = book.create_sheet("Kas")
    extra["A1"], extra["A2"], extra["A3"], extra["A4"] = 3, "=A1*1.5", "#N/A", "#REF!"
    extra["B1"] = "=SUMIF('Eigen blad'!A1:A9,\"a,b\",'Eigen blad'!B1:B9)"
    extra["B2"] = "=_xlfn.IFS(A1>1,{1,2;3,4},TRUE,[1]Elders!A1)"
    extra["B3"] = ArrayFormula("B3:C4", "=A1:B2*2")
    extra["E1"] = "=BESTAATNIET(A1)"
    extra["E2"] = "=GEWEIGERD()"
    extra.merge_cells("F1:G2")
    extra["F1"] = "samen"
    for row in range(10, 15):
        extra.cell(row, 1).value = f"=A{row - 1}+1"
    book.save(path)
    return path


OUTCOMES = {
    '=B2&", "&D2': "Aa, Bee", "=A1*1,5": 4.5, "=NA()": Failure("#N/A"), "=BESTAATNIET(A1)": Failure("#NAME?"), "=GEWEIGERD()": REFUSED,
    "=SUMIF('Eigen blad'!A1:A9;\"a,b\";'Eigen blad'!B1:B9)": 0, "=ARRAYFORMULA(A1:B2*2)": 6, **{f"=A{row - 1}+1": row - 9 for row in range(10, 15)},
}  # fmt: skip
"""What Google makes of them, in its own marks: ";" between arguments, and a decimal comma in the Netherlands."""


def test_formulas_and_merged_cells_go_along(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    """People's own tabs too. What Google does not take keeps its value, with a note, and is told by tab and cell."""
    path = a_sheet_with_formulas(tmp_path / "register.xlsx")
    empty.outcomes = dict(OUTCOMES)
    settings = laptop(sheets, empty, tmp_path / "home")
    told = set_up(settings, path)
    tab = empty.tab("Kas")
    text = {(row, column): value.text for row, line in enumerate(tab.values()) for column, value in enumerate(line) if isinstance(value, Formula)}
    assert text == {
        (1, 0): "=A1*1,5", (2, 0): "=NA()", (0, 1): "=SUMIF('Eigen blad'!A1:A9;\"a,b\";'Eigen blad'!B1:B9)",
        (2, 1): "=ARRAYFORMULA(A1:B2*2)", (0, 4): "=BESTAATNIET(A1)", **{(row - 1, 0): f"=A{row - 1}+1" for row in range(10, 15)},
    }  # fmt: skip
    assert tab.row(3).value(0) == "#REF!"
    assert tab.things["merges"] == [{"sheetId": tab.id, "startRowIndex": 0, "startColumnIndex": 5, "endRowIndex": 2, "endColumnIndex": 7}]
    people = empty.tab("Deelnemers")
    assert people.row(1).value(27) == Formula('=B2&", "&D2', "Aa, Bee")
    assert [(one["startRowIndex"], one["endRowIndex"]) for one in people.things["merges"]] == [(6, 7)]
    assert "Deze formules neemt Google niet aan. Daar staat nu de uitkomst, met een notitie: Kas B2, Kas E2." in told
    assert "Deze formules geven bij Google een fout. Kijk ze na: Kas E1." in told
    assert any("Deelnemers" in line and "los gebleven" in line and "AA4:AA5" in line for line in told)
    assert tab.row(1).look(1).note.endswith("=_xlfn.IFS(A1>1,{1,2;3,4},TRUE,[1]Elders!A1)")
    before = look_of(empty)
    assert set_up(settings, path) == ["Het Google-blad is compleet. Er is niets veranderd."]
    assert look_of(empty) == before


def test_a_formula_keeps_its_outcome_where_google_does_not_take_it(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    """A day stays a day; a formula that somebody changed since is left as it is."""
    path = tmp_path / "register.xlsx"
    create_register(path, example(5, 1, TODAY))
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    name = next(name for name, part in parts.items() if name.startswith("xl/worksheets/") and b"Lees" not in part)
    parts[name] = re.sub(rb"</row></sheetData>", b'<c r="AF99" t="str"><f>GEWEIGERD()</f><v>wat het was</v></c></row></sheetData>', parts[name])
    assert b"GEWEIGERD" in parts[name]
    with zipfile.ZipFile(path, "w") as target:
        for part, content in parts.items():
            target.writestr(part, content)
    empty.outcomes = {"=GEWEIGERD()": REFUSED}
    told = set_up(laptop(sheets, empty, tmp_path / "home"), path)
    assert any("met een notitie" in line and "AF99" in line for line in told)
    assert any("wat het was" in row for tab in empty.tabs for row in tab.values())


@pytest.mark.long
def test_carrying_formulas_over_that_was_cut_off_is_simply_done_again(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    """At whatever call; the sheet shows outcomes, and they are not taken for something else."""
    path = a_sheet_with_formulas(tmp_path / "register.xlsx")
    empty.outcomes = dict(OUTCOMES)
    fresh = empty.copied()
    settings = laptop(sheets, empty, tmp_path / "home")
    set_up(settings, path)
    whole, calls = peoples_values(empty), len(sheets.calls)
    for call in range(5, calls, 3):
        empty.return_to(fresh)
        sheets.start_counting()
        sheets.fail(call, Fault("403"))
        with pytest.raises(Stop):
            set_up(settings, path)
        sheets.start_counting()
        set_up(settings, path)
        assert peoples_values(empty) == whole, call
        assert set_up(settings, path) == ["Het Google-blad is compleet. Er is niets veranderd."]


def peoples_values(book: Book) -> object:
    """What stands where, and which cells are merged; the ids of tabs are made anew each time."""
    merges = {tab.title: [sorted(one.items()) for one in tab.things.get("merges", [])] for tab in book.tabs}
    return [(tab.title, tab.values(), [[side for side in one if side[0] != "sheetId"] for one in merges[tab.title]]) for tab in book.tabs]


def as_number(cell: object) -> object:
    if isinstance(cell, date):
        return (date(cell.year, cell.month, cell.day) - date(1899, 12, 30)).days
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell or None


def test_nothing_is_carried_over_what_stands_there(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    before = peoples(book)
    with pytest.raises(Stop, match="staat al iets anders"):
        set_up(laptop(sheets, book, tmp_path), a_register(tmp_path / "register.xlsx"))
    assert peoples(book) == before


@pytest.mark.parametrize("call", [5, *(pytest.param(call, marks=pytest.mark.long) for call in (3, 7, 9, 11, 13))])
def test_carrying_over_that_was_cut_off_is_simply_done_again(sheets: SheetsServer, empty: Book, tmp_path: Path, call: int) -> None:
    path = a_register(tmp_path / "register.xlsx")
    settings = laptop(sheets, empty, tmp_path / "home")
    sheets.fail(call, Fault("403"))
    with pytest.raises(Stop):
        set_up(settings, path)
    sheets.start_counting()
    set_up(settings, path)
    rows = ExcelWorkbook(path, tmp_path / "state" / "backups").read()["Deelnemers"].rows
    assert len(GoogleWorkbook(settings).read()["Deelnemers"].rows) == len(rows) > 50


def test_a_backup_is_a_workbook_that_anybody_can_open(sheets: SheetsServer, tmp_path: Path) -> None:
    """All tabs, people's own too; only its owner can read it; the last twenty stay."""
    book = new_book(sheets)
    book.add_tab("Eigen blad", [["Som", 3], [Formula("=1+2", 3), True]])
    settings = laptop(sheets, book, tmp_path)
    Person(book).types("Deelnemers", 4, "Aangemeld op", "5-3-2026")
    path = keep_register(settings)
    found = openpyxl.load_workbook(path)
    assert found.sheetnames == ["Blad1", *(tab.title for tab in TABS), "Eigen blad"]
    rows = list(found["Deelnemers"].values)
    assert rows[3][1] == "Cleo" and rows[3][17].date() == date(2026, 3, 5) and rows[3][25] == "kat 3"
    assert list(found["Eigen blad"].values) == [("Som", 3), ("=1+2", True)]
    assert list(openpyxl.load_workbook(path, data_only=True)["Eigen blad"].values) == [("Som", 3), (3, True)]
    assert path.stat().st_mode & 0o077 == 0
    for _ in range(21):
        keep_register(settings)
    assert len(list(path.parent.glob("*.xlsx"))) == 20


def test_a_backup_keeps_the_formulas_that_excel_knows(sheets: SheetsServer, tmp_path: Path) -> None:
    """With what they gave; of others the outcome. A backup is carried over to Google again as it was."""
    book = new_book(sheets)
    cells = {
        "B1": ("=SUM(A1;A2)", 5), "B2": ('=IF(A1>1;"ja";"")', ""), "B3": ("=A1>1", True), "C1": ("=QUERY(A1:A2;1)", 2),
        "C2": ("=COUNTIF(A1:A;2)", 1), "C3": ("=Deelnemers!B2&\"; <b>\"", "Anna; <b>"), "D2": ("=NA()", Failure("#N/A")),
    }  # fmt: skip
    tab = book.add_tab("Eigen blad", [[2], [3], [4]])
    for address, (text, result) in cells.items():
        tab.put(int(address[1]) - 1, "ABCD".index(address[0]), Formula(text, result))
    settings = laptop(sheets, book, tmp_path)
    sheets.start_counting()
    path = keep_register(settings)
    assert len(sheets.calls) == 4
    formulas, values = (openpyxl.load_workbook(path, data_only=only)["Eigen blad"] for only in (False, True))
    assert {address: formulas[address].value for address in cells} == {
        "B1": "=SUM(A1,A2)", "B2": '=IF(A1>1,"ja","")', "B3": "=A1>1", "C1": 2, "C2": 1, "C3": '=Deelnemers!B2&"; <b>"', "D2": "=NA()",
    }  # fmt: skip
    assert [values[address].value or None for address in cells] == [5, None, True, 2, 1, "Anna; <b>", "#N/A"]
    other = sheets.new_book()
    other.writers |= {EMAIL, Person(other).email}
    other.outcomes = {'=SUM(A1;A2)': 5, '=IF(A1>1;"ja";"")': "", "=A1>1": True, '=Deelnemers!B2&"; <b>"': "Anna; <b>", "=NA()": Failure("#N/A")}
    set_up(laptop(sheets, other, tmp_path / "other"), path)
    back = other.tab("Eigen blad")
    assert [back.row(row).value(1) for row in range(3)] == [tab.row(row).value(1) for row in range(3)]


def test_a_backup_that_rows_move_under_puts_no_formula_over_anothers_cell(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    tab = book.add_tab("Eigen blad", [["Som"], [Formula("=1+2", 3)], ["van iemand"]])
    sheets.start_counting()
    sheets.between(2, lambda book: Person(book).inserts_row("Eigen blad", 2, "nieuw"))
    found = openpyxl.load_workbook(keep_register(laptop(sheets, book, tmp_path)))["Eigen blad"]
    assert [row[0] for row in found.values] == ["Som", "nieuw", 3, "van iemand"] and tab.row(2).value(0) == Formula("=1+2", 3)


def test_a_copy_is_kept_before_the_first_write_without_a_call(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    sync(settings)
    [path] = (settings.paths.state / "backups").glob("*.xlsx")
    assert [row[0] for row in openpyxl.load_workbook(path)["Deelnemers"].values][:4] == ["Nr", "D-0001", "D-0002", None]


def written_settings(settings: Settings, **changed: str) -> Path:
    """The same settings as a file."""
    book = {"spreadsheet": settings.workbook.spreadsheet, "credentials": str(settings.workbook.credentials)} | changed
    lines = "\n".join(f'{key} = "{value}"' for key, value in book.items())
    path = settings.paths.state.parent / "settings.toml"
    path.write_text(f'[workbook]\nkind = "google"\n{lines}\n[mail]\nsender = "buurt@mail.example"\n[network]\nregiegroep_number = "06-23456789"\n', encoding="utf-8")
    return path


def test_the_doctor_finds_nothing_wrong_with_a_sound_register(sheets: SheetsServer, tmp_path: Path, run_door: object) -> None:
    book = google_book(sheets, {})
    done = run_door("doctor", "--settings", written_settings(laptop(sheets, book, tmp_path)))  # type: ignore[operator]  # a fixture of conftest
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Alles is in orde." in done.stdout and "FOUT" not in done.stdout
    assert [tab.title for tab in book.tabs] == ["Blad1", *(tab.title for tab in TABS)]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _, book: book.writers.remove(EMAIL), f"Deel het blad met {EMAIL} als Bewerker"),
        (lambda _, book: (book.writers.remove(EMAIL), book.readers.add(EMAIL)), f"Deel het blad met {EMAIL} als Bewerker"),
        (lambda server, _: setattr(server, "api_enabled", False), "https://console.cloud.google.com/apis/library/sheets.googleapis.com"),
        (lambda server, _: server.tokens.deleted.add(EMAIL), "Maak bij Google een nieuwe sleutel"),
        (lambda server, _: setattr(server.tokens, "clock", 7200), "Zet datum en tijd op automatisch"),
        (lambda _, book: book.tabs.remove(book.tab("Straten")), "Het tabblad 'Straten' ontbreekt."),
        (lambda _, book: book.tab("Straten").properties.update(title="Straatjes"), "Er is wel een tabblad 'Straatjes'"),
    ],
)
def test_the_doctor_says_exactly_what_to_do(sheets: SheetsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: object, told: str) -> None:
    from outside.doctor import examine

    book = google_book(sheets, {})
    path = written_settings(laptop(sheets, book, tmp_path))
    spoil(sheets, book)  # type: ignore[operator]  # each case is a function
    assert examine(path) == 1
    said = capsys.readouterr().out
    assert "FOUT" in said and told in said


def test_the_doctor_knows_a_local_register_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from outside.doctor import examine

    path = tmp_path / "settings.toml"
    path.write_text('[workbook]\npath = "register.xlsx"\n', encoding="utf-8")
    assert examine(path) == 1
    assert "make setup" in capsys.readouterr().out
    create_register(tmp_path / "register.xlsx")
    assert examine(path) == 0
