"""A batchUpdate: its requests are carried out in order, all of them or none."""

from __future__ import annotations

from servers.sheets_server import overlay, painting, tabs
from servers.sheets_server.book import Book
from servers.sheets_server.edit import Change, Edit
from servers.sheets_server.refusal import Json, Refused, Unknown, bad
from servers.sheets_server.views import without_zero_ids


def carry_out(book: Book, user: str, requests: list[Json]) -> list[Json]:
    """The replies to all requests, in order; on a refusal the book is as it was, and the refusal names its request."""
    if not requests:
        raise bad("Must specify at least one request.")
    kept, edit, replies = book.copied(), Edit(book, user), []
    for number, request in enumerate(requests):
        kind = next(iter(request), "")
        try:
            words = book.refuses(kind, request.get(kind, {}))
            if words:
                raise bad(words)
            reply = KINDS.get(kind, _unknown)(edit, request.get(kind, {}))
        except Refused as refusal:
            book.return_to(kept)
            if book.names_refused:
                refusal.message = f"Invalid requests[{number}].{kind}: {refusal.message}"
            raise
        replies.append({kind: without_zero_ids(reply) if kind != "addSheet" else reply} if reply else {})
    return replies


def _unknown(_edit: Edit, _spec: Json) -> Json:
    raise Unknown("this kind of request")


KINDS: dict[str, Change] = {
    "addSheet": tabs.add_sheet,
    "deleteSheet": tabs.delete_sheet,
    "updateSheetProperties": tabs.update_sheet_properties,
    "updateSpreadsheetProperties": tabs.update_spreadsheet_properties,
    "updateCells": painting.update_cells,
    "repeatCell": painting.repeat_cell,
    "setDataValidation": painting.set_data_validation,
    "findReplace": painting.find_replace,
    "sortRange": painting.sort_range,
    "mergeCells": painting.merge_cells,
    "unmergeCells": painting.unmerge_cells,
    "appendDimension": tabs.append_dimension,
    "insertDimension": tabs.insert_dimension,
    "deleteDimension": tabs.delete_dimension,
    "updateDimensionProperties": tabs.update_dimension_properties,
    "autoResizeDimensions": tabs.auto_resize_dimensions,
    "addProtectedRange": overlay.adding("protectedRange", "protectedRanges", "protectedRangeId"),
    "updateProtectedRange": overlay.updating("protectedRange", "protectedRanges", "protectedRangeId", "ProtectedRange"),
    "deleteProtectedRange": overlay.deleting("protectedRanges", "protectedRangeId", "protected range"),
    "addBanding": overlay.adding("bandedRange", "bandedRanges", "bandedRangeId"),
    "updateBanding": overlay.updating("bandedRange", "bandedRanges", "bandedRangeId", "BandedRange"),
    "deleteBanding": overlay.deleting("bandedRanges", "bandedRangeId", "banded range"),
    "addNamedRange": overlay.adding("namedRange", "namedRanges", "namedRangeId"),
    "deleteNamedRange": overlay.deleting("namedRanges", "namedRangeId", "named range"),
    "addChart": overlay.adding("chart", "charts", "chartId"),
    "deleteEmbeddedObject": overlay.deleting("charts", "chartId", "embedded object"),
    "addConditionalFormatRule": overlay.add_conditional_format_rule,
    "deleteConditionalFormatRule": overlay.delete_conditional_format_rule,
    "addFilterView": overlay.adding("filter", "filterViews", "filterViewId"),
    "setBasicFilter": overlay.set_basic_filter,
    "clearBasicFilter": overlay.clear_basic_filter,
}
