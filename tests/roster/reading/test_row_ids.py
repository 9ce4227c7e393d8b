"""The numbers that rows get: each its own, for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.plan.history import History, Message, Recipient, seen
from roster.reading.row_ids import far_rows, give_numbers, highest_seen, number_typed
from roster.sheet.table import Cell
from support.plans import view
from support.sheet_notation import mobile, register, weights


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


@pytest.mark.parametrize("typed", ["D-0282", "d-282", " D282 ", "D-000282", "d – 282"])
def test_a_number_is_meant_however_it_is_typed(typed: str) -> None:
    assert number_typed(typed) == "D-0282"
    assert [number_typed(other) for other in ("b-1", "B-12345", "Dirk 2", "D-0282-2", "")] == [
        "B-0001", "B-12345", "DIRK 2", "D-0282-2", "",
    ]  # fmt: skip


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


FAR = "D-999999999999"


@pytest.mark.parametrize("typed", [FAR, "d-999999999999", "D-100000000", "D-0500000", "D-20000"])
@pytest.mark.parametrize("highest", [0, 12])
def test_a_number_far_above_all_that_were_given_is_told_and_never_gone_on_from(typed: str, highest: int) -> None:
    """The row keeps it; new rows get the next after those that were given, in this round and in the next."""
    sheet: list[Cell] = ["D-0011", "D-0012", typed, None]
    history = remembering(highest=highest)
    once = numbers(sheet, history)
    assert once == ["D-0011", "D-0012", typed.upper(), "D-0013"]
    assert numbers([*once, None], replace(history, highest={"D": 13}))[:4] == once
    assert numbers([*once, None], replace(history, highest={"D": 13}))[4] == "D-0014"
    assert far_rows("D", sheet, [], history) == {2: "D-0012"}
    assert highest_seen("D", sheet, history) == 12


def test_a_number_that_nobody_can_have_given_counts_for_nothing_where_it_stands_alone_or_was_remembered() -> None:
    """Also in a row that was wiped out, and in a ledger of before this was known."""
    assert numbers([FAR, None]) == [FAR, "D-0001"]
    assert give_numbers("D", [None], [None], [FAR], History()) == ["D-0001"]
    poisoned = remembering(highest=999_999_999_999)
    assert numbers(["D-0002", FAR, None], poisoned) == ["D-0002", FAR, "D-0003"]


def test_numbers_that_go_on_step_by_step_are_never_far() -> None:
    """A second laptop sees thousands that it did not give; rows that are gone leave holes."""
    sheet: list[Cell] = [f"D-{turn:04d}" for turn in range(13, 60000, 7000)]
    assert far_rows("D", sheet, [], remembering(highest=12)) == {}
    assert numbers([*sheet, None], remembering(highest=12))[-1] == "D-56014"
    later: list[Cell] = ["D-70001", "D-70002"]
    assert far_rows("D", later, [], History()) == {}, "a new ledger takes them for what was given"


def test_new_rows_step_over_a_far_number() -> None:
    """No two are alike, however many rows come."""
    sheet: list[Cell] = ["D-10500", *[None] * 10600]
    given_now = numbers(sheet, remembering(highest=12))
    assert len(set(given_now)) == 10601 and given_now[0] == "D-10500"


def test_a_far_number_is_a_let_op_in_its_row() -> None:
    """With what mends it, on both tabs that have numbers; once it is gone the row gets the next."""
    people = register("Nr | Voornaam\nD-0001 | Jan\nD-999999999999 | Piet\n | Kees")
    requests = register(bordaanvragen="Nr | Groep\nB-0001 | Tuindorp\nB-88888888 | Tuindorp")
    for tables, row in ((people, 3), (requests, 3)):
        assert ("a_number_is_one_that_was_given", row, "let op") in weights(tables)
    seen_now = view(people)
    assert [member.nr for member in seen_now.roster.members][:3] == ["D-0001", FAR, "D-9004"]


def of(history: History, digits: str, address: str, name: str) -> Recipient:
    return seen(history, f"+3162{digits[1:]}", address, name)


@pytest.mark.parametrize("kept", ["recipients", "letters"])
def test_of_two_rows_with_one_mobile_the_one_that_was_mailed_gets_its_number_back(kept: str) -> None:
    """A blocked or departed double stands above it; both rows lost their Nr, or it never came to be written."""
    history = remembering(m3456789="D-0002", highest=2)
    above, mailed = (
        of(history, "m3456789", "old@mail.example", "Sanne Boer"),
        of(history, "m3456789", "new@mail.example", "Tim Post"),
    )
    if kept == "recipients":
        history.recipients = {"D-0001": above, "D-0002": mailed}
    else:
        history.deliveries = [
            Message("D-0002", "welcome", "1", "verstuurd", date(2026, 3, 1), mailed[:1], mailed.address)
        ]
    rows = [above, mailed]
    mobiles: list[str | None] = ["+31623456789", "+31623456789"]
    given_now = give_numbers("D", [None, None], mobiles, [], history, rows.__getitem__)
    assert given_now == (["D-0001", "D-0002"] if kept == "recipients" else ["D-0003", "D-0002"])
    copied = give_numbers("D", ["D-0002", "D-0002"], mobiles, [], history, rows.__getitem__)
    assert copied[1] == "D-0002"


def test_a_row_that_lost_its_number_is_known_by_address_and_name_together_and_by_neither_alone() -> None:
    """A couple shares its address; a name is many people's."""
    history = remembering(highest=9)
    history.recipients = {"D-0004": of(history, "m3456789", "us@mail.example", "Jan Post")}
    for name, address, expected in (
        ("Jan Post", "us@mail.example", "D-0004"),
        ("Mies Post", "us@mail.example", "D-0010"),
        ("Jan Post", "x@mail.example", "D-0010"),
    ):
        rows = [of(history, "m0000001", address, name)]
        assert give_numbers("D", [None], ["+31620000001"], [], history, rows.__getitem__) == [expected]
