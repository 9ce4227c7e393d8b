"""Finds out, from a tab before and after a write, which row is whose now, and which cells must be put back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from outside.google_tabs import Tab, again
from roster.table import Cell, fold, is_blank, says

Cells = dict[int, dict[int, Cell]]
"""Row -> column -> value, counted from 0."""


@dataclass(slots=True)
class Moved:
    """Where rows and columns of an earlier look stand in a later one, and the cells of the later one to put back."""

    rows: dict[int, int] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    repairs: dict[tuple[int, int], Cell] = field(default_factory=dict)


@dataclass(slots=True)
class Sent:
    """What was sent to one tab and is not known to stand right: how the tab should have been, and which cells went.

    `stood` is how the tab stood in truth, with the cells that this was to mend: those of `owed`, each with
    its right value and the wrong one that stood there. `seen` are the rows that came back with the
    answer; None where no answer came.
    """

    before: Tab
    stood: Tab
    cells: Cells
    owed: dict[tuple[int, int], tuple[Cell, Cell]] = field(default_factory=dict)
    seen: Mapping[int, Sequence[Cell]] | None = None


def trace(sent: Sent, after: Tab) -> Moved:
    """What must be put back on a tab as it stands now, and where every row of `sent.before` stands.

    The rows of the answer show where each cell landed, whatever moved before it came or since.
    Without an answer it is taken that nothing moved since.
    """
    repairs: dict[tuple[int, int], Cell] = {}
    direct = _match(sent.stood, after, sent.cells)
    if sent.seen is None:
        repairs = _misplaced(sent.before, sent.cells, after, direct)
    else:
        known = frozenset(sent.seen)
        middle = again(sent.stood, [list(sent.seen.get(row, ())) for row in range(max(known, default=-1) + 1)])
        landed = _match(sent.stood, middle, sent.cells, known)
        since = _match(middle, after, {}, ours=known)
        wrong_now = _misplaced(sent.before, sent.cells, middle, landed)
        for (row, column), (right, wrong) in sent.owed.items():
            there, heading = landed.rows.get(row), landed.columns.get(column)
            if there is not None and heading is not None and same(middle.cell(there, heading), wrong):
                wrong_now.setdefault((there, heading), right)
        for (row, column), right in wrong_now.items():
            there, heading = since.rows.get(row), since.columns.get(column)
            if there is not None and heading is not None and same(after.cell(there, heading), middle.cell(row, column)):
                repairs[there, heading] = right
    for (row, column), (right, wrong) in sent.owed.items():
        there, heading = direct.rows.get(row), direct.columns.get(column)
        if there is not None and heading is not None:
            now = after.cell(there, heading)
            if same(now, wrong) and not same(now, right):
                repairs.setdefault((there, heading), right)
    found = _match(sent.before, put_back(after, repairs), {})
    return Moved(found.rows, found.columns, repairs)


def put_back(tab: Tab, repairs: Mapping[tuple[int, int], Cell]) -> Tab:
    """The tab as it will stand once the repairs are in."""
    if not repairs:
        return tab
    cells = list(tab.cells)
    for (row, column), value in repairs.items():
        line = list(cells[row]) + [None] * (column + 1 - len(cells[row]))
        line[column] = value
        cells[row] = line
    return again(tab, cells)


def follow(before: Tab, after: Tab) -> dict[int, int]:
    """Where every row stands now, when nothing was written in between."""
    return _match(before, after, {}).rows


def _misplaced(before: Tab, written: Cells, after: Tab, found: Moved) -> dict[tuple[int, int], Cell]:
    """The cells of `after` in which something of `written` stands that is not for them, with what belongs there."""
    row_of = {there: here for here, there in found.rows.items()}
    column_of = {there: here for here, there in found.columns.items()}
    twins = _by_content(before, frozenset(range(len(before.cells))), before.own)
    repairs: dict[tuple[int, int], Cell] = {}
    for row, cells in written.items():
        for column, value in cells.items():
            origin, heading = row_of.get(row), column_of.get(column)
            if (
                (origin, heading) == (row, column)
                or row >= len(after.cells)
                or not shows(after.cell(row, column), value)
            ):
                continue
            if origin is None:
                if row >= len(before.cells) and heading == column:
                    continue  # a row that we put in ourselves
                content = _content(after.cells[row], after.own)
                copied = twins.get(content, []) if content else []
                origin = copied[0] if copied else None
            right = None
            if origin is not None and heading is not None:
                line = written.get(origin, {})
                right = line[heading] if heading in line else before.cell(origin, heading)
            if not same(after.cell(row, column), right):
                repairs[row, column] = right
    return repairs


def _match(
    before: Tab, after: Tab, written: Cells, known: frozenset[int] | None = None, ours: frozenset[int] | None = None
) -> Moved:
    """Where rows and columns of `before` (of its rows `ours`) stand in `after`, of which the rows `known` are known."""
    columns = _match_columns(before, after)
    here = frozenset(range(len(before.cells))) if ours is None else ours
    there = frozenset(range(len(after.cells))) if known is None else known
    return Moved(_match_rows(before, here, written, after, there, columns), columns)


def same(one: Cell, other: Cell) -> bool:
    """Equal as cells are: empty is empty, and a text is no number."""
    if is_blank(one) and is_blank(other):
        return True
    return (
        one == other
        and isinstance(one, str) == isinstance(other, str)
        and isinstance(one, bool) == isinstance(other, bool)
    )


def shows(cell: Cell, value: Cell) -> bool:
    """True when a cell holds what was sent, which may also be a person's number or tick that was put back."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return says(cell, value)
    return same(cell, value)


