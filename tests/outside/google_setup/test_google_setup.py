"""Setting up a Google Sheet, bringing it down as a file, and looking whether all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from outside.backends import backend_of
from outside.excel.create import create_register
from outside.excel.workbook import ExcelWorkbook
from outside.front_tab import WHOSE, describe_added
from outside.google.client import Calls
from outside.google.workbook import GoogleWorkbook
from roster.example.register import example
from roster.sheet.columns import LIST_COLUMN, TAB, TABS, hint
from roster.terms import Terms
from servers.sheets_server import Book, Failure, Fault, Formula, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import new_book, sync
from support.google_register import EMAIL, HURRIED, TODAY, google_book, laptop, written_settings

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


@pytest.fixture
def empty(sheets: SheetsServer) -> Book:
    """A sheet as Google makes it, shared with us."""
    book = sheets.new_book(today=TODAY)
    book.writers |= {EMAIL, Person(book).email}
    return book


def look_of(book: Book) -> object:
    """Everything but the lock's comings and goings."""
    return [(tab.title, tab.properties, tab.rows, tab.columns, tab.things) for tab in book.copied().tabs]


def test_an_empty_sheet_becomes_a_register_and_a_second_time_changes_nothing(
    sheets: SheetsServer, empty: Book, tmp_path: Path
) -> None:
    settings = laptop(sheets, empty, tmp_path)
    assert "Tabblad Deelnemers is toegevoegd." in backend_of(settings).set_up()
    assert [tab.title for tab in empty.tabs] == ["Lees mij", *(tab.title for tab in TABS)]
    before = look_of(empty)
    sheets.start_counting()
    assert backend_of(settings).set_up() == ["Het Google-blad is compleet. Er is niets veranderd."]
    assert look_of(empty) == before
    assert [call.kinds for call in sheets.calls if call.writes] == [("addSheet", "updateCells"), ("deleteSheet",)]
    assert sync(settings)[0] == 0


def test_a_new_register_helps_whoever_types(sheets: SheetsServer, empty: Book, tmp_path: Path) -> None:
    """Notes, dropdowns, zeros that stay, days, frozen headings, filter, banding, colours, and a warning on our columns."""
    backend_of(laptop(sheets, empty, tmp_path)).set_up()
    tab = empty.tab("Deelnemers")
    assert tab.row(0).values == list(TAB["Deelnemers"].headings)
    assert all(
        tab.row(0).look(turn).note == hint(column, Terms(TODAY).network.places, Terms(TODAY).network.bounds.spot)
        for turn, column in enumerate(TAB["Deelnemers"].columns)
    )
    Person(empty).types("Deelnemers", 2, "Mobiel", "0612345678")
    assert tab.row(1).value(tab.column("Mobiel")) == "0612345678"
    rules = {
        heading: tab.row(500).look(tab.column(heading)).validation
        for heading in ("Groep", "Rol", "Sticker", "Achternaam")
    }
    assert rules["Groep"]["condition"]["values"] == [{"userEnteredValue": "='Groepen'!$A$2:$A"}]
    assert [value["userEnteredValue"] for value in rules["Rol"]["condition"]["values"]] == [
        "deelnemer",
        "beheerder",
        "coördinator",
    ]
    assert rules["Sticker"]["condition"]["type"] == "ONE_OF_LIST" and rules["Achternaam"] is None
    assert tab.row(9).look(tab.column("Aangemeld op")).format["numberFormat"]["type"] == "DATE"
    assert (
        (tab.grid["frozenRowCount"], tab.grid["frozenColumnCount"]) == (1, 2)
        and tab.things["basicFilter"]
        and tab.things["bandedRanges"]
    )
    guarded = {thing["range"]["startColumnIndex"] for thing in tab.things["protectedRanges"] if thing["warningOnly"]}
    assert guarded == {tab.column(heading) for heading in TAB["Deelnemers"].own}
    words = [
        rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in tab.things["conditionalFormats"]
    ]
    assert {"actief", "geblokkeerd"} <= set(words)


