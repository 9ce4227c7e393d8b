"""The test server is held against what is on record of Google, by stock gspread and google-auth."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import gspread
import openpyxl
import pytest
import requests
from google.auth.exceptions import RefreshError
from gspread.exceptions import APIError, SpreadsheetNotFound

from servers.sheets_server import REFUSED, Book, Failure, Fault, Formula, Person, Refused, SheetsServer
from servers.sheets_server.fixture import sheets
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module

EMAIL = "rooster@buurt-project.iam.gserviceaccount.com"
TABLE: list[list[str | int]] = [["Nr", "Naam", "Status"], [1, "Chris", ""], [2, "Anna", "actief"], [3, "Bram", ""]]


@pytest.fixture
def book(sheets: SheetsServer) -> Book:
    book = sheets.new_book(today=date(2026, 5, 1))
    book.writers |= {EMAIL, Person(book).email}
    book.add_tab("Leden", TABLE, rows=10, columns=5)
    return book


@pytest.fixture
def client(sheets: SheetsServer, tmp_path: Path) -> gspread.Client:
    return gspread.service_account(str(sheets.tokens.service_account(tmp_path / "sa.json", EMAIL)))


@pytest.fixture
def sheet(sheets: SheetsServer, book: Book, client: gspread.Client) -> gspread.Spreadsheet:
    found = client.open_by_key(book.id)
    sheets.start_counting()
    return found


def refusal(sheet: gspread.Spreadsheet, *batch: dict[str, Any]) -> str:
    """What a batch is refused with; whatever it asked, the book stays as it was."""
    with pytest.raises(APIError) as caught:
        sheet.batch_update({"requests": list(batch)})
    return str(caught.value.error["message"])


def cells(row: int, column: int, *texts: str, tab: int = 700_000_001) -> dict[str, Any]:
    values = [{"userEnteredValue": {"stringValue": text}} for text in texts]
    start = {"sheetId": tab, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": values}], "fields": "userEnteredValue"}}


def test_another_process_reaches_it_with_nothing_but_its_environment(
    sheets: SheetsServer, book: Book, tmp_path: Path
) -> None:
    """Stock code in a subprocess logs in and reads, with stock addresses."""
    key = sheets.tokens.service_account(tmp_path / "sa.json", EMAIL)
    code = f"import gspread; print(gspread.service_account({str(key)!r}).open_by_key({book.id!r}).title)"
    environment = {**os.environ, **sheets.environment()}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "Register\n"
    assert [call.name for call in sheets.calls] == ["get"]


def test_a_host_that_is_not_google_gets_no_answer_and_fails_the_test(sheets: SheetsServer) -> None:
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get("https://mail.example/", timeout=5)
    assert sheets.complaints.pop() == "a call to mail.example:443, which is not ours to answer"


@pytest.mark.parametrize(
    ("asked", "range_name", "values"),
    [
        ("Leden", "Leden!A1:E10", [["Nr", "Naam", "Status"], ["1", "Chris"], ["2", "Anna", "actief"], ["3", "Bram"]]),
        ("'leden'!B2:C", "Leden!B2:C10", [["Chris"], ["Anna", "actief"], ["Bram"]]),
        ("Leden!C:C", "Leden!C1:C10", [["Status"], [], ["actief"]]),
        ("Leden!C2:B3", "Leden!B2:C3", [["Chris"], ["Anna", "actief"]]),
        ("Leden!3:3", "Leden!A3:E3", [["2", "Anna", "actief"]]),
        ("Leden!A3:3", "Leden!A3:E3", [["2", "Anna", "actief"]]),
        ("Leden!D1:Z99", "Leden!D1:E10", None),
        ("B2", "Blad1!B2", None),
    ],
)
def test_empty_ends_are_left_out_and_ranges_are_cut_to_the_grid(
    sheet: gspread.Spreadsheet, asked: str, range_name: str, values: list[list[str]] | None
) -> None:
    answer = sheet.values_get(asked)
    assert (answer["range"], answer.get("values")) == (range_name, values)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("Leden!A11", "Range (Leden!A11) exceeds grid limits. Max rows: 10, max columns: 5"),
        ("Weg", "Unable to parse range: Weg"),
        ("'Weg'!A1", "Unable to parse range: 'Weg'!A1"),
    ],
)
def test_a_range_that_is_not_there_is_refused(sheet: gspread.Spreadsheet, asked: str, message: str) -> None:
    with pytest.raises(APIError, match=message.replace("(", "[(]").replace(")", "[)]")):
        sheet.values_get(asked)


@pytest.mark.parametrize(
    ("typed", "unformatted", "formatted"),
    [
        ("0612345678", 612345678, "612345678"),
        ("+31612345678", 31612345678, "31612345678"),
        ("1-2", 46054, "1-2"),
        ("3-4-2026", 46115, "3-4-2026"),
        ("2026-04-03", 46115, "2026-04-03"),
        ("31-2-2026", "31-2-2026", "31-2-2026"),
        ("1,5", 1.5, "1,5"),
        ("1.500", 1500, "1.500"),
        ("12E3", 12000, "12000"),
        ("waar", True, "WAAR"),
        ("12:30", 0.5208333333333334, "12:30"),
        ("50%", 0.5, "50%"),
        ("'0612345678", "0612345678", "0612345678"),
        ("=3/2", 1.5, "1,5"),
        ("1234 AB", "1234 AB", "1234 AB"),
    ],
)
def test_user_entered_does_its_damage_and_raw_does_none(
    sheet: gspread.Spreadsheet, typed: str, unformatted: object, formatted: str
) -> None:
    """In nl_NL, on 1 May 2026. Days are counted from 30 December 1899."""
    sheet.values_update("Leden!A2:B2", {"valueInputOption": "USER_ENTERED"}, {"values": [[typed, None]]})
    [found] = sheet.values_batch_get(["Leden!A2:B2"], {"valueRenderOption": "UNFORMATTED_VALUE"})["valueRanges"]
    assert found["values"] == [[unformatted, "Chris"]]
    assert sheet.values_get("Leden!A2")["values"] == [[formatted]]
    sheet.values_update("Leden!A3", {"valueInputOption": "RAW"}, {"values": [[typed]]})
    assert sheet.values_get("Leden!A3", {"valueRenderOption": "FORMULA"})["values"] == [[typed]]


def test_a_cell_in_text_format_keeps_the_zeros_that_are_typed(sheet: gspread.Spreadsheet, book: Book) -> None:
    column = {"sheetId": 700_000_001, "startColumnIndex": 3, "endColumnIndex": 4}
    cell = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    sheet.batch_update({"requests": [{"repeatCell": {"range": column, "cell": cell, "fields": "userEnteredFormat"}}]})
    Person(book).types("Leden", 2, "D", "0612345678")
    assert sheet.values_get("Leden!D2", {"valueRenderOption": "UNFORMATTED_VALUE"})["values"] == [["0612345678"]]


@pytest.mark.parametrize("option", ["values", "cells"])
def test_writing_past_the_grid_is_refused_whole(sheet: gspread.Spreadsheet, book: Book, option: str) -> None:
    before = book.copied()
    if option == "cells":
        assert refusal(sheet, cells(1, 2, "x"), cells(10, 2, "x")) == (
            "Invalid requests[1].updateCells: Range (Leden!C11) exceeds grid limits. Max rows: 10, max columns: 5"
        )
    else:
        data = [{"range": "Leden!C2", "values": [["x"]]}, {"range": "Leden!A10", "values": [["x"], ["y"]]}]
        with pytest.raises(APIError, match=r"Invalid data\[1\]: Range \(Leden!A10:A11\) exceeds grid limits"):
            sheet.values_batch_update({"valueInputOption": "RAW", "data": data})
    assert book.tabs == before.tabs
    sheet.batch_update(
        {
            "requests": [
                {"appendDimension": {"sheetId": 700_000_001, "dimension": "ROWS", "length": 1}},
                cells(10, 2, "x"),
            ]
        }
    )
    assert book.tab("Leden").row(10).value(2) == "x"


def test_a_batch_returns_the_sheet_as_it_stands_after_it(sheet: gspread.Spreadsheet, client: gspread.Client) -> None:
    """A fields mask with updatedSpreadsheet in it chooses what comes back, row by row."""
    body = {
        "requests": [cells(1, 2, "nieuw"), cells(2, 2, "")],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["Leden!A2:A4", "Leden!C2:C4"],
    }
    mask = "updatedSpreadsheet.sheets(properties.title,data(startRow,startColumn,rowData.values.effectiveValue))"
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{sheet.id}:batchUpdate"
    answer = client.http_client.request("post", url, params={"fields": mask}, json=body).json()
    [tab] = answer["updatedSpreadsheet"]["sheets"]
    numbers = [{"values": [{"effectiveValue": {"numberValue": n}}]} for n in (1, 2, 3)]
    assert tab["properties"] == {"title": "Leden"}
    assert tab["data"] == [
        {"startRow": 1, "rowData": numbers},
        {"startRow": 1, "startColumn": 2, "rowData": [{"values": [{"effectiveValue": {"stringValue": "nieuw"}}]}]},
    ]


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({"updateCells": {"colour": 1, "fields": "note"}}, "Unknown name \"colour\" at 'requests[0].update_cells'"),
        ({"updateCells": {"fields": "noot"}}, "Request contains an invalid argument."),
        ({"appendDimension": {"dimension": "ROW", "length": 1}}, "Invalid value at 'requests[0].append_dimension"),
        ({"trimWhitespace": {}}, "The test server does not know this kind of request"),
        ({"updateCells": {"fields": "hyperlink,pivotTable"}}, "does not know the field pivotTable of a cell"),
    ],
)
def test_what_google_or_the_server_does_not_know_is_refused_and_fails_the_test(
    sheets: SheetsServer, sheet: gspread.Spreadsheet, request_body: dict[str, Any], message: str
) -> None:
    assert message in refusal(sheet, request_body)
    assert message in sheets.complaints.pop()


def test_a_formula_is_read_in_the_way_of_the_sheets_country(sheet: gspread.Spreadsheet, book: Book) -> None:
    """What it gives a test must say; a comma between arguments is an error where people write 1,5."""
    book.outcomes = {"=SUM(A1;B1)": 3, "=WEG()": Failure("#NAME?"), "=NEE": REFUSED}
    tab = book.tab("Leden")

    def put(*formulas: str) -> None:
        rows = [{"values": [{"userEnteredValue": {"formulaValue": text}} for text in formulas]}]
        start = {"sheetId": tab.id, "rowIndex": 8, "columnIndex": 0}
        sheet.batch_update(
            {"requests": [{"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}]}
        )

    put("=SUM(A1;B1)", "=SUM(A1,B1)", "=WEG()")
    assert sheet.values_get("Leden!A9:C9", {"valueRenderOption": "UNFORMATTED_VALUE"})["values"] == [
        [3, "#ERROR!", "#NAME?"]
    ]
    assert sheet.values_get("Leden!A9:C9", {"valueRenderOption": "FORMULA"})["values"] == [
        ["=SUM(A1;B1)", "=SUM(A1,B1)", "=WEG()"]
    ]
    with pytest.raises(APIError, match="Invalid formula"):
        put("=NEE")


def test_a_query_that_google_does_not_know_is_refused(sheets: SheetsServer, sheet: gspread.Spreadsheet) -> None:
    with pytest.raises(APIError, match='Unknown name "render": Cannot bind query parameter'):
        sheet.values_get("Leden", {"render": "x"})
    assert sheets.complaints.pop()


def test_a_lock_tab_can_be_made_once_and_taken_over_once(sheet: gspread.Spreadsheet, book: Book) -> None:
    """Create-if-absent by title; compare-and-swap by sheetId."""
    lock = {"addSheet": {"properties": {"title": "Slot", "sheetId": 7, "hidden": True}}}
    sheet.batch_update({"requests": [lock]})
    again = {"addSheet": {"properties": {"title": "Slot", "sheetId": 8}}}
    told = 'A sheet with the name "Slot" already exists. Please enter another name.'
    assert refusal(sheet, again) == f"Invalid requests[0].addSheet: {told}"
    sheet.batch_update({"requests": [{"deleteSheet": {"sheetId": 7}}, again]})
    swap = refusal(
        sheet, {"deleteSheet": {"sheetId": 7}}, {"addSheet": {"properties": {"title": "Slot", "sheetId": 9}}}
    )
    assert swap == "Invalid requests[0].deleteSheet: No sheet with id: 7"
    assert book.tab("Slot").id == 8
    book.renames_collisions = True
    [reply] = sheet.batch_update({"requests": [lock]})["replies"]
    assert reply["addSheet"]["properties"]["title"].startswith("Slot_conflict")


def test_a_protected_range_stops_all_but_its_editors_and_a_warning_stops_nobody(
    sheet: gspread.Spreadsheet, book: Book
) -> None:
    leden = book.tab("Leden")
    column = {"sheetId": leden.id, "startColumnIndex": 2, "endColumnIndex": 3}
    leden.things["protectedRanges"] = [{"protectedRangeId": 1, "range": column, "editors": {"users": [book.owner]}}]
    assert refusal(sheet, cells(5, 1, "mag"), cells(5, 2, "mag niet")).startswith(
        "Invalid requests[1].updateCells: You are trying to edit a protected cell or object."
    )
    assert len(leden.rows) == 4
    with pytest.raises(Refused):
        Person(book).types("Leden", 2, "Status", "x")
    Person(book, book.owner).types("Leden", 2, "Status", "van de eigenaar")
    leden.things["protectedRanges"][0]["warningOnly"] = True
    Person(book).types("Leden", 3, "Status", "van een vrijwilliger")
    sheet.batch_update({"requests": [cells(3, 2, "van ons")]})
    assert [row.value(2) for row in leden.rows[1:]] == ["van de eigenaar", "van een vrijwilliger", "van ons"]


def test_who_may_not_is_told_so(sheets: SheetsServer, book: Book, client: gspread.Client) -> None:
    with pytest.raises(SpreadsheetNotFound):
        client.open_by_key("1nergens")
    sheet = client.open_by_key(book.id)
    book.writers.remove(EMAIL)
    with pytest.raises(PermissionError):
        client.open_by_key(book.id)
    book.readers.add(EMAIL)
    assert sheet.fetch_sheet_metadata()["sheets"]
    assert refusal(sheet, cells(1, 1, "x")) == "The caller does not have permission"
    book.says_no = "api off"
    with pytest.raises(APIError, match="has not been used in project 1 before or it is disabled"):
        sheet.fetch_sheet_metadata()


def test_an_expired_token_is_renewed_and_a_deleted_account_is_refused(
    sheets: SheetsServer, sheet: gspread.Spreadsheet
) -> None:
    sheets.tokens.expire()
    assert sheet.values_get("Leden!A1")["values"] == [["Nr"]]
    assert [call.status for call in sheets.calls] == [401, 200]
    sheets.tokens.deleted.add(EMAIL)
    with pytest.raises(RefreshError, match="invalid_grant: Invalid grant: account not found"):
        sheet.values_get("Leden!A1")


def test_a_wrong_clock_and_a_revoked_login_get_no_token(
    sheets: SheetsServer, book: Book, client: gspread.Client, tmp_path: Path
) -> None:
    sheets.tokens.clock = 7200
    with pytest.raises(RefreshError, match="reasonable timeframe"):
        client.open_by_key(book.id)
    book.writers.add("coordinator@mail.example")
    login = sheets.tokens.authorized_user(tmp_path / "user.json", "coordinator@mail.example")
    person, _ = gspread.oauth_from_dict(authorized_user_info=json.loads(login.read_text(encoding="utf-8")))
    assert person.open_by_key(book.id).title == "Register"
    sheets.tokens.revoked.add("coordinator@mail.example")
    with pytest.raises(RefreshError, match="Token has been expired or revoked"):
        person.open_by_key(book.id)


def test_the_token_endpoint_fails_when_it_is_told_to(sheets: SheetsServer, book: Book, client: gspread.Client) -> None:
    sheets.fail_token(Fault("403"))
    with pytest.raises(RefreshError):
        client.open_by_key(book.id)
    assert client.open_by_key(book.id).title == "Register"
    assert [call.status for call in sheets.token_calls] == [403, 200]


def test_the_quota_counts_reads_and_writes_apart(sheets: SheetsServer, sheet: gspread.Spreadsheet) -> None:
    sheets.quota = 2
    for _ in range(2):
        sheet.values_get("Leden!A1")
    with pytest.raises(APIError, match=r"\[429\]: Quota exceeded for quota metric 'Read requests'"):
        sheet.values_get("Leden!A1")
    sheet.batch_update({"requests": [cells(1, 2, "x")]})


@pytest.mark.parametrize("after", sweep([True, False]))
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("timeout", requests.exceptions.ReadTimeout),
        ("reset", requests.exceptions.ConnectionError),
        ("closed", requests.exceptions.ConnectionError),
        ("429", APIError),
        ("500", APIError),
        ("502", APIError),
        ("503", APIError),
        ("cut body", requests.exceptions.ChunkedEncodingError),
        ("cut json", requests.exceptions.JSONDecodeError),
        ("html", requests.exceptions.JSONDecodeError),
    ],
)
def test_a_fault_strikes_before_the_call_took_effect_or_after_it(
    sheets: SheetsServer, sheet: gspread.Spreadsheet, book: Book, kind: Any, error: type[Exception], after: bool
) -> None:
    """The answer is lost either way; only the book tells."""
    sheet.client.set_timeout((2, 0.3))
    sheets.fail(2, Fault(kind, after=after))
    assert sheet.values_get("Leden!A1")["values"] == [["Nr"]]
    with pytest.raises(error):
        sheet.batch_update({"requests": [cells(1, 2, "geschreven")]})
    assert book.tab("Leden").row(1).value(2) == ("geschreven" if after else None)
    assert sheet.values_get("Leden!A1")["values"] == [["Nr"]]
    assert [call.fault is not None for call in sheets.calls] == [False, True, False]


def test_a_slow_answer_is_a_good_answer(sheets: SheetsServer, sheet: gspread.Spreadsheet) -> None:
    sheets.fail(1, Fault("slow", seconds=0.2))
    assert sheet.values_get("Leden!A1")["values"] == [["Nr"]]


def test_a_429_may_say_how_long_to_wait(sheets: SheetsServer, sheet: gspread.Spreadsheet) -> None:
    sheets.fail(1, Fault("429", retry_after=17), times=2)
    for _ in range(2):
        with pytest.raises(APIError) as caught:
            sheet.values_get("Leden!A1")
        assert caught.value.response.headers["Retry-After"] == "17"
    assert sheet.values_get("Leden!A1")


def test_people_edit_between_two_calls(sheets: SheetsServer, sheet: gspread.Spreadsheet, book: Book) -> None:
    """After the first call and before the second the rows have moved: row 2 is another's."""
    person = Person(book)
    sheets.between(1, lambda _: person.sorts("Leden", "Naam"))
    sheets.between(1, lambda _: person.types("Leden", 4, "Status", "weg"))
    assert sheet.values_get("Leden!B2")["values"] == [["Chris"]]
    assert sheet.values_get("Leden!B2:C4")["values"] == [["Anna", "actief"], ["Bram"], ["Chris", "weg"]]


