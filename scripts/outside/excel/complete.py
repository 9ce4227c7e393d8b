"""Adds to a register in use what it lacks, tabs and columns, and touches nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from outside.errors import Stop
from outside.excel.new_tab import front_sheet, look_of, look_of_new, look_with_heights, sheet_with_headings
from outside.excel.save import SheetChange, put_cells, would_change
from outside.excel.workbook import ExcelWorkbook, check_not_too_far, open_register
from outside.front_tab import FRONT, check_whose, is_front, lines_to_add, told_of
from outside.workbook import FirstLook, left_to_them, see_nothing
from outside.xlsx.patch import SheetPatch
from outside.xlsx.text import Heading, Value
from roster.sheet.columns import TABS, TabSpec
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Sheet, Table, fold, is_blank

_LIT = "Wat er mis is kleurt nu rood of geel, en de hele melding is te lezen."
_CHARTED = "Tabblad Overzicht: de grafieken zijn toegevoegd."


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
    theirs: list[str] = []
    looks: dict[str, SheetChange] = {}
    changes: dict[str, SheetChange] = {}
    new: dict[str, bytes] = {}
    cells = {sheet.title: sheet.cells for sheet in sheets}
    for tab in TABS:
        table = tables.get(tab.title)
        if table is None:
            new[tab.title] = sheet_with_headings(tab)
            changes[tab.title] = look_of_new(tab)
            added.append(f"Tabblad {tab.title} is toegevoegd.")
            continue
        if table.theirs:
            theirs.append(left_to_them(table.title))
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
            added.append(told_of(lines))
    if changed := would_change(path, looks):
        changes = {title: looks[title] for title in changed} | changes
        added += dict.fromkeys(_CHARTED if looks[title].charts else _LIT for title in changed)
    if added:
        # An outcome that is taken out is unknown to the next run: those of the register stay, as after a sync.
        kept = {table.title: frozenset(at + 1 for at in table.columns.values()) for table in tables.values()}
        put_cells(path, backups, changes, new_sheets=new, kept=kept, expected=seen)
    return added + theirs


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
        if table.theirs:
            continue
        row = table.first - 2
        there = {_bare(str(cell)) for cell in cells[table.title][row]} if row < len(cells[table.title]) else set()
        if any(_bare(heading) in there for heading in tab.headings if heading not in table.columns):
            return True
    return False


def _bare(text: str) -> str:
    """Letters and digits only, as headings are compared."""
    return "".join(mark for mark in fold(text) if mark.isalnum())


def _as_it_should_look(tab: TabSpec, table: Table) -> SheetChange:
    last = table.first - 1 + len(table.rows)
    return look_with_heights(tab, table.columns, table.first - 1, table.column("Meldingen"), last)


def _with_headings(tab: TabSpec, table: Table, missing: list[str], cells: list[list[Cell]]) -> SheetChange:
    """New headings right of all that stands on the tab."""
    width = max((turn for row in cells for turn, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
    row = table.first - 1
    places: list[tuple[int, Value]] = [(width + turn, Heading(heading)) for turn, heading in enumerate(missing, 1)]
    columns = table.columns | {heading: width + turn for turn, heading in enumerate(missing)}
    look = look_of(tab, columns, row)
    fits = _as_it_should_look(tab, table).patch
    patch = SheetPatch([(row, places), *fits.rows], row, width + len(missing), tall=fits.tall, look=look)
    return SheetChange(patch, lambda: {column: [row] for column, _ in places})
