"""The register as an .xlsx file on this machine: read whole, written in the software's own cells only."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import filelock

from outside.errors import Changed, Stop
from outside.excel.cells import (
    check_not_too_far,
    days_from_1904,
    filled_by_formula,
    find_links,
    open_register,
    put_in_what_is_meant,
    used_width,
)
from outside.excel.erase import erase
from outside.excel.lock import RegisterLock
from outside.excel.new_tab import look_of_new, sheet_with_headings
from outside.excel.save import SheetChange, check_writable, known_columns, put_cells, try_cells
from outside.excel.steps import TabEdits
from outside.files.atomic import check_folder, installation, no_lock, stop_from
from outside.files.backups import Fingerprint, make_state_folder
from outside.front_tab import check_whose, is_front_of_example, stamp_in, stamp_of, whose_register
from outside.workbook import Choose, Written
from outside.xlsx.guard import check_not_open
from outside.xlsx.patch import SheetPatch
from outside.xlsx.text import column_letters
from roster.plan.steps import AddRow, CellStep, SetCell, tab_of
from roster.sheet.columns import TAB
from roster.sheet.headings import HeadingProblems, find_tables, new_table
from roster.sheet.table import Sheet, Table


@dataclass(slots=True)
class _Reading:
    """The register as it was read: what it looked like on disk, its tables, and where to write on each tab.

    `formulas` tells whether there are any in it; None as long as nobody looked. `stamp` is where the front tab says of
    when the register is: title, row and column (1 = first).
    """

    seen: Fingerprint
    tables: dict[str, Table]
    tabs: dict[str, TabEdits] = field(default_factory=dict)
    formulas: bool | None = None
    stamp: tuple[str, int, int] | None = None


class ExcelWorkbook:
    """A register file. `path` may be a link; what it points to is read and written.

    It is refused where it says that it is another `network`'s. `whose` is what it says, once it was read.
    """

    shared = False

    def __init__(self, path: Path, backups: Path, network: str = "") -> None:
        self.path = path
        self.backups = backups
        self.name = path.name
        self.is_example = False
        self.whose = ""
        self._network = network
        self._reading: _Reading | None = None
        self._lock: RegisterLock | None = None
        self._wrote: Fingerprint | None = None

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One run at a time, on a file that can be written; raises Stop otherwise.

        One lock lies beside the state, another beside the register itself: for a second checkout, another
        computer, another way to name the same file. Both end with the process that holds them.
        """
        make_state_folder(self.backups.parent)
        lock = filelock.FileLock(self.backups.parent / f"{self.path.stem}.lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise Stop(
                "Buurtbeheer is al bezig met dit register.",
                "Wacht tot de andere opdracht klaar is, en probeer het opnieuw.",
            ) from error
        except (OSError, NotImplementedError) as error:
            raise no_lock(error, self.backups.parent) from error
        try:
            path = self.path.resolve()
            if path.is_file():
                check_not_open(path)
                check_writable(path)
            if not path.parent.is_dir():
                yield
                return
            self._lock = RegisterLock(path, self._installation())
            with self._lock.held():
                yield
        finally:
            self._lock = None
            lock.release()

    def _installation(self) -> str:
        try:
            return installation(self.backups.parent)
        except OSError as error:
            raise stop_from(error, self.backups.parent.name) from error

    def read(self) -> dict[str, Table]:
        """All tabs of the register by title. Raises Stop for what cannot be read; changes nothing."""
        self._reading = None
        seen, sheets, merged, too_far = open_register(self.path)
        check_not_too_far(too_far)
        self.is_example, self.whose = any(map(is_front_of_example, sheets)), whose_register(sheets)
        check_whose(sheets, self._network)
        is_1904 = put_in_what_is_meant(self.path, sheets)
        try:
            tables = find_tables(sheets)
        except HeadingProblems as problems:
            raise Stop(f"'{self.name}' kan zo niet worden gelezen.", problems.text) from problems
        if is_1904:
            days_from_1904(tables)
        find_links(self.path, tables)
        stamps = ((sheet.title, place[0] + 1, place[1] + 1) for sheet in sheets if (place := stamp_in(sheet)))
        self._reading = _Reading(seen, tables, stamp=next(stamps, None))
        cells = {sheet.title: sheet.cells for sheet in sheets}
        for tab, table in tables.items():
            complete = all(heading in table.columns for heading in table.own)
            self._reading.tabs[tab] = TabEdits(
                table, merged.get(table.title, []), 0 if complete else used_width(cells[table.title])
            )
        return tables

    def write(self, steps: Sequence[CellStep]) -> Written:
        """Write the steps, all or nothing, after a backup. Raises Changed (nothing was written) or Stop.

        A step that finds its cell as it should be is done, and steps that change nothing leave the
        file untouched. May be called again after it returned, with the keys as they were read.
        """
        return self._carry(steps, self._put)

    def empty(self, choose: Choose) -> tuple[int, list[Sheet]]:
        """In the file as it stands now."""
        if self._lock is not None:
            self._lock.check()
        return erase(self.path, choose, expected=True), open_register(self.path)[1]

    def link(self, tab: str, column: int, row: int) -> tuple[str, str]:  # noqa: ARG002  # no program opens a file at a cell
        """The cell, and the file."""
        return f"{column_letters(column + 1)}{row}", self.path.resolve().as_uri()

    def rehearse(self, steps: Sequence[CellStep]) -> None:
        """Raise Stop now where `write` would: the file is made and checked in the same way, and thrown away."""
        for folder in (self.backups.parent, self.backups):
            check_folder(folder)
        self._carry(steps, self._try)

    def filled_by_formula(self, steps: Sequence[SetCell]) -> list[SetCell]:
        """Those whose cell is filled by a formula."""
        return filled_by_formula(self.path, self._reading.tables if self._reading else {}, steps)

    def _carry(self, steps: Sequence[CellStep], put: Callable[[list[str]], None]) -> Written:
        if self._reading is None:
            raise Changed
        done: list[CellStep] = []
        left: list[CellStep] = []
        tabs = self._reading.tabs
        new = list(dict.fromkeys(step.tab for step in steps if isinstance(step, AddRow) and step.tab not in tabs))
        for tab in new:
            tabs[tab] = TabEdits(new_table(tab), [], 0)
        try:
            for step in steps:
                tab = tab_of(step)
                (done if tab in tabs and tabs[tab].take(step) else left).append(step)
            merged = tuple(step for one in tabs.values() for step in one.hidden)
            put(new)
        except BaseException:
            for tab in new:
                del tabs[tab]
            raise
        finally:
            for one in tabs.values():
                one.forget_pending()
        return Written(tuple(done), tuple(left), merged)

    def _put(self, new: list[str]) -> None:
        reading, (changed, sheets, kept) = self._reading, self._asked(new)
        if reading is None or not (changed or sheets):
            return
        if self._lock is not None:
            self._lock.check()
        reading.seen = self._wrote = put_cells(
            self.path,
            self.backups,
            changed,
            new_sheets=sheets,
            kept=kept,
            expected=reading.seen,
            formulas=reading.formulas,
            backup=self._lock is None or reading.seen != self._wrote,
        )
        reading.formulas = reading.formulas and None  # what we write is no formula, but one of people's may be gone
        for tab in reading.tabs.values():
            tab.confirm()

    def _try(self, new: list[str]) -> None:
        changed, sheets, kept = self._asked(new)
        if self._reading is not None and (changed or sheets):
            self._reading.formulas = try_cells(self.path, changed, sheets, kept)
        for tab in new:
            del self._tabs[tab]

    @property
    def _tabs(self) -> dict[str, TabEdits]:
        return self._reading.tabs if self._reading is not None else {}

    def _asked(self, new: list[str]) -> tuple[dict[str, SheetChange], dict[str, bytes], dict[str, frozenset[int]]]:
        """What the steps that were taken up ask of the file: changes by title, tabs to add, and columns by title."""
        tabs = self._tabs
        changed = {
            tab.table.title: SheetChange(tab.patch(), tab.touched, tab.added(), tab.charts())
            for name, tab in tabs.items()
            if tab.changes and name not in new
        }
        rows = {name: tabs[name].rows() for name in new if tabs[name].changes}
        sheets = {name: sheet_with_headings(TAB[name], lines) for name, lines in rows.items()}
        changed |= {name: look_of_new(TAB[name], lines) for name, lines in rows.items()}
        if (changed or sheets) and self._reading is not None and self._reading.stamp is not None:
            title, row, column = self._reading.stamp
            stamp = [(row, [(column, stamp_of(datetime.now()))])]
            changed[title] = SheetChange(SheetPatch(stamp), lambda: {column: [row]})
        return changed, sheets, known_columns(tab.table for tab in tabs.values())
