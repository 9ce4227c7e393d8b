"""Makes an example register of any size, the same one for the same seed; and knows its made-up people again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from roster.cells.phones import phone
from roster.example.faults import SLIPS, soil
from roster.example.layout import Neighbours, Row, area_rows, group_row, lay_out, street_row
from roster.example.names import GIVEN, INFIXES, MOBILE_SPACE, STAND_IN, SURNAMES, TRADES, mobile, mobile_turn
from roster.sheet.columns import TABS
from roster.sheet.table import Cell, Table, fold
from roster.terms import Terms

USUAL_DIRT = 0.1
"""The share of members' rows with a fault in them, where nobody says otherwise."""


def example(
    members: int, seed: int, today: date, dirt: float = USUAL_DIRT, terms: Terms | None = None
) -> dict[str, list[list[Cell]]]:
    """A whole register: tab title -> rows below the headings, cells in the order of `roster.sheet.columns`.

    The same arguments give the same register. The software's own cells are blank, but for the Nr
    of admins, by which tab Beheerders names them. `dirt` is the share of members' rows with a
    fault (0 to 1); four times as many rows are written in another form that can be read all the same.
    All of it lies in the municipality of `terms`.
    With `dirt=0` and from 60 to 12,000 members no rule has anything to say; far above that the
    regiegroep itself is too large for WhatsApp, with two admins a group.
    """
    chance = Random(seed)  # noqa: S311 - an example must be the same again; nothing here is secret
    terms = terms or Terms(today)
    groups = lay_out(members, terms, chance, today, crowded=dirt > 0)
    people = _people(groups, today, chance, short_of_admins=dirt > 0)
    admins = _number_the_admins(people)
    tabs: dict[str, list[Row]] = {
        "Deelnemers": people,
        "Groepen": [group_row(group, chance) for group in groups],
        "Straten": [street_row(stretch, group) for group in groups for stretch in group.stretches],
        "Gebieden": area_rows(groups, terms.network.places, chance),
        "Bordaanvragen": list(sign_requests(groups, admins, today, chance)),
        "Beheerders": [
            {"Nr": row["Nr"], "In regiegroep": "ja", "In gebiedsgroep": "ja"}
            for rows in admins.values()
            for row in rows
        ],
        "Overzicht": [],
        "Logboek": [],
    }
    if dirt > 0:
        soil(tabs, dirt, terms, today, chance)
    return {tab.title: [[row.get(heading) for heading in tab.headings] for row in tabs[tab.title]] for tab in TABS}


def _people(groups: list[Neighbours], today: date, chance: Random, *, short_of_admins: bool) -> list[Row]:
    """Every member's row, in order of joining, each with a mobile of his own."""
    start = chance.randrange(MOBILE_SPACE)
    rows: list[Row] = []
    for group in groups:
        admins = chance.randint(1 if short_of_admins else 2, 3 if len(groups) <= 40 else 2)
        for turn in range(group.size):
            row = _person(group, today, chance)
            row["Mobiel"] = mobile((start + len(rows)) % MOBILE_SPACE)
            if turn < admins:
                _make_admin(row, group, today)
            elif group is groups[0] and turn == admins:
                row["Rol"] = "coördinator"
                row["Sticker"] = "ja"
            elif chance.random() < 0.03:
                _leave(row, today, chance)
            rows.append(row)
    rows.sort(key=lambda row: str(row["Aangemeld op"]))
    return rows


