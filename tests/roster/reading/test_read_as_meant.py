"""The register is read as it is meant: who left, who has a place, which of two rows counts, and which cell is at fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from roster.messages.welcomed import WhoWasWelcomed
from roster.model import Member, Roster, Status, Statuses
from roster.plan.history import History, Message
from roster.reading.roster import read_roster
from roster.rules.catalogue import check
from roster.sheet.table import Cell
from roster.terms import Limits
from support.sheet_notation import GROUPS, STREETS, TERMS, TODAY, found, judge, lines, members, register, table, weights


def left(cell: Cell, today: date = TODAY) -> bool:
    """Whether a member with this in Afgemeld op has left."""
    rows = members("Voornaam | Afgemeld op\nJan |")
    rows[1][rows[0].index("Afgemeld op")] = cell
    roster = read_roster({"Deelnemers": table("Deelnemers", rows)}, replace(TERMS, today=today), History())
    return roster.members[0].left


@pytest.mark.parametrize(
    "none",
    [
        "-",
        " – ",
        "—",
        "nee",
        "NEE",
        "nvt",
        "n.v.t.",
        "FALSE",
        "onwaar",
        False,
        0,
        0.0,
        "☐",
        "[ ]",
        "...",
        "nog niet",
        "geen",
        "nee.",
        "nvt.",
        "n.v.t,",
        "n v t",
        "nee!",
        "(nee)",
        "nee hoor",
        "0,0",
        None,
        " ",
    ],
)
def test_what_says_no_in_afgemeld_op_is_no_leaving(none: Cell) -> None:
    """A checkbox that is off, a dash, a formula that gives 0: he takes part, and nothing is told."""
    assert not left(none)
    rows = members("Voornaam | Afgemeld op\nJan |")
    rows[1][rows[0].index("Afgemeld op")] = none
    tables = register() | {"Deelnemers": table("Deelnemers", rows)}
    assert not [rule for rule, _ in found(tables) if rule == "dates_make_sense"]


@pytest.mark.parametrize(
    "gone", [True, "ja", "x", "✓", "☑", "?", "verhuisd", "30-2-2026", "1-1-2026", 1, *"†✝❌🚫*+", "########"]
)
def test_anything_else_that_is_no_day_counts_as_left(gone: Cell) -> None:
    """Safe first: who may have left is not mailed, and his row says so."""
    assert left(gone)
    assert (
        gone == "1-1-2026" or "telt zolang als afgemeld" in lines(register(f"Voornaam | Afgemeld op\nJan | {gone}"))[0]
    )


def test_a_day_to_come_counts_from_that_day_on() -> None:
    """Until then he takes part, with a let op that says so."""
    tables = register("Voornaam | Afgemeld op\nJan | 2-4-2026")
    roster, findings, standing = judge(tables)
    assert standing.member[roster.members[0].place.key] is Status.ACTIVE
    assert [(one.rule, one.weight.value) for one in findings] == [("dates_make_sense", "let op")]
    assert "doet de deelnemer gewoon mee" in findings[0].line
    day = date(2026, 4, 2)
    assert [left("2-4-2026", day + timedelta(days=more)) for more in (-1, 0, 1)] == [False, True, True]


STAFF = (
    "Voornaam | Rol | Mobiel | Aangemeld op\nAda | beheerder | 06-29000001 | 30-3-2026\nBo | beheerder | 06-29000002 |"
)


def places(
    text: str, size: int, welcomed: Callable[[Roster, Statuses], Callable[[Member], bool]] | None = None
) -> list[str]:
    """Who has a place in a full group, in order of joining."""
    roster = read_roster(register(text, staff=STAFF), TERMS, History())
    _, standing = check(roster, replace(TERMS, limits=Limits(group_size=size)), welcomed)
    return [member.first_name for member in standing.active["tuindorp"]]


def test_nobody_is_put_out_of_a_full_group() -> None:
    """Admins first, whenever they joined; then who sits in it or was welcomed; only then the first to join."""
    text = """
        Voornaam | Aangemeld op | In WhatsApp | Welkom
        Oud      | 1-1-2020     |             |
        Zit      | 1-2-2026     | ja          |
        Welkom   | 2-2-2026     |             | verstuurd 3-2-2026 (versie 1)
        Ligt     | 3-2-2026     |             | klaargezet 4-2-2026 (versie 1)
        Kwijt    | 4-2-2026     |             | onzeker sinds 4-2-2026
        Terug    | 1-1-2021     |             | geweigerd 4-2-2026
    """
    assert places(text, 2) == ["Ada", "Bo"]
    assert places(text, 3) == ["Zit", "Ada", "Bo"]
    assert places(text, 6) == ["Zit", "Welkom", "Ligt", "Kwijt", "Ada", "Bo"]
    assert places(text, 7) == ["Oud", "Zit", "Welkom", "Ligt", "Kwijt", "Ada", "Bo"]


def test_the_ledger_knows_who_was_welcomed_where_the_row_lost_its_mark() -> None:
    """A back-dated newcomer does not take the place of who has the letter."""
    history = History(salt=b"test")
    history.deliveries.append(
        Message("D-0002", "welcome", "1", "klaargezet", date(2026, 2, 2), (history.identity("+31620000002"),), "")
    )
    text = "Nr | Voornaam | Aangemeld op\nD-0001 | Nieuw | 1-1-2020\nD-0002 | Eerder | 1-2-2026"
    assert places(text, 3) == ["Nieuw", "Ada", "Bo"]
    assert places(text, 3, WhoWasWelcomed(history, TERMS)) == ["Eerder", "Ada", "Bo"]


def test_an_admin_who_joined_last_does_not_stop_his_group() -> None:
    """The only admin of a full group has a place, and the group goes on."""
    tables = register(
        "Voornaam | Aangemeld op\nJan | 1-1-2020\nKim | 1-1-2021",
        staff="Voornaam | Rol | Mobiel\nAda | beheerder | 06-29000001",
    )
    _, findings, standing = judge(tables, replace(TERMS, limits=Limits(group_size=2)))
    assert "a_group_has_an_admin" not in {finding.rule for finding in findings}
    assert standing.group[tables["Groepen"].keys[0]] is Status.FULL


DOUBLES = "a_mobile_belongs_to_one_member"


def test_of_doubles_the_oldest_stays_that_is_sound_otherwise() -> None:
    """One that is blocked itself does not take the number from the other, and no row says what is not so."""
    tables = register("""
        Voornaam | Mobiel      | Aangemeld op | 18 jaar of ouder | E-mail
        Oud      | 06-23456789 | 1-1-2020     | nee              |
        Jong     | 06-23456789 | 1-1-2024     | ja               |
        Later    | 06-23456789 | 1-1-2025     | ja               |
        Agent    | 06-23456780 | 1-1-2020     | ja               | jan@politie.nl
        Bewoner  | 06-23456780 | 1-1-2025     | ja               |
    """)
    told = [(row, weight) for rule, row, weight in weights(tables) if rule == DOUBLES]
    assert told == [(2, "blokkeert"), (3, "let op"), (4, "blokkeert"), (5, "blokkeert"), (6, "let op")]
    _, _, standing = judge(tables)
    assert [standing.member[key].value for key in tables["Deelnemers"].keys[:5]] == [
        "geblokkeerd",
        "actief",
        "geblokkeerd",
        "geblokkeerd",
        "actief",
    ]
    said = [line for line in lines(tables) if "Dit nummer" in line]
    assert not [line for line in said if "de oudste en telt mee" in line]
    assert "rij 3. Die rij telt mee" in said[0] and "het de oudste waar verder alles klopt" in said[1]


def test_of_doubles_that_are_all_blocked_nobody_counts_and_nobody_is_said_to() -> None:
    """The oldest is told of the other, and both of their own fault."""
    tables = register("Voornaam | Mobiel | Groep\nJan | 06-23456789 | Nergens\nKim | 06-23456789 | Nergens")
    assert [(row, weight) for rule, row, weight in weights(tables) if rule == DOUBLES] == [
        (2, "let op"),
        (3, "blokkeert"),
    ]
    assert "telt mee" not in "".join(line for line in lines(tables) if "Dit nummer" in line)


@pytest.mark.parametrize(
    ("settings", "told"),
    [("Kim de Wit", 1), ("Ada Zandhoek", 1), ("Cor", 0), ("C. Jansen", 0), ("Cor Jansen", 0), ("", 0)],
)
def test_the_coordinator_of_the_settings_and_of_the_register_is_one(settings: str, told: int) -> None:
    """Cor Jansen has Rol coördinator; a second one beside him in the settings is a let op."""
    findings = [
        line
        for line in lines(register(), replace(TERMS, network=replace(TERMS.network, coordinator=settings)))
        if "coördinator" in line
    ]
    assert len(findings) == told
    assert not told or settings in findings[0]


@pytest.mark.parametrize(
    "name",
    [
        "KCC Den Helder",
        "Stadhuis Den Helder",
        "BOA team Noord",
        "Team Handhaving",
        "Klantcontactcentrum",
        "Stadskantoor",
    ],
)
def test_parts_of_the_municipality_stay_out(name: str) -> None:
    """As words; a café that is called after one is none."""
    rule = ("police_and_municipality_stay_out", 2, "blokkeert")
    assert weights(register(f"Organisatie\n{name}")) == [rule]
    assert weights(register(f"Organisatie\nCafé {name}")) == []
    assert weights(register(f"Organisatie\n{name.replace(' ', '').casefold()}plein")) == []


def test_a_language_without_texts_is_told_with_those_there_are() -> None:
    """The letter comes in the settings' language; a town that adds Polish texts is told nothing."""
    tables = register("Voornaam | Taal\nJan | pl\nKim | Engels\nAn | EN")
    assert weights(tables) == [("a_members_language_is_known", 2, "let op")]
    assert "nl, en" in lines(tables)[0]
    assert weights(tables, replace(TERMS, languages=("en", "nl", "pl"))) == []


def test_a_group_that_started_before_it_was_registered_is_told() -> None:
    """On the same day is fine."""
    assert weights(register(groepen=GROUPS.replace("1-3-2025", "1-1-2025"))) == [("dates_make_sense", 2, "let op")]
    assert weights(register(groepen=GROUPS.replace("1-3-2025", "1-2-2025"))) == []


@pytest.mark.parametrize("group", ["Tuindrop", "", "#N/A"])
def test_a_street_row_of_no_group_is_named_and_not_the_house_number(group: str) -> None:
    """The resident's address is right: what must be mended stands in tab Straten."""
    streets = STREETS + f"    Bospad | Den Helder | 1 | 99 | | {group}\n"
    tables = register("Voornaam | Straat | Huisnummer\nJan | Bospad | 12", straten=streets)
    told = [line for line in lines(tables) if line.startswith("Blokkeert (Straat)") or "huisnummer" in line.casefold()]
    assert len(told) == 1 and "tabblad Straten, rij 4." in told[0]
    assert "Huisnummer" in lines(register("Voornaam | Straat | Huisnummer\nJan | Bospad | 100", straten=streets))[0]
