"""Which group an address belongs to, however the street is written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from roster.cells import Unreadable, house_number, split_street, street_splits
from roster.cells.addresses import place_behind
from roster.model import Roster, Street
from roster.sheet.table import fold
from roster.streets.names import WHOLE_ENDINGS, closest_key, name_words, readings, stem_length, with_whole_years

_LONGEST_NAME = 7
"""Words in the name of a street, at most, as it is looked for in a text."""

_PLAIN_WORDS = frozenset((
    "bocht", "boulevard", "brug", "bushalte", "centrum", "de", "dijk", "einde", "flat", "haven", "het", "hoek", "hof",
    "kade", "kanaal", "kerk", "kruising", "laan", "markt", "oever", "paal", "pad", "park", "parkeerplaats", "plein",
    "poort", "rotonde", "school", "singel", "sluis", "station", "straat", "strand", "trap", "van", "viaduct",
    "vuurtoren", "weg", "winkel",
))  # fmt: skip
"""Words that a description uses for what they mean, also where a street has that name."""


class Address(NamedTuple):
    """What the street table says of an address.

    `number` is the house number, None where none was typed or it does not read. `groups` are the
    folded names of the groups that it belongs to for sure, `maybe` those with a row on this street
    whose numbers do not read. `street` is the street as the table writes it, "" where it is unknown;
    then `meant` is the one that was clearly meant, if any, `elsewhere` the places that do have the
    street, and `either` the streets of several groups that an abbreviation may stand for. `towns`
    are the places that it may stand in, more than one where nothing decides. `clash` is True when a
    number stands behind the street and another one in the cell for it. `rows` are the rows of the
    table that hold it for sure.
    """

    number: int | None = None
    street: str = ""
    groups: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    towns: tuple[str, ...] = ()
    meant: str = ""
    elsewhere: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    clash: bool = False
    rows: tuple[Street, ...] = ()

    @property
    def known(self) -> bool:
        """True when the street stands in the table, for this place."""
        return bool(self.street)


@dataclass(eq=False)
class Lane:
    """One street in one place, with all its rows.

    `town` is the place, "" where nothing tells it, and `town_key` what it is compared by. It is
    `sure` where a row says it, and not where it is only the place of the group's area.
    """

    name: str
    town: str
    town_key: str
    sure: bool = False
    rows: list[Street] = field(default_factory=list)
    answers: dict[int | None, Address] = field(default_factory=dict)

    def answer(self, number: int | None) -> Address:
        """What this street says of a house number; without one, all its groups are for sure."""
        known = self.answers.get(number)
        if known is None:
            sure = tuple(row for row in self.rows if row.readable and (number is None or covers(row, number)))
            names = _group_names(tuple(row.group for row in sure))
            known = self.answers[number] = Address(number, self.name, names, self._maybe, (self.town,), rows=sure)
        return known

    @cached_property
    def _maybe(self) -> frozenset[str]:
        return _group_names(tuple(row.group for row in self.rows if not row.readable))


def covers(street: Street, number: int) -> bool:
    """True when a row holds this house number: between Van and Tot, on its side."""
    return (
        (street.first is None or street.first <= number)
        and (street.last is None or number <= street.last)
        and (not street.side or (street.side == "even") == (number % 2 == 0))
    )


@lru_cache(maxsize=4096)
def _group_names(groups: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold(group) for group in groups if group)


class _Numbers(dict[str, int | None]):
    """House numbers as typed, each read once; None where it does not read, which was told when it was read."""

    def __missing__(self, typed: str) -> int | None:
        try:
            read = house_number(typed)
        except Unreadable:
            read = None
        number = self[typed] = None if read is None else read.number
        return number


class Streets:
    """The street table, ready to be asked for addresses.

    Case, accents, dots, the usual abbreviations and a house number behind the street are
    understood where only one street can be meant. A misspelling is never taken for a street.
    A row without Plaats lies where its group's area lies, unless a member's Plaats leaves no other choice.
    """

    def __init__(self, roster: Roster, towns: Sequence[str]) -> None:
        self._towns = {_town_key(town): town for town in towns}
        self._exact: dict[str, dict[Lane, None]] = defaultdict(dict)
        self._readings: dict[str, dict[Lane, None]] = defaultdict(dict)
        self.lanes: list[Lane] = []
        self.lane_of: dict[str, Lane] = {}
        self._numbers = _Numbers()
        self._meant: dict[tuple[str, str], str] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._found: dict[tuple[str, str], tuple[Lane | None, list[Lane], str]] = {}
        for street, town in self._with_towns(roster):
            if name_words(street.name):
                self._add(street, town)

    def town(self, typed: str) -> str:
        """The known place that was typed, as the settings write it, or ""."""
        return self._towns.get(_town_key(typed), "")

    def find(self, street: str, town: str = "") -> list[Lane]:
        """The streets that may be meant by a name, in a known place ("" for all): none where it is unknown."""
        words = name_words(street)
        key = "".join(words)
        lanes = self._within(self._exact.get(key, ()), town)
        if lanes:
            return lanes
        if (whole := with_whole_years(street)) != street:
            return self.find(whole, town)
        near = (self._within(self._readings.get(reading, ()), town) for reading in readings(words))
        return list(dict.fromkeys(chain.from_iterable(near)))

    def address(self, street: str, house: str, town: str) -> Address:
        """Where an address belongs, for a street, a house number and a place as people typed them."""
        only, lanes, behind = self._found.get((street, town)) or self._ask(street, town)
        number = self._numbers[house]
        if only is not None:  # nearly every address
            return only.answers.get(number) or only.answer(number)
        clash = False
        if behind:
            second = self._numbers[behind]
            clash = number is not None and number != second
            number = second if number is None else number
        if len(lanes) == 1 and not clash:
            return lanes[0].answer(number)
        if lanes:
            return _together(lanes, number, clash=clash)
        return self._unknown(street, self.town(town), number)

    def named_in(self, description: str) -> list[Lane]:
        """The streets that a free text names, in its order; the longest name counts ("Nieuwe Kerkstraat" is one)."""
        words = name_words(description)
        named: list[Lane] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + _LONGEST_NAME), start, -1):
                lanes = self.find(" ".join(words[start:end])) if " ".join(words[start:end]) not in _PLAIN_WORDS else []
                if lanes:
                    named.extend(lanes)
                    start = end
                    break
            else:
                start += 1
        return named

    def _add(self, street: Street, town: str) -> None:
        words = name_words(street.name)
        key = _town_key(town)
        same = [lane for lane in self.find(street.name) if lane.town_key == key]
        if len(same) == 1:
            lane = same[0]
        else:
            lane = Lane(street.name, town, key)
            self.lanes.append(lane)
        self._exact["".join(words)][lane] = None
        whole = with_whole_years(street.name)
        for reading in (*readings(words), *(readings(name_words(whole)) if whole != street.name else ())):
            self._readings[reading][lane] = None
        lane.rows.append(street)
        lane.sure = lane.sure or bool(self.town(street.town))
        self.lane_of[street.place.key] = lane

    def _with_towns(self, roster: Roster) -> list[tuple[Street, str]]:
        """Each street row with its place: its own, its group's area's, or that of the only other street of its name."""
        towns: list[tuple[Street, str]] = []
        named: dict[str, set[str]] = defaultdict(set)
        for street in roster.streets:
            town = self.town(street.town)
            if not town:
                group = roster.group_named.get(fold(street.group))
                area = roster.area_named.get(fold(group.area)) if group else None
                town = self.town(area.town) if area else ""
            towns.append((street, town))
            if town:
                named[fold(street.name)].add(town)
        settled: list[tuple[Street, str]] = []
        for street, town in towns:
            others = list(named.get(fold(street.name), ()))
            # A place that was typed, but is not known, may be another one: nothing is filled in for it.
            settled.append((street, others[0] if not town and not street.town and len(others) == 1 else town))
        return settled

    @staticmethod
    def _within(lanes: Iterable[Lane], town: str) -> list[Lane]:
        if not town:
            return list(lanes)
        key = _town_key(town)
        lanes = list(lanes)
        here = [lane for lane in lanes if lane.town_key in ("", key)]
        return here or [lane for lane in lanes if not lane.sure]

    def _ask(self, street: str, town: str) -> tuple[Lane | None, list[Lane], str]:
        """What a street and a place lead to: the one that says it all, all that may be meant, and a number behind."""
        lanes, behind = self._look_up(street, self.town(town))
        found = self._found[street, town] = (lanes[0] if len(lanes) == 1 and not behind else None, lanes, behind)
        return found

    def _look_up(self, street: str, town: str) -> tuple[list[Lane], str]:
        """The streets that a cell may mean, and the house number that stands behind the name."""
        lanes = self.find(street, town)
        if lanes:
            return lanes, ""
        for name, number in street_splits(street):
            lanes = self.find(name, town)
            if lanes:
                return lanes, number
        alone, place = self._without_place(street)
        if alone and (not place or town in ("", place)):
            return self._look_up(alone, town or place)
        return [], split_street(street)[1]

    def _without_place(self, street: str) -> tuple[str, str]:
        """What stands before a postcode or a place at the end ("Kerkstraat 12, Den Helder"), and that place."""
        found = self._place_behind.fullmatch(fold(street))
        if found is None or not (found["postcode"] or found["place"]):
            return "", ""
        return found["street"], self.town(found["place"] or "")

    @cached_property
    def _place_behind(self) -> re.Pattern[str]:
        return place_behind(map(fold, self._towns.values()))

    def _unknown(self, street: str, town: str, number: int | None) -> Address:
        if town:
            lanes, _ = self._look_up(street, "")
            if lanes:
                return Address(number, elsewhere=tuple(sorted({lane.town for lane in lanes})))
        alone, _place = self._without_place(street)
        name = split_street(alone or street)[0]
        if (name, town) not in self._meant:
            key = readings(name_words(name))[0]  # no words give one empty key, which is like nothing
            names = self._names_in(town)
            if stem_length(key) < len(key):  # of "Rozenlaan" a street named "Laan" is no part left over
                names = {reading: known for reading, known in names.items() if reading not in WHOLE_ENDINGS}
            self._meant[name, town] = closest_key(key, names, stem_length(key))
        return Address(number, meant=self._meant[name, town])

    def _names_in(self, town: str) -> dict[str, str]:
        """The streets of a place ("" for all) by every key that they may be meant by."""
        if town not in self._names:
            self._names[town] = {
                reading: here[0].name
                for reading, lanes in self._readings.items()
                if (here := self._within(lanes, town))
            }
        return self._names[town]


def _together(lanes: list[Lane], number: int | None, *, clash: bool) -> Address:
    """One answer for several streets that may be meant: where only one of them has the number, it is that one."""
    answers = [lane.answer(number) for lane in lanes]
    fitting = [answer for answer in answers if answer.groups] or answers
    groups = frozenset[str]().union(*(answer.groups for answer in fitting))
    names = {answer.street for answer in fitting}
    if len(groups) > 1 and not clash and not set.intersection(*(set(readings(name_words(name))) for name in names)):
        return Address(number, either=tuple(sorted(names)))  # "Pr. Irenelaan": Prins or Prinses
    return Address(
        number,
        fitting[0].street,
        groups,
        frozenset().union(*(answer.maybe for answer in answers)),
        tuple(sorted({town for answer in fitting for town in answer.towns})),
        clash=clash,
        rows=tuple(row for answer in fitting for row in answer.rows),
    )


@lru_cache(maxsize=4096)
def _town_key(town: str) -> str:
    return "".join(name_words(town))
