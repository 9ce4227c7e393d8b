"""Which register the settings name: the one place that knows what kinds there are."""

from __future__ import annotations

from outside.config.settings import Settings
from outside.workbook import Backend, Workbook


def backend_of(settings: Settings) -> Backend:
    """The back end that the settings name."""
    if settings.workbook.kind == "google":
        from outside.google_setup.backend import GoogleBackend  # gspread: half a second that a file need not wait for

        return GoogleBackend(settings)
    from outside.excel.backend import ExcelBackend  # likewise the other way about

    return ExcelBackend(settings)


def open_workbook(settings: Settings) -> Workbook:
    """The register that the settings name; it is not read yet."""
    return backend_of(settings).open()


def calls_made(workbook: Workbook) -> int:
    """How many calls over the network a register took; 0 for one on this computer."""
    return int(getattr(workbook, "calls_made", 0))
