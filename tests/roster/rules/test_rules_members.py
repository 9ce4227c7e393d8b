"""The rules about one member's row, each broken once and mended once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.model import Status
from roster.rules.officials import is_official_address, is_official_organisation
from roster.terms import Limits
from support.sheet_notation import TERMS, found, judge, lines, register, weights


def test_a_clean_register_has_not_a_single_finding() -> None:
    """What is allowed is silent: blank e-mail, postcode, place and day, a second SIM, one address for two, an organisation."""
    tables = register("""
        Voornaam | Achternaam | Organisatie     | Straat        | Huisnummer | Postcode | Plaats     | Mobiel          | E-mail           | Rol       | Sticker | Aangemeld op | Afgemeld op | Taal
        Jan      | Berg       |                 | Kerkstraat    | 12         | 1781 AB  | Den Helder | 06-23456789     | jan@mail.example |           | ja      | 1-6-2025     |             | en
        Jans     |            |                 | Kerkstraat    | 12         |          |            | +32470123456    | jan@mail.example | deelnemer |         | 1-3-2026     |             |
                 |            | Bakkerij de Bol | Molenln. 3    |            | 1781ab   | den helder | 623456780       |                  |           | nee     |              |             |
        |
        Piet     | Berg       |                 |               |            | x        | Parijs     | 06-23456789     | x@politie.nl     | bestuur   |         | 1-6-2025     | 1-1-2026    |
        Kim      | Berg       |                 | KERKSTR.      | 12 a       |          |            | 0031 6 23456781 | geen             |           |         | 1-3-2026     |             |
    """)
    roster, findings, standing = judge(tables)
    assert findings == []
    assert [standing.member[member.place.key] for member in roster.members[:6]] == [
        Status.ACTIVE,
        Status.ACTIVE,
        Status.ACTIVE,
        Status.LEFT,
        Status.ACTIVE,
        Status.ACTIVE,
    ]


def test_a_member_has_a_name() -> None:
    """One of Voornaam, Achternaam and Organisatie is enough; an infix or a dash is none."""
    assert weights(
        register("""
        Voornaam | Tussenvoegsel | Achternaam | Organisatie | Huisnummer
                 |               |            |             | 12
                 | van           | -          |             | 12
        Jan      |               |            |             | 12
                 |               | Berg       |             | 12
                 |               |            | De Vis      | 12
    """)
    ) == [("a_member_has_a_name", 2, "blokkeert"), ("a_member_has_a_name", 3, "blokkeert")]


@pytest.mark.parametrize(
    ("typed", "weight"),
    [
        ("", "blokkeert"),
        ("volgt", "blokkeert"),
        ("06-12345678", "blokkeert"),
        ("112", "blokkeert"),
        ("0223-612345", "let op"),
        ("+49 151 23456789", ""),
    ],
)
def test_a_member_has_a_mobile_that_whatsapp_can_reach(typed: str, weight: str) -> None:
    """Blank, unreadable and the placeholder block, once each; a landline is a let op; a foreign mobile is fine."""
    expected = [("a_member_has_a_mobile_that_whatsapp_can_reach", 2, weight)] if weight else []
    assert weights(register(f"Voornaam | Mobiel\nJan | {typed}")) == expected


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("18 jaar of ouder", "a_member_is_18_or_older"),
        ("Akkoord spelregels", "a_member_agreed_to_the_rules"),
    ],
)
def test_only_a_yes_will_do_for_age_and_agreement(column: str, rule: str) -> None:
    """Blank, "nee" and what is neither block; every way of saying yes is fine."""
    assert weights(
        register(f"""
        Voornaam | {column}
        Jan      |
        Jans     | nee
        Piet     | ?
        Kees     | J
        Kim      | ✓
        Fu       | WAAR
        Bo       | 1
    """)
    ) == [(rule, row, "blokkeert") for row in (2, 3, 4)]


def test_the_sticker_is_due_after_thirty_days() -> None:
    """On day 30 it may still come, on day 31 it is told; without a day of joining nothing is."""
    tables = register("""
        Voornaam | Sticker | Aangemeld op
        Jan      |         | 1-3-2026
        Jans     |         | 28-2-2026
        Piet     | nee     | 2-3-2026
        Kees     | nee     | 27-2-2026
        Kim      | ja      | 1-1-2020
        Fu       |         |
        Bo       | straks  | 1-1-2020
    """)
    rule = "a_member_shows_the_sticker"
    assert weights(tables) == [(rule, 3, "let op"), (rule, 5, "let op"), (rule, 8, "let op")]
    assert (rule, 2) in found(tables, replace(TERMS, limits=Limits(sticker_days=29)))


def test_dates_make_sense() -> None:
    """Not in the future, and left after joined; the same day is fine. Told of whoever left as well."""
    tables = register("""
        Voornaam | Aangemeld op | Afgemeld op
        Jan      | 31-3-2026    |
        Jans     | 1-4-2026     |
        Piet     | 1-2-2026     | 31-1-2026
        Kees     | 1-2-2026     | 1-2-2026
        Kim      | 1-2-2026     | 1-4-2026
        Fu       |              | 1-1-2026
    """)
    assert weights(tables) == [("dates_make_sense", row, "let op") for row in (3, 4, 6)]


def test_a_row_is_kept_no_longer_than_its_time() -> None:
    """Told from the day after, by the setting; without a day that reads, or with one to come, nobody can say."""
    tables = register("""
        Voornaam | Afgemeld op
        Jan      | 31-3-2025
        Jans     | 30-3-2025
        Piet     | verhuisd
        Kim      | 1-4-2026
        Fu       |
    """)
    rule = "a_row_is_kept_no_longer_than_its_time"
    assert [one for one in weights(tables) if one[0] == rule] == [(rule, 3, "let op")]
    assert (rule, 2) in found(tables, replace(TERMS, left_days=364))


def test_dates_make_sense_in_the_other_tabs() -> None:
    """Groups and sign requests have dates as well."""
    tables = register(
        groepen="""
            Groep    | Gebied  | Aangemeld op | Gestart op
            Tuindorp | Centrum | 1-4-2026     | 1-4-2027
        """,
        bordaanvragen="""
            Groep    | Locatie 1         | Locatie 2         | Aangevraagd op | Besluit   | Besluit op
            Tuindorp | 52.95634, 4.76051 | 52.95834, 4.76051 | 1-3-2026       | geplaatst | 1-2-2026
            Tuindorp | 52.95634, 4.76051 | 52.95834, 4.76051 | 1-5-2026       | afgewezen | 1-4-2026
        """,
    )
    assert found(tables) == [("dates_make_sense", 2)] * 3 + [("dates_make_sense", 3)] * 2


def test_a_members_place_is_known() -> None:
    """An unknown place is a let op, with the one that was meant; the street still leads to the group."""
    tables = register("""
        Voornaam | Plaats
        Jan      | Den Heldr
        Jans     | Parijs
        Piet     | DEN-HELDER
        Kees     |
    """)
    assert weights(tables) == [("a_members_place_is_known", 2, "let op"), ("a_members_place_is_known", 3, "let op")]
    assert "Bedoelde u Den Helder?" in lines(tables)[0]
    assert "Bedoelde" not in lines(tables)[1]


def test_a_mobile_belongs_to_one_member() -> None:
    """The oldest stays with a let op, the later are blocked, however the number is written; each names the other's row."""
    tables = register("""
        Voornaam | Mobiel       | Aangemeld op | Afgemeld op
        Jan      | 06-23456789  |              |
        Jans     | +31623456789 | 1-6-2025     |
        Piet     | 623456789    | 1-5-2025     |
        Kees     | 06 23456789  | 1-1-2020     | 1-1-2026
    """)
    rule = "a_mobile_belongs_to_one_member"
    assert weights(tables) == [(rule, 2, "blokkeert"), (rule, 3, "blokkeert"), (rule, 4, "let op")]
    told = lines(tables)
    assert "rij 4" in told[0] and "rij 4" in told[1]
    assert "rij 3 en rij 2" in told[2]


