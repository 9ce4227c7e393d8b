"""One person: found by what is typed, with all that he was ever known by, in the register and in its copies."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from outside.config.settings import Settings
from outside.errors import Stop
from outside.excel.workbook import open_register
from outside.files.places import REGISTER_COPIES, Traces, files_at
from outside.ledger.forget import KnownBy
from roster.cells.phones import phone
from roster.logbook import HIGHEST
from roster.messages.recipient_history import recipient_history_of
from roster.model import Member
from roster.plan.history import row_of
from roster.plan.steps import View
from roster.sheet.columns import BEHEERDERS, BORDAANVRAGEN, DEELNEMERS, LOGBOEK
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Table, fold, is_blank

_NAME = ("Voornaam", "Tussenvoegsel", "Achternaam")


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
        """Whether a row of Deelnemers is his: by Nr and one of number, address and name; without a Nr by two."""
        if not any((self.mobiles, self.addresses, self.names)):
            return _nr(table, index) == self.nr
        alike = (
            (_mobile(table.cell(index, "Mobiel")) in self.mobiles)
            + (_address(table.cell(index, "E-mail")) in self.addresses)
            + (not self.names.isdisjoint(_names(table, index)))
        )
        nr = _nr(table, index)
        return (nr == self.nr and alike > 0) or (nr == "" and alike > 1)


def find_person(typed: str, view: View, settings: Settings) -> Person:
    """Who is meant, by Nr, mobile, address or name. Raises Stop for nobody, naming the nearest, and for several."""
    members = list(_meant(typed, view.roster.members))
    if len({member.nr for member in members}) > 1:
        told = ", ".join(
            f"{member.nr} ({member.name}, {member.street} {member.house_number})" for member in members[:5]
        )
        raise Stop(f"Dit past bij meer dan een deelnemer: {told}.", f"Kies er een. Typ WHO={members[0].nr}")
    if not members and not _is_nr(typed, view):
        names = {fold(member.name): member for member in view.roster.members}
        near = difflib.get_close_matches(fold(typed), names, 1)
        hint = f"Bedoelde u {names[near[0]].name}? Typ WHO={names[near[0]].nr}" if near else "Kijk in de kolom Nr."
        raise Stop(f"Niemand in het register past bij '{typed}'.", hint)
    found = Person(members[0].nr if members else typed.strip().upper(), members[0] if members else None)
    table = view.roster.tables[DEELNEMERS.title]
    if found.member is not None:
        found.learn(table, found.member.place.row - table.first)
        found.mobiles |= {found.member.mobile or ""} - {""}
        found.addresses |= {(found.member.email or "").casefold()} - {""}
    marks = _marks_of(found.nr, view) if found.member is None else frozenset()
    for copy in copies_of_register(settings):
        _learn_from(copy, found, view, marks)
    return found


def copies_of_register(settings: Settings) -> list[Path]:
    """Every copy of a register among the backups, whatever it is called."""
    return list(files_at((REGISTER_COPIES,), settings.paths.out, settings.paths.state))


def others_with(person: Person, view: View) -> list[str]:
    """Who else has his number or his address today: a couple shares one, and a number is handed on."""
    rows = (one for one in view.roster.members if one.nr != person.nr)
    return [one.nr for one in rows if one.mobile in person.mobiles or (one.email or "").casefold() in person.addresses]


def traces_of(person: Person, view: View) -> Traces:
    """What to look for: what he alone is known by. Of names those of two words."""
    mobiles, addresses = _his_alone(person, view)
    others = {fold(one.name) for one in view.roster.members if one.nr != person.nr}
    return Traces(mobiles, addresses, sorted(name for name in person.names - others if " " in name))


def known_by(person: Person, view: View) -> KnownBy:
    """What the ledger may know somebody by; not who stands in a row of his own, as a double."""
    history, persons = view.history, list[str]()
    if person.member is not None:
        recipients = recipient_history_of(view)
        there = {one.nr for one in view.roster.members} - {person.nr}
        before = (one for one in recipients.known_as(person.member) if row_of(one) not in there)
        persons = [recipients.person(person.member), *before]
    mobiles, addresses = _his_alone(person, view)
    marks = [history.identity(one) for one in mobiles] + [history.address_mark(one) for one in addresses]
    marks += [history.identity(f"{one}\x1f{group}") for one in mobiles for group in person.groups]
    known = sorted(person.mobiles | person.addresses | person.names)
    forgotten = tuple(history.forgotten_mark(person.nr, one) for one in known)
    return KnownBy(person.nr, tuple(persons), tuple(marks), forgotten)


def _his_alone(person: Person, view: View) -> tuple[list[str], list[str]]:
    others = [one for one in view.roster.members if one.nr != person.nr]
    mobiles = person.mobiles - {one.mobile for one in others}
    return sorted(mobiles), sorted(person.addresses - {(one.email or "").casefold() for one in others})


def cells_of(person: Person, traces: Traces, tables: Mapping[str, Table]) -> dict[str, dict[int, frozenset[int]]]:
    """The cells of a register that tell of him: his rows, that he asks for a sign, and what is ours and names him."""
    found: dict[str, dict[int, frozenset[int]]] = {}
    for table in tables.values():
        columns, rows = {name: at + 1 for name, at in table.columns.items()}, dict[int, frozenset[int]]()
        own = {name: at for name, at in columns.items() if name in table.own and name not in ("Nr", "Status")}
        for index, cells in enumerate(table.rows):
            if _is_his_row(person, table, index):
                rows[table.first + index] = frozenset(at for at, cell in enumerate(cells, 1) if not is_blank(cell))
                continue
            named = {at for name, at in own.items() if _tells(table.cell(index, name), traces)}
            asks = fold(str(table.cell(index, "Aangevraagd door") or "")) if table.tab == BORDAANVRAGEN.title else ""
            if asks in person.names:
                named.add(columns["Aangevraagd door"])
            if named:
                rows[table.first + index] = frozenset(named)
        found[table.title] = rows
    return found


def rows_of(person: Person, tables: Mapping[str, Table]) -> Iterator[tuple[str, list[tuple[str, Cell]]]]:
    """His own rows, by the tab's title: heading and cell, where something stands."""
    for table in tables.values():
        for index in range(len(table.rows)):
            if _is_his_row(person, table, index):
                found = [
                    (name, table.cell(index, name)) for name in sorted(table.columns, key=table.columns.__getitem__)
                ]
                yield table.title, [(name, cell) for name, cell in found if not is_blank(cell)]


