"""Two checkouts with a ledger each, on one register, and one whose ledger got lost: nobody hears a thing twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from roster.messages.follow_up import number_update_planner, plan_follow_up_marks
from roster.messages.registered import plan_registered_marks
from roster.messages.rules_update import rules_update_planner
from roster.messages.welcome import plan_missed_marks
from roster.plan.delivery_status import mark_of
from roster.plan.steps import Planner
from roster.planners.status_cells import plan_status_cells
from roster.sheet.table import Table
from support.plans import carried_out
from support.role_rounds import people, sanne
from support.rounds import PLANNERS, SYNC, Rounds
from support.sweeps import sweep

MARKS: tuple[Planner, ...] = (plan_status_cells, plan_missed_marks, plan_registered_marks, plan_follow_up_marks)
NUMBER = (number_update_planner(),)
RULES = (rules_update_planner(lambda version, _language: [f"Regel {version}."]),)


@dataclass
class Shared:
    """One register, and what the settings say to whoever works with it. `arrived` counts who was told what."""

    tables: dict[str, Table]
    number: str = "06-23456789"
    version: str = "1"
    day: date = SYNC.today
    checkouts: dict[str, Rounds] = field(default_factory=dict)
    arrived: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def lose(self, name: str) -> None:
        """The ledger of that checkout is gone."""
        self.checkouts.pop(name, None)

    def go(self, name: str, planners: Sequence[Planner] = PLANNERS) -> list[tuple[str, str]]:
        """One round of that checkout, with what the rows say afterwards; who was sent what."""
        rounds = self.checkouts.setdefault(name, Rounds())
        rounds.terms = replace(
            SYNC,
            today=self.day,
            network=replace(SYNC.network, regiegroep_number=self.number),
            rules_version=self.version,
        )
        self.tables = carried_out(self.tables, (step for one in MARKS for step in one(rounds.look(self.tables))))
        told = rounds.go(self.tables, planners)
        for send in rounds.sends:
            self.arrived[(send.to_name, send.act, *self._what(send.act, send.version))] += 1
        welcome = {send.about.key: send for send in rounds.sends if send.act in ("welcome", "rules_update")}
        table = self.tables["Deelnemers"]
        for index, row in enumerate(table.rows):
            if table.keys[index] in welcome:
                row.extend([None] * (table.columns["Welkom"] + 1 - len(row)))
                row[table.columns["Welkom"]] = mark_of("verstuurd", self.day, self.version).text
        rounds.terms = replace(rounds.terms, today=self.day)
        self.tables = carried_out(self.tables, (step for one in MARKS for step in one(rounds.look(self.tables))))
        return told

    def _what(self, act: str, version: str) -> tuple[str, ...]:
        return {"number_update": (self.number,), "welcome": ()}.get(act, (version,))

    def types(self, nr: str, **cells: str) -> None:
        """Somebody types in a row."""
        table = self.tables["Deelnemers"]
        row = next(row for row in table.rows if row[table.columns["Nr"]] == nr)
        for heading, value in cells.items():
            row[table.columns[heading.replace("_", " ")]] = value

    def tomorrow(self, days: int = 1) -> None:
        self.day = date.fromordinal(self.day.toordinal() + days)


def shared(*rows: str) -> Shared:
    """Sanne and two admins, welcomed by A."""
    found = Shared(people(*(rows or (sanne(),))))
    found.go("A")
    found.tomorrow()
    return found


@pytest.mark.parametrize("lost", ["A", "B"])
def test_a_letter_after_the_welcome_of_another_ledger_brings_no_second_welcome(lost: str) -> None:
    """A ledger that got lost, or another checkout, promotes her, tells the number and the rules."""
    one = shared()
    one.lose("A")
    assert one.go(lost) == []
    one.types("D-0001", Rol="beheerder")
    assert one.go(lost) == [("D-0001", "admin")]
    one.tomorrow()
    assert one.go(lost) == []
    one.number = "06-29999999"
    assert len(one.go(lost, NUMBER)) == 3
    one.tomorrow()
    assert one.go(lost) == []
    one.version = "2"
    assert len(one.go(lost, RULES)) == 3
    one.tomorrow()
    assert one.go(lost) == [] == one.go(lost, RULES)
    assert max(one.arrived.values()) == 1


def test_new_rules_are_told_by_one_of_two() -> None:
    """Also where each has letters of its own, and where an older ledger is put back."""
    one = shared()
    older = one.checkouts["A"].history
    one.tables["Deelnemers"].rows.append(
        people(sanne(), "D-0002 | Piet | p@mail.example | Tuindorp")["Deelnemers"].rows[1]
    )
    assert one.go("B") == [("D-0002", "welcome")]
    one.version = "2"
    assert len(one.go("A", RULES)) == 4
    for days in (0, 1):
        one.tomorrow(days)
        assert one.go("B", RULES) == []
    one.checkouts["A"].history = older
    assert one.go("A", RULES) == [] == one.go("A")
    one.version = "3"
    assert len(one.go("B", RULES)) == 4
    assert one.go("A", RULES) == []


@pytest.mark.parametrize(
    ("name", "email", "mobile", "again"),
    [
        ("Sanne", "s@mail.example", "06-21000009", 0),
        ("Sanne", "new@mail.example", "06-20000000", 0),
        ("Tom", "s@mail.example", "06-21000009", 1),  # a housemate
        ("Tom", "tom@mail.example", "06-20000000", 1),  # her old mobile
    ],
)
def test_who_left_and_comes_back_in_a_new_row_was_welcomed(name: str, email: str, mobile: str, again: int) -> None:
    """By another checkout: the old row stands there still, with its mark."""
    one = shared()
    table = one.tables["Deelnemers"]
    old = table.rows[0]
    old[table.columns["Mobiel"]] = "06-20000000"
    one.lose("A")
    one.go("B")
    one.types("D-0001", Afgemeld_op="30-3-2026")
    one.go("B")
    back = list(people(f"D-0002 | {name} | {email} | Tuindorp")["Deelnemers"].rows[0])
    back[table.columns["Mobiel"]] = mobile
    back[table.columns["Nr"]] = ""
    one.tables["Deelnemers"].rows.append(back)
    assert len(one.go("B")) == again


def test_a_number_is_told_by_one_of_two_however_often_it_changes() -> None:
    """Also where it goes back to one that either told before: what the row says of the number counts."""
    one = shared()
    one.go("B")
    for number, order in (
        ("06-29999999", "AB"),
        ("06-28888888", "BA"),
        ("06-29999999", "AB"),
        ("06-28888888", "AB"),
        ("06-29999999", "BA"),
        ("06-23456789", "BA"),
    ):
        one.tomorrow()
        one.number = number
        assert len(one.go(order[0], NUMBER)) == 3
        assert one.go(order[1], NUMBER) == [] == one.go(order[0], NUMBER)


@pytest.mark.parametrize("lost", ["A", "B"])
def test_what_a_row_says_of_the_number_counts_where_the_ledger_knows_less(lost: str) -> None:
    """A lost ledger, and another checkout that was not there when the number was told."""
    one = shared()
    one.number = "06-29999999"
    one.go("A", NUMBER)
    one.tomorrow()
    one.lose("A")
    assert one.go(lost) == [] == one.go(lost, NUMBER)
    one.number = "06-28888888"
    assert len(one.go(lost, NUMBER)) == 3
    one.tomorrow()
    assert one.go(lost, NUMBER) == []


def months(seed: int, steps: int) -> Shared:
    """Two checkouts take turns while people join, become admins, the number and the rules change, and ledgers get lost."""
    rng, one = random.Random(seed), shared()
    joined = 1
    for step in range(steps):
        one.tomorrow()
        name, other = rng.sample("AB", 2)
        match rng.choice(("join", "promote", "number", "rules", "lose", "sync")):
            case "join":
                joined += 1
                row = people(f"D-{joined:04d} | Lid{joined} | lid{joined}@mail.example | Tuindorp")["Deelnemers"].rows[
                    0
                ]
                row[one.tables["Deelnemers"].columns["Mobiel"]] = f"06-23{joined:06d}"
                one.tables["Deelnemers"].rows.append(row)
            case "promote":
                one.types(f"D-{rng.randint(1, joined):04d}", Rol="beheerder")
            case "number":
                one.number = f"06-24{step:06d}"
                one.go(name, NUMBER)
                assert one.go(other, NUMBER) == [] == one.go(name, NUMBER)
            case "rules":
                one.version = str(int(one.version) + 1)
                one.go(name, RULES)
                assert one.go(other, RULES) == [] == one.go(name, RULES)
            case "lose":
                one.lose(name)
        for who in (
            name,
            other,
        ):  # a ledger that is new takes what was so before for no news, and leaves it to the other
            one.go(who)
            one.tomorrow()
        assert one.go(name) == [] == one.go(other)
    welcomes = Counter(who for who, act, *_rest in one.arrived.elements() if act == "welcome")
    assert len(welcomes) == joined + 2 and max(one.arrived.values()) == 1
    return one


@pytest.mark.parametrize("seed", sweep(range(4)))
def test_over_the_months_nobody_hears_a_thing_twice(seed: int) -> None:
    months(seed, 12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 110))
def test_over_the_years_nobody_hears_a_thing_twice(seed: int) -> None:
    months(seed, 50)