def test_of_doubles_on_one_day_the_first_row_stays() -> None:
    """Also over groups; the group of the row that stays is named."""
    tables = register(
        """
        Voornaam | Mobiel       | Groep
        Jan      | 06-23456789  | Tuindorp
        Jans     | 06-23456789  | Haven
    """,
        straten="""
        Straat     | Plaats     | Groep
        Kerkstraat | Den Helder | Tuindorp
        Kerkstraat | Huisduinen | Haven
    """,
    )
    assert ("a_mobile_belongs_to_one_member", 3, "blokkeert") in weights(tables)
    assert any("rij 2 (groep Tuindorp)" in line for line in lines(tables))


def test_whoever_left_is_no_double() -> None:
    """A row that left and a row that is active with the same mobile are one person who came back."""
    assert found(
        register("""
        Voornaam | Mobiel      | Aangemeld op | Afgemeld op
        Jan      | 06-23456789 | 1-1-2020     | 1-1-2026
        Jan      | 06-23456789 | 1-1-2022     |
        Jan      | 06-23456789 | 1-1-2019     | toen
    """)
    ) == [("dates_make_sense", 4)]


def test_police_and_municipality_stay_out() -> None:
    """By e-mail, also one that does not read, or by organisation; the hint is a private address."""
    rule = "police_and_municipality_stay_out"
    tables = register("""
        Voornaam | Organisatie        | E-mail
        Jan      |                    | jan@politie.nl
        Jans     |                    | jans@Noord.Politie.NL
        Piet     | Gemeente Den Helder |
        Kees     | Politie            |
        Kim      |                    | kim@denhelder.nl; kim@mail.example
        Fu       |                    | fu@mijnpolitie.nl
        Bo       | Protestantse Gemeente |
    """)
    expected = [(rule, row, "blokkeert") for row in (2, 3, 4, 5)]
    assert weights(tables) == [*expected, ("an_email_is_well_formed", 6, "let op"), (rule, 6, "blokkeert")]
    assert "eigen e-mailadres" in lines(tables)[0]


