"""Finds out, from a tab before and after a write, which row is whose now, and which cells must be put back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from outside.google.tabs import Tab, again
from roster.sheet.table import Cell, fold, is_blank, same, says

Cells = dict[int, dict[int, Cell]]
"""Row -> column -> value, counted from 0."""

Mark = tuple[bool, object]
"""A cell's value as it can be looked up: whether it is text, and what it says; a blank is (True, "")."""


@dataclass(slots=True)
class Moved:
    """Where rows and columns of an earlier look stand in a later one, and the cells of the later one to put back.

    `hit` are rows of the later one that nobody knows, in which cells of people's may have been written over.
    """

    rows: dict[int, int] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    repairs: dict[tuple[int, int], Cell] = field(default_factory=dict)
    hit: set[int] = field(default_factory=set)


@dataclass(slots=True)
class UnverifiedWrite:
    """What was sent to one tab and may stand in a wrong place.

    `meant` is the tab as it should stand without it, `sent` the cells that went, by the rows and columns of
    `meant`. `values` is all that went astray or may have since the tab was last known to stand right, and
    `columns` where it went; `ours` are those of them that we made ourselves, and did not put back for people.
    `column_shift` is by how many columns the tab has shifted since.
    """

    meant: Tab
    sent: Cells = field(default_factory=dict)
    values: set[Mark] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    column_shift: int = 0
    ours: set[Mark] = field(default_factory=set)

    def add(self, cells: Cells) -> None:
        """These went as well, and nobody knows where they stand."""
        peoples = _peoples(self.meant)
        for row, line in cells.items():
            self.sent.setdefault(row, {}).update(line)
            self.columns.update(line)
            self.values.update(map(lookup_key, line.values()))
            self.ours.update(lookup_key(value) for column, value in line.items() if column not in peoples)

    def since(self, meant: Tab, moved: Moved) -> UnverifiedWrite:
        """The same write in a later look, in which its repairs are not known to stand yet."""
        columns = self.columns | {moved.columns[column] for column in self.columns if column in moved.columns}
        return UnverifiedWrite(
            meant, {}, set(self.values), columns, self.column_shift + _shift(moved.columns), set(self.ours)
        )


def match_rows(write: UnverifiedWrite, now: Tab) -> Moved:
    """What must be put back on a tab as it stands now, and where every row of `write.meant` stands.

    A cell is ours to put back when it says something that we sent, and neither what was sent to its own row
    nor what its row said before. Rows and columns may have moved before the write, after it, or both.
    """
    meant = write.meant
    columns = _match_columns(meant, now) | _own_new_columns(write, now)
    shift = write.column_shift + _shift(columns)
    affected = {close for column in write.columns for close in range(column - shift, column + shift + 1)}
    affected |= {place for pair in _dragged(columns) if affected.intersection(pair) for place in pair}
    moved = Moved(_match_rows(write, now, columns, affected if shift else frozenset()), columns)
    retyped = _retyped(write, now, columns)
    column_of = {there: here for here, there in columns.items()}
    # A column that is new has none of before, and whatever of ours stands in it is not for it.
    watched: dict[int, int | None] = {there: None for there in affected if there >= 0}
    watched |= {there: here for there, here in column_of.items() if here in affected or there in affected}
    row_of = {there: here for here, there in moved.rows.items()}
    ours = _rows_put_in(write, now, columns, row_of.keys())
    written = write.columns & _peoples(meant)
    for there in range(len(now.cells)):
        if there in ours:
            continue
        row = row_of.get(there)
        sent = write.sent.get(row, {}) if row is not None else {}
        # Of a row that nobody knows only words that we made ourselves are not its own, unless it holds nothing else.
        sure = row is not None or all(
            is_blank(cell) or (at in watched and lookup_key(cell) in write.values)
            for at, cell in enumerate(now.cells[there])
        )
        for at, column in watched.items():
            cell = now.cell(there, at)
            if not sure and column in written and lookup_key(cell) in write.values:
                moved.hit.add(there)
            if lookup_key(cell) not in (write.values if sure else write.ours):
                continue
            right = meant.cell(row, column) if row is not None and column is not None else None
            if not same(cell, right) and (column not in sent or column in retyped or not shows(cell, sent[column])):
                moved.repairs[there, at] = right
    return moved


def with_cells(tab: Tab, changed: Mapping[tuple[int, int], Cell]) -> Tab:
    """The tab as it will stand once these cells say this."""
    if not changed:
        return tab
    cells = list(tab.cells)
    touched: set[int] = set()
    for (row, column), value in changed.items():
        cells += [[] for _ in range(row + 1 - len(cells))]
        if row not in touched:
            touched.add(row)
            cells[row] = list(cells[row])
        line = cells[row]
        line += [None] * (column + 1 - len(line))
        line[column] = value
    return again(tab, cells)


def match_lines(before: Tab, now: Tab) -> dict[int, int]:
    """Where every row stands now, when nothing was written in between."""
    return _match_rows(UnverifiedWrite(before), now, _match_columns(before, now), frozenset())


