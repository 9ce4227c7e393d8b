"""Which group an address belongs to, however the street is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.model import Roster
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.streets.lookup import Address, Streets
from roster.streets.names import closest
from support.sheet_notation import TERMS, register

GROUPS = """
    Groep   | Gebied
    Noord   | Stad
    Zuid    | Stad
    Dorp    | Polder
"""
AREAS = """
    Gebied | Plaats
    Stad   | Den Helder
    Polder | Julianadorp
"""
STREETS = """
    Straat                        | Plaats      | Van | Tot | Zijde  | Groep
    Kerkstraat                    | Den Helder  |     | 40  |        | Noord
    Kerkstraat                    | Den Helder  | 41  |     |        | Zuid
    Molenlaan                     | Den Helder  |     |     | even   | Noord
    Molenlaan                     | Den Helder  |     |     | oneven | Zuid
    Burgemeester Ritmeesterstraat | Den Helder  |     |     |        | Noord
    Prof. Lorentzln.              | Den Helder  |     |     |        | Noord
    Koningin Emmastraat           | Den Helder  |     |     |        | Noord
    Koning Willemplein            | Den Helder  |     |     |        | Noord
    Koningin Willemplein          | Den Helder  |     |     |        | Zuid
    Van der Hamstraat             | Den Helder  |     |     |        | Zuid
    'T Zandpad                    | Den Helder  |     |     |        | Zuid
    Plein 1945                    | Den Helder  |     |     |        | Zuid
    Dorpsweg                      | Den Helder  |     | 500 |        | Noord
    Dorpsweg                      | Julianadorp |     |     |        | Dorp
    Café-Noirkade                 |             |     |     |        | Dorp
    2e Vroonstraat                | Den Helder  |     |     |        | Noord
    Zr. Gertrudpad                | Den Helder  |     |     |        | Zuid