def test_what_people_do_to_rows_and_columns(book: Book) -> None:
    person, tab = Person(book), book.tab("Leden")
    tab.things["protectedRanges"] = [
        {"warningOnly": True, "range": tab.grid_range(tab.whole._replace(top=2, bottom=4))}
    ]
    person.inserts_row("Leden", 2, "4", "Dora")
    person.copies_row("Leden", 4, to=2)
    person.deletes_row("Leden", 3)
    person.cuts_row("Leden", 5, to=2)
    assert tab.values()[1:] == [[3, "Bram"], [2, "Anna", "actief"], [1, "Chris"], [2, "Anna", "actief"]]
    person.inserts_column("Leden", "Naam", "Voorletter")
    person.deletes_column("Leden", "Nr")
    person.filters("Leden", "Status", "actief")
    assert tab.values()[0] == ["Voorletter", "Naam", "Status"]
    assert [bool(row.meta) for row in tab.rows] == [False, False, True, False, True]
    person.renames_tab("Leden", "Ledenlijst")
    person.deletes_tab("Blad1")
    assert [(each.title, each.properties["index"]) for each in book.tabs] == [("Ledenlijst", 0)]


def test_what_lies_over_the_rows_moves_with_them(sheet: gspread.Spreadsheet, book: Book) -> None:
    tab = book.tab("Leden")
    span = {"sheetId": tab.id, "startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 5}
    rows = {"sheetId": tab.id, "dimension": "ROWS"}
    sheet.batch_update(
        {
            "requests": [
                {"addProtectedRange": {"protectedRange": {"range": span, "warningOnly": True}}},
                {"addBanding": {"bandedRange": {"range": span, "rowProperties": {"firstBandColor": {"red": 1}}}}},
                {"insertDimension": {"range": {**rows, "startIndex": 1, "endIndex": 3}}},
                {"deleteDimension": {"range": {**rows, "startIndex": 5, "endIndex": 6}}},
            ]
        }
    )
    described = sheet.fetch_sheet_metadata()["sheets"][1]
    moved = {**span, "startRowIndex": 4, "endRowIndex": 5}
    assert described["protectedRanges"][0]["range"] == described["bandedRanges"][0]["range"] == moved
    assert tab.row_count == 11


def test_the_rows_below_a_frozen_heading_cannot_all_be_deleted(sheet: gspread.Spreadsheet) -> None:
    frozen = {"sheetId": 700_000_001, "gridProperties": {"frozenRowCount": 1}}
    freeze = {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount"}}
    rows = {"sheetId": 700_000_001, "dimension": "ROWS", "startIndex": 1, "endIndex": 10}
    told = refusal(sheet, freeze, {"deleteDimension": {"range": rows}})
    assert told == "Invalid requests[1].deleteDimension: Sorry, it is not possible to delete all non-frozen rows."
    assert "frozenRowCount" not in sheet.fetch_sheet_metadata()["sheets"][1]["properties"]["gridProperties"]


def test_a_colour_comes_back_in_steps_of_a_255th(sheet: gspread.Spreadsheet) -> None:
    """So that what is set may differ from what is read, as on record of Google."""
    wanted = {"sheetId": 700_000_001, "tabColor": {"red": 1, "green": 0, "blue": 0.5}}
    sheet.batch_update({"requests": [{"updateSheetProperties": {"properties": wanted, "fields": "tabColor"}}]})
    found = sheet.fetch_sheet_metadata()["sheets"][1]["properties"]
    assert found["tabColor"] == found["tabColorStyle"]["rgbColor"] == {"red": 1, "blue": 0.49803922}


def test_drive_exports_a_workbook_to_who_may_read_drive(
    sheets: SheetsServer, book: Book, client: gspread.Client, tmp_path: Path
) -> None:
    """The scope for Sheets alone is not enough; drive.readonly is."""
    book.tab("Leden").put(1, 3, Formula("=UPPER(B2)", "CHRIS"))
    kind = gspread.utils.ExportFormat.EXCEL
    file = openpyxl.load_workbook(io.BytesIO(client.export(book.id, kind)))
    assert [cell.value for cell in file["Leden"][2]] == [1, "Chris", None, "=UPPER(B2)"]
    key, scope = str(tmp_path / "sa.json"), "https://www.googleapis.com/auth/spreadsheets"
    with pytest.raises(APIError, match="insufficient authentication scopes"):
        gspread.service_account(key, scopes=[scope]).export(book.id, kind)
