"""The register's tabs as they stand in the Google Sheet: read in two calls, all tabs at one moment."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from outside.errors import Stop
from outside.front_tab import check_whose, is_front, is_front_of_example, whose_register
from outside.google.answers import Refused
from outside.google.client import Calls, Json
from outside.google.refusal import why_unread
from roster.sheet.dutch import reads_month_first
from roster.sheet.headings import HeadingProblems, find_tables, find_what_is_there, of_the_register
from roster.sheet.table import Cell, Sheet, Table, fold, is_blank

_FIELDS = (
    "properties(title,locale),"
    "sheets(properties(sheetId,title,sheetType,hidden,gridProperties(rowCount,columnCount)),merges,filterViews(filterViewId,title))"
)


OF_GROUP = "Groep "
"""How the title of a group's own view of tab Deelnemers begins."""


@dataclass(slots=True, eq=False)
class Tab:
    """One tab: its id, its grid's size, its cells from A1 on, and the table found in it. All positions count from 0.

    `new` is True for one that does not stand there yet.
    """

    id: int
    title: str
    row_count: int
    column_count: int
    cells: list[list[Cell]]
    table: Table
    merges: Sequence[Json] = ()
    new: bool = False

    def cell(self, row: int, column: int) -> Cell:
        """What stands in a cell; None beyond what is filled."""
        line = self.cells[row] if row < len(self.cells) else []
        return line[column] if column < len(line) else None

    @property
    def heading_row(self) -> int:
        """Where the headings stand."""
        return self.table.first - 2

    @property
    def width(self) -> int:
        """How many columns are in use."""
        return max((turn for row in self.cells for turn, cell in enumerate(row, 1) if not is_blank(cell)), default=0)

    @property
    def own(self) -> frozenset[int]:
        """The positions of the software's own columns."""
        return frozenset(position for heading, position in self.table.columns.items() if heading in self.table.own)

    def is_hidden_by_merge(self, row: int, column: int) -> bool:
        """True for a cell under a merged one, where nothing that is written would show."""
        return any(
            merge.get("startRowIndex", 0) <= row < merge.get("endRowIndex", 0)
            and merge.get("startColumnIndex", 0) <= column < merge.get("endColumnIndex", 0)
            and (row, column) != (merge.get("startRowIndex", 0), merge.get("startColumnIndex", 0))
            for merge in self.merges
        )


@dataclass(slots=True)
class Found:
    """What the spreadsheet says of itself: every tab's properties by title, and their merges.

    `is_example` is True, once its tabs were read, where the front one says that it is the example, and `whose` is the
    name of the network that it tells.
    `month_first` is True where a typed 5-3-2026 becomes 3 May. `lists` holds by a tab's title what `Table.lists` tells.
    """

    title: str
    sheets: dict[str, Json] = field(default_factory=dict)
    merges: dict[str, list[Json]] = field(default_factory=dict)
    lists: dict[str, dict[str, str]] = field(default_factory=dict)
    is_example: bool = False
    whose: str = ""
    month_first: bool = False


def list_tabs(calls: Calls) -> Found:
    """Look which tabs there are: one call."""
    answer = calls.describe(_FIELDS)
    about = answer.get("properties", {})
    found = Found(about.get("title", ""), month_first=reads_month_first(about.get("locale", "")))
    for sheet in answer.get("sheets", []):
        properties = sheet["properties"]
        if properties.get("sheetType", "GRID") == "GRID":
            found.sheets[properties["title"]] = properties
            found.merges[properties["title"]] = sheet.get("merges", [])
            found.lists[properties["title"]] = {
                fold(view["title"].removeprefix(OF_GROUP)): view_address(
                    calls.spreadsheet, properties.get("sheetId", 0), view["filterViewId"]
                )
                for view in sheet.get("filterViews", [])
                if view.get("title", "").startswith(OF_GROUP)
            }
    return found


def view_address(spreadsheet: str, tab: int, view: int) -> str:
    """What opens a filter view of a tab."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit#gid={tab}&fvid={view}"


def read_sheets(calls: Calls, found: Found, titles: Sequence[str]) -> list[tuple[Sheet, tuple[int, int]]]:
    """The tabs of those titles from A1 on, each with its grid's rows and columns: one call, one moment."""
    if not titles:
        return []
    answer = calls.values([quoted(title) for title in titles])
    sheets = []
    for title, (name, rows) in zip(titles, answer, strict=True):
        known = found.sheets[title]["gridProperties"]
        sheets.append((Sheet(title, rows), grid_size(name) or (known["rowCount"], known["columnCount"])))
    return sheets


