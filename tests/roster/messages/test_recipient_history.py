"""Whose a letter is: one answer for every kind of letter, whatever row, number or address somebody has by now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.messages.recipient_history import recipient_history_of
from roster.messages.registered import plan_registered
from roster.messages.rules_update import holders
from roster.plan.history import Message
from roster.plan.steps import View
from support.registered_group import EARLY, LATE, a_view, told


def to(view: View, delivery: Message, mobile: str, address: str) -> Message:
    """The letter as it went to a mobile and an address of then."""
    history = view.history
    return delivery._replace(identities=(history.identity(mobile),), address_mark=history.address_mark(address))


@pytest.mark.parametrize(
    ("mobile", "address", "is_hers"),
    [
        ("+31623456701", "a@mail.example", True),  # as the row says today
        ("+31699999999", "a@mail.example", True),  # another mobile since
        ("+31623456701", "old@mail.example", True),  # another address since
        ("+31699999999", "old@mail.example", False),  # both: somebody else typed over the row
    ],
)
def test_every_kind_of_letter_knows_the_same_person(mobile: str, address: str, is_hers: bool) -> None:
    """An admin who changes her mobile is planned no second letter, and counts as holder of the rules she was told."""
    empty = a_view([])
    letters = [
        to(empty, told("welcome", EARLY), mobile, address),
        to(empty, told("registered", LATE, "tuindorp"), mobile, address),
    ]
    view = a_view(letters)
    view.roster.tables["Deelnemers"].rows[0][0] = "verstuurd 1-11-2026 (versie 1)"
    anna = view.roster.members[0]
    assert list(plan_registered(view)) == []
    assert (list(recipient_history_of(view).letters(anna)) == letters) is is_hers
    active = replace(view, statuses=replace(view.statuses, member={"D-0001": view.statuses.group["g"]}))
    assert [holder.member.nr for holder in holders(active, [anna])] == (["D-0001"] if is_hers else [])
    assert recipient_history_of(view).person(anna) == ("D-0001" if is_hers else "D-0001-2")


def test_a_letter_by_mobile_is_hers_in_a_new_row_too() -> None:
    """She left and came back further down: the letter of the old row is not sent again."""
    empty = a_view([])
    old = [
        to(empty, told("welcome", EARLY, person="D-0099"), "+31623456701", "other@mail.example"),
        to(empty, told("registered", LATE, "tuindorp", person="D-0099"), "+31623456701", "other@mail.example"),
    ]
    assert list(plan_registered(a_view(old))) == []
