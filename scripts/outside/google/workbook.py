"""The register as a Google Sheet that people edit while we run: read whole, written by key, looked over, mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from outside.config.settings import Settings
from outside.errors import Changed
from outside.google.batch import Dress, undressed
from outside.google.lock import Lock
from outside.google.look import formulas_among
from outside.google.session import Session
from outside.google.steps import BY_POSITION
from outside.google.tabs import read_sheets
from outside.google.takeover import TITLE
from outside.google.write import Write
from outside.workbook import CellsOfTabs, Choose, Written
from outside.xlsx.text import column_letters
from roster.plan.steps import CellStep, SetCell
from roster.sheet.columns import NAMES, TAB
from roster.sheet.table import Sheet, Table

_TURNS = 8
"""How often cells that were chosen are emptied anew: a row takes three, and somebody may be typing."""


class GoogleWorkbook:
    """A register at Google. Nothing is asked of Google before the first of lock, read and write."""

    shared = True
    name = "Google-blad"

    def __init__(self, settings: Settings, dress: Dress = undressed) -> None:
        self._state = settings.paths.state
        self.session = Session(settings, dress)

    @property
    def is_example(self) -> bool:
        """True, once it was read, for an example that was carried over to Google."""
        return self.session.found is not None and self.session.found.is_example

    @property
    def calls_made(self) -> int:
        """How many calls to Google this run took so far."""
        return self.session.calls.made

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One run at a time, on any laptop; raises Stop naming the machine that holds it.

        The lock stays where something may stand wrong in the sheet: this machine knows best what.
        """
        session = self.session
        session.lock = lock = Lock(session.calls, self._state, session.take_up)
        session.looked_back = False
        with lock.held():
            try:
                yield
            finally:
                lock.keep_locked = bool(session.unverified) or lock.resumed
                session.journal.close(keep=lock.keep_locked or not session.looked_back)

    def read(self) -> dict[str, Table]:
        """All tabs of the register by title: two calls. Raises Stop for what cannot be read.

        Changes nothing, unless a run broke off while rows moved, here or on a machine that this one took over from:
        that is mended first.
        """
        session = self.session
        session.read()
        session.aliases = {}
        session.look_back()
        if session.unverified:
            Write(session, []).carry_out()
            session.read()
        return {name: tab.table for name, tab in session.tabs.items()}

    def link(self, tab: str, column: int, row: int) -> tuple[str, str]:
        """The cell, and the sheet opened there."""
        cell = f"{column_letters(column + 1)}{row}"
        number = self.session.tabs[tab].id if tab in self.session.tabs else 0
        return (
            cell,
            f"https://docs.google.com/spreadsheets/d/{self.session.calls.spreadsheet}/edit#gid={number}&range={cell}",
        )

    def rehearse(self, steps: Sequence[CellStep]) -> None:
        """Nothing to try: a chunk of letters only leaves after its rows took what was written."""

    def filled_by_formula(self, steps: Sequence[SetCell]) -> list[SetCell]:
        """Those whose cell is filled by a formula: one call."""
        return formulas_among(self.session.calls, self.session.tabs, steps)

    def empty(self, choose: Choose) -> tuple[int, list[Sheet]]:
        """A read and a write in turns, until nothing is left to empty or it will not go.

        Of a row of people's first all but names and Nr, then the names, the Nr last, each once a look shows that the
        rest is gone: while we write rows may move, and whichever row was hit is known by what it still says, also one
        that was typed just now and has no Nr yet. It gets back what it had.
        """
        session, emptied = self.session, 0
        session.keep_none()
        for _turn in range(_TURNS):
            tables = self.read()
            steps = list(_emptying(tables, choose(tables)))
            if not steps:
                break
            emptied += len(self.write(steps).done)
        found = session.found
        titles = [title for title in found.sheets if title != TITLE] if found else []
        return emptied, [sheet for sheet, _size in read_sheets(session.calls, found, titles)] if found else []

    def write(self, steps: Sequence[CellStep]) -> Written:
        """Write the steps, after a copy: a look and a batch, as long as nothing moves and no answer is lost.

        A step that finds its cell as it should be is done. One whose row is gone, or whose cell no
        longer says what was expected, is left. What a moving row got by mistake is put back at
        once. Raises Changed where nothing was read yet, and Stop; what was written before it stands.
        """
        if self.session.found is None:
            raise Changed
        if not (steps or self.session.unverified):
            return Written()
        return Write(self.session, steps).carry_out()


def _emptying(tables: Mapping[str, Table], cells: CellsOfTabs) -> Iterator[SetCell]:
    """The cells as steps; of a row of people's the names only where nothing but them and Nr is left, then the Nr."""
    for table in tables.values():
        heading = {position + 1: name for name, position in table.columns.items()}
        number = set() if TAB[table.tab].is_ours else {table.columns.get("Nr", -1) + 1}
        names = {column for column, name in heading.items() if name in NAMES and name not in table.own}
        for row, columns in cells.get(table.title, {}).items():
            index = row - table.first
            for column in sorted(columns - number - names or columns - number or columns):
                name = heading.get(column, f"{BY_POSITION}{column - 1}")
                was = table.rows[index][column - 1]
                yield SetCell(table.place(index, name), "", was, of_people=name not in table.own)
