"""Reads tab Logboek. Whatever people did to it, no row of it stops a round: what cannot be read is passed over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from roster.finding import UnreadCell, Weight
from roster.logbook import (
    ACT_NAMES,
    FORGOTTEN,
    HIGHEST,
    LASTING,
    SECRET,
    WISH,
    Logbook,
    LogEntry,
    is_key,
    is_mark,
    is_secret,
)
from roster.plan.delivery_status import BELIEVED, WISHES, State
from roster.reading.row_ids import LAST, valid_number
from roster.sheet.columns import LOGBOEK
from roster.sheet.headings import mostly
from roster.sheet.table import Cell, Place, Table, is_blank

_RULE = "a_row_of_the_logbook_is_ours"

_STATES = {str(state): state for state in State}
_ACTS = {kind: act for act, kind in ACT_NAMES.items()}
_SINCE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LONGEST = 60


def read_logbook(table: Table, unread: list[UnreadCell]) -> Logbook:
    """What the tab says; rows that cannot be read are told of together, once."""
    book, strange = Logbook(), []
    headings = LOGBOEK.headings
    columns = {heading: list(table.column(heading)) for heading in headings} | _without_heading(table)
    days = columns["Dag"]
    for index, cells in enumerate(zip(*(columns[heading] for heading in headings), strict=True)):
        said = dict(zip(headings, map(_text, cells), strict=True))
        if not any(said.values()) and all(map(is_blank, cells)):
            continue
        entry = _entry(table.place(index), said, days[index])
        if entry is not None:
            _take(book, said["Sleutel"], entry)
        elif not _is_head(book, said):
            strange.append(table.first + index)
    if strange:
        unread.append(_strange(strange))
    return book


def _without_heading(table: Table) -> dict[str, list[Cell]]:
    """The columns whose heading is gone, by what stands in them: the next write puts that heading beside them."""
    found: dict[str, list[Cell]] = {}
    left = {at: [row[at] if at < len(row) else None for row in table.rows] for at in table.others}
    for heading, is_ours in _LOOKS.items():
        if heading in table.columns:
            continue
        for at, cells in left.items():
            if mostly(cells, is_ours):
                found[heading] = left.pop(at)
                break
    return found


def _text(cell: Cell) -> str:
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return ""
    said = " ".join(cell.split())
    return cell if said == cell else said  # so that a word is kept once


def _entry(place: Place, said: dict[str, str], day: Cell) -> LogEntry | None:
    """The message that a row tells of; None where that cannot be read."""
    kind, state, mark, since = said["Bericht"], said["Stand"].casefold(), said["Kenmerk"], _since(day)
    nr = valid_number(said["Nr"], "")  # whatever its prefix
    states = {WISH: WISHES, FORGOTTEN: (State.FORGOTTEN,)}.get(_ACTS.get(kind, ""), BELIEVED)
    if nr is None or not is_key(said["Sleutel"]) or not kind or state not in states or since is None:
        return None
    if mark and not is_mark(mark):
        return None
    return LogEntry(place, nr, _ACTS.get(kind, kind), said["Versie"], _STATES[state], mark, since)


def _since(cell: Cell) -> datetime | None:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    return _moment(_text(cell))


@lru_cache(maxsize=1024)  # few days and minutes, and a row for each letter
def _moment(said: str) -> datetime | None:
    found = _SINCE.fullmatch(said)
    if found is None:
        return None
    try:
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _take(book: Logbook, key: str, entry: LogEntry) -> None:
    """Of a row that was copied, the one that knows most stays; of what is no message, the later."""
    known = book.entries.setdefault(key, entry)
    if known is not entry:
        first, second = known, entry
        if entry.since > known.since if entry.act in LASTING else _rank(entry) < _rank(known):
            first, second = entry, known
        book.entries[key] = first
        book.doubles.append(second.place)


def _rank(entry: LogEntry) -> int:
    return (*BELIEVED, *WISHES).index(State(entry.state))


def _is_head(book: Logbook, said: dict[str, str]) -> bool:
    """Whether a row holds the secret, or the highest Nr."""
    name, _blank, prefix = said["Sleutel"].partition(" ")
    if name == SECRET and is_secret(said["Kenmerk"]):
        book.secret = book.secret or said["Kenmerk"]
        return True
    number = valid_number(said["Nr"], prefix) if name == HIGHEST and prefix else None
    count = int(number.partition("-")[2]) if number else 0
    if 0 < count <= LAST:
        book.highest[prefix] = max(count, book.highest.get(prefix, 0))
    return 0 < count <= LAST


def _strange(rows: list[int]) -> UnreadCell:
    named = ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
    words = (f"Rij {named} is", "telt", "rij") if len(rows) == 1 else (f"De rijen {named} zijn", "tellen", "rijen")
    message = f"{words[0]} niet te lezen en {words[1]} niet mee."
    remedy = f"Haal die {words[2]} weg. Wat Buurtbeheer weet, zet het er zelf weer bij."
    return UnreadCell(Place(LOGBOEK.title), message, remedy, _RULE, Weight.NOTICE)


_LOOKS: dict[str, Callable[[Cell], bool]] = {
    "Sleutel": lambda cell: is_key(_text(cell)),
    "Kenmerk": lambda cell: is_mark(_text(cell)),
    "Dag": lambda cell: _since(cell) is not None,
    "Nr": lambda cell: valid_number(_text(cell), "") is not None,
    "Bericht": lambda cell: _text(cell) in _ACTS,
    "Stand": lambda cell: _text(cell).casefold() in (*BELIEVED, *WISHES),
    "Versie": lambda cell: _text(cell).isdecimal(),
}
"""What is to see in a column of the tab, whatever stands above it."""