"""


def roster_of(straten: str = STREETS, groepen: str = GROUPS) -> Roster:
    return read_roster(register(groepen=groepen, gebieden=AREAS, straten=straten, staff=""), TERMS, History())


@pytest.fixture(scope="module")
def streets() -> Streets:
    return Streets(roster_of(), TERMS.network.places)


@pytest.mark.parametrize(
    ("street", "house", "town", "group"),
    [
        ("Kerkstraat", "12", "Den Helder", "noord"),
        ("Kerkstraat", "12", "", "noord"),
        ("KERKSTRAAT", "41", "den helder", "zuid"),
        ("Kerk straat", "40-42", "Den Helder", "noord"),
        ("kerkstr.", "1024", "Den Helder", "zuid"),
        ("Kerkstr", "12a", "Den-Helder", "noord"),
        ("Kerkstraat 12", "", "Den Helder", "noord"),
        ("Kerkstraat 12a", "12", "", "noord"),
        ("Kerkstraat41", "", "", "zuid"),
        ("kerkstr.41", "", "", "zuid"),
        ("Molenln.", "8", "", "noord"),
        ("Molen-laan", "7bis", "", "zuid"),
        ("Burg. Ritmeesterstraat", "1", "", "noord"),
        ("burg ritmeesterstr. 1", "", "", "noord"),
        ("Burg.Ritmeesterstr.", "1", "", "noord"),
        ("Burgemeester Ritmeesterstraat", "1", "", "noord"),
        ("Professor Lorentzlaan", "1", "", "noord"),
        ("prof lorentzln", "1", "", "noord"),
        ("Kon. Emmastraat", "1", "", "noord"),
        ("Koning Willempln.", "1", "", "noord"),
        ("v.d. Hamstraat", "1", "", "zuid"),
        ("v d Hamstr.", "1", "", "zuid"),
        ("Vd Hamstraat", "1", "", "zuid"),
        ("van der hamstraat", "1", "", "zuid"),
        ("’t Zandpad", "1", "", "zuid"),
        ("het Zandpad", "1", "", "zuid"),
        ("Plein 1945", "3", "", "zuid"),
        ("Plein 1945 3", "", "", "zuid"),
        ("Dorpsweg", "1200", "Julianadorp", "dorp"),
        ("Dorpswg", "12", "Den Helder", "noord"),
        ("Dorpsweg", "1200", "", "dorp"),
        ("Cafe Noirkd.", "1", "Julianadorp", "dorp"),
        ("Tweede Vroonstraat", "1", "", "noord"),
        ("2e Vroonstraat 14", "", "", "noord"),
        ("Zuster Gertrudpad", "1", "", "zuid"),
        ("Brg. Ritmeesterstr.", "1", "", "noord"),
    ],
)
def test_an_address_leads_to_its_group(streets: Streets, street: str, house: str, town: str, group: str) -> None:
    """Case, accents, dots, abbreviations, spaces and a number behind the street are understood in silence."""
    answer = streets.address(street, house, town)
    assert answer.groups == {group}
    assert answer.number is not None and not answer.clash


@pytest.mark.parametrize(
    ("street", "meant"),
    [
        ("Kerkstaat", "Kerkstraat"),
        ("Krekstraat 12", "Kerkstraat"),
        ("Ritmeesterstraat", "Burgemeester Ritmeesterstraat"),
        ("Koning Emmastraat", "Koningin Emmastraat"),
        ("Molenlan", "Molenlaan"),
        ("Perkstraat", "Kerkstraat"),
        ("Parkstraat", ""),
        ("Molenstraat", ""),
        ("Plein 1946", ""),
        ("Hoofdweg", ""),
        ("?", ""),
        ("", ""),
        ("12", ""),
    ],
)
def test_a_misspelling_is_not_guessed_but_asked(streets: Streets, street: str, meant: str) -> None:
    """The street stays unknown; only the one that was clearly meant is named."""
    answer = streets.address(street, "12", "Den Helder")
    assert not answer.known and not answer.groups
    assert answer.meant == meant


def test_a_slip_that_fits_two_streets_alike_names_neither() -> None:
    """ "Neeuwenstraat" may be either of two."""
    both = """
        Straat        | Plaats     | Groep
        Meeuwenstraat | Den Helder | Noord
        Leeuwenstraat | Den Helder | Zuid
    """
    streets = Streets(roster_of(both), TERMS.network.places)
    assert streets.address("Neeuwenstraat", "1", "").meant == ""
    assert streets.address("Meuwenstraat", "1", "").meant == "Meeuwenstraat"


def test_a_street_named_after_its_kind_is_not_meant_by_every_other() -> None:
    """ "Rozenlaan" is no slip of "Laan"; "Lan" is."""
    streets = Streets(roster_of("Straat | Plaats | Groep\nLaan | Den Helder | Noord"), TERMS.network.places)
    assert streets.address("Rozenlaan", "1", "").meant == ""
    assert streets.address("Lan", "1", "").meant == "Laan"


def test_an_abbreviation_that_fits_two_streets_is_not_chosen(streets: Streets) -> None:
    """Both are named. The member's own group does not decide: whether that is right is the question."""
    answer = streets.address("Kon. Willemplein", "1", "Den Helder")
    assert (answer.known, answer.groups) == (False, frozenset())
    assert answer.either == ("Koning Willemplein", "Koningin Willemplein")


def test_an_abbreviation_that_fits_two_streets_of_one_group_or_with_other_numbers_does_no_harm() -> None:
    """Where both lead to one group, or only one has the number, there is nothing to choose."""
    streets = Streets(
        roster_of("""
        Straat              | Plaats      | Van | Tot | Groep
        Prins Irenelaan     | Den Helder  |     |     | Noord
        Prinses Irenelaan   | Den Helder  |     |     | Noord
        Koning Emmastraat   | Den Helder  |     | 20  | Noord
        Koningin Emmastraat | Den Helder  | 21  |     | Zuid
        Prof. Lorentzln.    | Den Helder  |     |     | Noord
        Professor Lorentzln | Julianadorp |     |     | Dorp
    """),
        TERMS.network.places,
    )
    assert streets.address("Pr. Irenelaan", "1", "").groups == {"noord"}
    assert streets.address("Kon. Emmastraat", "21", "").groups == {"zuid"}
    assert streets.address("Prof. Lorentzlaan", "1", "").groups == {"noord", "dorp"}


