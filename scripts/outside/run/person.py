"""Who is meant, by what is typed or by when he left, and all that he was known by: in the register and its copies."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from outside.config.settings import Settings
from outside.errors import Stop
from outside.excel.cells import open_register
from outside.files.places import REGISTER_COPIES, Traces, files_at
from outside.ledger.files import FileStore
from outside.ledger.forget import KnownBy
from outside.run.output_files import contacts_written
from roster.cells.phones import phone
from roster.logbook import ACT_NAMES, FORGOTTEN, HIGHEST
from roster.messages.recipient_history import recipient_history_of
from roster.model import Member
from roster.plan.history import row_of
from roster.plan.steps import View
from roster.reading.row_ids import number_said, number_typed
from roster.rules.dates import a_row_is_kept_no_longer_than_its_time
from roster.sheet.columns import BEHEERDERS, BORDAANVRAGEN, DEELNEMERS, LOGBOEK
from roster.sheet.dutch import first_few
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Table, fold, is_blank

_NAME = ("Voornaam", "Tussenvoegsel", "Achternaam")
_SHOWN = 5
"""Of those who are meant by one word."""


@dataclass(slots=True)
class Person:
    """Somebody by the Nr of his row, and all that register and copies say he is known by.

    `member` is his row today, None where it is gone. `names` are folded.
    """

    nr: str
    member: Member | None = None
    mobiles: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    def learn(self, table: Table, index: int) -> None:
        """Take over what a row says of him."""
        mobile, address = _mobile(table.cell(index, "Mobiel")), _address(table.cell(index, "E-mail"))
        self.mobiles |= {mobile} - {""}
        self.addresses |= {address} - {""}
        self.names |= set(_names(table, index))
        self.groups |= {fold(str(table.cell(index, "Groep") or ""))}

    def is_in(self, table: Table, index: int) -> bool:
        """Whether a row of Deelnemers is his: by Nr and one of number, address and name; without a Nr by two.

        A row with his Nr that tells of nobody is what a run that was cut off left of his.
        """
        nr = number_said(table.cell(index, "Nr"))
        if nr not in ("", self.nr):
            return False
        if not any((self.mobiles, self.addresses, self.names)):
            return nr == self.nr
        mobile, address = _mobile(table.cell(index, "Mobiel")), _address(table.cell(index, "E-mail"))
        names = set(_names(table, index))
        alike = (mobile in self.mobiles) + (address in self.addresses) + (not self.names.isdisjoint(names))
        return alike > 1 or (nr == self.nr and (alike > 0 or not (mobile or address or names)))


def find_person(typed: str, view: View) -> Person:
    """Who is meant, by Nr, mobile, address or name. Raises Stop for nobody, naming the nearest, and for several."""
    members = list(_meant(typed, view.roster.members)) or list(_of_surname(typed, view.roster.members))
    if len({member.nr for member in members}) > 1:
        listed = [f"{member.nr} ({member.name}, {member.home})" for member in members]
        raise Stop(
            f"Dit past bij meer dan een deelnemer: {first_few(listed, _SHOWN)}.",
            f"Kies er een. Typ WHO={members[0].nr}",
        )
    if not members and not _is_nr(typed, view):
        names = {fold(member.name): member for member in view.roster.members}
        near = difflib.get_close_matches(fold(typed), names, 1)
        hint = f"Bedoelde u {names[near[0]].name}? Typ WHO={names[near[0]].nr}" if near else "Kijk in de kolom Nr."
        raise Stop(f"Niemand in het register past bij '{typed}'.", hint)
    return _as_in_row(members[0], view) if members else Person(number_typed(typed))


def left_long_ago(view: View) -> list[Person]:
    """Everybody whose row is past its time, as the rows themselves tell."""
    overdue = {one.place.key for one in view.findings if one.rule == a_row_is_kept_no_longer_than_its_time.__name__}
    return [_as_in_row(member, view) for member in view.roster.members if member.place.key in overdue]


def _as_in_row(member: Member, view: View) -> Person:
    found, table = Person(member.nr, member), view.roster.tables[DEELNEMERS.title]
    found.learn(table, member.place.row - table.first)
    found.mobiles |= {member.mobile or ""} - {""}
    found.addresses |= {(member.email or "").casefold()} - {""}
    return found


def learn(people: Sequence[Person], view: View, settings: Settings, files: FileStore) -> None:
    """Take over what every copy of the register says that they were known by then; one that does not read says nothing.

    Who has no row any more is known there by his Nr, and there and in what lies ready for admins by what the ledger
    knows of who had it.
    """
    marks = {mark: one for one in people if one.member is None for mark in _marks_of(one.nr, view)}
    for copy in copies_of_register(settings):
        with suppress(Stop):
            members = find_what_is_there(open_register(copy)[1])[0].get(DEELNEMERS.title)
            for index in range(len(members.rows) if members is not None else 0):
                assert members is not None
                mobile = _mobile(members.cell(index, "Mobiel")) if marks else ""
                known = marks.get(view.history.identity(mobile)) if mobile else None
                for one in people:
                    if one is known or one.is_in(members, index):
                        one.learn(members, index)
    for _path, name, mobile in contacts_written(settings.paths.out, files) if marks else ():
        if known := marks.get(view.history.identity(mobile)):
            known.mobiles.add(mobile)
            known.names.add(fold(name))


def copies_of_register(settings: Settings) -> list[Path]:
    """Every copy of a register among the backups, whatever it is called."""
    return list(files_at((REGISTER_COPIES,), settings.paths.out, settings.paths.state))


def others_with(people: Collection[Person], view: View) -> list[str]:
    """Who else has the number or address of one of them today: a couple shares one, and a number is handed on."""
    mobiles, addresses = _theirs_alone(people, ())
    return [
        one.nr for one in _others(people, view) if one.mobile in mobiles or (one.email or "").casefold() in addresses
    ]


def traces_of(people: Collection[Person], view: View) -> Traces:
    """What to look for: what they alone are known by. Of names those of two words."""
    others = _others(people, view)
    mobiles, addresses = _theirs_alone(people, others)
    names = {name for one in people for name in one.names} - {fold(one.name) for one in others}
    return Traces(sorted(mobiles), sorted(addresses), sorted(name for name in names if " " in name))


def known_by(people: Collection[Person], view: View) -> list[KnownBy]:
    """What the ledger may know them by; not who stands in a row of his own, as a double."""
    history, others, found = view.history, _others(people, view), []
    there = {one.nr for one in others}
    for person in people:
        persons = list[str]()
        if person.member is not None:
            recipients = recipient_history_of(view)
            before = (one for one in recipients.known_as(person.member) if row_of(one) not in there)
            persons = [recipients.person(person.member), *before]
        mobiles, addresses = map(sorted, _theirs_alone([person], others))
        marks = [history.identity(one) for one in mobiles] + [history.address_mark(one) for one in addresses]
        marks += [history.identity(f"{one}\x1f{group}") for one in mobiles for group in person.groups]
        known = sorted(person.mobiles | person.addresses | person.names) or [person.nr]
        forgotten = tuple(history.forgotten_mark(person.nr, one) for one in known)
        found.append(KnownBy(person.nr, tuple(persons), tuple(marks), forgotten))
    return found


def _others(people: Collection[Person], view: View) -> list[Member]:
    nrs = {one.nr for one in people}
    return [one for one in view.roster.members if one.nr not in nrs]


def _theirs_alone(people: Collection[Person], others: Collection[Member]) -> tuple[set[str], set[str]]:
    """The mobiles and the addresses that nobody else has."""
    mobiles, addresses = (
        {each for one in people for each in one.mobiles},
        {each for one in people for each in one.addresses},
    )
    return mobiles - {one.mobile for one in others}, addresses - {(one.email or "").casefold() for one in others}


def cells_of(
    people: Collection[Person], traces: Traces, tables: Mapping[str, Table]
) -> dict[str, dict[int, frozenset[int]]]:
    """The cells of a register that tell of them: their rows, that they ask for a sign, what is ours and names them."""
    found: dict[str, dict[int, frozenset[int]]] = {}
    known_as = {name for one in people for name in one.names}
    for table in tables.values():
        columns, rows = {name: at + 1 for name, at in table.columns.items()}, dict[int, frozenset[int]]()
        own = {name: at for name, at in columns.items() if name in table.own and name not in ("Nr", "Status")}
        for index, cells in enumerate(table.rows):
            if _is_their_row(people, table, index):
                rows[table.first + index] = frozenset(at for at, cell in enumerate(cells, 1) if not is_blank(cell))
                continue
            named = {at for name, at in own.items() if _tells(table.cell(index, name), traces)}
            asks = fold(str(table.cell(index, "Aangevraagd door") or "")) if table.tab == BORDAANVRAGEN.title else ""
            if asks in known_as:
                named.add(columns["Aangevraagd door"])
            if named:
                rows[table.first + index] = frozenset(named)
        found[table.title] = rows
    return found


def rows_of(person: Person, tables: Mapping[str, Table]) -> Iterator[tuple[str, list[tuple[str, Cell]]]]:
    """His own rows, by the tab's title: heading and cell, where something stands."""
    for table in tables.values():
        for index in range(len(table.rows)):
            if _is_their_row([person], table, index):
                found = [
                    (name, table.cell(index, name)) for name in sorted(table.columns, key=table.columns.__getitem__)
                ]
                yield table.title, [(name, cell) for name, cell in found if not is_blank(cell)]


