"""A year of ordinary life, month by month and at random, with an answer key: everybody is welcomed exactly once."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from roster.plan.history import History
from support.months import mailed, seen_in


@dataclass(frozen=True)
class Person:
    """Who somebody really is (`key`), and what his row says of him."""

    key: int
    surname: str
    address: str
    mobile: int


@dataclass
class Row:
    person: Person
    nr: str = ""
    left: bool = False
    touched: int = -1

    @property
    def line(self) -> str:
        one = self.person
        left = "1-3-2026" if self.left else ""
        return f"{self.nr} | F{one.key} | {one.surname} | {one.address} | 06-2345{one.mobile:04d} | {left} | ja"


@dataclass
class Year:
    chance: random.Random
    rows: list[Row] = field(default_factory=list)
    gone: list[Person] = field(default_factory=list)
    made: int = 0
    mobiles: int = 0

    def somebody(self, address: str = "") -> Person:
        self.made += 1
        return Person(self.made, f"S{self.made}", address or f"p{self.made}@mail.example", self.mobile())

    def mobile(self) -> int:
        self.mobiles += 1
        return self.mobiles

    def address(self) -> str:
        return f"n{self.chance.random()}@mail.example"

    def happens(self, row: Row) -> None:
        """One thing that people do; each row is touched once a month, so that one of the three always stays."""
        person, is_alone = row.person, sum(one.person.key == row.person.key for one in self.rows) == 1
        match self.chance.randrange(11):
            case 0:
                row.person = replace(person, mobile=self.mobile())
            case 1:
                row.person = replace(person, address=self.address())
            case 2:
                row.person = replace(person, mobile=self.mobile(), address=self.address())
            case 3:
                row.person = replace(person, surname=f"{person.surname}n")
            case 4:
                row.left = True
            case 5 if row.left and is_alone:
                self.rows.append(replace(row, nr="", left=False))
            case 6:
                self.rows.remove(row)
                self.gone += [person] if is_alone else []
            case 7 if self.gone:
                back = self.gone.pop(self.chance.randrange(len(self.gone)))
                back = self.chance.choice([back, replace(back, surname=f"{back.surname}m")])
                self.rows.append(Row(back, touched=row.touched))
            case 8:
                self.gone += [person] if is_alone else []
                row.person, row.left = self.somebody(), False
            case 9:
                self.rows.append(Row(self.somebody(person.address)))
            case _:
                row.nr = ""


def live(seed: int, months: int = 12) -> None:
    year, told = Year(random.Random(seed)), Counter[str]()
    year.rows = [Row(year.somebody()) for _ in range(4)]
    history = History(salt=b"made up", highest={"D": 9003})
    for month in range(months):
        for _ in range(year.chance.randint(0, 2)):
            row = year.chance.choice(year.rows or [Row(year.somebody())])
            if row in year.rows and row.touched != month:
                row.touched = month
                year.happens(row)
        year.rows.append(Row(year.somebody()))
        year.chance.shuffle(year.rows)
        seen = seen_in("\n".join(row.line for row in year.rows), history)
        names, history = mailed(seen)
        told.update(name.split()[0] for name in names)
        for row, member in zip(year.rows, seen.roster.members, strict=False):
            row.nr = member.nr
        wrong = {
            f"F{row.person.key}": told[f"F{row.person.key}"]
            for row in year.rows
            if not row.left and told[f"F{row.person.key}"] != 1
        }
        assert not wrong, (month, [row.line for row in year.rows])


@pytest.mark.parametrize("seed", range(12))
def test_everybody_is_welcomed_exactly_once(seed: int) -> None:
    """Whatever changes, comes, goes, comes back, is sorted or typed over."""
    live(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_everybody_is_welcomed_exactly_once_in_very_many_years(block: int) -> None:
    """The same, many times over."""
    for seed in range(1000 + block * 100, 1100 + block * 100):
        live(seed)
