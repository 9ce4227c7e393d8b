"""Brings the whole Google Sheet down as .xlsx: people's own tabs too, days as days, and formulas that Excel knows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import FORMULAE

from outside.front_tab import check_whose
from outside.google.answers import Refused
from outside.google.backup import Page, excel_titles, keep_pages
from outside.google.client import Calls, Json
from outside.google.refusal import why_unread
from outside.google.tabs import cells_in, list_tabs, quoted, read_sheets
from outside.google.takeover import TITLE
from outside.xlsx.text import column_letters
from roster.sheet.table import Sheet

_Place = tuple[int, int]
"""Row and column, from 0."""

_SAMPLE = 60
"""The formats of so many rows tell which columns hold days."""

_FORMULAS = "properties.locale,sheets(properties.title,data(startRow,startColumn,rowData.values({})))"
_FORMULA = "userEnteredValue.formulaValue"
_FORMAT = "userEnteredFormat.numberFormat.type"


def bring_down(calls: Calls, backups: Path, network: str) -> Path:
    """A copy of every tab among the backups: four calls. Raises Stop, also for the register of another `network`.

    The formulas are looked at before the values and once more after them: on a tab where one moved in
    between, nobody could tell which value is whose, and the copy holds outcomes only.
    """
    return keep_pages(calls.until_answered(lambda: _pages(calls, network)), backups)


def _pages(calls: Calls, network: str) -> list[Page]:
    found = list_tabs(calls)
    titles = [title for title in found.sheets if title != TITLE]
    ranges = [quoted(title, (0, min(_SAMPLE, found.sheets[title]["gridProperties"]["rowCount"]))) for title in titles]
    try:
        before = calls.describe(_FORMULAS.format(_FORMULA), [quoted(title) for title in titles])
        formulas = _formulas_in(before)
        sheets = read_sheets(calls, found, titles)
        check_whose((sheet for sheet, _ in sheets), network)
        boxes = [f"{quoted(title)}!{_box(places)}" for title, places in formulas.items() if places]
        looks = calls.describe(_FORMULAS.format(f"{_FORMULA},{_FORMAT}"), [*ranges, *boxes])
    except Refused as refused:
        raise why_unread(calls, refused, titles) from refused
    days, after = _days_in(looks), _formulas_in(looks)
    names = frozenset(titles) & frozenset(excel_titles(titles))
    comma = has_decimal_comma(str(before.get("properties", {}).get("locale", "")))
    pages = []
    for sheet, _ in sheets:
        there = formulas.get(sheet.title, {})
        kept = {}
        if there == after.get(sheet.title, {}):
            converted = {place: for_excel(text, names, comma=comma) for place, text in there.items()}
            kept = {place: text for place, text in converted.items() if text is not None}
        _make_room(sheet, kept)
        pages.append(Page(sheet.title, sheet.cells, frozenset(days.get(sheet.title, ())), kept))
    return pages


def _formulas_in(answer: Json) -> dict[str, dict[_Place, str]]:
    """The formulas of an answer, by tab and place."""
    found: dict[str, dict[_Place, str]] = {}
    for sheet in answer.get("sheets", []):
        into = found.setdefault(sheet["properties"]["title"], {})
        for row, column, cell in cells_in(sheet):
            value = cell.get("userEnteredValue")
            if isinstance(value, dict) and "formulaValue" in value:
                into[row, column] = value["formulaValue"]
    return found


def _days_in(answer: Json) -> dict[str, set[int]]:
    """The columns in which a day stands, by tab."""
    days: dict[str, set[int]] = {}
    for sheet in answer.get("sheets", []):
        into = days.setdefault(sheet["properties"]["title"], set())
        for _row, column, cell in cells_in(sheet):
            kind = cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type")
            if kind in ("DATE", "DATE_TIME"):
                into.add(column)
    return days


def _box(places: Iterable[_Place]) -> str:
    """The smallest range that holds all these places, as Google names it: A2:C5."""
    rows, columns = zip(*places, strict=True)
    first, last = column_letters(min(columns) + 1), column_letters(max(columns) + 1)
    return f"{first}{min(rows) + 1}:{last}{max(rows) + 1}"


def _make_room(sheet: Sheet, places: Iterable[_Place]) -> None:
    """A formula that shows nothing was left out at the end of its row."""
    for row, column in places:
        sheet.cells.extend([] for _ in range(row + 1 - len(sheet.cells)))
        sheet.cells[row].extend([None] * (column + 1 - len(sheet.cells[row])))


_NEWER = frozenset({"CONCAT", "IFNA", "IFS", "MAXIFS", "MINIFS", "SWITCH", "TEXTJOIN", "XLOOKUP", "XOR", "DAYS"})
"""What came to Excel later stands in a file behind _xlfn. (Microsoft, "Issue: An _xlfn. prefix is displayed")."""

_POINT = ("en", "zh", "ja", "ko", "th", "he", "iw", "hi", "ms")
_PIECES = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|[{};,\\])""")
_CELLS = r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d+:\$?\d+"
_RANGE = re.compile(rf"(?:('(?:[^']|'')+'|[^'!]+)!)?(?:{_CELLS})", re.IGNORECASE)


def has_decimal_comma(locale: str) -> bool:
    """True where people of this locale ("nl_NL") write 1,5; South Africa's English does."""
    return not locale.startswith(_POINT) or locale == "en_ZA"


def for_excel(formula: str, titles: Collection[str], *, comma: bool) -> str | None:
    """A formula of Google as it stands in a file, without "=", or None where Excel would not take it.

    `titles` are the tabs of that file. Excel calls a whole workbook damaged for one formula that it cannot
    read, so whatever is not known to be one of its own is None.
    """
    pieces, arrays = [], 0
    for turn, piece in enumerate(_PIECES.split(formula)):
        value = piece
        if turn % 2:
            arrays += {"{": 1, "}": -1}.get(piece, 0)
            if piece == ("\\" if arrays else ";"):
                value = ","
            elif piece == "," and comma:
                return None  # a decimal mark or not: nobody can tell
        pieces.append(value)
    plain = "".join(pieces)
    try:
        items = Tokenizer(plain).items
    except TokenizerError:
        return None
    known = {title.casefold() for title in titles}
    return "".join(map(_in_file, items)) if all(_is_excels(item, known) for item in items) else None


def _is_excels(item: Token, titles: Collection[str]) -> bool:
    if item.type == Token.FUNC and item.subtype == Token.OPEN:
        return str(item.value).rstrip("(").upper() in FORMULAE | _NEWER
    if item.type == Token.OPERAND and item.subtype == Token.RANGE:
        found = _RANGE.fullmatch(item.value)
        if found is None:
            return False
        title = found[1]
        return title is None or title.removeprefix("'").removesuffix("'").replace("''", "'").casefold() in titles
    if item.type == Token.OPERAND:
        return item.subtype in (Token.NUMBER, Token.TEXT, Token.LOGICAL, Token.ERROR)
    if item.type == Token.OP_IN:
        return str(item.value) != ","
    return True


def _in_file(item: Token) -> str:
    if item.type == Token.FUNC and item.subtype == Token.OPEN:
        name = item.value.rstrip("(").upper()
        return f"_xlfn.{name}(" if name in _NEWER - FORMULAE else f"{name}("
    return str(item.value)
