"""Changes of tabs, and of the number and width of their rows and columns."""

from __future__ import annotations

from servers.sheets_server.book import Book, Box, Row, Tab
from servers.sheets_server.edit import Edit, fields_of, with_styles
from servers.sheets_server.grid import delete_lines, insert_lines
from servers.sheets_server.refusal import Json, bad
from servers.sheets_server.schema import laid_over


def add_sheet(edit: Edit, spec: Json) -> Json:
    book, wanted = edit.book, dict(spec.get("properties", {}))
    number = wanted.get("sheetId", next(book.next_id))
    if any(tab.id == number for tab in book.tabs):
        raise bad(f"A sheet with the ID {number} already exists. Please use another ID.")
    title = wanted.get("title") or f"Sheet{len(book.tabs) + 1}"
    if any(tab.title.lower() == title.lower() for tab in book.tabs):
        if not book.renames_collisions:
            raise bad(f'A sheet with the name "{title}" already exists. Please enter another name.')
        title = f"{title}_conflict{next(book.next_id)}"
    grid = {"rowCount": 1000, "columnCount": 26} | wanted.get("gridProperties", {})
    properties = {"sheetId": number, "title": title, "index": 0, "sheetType": "GRID"}
    tab = Tab(with_styles(_settled(wanted | properties | {"gridProperties": grid})))
    book.tabs.insert(min(wanted.get("index", len(book.tabs)), len(book.tabs)), tab)
    _check_tabs(book, tab)
    return {"properties": tab.properties}


def _settled(properties: Json) -> Json:
    """Properties without what is at its default, which Google leaves out."""
    grid = {k: v for k, v in properties["gridProperties"].items() if v}
    return {k: v for k, v in properties.items() if v is not False} | {"gridProperties": grid}


def _check_tabs(book: Book, tab: Tab) -> None:
    book.number_tabs()
    book.check_size()
    if tab.row_count < 1 or tab.column_count < 1:
        raise bad("You can't delete all the rows or columns on the sheet.")
    if tab.grid.get("frozenRowCount", 0) >= tab.row_count:
        raise bad("You can't freeze all visible rows on the sheet.")
    if tab.grid.get("frozenColumnCount", 0) >= tab.column_count:
        raise bad("You can't freeze all visible columns on the sheet.")
    if all(each.properties.get("hidden") for each in book.tabs):
        raise bad("You can't hide all the sheets in a document.")


def delete_sheet(edit: Edit, spec: Json) -> Json:
    book = edit.book
    tab = book.tab_by_id(spec.get("sheetId", 0), "sheet")
    book.guard(edit.user, tab, tab.whole)
    if len(book.tabs) == 1:
        raise bad("You can't remove all the sheets in a document.")
    if all(each.properties.get("hidden") for each in book.tabs if each is not tab):
        raise bad("You can't remove all the visible sheets in a document.")
    book.tabs.remove(tab)
    book.named_ranges = [named for named in book.named_ranges if named["range"].get("sheetId", 0) != tab.id]
    book.number_tabs()
    return {}


def update_sheet_properties(edit: Edit, spec: Json) -> Json:
    book, wanted, mask = edit.book, spec.get("properties", {}), fields_of(spec, "SheetProperties")
    tab = book.tab_by_id(wanted.get("sheetId", 0), "sheet")
    title = wanted.get("title")
    if "title" in mask and any(o.title.lower() == str(title).lower() for o in book.tabs if o is not tab):
        raise bad(f'A sheet with the name "{title}" already exists. Please enter another name.')
    fixed = {"sheetId": tab.id, "index": tab.properties["index"], "sheetType": "GRID"}
    for name in ("rowCount", "columnCount"):
        if name in mask.get("gridProperties", {}) and wanted["gridProperties"][name] < tab.grid[name]:
            book.guard(edit.user, tab, tab.whole)
    tab.properties = _settled(laid_over(tab.properties, with_styles(wanted), mask) | fixed)
    del tab.rows[tab.row_count :]
    if any(len(row.values) > tab.column_count for row in tab.rows):
        tab.rows = [Row(r.values[: tab.column_count], r.looks[: tab.column_count], r.meta) for r in tab.rows]
    if "index" in mask:
        book.tabs.remove(tab)  # the new index is counted in the order before the move
        book.tabs.insert(wanted.get("index", 0) - (wanted.get("index", 0) > tab.properties["index"]), tab)
    _check_tabs(book, tab)
    return {}


