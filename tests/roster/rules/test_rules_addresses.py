"""The rules about where a member lives: broken once and mended once."""

from __future__ import annotations

import pytest

from roster.model import Status
from roster.rules.addresses import is_reason
from support.sheet_notation import found, judge, lines, register, weights

GROUPS = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Tuindorp | Centrum | 1-2-2025     | 1-3-2025
    Haven    | Centrum |              |
"""
STREETS = """
    Straat     | Plaats      | Van | Tot | Zijde | Groep
    Kerkstraat | Den Helder  |     | 40  |       | Tuindorp
    Kerkstraat | Den Helder  | 41  | 99  |       | Haven
    Dorpsweg   | Huisduinen  |     |     |       | Tuindorp
    Dorpsweg   | Julianadorp |     |     |       | Haven
    Duinpad    | Huisduinen  |     |     |       |
    Zeepad     | Huisduinen  |     |     |       | Havn
"""
NOISE = {("a_group_has_an_admin", 3), ("a_street_names_its_group", 6), ("a_street_names_its_group", 7)}
LIVES, COMPLETE, EXISTS = (
    "a_member_lives_in_the_groups_streets",
    "a_members_address_is_complete",
    "a_members_group_exists",
)


def about(members: str) -> list[tuple[str, int, str]]:
    """What is found about the members, in a register of two groups that share streets."""
    tables = register(members, groepen=GROUPS, straten=STREETS)
    return [triple for triple in weights(tables) if triple[:2] not in NOISE]


def line(members: str) -> str:
    """The one line that the first member's row gets."""
    tables = register(members, groepen=GROUPS, straten=STREETS)
    [told] = [finding.line for finding in judge(tables)[1] if finding.place.tab == "Deelnemers"]
    return told


def test_a_member_lives_in_the_groups_streets() -> None:
    """Another group's number, another group's street, an unknown street and a number in nobody's row all block."""
    assert about("""
        Voornaam | Straat     | Huisnummer | Plaats
        Jan      | Kerkstraat | 40         |
        Jans     | Kerkstraat | 41         |
        Piet     | Dorpsweg   | 1          | Julianadorp
        Kees     | Kerkstaat  | 1          |
        Kim      | Kerkstraat | 100        |
        Fu       | Duinpad    | 1          |
        Bo       | Dorpsweg   | 1          | Huisduinen
        Al       | Zeepad     | 1          |
    """) == [(LIVES, row, "blokkeert") for row in (3, 4, 5, 6, 7, 9)]


def test_the_line_says_what_to_do() -> None:
    """It names the other group, the street that was meant, or the place where the street does lie."""
    assert line("Voornaam | Straat | Huisnummer\nJan | Kerkstraat | 41").startswith(
        "Blokkeert (Straat): Dit adres hoort bij groep Haven. Kies groep Haven, of verbeter het adres."
    )
    assert line("Voornaam | Straat | Huisnummer\nJan | Kerkstaat | 41").startswith(
        "Blokkeert (Straat): Deze straat is niet bekend. Bedoelde u Kerkstraat?"
    )
    assert line("Voornaam | Straat | Huisnummer | Plaats\nJan | Kerkstraat | 1 | Huisduinen").startswith(
        "Blokkeert (Straat): Deze straat is hier niet bekend, wel in Den Helder."
    )
    assert line("Voornaam | Straat | Huisnummer\nJan | Kerkstraat | 100").startswith("Blokkeert (Huisnummer): ")


def test_an_abbreviation_of_two_streets_blocks_until_it_is_written_out() -> None:
    """Also when the member's group has one of the two; a reason in Uitzondering lifts it."""
    tables = register(
        """
        Voornaam | Straat            | Uitzondering
        Jan      | Pr. Irenelaan     |
        Jans     | Prinses Irenelaan |
        Piet     | Pr. Irenelaan     | mantelzorg
        """,
        groepen=GROUPS,
        straten=f"{STREETS}    Prinses Irenelaan | Den Helder | | | | Tuindorp\n    Prins Irenelaan | Den Helder | | | | Haven\n",
    )
    of_members = [triple for triple in weights(tables) if triple[0] == LIVES]
    assert of_members == [(LIVES, 2, "blokkeert"), (LIVES, 4, "let op")]
    [told] = [one for one in lines(tables) if one.startswith("Blokkeert (Straat)")]
    assert "Deze straat kan Prins Irenelaan of Prinses Irenelaan zijn. Schrijf de straat voluit." in told


