"""What the spreadsheet looks like from outside: as values, as a resource with its grid, as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from openpyxl import Workbook

from servers.sheets_server.book import Book, Box, Row, Tab
from servers.sheets_server.cells import EPOCH, PLAIN, Formula, Look, Value, extended, is_moment, shown
from servers.sheets_server.refusal import Json, bad
from servers.sheets_server.schema import Mask, cut

_DEFAULT_FORMAT = {"padding": {"top": 2, "right": 3, "bottom": 2, "left": 3}, "verticalAlignment": "BOTTOM"}


def rendered(book: Book, tab: Tab, box: Box, query: dict[str, list[str]]) -> Json:
    """A ValueRange: rows (or columns) without what is empty at their ends."""
    option = query.get("valueRenderOption", ["FORMATTED_VALUE"])[0]
    moments = query.get("dateTimeRenderOption", ["SERIAL_NUMBER"])[0]
    major = query.get("majorDimension", ["ROWS"])[0]
    show = _renderer(book.locale, option, moments)
    lines = []
    for row in tab.rows[box.top : box.bottom]:
        looks = row.looks
        if looks and (option == "FORMATTED_VALUE" or moments == "FORMATTED_STRING"):
            line = [show(row.values[c], row.look(c)) for c in range(box.left, min(box.right, len(row.values)))]
        else:
            line = [v if type(v) is str else show(v, PLAIN) for v in row.values[box.left : box.right]]
        while line and line[-1] == "":
            line.pop()
        lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    if major == "COLUMNS":
        width = max((len(line) for line in lines), default=0)
        lines = [[line[c] if c < len(line) else "" for line in lines] for c in range(width)]
        for line in lines:
            while line and line[-1] == "":
                line.pop()
    answer: Json = {"range": tab.name(box), "majorDimension": major}
    return {**answer, "values": lines} if lines else answer


def _renderer(locale: str, option: str, moments: str) -> Callable[[Value, Look], Any]:
    def formatted(value: Value, look: Look) -> Any:
        return shown(value, look.format, locale)

    def unformatted(value: Value, look: Look) -> Any:
        if isinstance(value, Formula):
            value = value.text if option == "FORMULA" else value.result
        if moments == "FORMATTED_STRING" and option != "FORMULA" and is_moment(look.format):
            return shown(value, look.format, locale)
        return "" if value is None else value

    return formatted if option == "FORMATTED_VALUE" else unformatted


def resource(book: Book, user: str, ranges: list[str], grid: bool, mask: Mask) -> Json:
    """The Spreadsheet resource. With ranges only their tabs; with `grid` (or a mask that names data) their cells.

    The mask only saves work here: what it leaves out of the rest is cut from the whole answer.
    """
    grid = "data" in mask.get("sheets", {}) or (not mask and grid) or ("sheets" in mask and not mask["sheets"] and grid)
    asked = [book.a1(text) for text in ranges] or [(tab, tab.whole) for tab in book.tabs]
    sheets = []
    if not mask or "sheets" in mask:
        for tab in book.tabs:
            boxes = [box for owner, box in asked if owner is tab]
            if boxes:
                sheet = {**_described(book, user, tab)}
                if grid:
                    below = mask.get("sheets", {}).get("data", {})
                    sheet["data"] = [_grid(book, tab, box, below) for box in boxes]
                sheets.append(sheet)
    answer: Json = {
        "spreadsheetId": book.id,
        "properties": {"autoRecalc": "ON_CHANGE", "defaultFormat": _DEFAULT_FORMAT, **book.properties},
        "sheets": sheets,
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
    }
    if book.named_ranges:
        answer["namedRanges"] = without_zero_ids(book.named_ranges)
    return answer


def _described(book: Book, user: str, tab: Tab) -> Json:
    out: Json = {"properties": tab.properties}
    for name, thing in tab.things.items():
        if thing:
            seen = [protected_as_seen(book, user, part) for part in thing] if name == "protectedRanges" else thing
            out[name] = without_zero_ids(seen)
    return out


def protected_as_seen(book: Book, user: str, thing: Json) -> Json:
    """A protected range, its editors left out for those who may not edit it."""
    may = book.may_pass(user, thing)
    return {k: v for k, v in thing.items() if k != "editors" or may} | ({"requestingUserCanEdit": True} if may else {})


def without_zero_ids(thing: Any) -> Any:
    """Google leaves sheetId 0 out of a GridRange."""
    if isinstance(thing, list):
        return [without_zero_ids(part) for part in thing]
    if isinstance(thing, dict):
        return {k: without_zero_ids(v) for k, v in thing.items() if not (k == "sheetId" and v == 0)}
    return thing


def _grid(book: Book, tab: Tab, box: Box, mask: Mask) -> Json:
    out: Json = {}
    if box.top:
        out["startRow"] = box.top
    if box.left:
        out["startColumn"] = box.left
    if not mask or "rowData" in mask:
        wanted = mask.get("rowData", {}).get("values", {})
        rows = [_row_data(book, row, box, wanted) for row in tab.rows[box.top : box.bottom]]
        while rows and not rows[-1]:
            rows.pop()
        if rows:
            out["rowData"] = rows
    if not mask or "columnMetadata" in mask:
        out["columnMetadata"] = [{"pixelSize": 100, **tab.columns.get(c, {})} for c in range(box.left, box.right)]
    if not mask or "rowMetadata" in mask:
        out["rowMetadata"] = [{"pixelSize": 21, **tab.row(r).meta} for r in range(box.top, box.bottom)]
    return out


def _row_data(book: Book, row: Row, box: Box, mask: Mask) -> Json:
    last = min(box.right, max(len(row.values), len(row.looks)))
    cells = [_cell_data(book, row.value(c), row.look(c), mask) for c in range(box.left, last)]
    while cells and not cells[-1]:
        cells.pop()
    return {"values": cells} if cells else {}


def _cell_data(book: Book, value: Value, look: Look, mask: Mask) -> Json:
    out: Json = {}
    if value is not None:
        if not mask or "userEnteredValue" in mask:
            out["userEnteredValue"] = extended(value)
        if not mask or "effectiveValue" in mask:
            result = extended(value.result) if isinstance(value, Formula) else extended(value)
            if result:
                out["effectiveValue"] = result
        if not mask or "formattedValue" in mask:
            out["formattedValue"] = shown(value, look.format, book.locale)
    if look is not PLAIN:
        if look.format and (not mask or "userEnteredFormat" in mask):
            out["userEnteredFormat"] = cut(look.format, mask.get("userEnteredFormat", {}))
        if look.note and (not mask or "note" in mask):
            out["note"] = look.note
        if look.validation and (not mask or "dataValidation" in mask):
            out["dataValidation"] = cut(look.validation, mask.get("dataValidation", {}))
        out |= {name: part for name, part in look.link.items() if not mask or name in mask}
    if (value is not None or look is not PLAIN) and (not mask or "effectiveFormat" in mask):
        out["effectiveFormat"] = cut({**_DEFAULT_FORMAT, **look.format}, mask.get("effectiveFormat", {}))
    return out


def exported(book: Book, mime_type: str) -> bytes:
    """The spreadsheet as Drive exports it: .xlsx with all tabs, or .csv of the first."""
    if mime_type == "text/csv":
        first = book.tabs[0]
        lines = rendered(book, first, first.whole, {}).get("values", [])
        return "\r\n".join(",".join(line) for line in lines).encode()
    if mime_type != "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
        raise bad("The requested conversion is not supported.")
    file = Workbook()
    file.remove(file.worksheets[0])
    for tab in book.tabs:
        sheet = file.create_sheet(tab.title)
        sheet.sheet_state = "hidden" if tab.properties.get("hidden") else "visible"
        for r, row in enumerate(tab.rows, 1):
            for c, value in enumerate(row.values):
                if value is None:
                    continue
                cell = sheet.cell(r, c + 1)
                if isinstance(value, Formula):
                    cell.value = value.text
                elif is_moment(row.look(c).format) and isinstance(value, int | float):
                    cell.value = EPOCH + timedelta(days=value)
                else:
                    cell.value = value
                    if isinstance(value, str):
                        cell.data_type = "s"
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()
