"""Brings a copy of the register to this computer when somebody asks for it."""

from __future__ import annotations

from pathlib import Path

from outside.config.settings import Settings
from outside.errors import Stop


def back_up_register(settings: Settings) -> Path:
    """A dated copy among the backups, as .xlsx; where it lies. Raises Stop where there is nothing to copy."""
    backups = settings.paths.state / "backups"
    if settings.workbook.kind == "google":
        from outside.google.workbook import (
            GoogleWorkbook,  # half a second, which a register on this computer need not wait for
        )
        from outside.google_setup.download import bring_down  # likewise

        return bring_down(GoogleWorkbook(settings).session.calls, backups)
    from outside.files.backups import doing_on_disk, keep_backup  # likewise the other way about

    path = settings.workbook.path.resolve()
    if not path.is_file():
        raise Stop(f"Er is nog geen register: {path.name} ontbreekt.", "Maak een leeg register met: make setup")
    with doing_on_disk(path):
        return keep_backup(path, backups)