def lookup_key(cell: Cell) -> Mark:
    """A cell's value as it can be looked up."""
    if is_blank(cell):
        return True, ""
    return (True, cell) if isinstance(cell, str) else (False, cell)


def shows(cell: Cell, value: Cell) -> bool:
    """True when a cell holds what was sent, which may also be a person's number or tick that was put back."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return says(cell, value)
    return same(cell, value)


def _peoples(tab: Tab) -> set[int]:
    """The columns of people's that have a heading."""
    return {column for column, heading in enumerate(folded_headings(tab)) if heading} - tab.own


def _match_columns(before: Tab, now: Tab) -> dict[int, int]:
    """Where each column stands now: by the order of the headings, then by what stands in one."""
    here = folded_headings(before)
    there = folded_headings(now)
    if here == there or before.new:
        return {column: column for column in range(max(before.width, now.width, len(there)))}
    found: dict[int, int] = {}
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        # A heading that we overwrote, or that somebody retyped, still stands between its neighbours, above its cells.
        if kind == "equal" or (kind == "replace" and i2 - i1 == j2 - j1):
            pairs = zip(range(i1, i2), range(j1, j2), strict=True)
            found |= {column: at for column, at in pairs if kind == "equal" or _same_below(before, column, now, at)}
    taken = set(found.values())
    for column, heading in enumerate(here):  # one that was dragged elsewhere
        if heading and column not in found and here.count(heading) == there.count(heading) == 1:
            at = there.index(heading)
            if at not in taken:
                found[column] = at
    return found


def _same_below(before: Tab, column: int, now: Tab, at: int) -> bool:
    """True when at least half of what stood below a heading stands below the other one, in whatever order.

    Below nothing there is nothing to go by: it may be a column that went, with another put in its place.
    """
    was, stands = (
        Counter(
            lookup_key(tab.cell(row, there))
            for row in range(tab.heading_row + 1, len(tab.cells))
            if not is_blank(tab.cell(row, there))
        )
        for tab, there in ((before, column), (now, at))
    )
    return was.total() > 0 and 2 * (was & stands).total() >= was.total()


def _own_new_columns(write: UnverifiedWrite, now: Tab) -> dict[int, int]:
    """Where the columns stand that we put in ourselves, which the tab did not have before."""
    there = folded_headings(now)
    put_in = {
        column: fold(str(heading))
        for column, heading in write.sent.get(write.meant.heading_row, {}).items()
        if column >= len(folded_headings(write.meant)) and not write.meant.new
    }
    return {column: there.index(heading) for column, heading in put_in.items() if heading in there}


def _shift(columns: Mapping[int, int]) -> int:
    """By how many columns a cell may have landed beside its own; 0 where none moved.

    Every column that is new, gone or dragged elsewhere shifts the others by one; one behind all others shifts none.
    """
    here, there = range(max(columns, default=0)), range(max(columns.values(), default=0))
    strange = len(set(here).difference(columns)) + len(set(there).difference(columns.values()))
    return strange + len(_dragged(columns))


def _dragged(columns: Mapping[int, int]) -> list[tuple[int, int]]:
    """The columns that no longer stand in the order of the others: where each stood, and where it stands."""
    order = [columns[here] for here in sorted(columns)]
    kept = SequenceMatcher(None, order, sorted(order), autojunk=False).get_matching_blocks()
    still = {order[at] for block in kept for at in range(block.a, block.a + block.size)}
    return [(here, there) for here, there in columns.items() if there not in still]


def _retyped(write: UnverifiedWrite, now: Tab, columns: Mapping[int, int]) -> set[int]:
    """Our own columns whose heading somebody gave another name: from then on they are people's."""
    here, there = folded_headings(write.meant), folded_headings(now)
    ours = {fold(said) for is_text, said in write.values if is_text and isinstance(said, str)}
    known = [column for column in write.meant.own if columns.get(column, len(there)) < len(there)]
    stand = {column: there[columns[column]] for column in known}
    return {column for column, heading in stand.items() if heading and heading != here[column] and heading not in ours}


def folded_headings(tab: Tab) -> list[str]:
    """What stands above each column in use, as headings are compared."""
    row = tab.cells[tab.heading_row] if 0 <= tab.heading_row < len(tab.cells) else []
    width = tab.width
    return [fold(str(cell)) if not is_blank(cell) else "" for cell in [*row, *[None] * (width - len(row))]]