def test_a_sheet_in_use_keeps_all_that_people_made(sheets: SheetsServer, tmp_path: Path) -> None:
    """Only what is missing is added, right of all that stands there."""
    book = google_book(sheets, {}, without=("Gebieden",), without_columns={"Deelnemers": ("Organisatie", "Welkom")})
    tab = book.tab("Deelnemers")
    nr = tab.column("Nr")
    tab.put(1, nr, "D-0001")
    tab.put(1, 25, "aan de rand")
    tab.things["protectedRanges"] = [
        {
            "protectedRangeId": 5,
            "range": {"sheetId": tab.id, "startColumnIndex": nr, "endColumnIndex": nr + 1},
            "description": "van ons",
            "warningOnly": True,
        }
    ]
    before = tab.values()
    told = backend_of(laptop(sheets, book, tmp_path)).set_up()
    assert "Tabblad Deelnemers: toegevoegd Organisatie, Welkom." in told and "Tabblad Gebieden is toegevoegd." in told
    after = tab.values()
    assert [row[: len(old)] for row, old in zip(after, before, strict=True)] == before
    assert after[0][26:] == ["Organisatie", "Welkom"]
    assert tab.things["protectedRanges"][0]["description"] == "van ons"
    assert [thing["range"]["startColumnIndex"] for thing in tab.things["protectedRanges"]].count(nr) == 1


@pytest.mark.parametrize("call", [4, *(pytest.param(call, marks=pytest.mark.long) for call in (1, 2, 3, 5, 6, 7, 8))])
def test_setting_up_survives_a_lost_answer(sheets: SheetsServer, empty: Book, tmp_path: Path, call: int) -> None:
    sheets.fail(call, Fault("503", after=True))
    settings = laptop(sheets, empty, tmp_path)
    told = backend_of(settings).set_up()
    assert {
        "Tabblad Deelnemers is toegevoegd.",
        "Keuzelijsten, opmaak, kleuren, filters en waarschuwingen zijn aangevuld.",
    } <= set(told)
    assert [tab.title for tab in empty.tabs] == ["Lees mij", *(tab.title for tab in TABS)]
    assert len(empty.tab("Deelnemers").things["bandedRanges"]) == 1


def a_register(path: Path) -> Path:
    """A register file with an extra column, an extra tab, days and a number."""
    create_register(path, example(60, 1, TODAY))
    book = openpyxl.load_workbook(path)
    own = len(TAB["Deelnemers"].columns) + 1
    book["Deelnemers"].cell(1, own).value = "Huisdier"
    book["Deelnemers"].cell(2, own).value = 2.5
    extra = book.create_sheet("Eigen blad")
    extra.append(["Wat", "Wanneer", "Klaar"])
    extra.append(["koffie", date(2026, 5, 1), True])
    book.save(path)
    return path


