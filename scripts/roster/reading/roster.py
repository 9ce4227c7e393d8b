"""Reads tables into a roster, and tells of every cell that does not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import date
from itertools import repeat
from typing import TypeVar

from roster.cells import Unreadable, day, email, house_number, location, phone, postcode, text, yes_no
from roster.cells.phones import LANDLINES
from roster.finding import UnreadCell, Weight
from roster.model import Area, Group, Location, Member, Role, Roster, SignRequest, Street
from roster.plan.delivery_status import mail_again_since, read_mark, says_no_mail
from roster.plan.history import History, Recipient, joined, numbered, seen
from roster.reading.admin_rows import read_admin_rows
from roster.reading.apart import rows_apart
from roster.reading.logbook import read_logbook
from roster.reading.members import decision, read_leaving, read_names, read_surnames, role, tell_forgotten
from roster.reading.row_ids import far_rows, give_numbers
from roster.reading.rows import Rows
from roster.reading.unread import is_error
from roster.sheet.columns import BEHEERDERS, BORDAANVRAGEN, DEELNEMERS, GEBIEDEN, GROEPEN, LOGBOEK, STRATEN, TabSpec
from roster.sheet.table import Cell, Table, fold, is_blank
from roster.terms import Terms


def read_roster(tables: dict[str, Table], terms: Terms, history: History) -> Roster:
    """Read every row that people typed something in.

    A cell that does not read stands in `roster.unread`, and is None in its row: which rule it breaks, the
    catalogue of rules says. Never raises, whatever the cells hold. A missing tab reads as an empty one.
    """
    unread: list[UnreadCell] = []
    blank = {
        tab.title: Table(tab.title, tab.title, {}, [], 2, tab.own)
        for tab in (DEELNEMERS, GROEPEN, STRATEN, GEBIEDEN, BORDAANVRAGEN, BEHEERDERS, LOGBOEK)
    }
    found = blank | tables
    unread_in_logbook: list[UnreadCell] = []
    logbook = read_logbook(found[LOGBOEK.title], unread_in_logbook)
    history = numbered(replace(history, logbook=joined(history.logbook, logbook)), ())

    def rows(tab: TabSpec) -> Rows:
        table = found[tab.title]
        return Rows(table, unread, apart=rows_apart(table, unread))

    roster = Roster(
        tables=tables,
        areas=_read_areas(rows(GEBIEDEN)),
        groups=_read_groups(rows(GROEPEN), terms),
        streets=_read_streets(rows(STRATEN)),
        members=_read_members(rows(DEELNEMERS), terms, history),
        requests=_read_requests(rows(BORDAANVRAGEN), terms, history),
        admin_rows=read_admin_rows(Rows(found[BEHEERDERS.title], unread, whole=True)),
        logbook=logbook,
        unread=unread,
    )
    unread += unread_in_logbook
    return roster


def _day(terms: Terms) -> Callable[[Cell], date | None]:
    today = terms.today
    return lambda cell: day(cell, today)


def _read_areas(rows: Rows) -> list[Area]:
    addresses = rows.values("E-mail wijkconciërge", email, None)
    caretakers = read_names(rows, "Wijkconciërge")
    return list(map(Area, rows.places, rows.texts("Gebied"), rows.texts("Plaats"), caretakers, addresses))


def _read_groups(rows: Rows, terms: Terms) -> list[Group]:
    registered = rows.values("Aangemeld op", _day(terms), None)
    started = rows.values("Gestart op", _day(terms), None)
    links = rows.texts("Uitnodigingslink")
    names, areas = rows.texts("Groep"), rows.texts("Gebied")
    rows.texts("Opmerking")
    approvals = rows.values("Goedkeuring aan", yes_no, None)
    return list(map(Group, rows.places, names, areas, registered, started, links, approvals))


def _read_streets(rows: Rows) -> list[Street]:
    """Which numbers a row means is unknown once one cell of it does not read, or its last number comes before its
    first: such a row claims no address for sure."""
    before = len(rows.unread)
    firsts = rows.values("Van", _number, None)
    lasts = rows.values("Tot", _number, None)
    sides = rows.values("Zijde", _side, "")
    names, towns = rows.texts("Straat"), rows.texts("Plaats")
    unclear = {unread.place.row for unread in rows.unread[before:]}
    readable = [
        place.row not in unclear and (first is None or last is None or first <= last)
        for place, first, last in zip(rows.places, firsts, lasts, strict=True)
    ]
    groups = rows.texts("Groep")
    return list(map(Street, rows.places, names, towns, firsts, lasts, sides, groups, readable))


def _number(cell: Cell) -> int | None:
    number = None if text(cell) in _NO_BOUND else house_number(cell)
    if number is not None and _RANGE.match(number.suffix):
        raise Unreadable("Hier staan twee huisnummers.", "Zet het eerste bij Van en het laatste bij Tot.")
    return None if number is None else number.number


_RANGE = re.compile(r"[-/][0-9]")


_NO_BOUND = frozenset({"", "-", "–", "—", "…", "..."})
"""What people type for "no first" or "no last house number"."""


_SIDES = {"even": "even", "oneven": "oneven", "": "", "beide": "", "beide kanten": "", "beide zijden": "", "alle": ""}


def _side(cell: Cell) -> str:
    side = _SIDES.get(fold(text(cell)))
    if side is None:
        raise Unreadable("Dit is geen zijde.", "Vul even of oneven in, of laat de cel leeg voor beide kanten.")
    return side


def _read_members(rows: Rows, terms: Terms, history: History) -> list[Member]:
    # Whoever left is told about dates only, so who left is read first.
    left_on, left = read_leaving(rows, terms)
    rows.silent = left
    joined = rows.values("Aangemeld op", _day(terms), None, always=True)
    phones = rows.values("Mobiel", phone, None, unlike=True)
    mobiles = [None if number is None else number.e164 for number in phones]
    for index in [index for index, number in enumerate(phones) if number is not None and number.kind in LANDLINES]:
        if not left[index]:
            _tell_landline(rows, index)
    del phones
    rows.values("Postcode", postcode, None)
    rows.values("Huisnummer", house_number, None)
    surnames, infixes = read_surnames(rows)
    rows.texts("Opmerking")  # nothing is done with it; a story without end is told
    members = _made(
        Member,
        {
            "place": rows.places,
            "nr": repeat(""),
            "first_name": read_names(rows, "Voornaam"),
            "infix": infixes,
            "surname": surnames,
            "organisation": read_names(rows, "Organisatie"),
            "street": rows.texts("Straat"),
            "house_number": rows.texts("Huisnummer"),
            "postcode": rows.texts("Postcode"),
            "town": rows.texts("Plaats"),
            "mobile": mobiles,
            "email": rows.values("E-mail", email, None, unlike=True),
            "group": rows.texts("Groep"),
            "role": rows.values("Rol", role, Role.MEMBER),
            "adult": rows.values("18 jaar of ouder", yes_no, None),
            "agreed": rows.values("Akkoord spelregels", yes_no, None),
            "sticker": rows.values("Sticker", yes_no, None),
            "language": rows.values("Taal", _language(terms), ""),
            "joined": joined,
            "left": left,
            "left_on": left_on,
            "exception": rows.texts("Uitzondering"),
            "in_whatsapp": rows.values("In WhatsApp", yes_no, None),
            "no_mail": _read_refusals(rows),
            "welcome_says_no_mail": rows.values("Welkom", says_no_mail, instead=False),
            "mail_again": rows.values("Welkom", mail_again_since, instead=None),
        },
    )
    _give_numbers(members, rows, history)
    return members


_Kind = TypeVar("_Kind", Member, SignRequest)


def _made(kind: type[_Kind], columns: dict[str, Iterable[object]]) -> list[_Kind]:
    """One of a kind for every row, from a column for each of its fields by name."""
    return list(map(kind, *(columns[one.name] for one in fields(kind))))


def _give_numbers(members: list[Member], rows: Rows, history: History) -> None:
    """Who is who is asked of all that a row says, so this comes once the rest is read."""

    def whose(row: int) -> Recipient:
        return seen(history, members[row].mobile, members[row].email, members[row].name)

    _tell_far_numbers("D", rows, history)
    mobiles = [member.mobile for member in members]
    history = numbered(history, mobiles)
    typed = rows.cells("Nr")
    marked = [
        mark.nr if is_blank(nr) and (mark := read_mark(cell)) is not None else ""
        for nr, cell in zip(typed, rows.cells("Welkom"), strict=True)
    ]
    numbers = give_numbers("D", typed, mobiles, rows.left_out("Nr"), history, whose, marked)
    for index, (member, number) in enumerate(zip(members, numbers, strict=True)):
        member.nr = number
        if history.forgotten and history.is_forgotten(number, member.mobile, member.email, member.name):
            tell_forgotten(rows, index, number)


def _tell_far_numbers(prefix: str, rows: Rows, history: History) -> None:
    for index, highest in far_rows(prefix, rows.cells("Nr"), rows.left_out("Nr"), history).items():
        rows.tell(
            index,
            "Nr",
            f"Dit nummer is veel hoger dan het hoogste dat Buurtbeheer gaf ({highest}).",
            "Maak deze cel leeg. Bij de volgende make sync krijgt de rij vanzelf een nummer.",
        )


def _tell_landline(rows: Rows, index: int) -> None:
    rows.tell(
        index,
        "Mobiel",
        "Dit is een vast nummer. WhatsApp werkt daar meestal niet mee.",
        "Vul een mobiel nummer in, als dat er is.",
        weight=Weight.NOTICE,
    )


_LONGEST_LANGUAGE = 16  # it becomes the name of a file; what is longer stands in the wrong column


def _read_refusals(rows: Rows) -> list[bool | None]:
    """Who wants no mail; None where a cell shows an error. What is too long to be read was typed, so it counts."""
    found = rows.values("Geen mail", _says_stop, instead=None)
    return [
        said if said is not None or is_error(cell) else True
        for said, cell in zip(found, rows.cells("Geen mail"), strict=True)
    ]


def _says_stop(cell: Cell) -> bool:
    """Anything but "nee" counts: who wrote "liever niet" in a column Geen mail wants none."""
    return text(cell).casefold() not in {"", "nee", "n", "no", "0", "onwaar", "false"}


def _language(terms: Terms) -> Callable[[Cell], str]:
    names = dict(terms.language_names)

    def read(cell: Cell) -> str:
        word = fold(text(cell))
        known = names.get(word, word)
        if len(known) > _LONGEST_LANGUAGE:
            raise Unreadable("Dit is geen taal.", "Laat de cel leeg, of kies een taal uit de lijst.")
        return known

    return read


def _read_requests(rows: Rows, terms: Terms, history: History) -> list[SignRequest]:
    towns = (*terms.network.places, terms.network.municipality)

    def place_on_the_map(cell: Cell) -> Location | None:
        return location(cell, terms.network.bounds, towns)

    first = rows.values("Locatie 1", place_on_the_map, None)
    second = rows.values("Locatie 2", place_on_the_map, None)
    descriptions = zip(rows.texts("Omschrijving 1"), rows.texts("Omschrijving 2"), strict=True)
    nobody: list[str | None] = [None] * len(rows.places)
    _tell_far_numbers("B", rows, history)
    return _made(
        SignRequest,
        {
            "place": rows.places,
            "nr": give_numbers("B", rows.cells("Nr"), nobody, rows.left_out("Nr"), history),
            "group": rows.texts("Groep"),
            "locations": zip(first, second, strict=True),
            "descriptions": descriptions,
            "requested_on": rows.values("Aangevraagd op", _day(terms), None),
            "requested_by": read_names(rows, "Aangevraagd door"),
            "explanation": rows.texts("Toelichting"),
            "decision": rows.values("Besluit", decision, ""),
            "decided_on": rows.values("Besluit op", _day(terms), None),
        },
    )