def still_named(people: Collection[Person], traces: Traces, tables: Mapping[str, Table]) -> Iterator[str]:
    """Where rows that are not theirs name them: "Deelnemers rij 12, Opmerking"."""
    for table in tables.values():
        for index in range(len(table.rows)):
            if not _is_their_row(people, table, index):
                for name in table.columns:
                    if _tells(table.cell(index, name), traces):
                        yield f"{table.title} rij {table.first + index}, {name}"


def _tells(cell: Cell, traces: Traces) -> bool:
    return isinstance(cell, str | int | float) and not is_blank(cell) and traces.in_text(str(cell)) > 0


def _is_their_row(people: Collection[Person], table: Table, index: int) -> bool:
    if table.tab == DEELNEMERS.title:
        return any(one.is_in(table, index) for one in people)
    nr = number_said(table.cell(index, "Nr"))
    person = next((one for one in people if one.nr == nr), None) if nr else None
    if person is None:
        return False
    if table.tab == LOGBOEK.title:
        stays = ACT_NAMES[FORGOTTEN] in (table.cell(index, "Bericht"), table.cell(index, "Stand"))
        return not (stays or str(table.cell(index, "Sleutel") or "").startswith(HIGHEST))
    if table.tab == BEHEERDERS.title:
        name, mobile = fold(str(table.cell(index, "Naam") or "")), _mobile(table.cell(index, "Mobiel"))
        return name in person.names or mobile in person.mobiles or not (name or mobile)
    return False


