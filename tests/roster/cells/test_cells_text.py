"""Cells as plain text, and as yes or no."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.cells import Unreadable, text, yes_no
from roster.sheet.table import Cell

CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.text(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (None, ""),
        ("", ""),
        ("  Jan ", "Jan"),
        ("Jan\u00a0 van\tden\n Berg", "Jan van den Berg"),
        ("\ufeffJan\u200b\u00ad\u200e", "Jan"),
        ("\u202bJan\u202c", "Jan"),
        ("Jose\u0301", "José"),
        ("\u3164", ""),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12,5"),
        (-0.0, "0"),
        (True, "WAAR"),
        (False, "ONWAAR"),
        (date(2026, 3, 5), "5-3-2026"),
        (datetime(2026, 3, 5), "5-3-2026"),
        (datetime(2026, 3, 5, 14, 30), "5-3-2026 14:30"),
        (time(14, 30), "14:30"),
        (float("nan"), "nan"),
        (1e300, "1e+300"),
        ("👍 Café 7-Bergen", "👍 Café 7-Bergen"),
    ],
)
def test_text_is_what_people_see(cell: Cell, read: str) -> None:
    """White space and marks that do not show go; numbers and days look as in a Dutch sheet."""
    assert text(cell) == read


@given(CELLS)
def test_any_cell_has_a_text_and_the_text_of_a_text_is_itself(cell: Cell) -> None:
    """`text` never raises, gives NFC without runs of blanks, and reading it again changes nothing."""
    read = text(cell)
    assert text(read) == read
    assert unicodedata.is_normalized("NFC", read)
    assert read == " ".join(read.split())
    read.encode()


def test_a_number_too_long_for_python_to_print_still_has_a_text() -> None:
    """Nobody types it, but reading must not raise."""
    assert text(10**5000).startswith("0x")


YES = "ja Ja JA Ja. j J x X ✓ ✔ ✔\ufe0f ☑ ✅ 1 waar WAAR TRUE true Yes y '\u200bja\u00a0 .ja. \uff11"
NO = "nee Nee NEE n N 0 onwaar ONWAAR FALSE false no No. nee\ufeff"


@pytest.mark.parametrize("cell", [*YES.split(" "), " ja ", True, 1, 1.0])
def test_these_mean_yes(cell: Cell) -> None:
    """Every form that the register's editors use for yes."""
    assert yes_no(cell) is True


@pytest.mark.parametrize("cell", [*NO.split(" "), " nee ", False, 0, 0.0, -0.0])
def test_these_mean_no(cell: Cell) -> None:
    """Every form that the register's editors use for no."""
    assert yes_no(cell) is False


@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "\u200b\ufeff"])
def test_a_blank_cell_is_neither_yes_nor_no(cell: Cell) -> None:
    """Blank, also when marks stand there that do not show."""
    assert yes_no(cell) is None


@pytest.mark.parametrize(
    "cell", ["v", "ja hoor", "ja/nee", "?", "-", ".", "2", 2, 0.5, float("nan"), "geen", "✗", date(2026, 3, 5), time(1)]
)
def test_anything_else_is_not_guessed_to_be_yes_or_no(cell: Cell) -> None:
    """An answer that could be either, or is none, is refused with what to type."""
    with pytest.raises(Unreadable) as wrong:
        yes_no(cell)
    assert wrong.value.message
    assert wrong.value.remedy


@given(CELLS)
def test_yes_no_raises_nothing_but_unreadable(cell: Cell) -> None:
    """Whatever the cell holds."""
    try:
        read = yes_no(cell)
    except Unreadable:
        return
    assert read in (True, False, None)


def test_a_duration_is_no_answer() -> None:
    """A cell that holds a length of time."""
    with pytest.raises(Unreadable):
        yes_no(timedelta(1))