def _match_columns(before: Tab, after: Tab) -> dict[int, int]:
    """Where each column stands now: by the order of the headings, equal ones first."""
    here = _headings(before)
    there = _headings(after)
    if here == there or before.new:
        return {column: column for column in range(max(before.width, after.width, len(there)))}
    found: dict[int, int] = {}
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        # A heading that we overwrote, or that somebody retyped, still stands between its neighbours.
        if kind == "equal" or (kind == "replace" and i2 - i1 == j2 - j1):
            found |= dict(zip(range(i1, i2), range(j1, j2), strict=True))
    return found


def _headings(tab: Tab) -> list[str]:
    row = tab.cells[tab.heading_row] if 0 <= tab.heading_row < len(tab.cells) else []
    width = tab.width
    return [fold(str(cell)) if not is_blank(cell) else "" for cell in [*row, *[None] * (width - len(row))]]


def _match_rows(
    before: Tab, ours: frozenset[int], written: Cells, after: Tab, known: frozenset[int], columns: Mapping[int, int]
) -> dict[int, int]:
    """Where each row stands now: by Nr, by what people typed, and at last by its neighbours (after Heckel, 1978)."""
    nr = before.table.columns.get("Nr") if "Nr" in before.table.own else None
    nr_there = columns.get(nr) if nr is not None else None
    found: dict[int, int] = {}
    if nr is not None and nr_there is not None:
        here = _only_once({row: before.cell(row, nr) for row in ours})
        # A number that we wrote ourselves says nothing of whose row it stands in.
        there = _only_once(
            {
                row: after.cell(row, nr_there)
                for row in known
                if nr_there not in written.get(row, {}) or not shows(after.cell(row, nr_there), written[row][nr_there])
            }
        )
        found = {row: there[number] for number, row in here.items() if number in there}
    hit = {column for line in written.values() for column in line}
    people = sorted(column for column in columns if column not in before.own)
    people = [column for column in people if columns[column] not in hit] or people
    mine = _by_content(before, ours - found.keys(), order=people)
    theirs = _by_content(after, known - set(found.values()), order=[columns[column] for column in people])
    for content, rows in mine.items():
        twins = theirs.get(content, [])
        if any(content) and len(twins) == len(rows):
            found |= dict(zip(rows, twins, strict=True))
    _match_neighbours(before, ours, after, known, columns, people, found)
    return found


def _match_neighbours(
    before: Tab,
    ours: frozenset[int],
    after: Tab,
    known: frozenset[int],
    columns: Mapping[int, int],
    people: list[int],
    found: dict[int, int],
) -> None:
    """A row below (or above) a matched one is the row that stood below (above) it, if it looks like it."""
    taken = set(found.values())
    last, last_there = len(before.cells), len(after.cells)
    for step, rows in ((1, range(-1, last - 1)), (-1, range(last, 0, -1))):
        for row in rows:
            at = -1 if row == -1 else last_there if row == last else found.get(row)
            if at is None:
                continue
            near, near_there = row + step, at + step
            if near in found or near not in ours or near_there in taken or near_there not in known:
                continue
            if _alike(before, near, after, near_there, columns, people):
                found[near] = near_there
                taken.add(near_there)


def _alike(before: Tab, row: int, after: Tab, there: int, columns: Mapping[int, int], people: list[int]) -> bool:
    filled = [column for column in people if not is_blank(before.cell(row, column))]
    if not filled:
        return all(is_blank(after.cell(there, columns[column])) for column in people)
    equal = sum(same(before.cell(row, column), after.cell(there, columns[column])) for column in filled)
    return 2 * equal >= len(filled)


def _only_once(cells: Mapping[int, Cell]) -> dict[str, int]:
    texts = {row: str(cell).strip() for row, cell in cells.items() if not is_blank(cell)}
    times = Counter(texts.values())
    return {text: row for row, text in texts.items() if times[text] == 1}


def _by_content(
    tab: Tab, rows: frozenset[int], own: frozenset[int] = frozenset(), order: list[int] | None = None
) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = {}
    for row in sorted(rows):
        found.setdefault(_content(tab.cells[row] if row < len(tab.cells) else [], own, order), []).append(row)
    return found


def _content(line: list[Cell], own: frozenset[int], order: list[int] | None = None) -> tuple[str, ...]:
    if order is None:
        parts = ["" if column in own or is_blank(cell) else repr(cell) for column, cell in enumerate(line)]
        while parts and not parts[-1]:
            parts.pop()
        return tuple(parts)
    return tuple("" if column >= len(line) or is_blank(line[column]) else repr(line[column]) for column in order)
