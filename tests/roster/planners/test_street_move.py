"""A street, or a part of it, moves to another group with who lives there; and where an address belongs."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest

from roster.plan.history import History
from roster.plan.steps import View
from roster.planners.street_move import Move, Refusal, StreetPart, describe_move, plan_move
from roster.planners.whereabouts import describe_split, even_half, where
from roster.sheet.table import Table
from roster.streets.lookup import Streets
from support.plans import carried_out, view
from support.sheet_notation import GROUPS, TERMS, register

GROUPEN = (
    GROUPS
    + """
    Oost     | Centrum | 1-2-2026     |
    Dicht    | Nergens | 1-2-2026     |
"""
)
STRATEN = """
    Straat      | Plaats     | Van | Tot | Zijde  | Groep
    Kerkstraat  | Den Helder | 1   | 40  | even   | Tuindorp
    Kerkstraat  | Den Helder | 1   | 40  | oneven | Tuindorp
    Kerkstraat  | Den Helder | 41  |     |        | Tuindorp
    Molenlaan   | Den Helder |     |     |        | Tuindorp
    Dorpsweg    | Huisduinen |     |     |        | Oost
    Dorpsweg    | Julianadorp|     |     |        | Tuindorp
"""
PEOPLE = """
    Voornaam | Huisnummer | Straat     | Rol       | Uitzondering
    An       | 2          | Kerkstraat | beheerder |
    Bo       | 3          | Kerkstraat |           |
    Cas      | 41a        | kerkstr.   |           |
    Dirk     | 4          | Kerkstraat |           | woont bij zijn moeder
    Els      |            | Kerkstraat |           |
    Fem      | 7          | Molenlaan  |           |