def _person(group: Neighbours, today: date, chance: Random) -> Row:
    stretch = chance.choice(group.stretches)
    number = stretch.number(chance)
    given, infix, surname = chance.choice(GIVEN), chance.choice(INFIXES), chance.choice(SURNAMES)
    since = group.registered or today - timedelta(days=40)
    joined = min(today, since + timedelta(days=int((today - since).days * chance.random() ** 1.4)))
    recent = (today - joined).days <= 30
    row: Row = {
        "Voornaam": given,
        "Tussenvoegsel": infix or None,
        "Achternaam": surname,
        "Straat": stretch.name,
        "Huisnummer": str(number) if chance.random() < 0.9 else f"{number}{chance.choice('abc')}",
        "Postcode": stretch.postcode,
        "Plaats": group.town,
        "Groep": group.name,
        "18 jaar of ouder": "ja",
        "Akkoord spelregels": "ja",
        "Sticker": chance.choice(("ja", "nee", None)) if recent else "ja",
        "Taal": "en" if chance.random() < 0.06 else chance.choice(("nl", None)),
        "Aangemeld op": joined,
        "In WhatsApp": None if recent else "ja",
    }
    if chance.random() < 0.88:
        row["E-mail"] = _address(f"{given}.{infix}{surname}", chance)
    if chance.random() < 0.02:
        row["Organisatie"] = f"{chance.choice(TRADES)} {surname}"
        if chance.random() < 0.5:
            row["Voornaam"] = row["Tussenvoegsel"] = row["Achternaam"] = None
    if chance.random() < 0.04:
        row["Opmerking"] = chance.choice(("liever na 18 uur bellen", "helpt met stickers plakken", "hoekhuis"))
    return row


def _address(name: str, chance: Random) -> str:
    plain = name.casefold().translate(str.maketrans("şşëéïöüłñç", "sseeiouln" + "c"))
    local = "".join(mark for mark in plain if mark.isascii() and (mark.isalnum() or mark == "."))
    return f"{local}{chance.randint(1, 9999)}@mail.example"


def _make_admin(row: Row, group: Neighbours, today: date) -> None:
    row["Rol"] = "beheerder"
    row["Aangemeld op"] = group.registered or today - timedelta(days=41)
    row["Sticker"] = row["In WhatsApp"] = "ja"
    row["Organisatie"] = None
    row["Voornaam"] = row["Voornaam"] or STAND_IN[0]
    row["Achternaam"] = row["Achternaam"] or STAND_IN[1]


def _leave(row: Row, today: date, chance: Random) -> None:
    joined = row["Aangemeld op"]
    assert isinstance(joined, date)  # as _person wrote it
    left = joined + timedelta(days=chance.randint(0, (today - joined).days))
    row["Afgemeld op"] = max(left, today - timedelta(days=360))  # a row of longer ago is no clean one
    row["In WhatsApp"] = "nee"


def _number_the_admins(people: list[Row]) -> dict[str, list[Row]]:
    """Give the admins their Nr, and gather them by group."""
    admins: dict[str, list[Row]] = defaultdict(list)
    for turn, row in enumerate((row for row in people if row.get("Rol") == "beheerder"), start=1):
        row["Nr"] = f"D-{turn:04d}"
        admins[str(row["Groep"])].append(row)
    return admins


def sign_requests(groups: list[Neighbours], admins: dict[str, list[Row]], today: date, chance: Random) -> Iterator[Row]:
    """A request of every third started group or so, each with another ending; a refused one is asked anew."""
    endings = ("", "toegezegd", "geplaatst", "afgewezen")
    turn = 0
    for group in groups:
        if group.started is None or (chance.random() > 0.4 and turn >= len(endings)):
            continue
        ending = endings[turn % len(endings)]
        turn += 1
        asked = group.started + timedelta(days=chance.randint(0, max(0, (today - group.started).days - 40)))
        by = next((f"{row['Voornaam']} {row['Achternaam']}" for row in admins.get(group.name, [])), "")
        yield _sign_request(group, by, asked, ending, chance)
        if ending == "afgewezen":
            yield _sign_request(group, by, min(today, asked + timedelta(days=35)), "", chance)


def _sign_request(group: Neighbours, by: str, asked: date, ending: str, chance: Random) -> Row:
    one, other = chance.choice(group.stretches), chance.choice(group.stretches)
    latitude = group.middle[0] + chance.uniform(-0.002, 0.002)
    longitude = group.middle[1] + chance.uniform(-0.003, 0.003)
    return {
        "Groep": group.name,
        "Locatie 1": _spot(latitude, longitude, chance),
        "Omschrijving 1": f"lantaarnpaal bij {one.name} {one.number(chance)}",
        "Locatie 2": _spot(latitude + 0.0018, longitude - 0.0021, chance),
        "Omschrijving 2": f"begin van {other.name}, naast het elektriciteitshuisje",
        "Aangevraagd op": asked,
        "Aangevraagd door": by,
        "Besluit": ending or None,
        "Besluit op": asked + timedelta(days=chance.randint(5, 30)) if ending else None,
    }


