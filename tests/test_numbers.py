"""The numbers that rows get: each its own, for good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.numbers import give_numbers
from roster.plan import History
from roster.table import Cell
from sheet_notation import mobile


def numbers(typed: list[Cell], history: History | None = None, mobiles: list[str | None] | None = None) -> list[str]:
    return give_numbers("D", typed, mobiles or [None] * len(typed), typed, history or History())


def remembering(*, highest: int = 0, **known: str) -> History:
    """A history in which these mobiles (their last digits) went by these numbers."""
    history = History(salt=b"made up", highest={"D": highest})
    history.identity_nr = {history.identity(f"+3162{digits[1:]}"): nr for digits, nr in known.items()}
    return history


def test_a_row_keeps_its_own_number() -> None:
    """Also in small letters or with blanks around, which are written in their proper form."""
    assert numbers(["D-0002", " d-0001\u00a0", "D-12345"]) == ["D-0002", "D-0001", "D-12345"]


@pytest.mark.parametrize(
    "typed", [None, "", "1", 1, "D1", "D-1", "D-001", "B-0001", "D-0001a", "D-٠٠٠١", "D-" + "9" * 5000, True, 1.5]
)
def test_what_is_no_number_gets_the_next(typed: Cell) -> None:
    """Numbers go on above the highest in the sheet and the highest that was ever given."""
    assert numbers(["D-0005", typed, None]) == ["D-0005", "D-0006", "D-0007"]
    assert numbers(["D-0005", typed], remembering(highest=11)) == ["D-0005", "D-0012"]


def test_a_number_left_behind_in_a_blank_row_is_not_given_again() -> None:
    """It was somebody's."""
    assert give_numbers("D", [None], [None], ["D-0009", None], History()) == ["D-0010"]


def test_of_a_copied_row_the_first_keeps_the_number() -> None:
    """The copy is a new row."""
    assert numbers(["D-0001", "D-0002", "d-0001", "D-0001"]) == ["D-0001", "D-0002", "D-0003", "D-0004"]


def test_of_a_copied_row_the_one_that_went_by_it_keeps_the_number() -> None:
    """The copy may have been put above it: the mobile tells."""
    history = remembering(m3456789="D-0001")
    assert numbers(["D-0001", "D-0001"], history, ["+31620000000", "+31623456789"]) == ["D-0002", "D-0001"]


def test_a_row_that_lost_its_number_gets_it_back() -> None:
    """By its mobile, if no other row has it by now."""
    history = remembering(m3456789="D-0004", m3456780="D-0001", highest=7)
    mobiles: list[str | None] = ["+31620000000", "+31623456789", "+31623456789", "+31623456780"]
    assert numbers(["D-0001", None, None, None], history, mobiles) == ["D-0001", "D-0004", "D-0008", "D-0009"]


_NUMBER = st.sampled_from([None, "", "D-0001", "d-0001", "D-0002", "D-0007", "x", 3])
_MOBILE = st.sampled_from([None, mobile(1), mobile(2), mobile(3)])


@given(
    st.lists(st.tuples(_NUMBER, _MOBILE), max_size=8),
    st.dictionaries(_MOBILE.filter(bool), st.sampled_from(["D-0001", "D-0003", "?"])),
)
def test_no_two_rows_get_one_number_and_a_second_time_changes_nothing(
    rows: list[tuple[Cell, str | None]], known: dict[str, str]
) -> None:
    """The law of numbers."""
    history = History(salt=b"made up", highest={"D": 3})
    history.identity_nr = {history.identity(number): nr for number, nr in known.items()}
    mobiles = [number for _, number in rows]
    given_once = numbers([cell for cell, _ in rows], history, mobiles)
    assert len(set(given_once)) == len(rows)
    assert numbers(list(given_once), history, mobiles) == given_once