def test_a_blank_place_is_fine_where_only_one_street_can_be_meant() -> None:
    """The group decides between two streets of one name; a number that only one of them has does as well."""
    assert about("""
        Voornaam | Straat   | Huisnummer | Plaats | Groep
        Jan      | Dorpsweg | 1          |        | Tuindorp
        Jans     | Dorpsweg | 1          |        | Haven
        Piet     | Dorpsweg | 1          | Verweg | Haven
    """) == [("a_members_place_is_known", 4, "let op")]


def test_a_reason_in_uitzondering_lifts_it_to_a_let_op() -> None:
    """Of an unknown street too; "ja" alone is no reason, and the member with a reason is active."""
    members = """
        Voornaam | Straat     | Huisnummer | Uitzondering
        Jan      | Kerkstraat | 41         | past op het huis van haar moeder
        Jans     | Hoofdweg   | 1          | werkt in de buurt
        Piet     | Kerkstraat | 41         | ja
        Kees     | Kerkstraat | 41         | x
        Kim      | Kerkstraat | 41         | -
        Fu       | Kerkstraat | 1          | ja
    """
    assert about(members) == [
        (LIVES, 2, "let op"),
        (LIVES, 3, "let op"),
        *((LIVES, row, "blokkeert") for row in (4, 5, 6)),
    ]
    roster, _, standing = judge(register(members, groepen=GROUPS, straten=STREETS))
    assert standing.member[roster.members[0].place.key] is Status.ACTIVE


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("werkt hier", True),
        ("mantelzorg", True),
        ("ja, werkt hier", True),
        ("ja", False),
        ("JA.", False),
        ("nee", False),
        ("waar", False),
        ("1", False),
        ("n.v.t.", False),
        ("?", False),
        ("", False),
        ("12-3-2026", False),
    ],
)
def test_a_reason_says_why(typed: str, reason: bool) -> None:
    """A yes or no, a mark or a number tells nobody why."""
    assert is_reason(typed) is reason


def test_a_members_address_is_complete() -> None:
    """Street and house number; the number may stand behind the street, but not another one in its cell."""
    assert about("""
        Voornaam | Straat        | Huisnummer
        Jan      |               | 12
        Jans     | Kerkstraat    |
        Piet     |               |
        Kees     | Kerkstraat 12 |
        Kim      | Kerkstraat 12 | 14
        Fu       | Kerkstraat    | geen
        Bo       | -             | 12
        Al       | Kerkstaat     |
    """) == [(COMPLETE, row, "blokkeert") for row in (2, 3, 4, 6, 7, 8, 9)]


def test_a_misspelt_street_with_a_number_behind_it_is_complete() -> None:
    """Only the street is wrong."""
    assert about("Voornaam | Straat | Huisnummer\nJan | Kerkstaat 12 |") == [(LIVES, 2, "blokkeert")]


def test_a_members_group_exists() -> None:
    """Blank and unknown block; one line, which names the group that was meant or that the address belongs to."""
    members = """
        Voornaam | Groep    | Straat     | Huisnummer
        Jan      |          | Kerkstraat | 12
        Jans     | Tuindrop | Kerkstraat | 12
        Piet     | Oost     | Kerkstraat | 41
        Kees     | TUINDORP | Kerkstraat | 12
        Kim      |          | Kerkstaat  | 12
        Fu       |          |            |
    """
    assert about(members) == [
        *((EXISTS, row, "blokkeert") for row in (2, 3, 4, 6)),
        (COMPLETE, 7, "blokkeert"),
        (EXISTS, 7, "blokkeert"),
    ]
    told = lines(register(members, groepen=GROUPS, straten=STREETS))
    assert "De groep ontbreekt. Dit adres hoort bij groep Tuindorp: vul die in." in told[0]
    assert any("Bedoelde u Tuindorp?" in one for one in told)
    assert any("Deze groep bestaat niet. Dit adres hoort bij groep Haven: vul die in." in one for one in told)


def test_a_row_is_not_blamed_for_its_group() -> None:
    """A group without streets, or with streets whose numbers do not read, is told itself; its members stay active."""
    tables = register(
        "Voornaam | Straat | Huisnummer\nJan | Kerkstraat | 12",
        straten="Straat | Plaats | Van | Groep\nMolenlaan | Den Helder | | Anders\nKerkstraat | Den Helder | begin | Tuindorp",
    )
    assert found(tables) == [("a_street_names_its_group", 2), ("a_street_belongs_to_one_group", 3)]
    tables = register("Voornaam | Straat | Huisnummer\nJan | Kerkstraat | 12", straten="Straat | Plaats | Groep")
    roster, findings, standing = judge(tables)
    assert [finding.rule for finding in findings] == ["a_group_has_streets"]
    assert set(standing.member.values()) == {Status.ACTIVE}
    assert standing.group[roster.groups[0].place.key] is Status.BLOCKED
