"""One write to a Google Sheet: a look, a batch and its answer, in turns, until every row has what is its own."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from outside.google_batch import Change, Seen, batches, stands_as_meant, together
from outside.google_calls import TRIES, Lost, Refused
from outside.google_moved import Cells, Moved, Sent, follow, put_back, trace
from outside.google_steps import Step, TabSteps, new_tab, tab_of, write_headings
from outside.google_tabs import Tab
from outside.workbook import Written
from roster.plan import AddRow, SetCell

if TYPE_CHECKING:
    from outside.google import GoogleWorkbook

FRESH = 15.0
"""Seconds after which a large write looks anew before it goes on."""

AT_LEAST = 4
"""Batches that go on one look, whatever the time."""

LOOKS = 8
"""How often one write looks and writes, while the rows keep moving or answers get lost, before it leaves the rest."""


class Write:
    """One write: looks and batches in turns until every step is done or left, and nothing is owed to anybody."""

    def __init__(self, workbook: GoogleWorkbook, steps: Sequence[Step]) -> None:
        self._workbook = workbook
        self._steps = steps
        self._pending = list(steps)
        self._done: set[int] = set()
        self._names = list(dict.fromkeys(tab_of(step) for step in steps))
        self._sent: dict[str, Sent] = {}
        self._rows: dict[int, int] = {}
        self._followed: dict[str, dict[str, int | None]] = {}
        self._fresh: Mapping[str, Tab] = {}

    def carry_out(self) -> Written:
        """Look and write until nothing is left to do. Raises Stop where Google keeps silent."""
        lost: Lost | None = None
        moved = silent = 0
        while moved < LOOKS:
            try:
                ended = self._look_and_write()
                lost = None
            except Lost as error:
                lost = error
                silent += 1
                if silent == TRIES:
                    raise lost.stop from lost
                self._workbook.calls.pause(silent, lost)
                continue
            if ended is None:
                break
            moved += not ended
        done = tuple(step for step in self._steps if id(step) in self._done)
        left = tuple(step for step in self._steps if id(step) not in self._done)
        return Written(done, left)

    def _look_and_write(self) -> bool | None:
        """One look, and what must be written then. None: all is done. True: more is to come. False: something moved."""
        looked = time.monotonic()
        fresh = self._workbook.look_again(self._names)
        moves = {name: trace(sent, fresh[name]) for name, sent in self._sent.items() if name in fresh}
        views = {name: put_back(tab, moves[name].repairs) if name in moves else tab for name, tab in fresh.items()}
        steps = {name: TabSteps(view, self._workbook.aliases) for name, view in views.items()}
        self._take(steps, moves)
        self._workbook.remember(views)
        self._fresh = fresh
        self._sent = {}
        for name, move in moves.items():
            change = steps[name].change
            for (row, column), value in move.repairs.items():
                if column not in change.cells.get(row, {}):
                    change.put(row, column, value)
            if move.repairs:
                owed = {place: (views[name].cell(*place), fresh[name].cell(*place)) for place in move.repairs}
                self._sent[name] = Sent(views[name], fresh[name], {}, owed)
        changes = {name: one.change for name, one in steps.items() if one.change.cells}
        if not changes:
            return None
        self._workbook.keep(fresh)
        return self._send(changes, looked)

    def _take(self, steps: dict[str, TabSteps], moves: Mapping[str, Moved]) -> None:
        """Sort the pending steps: those that stand are done, impossible ones are let go, the rest have cells now."""
        pending: list[Step] = []
        self._followed = {}
        for step in self._pending:
            name = tab_of(step)
            if name not in steps:
                if not isinstance(step, AddRow):
                    continue
                steps[name] = TabSteps(new_tab(name), self._workbook.aliases)
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

    def _row(self, step: Step, tab: TabSteps, move: Moved | None) -> int | None:
        """Where a step's row stands: where the row went that it was found in before, or else by its key."""
        if isinstance(step, AddRow):
            return None
        row = move.rows.get(self._rows[id(step)]) if move is not None and id(step) in self._rows else None
        if row is None:
            row = tab.row_of(step.place.key)
        elif tab.row_of(step.place.key) is None:
            self._rename(step, tab, row)
        return self._follow(step, tab) if row is None else row

    def _rename(self, step: SetCell, tab: TabSteps, row: int) -> None:
        """A row that somebody retyped goes by another key from now on."""
        index = row + 1 - tab.tab.table.first
        if 0 <= index < len(tab.tab.table.rows):
            self._workbook.aliases[step.place.tab, step.place.key] = tab.tab.table.keys[index]

    def _follow(self, step: SetCell, tab: TabSteps) -> int | None:
        """A row without a Nr that somebody retyped since the last look still stands between its neighbours."""
        name, key = step.place.tab, step.place.key
        known = self._workbook.known(name)
        if known is None:
            return None
        if name not in self._followed:
            before = TabSteps(known, self._workbook.aliases)
            rows = follow(known, tab.tab)
            taken = {tab.row_of(other) for other in before.keys}
            self._followed[name] = {
                other: there
                for other in before.keys
                if tab.row_of(other) is None and (there := rows.get(before.row_of(other) or -1)) not in (None, *taken)
            }
        row = self._followed[name].get(self._workbook.aliases.get((name, key), key))
        if row is not None:
            self._rename(step, tab, row)
        return row

    def _send(self, changes: Mapping[str, Change], looked: float) -> bool | None:
        """Send batch after batch, as long as each ends as meant and the look is not old."""
        stood: dict[str, Cells] = {}
        for count, batch in enumerate(batches(changes, self._workbook.checks())):
            if count >= AT_LEAST and time.monotonic() - looked > FRESH:
                return True
            try:
                seen = self._workbook.send(batch)
            except Refused:
                self._workbook.look_around()
                return False
            except Lost:
                self._doubt(changes, {name: together(stood.get(name, {}), one) for name, one in batch.cells.items()})
                raise
            wrong = {
                name: cells
                for name, cells in batch.cells.items()
                if not stands_as_meant(
                    changes[name].tab, cells, seen.get(changes[name].tab.title, {}), stood.get(name, {})
                )
            }
            right = {name: cells for name, cells in batch.cells.items() if name not in wrong}
            self._settle(right)
            stood |= {name: together(stood.get(name, {}), cells) for name, cells in right.items()}
            if wrong:
                self._doubt(
                    changes, {name: together(stood.get(name, {}), cells) for name, cells in wrong.items()}, seen
                )
                return False
        for step in self._pending:
            self._finish(step)
        self._pending = []
        return None

    def _doubt(self, changes: Mapping[str, Change], cells: Mapping[str, Cells], seen: Seen | None = None) -> None:
        """Remember what was sent and may stand wrong, for the next look."""
        for name, sent in cells.items():
            tab = changes[name].tab
            owed = self._sent[name].owed if name in self._sent else {}
            self._sent[name] = Sent(
                tab, self._fresh.get(name, tab), sent, owed, None if seen is None else seen.get(tab.title, {})
            )

    def _settle(self, stood: Mapping[str, Cells]) -> None:
        """What stands as meant is owed to nobody, and a row that got its Nr goes by it from now on."""
        for name, cells in stood.items():
            if name in self._sent:
                owed = self._sent[name].owed
                rest = {place: said for place, said in owed.items() if place[1] not in cells.get(place[0], {})}
                self._sent[name] = replace(self._sent[name], cells={}, owed=rest)
        for step in self._pending:
            row = self._rows.get(id(step))
            if not isinstance(step, SetCell) or row is None:
                continue
            if step.value in stood.get(step.place.tab, {}).get(row, {}).values():
                self._name(step)

    def _finish(self, step: Step) -> None:
        self._done.add(id(step))
        if isinstance(step, SetCell):
            self._name(step)

    def _name(self, step: SetCell) -> None:
        """A row that got its Nr goes by it from now on."""
        if step.place.column == "Nr" and isinstance(step.value, str) and step.value:
            self._workbook.aliases[step.place.tab, step.place.key] = step.value