def _match_rows(
    write: UnverifiedWrite, now: Tab, columns: Mapping[int, int], affected: Collection[int]
) -> dict[int, int]:
    """Where each row stands now: by Nr, by what people typed, and at last by its neighbours (after Heckel, 1978).

    `affected` are the columns in which something of ours may stand that is not for them: they say nothing.
    """
    before = write.meant
    name = before.table.named_by
    nr = before.table.columns.get(name) if name in before.table.own else None
    nr_there = columns.get(nr) if nr is not None else None
    ours, known = range(len(before.cells)), range(len(now.cells))
    found: dict[int, int] = {}
    if nr is not None and nr_there is not None:
        here = _only_once({row: before.cell(row, nr) for row in ours})
        # A number that we wrote ourselves says nothing of whose row it stands in.
        cells = {row: now.cell(row, nr_there) for row in known}
        there = _only_once({row: cell for row, cell in cells.items() if lookup_key(cell) not in write.values})
        found = {row: there[number] for number, row in here.items() if number in there}
    people = sorted(column for column in columns if column not in before.own)
    people = [column for column in people if column not in affected and columns[column] not in affected] or people
    taken = set(found.values())
    mine = _by_content(before, (row for row in ours if row not in found), people)
    theirs = _by_content(now, (row for row in known if row not in taken), [columns[column] for column in people])
    for content, rows in mine.items():
        twins = theirs.get(content, [])
        if len(twins) == len(rows):
            found |= dict(zip(rows, twins, strict=True))
    _match_remains(write, now, columns, people, found)
    _match_neighbours(before, now, columns, people, found)
    return found


def _match_remains(
    write: UnverifiedWrite, now: Tab, columns: Mapping[int, int], people: list[int], found: dict[int, int]
) -> None:
    """A row in which we may have emptied or written cells of people's, by all that it still says for itself."""
    written = {column for column in people if write.columns.intersection((column, columns[column]))}
    taken, free = set(found.values()), [row for row in range(len(write.meant.cells)) if row not in found]
    looked: dict[tuple[int, ...], dict[tuple[Mark, ...], list[int]]] = {}
    claims: list[tuple[int, int]] = []
    for there in range(len(now.cells)) if written and free else ():
        here = tuple(
            column
            for column in people
            if column not in written or lookup_key(now.cell(there, columns[column])) not in write.values
        )
        content = _said(now, there, [columns[column] for column in here])
        if there not in taken and any(word != "" for _, word in content):
            if here not in looked:
                looked[here] = _by_content(write.meant, free, here)
            claims += [(row, there) for row in looked[here].get(content, ())]
    rows, places = Counter(row for row, _ in claims), Counter(there for _, there in claims)
    found |= {row: there for row, there in claims if rows[row] == places[there] == 1}


def _match_neighbours(
    before: Tab, now: Tab, columns: Mapping[int, int], people: list[int], found: dict[int, int]
) -> None:
    """A row below (or above) a matched one is the row that stood below (above) it, if it looks like it."""
    taken = set(found.values())
    last, last_there = len(before.cells), len(now.cells)
    for step, rows in ((1, range(-1, last - 1)), (-1, range(last, 0, -1))):
        for row in rows:
            at = -1 if row == -1 else last_there if row == last else found.get(row)
            if at is None:
                continue
            near, near_there = row + step, at + step
            if near in found or near_there in taken or not (0 <= near < last and 0 <= near_there < last_there):
                continue
            if _alike(before, near, now, near_there, columns, people):
                found[near] = near_there
                taken.add(near_there)


def _alike(before: Tab, row: int, now: Tab, there: int, columns: Mapping[int, int], people: list[int]) -> bool:
    filled = [column for column in people if not is_blank(before.cell(row, column))]
    if not filled:
        return all(is_blank(now.cell(there, columns[column])) for column in people)
    equal = sum(same(before.cell(row, column), now.cell(there, columns[column])) for column in filled)
    return 2 * equal >= len(filled)


def _only_once(cells: Mapping[int, Cell]) -> dict[str, int]:
    texts = {row: str(cell).strip() for row, cell in cells.items() if not is_blank(cell)}
    times = Counter(texts.values())
    return {text: row for row, text in texts.items() if times[text] == 1}


def _by_content(tab: Tab, rows: Iterable[int], columns: Sequence[int]) -> dict[tuple[Mark, ...], list[int]]:
    """The rows that say the same in those columns, by what they say; rows that say nothing are left out."""
    found: dict[tuple[Mark, ...], list[int]] = {}
    for row in rows:
        content = _said(tab, row, columns)
        if any(word != "" for _, word in content):
            found.setdefault(content, []).append(row)
    return found


def _said(tab: Tab, row: int, columns: Iterable[int]) -> tuple[Mark, ...]:
    return tuple(lookup_key(tab.cell(row, column)) for column in columns)


def _rows_put_in(write: UnverifiedWrite, now: Tab, columns: Mapping[int, int], known: Collection[int]) -> set[int]:
    """Rows that hold just what we put in below all others: they belong to nobody else."""
    added = {row: line for row, line in write.sent.items() if row >= len(write.meant.cells)}
    looked: dict[tuple[int, ...], dict[tuple[Mark, ...], list[int]]] = {}
    found: set[int] = set()
    for line in added.values():
        here = tuple(sorted(line))
        if here not in looked:
            there = [columns.get(column, column) for column in here]
            looked[here] = _by_content(now, (row for row in range(len(now.cells)) if row not in known), there)
        found.update(looked[here].get(tuple(lookup_key(line[column]) for column in here), ()))
    return found