def _spot(latitude: float, longitude: float, chance: Random) -> str:
    """A place as people paste it: two numbers, or a link of Google Maps."""
    pair = f"{latitude:.6f},{longitude:.6f}"
    return chance.choice(
        (
            pair.replace(",", ", "),
            f"https://www.google.com/maps?q={pair}",
            f"https://www.google.com/maps/@{pair},19z",
            f"https://www.google.com/maps/search/?api=1&query={pair.replace(',', '%2C')}",
        )
    )


MADE_UP = frozenset({"mail.example", "politie.nl", *SLIPS})
"""Where the people of an example have their mail: nowhere, or at a domain that is wrong on purpose."""

APART = 1_000
"""Turns between two numbers of one example at most, also once many of its rows are gone. Of real numbers in the same
space one in ten thousand lies as near as that to an example of 300."""

_DOMAIN = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")
_GIVEN = frozenset(map(fold, (*GIVEN, STAND_IN[0])))
_SURNAMES = frozenset(map(fold, (*SURNAMES, STAND_IN[1])))
_TRADES = frozenset(map(fold, TRADES))


def strangers(members: Table) -> int:
    """How many rows tell of somebody whom the example did not make.

    A row is the example's where its name is made up, its mail address leads nowhere, and its number, if a mobile can be
    read in it, is one of those that the example gave out: those lie side by side. All else is somebody's own work.
    """
    rows = [
        {heading: members.cell(index, heading) for heading in ("E-mail", "Mobiel", "Straat", *_NAME)}
        for index in range(len(members.rows))
    ]
    turns = [_turn(row["Mobiel"]) for row in rows]
    given_out = _longest_run({turn for turn in turns if turn is not None and turn >= 0})
    return sum(
        not _has_made_up_name(row, named=turn is not None)
        or (turn is not None and turn not in given_out)
        or any(domain.casefold() not in MADE_UP for domain in _DOMAIN.findall(str(row["E-mail"])))
        for row, turn in zip(rows, turns, strict=True)
        if any(map(_typed, row.values()))
    )


_NAME = ("Voornaam", "Tussenvoegsel", "Achternaam", "Organisatie")


def _typed(cell: Cell) -> str:
    return "" if cell is None else fold(str(cell))


def _has_made_up_name(row: dict[str, Cell], *, named: bool) -> bool:
    """`named` tells that the number alone names somebody: one fault of the example is a row without a name."""
    given, infix, surname, firm = (_typed(row[heading]) for heading in _NAME)
    if not (given or infix or surname or firm):
        return named
    trade, _, owner = firm.partition(" ")
    return (
        (not given or given in _GIVEN)
        and (not surname or surname in _SURNAMES)
        and (not firm or (trade in _TRADES and owner in _SURNAMES))
        and bool(surname or firm)
    )


def _turn(cell: Cell) -> int | None:
    """Which of the example's numbers this is; -1 for a Dutch mobile that never is one, None where none can be read."""
    try:
        found = phone(cell)
    except ValueError:
        return None
    return mobile_turn(found.e164) if found is not None and found.kind == "mobile" else None


def _longest_run(turns: set[int]) -> set[int]:
    """The largest part of the turns in which each lies near the next; the last one of all borders on the first."""
    runs: list[set[int]] = [set()]
    ordered = sorted(turns)
    for before, turn in pairwise([ordered[0], *ordered] if ordered else []):
        if turn - before > APART:
            runs.append(set())
        runs[-1].add(turn)
    if len(runs) > 1 and ordered[0] + MOBILE_SPACE - ordered[-1] <= APART:
        runs[0] |= runs.pop()
    return max(runs, key=len)