def update_spreadsheet_properties(edit: Edit, spec: Json) -> Json:
    mask = fields_of(spec, "SpreadsheetProperties")
    edit.book.properties = laid_over(edit.book.properties, spec.get("properties", {}), mask)
    return {}


def _lines(edit: Edit, span: Json) -> tuple[Tab, bool, int, int]:
    """The tab, whether rows are meant, and from where to where; 400 when that is not in the grid."""
    tab = edit.book.tab_by_id(span.get("sheetId", 0))
    rows = span.get("dimension") == "ROWS"
    most = tab.row_count if rows else tab.column_count
    start, end = span.get("startIndex", 0), span.get("endIndex", most)
    if not 0 <= start < end:
        raise bad(f"{span.get('dimension')} must have a startIndex below endIndex")
    return tab, rows, start, end


def append_dimension(edit: Edit, spec: Json) -> Json:
    tab = edit.book.tab_by_id(spec.get("sheetId", 0))
    tab.grid["rowCount" if spec.get("dimension") == "ROWS" else "columnCount"] += spec.get("length", 0)
    edit.book.check_size()
    return {}


def insert_dimension(edit: Edit, spec: Json) -> Json:
    tab, rows, start, end = _lines(edit, spec.get("range", {}))
    most = tab.row_count if rows else tab.column_count
    before = spec.get("inheritFromBefore", False)
    if start > most or (before and start == 0) or (start == most and not before):
        raise bad("range.startIndex is not where lines can be inserted with this inheritFromBefore")
    insert_lines(edit.book, tab, rows, start, end - start, before=before)
    edit.book.check_size()
    return {}


def delete_dimension(edit: Edit, spec: Json) -> Json:
    tab, rows, start, end = _lines(edit, spec.get("range", {}))
    most = tab.row_count if rows else tab.column_count
    frozen = tab.grid.get("frozenRowCount" if rows else "frozenColumnCount", 0)
    if start >= most or end > most:
        raise bad(f"Cannot delete a {'row' if rows else 'column'} that doesn't exist. Tried to delete index {end - 1}")
    box = Box(start, 0, end, tab.column_count) if rows else Box(0, start, tab.row_count, end)
    edit.book.guard(edit.user, tab, box)
    if most - (end - start) <= frozen - max(0, min(end, frozen) - start):
        raise bad(f"Sorry, it is not possible to delete all non-frozen {'rows' if rows else 'columns'}.")
    delete_lines(edit.book, tab, rows, start, end)
    return {}


def update_dimension_properties(edit: Edit, spec: Json) -> Json:
    tab, rows, start, end = _lines(edit, spec.get("range", {}))
    mask = fields_of(spec, "DimensionProperties")
    for index in range(start, end):
        new = laid_over(tab.row(index).meta if rows else tab.columns.get(index, {}), spec.get("properties", {}), mask)
        new = {name: part for name, part in new.items() if part is not False}
        if rows:
            tab.put_row(index, tab.row(index)._replace(meta=new))
        else:
            tab.columns[index] = new
    return {}


def auto_resize_dimensions(edit: Edit, spec: Json) -> Json:
    tab, rows, start, end = _lines(edit, spec.get("dimensions", {}))
    for column in range(start, end) if not rows else ():
        longest = max((len(str(row.value(column) or "")) for row in tab.rows), default=0)
        tab.columns[column] = {**tab.columns.get(column, {}), "pixelSize": max(21, 8 * longest)}
    return {}
