"""The register at Google: completed, copied to this computer and examined."""

from __future__ import annotations

import stat
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from outside.config.settings import Settings
from outside.errors import Stop
from outside.google.answers import Refused
from outside.google.client import Calls, Json, new_id
from outside.google.login import key_file, log_in
from outside.google.refusal import CHANGING, look_why
from outside.google.tabs import list_tabs, read_tabs
from outside.google.takeover import TITLE
from outside.google.workbook import GoogleWorkbook
from outside.google_setup.download import bring_down
from outside.google_setup.formatting import dressed
from outside.google_setup.setup import set_up_google
from outside.workbook import FilledIn, FirstLook, Health, nobodys, see_nothing
from roster.sheet.dutch import MONTH_FIRST_MESSAGE, MONTH_FIRST_REMEDY


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


SLOW = 5.0
"""Seconds for an answer that holds next to nothing."""

_SKEWED = 120.0
"""Seconds; from five minutes on Google refuses a service account."""

_FULL = 9_000_000
"""Google allows ten million cells, empty ones too."""


def examine_google(settings: Settings, filled_in: FilledIn) -> Iterator[Health]:
    """Look at everything in the order in which it is needed. Raises Stop where nothing further can be seen.

    `filled_in` tells what the settings still lack, once it is known whether this is the example register.
    """
    yield from _key(settings)
    login = log_in(settings)
    calls = Calls(settings.workbook.spreadsheet, login)
    started = time.monotonic()
    found = list_tabs(calls)
    took = time.monotonic() - started
    yield Health("Toegang", f"het blad '{found.title}' is te lezen.")
    # Who else may open it is told by Drive only, for which we ask no leave (SCOPES).
    yield Health(
        "Delen", "of iedereen met de link erin kan, ziet Buurtbeheer niet. Kijk in het blad zelf bij Delen.", ""
    )
    yield from _clock(calls)
    yield from _may_write(calls)
    if found.month_first:
        yield Health("Land", MONTH_FIRST_MESSAGE, MONTH_FIRST_REMEDY, let_op=True)
    slow = "" if took < SLOW else "Kijk of uw internet traag is. Blijft het zo, probeer het dan op een ander moment."
    yield Health("Snelheid", f"Google antwoordt in {took:.1f} seconden.".replace(".", ",", 1), slow)
    cells = sum(
        grid["rowCount"] * grid["columnCount"] for grid in (one["gridProperties"] for one in found.sheets.values())
    )
    full = "" if cells < _FULL else "Verwijder lege rijen en kolommen, ook op uw eigen tabbladen."
    yield Health("Ruimte", f"het blad telt {cells:,} van de 10.000.000 cellen.".replace(",", "."), full)
    if TITLE in found.sheets:
        yield Health(
            "Slot",
            "er staat een slot op het register: iemand is bezig, of een ronde brak af.",
            "Wacht twintig minuten, of begin gewoon: Buurtbeheer zegt wie er bezig is.",
        )
    try:
        found, tabs = read_tabs(calls, settings.network.name)
    except Stop as stop:
        yield Health("Tabbladen", stop.message, stop.remedy)
    else:
        rows = len(tabs["Deelnemers"].table.rows)
        yield Health("Tabbladen", f"alle tabbladen en kopjes staan er; {rows} deelnemers.")
        if not (found.whose or found.is_example):
            yield nobodys()
        yield from filled_in(found.is_example)


def _key(settings: Settings) -> Iterator[Health]:
    path = key_file(settings)
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        message = f"anderen op deze computer konden {path.name} lezen."
        mends = (
            "Buurtbeheer maakt het nu voor u alleen. Kan iemand het gelezen hebben? Maak bij Google een nieuwe sleutel."
        )
        yield Health("Sleutel", message, mends)
    else:
        yield Health("Sleutel", f"{path.name} is gevonden.")


def _clock(calls: Calls) -> Iterator[Health]:
    if calls.answered is None:
        return
    off = abs(calls.answered - time.time())
    remedy = "" if off < _SKEWED else "Zet datum en tijd van deze computer op automatisch."
    yield Health("Klok", f"de klok wijkt {off:.0f} seconden af van die van Google.", remedy)


def _may_write(calls: Calls) -> Iterator[Health]:
    """Add a tab and delete it in one go: nobody sees it, and nothing is left of it."""
    number = new_id()
    properties: Json = {
        "sheetId": number,
        "title": f"Proef {number}",
        "hidden": True,
        "gridProperties": {"rowCount": 1, "columnCount": 1},
    }
    try:
        batch: list[Json] = [{"addSheet": {"properties": properties}}, {"deleteSheet": {"sheetId": number}}]
        calls.until_answered(lambda: calls.change(batch))
    except Stop as stop:
        yield Health("Schrijven", stop.message, stop.remedy)
    except Refused as refused:
        why = look_why(calls, refused).stop or CHANGING
        yield Health("Schrijven", why.message, why.remedy)
    else:
        yield Health("Schrijven", "Buurtbeheer mag in het blad schrijven.")
