"""Days as people type them, as cells and as serial numbers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.cells import Unreadable, day
from roster.sheet.table import Cell

TODAY = date(2026, 3, 10)
THE_FIFTH = """
5-3-2026 | 05-03-2026 | 5/3/2026 | 05/03/26 | 5.3.2026 | 5.3.26 | 5 - 3 - 2026 | 5 3 2026 | 5-3-2026. | 2026-03-05
2026/3/5 | 5 maart 2026 | 5 Maart 2026 | 5 mrt 26 | 5 mrt. 2026 | 5-mrt-26 | 05-MRT-2026 | 5mrt2026 | 5e maart 2026
5 mrt '26 | do 5 maart 2026 | do. 5-3-2026 | donderdag, 5 maart 2026 | Thu 5 March 2026 | 5-3-2026 14:30
5-3-2026 14:30:59 | 5-3-2026 om 14.30 uur | 5/3/2026, 9:05 | 2026-03-05T14:30:00Z | 2026-03-05T14:30:00.000+01:00
2026-03-05 00:00:00 | 46086 | 46086,5 | 46086.5 | do 46086 | '5-3-2026
"""
NO_DAY = """
31-2-2026 | 29-2-2025 | 0-3-2026 | 32-1-2026 | 3-25-2026 | 2026-13-05 | 00-00-0000 | maart 2026 | 5 maart | 5-3
2026 | 3-2026 | 2026-03 | 31-12-1999 | 5-3-1026 | 5-3-85 | 1-1-2062 | ma 5 maart 2026 | vandaag | gisteren | ? | .
ja | 5-3-202 | 5-III-2026 | 5 foo 2026 | 5-3-2026 25:10 | 3/5/2026 2:30 PM | 5032026 | 20260305 | 12345 | 99999 | 5-3-2026 of 6-3-2026
5-3-2026 t/m 8-3-2026 | voorjaar 2026 | week 10 | #N/B | 5--3-2026
"""


def pieces(table: str) -> list[str]:
    """The pieces of a table of texts."""
    return [piece.strip() for line in table.strip().splitlines() for piece in line.split("|")]


@pytest.mark.parametrize(
    "cell",
    [*pieces(THE_FIFTH), date(2026, 3, 5), datetime(2026, 3, 5, 23, 59), 46086, 46086.75, "\u00a05-3-2026\u200b",
     "5\u20133\u20132026", "5 mrt \u02bc26", "5-3-\u02bc26", "\u02bc5-3-2026"],
)  # fmt: skip
def test_the_fifth_of_march_is_understood(cell: Cell) -> None:
    """Every usual way to write 5 March 2026; day before month, a time behind it dropped."""
    assert day(cell, TODAY) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "cell",
    [*pieces(NO_DAY), True, False, 0, 1, -5, 2026, 5032026, float("nan"), float("inf"), 1e300, time(9), timedelta(3),
     date(1900, 1, 1), datetime(1899, 12, 31), date(9999, 12, 31)],
)  # fmt: skip
def test_what_is_no_clear_day_is_refused(cell: Cell) -> None:
    """Days that do not exist, lack a piece, lie impossibly far or contradict themselves; the cell is not repeated."""
    with pytest.raises(Unreadable) as wrong:
        day(cell, TODAY)
    assert wrong.value.message.endswith(".")
    assert "5-3-2026" in wrong.value.remedy


@pytest.mark.parametrize("cell", [None, "", "  ", "\u200b\u00a0"])
def test_a_blank_cell_is_no_day(cell: Cell) -> None:
    """Blank is None, not a fault."""
    assert day(cell, TODAY) is None


def test_day_comes_before_month_always() -> None:
    """An American or a two-figure ISO date is not recognised by chance."""
    assert day("3/5/2026", TODAY) == date(2026, 5, 3)
    assert day("26-03-05", TODAY) == date(2005, 3, 26)


def test_a_day_after_today_can_be_read() -> None:
    """Whether it makes sense is a rule's affair."""
    assert day("1-6-2027", TODAY) == date(2027, 6, 1)


def test_each_missing_piece_is_named() -> None:
    """The message says which piece of the date is missing or wrong."""
    expected = {
        "maart 2026": "De dag van de maand ontbreekt.",
        "5 maart": "Het jaar ontbreekt.",
        "31-2-2026": "Deze dag bestaat niet.",
        "3-25-2026": "Dag en maand staan omgekeerd, of de maand bestaat niet.",
        "ma 5 maart 2026": "De dag van de week hoort niet bij deze datum.",
    }
    told = {}
    for typed in expected:
        with pytest.raises(Unreadable) as wrong:
            day(typed, TODAY)
        told[typed] = wrong.value.message
    assert told == expected


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2035, 12, 31)))
def test_every_form_of_a_day_is_that_day(read: date) -> None:
    """Numbers, ISO, the serial number and the cell itself agree, for any day."""
    serial = (read - date(1899, 12, 30)).days
    typed = f"{read.day}-{read.month}-{read.year}"
    forms: list[Cell] = [typed, f"{read:%d/%m/%y}", read.isoformat(), serial, str(serial)]
    assert {day(form, TODAY) for form in forms} == {read}


DATELIKE = st.text("0123456789-/. :tTzmartei'")


@given(st.one_of(st.text(), DATELIKE, st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes()))
def test_day_raises_nothing_but_unreadable(cell: Cell) -> None:
    """And a day that was read, written as a date, reads as itself."""
    try:
        read = day(cell, TODAY)
    except Unreadable:
        return
    assert read is None or day(f"{read.day}-{read.month}-{read.year}", TODAY) == read
