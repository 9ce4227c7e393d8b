"""Doubts a heading of the software's own whose column stands there under another, or is people's by what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from roster.messages.follow_up_cell import pieces
from roster.messages.in_group import SIGHT_COLUMN, read_sight
from roster.messages.sign_letters import SIGN_COLUMN
from roster.plan.delivery_status import read_mark, without_wish
from roster.planners.bundles import CONTACTS_COLUMN, tells_of_contacts
from roster.reading.row_ids import valid_number
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS, GROEPEN, LIST_COLUMN, TAB
from roster.sheet.headings import ALIKE, heading_likeness, mostly
from roster.sheet.table import Cell, Table, is_blank


def lost_headings(tables: dict[str, Table]) -> list[str]:
    """Dutch sentences, each naming a heading and the column that may be it: it is not added anew in silence.

    Nothing that people do to a tab on which nothing is theirs stops a round.
    """
    return [line for table in tables.values() if not TAB[table.tab].is_ours for line in _lost(table)]


def taken_headings(tables: dict[str, Table]) -> list[str]:
    """Dutch sentences, each naming a column that people made before a new version of ours wrote under that heading."""
    return [line for table in tables.values() for line in _taken(table)]


def _lost(table: Table) -> Iterator[str]:
    taken: set[int] = set()
    for heading in sorted(table.own - table.columns.keys()):
        likely = {at: _likeness(table, at, text, heading) for at, text in table.others.items() if at not in taken}
        twin = max(likely, key=lambda at: likely[at], default=None)
        if twin is None or likely[twin] < ALIKE:
            continue
        taken.add(twin)
        text = table.others[twin]
        named = f"een kolom '{text}'" if text else f"een kolom zonder kopje ({_letters(twin)})"
        yield (
            f"Op het tabblad '{table.title}' ontbreekt de kolom '{heading}'. Er is wel {named}: bedoelde u die? "
            f"Zet het kopje '{heading}' er dan weer boven."
        )


def _taken(table: Table) -> Iterator[str]:
    for heading in _LATER:
        is_ours = _LOOKS.get((table.tab, heading))
        cells = [cell for cell in table.column(heading) if not is_blank(cell)]
        if is_ours is not None and cells and not any(map(is_ours, cells)):
            yield (
                f"Op het tabblad '{table.title}' schrijft Buurtbeheer in de kolom '{heading}', en daar staat iets "
                f"anders in. Is die kolom van u? Geef haar dan een ander kopje, zoals '{heading} (eigen)'."
            )


def _likeness(table: Table, at: int, text: str, heading: str) -> float:
    """How much a column looks like one of ours (0-100): by its cells, where they tell, and else by its heading."""
    by_heading = heading_likeness(text, heading) if text else 0.0
    is_ours = _LOOKS.get((table.tab, heading))
    cells = [row[at] for row in table.rows if at < len(row) and not is_blank(row[at])]
    if is_ours is None or not cells:
        return by_heading
    if mostly(cells, is_ours):
        return 100.0
    return by_heading if any(map(is_ours, cells)) else 0.0


def _letters(position: int) -> str:
    """What a sheet calls a column: A for 0, AA for 26."""
    before, here = divmod(position, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + here)


def _tells_of_letters(cell: Cell) -> bool:
    return any(read_mark(one.partition(": ")[2]) is not None for one in pieces(cell))


def _numbered(prefix: str) -> Callable[[Cell], bool]:
    return lambda cell: valid_number(cell, prefix) is not None


_LOOKS: dict[tuple[str, str], Callable[[Cell], bool]] = {
    (DEELNEMERS.title, "Nr"): _numbered("D"),
    (BORDAANVRAGEN.title, "Nr"): _numbered("B"),
    (DEELNEMERS.title, "Welkom"): lambda cell: read_mark(cell) is not None or without_wish(cell) != cell,
    (DEELNEMERS.title, "Vervolgmail"): _tells_of_letters,
    (DEELNEMERS.title, SIGHT_COLUMN): lambda cell: read_sight(cell) is not None,
    (GROEPEN.title, CONTACTS_COLUMN): tells_of_contacts,
    (GROEPEN.title, LIST_COLUMN): lambda cell: isinstance(cell, str) and "&fvid=" in cell,
    (BORDAANVRAGEN.title, SIGN_COLUMN): lambda cell: read_mark(cell) is not None,
}
"""What is the software's own to see in a cell."""

_LATER = (SIGHT_COLUMN, CONTACTS_COLUMN, SIGN_COLUMN, LIST_COLUMN)
"""Columns of ours that registers in use did not have from the beginning."""