def converted(sheets: SheetsServer, path: Path) -> Book:
    """The file as Google's own conversion leaves it, shared with us: every tab, days as numbers with a format,
    notes, dropdowns and frozen headings; colours of headings, but no protection and no banding of ours."""
    book = sheets.new_book(today=TODAY)
    book.writers |= {EMAIL, Person(book).email}
    for ws in openpyxl.load_workbook(path).worksheets:
        tab = book.add_tab(ws.title, [[as_number(cell) for cell in row] for row in ws.iter_rows(values_only=True)])
        tab.grid["frozenRowCount"] = 1 if ws.freeze_panes else 0
        lists = {span.min_col - 1: rule for rule in ws.data_validations.dataValidation for span in rule.sqref.ranges}
        for row, line in enumerate(list(tab.rows)):
            looks = []
            for column in range(len(line.values)):
                cell, look = ws.cell(row + 1, column + 1), line.look(column)
                if isinstance(cell.value, date):
                    look = replace(look, format={"numberFormat": {"type": "DATE", "pattern": "dd-mm-yyyy"}})
                if row == 0 and cell.fill.fgColor.rgb:
                    look = replace(look, format={"backgroundColor": {"red": 0.1}})
                if cell.comment:
                    look = replace(look, note=cell.comment.text)
                if row and column in lists:
                    look = replace(
                        look, validation={"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "x"}]}}
                    )
                looks.append(look)
            tab.rows[row] = line._replace(looks=tuple(looks))
    book.tabs = [tab for tab in book.tabs if tab.title != "Blad1"]
    book.number_tabs()
    return book


def test_a_register_that_google_converted_is_completed_and_keeps_all(sheets: SheetsServer, tmp_path: Path) -> None:
    """A file uploaded to Drive and opened as a sheet: setup adds what is missing, and a round reads the same people."""
    path = a_register(tmp_path / "register.xlsx")
    book = converted(sheets, path)
    before = {tab.title: tab.values() for tab in book.tabs}
    notes = [book.tab("Deelnemers").row(0).look(turn).note for turn in range(len(TAB["Deelnemers"].columns))]
    settings = laptop(sheets, book, tmp_path / "home")
    told = backend_of(settings).set_up()
    assert told[:3] == [
        describe_added([(WHOSE, "")]),
        f"Tabblad Groepen: toegevoegd {LIST_COLUMN}.",
        "Keuzelijsten, opmaak, kleuren, filters en waarschuwingen zijn aangevuld.",
    ]
    after = {tab.title: tab.values() for tab in book.tabs}
    assert after["Groepen"][0].pop() == LIST_COLUMN
    assert after.pop("Lees mij")[: len(before["Lees mij"])] == before.pop("Lees mij") and after == before
    tab = book.tab("Deelnemers")
    assert [tab.row(0).look(turn).note for turn in range(len(notes))] == notes and any(notes)
    assert tab.row(1).look(tab.column("Aangemeld op")).format["numberFormat"]["type"] == "DATE"
    assert tab.row(1).look(tab.column("Rol")).validation["condition"]["values"] == [{"userEnteredValue": "x"}]
    assert {one["range"]["startColumnIndex"] for one in tab.things["protectedRanges"]} == {
        tab.column(heading) for heading in TAB["Deelnemers"].own
    }
    assert backend_of(settings).set_up() == ["Het Google-blad is compleet. Er is niets veranderd."]
    local = ExcelWorkbook(path, tmp_path / "state" / "backups").read()
    there = GoogleWorkbook(settings).read()
    for name, table in local.items():
        for heading in table.columns:
            ours = [as_number(cell) for cell in table.column(heading)]
            assert [cell or None for cell in there[name].column(heading)] == ours, (name, heading)


def test_a_converted_register_without_a_column_of_ours_gets_it_on_the_right(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    """People's own columns and tabs stay where they stand."""
    path = a_register(tmp_path / "register.xlsx")
    book = openpyxl.load_workbook(path)
    people = book["Deelnemers"]
    people.delete_cols(next(cell.column for cell in people[1] if cell.value == "Welkom"))
    book.save(path)
    there = converted(sheets, path)
    told = backend_of(laptop(sheets, there, tmp_path / "home")).set_up()
    assert "Tabblad Deelnemers: toegevoegd Welkom." in told
    heads = there.tab("Deelnemers").row(0).values
    assert heads[-1] == "Welkom" and "Huisdier" in heads
    assert there.tab("Eigen blad").values() == [["Wat", "Wanneer", "Klaar"], ["koffie", 46143, True]]


def as_number(cell: object) -> object:
    if isinstance(cell, date):
        return (date(cell.year, cell.month, cell.day) - date(1899, 12, 30)).days
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell or None


def test_a_backup_is_a_workbook_that_anybody_can_open(sheets: SheetsServer, tmp_path: Path) -> None:
    """All tabs, people's own too; only its owner can read it; the last twenty stay."""
    book = new_book(sheets)
    book.add_tab("Eigen blad", [["Som", 3], [Formula("=1+2", 3), True]])
    settings = laptop(sheets, book, tmp_path)
    Person(book).types("Deelnemers", 4, "Aangemeld op", "5-3-2026")
    path = backend_of(settings).back_up()
    found = openpyxl.load_workbook(path)
    assert found.sheetnames == ["Blad1", *(tab.title for tab in TABS), "Eigen blad"]
    rows = list(found["Deelnemers"].values)
    cleo = dict(zip(rows[0], rows[3], strict=True))
    assert cleo["Voornaam"] == "Cleo" and cleo["Aangemeld op"].date() == date(2026, 3, 5)
    assert cleo["Huisdier"] == "kat 3"
    assert list(found["Eigen blad"].values) == [("Som", 3), ("=1+2", True)]
    assert list(openpyxl.load_workbook(path, data_only=True)["Eigen blad"].values) == [("Som", 3), (3, True)]
    assert path.stat().st_mode & 0o077 == 0
    for _ in range(21):
        backend_of(settings).back_up()
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
    path = backend_of(settings).back_up()
    assert len(sheets.calls) == 4
    formulas, values = (openpyxl.load_workbook(path, data_only=only)["Eigen blad"] for only in (False, True))
    assert {address: formulas[address].value for address in cells} == {
        "B1": "=SUM(A1,A2)", "B2": '=IF(A1>1,"ja","")', "B3": "=A1>1", "C1": 2, "C2": 1, "C3": '=Deelnemers!B2&"; <b>"', "D2": "=NA()",
    }  # fmt: skip
    assert [values[address].value or None for address in cells] == [5, None, True, 2, 1, "Anna; <b>", "#N/A"]


def test_a_backup_that_rows_move_under_puts_no_formula_over_anothers_cell(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    tab = book.add_tab("Eigen blad", [["Som"], [Formula("=1+2", 3)], ["van iemand"]])
    sheets.start_counting()
    sheets.between(2, lambda book: Person(book).inserts_row("Eigen blad", 2, "nieuw"))
    found = openpyxl.load_workbook(backend_of(laptop(sheets, book, tmp_path)).back_up())["Eigen blad"]
    assert [row[0] for row in found.values] == ["Som", "nieuw", 3, "van iemand"] and tab.row(2).value(0) == Formula(
        "=1+2", 3
    )


def test_a_copy_is_kept_before_the_first_write_without_a_call(sheets: SheetsServer, tmp_path: Path) -> None:
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    sync(settings)
    [path] = (settings.paths.state / "backups").glob("*.xlsx")
    rows = list(openpyxl.load_workbook(path)["Deelnemers"].values)
    assert [row[rows[0].index("Nr")] for row in rows][:4] == ["Nr", "D-0001", "D-0002", None]


def test_the_doctor_finds_nothing_wrong_with_a_sound_register(
    sheets: SheetsServer, tmp_path: Path, press_door: object
) -> None:
    book = google_book(sheets, {})
    done = press_door("doctor", "--settings", written_settings(laptop(sheets, book, tmp_path)))  # type: ignore[operator]  # a fixture of conftest
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Alles is in orde." in done.stdout and "FOUT" not in done.stdout
    assert [tab.title for tab in book.tabs] == ["Blad1", *(tab.title for tab in TABS)]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _, book: book.writers.remove(EMAIL), f"Deel het blad met {EMAIL} als Bewerker"),
        (
            lambda _, book: (book.writers.remove(EMAIL), book.readers.add(EMAIL)),
            f"Deel het blad met {EMAIL} als Bewerker",
        ),
        (
            lambda _, book: setattr(book, "says_no", "api off"),
            "https://console.cloud.google.com/apis/library/sheets.googleapis.com",
        ),
        (lambda server, _: server.tokens.deleted.add(EMAIL), "Maak bij Google een nieuwe sleutel"),
        (lambda server, _: setattr(server.tokens, "clock", 7200), "Zet datum en tijd van deze computer op automatisch"),
        (lambda _, book: book.tabs.remove(book.tab("Straten")), "Het tabblad 'Straten' ontbreekt."),
        (lambda _, book: book.tab("Straten").properties.update(title="Straatjes"), "Er is wel een tabblad 'Straatjes'"),
    ],
)
def test_the_doctor_says_exactly_what_to_do(
    sheets: SheetsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: object, told: str
) -> None:
    from outside.commands.doctor import examine

    book = google_book(sheets, {})
    path = written_settings(laptop(sheets, book, tmp_path))
    spoil(sheets, book)  # type: ignore[operator]  # each case is a function
    assert examine(path) == 1
    said = capsys.readouterr().out
    assert "FOUT" in said and told in said


def test_the_doctor_knows_a_local_register_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from outside.commands.doctor import examine

    path = tmp_path / "settings.toml"
    filled_in = 'regiegroep_number = "06-23456789"\ncoordinator = "Kim"\ncoordinator_email = "kim@mail.example"\n'
    path.write_text(f'[workbook]\npath = "register.xlsx"\n[network]\n{filled_in}', encoding="utf-8")
    assert examine(path) == 1
    assert "make setup" in capsys.readouterr().out
    create_register(tmp_path / "register.xlsx")
    assert examine(path) == 0
