"""The register as a Google Sheet that people edit while we run: read whole, written by key, looked over, mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from outside.config.settings import Settings
from outside.errors import Changed, Stop
from outside.google.backup import keep_copy
from outside.google.batch import FIELDS, Batch, Seen, seen_in
from outside.google.client import Calls, Json, Lost, Refused
from outside.google.journal import Journal
from outside.google.lock import Lock
from outside.google.login import log_in
from outside.google.row_matching import Cells, UnverifiedWrite
from outside.google.steps import Step
from outside.google.tabs import Found, Tab, describe, read_again, read_tabs
from outside.google.write import Write
from outside.workbook import Written
from roster.sheet.table import Table


class GoogleWorkbook:
    """A register at Google. Nothing is asked of Google before the first of lock, read and write.

    `doubts` are, by tab, the cells that were sent and may stand where they must not.
    """

    shared = True
    name = "Google-blad"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._calls: Calls | None = None
        self._lock: Lock | None = None
        self._found: Found | None = None
        self._tabs: dict[str, Tab] = {}
        self._aliases: dict[tuple[str, str], str] = {}
        self._has_copy = False
        self.doubts: dict[str, UnverifiedWrite] = {}
        self._journal = Journal(settings.paths.state)

    @property
    def is_example(self) -> bool:
        """True, once it was read, for an example that was carried over to Google."""
        return self._found is not None and self._found.is_example

    @property
    def calls(self) -> Calls:
        """The line to Google; raises Stop where there is no way in."""
        if self._calls is None:
            self._calls = Calls(self._settings.workbook.spreadsheet, log_in(self._settings))
        return self._calls

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One run at a time, on any laptop; raises Stop naming the machine that holds it.

        The lock stays where something may stand wrong in the sheet: only this machine can mend it.
        """
        self._lock = Lock(self.calls, self._settings.paths.state)
        with self._lock.held():
            try:
                yield
            finally:
                self._lock.stays = bool(self.doubts) or self._lock.goes_on
                self._journal.close(keep=self._lock.stays)

    def read(self) -> dict[str, Table]:
        """All tabs of the register by title: two calls. Raises Stop for what cannot be read.

        Changes nothing, unless a run of this machine broke off while rows moved: that is mended first.
        """
        self._found, self._tabs = read_tabs(self.calls)
        self._aliases = {}
        if self._lock is not None and self._lock.goes_on:
            self._lock.goes_on = False
            self.doubts = self._journal.left_by(self._lock.since, self._tabs)
            if self.doubts:
                Write(self, []).carry_out()
                self._found, self._tabs = read_tabs(self.calls)
        return {name: tab.table for name, tab in self._tabs.items()}

    def rehearse(self, steps: Sequence[Step]) -> None:
        """Nothing to try: a chunk of letters only leaves after its rows took what was written."""

    def write(self, steps: Sequence[Step]) -> Written:
        """Write the steps, after a copy: a look and a batch, as long as nothing moves and no answer is lost.

        A step that finds its cell as it should be is done. One whose row is gone, or whose cell no
        longer says what was expected, is left. What a moving row got by mistake is put back at
        once. Raises Changed where nothing was read yet, and Stop; what was written before it stands.
        """
        if self._found is None:
            raise Changed
        if not (steps or self.doubts):
            return Written()
        return Write(self, steps).carry_out()

    def reread_tabs(self, names: Sequence[str]) -> dict[str, Tab]:
        """Those tabs as they stand now. A tab that is not there is left out; Stop where one of people's has gone."""
        found = self._found
        if found is None:
            raise Changed
        wanted = {name: self._tabs[name] for name in names if name in self._tabs}
        try:
            return read_again(self.calls, found, wanted)
        except Refused as refused:
            self._found = describe(self.calls)
            gone = [tab.title for tab in wanted.values() if tab.title not in self._found.sheets]
            if not gone:
                raise Lost from refused
            raise Stop(
                f"Het tabblad '{gone[0]}' is tijdens deze ronde hernoemd of verwijderd.",
                f"Zet het terug, met de naam '{gone[0]}', en draai opnieuw. "
                "Terughalen kan in het blad: Bestand, Versiegeschiedenis.",
            ) from refused

    def refresh(self) -> None:
        """See anew which tabs there are: one may have been made, or deleted and made again."""
        self._found, tabs = read_tabs(self.calls)
        self._tabs |= {name: tab for name, tab in tabs.items() if name not in self._tabs}

    def keep(self, fresh: Mapping[str, Tab]) -> None:
        """A dated copy before the first write of a run; it costs no call."""
        if not self._has_copy:
            keep_copy({**self._tabs, **fresh}.values(), self._settings.paths.state / "backups")
            self._has_copy = True

    def remember(self, views: Mapping[str, Tab]) -> None:
        """What the next look is compared with, where a row cannot be found by its key."""
        self._tabs |= {name: view for name, view in views.items() if not view.new}

    def known(self, name: str) -> Tab | None:
        """The tab as the last look saw it."""
        return self._tabs.get(name)

    def note(self, views: Mapping[str, Tab], cells: Mapping[str, Cells]) -> None:
        """Have this machine remember what is about to be sent, in case that it does not live to see the answer."""
        if self._lock is not None:
            self._journal.note(self._lock.since, views, cells, self.doubts)

    def settle(self) -> None:
        """All that was sent stands right."""
        self._journal.settle()

    def send(self, batch: Batch) -> Seen:
        """One batch, behind the check of the lock. Raises Lost, Refused or Stop."""
        try:
            return seen_in(self.calls.change(batch.requests, batch.ranges, FIELDS))
        except Refused as refused:
            if self._lock is not None and self._lock.is_lost(refused):
                raise self._lock.lost() from refused
            if "protected" in refused.said:
                raise Stop(
                    self._protected(batch, refused),
                    "Haal die beveiliging weg (Gegevens, Beveiligde bladen en bereiken), "
                    "of geef Buurtbeheer daar het recht om te bewerken.",
                ) from refused
            if "number of cells" in refused.said:
                raise Stop(
                    "Het Google-blad is vol: er passen niet meer dan tien miljoen cellen in.",
                    "Verwijder lege rijen en kolommen, ook op uw eigen tabbladen.",
                ) from refused
            raise

    def checks(self) -> list[Json]:
        """What guards a batch."""
        return [] if self._lock is None else self._lock.check()

    @property
    def aliases(self) -> dict[tuple[str, str], str]:
        """How a row is found that had another key when it was read, by tab and that key."""
        return self._aliases

    def _protected(self, batch: Batch, refused: Refused) -> str:
        turn = refused.turn
        request = batch.requests[turn] if turn is not None and turn < len(batch.requests) else {}
        spec: Json = next(iter(request.values())) if request else {}
        place: Json = spec.get("start") or spec.get("range") or {}
        number = place.get("sheetId")
        title = next((tab.title for tab in self._tabs.values() if tab.id == number), None)
        where = f"Op het tabblad '{title}'" if title else "In het Google-blad"
        return f"{where} is een kolom van Buurtbeheer beveiligd, zodat Buurtbeheer er niets in kan zetten."
