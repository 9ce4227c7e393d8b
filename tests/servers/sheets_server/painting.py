"""Changes of cells: their values, their looks, their order."""

from __future__ import annotations

import re
from dataclasses import replace

from servers.sheets_server.book import Book, Box, Row
from servers.sheets_server.cells import PLAIN, Look, Value, sent
from servers.sheets_server.edit import Edit, fields_of, with_styles
from servers.sheets_server.grid import sort_rows
from servers.sheets_server.refusal import Json, Unknown, bad
from servers.sheets_server.schema import Mask, laid_over, only_known

_KEPT = frozenset({"userEnteredValue", "userEnteredFormat", "note", "dataValidation"})
_READ_ONLY = frozenset({"effectiveValue", "effectiveFormat", "formattedValue", "hyperlink"})


def _cell_mask(spec: Json) -> Mask:
    mask = fields_of(spec, "CellData") or {name: {} for name in _KEPT}
    only_known({name: {} for name in mask if name not in _READ_ONLY}, _KEPT, "a cell")
    return {name: below for name, below in mask.items() if name in _KEPT}


def _look_over(look: Look, cell: Json, mask: Mask) -> Look:
    if "userEnteredFormat" in mask:
        new = with_styles(cell.get("userEnteredFormat", {}))
        look = replace(look, format=laid_over(look.format, new, mask["userEnteredFormat"]))
    if "note" in mask:
        look = replace(look, note=cell.get("note", ""))
    if "dataValidation" in mask:
        look = replace(look, validation=cell.get("dataValidation"))
    return PLAIN if look == PLAIN else look


def _paint(book: Book, row: Row, left: int, cells: list[Json], mask: Mask, memory: dict[tuple[int, int], Look]) -> Row:
    """The row with the cells laid over it from column `left` on."""
    values: list[Value] = list(row.values)
    if "userEnteredValue" in mask:
        values += [None] * (left + len(cells) - len(values))
        entered = (cell.get("userEnteredValue", {}) for cell in cells)
        values[left : left + len(cells)] = [sent(value, book.outcomes, book.locale) for value in entered]
    if set(mask) <= {"userEnteredValue"}:
        return Row(values, row.looks, row.meta)
    looks = list(row.looks) + [PLAIN] * (left + len(cells) - len(row.looks))
    for column, cell in enumerate(cells, left):
        key = (id(looks[column]), id(cell))  # both outlive this request, so their ids stand for them
        if key not in memory:
            memory[key] = _look_over(looks[column], cell, mask)
        looks[column] = memory[key]
    return Row(values, looks, row.meta)


def update_cells(edit: Edit, spec: Json) -> Json:
    mask, lines = _cell_mask(spec), [line.get("values", []) for line in spec.get("rows", [])]
    width = max((len(line) for line in lines), default=0)
    if "range" in spec:
        tab, box = edit.book.box(spec["range"], within_grid=True)
        if len(lines) > box.bottom - box.top:
            last = box.bottom - 1
            raise bad(f"Attempting to write row: {last + 1}, beyond the last requested row of: {last}")
        if width > box.right - box.left:
            last = box.right - 1
            raise bad(f"Attempting to write column: {last + 1}, beyond the last requested column of: {last}")
        blank: Json = {}
        lines = [line + [blank] * (box.right - box.left - len(line)) for line in lines]
        lines += [[blank] * (box.right - box.left)] * (box.bottom - box.top - len(lines))
    else:
        start = spec.get("start", {})
        top, left = start.get("rowIndex", 0), start.get("columnIndex", 0)
        reach = {"startRowIndex": top, "endRowIndex": top + max(len(lines), 1)}
        reach |= {"startColumnIndex": left, "endColumnIndex": left + max(width, 1), "sheetId": start.get("sheetId", 0)}
        tab, box = edit.book.box(reach, within_grid=True)
    edit.book.guard(edit.user, tab, box)
    memory: dict[tuple[int, int], Look] = {}
    for index, line in enumerate(lines, box.top):
        if line:
            tab.put_row(index, _paint(edit.book, tab.row(index), box.left, line, mask, memory))
    return {}