def test_the_place_decides_between_two_streets_of_one_name(streets: Streets) -> None:
    """Without a place both may be meant, unless only one of them has the number."""
    answer = streets.address("Dorpsweg", "12", "")
    assert (answer.groups, answer.towns) == ({"noord", "dorp"}, ("Den Helder", "Julianadorp"))
    assert streets.address("Dorpsweg", "501", "Den Helder").groups == frozenset()
    assert streets.address("Dorpsweg", "501", "ergens").groups == {"dorp"}


def test_a_street_of_another_place_is_told_as_such(streets: Streets) -> None:
    """It is not unknown, it lies elsewhere."""
    assert streets.address("Kerkstraat", "12", "Huisduinen").elsewhere == ("Den Helder",)


def test_two_numbers_for_one_address_clash(streets: Streets) -> None:
    """One behind the street, another in its cell: nobody can say which."""
    assert streets.address("Kerkstraat 12", "14", "").clash


def test_a_missing_number_is_not_made_up(streets: Streets) -> None:
    """The street is known, the number is None."""
    answer = streets.address("Kerkstraat", "", "")
    assert (answer.known, answer.number) == (True, None)


def test_a_row_without_a_place_lies_where_its_groups_area_lies(streets: Streets) -> None:
    """So the same name in two places stays two streets; but only a Plaats that somebody typed keeps others out."""
    assert streets.address("Café-Noirkade", "1", "Julianadorp").towns == ("Julianadorp",)
    assert streets.address("Café-Noirkade", "1", "Den Helder").groups == {"dorp"}
    two = Streets(
        roster_of("""
        Straat     | Plaats     | Groep
        Kerkstraat | Den Helder | Noord
        Kerkstraat |            | Dorp
    """),
        TERMS.network.places,
    )
    assert two.address("Kerkstraat", "1", "Den Helder").groups == {"noord"}
    assert two.address("Kerkstraat", "1", "Julianadorp").groups == {"dorp"}


def test_a_street_row_with_an_unknown_place_holds_its_members_all_the_same() -> None:
    """The place is told at the street; its members are not blamed."""
    streets = Streets(
        roster_of("""
        Straat     | Plaats      | Groep
        Kerkstraat | Heldr       | Noord
        Kerkstraat | Julianadorp | Dorp
    """),
        TERMS.network.places,
    )
    assert streets.address("Kerkstraat", "1", "Den Helder").groups == {"noord"}


def test_a_row_with_numbers_that_do_not_read_may_hold_any_number() -> None:
    """It claims nothing for sure."""
    streets = Streets(
        roster_of("""
        Straat     | Plaats     | Van   | Groep
        Kerkstraat | Den Helder | begin | Noord
    """),
        TERMS.network.places,
    )
    assert streets.address("Kerkstraat", "1", "") == Address(
        1, "Kerkstraat", frozenset(), frozenset({"noord"}), ("Den Helder",)
    )


def test_the_streets_in_a_text_are_found(streets: Streets) -> None:
    """The longest name counts, and plain words are no street."""
    text = "lantaarnpaal op de hoek Kerkstr. 12 / burg. Ritmeesterstraat, bij het plein"
    assert [lane.name for lane in streets.named_in(text)] == ["Kerkstraat", "Burgemeester Ritmeesterstraat"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Tuindrop 2", "Tuindorp 2"),
        ("Tuindorp 3", ""),
        ("tuindorp", ""),
        ("Oost", ""),
        ("Havenblik-", "Havenblik"),
        ("Havenblk", "Havenblik"),
        ("Groep Havenblik", "Havenblik"),
        ("x", ""),
        ("", ""),
        ("!!", ""),
    ],
)
def test_a_name_is_only_suggested_when_it_is_clearly_the_one(typed: str, meant: str) -> None:
    """Names that differ in a number are never each other's slip."""
    assert closest(typed, ["Tuindorp 1", "Tuindorp 2", "Havenblik", "Westoever"]) == meant


@given(st.text(max_size=30), st.text(max_size=8), st.text(max_size=12))
def test_any_address_gets_an_answer(street: str, house: str, town: str) -> None:
    """Whatever was typed: an answer, the same one each time."""
    streets = Streets(roster_of(), TERMS.network.places)
    assert streets.address(street, house, town) == streets.address(street, house, town)
