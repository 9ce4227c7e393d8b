"""Finds the cells of a workbook file that hold a formula or an error, which a reader of values does not see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # noqa: ICN001  # no short name says what it is

from openpyxl.formula.translate import Translator

from outside.excel_backup import doing_on_disk
from outside.stop import Stop
from outside.xlsx_book import open_book
from outside.xlsx_text import column_letters, column_number
from outside.xlsx_zip import Archive, NotMastered

_ADDRESS = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """A cell with more to it than its value.

    `formula` is in Excel's words with "=" before it; "" for an error that stands there by itself, or for what
    no formula can say (a data table). `error` is the error that shows ("#N/A"), or "". `rows` and `columns`
    tell how far the outcome of one array formula reaches; `is_array` that it is one.
    """

    formula: str
    error: str = ""
    rows: int = 1
    columns: int = 1
    is_array: bool = False


FormulaCells = dict[tuple[int, int], FormulaCell]
"""By row and column, both from 0."""


def formula_cells(path: Path) -> dict[str, FormulaCells]:
    """The formulas and errors of every tab, by title. The guard looked the file over before.

    Raises Stop for a file that is damaged all the same.
    """
    try:
        with doing_on_disk(path), path.resolve().open("rb") as file:
            archive = Archive(file)
            book = open_book(archive)
            return {title: _of_tab(archive.stream(part)) for title, part in book.sheets.items() if part in archive}
    except (NotMastered, ElementTree.ParseError) as error:
        raise Stop(
            f"'{path.name}' is beschadigd of niet volledig.", "Open het in Excel of LibreOffice en sla het opnieuw op."
        ) from error


def _of_tab(pieces: Iterable[bytes]) -> FormulaCells:
    found: FormulaCells = {}
    masters: dict[str, tuple[str, str]] = {}
    for (row, column), cell in _cells(pieces):
        node = next((part for part in cell if _name(part) == "f"), None)
        value = next((part.text or "" for part in cell if _name(part) == "v"), "")
        error = value if cell.get("t") == "e" else ""
        if node is None:
            if error:
                found[row, column] = FormulaCell("", error)
            continue
        kind, text = node.get("t", "normal"), node.text or ""
        formula = f"={text}" if text and kind != "dataTable" else ""
        here = f"{column_letters(column + 1)}{row + 1}"
        if kind == "shared":
            group = node.get("si", "")
            if formula:
                masters[group] = formula, here
            elif group in masters:
                master, origin = masters[group]
                formula = Translator(master, origin=origin).translate_formula(here)
        rows, columns = _reach(node.get("ref", "")) if kind == "array" else (1, 1)
        found[row, column] = FormulaCell(formula, error, rows, columns, kind == "array")
    return found


def _cells(pieces: Iterable[bytes]) -> Iterator[tuple[tuple[int, int], ElementTree.Element]]:
    """Every cell with its place. A cell or row without an address stands after the one before it."""
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("start", "end"))
    row = column = -1
    for piece in pieces:
        parser.feed(piece)
        for event, node in parser.read_events():  # type: ignore[misc]  # other events than these carry no node
            assert isinstance(node, ElementTree.Element)
            name = _name(node)
            if event == "start" and name == "row":
                row, column = int(node.get("r", row + 2)) - 1, -1
            elif event == "end" and name == "c":
                address = _ADDRESS.fullmatch(node.get("r", ""))
                row, column = (int(address[2]) - 1, column_number(address[1]) - 1) if address else (row, column + 1)
                yield (row, column), node
            elif event == "end" and name == "row":
                node.clear()


def _name(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _reach(ref: str) -> tuple[int, int]:
    corners = _ADDRESS.findall(ref.upper())
    if len(corners) != 2:
        return 1, 1
    (left, top), (right, bottom) = corners
    return int(bottom) - int(top) + 1, column_number(right) - column_number(left) + 1
