"""Postcodes, house numbers, and streets with a house number behind them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.cells import HouseNumber, Unreadable, house_number, postcode, split_street, street_splits
from roster.sheet.table import Cell

ANY_CELL: st.SearchStrategy[Cell] = st.one_of(
    st.text(),
    st.text("0123456789abAB -/.t"),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.none(),
)


@pytest.mark.parametrize(
    "cell",
    [
        "1781 AB",
        "1781ab",
        "1781-AB",
        " 1781  Ab ",
        "1781.AB",
        "NL-1781 AB",
        "\uff11781\u00a0AB",
        "'1781 AB",
        "1781 AB,",
    ],
)
def test_a_postcode_is_understood(cell: Cell) -> None:
    """Spaces, dashes and capitals do not matter."""
    assert postcode(cell) == "1781 AB"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("1781", "letters"),
        (1781, "letters"),
        (1781.0, "letters"),
        ("1781 SA", "bestaat niet"),
        ("1781sd", "bestaat niet"),
        ("1781 SS", "bestaat niet"),
        ("0781 AB", "niet met een 0"),
        ("178O AB", "geen postcode"),
        ("1781 A", "geen postcode"),
        ("1781 ABC", "geen postcode"),
        ("17811 AB", "geen postcode"),
        ("Den Helder", "geen postcode"),
        ("1781 AB Den Helder", "geen postcode"),
        ("-", "geen postcode"),
        (True, "geen postcode"),
        (date(2026, 3, 5), "geen postcode"),
    ],
)
def test_what_is_no_postcode_is_refused(cell: Cell, told: str) -> None:
    """Each with its own reason."""
    with pytest.raises(Unreadable, match=told):
        postcode(cell)


@given(ANY_CELL)
def test_postcode_raises_nothing_but_unreadable_and_reads_its_own_form(cell: Cell) -> None:
    """Whatever the cell holds."""
    try:
        read = postcode(cell)
    except Unreadable:
        return
    assert read is None or postcode(read) == read


@pytest.mark.parametrize(
    ("cell", "number", "suffix"),
    [
        (12, 12, ""),
        (12.0, 12, ""),
        ("12", 12, ""),
        ("12.0", 12, ""),
        (" 12 ", 12, ""),
        ("12a", 12, "a"),
        ("12 A", 12, "A"),
        ("12-A", 12, "A"),
        ("12/3", 12, "/3"),
        ("12 hs", 12, "hs"),
        ("12bis", 12, "bis"),
        ("12 bis A", 12, "bis A"),
        ("12-14", 12, "-14"),
        ("12 - 14", 12, "-14"),
        ("12\u201314", 12, "-14"),
        ("12 t/m 14", 12, "-14"),
        ("12 3", 12, "-3"),
        ("12 zw", 12, "zw"),
        ("12 II", 12, "II"),
        ("12 A2", 12, "A2"),
        ("12 boven", 12, "boven"),
        ("12 2-hoog", 12, "-2-hoog"),
        ("nr 12", 12, ""),
        ("Nr. 12a", 12, "a"),
        ("#12", 12, ""),
        ("huisnr 12", 12, ""),
        ("12,", 12, ""),
        ("\uff11\uff12", 12, ""),
        ("1945", 1945, ""),
        ("2104 a", 2104, "a"),
        ("12345", 12345, ""),
    ],
)
def test_a_house_number_is_understood(cell: Cell, number: int, suffix: str) -> None:
    """The number counts, what stands behind it is kept as the suffix; of a range the first."""
    assert house_number(cell) == HouseNumber(number, suffix)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (datetime(2026, 2, 12), "datum gemaakt"),
        (date(2026, 2, 12), "datum gemaakt"),
        (46065, "datum gemaakt"),
        ("12-feb", "datum gemaakt"),
        ("12 mei", "datum gemaakt"),
        ("12-2-2026", "datum gemaakt"),
        ("1781 AB", "postcode"),
        ("12 en 14", "twee huisnummers"),
        ("12 of 14", "twee huisnummers"),
        ("12, 14", "twee huisnummers"),
        ("123456", "te veel cijfers"),
        ("geen", "geen huisnummer"),
        ("-", "geen huisnummer"),
        ("0", "niet te lezen"),
        ("12.5", "niet te lezen"),
        ("12,5", "twee huisnummers"),
        ("Kerkstraat 12", "niet te lezen"),
        ("12 Kerkstraat", "niet te lezen"),
        ("t/o 12", "niet te lezen"),
        (0, "geen huisnummer"),
        (-3, "geen huisnummer"),
        (12.5, "geen huisnummer"),
        (100000, "geen huisnummer"),
        (True, "geen huisnummer"),
        (float("nan"), "geen huisnummer"),
        (float("inf"), "geen huisnummer"),
    ],
)
def test_what_is_no_house_number_is_refused(cell: Cell, told: str) -> None:
    """Each with its own reason; a date that the spreadsheet made of 12-2 is told so."""
    with pytest.raises(Unreadable) as wrong:
        house_number(cell)
    assert told in wrong.value.message


@given(ANY_CELL)
def test_house_number_raises_nothing_but_unreadable_and_reads_its_own_form(cell: Cell) -> None:
    """Whatever the cell holds; what was read, written out, is the same house."""
    try:
        read = house_number(cell)
    except Unreadable:
        return
    assert read is None or house_number(str(read)) == read


@pytest.mark.parametrize("blank", [None, "", "  ", "\u200b"])
def test_blank_is_no_house_number_and_no_postcode(blank: Cell) -> None:
    """Blank is None, not a fault."""
    assert house_number(blank) is None
    assert postcode(blank) is None


STREETS = """
Kerkstraat 12a     | Kerkstraat        | 12a
Kerkstraat 12 a    | Kerkstraat        | 12 a
Kerkstraat, 12     | Kerkstraat        | 12
Kerkstraat12       | Kerkstraat        | 12
Kerkstr. 12        | Kerkstr.          | 12
Kerkstraat nr 12   | Kerkstraat        | nr 12
Kerkstraat 12-14   | Kerkstraat        | 12-14
Kerkstraat 12 3    | Kerkstraat        | 12 3
Kerkstraat         | Kerkstraat        |
2e Vroonlaan       | 2e Vroonlaan      |
1e Dwarsstraat 4   | 1e Dwarsstraat    | 4
Plein 1945         | Plein 1945        |
Plein 1945 12      | Plein 1945        | 12
Laan 1940-1945     | Laan 1940-1945    |
Laan 1940-1945 12  | Laan 1940-1945    | 12
12                 | 12                |
"""


@pytest.mark.parametrize("line", STREETS.strip().splitlines())
def test_a_street_is_split_from_its_house_number(line: str) -> None:
    """The likeliest split; a lone year belongs to the street."""
    typed, street, number = (piece.strip() for piece in line.split("|"))
    assert split_street(typed) == (street, number)


def test_all_splits_are_given_the_longest_street_first() -> None:
    """Whoever knows the streets chooses; the whole text comes first."""
    assert street_splits("Laan 1940-1945 12") == [
        ("Laan 1940-1945 12", ""),
        ("Laan 1940-1945", "12"),
        ("Laan", "1940-1945 12"),
    ]
    assert street_splits("Plein 1945") == [("Plein 1945", ""), ("Plein", "1945")]


@given(st.one_of(st.text(), st.text("Kerkstraat 0123456789-.,ne")))
def test_every_split_has_a_street_and_a_house_number_that_reads(typed: str) -> None:
    """For any text; the first is the whole, and the chosen one is among them."""
    splits = street_splits(typed)
    assert splits[0][1] == ""
    assert all(street and house_number(number) is not None for street, number in splits[1:])
    assert split_street(typed) in splits
