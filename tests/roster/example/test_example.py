"""The example register: the same for the same seed, any size, clean when asked, and made-up throughout."""

from __future__ import annotations

from collections import Counter
from random import Random

import phonenumbers
import pytest

from roster.example.faults import FAULTS, FORMS
from roster.example.register import example
from roster.sheet.columns import TAB, TABS
from roster.sheet.table import Cell, is_blank
from support.judged_example import TODAY, Tabs, judge
from support.sweeps import sweep


def column(tabs: Tabs, tab: str, heading: str) -> list[Cell]:
    """All cells of the example under one heading."""
    position = TAB[tab].headings.index(heading)
    return [row[position] for row in tabs[tab]]


@pytest.mark.parametrize(
    ("members", "seed"), sweep([(60, 1), (300, 1), (300, 2), (300, 3), (1200, 4), (12_000, 6)], quick=4)
)
def test_a_clean_example_gives_no_rule_anything_to_say(members: int, seed: int) -> None:
    """With dirt=0 every cell reads and every rule is kept, at every size that the regiegroep can hold."""
    _, findings = judge(example(members, seed, TODAY, dirt=0))
    assert [finding.line for finding in findings] == []


def test_the_same_seed_gives_the_same_register() -> None:
    """Nothing but the arguments decides what the example looks like."""
    assert example(300, 7, TODAY) == example(300, 7, TODAY)
    assert example(300, 7, TODAY) != example(300, 8, TODAY)


@pytest.mark.parametrize("members", [0, 1, 2, 10, 299])
def test_small_examples_are_made_as_well(members: int) -> None:
    """Any number of members can be asked, also none."""
    tabs = example(members, 1, TODAY)
    filled = [row for row in tabs["Deelnemers"] if not all(is_blank(cell) for cell in row)]
    assert len(filled) == members


@pytest.mark.parametrize(
    ("members", "fewest", "most"), sweep([(300, 12, 12), (3600, 50, 54), (30_720, 120, 160)], quick=2)
)
def test_the_number_of_groups_grows_with_the_members(members: int, fewest: int, most: int) -> None:
    """Den Helder today has about 52 groups; grown it has 120 and more."""
    assert fewest <= len(example(members, 1, TODAY, dirt=0)["Groepen"]) <= most


@pytest.mark.parametrize("members", sweep([6_000, 30_000]))
def test_one_group_is_too_large_on_purpose_and_only_one(members: int) -> None:
    """In a large soiled example one group is over WhatsApp's limit; in a clean one none is near it."""
    soiled = Counter(column(example(members, 1, TODAY, dirt=0.05), "Deelnemers", "Groep"))
    clean = Counter(column(example(members, 1, TODAY, dirt=0), "Deelnemers", "Groep"))
    assert sum(size > 256 for name, size in soiled.items() if name) == 1
    assert max(clean.values()) <= 225


def test_every_mobile_is_a_valid_dutch_one_and_stands_once() -> None:
    """Numbers come from a generator, are mobile to libphonenumber, and are nobody's twice."""
    numbers = column(example(5000, 3, TODAY, dirt=0), "Deelnemers", "Mobiel")
    assert len(set(numbers)) == 5000
    for number in numbers:
        parsed = phonenumbers.parse(str(number), "NL")
        assert phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    assert "06-12345678" not in numbers


def test_clean_mail_addresses_lead_nowhere() -> None:
    """Every address of a clean example is under mail.example, which nobody can own."""
    addresses = [cell for cell in column(example(2000, 3, TODAY, dirt=0), "Deelnemers", "E-mail") if cell]
    assert addresses
    assert all(str(address).endswith("@mail.example") for address in addresses)


def test_every_kind_of_fault_and_every_state_of_a_group_is_in_the_usual_example() -> None:
    """About 300 members are enough to meet each fault once, and groups and sign requests in their states."""
    tabs = example(300, 1, TODAY)
    assert round(0.1 * 300) >= len(FAULTS)
    assert None in column(tabs, "Groepen", "Aangemeld op")
    assert {"toegezegd", "geplaatst", "afgewezen", None} == set(column(tabs, "Bordaanvragen", "Besluit"))
    assert set(column(tabs, "Straten", "Zijde")) >= {"even", "oneven", None}
    assert {"nl", "en", None} == set(column(tabs, "Deelnemers", "Taal"))
    assert "coördinator" in column(tabs, "Deelnemers", "Rol")


def test_the_usual_dirt_makes_nearly_every_rule_speak_and_leaves_most_people_alone() -> None:
    """A soiled example shows what the software can say, and three quarters of its members are sound."""
    roster, findings = judge(example(300, 1, TODAY))
    blocked = {finding.place.key for finding in findings if finding.blocks and finding.place.tab == "Deelnemers"}
    assert len({finding.rule for finding in findings}) >= 18
    assert 15 <= len(blocked) <= len(roster.members) / 4


def test_every_kind_of_fault_is_noticed_and_no_other_way_of_writing_is() -> None:
    """Each fault makes a rule speak about its row; a form that reads well makes none."""
    clean = example(300, 9, TODAY, dirt=0)
    for turn, spoil in enumerate((*FAULTS, *FORMS)):
        tabs = {tab: list(rows) for tab, rows in clean.items()}
        rows = [dict(zip(TAB["Deelnemers"].headings, row, strict=True)) for row in tabs["Deelnemers"]]
        chosen = [at for at, row in enumerate(rows) if row["Rol"] is None and row["Afgemeld op"] is None][turn::40]
        for at in chosen:
            other = next(row for row in rows if row["Groep"] != rows[at]["Groep"] and not row["Afgemeld op"])
            spoil(rows[at], other, TODAY, Random(turn))
            tabs["Deelnemers"][at] = list(rows[at].values())
        _, findings = judge(tabs)
        blamed = {finding.place.row - 2 for finding in findings}
        if spoil in FORMS:
            assert [finding.line for finding in findings] == [], spoil.__name__
        else:
            assert blamed & set(chosen) == set(chosen), (turn, spoil.__name__)


def test_own_cells_are_blank_but_for_the_numbers_of_admins() -> None:
    """The software fills its own columns itself; only admins have a Nr, because tab Beheerders names them by it."""
    tabs = example(300, 1, TODAY)
    for tab in TABS:
        for heading in (tab.own & set(tab.headings)) - {"Nr"}:
            assert set(column(tabs, tab.title, heading)) <= {None}, (tab.title, heading)
    numbered = set(column(tabs, "Deelnemers", "Nr")) - {None}
    assert numbered == set(column(tabs, "Beheerders", "Nr"))
