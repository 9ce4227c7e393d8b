"""A register at Google lights up: the rules on the sheet, worked out by a second reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter

from outside.backends import backend_of
from outside.excel.lights import AT_FAULT, ROW
from outside.google.client import Calls
from servers.sheets_server import Book, SheetsServer
from servers.sheets_server.book import Tab
from servers.sheets_server.fixture import sheets
from support.google_matrix import new_book, sync
from support.google_register import HURRIED, laptop
from support.lit_cells import Cell, Value, holds

__all__ = ["sheets"]  # a fixture is found by its name in this module

COMPLETE = ["Het Google-blad is compleet. Er is niets veranderd."]
LINE = re.compile(r"^(Blokkeert|Let op) \(([^\n]+?)\): ", re.MULTILINE)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


def lit(tab: Tab) -> dict[str, str]:
    """The fill of each cell that a formula colours; the first rule that holds wins, as at Google."""

    def look(at: Cell) -> Value:
        value = tab.row(at[0] - 1).value(at[1] - 1)
        return value if isinstance(value, str | float | int) else None

    found: dict[str, str] = {}
    for rule in tab.things.get("conditionalFormats", []):
        condition = rule["booleanRule"]["condition"]
        if condition["type"] != "CUSTOM_FORMULA":
            continue
        formula = condition["values"][0]["userEnteredValue"].removeprefix("=").replace(";", ",")
        boxes = rule["ranges"]
        first = boxes[0]["startRowIndex"] + 1, boxes[0].get("startColumnIndex", 0) + 1
        colour = rule["booleanRule"]["format"]["backgroundColor"]
        fill = "".join(f"{round(255 * colour.get(part, 0)):02X}" for part in ("red", "green", "blue"))
        for box in boxes:
            for row in range(box["startRowIndex"], len(tab.rows)):
                for column in range(box.get("startColumnIndex", 0), box.get("endColumnIndex", tab.column_count)):
                    address = f"{get_column_letter(column + 1)}{row + 1}"
                    if address not in found and holds(formula, first, (row + 1, column + 1), look):
                        found[address] = fill
    return found


def expected(tab: Tab) -> dict[str, str]:
    """Worked out from what Meldingen says."""
    found = {}
    heads = {str(heading): get_column_letter(turn + 1) for turn, heading in enumerate(tab.row(0).values)}
    for row in range(1, len(tab.rows)):
        said = str(tab.row(row).value(tab.column("Meldingen")) or "")
        weights = dict(reversed([(heading, weight) for weight, heading in LINE.findall(said)]))
        found |= {f"{heads[heading]}{row + 1}": AT_FAULT[weight][0] for heading, weight in weights.items()}
        heaviest = next((weight for weight in ROW if said.startswith(weight)), None)
        if heaviest:
            found |= {f"{heads[name]}{row + 1}": ROW[heaviest][0] for name in ("Nr", "Meldingen") if name in heads}
    return found


def formulas(book: Book) -> list[str]:
    rules = [rule for tab in book.tabs for rule in tab.things.get("conditionalFormats", [])]
    return [rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in rules]


def test_a_sheet_in_use_lights_up_once_and_a_persons_own_rules_stay(sheets: SheetsServer, tmp_path: Path) -> None:
    """Exactly the cells that the remarks name; no cell of anybody changes; a second time there is nothing to do."""
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    assert sync(settings)[0] in (0, 1)
    tab = book.tab("Deelnemers")
    own = {
        "ranges": [{"sheetId": tab.id, "startRowIndex": 0, "startColumnIndex": 0}],
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": '=$A1="van een mens"'}]},
            "format": {"backgroundColor": {"red": 1}},
        },
    }
    tab.things["conditionalFormats"] = [own]
    before = tab.values()
    assert backend_of(settings).set_up() != COMPLETE
    assert [row[: len(old)] for row, old in zip(tab.values(), before, strict=True)] == before
    assert own in tab.things["conditionalFormats"]
    assert lit(tab) == expected(tab) and len(set(lit(tab).values())) >= 2
    assert tab.grid["frozenColumnCount"] == 2
    rules = formulas(book)
    assert backend_of(settings).set_up() == COMPLETE and formulas(book) == rules
    assert sync(settings)[0] in (0, 1) and formulas(book) == rules


def test_a_column_outside_the_rules_makes_them_come_again(sheets: SheetsServer, tmp_path: Path) -> None:
    """As where the sheet got wider than what the rules were made for."""
    book = new_book(sheets)
    settings = laptop(sheets, book, tmp_path)
    sync(settings)
    backend_of(settings).set_up()
    tab = book.tab("Deelnemers")
    for rule in tab.things["conditionalFormats"]:
        for span in rule["ranges"]:
            if "startColumnIndex" not in span:
                span["endColumnIndex"] = tab.column("Opmerking")
    assert backend_of(settings).set_up() != COMPLETE
    assert lit(tab) == expected(tab) and backend_of(settings).set_up() == COMPLETE