def _marks_of(nr: str, view: View) -> frozenset[str]:
    """The digests of the mobiles that the ledger knows of who had this Nr: by these a copy tells who that was."""
    history = view.history
    last = (one.mobile for person, one in history.recipients.items() if row_of(person) == nr)
    of_letters = (one.identities for one in history.deliveries if row_of(one.person) == nr)
    return frozenset((*last, *(mark for marks in of_letters for mark in marks))) - {""}


def _meant(typed: str, members: Iterable[Member]) -> Iterator[Member]:
    wanted, number, nr = fold(typed), _mobile(typed), number_typed(typed)
    for member in members:
        bare = fold(f"{member.first_name} {member.surname}")
        if wanted and (
            nr == member.nr
            or wanted in (fold(member.name), bare, fold(member.email or ""))
            or (number and number == member.mobile)
            or wanted == fold(member.home)
        ):
            yield member


def _of_surname(typed: str, members: Iterable[Member]) -> Iterator[Member]:
    """By the surname alone, with or without what stands before it: so people speak of each other."""
    wanted = fold(typed)
    for member in members:
        if wanted and wanted in (fold(member.surname), fold(f"{member.infix} {member.surname}")):
            yield member


def _is_nr(typed: str, view: View) -> bool:
    """True for a Nr that was given once, though its row is gone."""
    prefix, _dash, digits = number_typed(typed).partition("-")
    return prefix == "D" and digits.isdigit() and 0 < int(digits) <= view.history.highest.get("D", 0)


def _mobile(cell: Cell) -> str:
    try:
        found = phone(cell)
    except ValueError:
        return ""
    return found.e164 if found is not None else ""


def _address(cell: Cell) -> str:
    return str(cell or "").strip().removeprefix("mailto:").strip("<> ").casefold() if isinstance(cell, str) else ""


def _names(table: Table, index: int) -> Iterator[str]:
    first, infix, last = (str(table.cell(index, name) or "").strip() for name in _NAME)
    ways = (f"{first} {infix} {last}", f"{first} {last}", f"{last}, {first}", f"{last}, {first} {infix}")
    yield from (fold(one) for one in ways if first and last)
    alone = (f"{infix} {last}", str(table.cell(index, "Organisatie") or "")) if not first else ()
    yield from filter(None, map(fold, alone))