@pytest.mark.parametrize(
    "name",
    [
        "Politie",
        "politie Noord-Holland",
        "Nationale Politie",
        "Gemeente Den Helder",
        "De gemeente",
        "GEMEENTE DENHELDER",
        "Gem. Den Helder",
        "Wijkagent",
        "wijkagent De Schooten",
        "Gemeente, afdeling Groen",
        "Werkzaam bij de gemeente",
        "Gemeente van Den Helder",
        "Gemeentehuis",
        "Gemeente Hollands Kroon",
        "Wijkconciërge",
        "Politiebureau Den Helder",
        "Gemeenteraad",
        "B.O.A. Den Helder",
        "K.C.C. Den Helder",
        "Wijk agent",
        "wijk-agent",
        "wijk-conciërge",
        "Klant Contact Centrum",
        "Handhavingsteam",
        "Gemeenteambtenaar",
        "Gemeentelijke dienst",
        "Waterpolitie",
        "Stadhuis Den Helder",
        "KCC Den Helder",
        "BOA 12",
        "BOA's",
        "Het stadhuis",
        "Gemeente van Schagen",
        "Politiekorps",
    ],
)
def test_police_and_municipality_are_known_by_name(name: str) -> None:
    """However they are written."""
    assert is_official_organisation(name, TERMS.network.places)


@pytest.mark.parametrize(
    "name",
    [
        "Politiehondenvereniging",
        "Politie Honden Vereniging",
        "Gemeentewerf Café",
        "Protestantse Gemeente",
        "Evangelische Gemeente Den Helder",
        "Gemeente Gods",
        "Volle Evangelie Gemeente",
        "Hervormde Gemeente Huisduinen",
        "Gemeente de Ark",
        "Vrije Baptisten Gemeente",
        "Pinkstergemeente",
        "Politiek Café",
        "Bakkerij",
        "Gem Juweliers",
        "Café de Wijkagent",
        "KCC Kinderopvang",
        "Boa Yoga",
        "Boa Vista Reizen",
        "Fysiotherapie Het Raadhuis",
        "Kringloop Oude Stadhuis",
        "Politieke partij",
        "Gemeentemuseum",
        "Gemeente van God",
        "Unie van Baptistengemeenten",
        "",
        "?",
    ],
)
def test_who_only_carries_the_word_is_welcome(name: str) -> None:
    """A church's gemeente is no municipality, a club of dog owners no police."""
    assert not is_official_organisation(name, TERMS.network.places)


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("x@politie.nl", True),
        ("x@mail.politie.nl", True),
        ("x@POLITIE.NL.", True),
        ("x @ politie.nl", True),
        ("a@b.nl, x@politie.nl", True),
        ("x@notpolitie.nl", False),
        ("politie.nl@mail.example", False),
        ("x@politie.nl.example", False),
        ("politie.nl", False),
        ("", False),
    ],
)
def test_an_address_is_official_by_its_domain(typed: str, official: bool) -> None:
    """The domain or anything below it, and nothing that only looks like it."""
    assert is_official_address(typed, TERMS.network.official_domains) is official
