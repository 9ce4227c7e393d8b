"""The methods of the API that this server knows, each with its answer."""

from __future__ import annotations

from servers.sheets_server import values
from servers.sheets_server.book import Book
from servers.sheets_server.changes import carry_out
from servers.sheets_server.refusal import Json, Refused, Unknown, bad
from servers.sheets_server.schema import Mask
from servers.sheets_server.views import rendered, resource

Query = dict[str, list[str]]


def _get(book: Book, user: str, _range: str, query: Query, _asked: Json, mask: Mask) -> Json:
    grid = query.get("includeGridData", ["false"])[0].lower() == "true"
    return resource(book, user, query.get("ranges", []), grid, mask)


def _batch_update(book: Book, user: str, _range: str, _query: Query, asked: Json, mask: Mask) -> Json:
    kept = book.copied()
    answer: Json = {"spreadsheetId": book.id, "replies": carry_out(book, user, asked.get("requests", []))}
    if asked.get("includeSpreadsheetInResponse"):
        grid = asked.get("responseIncludeGridData", False)
        try:
            ranges = asked.get("responseRanges", [])
            answer["updatedSpreadsheet"] = resource(book, user, ranges, grid, mask.get("updatedSpreadsheet", {}))
        except Refused:
            book.return_to(kept)  # a range that cannot be answered refuses the whole batch
            raise
    return answer


def _values_get(book: Book, _user: str, text: str, query: Query, _asked: Json, _mask: Mask) -> Json:
    return rendered(book, *book.a1(text), query)


def _values_batch_get(book: Book, _user: str, _range: str, query: Query, _asked: Json, _mask: Mask) -> Json:
    found = [rendered(book, *book.a1(text), query) for text in query.get("ranges", [])]
    return {"spreadsheetId": book.id, "valueRanges": found}


def _values_update(book: Book, user: str, text: str, query: Query, asked: Json, _mask: Mask) -> Json:
    if asked.get("range", text) != text:
        raise bad(f"Requested writing to range [{text}], but the body names [{asked['range']}]")
    option = query.get("valueInputOption", [""])[0]
    return values.write(book, user, [{**asked, "range": text}], option, batch=False)[0]


def _values_batch_update(book: Book, user: str, _range: str, _query: Query, asked: Json, _mask: Mask) -> Json:
    if asked.get("includeValuesInResponse"):
        raise Unknown("includeValuesInResponse")
    found = values.write(book, user, asked.get("data", []), asked.get("valueInputOption", ""), batch=True)
    places = [book.a1(part["updatedRange"]) for part in found]
    return {
        "spreadsheetId": book.id,
        "totalUpdatedRows": len({(tab.id, row) for tab, box in places for row in range(box.top, box.bottom)}),
        "totalUpdatedColumns": len({(tab.id, c) for tab, box in places for c in range(box.left, box.right)}),
        "totalUpdatedCells": sum(part["updatedCells"] for part in found),
        "totalUpdatedSheets": len({tab.id for tab, _ in places}),
        "responses": found,
    }


def _values_clear(book: Book, user: str, text: str, _query: Query, _asked: Json, _mask: Mask) -> Json:
    return {"spreadsheetId": book.id, "clearedRange": values.clear(book, user, [text])[0]}


def _values_batch_clear(book: Book, user: str, _range: str, _query: Query, asked: Json, _mask: Mask) -> Json:
    return {"spreadsheetId": book.id, "clearedRanges": values.clear(book, user, asked.get("ranges", []))}


METHODS = {
    "get": _get,
    "batchUpdate": _batch_update,
    "values.get": _values_get,
    "values.batchGet": _values_batch_get,
    "values.update": _values_update,
    "values.batchUpdate": _values_batch_update,
    "values.clear": _values_clear,
    "values.batchClear": _values_batch_clear,
}