def repeat_cell(edit: Edit, spec: Json) -> Json:
    tab, box = edit.book.box(spec.get("range", {}), within_grid=True)
    edit.book.guard(edit.user, tab, box)
    mask = _cell_mask(spec)
    memory: dict[tuple[int, int], Look] = {}
    line = [spec.get("cell", {})] * (box.right - box.left)
    for index in range(box.top, box.bottom):
        tab.put_row(index, _paint(edit.book, tab.row(index), box.left, line, mask, memory))
    return {}


def set_data_validation(edit: Edit, spec: Json) -> Json:
    tab, box = edit.book.box(spec.get("range", {}))
    for table in tab.things.get("tables", ()):
        _, around = edit.book.box(table["range"])
        typed = {
            around.left + one.get("columnIndex", 0) for one in table.get("columnProperties", ()) if "columnType" in one
        }
        if around.meets(box) and typed & set(range(box.left, box.right)):
            raise bad("This operation is not allowed on cells in typed columns of a table.")
    cell = {"dataValidation": spec.get("rule")}
    return repeat_cell(edit, {"range": spec.get("range", {}), "cell": cell, "fields": "dataValidation"})


def find_replace(edit: Edit, spec: Json) -> Json:
    """Whole cells of one tab, by a pattern: what our side asks, and nothing else of what Google knows."""
    if not (spec.get("searchByRegex") and spec.get("matchEntireCell") and "sheetId" in spec):
        raise Unknown("findReplace but for whole cells of one tab, by a pattern")
    tab = edit.book.tab_by_id(spec["sheetId"], "sheet")
    changed = 0
    for r, row in enumerate(tab.rows):
        for c, value in enumerate(row.values):
            if isinstance(value, str) and re.fullmatch(spec["find"], value, re.IGNORECASE):
                edit.book.guard(edit.user, tab, Box(r, c, r + 1, c + 1))
                tab.put(r, c, spec.get("replacement", ""))
                changed += 1
    return {"valuesChanged": changed, "occurrencesChanged": changed} if changed else {}


def sort_range(edit: Edit, spec: Json) -> Json:
    tab, box = edit.book.box(spec.get("range", {}), within_grid=True)
    edit.book.guard(edit.user, tab, box)
    for key in spec.get("sortSpecs", []):
        only_known({name: {} for name in key}, frozenset({"dimensionIndex", "sortOrder"}), "a sort")
    keys = [(k.get("dimensionIndex", 0), k.get("sortOrder") == "DESCENDING") for k in spec.get("sortSpecs", [])]
    sort_rows(tab, box, keys)
    return {}


def merge_cells(edit: Edit, spec: Json) -> Json:
    tab, box = edit.book.box(spec.get("range", {}), within_grid=True)
    edit.book.guard(edit.user, tab, box)
    unmerge_cells(edit, spec)
    kind, boxes = spec.get("mergeType", "MERGE_ALL"), [box]
    if kind == "MERGE_ROWS":
        boxes = [Box(row, box.left, row + 1, box.right) for row in range(box.top, box.bottom)]
    elif kind == "MERGE_COLUMNS":
        boxes = [Box(box.top, column, box.bottom, column + 1) for column in range(box.left, box.right)]
    for part in boxes:
        for row in range(part.top, part.bottom):
            for column in range(part.left, part.right):
                if (row, column) != (part.top, part.left) and tab.row(row).value(column) is not None:
                    tab.put(row, column, None)
        tab.things.setdefault("merges", []).append(tab.grid_range(part))
    return {}


def unmerge_cells(edit: Edit, spec: Json) -> Json:
    tab, box = edit.book.box(spec.get("range", {}), within_grid=True)
    merges = tab.things.get("merges", [])
    tab.things["merges"] = [merge for merge in merges if not edit.book.box(merge)[1].meets(box)]
    return {}
