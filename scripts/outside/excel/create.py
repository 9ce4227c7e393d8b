"""Makes a new register, whole, and adds to one in use what it lacks: tabs and columns with all that hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.datetime import to_excel

from outside.errors import Stop
from outside.excel.cells import check_not_too_far, open_register, used_width
from outside.excel.formatting import dress_tab, write_front_page
from outside.excel.lights import CHARTS, charts_of
from outside.excel.new_tab import front_sheet, look_of_new, look_with_heights, sheet_with_headings
from outside.excel.save import SheetChange, known_columns, put_cells, would_change
from outside.excel.workbook import ExcelWorkbook
from outside.files.backups import doing_on_disk, replacing
from outside.front_tab import FRONT, check_whose, describe_added, is_front, lines_to_add
from outside.workbook import FirstLook, left_to_them, see_nothing
from outside.xlsx.archive import Archive, PackedPart
from outside.xlsx.charts import put_charts
from outside.xlsx.package import open_book
from outside.xlsx.patch import SheetPatch, patched_part
from outside.xlsx.text import Changes, Heading, Value, as_stored
from roster.sheet.columns import TAB, TABS, TabSpec
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Sheet, Table, bare, is_blank
from roster.terms import Terms

_FREE, _LEAST = 200, 2000
"""Dropdowns and colours reach this many rows below the last one, and at least to this row."""


def create_register(
    path: Path,
    rows: Mapping[str, Iterable[Sequence[Cell]]] | None = None,
    *,
    title: str = "",
    front_page: Sequence[str] = (),
    terms: Terms | None = None,
    network: str = "",
) -> None:
    """A new register at `path`, which must not be there yet; only its owner can read it.

    `rows` holds rows by tab, cells in the order of `roster.sheet.columns`. `title` stands large on the
    front tab "Lees mij", the lines of `front_page` below it, and `network` says there whose register it is ("" for
    nobody's). Notes and dropdowns are those of the municipality of `terms`. Raises Stop where it cannot be made.
    """
    if path.exists():
        raise Stop(f"'{path.name}' is er al.", "Kies een andere naam, of verplaats het bestand.")
    if path.suffix.casefold() != ".xlsx":
        raise Stop(
            f"'{path.name}' kan geen nieuw register worden: dat eindigt op .xlsx.",
            'Zet in de instellingen bij path een andere naam, bijvoorbeeld: path = "register.xlsx"',
        )
    filled = {tab: list(lines) for tab, lines in (rows or {}).items()}
    last = {tab.title: max(_LEAST, len(filled.get(tab.title, ())) + 1 + _FREE) for tab in TABS}
    page = title, tuple(front_page), network
    empty = _empty_register(tuple(last.items()), page, terms if terms is not None else Terms(date.min))
    archive = Archive(BytesIO(empty))
    book = open_book(archive)
    with doing_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        parts: dict[str, PackedPart] = {}
        added: dict[str, PackedPart] = {}
        patches = {tab: SheetPatch(()) for tab in CHARTS}
        try:
            for tab, lines in filled.items():
                patch = SheetPatch(_as_changes(lines), len(lines) + 1, max(map(len, lines), default=0))
                patches[tab] = patch
            for tab, patch in patches.items():
                columns = {heading: position for position, heading in enumerate(TAB[tab].headings)}
                patch.look.drawing = put_charts(book, tab, charts_of(tab, columns, 1, 1 + len(filled.get(tab, ()))))
                parts[book.sheets[tab]] = PackedPart(patched_part(archive.stream(book.sheets[tab]), patch))
            parts |= {part: PackedPart([raw]) for part, raw in book.changed_texts().items()}
            added |= {part: PackedPart([raw]) for part, raw in book.added.items()}
            with replacing(path) as file:
                archive.rewrite(file, parts, added=added)
        finally:
            for part in (*parts.values(), *added.values()):
                part.close()


@lru_cache(maxsize=8)  # most new registers are alike but for their rows
def _empty_register(last: tuple[tuple[str, int], ...], page: tuple[str, tuple[str, ...], str], terms: Terms) -> bytes:
    """The register without its rows, made for tabs that end there. `page` is what its front tab says."""
    book = Workbook()
    front = book.active
    if front is not None:
        write_front_page(front, *page)
    for title, row in last:
        dress_tab(book.create_sheet(title), TAB[title], row, terms)
    book.active = 1
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _as_changes(lines: Sequence[Sequence[Cell]]) -> Changes:
    """Rows as the writer takes them, from row 2 on; days become Excel's numbers, which the columns show as days."""
    for number, line in enumerate(lines, 2):
        yield (
            number,
            [(column, _value(cell)) for column, cell in enumerate(line, 1) if cell is not None and not is_blank(cell)],
        )


def _value(cell: Cell) -> str | int | float:
    if isinstance(cell, date | datetime | time | timedelta):
        number = float(to_excel(cell))
        return int(number) if number.is_integer() else number
    if isinstance(cell, str):
        return as_stored(cell)
    return cell if isinstance(cell, int | float) else ""


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
        messages = [f"{message} {remedy}" for message, remedy in problems if "meer dan één keer" in message]
        raise Stop(f"'{path.name}' kan zo niet worden aangevuld.", "\n".join(messages))
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
        looks[table.title] = _as_it_should_look(tab, table, table.columns)
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
            added.append(describe_added(lines))
    if changed := would_change(path, looks):
        changes = {title: looks[title] for title in changed} | changes
        added += dict.fromkeys(_CHARTED if looks[title].charts else _LIT for title in changed)
    if added:
        # An outcome that is taken out is unknown to the next run: those of the register stay, as after a sync.
        kept = known_columns(tables.values())
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
    titles = {bare(sheet.title) for sheet in sheets}
    cells = {sheet.title: sheet.cells for sheet in sheets}
    for tab in TABS:
        table = tables.get(tab.title)
        if table is None:
            if bare(tab.title) in titles:
                return True
            continue
        if table.theirs:
            continue
        row = table.first - 2
        there = {bare(str(cell)) for cell in cells[table.title][row]} if row < len(cells[table.title]) else set()
        if any(bare(heading) in there for heading in tab.headings if heading not in table.columns):
            return True
    return False


def _as_it_should_look(tab: TabSpec, table: Table, columns: Mapping[str, int]) -> SheetChange:
    last = table.first - 1 + len(table.rows)
    return look_with_heights(tab, columns, table.first - 1, table.column("Meldingen"), last)


def _with_headings(tab: TabSpec, table: Table, missing: list[str], cells: list[list[Cell]]) -> SheetChange:
    """New headings right of all that stands on the tab."""
    width = used_width(cells)
    row = table.first - 1
    places: list[tuple[int, Value]] = [(width + turn, Heading(heading)) for turn, heading in enumerate(missing, 1)]
    columns = table.columns | {heading: width + turn for turn, heading in enumerate(missing)}
    look = _as_it_should_look(tab, table, columns)
    fits = look.patch
    patch = SheetPatch([(row, places), *fits.rows], row, width + len(missing), tall=fits.tall, look=fits.look)
    return SheetChange(patch, lambda: {column: [row] for column, _ in places}, charts=look.charts)
