"""The rules about areas, groups and streets: broken once and mended once."""

from __future__ import annotations

import pytest

from roster.model import Status
from support.sheet_notation import TERMS, found, judge, lines, register, weights


def with_groups(text: str, straten: str) -> list[tuple[str, int, str]]:
    """What is found in a register without a member, but that its groups have no admin."""
    tables = register(groepen=text, straten=straten, staff="")
    return [triple for triple in weights(tables) if triple[0] != "a_group_has_an_admin"]


STREETS = """
    Straat     | Plaats     | Groep
    Kerkstraat | Den Helder | Tuindorp
    Molenlaan  | Den Helder | Haven
"""


def test_a_group_lies_in_a_known_area() -> None:
    """Blank and unknown block the group; case does not matter."""
    assert with_groups("Groep | Gebied\nTuindorp | CENTRUM\nHaven | Cetrum", STREETS) == [
        ("a_group_lies_in_a_known_area", 3, "blokkeert")
    ]
    assert with_groups("Groep | Gebied\nTuindorp | Centrum\nHaven |", STREETS) == [
        ("a_group_lies_in_a_known_area", 3, "blokkeert")
    ]
    assert any("Bedoelde u Centrum?" in line for line in lines(register(groepen="Groep | Gebied\nTuindorp | Cetrum")))


def test_a_group_has_a_unique_name() -> None:
    """Every row of a doubled name is blocked and names the others; a group without a name is blocked too."""
    tables = register(groepen="Groep | Gebied\nTuindorp | Centrum\ntuindorp | Centrum\n | Centrum")
    roster, findings, standing = judge(tables)
    rule = "a_group_has_a_unique_name"
    assert [(finding.rule, finding.place.row) for finding in findings] == [(rule, 4), (rule, 2), (rule, 3)]
    assert set(standing.group.values()) == {Status.BLOCKED}
    assert {standing.member[member.place.key] for member in roster.members} == {Status.ACTIVE}


def test_a_group_has_streets() -> None:
    """Without, the group is blocked."""
    one = "Straat | Plaats | Groep\nKerkstraat | Den Helder | Tuindorp"
    assert with_groups("Groep | Gebied\nTuindorp | Centrum\nHaven | Centrum", one) == [
        ("a_group_has_streets", 3, "blokkeert")
    ]
    assert with_groups("Groep | Gebied\nTuindorp | Centrum\nHaven | Centrum", STREETS) == []


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("   |    |       ", "   |    |       ", True),
        ("   |    | even  ", "   |    | oneven", False),
        ("   |    | even  ", "   |    | even  ", True),
        ("   |    |       ", "   |    | oneven", True),
        ("   | 40 |       ", "41 |    |       ", False),
        ("   | 40 |       ", "40 |    |       ", True),
        ("   | 40 |       ", "40 |    | oneven", False),
        ("   | 41 |       ", "40 |    | oneven", True),
        ("2  | 10 | even  ", "10 | 20 | even  ", True),
        ("2  | 10 |       ", "12 | 20 |       ", False),
        ("5  | 5  |       ", "   |    | even  ", False),
        ("10 | 2  |       ", "   |    |       ", None),
    ],
)
def test_a_street_belongs_to_one_group(first: str, second: str, shared: bool | None) -> None:
    """Where a house number is in rows of two groups, both rows are blocked."""
    streets = f"""
        Straat     | Plaats     | Van | Tot | Zijde | Groep
        Kerkstraat | Den Helder | {first} | Tuindorp
        Kerkstr.   | den helder | {second} | Haven
    """
    rows = {True: (2, 3), False: (), None: (2,)}[shared]
    found_rows = with_groups("Groep | Gebied\nTuindorp | Centrum\nHaven | Centrum", streets)
    assert [triple for triple in found_rows if triple[0] != "a_group_has_streets"] == [
        ("a_street_belongs_to_one_group", row, "blokkeert") for row in rows
    ]


def test_one_group_may_have_a_street_in_more_rows_and_two_places_are_two_streets() -> None:
    """Neither is a fault, and a row without a group claims nothing."""
    assert with_groups(
        "Groep | Gebied\nTuindorp | Centrum\nHaven | Centrum",
        """
        Straat     | Plaats      | Van | Groep
        Kerkstraat | Den Helder  |     | Tuindorp
        Kerkstraat | Den Helder  | 10  | Tuindorp
        Kerkstraat | Julianadorp |     | Haven
        Kerkstraat | Den Helder  |     |
        Kerkstraat | Den Helder  |     | Nergens
    """,
    ) == [("a_street_names_its_group", 5, "let op"), ("a_street_names_its_group", 6, "let op")]


def test_a_blocked_street_row_names_the_other_group_and_its_row() -> None:
    """So that people can find it."""
    told = lines(
        register(
            groepen="Groep | Gebied\nTuindorp | Centrum\nHaven | Centrum",
            straten="""
        Straat     | Plaats     | Groep
        Kerkstraat | Den Helder | Tuindorp
        Kerkstraat | Den Helder | Haven
    """,
        )
    )
    assert any("Deze huisnummers horen ook bij groep Haven, in rij 3." in line for line in told)


def test_a_street_names_its_group() -> None:
    """Without a group, of an unknown one, or without a name: a let op."""
    assert found(
        register(
            straten="""
        Straat     | Plaats     | Groep
        Kerkstraat | Den Helder | Tuindorp
        Molenlaan  | Den Helder |
        Zeepad     | Den Helder | Tuindrop
                   | Den Helder | Tuindorp
    """
        )
    ) == [("a_street_names_its_group", row) for row in (3, 4, 5)]


def test_a_place_is_known() -> None:
    """Of a street and of an area: a let op, blank is fine."""
    tables = register(
        straten="Straat | Plaats | Groep\nKerkstraat | Den Helder | Tuindorp\nMolenlaan | Heldr | Tuindorp\nZeepad | | Tuindorp",
        gebieden="Gebied | Plaats\nCentrum | Den Heldr\nOost |",
    )
    assert weights(tables) == [("a_place_is_known", 2, "let op"), ("a_place_is_known", 3, "let op")]
    assert TERMS.network.places[0] == "Den Helder"
