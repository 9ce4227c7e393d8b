"""Puts an earlier version of the register back."""

from __future__ import annotations

from outside.config.settings import Settings
from outside.console import agree, say
from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from outside.files.backups import backups_of, restore_newest_backup


def tell_backups(settings: Settings) -> int:
    """Show which backups there are, newest first; the exit code."""
    backups = backups_of(_only_local(settings).workbook.path, settings.paths.state / "backups")
    if not backups:
        say("Er zijn nog geen kopieën.")
    for backup in backups:
        say(f"  {backup.name}")
    return 0


def bring_back(settings: Settings, which: str | None, *, sure: bool) -> int:
    """Put one back, after a question unless `sure`; the exit code. Raises Stop where there is none or a run is busy."""
    workbook = _only_local(settings).workbook
    backups = settings.paths.state / "backups"
    wanted = which or next((backup.name for backup in backups_of(workbook.path, backups)), "")
    if wanted and not sure and not agree(f"{workbook.path.name} vervangen door {wanted}?"):
        say("Er is niets gedaan. Weet u het zeker? Typ: make restore YES=1")
        return 0
    with ExcelWorkbook(workbook.path, backups).lock():
        restored = restore_newest_backup(workbook.path, backups, which)
    say(f"{restored.name} is teruggezet als {workbook.path.name}. Wat er stond, is eerst zelf bewaard.")
    return 0


def _only_local(settings: Settings) -> Settings:
    if settings.workbook.kind != "excel":
        raise Stop(
            "Terugzetten kan alleen bij een register op deze computer.",
            "In Google Spreadsheets: Bestand, Versiegeschiedenis, Versiegeschiedenis bekijken.",
        )
    return settings