def still_named(person: Person, traces: Traces, tables: Mapping[str, Table]) -> Iterator[str]:
    """Where rows that are not his name him: "Deelnemers rij 12, Opmerking"."""
    for table in tables.values():
        for index in range(len(table.rows)):
            if not _is_his_row(person, table, index):
                for name in table.columns:
                    if _tells(table.cell(index, name), traces):
                        yield f"{table.title} rij {table.first + index}, {name}"


def _tells(cell: Cell, traces: Traces) -> bool:
    return isinstance(cell, str | int | float) and not is_blank(cell) and traces.in_text(str(cell)) > 0


def _is_his_row(person: Person, table: Table, index: int) -> bool:
    if table.tab == DEELNEMERS.title:
        return person.is_in(table, index)
    if table.tab == LOGBOEK.title:
        return _nr(table, index) == person.nr and not str(table.cell(index, "Sleutel") or "").startswith(HIGHEST)
    if table.tab == BEHEERDERS.title and _nr(table, index) == person.nr:
        name = fold(str(table.cell(index, "Naam") or ""))
        return name in person.names or _mobile(table.cell(index, "Mobiel")) in person.mobiles
    return False


def _marks_of(nr: str, view: View) -> frozenset[str]:
    """The digests of the mobiles that the ledger knows of who had this Nr: by these a copy tells who that was."""
    history = view.history
    last = (one.mobile for person, one in history.recipients.items() if row_of(person) == nr)
    told = (one.identities for one in history.deliveries if row_of(one.person) == nr)
    return frozenset((*last, *(mark for marks in told for mark in marks))) - {""}


def _learn_from(copy: Path, person: Person, view: View, marks: frozenset[str]) -> None:
    """A copy says of his row what he was known by then; one that cannot be read says nothing."""
    with suppress(Stop):
        members = find_what_is_there(open_register(copy)[1])[0].get(DEELNEMERS.title)
        if members is None:
            return
        for index in range(len(members.rows)):
            mobile = _mobile(members.cell(index, "Mobiel")) if marks else ""
            if person.is_in(members, index) or (mobile and view.history.identity(mobile) in marks):
                person.learn(members, index)


def _meant(typed: str, members: Iterable[Member]) -> Iterator[Member]:
    wanted, number = fold(typed), _mobile(typed)
    for member in members:
        bare = fold(f"{member.first_name} {member.surname}")
        if wanted and (
            wanted in (fold(member.nr), fold(member.name), bare, fold(member.email or ""))
            or (number and number == member.mobile)
            or wanted == fold(f"{member.street} {member.house_number}")
        ):
            yield member


def _is_nr(typed: str, view: View) -> bool:
    """True for a Nr that was given once, though its row is gone."""
    prefix, _dash, digits = typed.strip().upper().partition("-")
    return prefix == "D" and digits.isdigit() and 0 < int(digits) <= view.history.highest.get("D", 0)


def _nr(table: Table, index: int) -> str:
    return str(table.cell(index, "Nr") or "").strip().upper()


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
    yield from (fold(one) for one in (f"{infix} {last}", str(table.cell(index, "Organisatie") or "")) if not first)
