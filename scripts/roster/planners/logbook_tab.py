"""Keeps tab Logboek: the register itself remembers each message that left, for every laptop and every version of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cached_property

from roster.logbook import ACT_NAMES, FORGOTTEN, HIGHEST, SECRET, WISH, LogEntry
from roster.messages.audience import wish_of
from roster.messages.learned import logbook_of, version_in_tab
from roster.messages.recipient_history import WELCOME, recipient_history_of
from roster.model import Member
from roster.plan.delivery_status import WISHES, State, read_mark
from roster.plan.history import Message, is_our_word, outdated, row_of
from roster.plan.steps import AddRow, CellStep, SetCell, View
from roster.reading.row_ids import highest_seen
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS, LOGBOEK
from roster.sheet.dutch import short_day
from roster.sheet.table import Cell, Place, Table, says

_HEADS = {"D": DEELNEMERS.title, "B": BORDAANVRAGEN.title}
_STAY = "Laat deze rij staan"

_ADDED = -1
"""Stands for the index of a row that is not in the tab yet."""

_Said = dict[str, Cell]
"""What a row says, by heading."""


def plan_logbook(view: View) -> Iterator[CellStep]:
    """A row for every message that only the ledger knows of, and how it stands where the ledger knows it better.

    Nothing is planned for a register without people.
    """
    rows = LogbookRows(view)
    yield from rows.heads()
    for message in sorted(view.history.deliveries, key=lambda one: (one.day, one.person, one.act, one.version)):
        yield from rows.tell(message)
    yield from rows.only_in_rows()
    yield from rows.wishes()
    yield from rows.lost()
    yield from rows.outdated()


class LogbookRows:
    """The rows of the tab as they stand by now, and the steps that make them tell of a message.

    A message goes by the same key from every laptop: of the Nr, the person's mark, what it was and its version.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._book = found = logbook_of(view)
        self._reported: set[str] = set()
        self._written: dict[str, _Said] = {}
        self._table = table = view.roster.tables.get(LOGBOEK.title) or Table(LOGBOEK.title, LOGBOEK.title, {}, [], 1)
        self._is_bare = bool(table.columns) and bool(LOGBOEK.own - table.columns.keys())  # a heading is gone
        names = {entry.place.key: key for key, entry in found.entries.items()}
        self._rows = {names.get(name, name): index for index, name in enumerate(table.keys)}

    def heads(self) -> Iterator[CellStep]:
        """The secret, and the highest Nr that was ever given, so that no laptop gives it again."""
        found = {}
        for prefix, tab in _HEADS.items():
            table = self._view.roster.tables.get(tab)
            rows = self._view.roster.members if prefix == "D" else self._view.roster.requests
            there = [*(table.column("Nr") if table else ()), *(row.nr for row in rows)]
            found[prefix] = highest_seen(prefix, there, self._view.history)
        if any(found.values()):
            yield from self._secret()
        for prefix, highest in found.items():
            if highest > self._book.highest.get(prefix, 0):
                said = {"Nr": f"{prefix}-{highest:04d}", "Bericht": "Hoogste Nr"}
                yield from self._put(f"{HIGHEST} {prefix}", said)

    def _secret(self) -> Iterator[CellStep]:
        if not self._view.roster.logbook.secret:
            yield from self._put(SECRET, {"Bericht": _STAY, "Kenmerk": self._book.secret})

    def tell(self, message: Message, since: datetime | None = None) -> Iterator[CellStep]:
        """What makes the tab tell of a message: of one that the ledger remembers, or one that stands so `since` now."""
        named = self._named(message)
        if named is None:
            return
        key, said = named
        self._reported.add(key)
        if key not in self._rows and message.state == State.WAITS:
            return
        entry = self._book.entries.get(key)
        if key not in self._rows or since is not None or _is_news(message, entry):
            said |= _stands(message.state, since or message.day, timed=since is not None)
        elif self._is_bare and entry is not None:
            said |= _stands(entry.state, entry.since)
        yield from self._secret()
        yield from self._put(key, said)

    def only_in_rows(self) -> Iterator[CellStep]:
        """What only the rows tell of a welcome, so that it is known still where a row tells of it no more."""
        recipients = recipient_history_of(self._view)
        for member in self._view.roster.members:
            mark = read_mark(recipients.own_row_says(member))
            if mark is not None and mark.state in (State.READY, State.SENT, State.HAND):
                message = Message(recipients.person(member), WELCOME, mark.version, mark.state, mark.day)
                named = self._named(message)
                if named is not None and named[0] not in self._rows:
                    yield from self.tell(message)

    def wishes(self) -> Iterator[CellStep]:
        """Who wants no mail, or takes mail again, where ledger or row knows that of a later moment than the tab."""
        known, news = self._view.history.wishes, dict[str, tuple[Member, State, datetime]]()
        for member in self._view.roster.members:
            wish = wish_of(member, self._view) if member.mobile else None
            if wish is None or not member.mobile:
                continue
            mark = self._book.mark(member.mobile)
            there = (known[mark].state, known[mark].since) if mark in known else None
            if mark in news:
                there = news[mark][1:]
            if there is None or (there[0] != wish[0] and there[1] < wish[1]):
                news[mark] = member, *wish
        for one in news.values():
            yield from self.wish(*one)

    def wish(self, member: Member, state: State, since: datetime) -> Iterator[CellStep]:
        """What makes the tab tell what somebody wants since that moment (local time)."""
        mark = self._book.mark(member.mobile or "")
        key = self._book.wish_key(mark)
        if not member.mobile or key in self._reported:  # of who stands there twice one row tells
            return
        self._reported.add(key)
        said: _Said = {"Nr": member.nr, "Bericht": ACT_NAMES[WISH], "Kenmerk": mark}
        yield from self._secret()
        yield from self._put(key, {**said, **_stands(state, since)})

    def forgotten(self, nr: str) -> Iterator[CellStep]:
        """What makes the tab tell every computer that whoever had a Nr is forgotten, as of today."""
        said: _Said = {"Nr": nr, "Bericht": ACT_NAMES[FORGOTTEN]}
        yield from self._secret()
        yield from self._put(
            self._book.key(nr, "", FORGOTTEN, ""), {**said, **_stands(State.FORGOTTEN, self._view.terms.today)}
        )

    def lost(self) -> Iterator[CellStep]:
        """What stood there once of letters of others: somebody took it out, or put back an older version."""
        for key, one in self._view.history.logbook.entries.items():
            there = self._book.entries.get(key)
            if key not in self._reported and (self._is_bare or there is None or there.state != one.state):
                said: _Said = {"Nr": one.nr, "Bericht": ACT_NAMES.get(one.act, one.act), "Versie": one.version}
                yield from self._put(key, {**said, **_stands(one.state, one.since), "Kenmerk": one.mark})

    def outdated(self) -> Iterator[SetCell]:
        """Empties copies, and rows of long ago of people who no longer stand in the register."""
        old = outdated(self._book, self._view.roster, self._marks, self._view.terms, self._view.history.gone)
        gone = [*self._book.doubles, *(one.place for one in old.values())]
        rows = {self._table.keys[index]: key for key, index in self._rows.items() if index >= 0} if gone else {}
        for place in gone:
            for heading in LOGBOEK.headings:
                was = self._says(rows[place.key], heading)
                if not says(was, ""):
                    yield SetCell(place.at(heading), "", was)

    def _put(self, key: str, said: Mapping[str, Cell]) -> Iterator[CellStep]:
        values = {heading: value for heading, value in {**said, "Sleutel": key}.items() if isinstance(value, str)}
        if key not in self._rows:
            self._rows[key], self._written[key] = _ADDED, dict(values)
            yield AddRow(LOGBOEK.title, key, tuple((one, values.get(one, "")) for one in LOGBOEK.headings))
            return
        for heading, value in values.items():
            was = self._says(key, heading)
            if not says(was, value):
                self._written.setdefault(key, {})[heading] = value
                index = self._rows[key]
                place = Place(LOGBOEK.title, 0, key) if index == _ADDED else self._table.place(index)
                yield SetCell(place.at(heading), value, was)

    def _says(self, key: str, heading: str) -> Cell:
        """What a row says under a heading by now."""
        if key in self._written and heading in self._written[key]:
            return self._written[key][heading]
        index = self._rows[key]
        return None if index == _ADDED else self._table.cell(index, heading)

    def _named(self, message: Message) -> tuple[str, _Said] | None:
        """The key of a message and what its row says of it besides how it stands; None where nobody knows whose it is.

        Of somebody with another mobile since, the row that was made before tells; without one his mobile of today.
        """
        nr, version = row_of(message.person), version_in_tab(message, self._book, self._view.history, self._view.terms)
        if version is None:
            return None
        said: _Said = {"Nr": nr, "Bericht": ACT_NAMES.get(message.act, message.act), "Versie": version}
        mobile = next((self._mobiles[one] for one in message.identities if one in self._mobiles), None)
        if mobile is None:
            there = self._of_before.get((nr, message.act, version), ())
            if len(there) == 1:
                return there[0], said
            mobile = self._today.get(message.person)
        if mobile is None:
            return None
        said["Kenmerk"] = mark = self._book.mark(mobile)
        return self._book.key(nr, mark, message.act, version), said

    @cached_property
    def _mobiles(self) -> dict[str, str]:
        """The mobiles that stand in the register, by what the ledger knows them by."""
        identity = self._view.history.identity
        return {identity(member.mobile): member.mobile for member in self._view.roster.members if member.mobile}

    @cached_property
    def _today(self) -> dict[str, str]:
        """The mobile of everybody, by the person that he is to the ledger."""
        person = recipient_history_of(self._view).person
        return {person(member): member.mobile for member in self._view.roster.members if member.mobile}

    @cached_property
    def _marks(self) -> frozenset[str]:
        return frozenset(map(self._book.mark, self._mobiles.values()))

    @cached_property
    def _of_before(self) -> dict[tuple[str, str, str], list[str]]:
        """The keys of rows whose person has no such mobile any more, by Nr, message and version."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for key, one in self._book.entries.items():
            if one.mark not in self._marks:
                found.setdefault((one.nr, one.act, one.version), []).append(key)
        return found


def _stands(state: str, since: date | datetime, *, timed: bool | None = None) -> _Said:
    """How a message stands since when; at midnight nobody sends, so that is a day alone."""
    day = short_day(since)
    if timed is None:
        timed = isinstance(since, datetime) and since.time() != time()
    clock = "%H:%M:%S" if state in WISHES else "%H:%M"
    return {"Stand": state, "Dag": f"{day} {since:{clock}}" if timed else day}


def _is_news(message: Message, entry: LogEntry | None) -> bool:
    """Whether the ledger knows better than a row how a message stands: of a row that cannot be read, it does.

    What the row says is no news to a ledger that told so itself. Of another laptop's word, what was sent is believed.
    """
    if entry is None:
        return message.state != State.WAITS
    if message.state in (entry.state, State.BUSY):
        return False
    if is_our_word(entry, message):
        return True
    is_done = message.state in (State.SENT, State.HAND)
    if message.state == State.WAITS or (entry.state == State.BUSY and not is_done):
        return False
    if entry.state in (State.SENT, State.HAND):
        return not is_done and message.state == State.REFUSED and message.day > entry.since.date()
    return message.day >= entry.since.date()
