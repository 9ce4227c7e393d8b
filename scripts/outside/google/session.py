"""What one run knows of a sheet at Google: its line, its lock, its tabs as last seen, and what is not sure yet."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from outside.config.settings import Settings
from outside.errors import Changed, Stop
from outside.front_tab import UPDATED, is_front, stamp_of
from outside.google.answers import Lost, Refused
from outside.google.backup import keep_pages, page_of
from outside.google.batch import FIELDS, Batch, Dress, Seen, TabChange, seen_in, undressed
from outside.google.client import Calls, Json
from outside.google.journal import Journal
from outside.google.lock import Lock
from outside.google.login import log_in
from outside.google.look import read_again, read_links
from outside.google.refusal import UNREAD, look_why
from outside.google.row_matching import Cells, UnverifiedWrite
from outside.google.tabs import Found, Tab, list_tabs, read_tabs
from outside.google.takeover import another_wrote, describe_batch, take_up
from roster.sheet.columns import TAB

OLD = 300.0
"""Seconds that a look goes by what another saw of the whole tab."""

REFUSALS = 3
"""How often a run looks anew after a refusal for which it sees no reason."""


class Session:
    """What reading and writing share. Nothing is asked of Google before the line is used.

    `unverified` are, by tab, the cells that were sent and may stand where they must not. `aliases` tell how a row is
    found that had another key when it was read, by tab and that key. `tabs` are as the last look saw them.
    """

    def __init__(self, settings: Settings, dress: Dress = undressed) -> None:
        self._settings = settings
        self._dress = dress
        self._calls: Calls | None = None
        self._dressed = False
        self._has_copy = False
        self._refusals = 0
        self.lock: Lock | None = None
        self.found: Found | None = None
        self.tabs: dict[str, Tab] = {}
        self.aliases: dict[tuple[str, str], str] = {}
        self.unverified: dict[str, UnverifiedWrite] = {}
        self.journal = Journal(settings.paths.state)
        self.looked_back = False
        self._whole: dict[str, float] = {}

    @property
    def calls(self) -> Calls:
        """The line to Google; raises Stop where there is no way in."""
        if self._calls is None:
            self._calls = Calls(self._settings.workbook.spreadsheet, log_in(self._settings))
        return self._calls

    def read(self) -> None:
        """See anew all that stands there: two calls, a third for links. Raises Stop for what cannot be read."""
        self.found, self.tabs = read_tabs(self.calls, self._settings.network.name)
        read_links(self.calls, self.tabs)

    def stands(self, name: str) -> Tab | None:
        """The tab as it is known to stand but for what people type; None where it must be read whole.

        That is so before the copy of a run, where cells went astray, and where the last whole look is long ago:
        what is put back after a mishap is what was seen last.
        """
        known = self._has_copy and name not in self.unverified and time.monotonic() - self._whole.get(name, -OLD) < OLD
        return self.tabs.get(name) if known else None

    def reread_tabs(self, names: Sequence[str], rows: Mapping[str, Collection[int]]) -> dict[str, Tab]:
        """Those tabs as they stand now, of some at least those `rows`; all of them where one is not what it was.

        A tab that is not there is left out; Stop where one of people's has gone.
        """
        found = self.found
        if found is None:
            raise Changed
        wanted = {name: self.tabs[name] for name in names if name in self.tabs}
        looked = time.monotonic()
        try:
            fresh, whole = read_again(self.calls, found, wanted, rows)
        except Refused as refused:
            if rows:
                return self.reread_tabs(names, {})  # fewer rows than there were
            self.found = list_tabs(self.calls)
            gone = [name for name, tab in wanted.items() if tab.title not in self.found.sheets]
            if not gone:
                raise Lost(refused.stop(UNREAD), certain=True) from refused
            title = next((self.tabs[name].title for name in gone if not TAB[name].is_ours), None)
            if title is None:
                for name in gone:
                    del self.tabs[name]
                    self.unverified.pop(name, None)
                return self.reread_tabs(names, {})
            raise Stop(
                f"Het tabblad '{title}' is intussen hernoemd of verwijderd.",
                f"Zet het terug, met de naam '{title}', en probeer het opnieuw. "
                "Terughalen kan in het blad: Bestand, Versiegeschiedenis.",
            ) from refused
        self._whole |= dict.fromkeys(whole, looked)
        return fresh

    def refresh(self) -> None:
        """See anew which tabs there are: one may have been made, or deleted and made again."""
        self._whole = {}
        self.found, tabs = read_tabs(self.calls, self._settings.network.name)
        self.tabs |= {name: tab for name, tab in tabs.items() if name not in self.tabs}

    def keep(self, fresh: Mapping[str, Tab]) -> None:
        """A dated copy before the first write of a run; it costs no call."""
        if not self._has_copy:
            pages = [page_of(tab) for tab in {**self.tabs, **fresh}.values()]
            keep_pages(pages, self._settings.paths.state / "backups")
            self._has_copy = True

    def keep_none(self) -> None:
        """From now on no copy is kept: what is about to be taken out must not stand in one."""
        self._has_copy = True

    def remember(self, views: Mapping[str, Tab]) -> None:
        """What the next look is compared with: the tabs as a look saw them, and as a write left them."""
        self.tabs |= {name: view for name, view in views.items() if not view.new}

    def made(self, tab: Tab) -> None:
        """A tab that did not stand there yet, and does now."""
        if self.found is not None:
            grid = {"rowCount": tab.row_count, "columnCount": tab.column_count}
            self.found.sheets[tab.title] = {"sheetId": tab.id, "title": tab.title, "gridProperties": grid}

    def known(self, name: str) -> Tab | None:
        """The tab as the last look saw it."""
        return self.tabs.get(name)

    def note(self, views: Mapping[str, Tab], cells: Mapping[str, Cells]) -> None:
        """Have this machine remember what is about to be sent, in case that it does not live to see the answer."""
        if self.lock is not None:
            self.journal.note(self.calls.spreadsheet, views, cells, self.unverified)

    def confirm(self) -> None:
        """All that was sent stands right."""
        self.journal.confirm()

    def send(self, batch: Batch) -> Seen:
        """One batch, behind the check of the lock. Raises Lost, Refused or Stop."""
        try:
            return seen_in(self.calls.change(batch.requests, batch.ranges, FIELDS))
        except Refused as refused:
            if self._dressed:
                # A round goes on without; setup says what Google does not take.
                self._dress, self._dressed = undressed, False
                raise
            look = look_why(self.calls, refused)
            if self.lock is not None and self.lock.is_lost(look.titles):
                raise self.lock.lost() from refused
            self._refusals += 1
            if look.stop is not None and (look.is_certain or self._refusals == REFUSALS):
                raise look.stop from refused
            raise

    def checks(self, changes: Mapping[str, TabChange]) -> list[Json]:
        """What goes first in every batch: the check of the lock, and in the first one what is under way with it."""
        return (
            [] if self.lock is None else [*self.lock.check(), *self.lock.tell(describe_batch(changes, self.unverified))]
        )

    def dress(self, change: TabChange) -> Sequence[Json]:
        """How a tab should look that gets its first rows; nothing once Google refused some of it."""
        looks = self._dress(change) if change.tab.new or not change.tab.table.rows else ()
        self._dressed |= bool(looks)
        return looks

    def stamp(self) -> Iterator[Json]:
        """Has the front tab say when this is written, where it says so of an earlier round; found by what it says."""
        for title, about in (self.found.sheets if self.found else {}).items():
            if is_front(title):
                said = {"find": f"^{UPDATED}$", "replacement": stamp_of(datetime.now()), "searchByRegex": True}
                yield {"findReplace": {**said, "matchEntireCell": True, "sheetId": about.get("sheetId", 0)}}

    def take_up(self, under_way: str) -> list[str]:
        """Find what another's run that broke off left wrong; the titles of tabs where people's cells may be hit."""
        self.read()
        self.unverified, hit = take_up(under_way, self.tabs)
        return hit

    def look_back(self) -> None:
        """Find what a run of this machine that broke off left wrong. Its journal counts for the same sheet.

        While the lock of that run stands nobody else was at work; without it, another run may have been, and then it
        is that one's word that counts.
        """
        if self.lock is None or self.looked_back:
            return
        left = self.journal.left_by(self.calls.spreadsheet, self.tabs)
        alone = self.lock.resumed or not any(another_wrote(write, self.tabs[name]) for name, write in left.items())
        self.unverified |= left if alone else {}
        self.looked_back, self.lock.resumed = True, False
