"""One write to a Google Sheet: a look, a batch and its answer, in turns, until every row has what is its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from outside.console import warn
from outside.errors import Stop
from outside.google.answers import Refused
from outside.google.batch import TabChange, batches, stands_as_meant, together
from outside.google.row_matching import Cells, Moved, UnverifiedWrite, match_lines, match_rows, with_cells
from outside.google.session import Session
from outside.google.steps import TabSteps, new_tab, write_headings
from outside.google.tabs import Tab
from outside.workbook import Written
from roster.plan.steps import AddRow, CellStep, SetCell, tab_of
from roster.sheet.columns import TAB

FRESH = 15.0
"""Seconds after which a large write looks anew before it goes on."""

AT_LEAST = 4
"""Batches that go on one look, whatever the time."""

UNRULY = 3
"""Disturbed looks after which it is seen anew which cells are merged: what is under one never shows."""

LOOKS = 8
"""How often one write looks and writes, while the rows keep moving or answers get lost, before it leaves the rest."""


class Write:
    """One write: looks and batches in turns until every step is done or left, and nothing stands where it must not."""

    def __init__(self, session: Session, steps: Sequence[CellStep]) -> None:
        self._session = session
        self._steps = steps
        self._pending = list(steps)
        self._done: set[int] = set()
        self._merged: set[int] = set()
        self._hit: dict[str, set[int]] = {}
        self._names = list(dict.fromkeys([*map(tab_of, steps), *session.unverified]))
        self._rows: dict[int, int] = {}
        self._followed: dict[str, dict[str, int | None]] = {}

    def carry_out(self) -> Written:
        """Look and write until nothing is left to do. Raises Stop where Google keeps silent, or rows never rest."""
        moved = 0
        while True:
            ended = self._session.calls.until_answered(self._look_and_write)
            if ended is None:
                break
            moved += not ended
            if moved == UNRULY:
                self._session.refresh()
            if moved >= LOOKS:
                self._pending = []  # what is left waits for the next run; what stands wrong does not
                if not self._session.unverified:
                    break
                if moved >= 2 * LOOKS:
                    raise _never_rests(self._session.unverified.values())
        for title, rows in self._hit.items():
            where = ", ".join(str(row + 1) for row in sorted(rows))
            warn(
                f"Op tabblad '{title}' kwam er een rij bij, of veranderde er een, terwijl Buurtbeheer schreef. Kijk of "
                f"daar niets mist: rij {where}. Wat er stond, toont Bestand, Versiegeschiedenis."
            )
        done = tuple(step for step in self._steps if id(step) in self._done)
        left = tuple(step for step in self._steps if id(step) not in self._done)
        return Written(done, left, tuple(step for step in left if id(step) in self._merged))

    def _look_and_write(self) -> bool | None:
        """One look, and what must be written then. None: all is done. True: more is to come. False: something moved."""
        looked = time.monotonic()
        unverified = self._session.unverified
        fresh = self._session.reread_tabs(self._names, self._wanted())
        moves = {name: match_rows(unverified[name], fresh[name]) for name in fresh if name in unverified}
        views = {name: with_cells(tab, moves[name].repairs) if name in moves else tab for name, tab in fresh.items()}
        steps = {name: TabSteps(view, self._session.aliases) for name, view in views.items()}
        self._take(steps, moves)
        self._session.remember(views)
        for name, move in moves.items():
            change = steps[name].change
            if move.hit:
                self._hit.setdefault(fresh[name].title, set()).update(move.hit)
            for (row, column), value in move.repairs.items():
                if column not in change.cells.get(row, {}):
                    change.put(row, column, value)
            if move.repairs:
                unverified[name] = unverified[name].since(views[name], move)
            else:
                del unverified[name]
        changes = {name: one.change for name, one in steps.items() if one.change.cells}
        if not changes:
            return None
        self._session.keep(fresh)
        return self._send(changes, looked)

    def _wanted(self) -> dict[str, set[int]]:
        """The rows that the next look must see, for the tabs of which it need not see all."""
        wanted: dict[str, set[int]] = {}
        for name in self._names:
            known = self._session.stands(name)
            mine = [step for step in self._pending if tab_of(step) == name]
            rows = TabSteps(known, self._session.aliases).rows_of(mine) if known is not None else None
            if rows is not None:
                wanted[name] = rows
        return wanted

    def _take(self, steps: dict[str, TabSteps], moves: Mapping[str, Moved]) -> None:
        """Sort the pending steps: those that stand are done, impossible ones are let go, the rest have cells now."""
        pending: list[CellStep] = []
        self._followed = {}
        for step in self._pending:
            name = tab_of(step)
            if name not in steps:
                if not isinstance(step, AddRow):
                    continue
                steps[name] = TabSteps(new_tab(name), self._session.aliases)
                write_headings(steps[name])
            row = self._row(step, steps[name], moves.get(name))
            took = steps[name].take(step, row)
            if took is None:
                pending.append(step)
            elif took:
                self._finish(step)
            if row is not None:
                self._rows[id(step)] = row
        self._pending = pending
        self._merged |= {id(step) for one in steps.values() for step in one.hidden}

    def _row(self, step: CellStep, tab: TabSteps, move: Moved | None) -> int | None:
        """Where a step's row stands: where the row went that it was found in before, or else by its key."""
        if isinstance(step, AddRow):
            return None
        row = move.rows.get(self._rows[id(step)]) if move is not None and id(step) in self._rows else None
        if row is None:
            row = tab.row_of(step.place.key)
        elif tab.row_of(step.place.key) is None:
            self._rename(step, tab, row)
        return self._locate(step, tab) if row is None else row

    def _rename(self, step: SetCell, tab: TabSteps, row: int) -> None:
        """A row that somebody retyped goes by another key from now on."""
        index = row + 1 - tab.tab.table.first
        if 0 <= index < len(tab.tab.table.rows):
            self._session.aliases[step.place.tab, step.place.key] = tab.tab.table.keys[index]

    def _rename_retyped(self, tab: Tab) -> None:
        """A row of which a cell of people's was written goes by another key from now on, where that tells its row."""
        made = TabSteps(tab, self._session.aliases)
        for step in self._pending:
            row = self._rows.get(id(step))
            if isinstance(step, SetCell) and step.of_people and step.place.tab == tab.table.tab and row is not None:
                self._rename(step, made, row)

    def _locate(self, step: SetCell, tab: TabSteps) -> int | None:
        """A row without a Nr that somebody retyped since the last look still stands between its neighbours."""
        name, key = step.place.tab, step.place.key
        known = self._session.known(name)
        if known is None:
            return None
        if name not in self._followed:
            before = TabSteps(known, self._session.aliases)
            rows = match_lines(known, tab.tab)
            taken = {tab.row_of(other) for other in before.keys}
            self._followed[name] = {
                other: there
                for other in before.keys
                if tab.row_of(other) is None and (there := rows.get(before.row_of(other) or -1)) not in (None, *taken)
            }
        row = self._followed[name].get(self._session.aliases.get((name, key), key))
        if row is not None:
            self._rename(step, tab, row)
        return row

    def _send(self, changes: Mapping[str, TabChange], looked: float) -> bool | None:
        """Send batch after batch, as long as each ends as meant and the look is not old."""
        stood: dict[str, Cells] = {}
        try:
            return self._send_all(changes, looked, stood)
        finally:
            for name, cells in stood.items():
                made = changes[name].made(cells)
                self._session.remember({name: made})
                self._rename_retyped(made)
                if changes[name].tab.new:
                    self._session.made(made)

    def _send_all(self, changes: Mapping[str, TabChange], looked: float, stood: dict[str, Cells]) -> bool | None:
        """As `_send`; `stood` gathers what is sure."""
        views = {name: change.tab for name, change in changes.items()}
        checks = self._session.checks(changes)
        for count, batch in enumerate(batches(changes, checks, self._session.dress)):
            if count:
                del batch.requests[2 : len(checks)]  # it is told already what is under way
            else:
                batch.requests += self._session.stamp()
            if count >= AT_LEAST and time.monotonic() - looked > FRESH:
                return True
            sent = {name: together(stood.get(name, {}), cells) for name, cells in batch.cells.items()}
            self._session.note(views, batch.cells)
            try:
                seen = self._session.send(batch)
            except Refused:
                self._session.refresh()
                return False
            except Stop:
                raise  # Google would have none of it
            except BaseException:  # no answer that says what became of it; Ctrl-C is one of those
                self._mark_unverified(views, sent, batch.cells)
                raise
            wrong = {
                name: cells
                for name, cells in batch.cells.items()
                if not stands_as_meant(views[name], cells, seen.get(views[name].title, {}), stood.get(name, {}))
            }
            self._follow_new_keys({name: cells for name, cells in batch.cells.items() if name not in wrong})
            stood |= {name: cells for name, cells in sent.items() if name not in wrong}
            if wrong:
                self._mark_unverified(views, sent, wrong)
                return False
        for step in self._pending:
            self._finish(step)
        self._pending = []
        for name in views:
            self._session.unverified.pop(name, None)
        self._session.confirm()
        return None

    def _mark_unverified(
        self, views: Mapping[str, Tab], sent: Mapping[str, Cells], unverified: Mapping[str, Cells]
    ) -> None:
        """Remember what was sent, and what of it may stand where it must not, for the next look."""
        for name, cells in unverified.items():
            write = self._session.unverified.setdefault(name, UnverifiedWrite(views[name]))
            write.sent = sent[name]
            write.add(cells)

    def _follow_new_keys(self, stood: Mapping[str, Cells]) -> None:
        """A row that got its Nr goes by it from now on."""
        for step in self._pending:
            row = self._rows.get(id(step))
            if not isinstance(step, SetCell) or row is None:
                continue
            if step.value in stood.get(step.place.tab, {}).get(row, {}).values():
                self._name(step)

    def _finish(self, step: CellStep) -> None:
        self._done.add(id(step))
        if isinstance(step, SetCell):
            self._name(step)

    def _name(self, step: SetCell) -> None:
        """A row that got its Nr goes by it from now on."""
        is_name = step.place.column == TAB[step.place.tab].named_by
        if is_name and isinstance(step.value, str) and step.value:
            self._session.aliases[step.place.tab, step.place.key] = step.value


def _never_rests(unverified: Iterable[UnverifiedWrite]) -> Stop:
    titles = " en ".join(f"'{write.meant.title}'" for write in unverified)
    return Stop(
        f"Op tabblad {titles} verschuiven steeds rijen of kolommen terwijl Buurtbeheer schrijft. "
        "Een paar cellen kunnen daar verkeerd staan.",
        "Wacht tot niemand sorteert of invoegt, en typ dan: make sync. Buurtbeheer zet ze dan terug.",
        code=3,
    )