"""


def tables() -> dict[str, Table]:
    return register(PEOPLE, groepen=GROUPEN, straten=STRATEN)


def moved(seen: View, part: StreetPart, group: str = "Oost") -> Move:
    found = plan_move(seen, part, group)
    assert isinstance(found, Move), found
    return found


def names(move: Move) -> list[str]:
    return [one.first_name for one in move.people]


@pytest.mark.parametrize(
    ("part", "people", "rows"),
    [
        (StreetPart("Kerkstraat"), ["An", "Bo", "Cas", "Els"], 3),
        (StreetPart("kerkstr.", 1, 40), ["An", "Bo"], 2),
        (StreetPart("Kerkstraat", 1, 40, "even"), ["An"], 1),
        (StreetPart("Kerkstraat, Den Helder", 41), ["Cas"], 1),
        (StreetPart("Molenlaan"), ["Fem"], 1),
    ],
)
def test_who_lives_in_the_part_goes_along_and_nobody_else(part: StreetPart, people: list[str], rows: int) -> None:
    move = moved(view(tables()), part)
    assert names(move)[: len(people)] == people and set(names(move)) - set(people) <= {"Ada", "Bo", "Cor"}
    assert sum(step.place.tab == "Straten" for step in move.steps) == rows
    assert {step.place.column for step in move.steps} == {"Groep"}
    assert {step.was for step in move.steps} == {"Tuindorp"}


def test_a_reason_keeps_somebody_where_he_sits_and_without_a_number_nobody_can_tell() -> None:
    seen = view(tables())
    move = moved(seen, StreetPart("Kerkstraat", 1, 40))
    assert [one.first_name for one in move.excused] == ["Dirk"] and [one.first_name for one in move.unsure] == ["Els"]
    told = "\n".join(describe_move(seen, StreetPart("Kerkstraat", 1, 40), move))
    assert "Dirk" in told and "Els" in told and "kijk naar hun huisnummer" in told


def test_what_is_told_of_the_groups_is_true_afterwards() -> None:
    before = tables()
    seen = view(before)
    part = StreetPart("Kerkstraat")
    move = moved(seen, part)
    told = "\n".join(describe_move(seen, part, move))
    after = view(carried_out(before, move.steps))
    for name in ("tuindorp", "oost"):
        count = len(after.statuses.active.get(name, ())) + len(after.statuses.waiting.get(name, ()))
        group = after.roster.group_named[name].name
        [line] = [line for line in told.splitlines() if line.startswith(f"  Groep {group}: ")]
        heads = [one.name for one in after.statuses.admins.get(name, ())]
        assert all(head in line for head in heads), line
        assert f"naar {count} deelnemers" in line or f"naar hoogstens {count + 1} deelnemers" in line, line  # Els


def test_once_it_moved_there_is_nothing_left_to_do_and_nobody_is_blocked_by_it() -> None:
    before = tables()
    part = StreetPart("Kerkstraat")
    after = carried_out(before, moved(view(before), part).steps)
    seen = view(after)
    again = moved(seen, part)
    assert again.steps == [] and again.people == []
    elsewhere = [finding for finding in seen.findings if finding.rule == "a_member_lives_in_the_groups_streets"]
    assert [finding for finding in elsewhere if finding.blocks] == []


def test_a_move_that_was_cut_off_half_way_is_ended_by_the_same_words() -> None:
    before = tables()
    part = StreetPart("Kerkstraat")
    steps = moved(view(before), part).steps
    half = carried_out(before, steps[: len(steps) // 2])
    whole = carried_out(half, moved(view(half), part).steps)
    assert whole["Deelnemers"].rows == carried_out(before, steps)["Deelnemers"].rows
    assert whole["Straten"].rows == carried_out(before, steps)["Straten"].rows


@pytest.mark.parametrize(
    ("part", "group", "told", "remedy"),
    [
        (StreetPart("Kerkstraat"), "Oots", "Groep Oots bestaat niet", "Bedoelde u Oost?"),
        (StreetPart("Kerkstraat"), "Dicht", "geblokkeerd", "rij 4"),
        (StreetPart("Kerkstaat"), "Oost", "staat niet op het tabblad Straten", "Bedoelde u Kerkstraat?"),
        (StreetPart("Nergensweg"), "Oost", "staat niet op het tabblad Straten", "Kijk op het tabblad Straten"),
        (StreetPart("Dorpsweg"), "Oost", "meer dan eens", '"Dorpsweg, Huisduinen" of "Dorpsweg, Julianadorp"'),
        (StreetPart("Molenlaan", 1, 20), "Oost", "alle nummers", "van 1 tot en met 20; en vanaf 21"),
        (StreetPart("Kerkstraat", 5, 9, "oneven"), "Oost", "Daarvan verhuist maar een deel", "van 5 tot en met 9, oneven; en van 1 tot en met 4, oneven; en van 10 tot en met 40, oneven"),
        (StreetPart("Kerkstraat", 40, 2), "Oost", "FROM=40 is een hoger huisnummer dan TO=2", "het laagste"),
        (StreetPart("Kerkstraat", 41, side="even"), "Oost", "vanaf 41", "vanaf 41, even; en vanaf 41, oneven"),
        (StreetPart("Molenlaan", 3, 8, "even"), "Oost", "alle nummers", "van 3 tot en met 8, oneven"),
    ],
)  # fmt: skip
def test_what_must_be_settled_first_is_told_and_nothing_moves(
    part: StreetPart, group: str, told: str, remedy: str
) -> None:
    found = plan_move(view(tables()), part, group)
    assert isinstance(found, Refusal) and told in found.message and remedy in found.remedy, found


def test_a_row_whose_numbers_do_not_read_is_asked_about() -> None:
    straten = STRATEN.replace("41  |     |", "41  | x   |")
    found = plan_move(view(register(PEOPLE, groepen=GROUPEN, straten=straten)), StreetPart("Kerkstraat"), "Oost")
    assert isinstance(found, Refusal) and "rij 4 niet te lezen" in found.message


def test_a_group_without_room_is_refused_with_its_numbers() -> None:
    small = replace(TERMS, limits=replace(TERMS.limits, group_size=3))
    found = plan_move(view(tables(), small, History(salt=b"test")), StreetPart("Kerkstraat"), "Oost")
    assert isinstance(found, Refusal) and "er is plaats voor 3" in found.message


@pytest.mark.parametrize(
    ("address", "groups", "told"),
    [
        ("Kerkstraat 12, Den Helder", ("Tuindorp",), "Groep Tuindorp (Centrum)"),
        ("dorpsweg 3a, huisduinen", ("Oost",), "Beheerders: nog niemand"),
        ("Dorpsweg 3", ("Oost", "Tuindorp"), "meer dan één groep"),
        ("Kerkstaat 1", (), "Bedoelde u Kerkstraat?"),
        ("", (), "staat niet op het tabblad Straten"),
    ],
)
def test_an_address_leads_to_its_group(address: str, groups: tuple[str, ...], told: str) -> None:
    found = where(view(tables()), address)
    assert found.groups == groups and told in "\n".join(found.lines), found


@pytest.mark.parametrize("seed", range(40))
def test_no_other_streets_make_a_more_even_half(seed: int) -> None:
    """Held against every choice that there is."""
    chance = random.Random(seed)
    sizes = [chance.choice((0, 1, 2, 5, 9, 17, 40)) for _ in range(chance.randrange(1, 11))]
    best = max(sum(some) for k in range(len(sizes)) for some in combinations(sizes, k) if 2 * sum(some) <= sum(sizes))
    half = even_half(sizes)
    assert sum(sizes[turn] for turn in half) == best and even_half(sizes) == half


def test_many_streets_are_halved_at_once() -> None:
    assert sum(even_half([4] * 63 + [3])) > 0 and len(even_half([4] * 64)) == 32


def test_a_full_group_is_told_how_it_could_be_divided() -> None:
    """In counts and names of streets; one that is only in part of this group says so."""

    def told(seen: View) -> str:
        streets = Streets(seen.roster, seen.terms.network.places)
        return describe_split(seen, streets, seen.roster.group_named["tuindorp"])

    whole = told(view(tables()))
    assert whole.startswith("De twee gelijkste helften zijn Dorpsweg, Kerkstraat (7 deelnemers, 3 beheerders) en "), (
        whole
    )
    assert whole.endswith(" en Molenlaan (1 deelnemer, geen beheerders)."), whole
    straten = STRATEN.replace("41  |     |        | Tuindorp", "41  |     |        | Oost")
    assert "Kerkstraat (deel)" in told(view(register(PEOPLE, groepen=GROUPEN, straten=straten)))
    assert "dezelfde straat. Verdeel die op huisnummer" in told(view(register("Voornaam\nAn", straten=STRATEN)))
