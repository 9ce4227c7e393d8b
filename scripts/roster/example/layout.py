"""Lays out the example's ground: areas, groups and the streets between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from roster.example.names import GIVEN, SURNAMES, group_names, street_names
from roster.sheet.table import Cell
from roster.terms import Terms

Row = dict[str, Cell]

AREAS = (
    ("Oude Rede", 0, 0.833, 0.42),
    ("Havenkant", 0, 0.8, 0.5),
    ("Tuinzoom", 0, 0.742, 0.34),
    ("Nieuwe Polder", 0, 0.608, 0.4),
    ("Duinvoet", 1, 0.75, 0.23),
    ("Dorpsweiden", 2, 0.275, 0.32),
    ("Zandkant", 2, 0.192, 0.23),
)
"""Area, which of the municipality's places it lies in, and its middle as shares of the map from south and west."""

_SHARES = (0, 1, 2, 3, 5, 0, 1, 2, 3, 6, 4, 0, 1, 2, 3, 5, 0, 1, 2, 3, 6)
"""Which area the next group lies in: the second place is small, the first is large."""

_TOO_LARGE = 290
"""People in the one group that stays over WhatsApp's limit on purpose, also once some have left."""


@dataclass(slots=True)
class Stretch:
    """A row of tab Straten: a street, or the numbers of it that belong to the group."""

    name: str
    town: str
    postcode: str
    low: int
    high: int
    first: int | None = None
    last: int | None = None
    side: str = ""

    def number(self, chance: Random) -> int:
        """A house number on this stretch."""
        number = chance.randint(self.low, self.high)
        if self.side and number % 2 != (self.side == "oneven"):
            number += 1 if number < self.high else -1
        return number


@dataclass(slots=True)
class Neighbours:
    """A group in the making: where it lies, since when, and how many people it has."""

    name: str
    area: str
    town: str
    middle: tuple[float, float]
    size: int
    registered: date | None
    started: date | None
    stretches: list[Stretch] = field(default_factory=list)


def _sizes(members: int, chance: Random, *, crowded: bool) -> list[int]:
    """How many people each group has: about 25 in a network of 300, 69 of 3,600, 205 of 30,000 and more."""
    if members <= 300:
        usual = 25.0
    elif members <= 3600:
        usual = 25 + (members - 300) * 44 / 3300
    else:
        usual = min(205.0, 69 + (members - 3600) * 136 / 26400)
    count = max(1, round(members / usual))
    sizes = [members // count + (turn < members % count) for turn in range(count)]
    for _ in range(2 * count):
        giver, taker = chance.randrange(count), chance.randrange(count)
        moved = chance.randint(0, max(0, min(sizes[giver] - 6, 225 - sizes[taker], int(usual / 4))))
        sizes[giver] -= moved
        sizes[taker] += moved
    if crowded and members >= 3000:
        for turn in range(1, count):
            moved = max(0, min(sizes[turn] - 10, _TOO_LARGE - sizes[0]))
            sizes[turn] -= moved
            sizes[0] += moved
    return sizes


def _town(turn: int, places: Sequence[str]) -> str:
    """The place that an area lies in; a municipality may have fewer than three."""
    return places[turn % len(places)]


def lay_out(members: int, terms: Terms, chance: Random, today: date, *, crowded: bool) -> list[Neighbours]:
    """The groups of a network of that many members, with their streets.

    With `crowded`, the first group of a large network (from 3,000 on) has more people than WhatsApp takes.
    """
    names = group_names(chance)
    found = []
    for turn, size in enumerate(_sizes(members, chance, crowded=crowded)):
        area, place, up, along = AREAS[_SHARES[turn % len(_SHARES)]]
        town = _town(place, terms.network.places)
        registered: date | None = today - timedelta(days=chance.randint(90, 3000))
        started = registered + timedelta(days=chance.randint(1, 30)) if registered else None
        if turn % 12 == 5:
            registered = started = None
        elif turn % 12 == 9:
            registered, started = today - timedelta(days=chance.randint(2, 20)), None
        middle = terms.network.bounds.at(up + chance.uniform(-0.033, 0.033), along + chance.uniform(-0.03, 0.03))
        found.append(Neighbours(next(names), area, town, middle, size, registered, started))
    _lay_streets(found, terms.network.places, chance)
    return found


def _lay_streets(groups: list[Neighbours], places: Sequence[str], chance: Random) -> None:
    """Give each group its streets; some are shared by sides or by numbers, one name stands in two towns."""
    names = street_names(chance)
    shared = next(names)
    small, wide = (_town(turn, places) if len(places) > turn else "" for turn in (1, 2))
    last_of: dict[str, Neighbours] = {}
    for group in groups:
        if group.town not in last_of and group.town != small:
            group.stretches.append(_street(shared, group.town, chance, wide))
        group.stretches += [_street(next(names), group.town, chance, wide) for _ in range(chance.randint(4, 7))]
        neighbour = last_of.get(group.town)
        if neighbour is not None and chance.random() < 0.5:
            _split(neighbour.stretches[1], group, chance)  # the second is never a part itself
        last_of[group.town] = group


def _street(name: str, town: str, chance: Random, wide: str) -> Stretch:
    """A street; house numbers have four digits in the place `wide`. 1234 is no postcode of anybody."""
    letters = "".join(chance.choice("ABCEGHJKLMNPRTVWXZ") for _ in range(2))
    if town == wide:
        low = 1000 + 100 * chance.randint(0, 28)
        return Stretch(name, town, f"1234 {letters}", low + 1, low + chance.randint(20, 98))
    return Stretch(name, town, f"1234 {letters}", 1, chance.randint(12, 180))


def _split(stretch: Stretch, group: Neighbours, chance: Random) -> None:
    """Let `group` have a part of its neighbour's street: one side of it, or the higher numbers."""
    part = Stretch(stretch.name, stretch.town, stretch.postcode, stretch.low, stretch.high)
    if chance.random() < 0.5:
        stretch.side, part.side = "even", "oneven"
    else:
        middle = (stretch.low + stretch.high) // 2
        stretch.first, stretch.last, stretch.high = stretch.low, middle, middle
        part.first, part.low = middle + 1, middle + 1
        part.last = part.high if chance.random() < 0.5 else None
    group.stretches.append(part)


def group_row(group: Neighbours, chance: Random) -> Row:
    """The group as a row of tab Groepen."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    link = "https://chat.whatsapp.com/" + "".join(chance.choice(letters) for _ in range(22))
    return {
        "Groep": group.name,
        "Gebied": group.area,
        "Aangemeld op": group.registered,
        "Gestart op": group.started,
        "Uitnodigingslink": link if group.started and chance.random() < 0.7 else None,
    }


def street_row(stretch: Stretch, group: Neighbours) -> Row:
    """The stretch as a row of tab Straten."""
    return {
        "Straat": stretch.name,
        "Plaats": stretch.town,
        "Van": stretch.first,
        "Tot": stretch.last,
        "Zijde": stretch.side or None,
        "Groep": group.name,
    }


def area_rows(groups: list[Neighbours], places: Sequence[str], chance: Random) -> list[Row]:
    """The rows of tab Gebieden: all areas, or in a very small network the ones in use."""
    used = {group.area for group in groups}
    return [
        {
            "Gebied": name,
            "Plaats": _town(place, places),
            "Wijkconciërge": f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}",
            "E-mail wijkconciërge": f"wijkconcierge.{name.casefold().replace(' ', '')}@mail.example",
        }
        for name, place, _, _ in AREAS
        if name in used or len(groups) > len(AREAS)
    ]
