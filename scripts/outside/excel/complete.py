"""Adds to a register in use what it lacks, tabs and columns, and touches nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from outside.errors import Stop
from outside.excel.lights import lights, lit_ranges
from outside.excel.new_tab import front_sheet, sheet_with_headings
from outside.excel.save import SheetChange, put_cells, would_change
from outside.excel.workbook import ExcelWorkbook, check_not_too_far, open_register
from outside.front_tab import ADDED, FRONT, check_whose, is_front, lines_to_add
from outside.workbook import FirstLook, see_nothing
from outside.xlsx.looks import LookRule, SheetLook
from outside.xlsx.patch import SheetPatch
from outside.xlsx.tags import Fitting, Heading, Value
from roster.sheet.columns import TABS, TabSpec, kept_in_sight
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Sheet, Table, fold, is_blank


def complete_register(path: Path, backups: Path, look: FirstLook = see_nothing, network: str = "") -> list[str]:
    """Add missing tabs and headings, people's too; says in Dutch what was added, nothing when all was there.

    Where the register does not say whose it is, it says from then on that it is the `network`'s.

    The file stays as it was otherwise, byte for byte, and is not written when nothing is missing.
    Raises Stop where a tab or heading stands there twice, which only people can settle.
    """
    with ExcelWorkbook(path, backups).lock():
        return _complete(path, backups, look, network)


def _complete(path: Path, backups: Path, look: FirstLook, network: str) -> list[str]:
    seen, sheets, _, too_far = open_register(path)
    check_not_too_far(too_far)
    check_whose(sheets, network)
    tables, problems = find_what_is_there(sheets)
    if _doubled(sheets, tables):
        told = [f"{message} {remedy}" for message, remedy in problems if "meer dan één keer" in message]
        raise Stop(f"'{path.name}' kan zo niet worden aangevuld.", "\n".join(told))
    look(tables)
    added: list[str] = []
    looks: dict[str, SheetChange] = {}
    changes: dict[str, SheetChange] = {}
    new: dict[str, bytes] = {}
    cells = {sheet.title: sheet.cells for sheet in sheets}
    for tab in TABS:
        table = tables.get(tab.title)
        if table is None:
            new[tab.title] = sheet_with_headings(tab)
            columns = {heading: position for position, heading in enumerate(tab.headings)}
            changes[tab.title] = SheetChange(SheetPatch((), look=_look(tab, columns, 1)), dict)
            added.append(f"Tabblad {tab.title} is toegevoegd.")
            continue
        looks[table.title] = _as_it_should_look(tab, table)
        missing = [heading for heading in tab.headings if heading not in table.columns]
        if missing:
            changes[table.title] = _with_headings(tab, table, missing, cells[table.title])
            added.append(f"Tabblad {table.title}: toegevoegd {', '.join(missing)}.")
    if lines := lines_to_add(sheets, network):
        fronts = [sheet for sheet in sheets if is_front(sheet.title)]
        changes |= {sheet.title: _below(sheet, lines) for sheet in fronts[:1] if _last_row(sheet)}
        if not fronts:
            new[FRONT] = front_sheet([(network,), (), *lines])
        if not fronts or _last_row(fronts[0]):
            added.append(ADDED)
    if changed := would_change(path, looks):
        changes = {title: looks[title] for title in changed} | changes
        added.append("Wat er mis is kleurt nu rood of geel, en de hele melding is te lezen.")
    if added:
        # An outcome that is taken out is unknown to the next run: those of the register stay, as after a sync.
        kept = {table.title: frozenset(at + 1 for at in table.columns.values()) for table in tables.values()}
        put_cells(path, backups, changes, new_sheets=new, kept=kept, expected=seen)
    return added


def _last_row(sheet: Sheet) -> int:
    """The last row with something in it; 0 for a tab that is empty, or could not be read."""
    return max((turn for turn, row in enumerate(sheet.cells, 1) if not all(map(is_blank, row))), default=0)


def _below(sheet: Sheet, lines: Sequence[tuple[str, str]]) -> SheetChange:
    """Words for columns B and C, with a blank row between them and all that stands on the tab."""
    first = _last_row(sheet) + 2
    rows = [(row, [(2, one), (3, other)]) for row, (one, other) in enumerate(lines, first)]
    touched = [row for row, _ in rows]
    return SheetChange(SheetPatch(rows, touched[-1], 3), lambda: {2: touched, 3: touched})


def _doubled(sheets: list[Sheet], tables: dict[str, Table]) -> bool:
    """True when what seems to be missing stands there more than once."""
    titles = {_bare(sheet.title) for sheet in sheets}
    cells = {sheet.title: sheet.cells for sheet in sheets}
    for tab in TABS:
        table = tables.get(tab.title)
        if table is None:
            if _bare(tab.title) in titles:
                return True
            continue
        row = table.first - 2
        there = {_bare(str(cell)) for cell in cells[table.title][row]} if row < len(cells[table.title]) else set()
        if any(_bare(heading) in there for heading in tab.headings if heading not in table.columns):
            return True
    return False


def _bare(text: str) -> str:
    """Letters and digits only, as headings are compared."""
    return "".join(mark for mark in fold(text) if mark.isalnum())


def _look(tab: TabSpec, columns: Mapping[str, int], heading_row: int) -> SheetLook:
    rules = [
        LookRule(lit_ranges(light, heading_row), light.formula, light.is_in, light.fill, light.ink)
        for light in lights(columns, heading_row)
    ]
    width = next((column.width for column in tab.columns if column.heading == "Meldingen"), 0)
    return SheetLook(rules, kept_in_sight(tab, columns), columns.get("Meldingen", -1) + 1, width)


def _as_it_should_look(tab: TabSpec, table: Table) -> SheetChange:
    """What lights up, the names in sight, and each row that nobody gave a height as high as its remark."""
    column = table.columns.get("Meldingen", -1) + 1
    said = enumerate(table.column("Meldingen"), table.first)
    rows = [(row, [(column, Fitting(text))]) for row, text in said if isinstance(text, str) and not is_blank(text)]
    look = _look(tab, table.columns, table.first - 1)
    return SheetChange(SheetPatch(rows, tall=column, look=look), dict)


def _with_headings(tab: TabSpec, table: Table, missing: list[str], cells: list[list[Cell]]) -> SheetChange:
    """New headings right of all that stands on the tab."""
    width = max((turn for row in cells for turn, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
    row = table.first - 1
    places: list[tuple[int, Value]] = [(width + turn, Heading(heading)) for turn, heading in enumerate(missing, 1)]
    columns = table.columns | {heading: width + turn for turn, heading in enumerate(missing)}
    look = _look(tab, columns, row)
    fits = _as_it_should_look(tab, table).patch
    patch = SheetPatch([(row, places), *fits.rows], row, width + len(missing), tall=fits.tall, look=look)
    return SheetChange(patch, lambda: {column: [row] for column, _ in places})