def read_tabs(calls: Calls, network: str) -> tuple[Found, dict[str, Tab]]:
    """The whole register: two calls. Raises Stop for tabs and headings that are missing or doubled, and for the
    register of another `network`."""
    return calls.until_answered(lambda: _read_tabs(calls, network))


def _read_tabs(calls: Calls, network: str) -> tuple[Found, dict[str, Tab]]:
    found = list_tabs(calls)
    titles = of_the_register(found.sheets)
    front = list(filter(is_front, found.sheets))
    try:
        sheets = read_sheets(calls, found, [*titles, *front])
        fronts = [sheet for sheet, _ in sheets[len(titles) :]]
        found.is_example, found.whose = any(map(is_front_of_example, fronts)), whose_register(fronts)
        check_whose(fronts, network)
        return found, as_tabs(found, sheets[: len(titles)])
    except Refused as refused:
        raise why_unread(calls, refused, [*titles, *front]) from refused
    except HeadingProblems:
        return found, _tell_what_is_missing(calls, found)


def _tell_what_is_missing(calls: Calls, found: Found) -> dict[str, Tab]:
    """With the other tabs at hand a "bedoelde u" can be told; this costs a call that only a faulty register needs."""
    try:
        return as_tabs(found, read_sheets(calls, found, list(found.sheets)))
    except HeadingProblems as problems:
        raise unreadable(problems) from problems
    except Refused as refused:
        raise why_unread(calls, refused, list(found.sheets)) from refused


def unreadable(problems: HeadingProblems) -> Stop:
    """All that is wrong with tabs and headings, each with what mends it."""
    return Stop("Het Google-blad kan zo niet worden gelezen.", problems.text)


def as_tabs(found: Found, sheets: Sequence[tuple[Sheet, tuple[int, int]]]) -> dict[str, Tab]:
    """The tabs by the register's own title. Raises HeadingProblems."""
    tables = find_tables([sheet for sheet, _ in sheets])
    by_title = {sheet.title: (sheet, size) for sheet, size in sheets}
    return {name: as_tab(found, table, *by_title[table.title]) for name, table in tables.items()}


def as_tab(found: Found, table: Table, sheet: Sheet, size: tuple[int, int]) -> Tab:
    """The tab whose table was found in a sheet of that many rows and columns."""
    about = found.sheets[table.title]
    table.month_first, table.lists = found.month_first, found.lists.get(table.title, {})
    return Tab(about.get("sheetId", 0), table.title, *size, sheet.cells, table, found.merges.get(table.title, ()))


def again(tab: Tab, cells: list[list[Cell]]) -> Tab:
    """The same tab with other cells, its headings found anew."""
    tables, _ = find_what_is_there([Sheet(tab.title, cells)])
    table = next((one for one in tables.values() if one.tab == tab.table.tab), tab.table)
    return Tab(tab.id, tab.title, tab.row_count, tab.column_count, cells, table, tab.merges, tab.new)


def cells_in(sheet: Json) -> Iterator[tuple[int, int, Json]]:
    """Row, column and cell (as Google tells it) of all that an answer holds of one sheet's grid."""
    for block in sheet.get("data", []):
        top, left = block.get("startRow", 0), block.get("startColumn", 0)
        for down, row in enumerate(block.get("rowData", [])):
            for over, cell in enumerate(row.get("values", [])):
                yield top + down, left + over, cell


def spans(numbers: Sequence[int], gap: int = 0) -> Iterator[tuple[int, int]]:
    """First and last of every run of rising numbers; runs that are at most `gap` apart are one."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number - last <= gap + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


def few_spans(numbers: Collection[int], most: int) -> list[tuple[int, int]]:
    """The same for any numbers, in at most so many runs: with more of what lies between."""
    ordered = sorted(numbers)
    gap = 4
    while len(found := list(spans(ordered, gap))) > most:
        gap *= 3
    return found


def quoted(title: str, rows: tuple[int, int] | None = None) -> str:
    """A tab, or some rows of it (from 0, the end not included), in A1 notation."""
    name = "'" + title.replace("'", "''") + "'"
    return name if rows is None else f"{name}!{rows[0] + 1}:{rows[1]}"


def grid_size(name: str) -> tuple[int, int] | None:
    """Rows and columns of the grid, as Google's name for a whole tab tells them ("Leden!A1:Z1000")."""
    found = re.search(r"!A1:([A-Z]+)(\d+)$", name)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
