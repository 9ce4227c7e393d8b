"""Makes a new register: every tab with its headings, notes, dropdowns and colours, and rows where there are some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.datetime import to_excel

from outside.errors import Stop
from outside.excel.complete import complete_register
from outside.excel.formatting import dress_tab, write_front_page
from outside.excel.lights import CHARTS, charts_of
from outside.files.backups import doing_on_disk, replacing
from outside.xlsx.archive import Archive, PackedPart
from outside.xlsx.charts import put_charts
from outside.xlsx.package import open_book
from outside.xlsx.patch import SheetPatch, patched_part
from outside.xlsx.text import Changes, as_stored
from roster.model import Terms
from roster.sheet.columns import TAB, TABS
from roster.sheet.table import Cell, is_blank

__all__ = ["complete_register", "create_register"]

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
    counts = {tab: len(lines) for tab, lines in filled.items()}
    page = title, front_page, network
    empty = _empty_register(counts, page, terms if terms is not None else Terms(date.min))
    archive = Archive(empty)
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


def _empty_register(counts: Mapping[str, int], page: tuple[str, Sequence[str], str], terms: Terms) -> BytesIO:
    """The register without its rows, made for that many of them. `page` is what its front tab says."""
    book = Workbook()
    front = book.active
    if front is not None:
        write_front_page(front, *page)
    for tab in TABS:
        dress_tab(book.create_sheet(tab.title), tab, max(_LEAST, counts.get(tab.title, 0) + 1 + _FREE), terms)
    book.active = 1
    content = BytesIO()
    book.save(content)
    return content


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
