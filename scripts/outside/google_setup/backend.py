"""The register at Google: completed, copied to this computer and examined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from outside.config.settings import Settings
from outside.errors import Stop
from outside.google.workbook import GoogleWorkbook
from outside.google_setup.download import bring_down
from outside.google_setup.formatting import dressed
from outside.google_setup.health import examine_google
from outside.google_setup.setup import set_up_google
from outside.workbook import FilledIn, FirstLook, Health, see_nothing


class GoogleBackend:
    """See `outside.workbook.Backend`."""

    file = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self) -> GoogleWorkbook:
        """The workbook; nothing is asked of Google yet."""
        return GoogleWorkbook(self._settings, lambda change: dressed(change, self._settings.terms(date.min)))

    def prepare(self) -> None:
        """Who may open the sheet is its owner's to say."""

    def set_up(self, look: FirstLook = see_nothing) -> list[str]:
        """Add to the sheet what it lacks."""
        return set_up_google(self._settings, look)

    def back_up(self) -> Path:
        """The whole sheet as .xlsx."""
        settings = self._settings
        return bring_down(self.open().session.calls, settings.paths.state / "backups", settings.network.name)

    def backups(self) -> list[Path]:
        """Google keeps its own. Raises Stop."""
        raise _at_google()

    def backup(self, which: str | None) -> Path:  # noqa: ARG002  # Google's own list has other names
        """Google keeps its own. Raises Stop."""
        raise _at_google()

    def restore(self, which: str | None) -> Path:  # noqa: ARG002  # Google's own list has other names
        """Google does that itself. Raises Stop."""
        raise _at_google()

    def health(self, filled_in: FilledIn) -> Iterator[Health]:
        """Key, access, tabs, clock, speed, and whether somebody is at work."""
        return examine_google(self._settings, filled_in)


def _at_google() -> Stop:
    return Stop(
        "Terugzetten kan alleen bij een register op deze computer.",
        "In Google Spreadsheets: Bestand, Versiegeschiedenis, Versiegeschiedenis bekijken.",
    )
