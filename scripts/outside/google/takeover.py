"""What the lock tab tells: who is at work, and what is under way, so that whoever takes over can put that right."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from outside.errors import Stop
from outside.google.batch import TabChange
from outside.google.row_matching import (
    Cells,
    Mark,
    UnverifiedWrite,
    folded_headings,
    lookup_key,
    match_rows,
    with_cells,
)
from outside.google.tabs import Tab
from outside.workbook import STALE
from roster.plan.delivery_status import read_mark
from roster.reading.row_ids import valid_number
from roster.sheet.columns import TAB
from roster.sheet.dutch import short_moment
from roster.sheet.table import Cell, Table, fold, is_blank

TITLE = "Buurtbeheer is bezig"


@dataclass(frozen=True, slots=True)
class LockTab:
    """Who holds the lock: the tab's id, the machine, since when and last seen (seconds), the installation.

    `under_way` is what its last write was about (`takeover.describe_batch`), "" where nothing was under way.
    """

    sheet: int
    machine: str
    since: float
    seen: float
    installation: str
    under_way: str = ""


def broke_off(holder: LockTab) -> str:
    """The beginning of what is said of a run that broke off."""
    name = " ".join(holder.machine.split())[:60]
    machine = f"Op de computer '{name}'" if name else "Op een andere computer"
    return f"{machine} brak een ronde af, op {in_local_time(holder.seen)}"


def people_may_be_hit(holder: LockTab, titles: Sequence[str]) -> Stop:
    """What to say where cells of people may have been written over: their sheet's own history has what stood there."""
    where = " en ".join(f"'{title}'" for title in titles)
    place = f"op tabblad {where} " if where else ""
    return Stop(
        f"{broke_off(holder)}, terwijl in het blad iets verschoof. Misschien staat {place}in kolommen van u iets dat "
        "er niet hoort, of is daar iets weg.",
        "Typ op die computer nog eens make sync: die weet wat er stond, en zet het terug. Kan dat niet? Vergelijk het "
        f"blad dan met de versie van vlak vóór {in_local_time(holder.seen)} (Bestand, Versiegeschiedenis), en zet "
        f"terug wat verkeerd staat. Verwijder daarna het verborgen tabblad '{TITLE}' (Weergave, Verborgen bladen), en "
        "typ: make sync",
    )


def is_busy(holder: LockTab) -> Stop:
    """What to say to who comes second."""
    name = " ".join(holder.machine.split())[:60]
    machine = f" vanaf de computer '{name}'" if name else ""
    since = f", sinds {in_local_time(holder.since)}" if holder.since else ""
    free = in_local_time(max(holder.seen, holder.since) + STALE)
    return Stop(
        f"Buurtbeheer is al bezig met dit register{machine}{since}.",
        f"Wacht tot die klaar is. Is daar niemand meer bezig, dan kunt u vanaf {free} gewoon opnieuw beginnen.",
    )


def in_local_time(moment: float) -> str:
    """A moment as people here tell it."""
    return short_moment(datetime.fromtimestamp(moment))  # noqa: DTZ006  # people read their own clock


def as_moment(text: str) -> float:
    """A moment in seconds; 0 for what is none, or lies outside the days that a calendar knows."""
    return float(text) if re.fullmatch(r"[0-9]{1,10}", text) else 0.0


MADE_ANEW = frozenset({"Status", "Meldingen", "Aantal", "Vrij", "Beheerders", "Groepen"})
"""Own columns that every run makes anew. What stood in the others would be lost."""

MOST = 1_000_000
"""Characters that the lock tab takes."""

MOST_DESCRIBED = 40_000
"""Rows of which is told what stood in our columns. Of a larger tab only the rows that are written are told."""

_PERSON = "kenmerk"

_WITHOUT_THE_OTHERS: Mapping[str, object] = {"rows": []}
_WITHOUT_ANY: Mapping[str, object] = {"rows": [], "said": [], "sent": [], "astray": [], "people": [[0, "?"]]}
"""A row that no sheet has: what is told without any other never stands as it was meant."""

BatchPart = dict[str, Any]


def describe_batch(changes: Mapping[str, TabChange], unverified: Mapping[str, UnverifiedWrite]) -> str:
    """What is about to be written, in signs for the lock tab: where, and what stood there in columns of our own.

    Of what people typed there are digests only, by which a row is known again. Of a write that is too large to tell,
    only which tabs it is about is told: whoever takes over cannot see that all is well there, and says so.
    """
    parts = [_part(name, change, unverified.get(name)) for name, change in changes.items() if not change.tab.new]
    under_way = _packed(parts)
    for less in (_WITHOUT_THE_OTHERS, _WITHOUT_ANY):
        if len(under_way) > MOST:
            under_way = _packed([{**part, **{name: less[name] for name in less if name in part}} for part in parts])
    return under_way


