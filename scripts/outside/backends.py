"""Opens the register that the settings name."""

from __future__ import annotations

from outside.config.settings import Settings
from outside.workbook import Workbook


def open_workbook(settings: Settings) -> Workbook:
    """The workbook that the settings name; it is not read yet."""
    if settings.workbook.kind == "google":
        from outside.google.workbook import (
            GoogleWorkbook,  # gspread takes half a second, which a local register need not wait for
        )

        return GoogleWorkbook(settings)
    from outside.excel.workbook import ExcelWorkbook  # likewise the other way about

    return ExcelWorkbook(settings.workbook.path, settings.paths.state / "backups")


def calls_made(workbook: Workbook) -> int:
    """How many calls over the network a register took; 0 for one on this computer."""
    return int(getattr(workbook, "calls_made", 0))
