"""Brings the whole Google Sheet down as .xlsx: people's own tabs too, days as days."""

from __future__ import annotations

from pathlib import Path

from outside.google_backup import Page, keep_pages
from outside.google_calls import Calls, Refused
from outside.google_lock import TITLE
from outside.google_tabs import describe, quoted, read_sheets
from outside.stop import Stop

_SAMPLE = 60
"""The formats of so many rows tell which columns hold days."""

_FORMATS = "sheets(properties.title,data(rowData.values.userEnteredFormat.numberFormat.type))"


def bring_down(calls: Calls, backups: Path) -> Path:
    """A copy of every tab among the backups: three calls. Raises Stop."""
    found = describe(calls)
    titles = [title for title in found.sheets if title != TITLE]
    ranges = [quoted(title, (0, min(_SAMPLE, found.sheets[title]["gridProperties"]["rowCount"]))) for title in titles]
    try:
        sheets = read_sheets(calls, found, titles)
        looks = calls.describe(_FORMATS, ranges).get("sheets", [])
    except Refused as refused:
        raise Stop("Het Google-blad verandert terwijl het wordt gelezen.", "Probeer het opnieuw.") from refused
    days: dict[str, set[int]] = {}
    for sheet in looks:
        into = days.setdefault(sheet["properties"]["title"], set())
        for block in sheet.get("data", []):
            for row in block.get("rowData", []):
                for column, cell in enumerate(row.get("values", [])):
                    kind = cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type")
                    if kind in ("DATE", "DATE_TIME"):
                        into.add(column)
    pages: list[Page] = [(sheet.title, sheet.cells, frozenset(days.get(sheet.title, ()))) for sheet, _ in sheets]
    return keep_pages(pages, backups)