def take_up(under_way: str, tabs: Mapping[str, Tab]) -> tuple[dict[str, UnverifiedWrite], list[str]]:
    """What may stand wrong in our own columns, by tab, and the titles of tabs where people's cells may be hit.

    `under_way` is what a run that broke off said, `tabs` how they stand now. Raises ValueError for what no run said.
    """
    unverified: dict[str, UnverifiedWrite] = {}
    hit: list[str] = []
    try:
        parts = json.loads(zlib.decompress(base64.b64decode(under_way, validate=True)))
        for part in parts:
            tab = tabs.get(part["tab"])
            if tab is None:
                continue
            stands = _peoples_stand(part, tab) and (part["rows"] or _stands(part, tab))
            if _may_have_hit(part, tab) or not stands:
                hit.append(tab.title)
            elif repairs := _repairs(part, tab):
                values = {lookup_key(tab.cell(*place)) for place in repairs}
                columns = {column for _row, column in repairs}
                unverified[part["tab"]] = UnverifiedWrite(with_cells(tab, repairs), {}, values, columns, 0, set(values))
    except (zlib.error, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ValueError("what is under way cannot be read") from error
    return unverified, hit


def another_wrote(write: UnverifiedWrite, now: Tab) -> bool:
    """True where a Nr or a mark stands that neither stood there nor was sent: another run was at work since."""
    columns = _kept(write.meant).values()
    known = {lookup_key(line[column]) for line in write.meant.cells for column in columns if column < len(line)}
    here = {now.cell(row, column) for column in _kept(now).values() for row in range(len(now.cells))}
    news = {cell for cell in here if lookup_key(cell) not in known | write.values}
    return any(valid_number(cell, "") is not None or read_mark(cell) is not None for cell in news)


def _packed(parts: Sequence[BatchPart]) -> str:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"))).decode("ascii")


def _part(name: str, change: TabChange, write: UnverifiedWrite | None) -> BatchPart:
    """What is told of one tab."""
    tab = change.tab
    kept = {} if TAB[name].derived else _kept(tab)
    places = {position: at for at, position in enumerate(kept.values())}
    cells = [(row, column, value) for row, line in change.cells.items() for column, value in line.items()]
    sent = [(row, places[column], value) for row, column, value in cells if column in places]
    values = [value for _is_text, value in write.values] if write is not None and kept else []
    part = {
        "tab": name,
        "headings": _headings(tab),
        "columns": sorted({column for _row, column, _value in cells}),
        "emptied": sorted({column for _row, column, value in cells if is_blank(value)}),
        "said": sorted({_digest(lookup_key(value)) for _row, _column, value in cells if not is_blank(value)}),
        "first": tab.table.first,
        "peoples": list(_peoples(change)),
        "rows": [],
    }
    if sent or values:
        rows = sorted({row for row, _at, _value in sent if row < len(tab.cells)})
        people = [line[-1] for line in _own_cells(tab, (), [tab.cells[row] for row in rows])]
        part |= {"kept": list(kept), "sent": sent, "astray": values, "people": list(zip(rows, people, strict=True))}
        part["rows"] = _own_cells(tab, kept, tab.cells) if len(tab.cells) <= MOST_DESCRIBED else []
    return part


def _peoples(change: TabChange) -> Iterator[tuple[int, str, str]]:
    """Each row of which cells of people's are written: its place, and who it is before and after it."""
    tab = change.tab
    hit = [row for row, line in change.cells.items() if row < len(tab.cells) and not tab.own.issuperset(line)]
    made = with_cells(tab, {(row, column): value for row in hit for column, value in change.cells[row].items()})
    for row in hit:
        before, after = _who(tab, [tab.cells[row], made.cells[row]])
        yield row, before, after


def _who(tab: Tab, lines: Iterable[list[Cell]]) -> list[str]:
    """Digests of rows: their Nr and what people typed."""
    named = tab.table.named_by
    return [_digest(line) for line in _own_cells(tab, (named,) if named in tab.table.own else (), lines)]


def _peoples_stand(part: BatchPart, tab: Tab) -> bool:
    """True where each row of which cells of people's were written stands as before or after it, or elsewhere as after.

    One that is elsewhere as it was before may have moved ahead of the write, which then hit somebody else's.
    """
    people = part.get("peoples", ())
    there = _who(tab, tab.cells) if people else []
    return all(there[row : row + 1] in ([before], [after]) or after in there for row, before, after in people)


def _kept(tab: Tab) -> dict[str, int]:
    """The own columns of which a run cannot make anew what stood there, and where they stand."""
    own = tab.table.own - MADE_ANEW
    return {heading: position for heading, position in tab.table.columns.items() if heading in own}


def _own_cells(tab: Tab, headings: Iterable[str], lines: Iterable[list[Cell]]) -> list[list[Cell]]:
    """Of rows of a tab what stands in those columns, and a digest of what people typed in them."""
    own = [tab.table.columns.get(heading) for heading in headings]
    ours = {fold(heading) for heading in tab.table.own}
    peoples = sorted((word, at) for at, word in enumerate(_headings(tab)) if word and word not in ours)
    rows: list[list[Cell]] = []
    for line in lines:
        typed = [(word, lookup_key(line[at])) for word, at in peoples if at < len(line) and not is_blank(line[at])]
        known = [line[at] if at is not None and at < len(line) else None for at in own]
        rows.append([*known, _digest(typed) if typed else None])
    return rows


def _headings(tab: Tab) -> list[str]:
    """The headings alone: to know how far people use a tab without them, all of it must be looked through."""
    row = tab.cells[tab.heading_row] if tab.heading_row < len(tab.cells) else []
    return ["" if is_blank(cell) else fold(str(cell)) for cell in row]


def _digest(said: object) -> str:
    return hashlib.blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _may_have_hit(part: BatchPart, tab: Tab) -> bool:
    """True where columns stand elsewhere than was counted on, and what was written may lie over what is not known.

    That is what people typed, and what stood in our own columns that no run can make anew.
    """
    before, now = part["headings"], folded_headings(tab)
    ours = {fold(heading) for heading in tab.table.own}
    if all(now[at : at + 1] == before[at : at + 1] for at in part["columns"] if at < len(before)):
        return False
    peoples = [at for at, heading in enumerate(now) if heading not in ours]
    if set(peoples) & set(part["emptied"]):
        return True
    said = set(part["said"])
    strange = said - {_digest(lookup_key(value)) for _row, _at, value in part.get("sent", ())}
    foreign = {**dict.fromkeys(_kept(tab).values(), strange), **dict.fromkeys(peoples, said)}
    return any(
        _digest(lookup_key(line[at])) in words
        for line in tab.cells[tab.table.first - 1 :]
        for at, words in foreign.items()
        if at < len(line) and not is_blank(line[at])
    )


def _stands(part: BatchPart, tab: Tab) -> bool:
    """True where every row that was written still stands where it stood, and says what it was sent."""
    rows = {row: tab.cells[row] if row < len(tab.cells) else [] for row, _said in part.get("people", ())}
    people = [line[-1] for line in _own_cells(tab, (), rows.values())]
    columns = [tab.table.columns.get(heading, -1) for heading in part.get("kept", ())]
    return people == [said for _row, said in part.get("people", ())] and all(
        columns[at] >= 0 and lookup_key(tab.cell(row, columns[at])) == lookup_key(value)
        for row, at, value in part.get("sent", ())
    )


def _repairs(part: BatchPart, tab: Tab) -> dict[tuple[int, int], Cell]:
    """The cells of our own columns that must be put back, found as the run itself would have, by whose row it is."""
    if not part["rows"]:
        return {}
    kept = part["kept"]
    meant = _as_tab(tab, part["rows"], kept, part["first"])
    write = UnverifiedWrite(meant, {}, set(map(lookup_key, part["astray"])), set(range(len(kept))))
    write.ours = set(write.values)
    sent: Cells = {}
    for row, at, value in part["sent"]:
        sent.setdefault(row, {})[at] = value
    write.add(sent)
    moved = match_rows(write, _as_tab(tab, _own_cells(tab, kept, tab.cells), kept, tab.table.first))
    known = set(moved.rows.values())
    lost = {lookup_key(value) for row, line in sent.items() if row not in moved.rows for value in line.values()}
    columns = tab.table.columns
    return {
        (row, columns[kept[at]]): value
        for (row, at), value in moved.repairs.items()
        if at < len(kept) and kept[at] in columns and not (row not in known and _of(tab, row, kept[at]) in lost)
    }


def _of(tab: Tab, row: int, heading: str) -> Mark:
    """What stands in a row that nobody knows: the row that it was sent to may be this one, retyped."""
    return lookup_key(tab.cell(row, tab.table.columns[heading]))


def _as_tab(tab: Tab, rows: Sequence[list[Cell]], kept: Sequence[str], first: int) -> Tab:
    """A tab of which our own columns and a digest of the rest are all that is known."""
    cells = [list(row) for row in rows]
    cells[first - 2] = [*kept, _PERSON]
    columns = {heading: at for at, heading in enumerate(kept)}
    table = Table(tab.table.tab, tab.title, columns, cells[first - 1 :], first, frozenset(kept))
    return replace(tab, cells=cells, column_count=len(kept) + 1, table=table, merges=(), new=False)
