"""What a row says of its welcome, put into words and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.messages.welcome import plan_missed_marks
from roster.plan.delivery_status import WelcomeMark, busy_since, mark_of, read_mark
from roster.plan.history import History, Message
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, Table
from support.json_register import HEADINGS
from support.small_round import TERMS, view_of

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (mark_of("klaargezet", DAY, "1"), "klaargezet 23-11-2026 (versie 1)"),
        (mark_of("verstuurd", DAY, "1", nr="D-0302"), "verstuurd 23-11-2026 (D-0302, versie 1)"),
        (mark_of("verstuurd", DAY, nr="D-0302"), "verstuurd 23-11-2026 (D-0302)"),
        (mark_of("met de hand", DAY, "1", nr="D-0302"), "met de hand 23-11-2026 (versie 1)"),
        (mark_of("geweigerd", DAY, "1", "vol", "D-0302"), "geweigerd 23-11-2026 (D-0302): vol"),
        (mark_of("onzeker", DAY, nr="D-0302"), "onzeker sinds 23-11-2026 (D-0302)"),
        (busy_since(datetime(2026, 11, 23, 8, 5), "D-0302"), "bezig sinds 23-11-2026 08:05 (D-0302)"),
        (mark_of("verstuurd", DAY, "2026-1"), "verstuurd 23-11-2026 (versie 2026-1)"),
        (mark_of("onzeker", DAY, "1", "de verbinding brak af"), "onzeker sinds 23-11-2026: de verbinding brak af"),
        (mark_of("onzeker", DAY), "onzeker sinds 23-11-2026"),
        (mark_of("geweigerd", date(2026, 3, 5), "1", "adres bestaat niet"), "geweigerd 5-3-2026: adres bestaat niet"),
        (busy_since(datetime(2026, 11, 23, 8, 5)), "bezig sinds 23-11-2026 08:05"),
    ],
)
def test_a_mark_is_short_dutch(mark: WelcomeMark, text: str) -> None:
    """The words that the coordinator sees."""
    assert mark.text == text


REASONS = (
    st.text("abc é:()-0", min_size=1, max_size=20).map(str.strip).map(lambda text: " ".join(text.split())).filter(bool)
)
NUMBERS = st.sampled_from(["", "D-0001", "D-12345"])
MARKS = st.one_of(
    st.builds(
        WelcomeMark,
        st.sampled_from(["klaargezet", "verstuurd"]),
        st.dates(date(2017, 1, 1)),
        st.sampled_from(["", "1", "2.0", "2026-1"]),
        nr=NUMBERS,
    ),
    st.builds(
        WelcomeMark,
        st.sampled_from(["onzeker", "geweigerd"]),
        st.dates(date(2017, 1, 1)),
        st.just(""),
        st.just("") | REASONS,
        nr=NUMBERS,
    ),
    st.builds(
        WelcomeMark,
        st.just("bezig"),
        st.dates(date(2017, 1, 1)),
        at=st.times().map(lambda at: time(at.hour, at.minute)),
        nr=NUMBERS,
    ),
)


@given(MARKS)
def test_what_is_written_is_read_back(mark: WelcomeMark) -> None:
    """Law: reading a mark's text gives the mark."""
    read = read_mark(mark.text)
    assert read == mark and read.nr == mark.nr


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "ja",
        5,
        True,
        DAY,
        "verstuurd",
        "verstuurd 31-2-2026",
        "bezig sinds 1-1-2026 25:00",
        "gisteren verstuurd 1-1-2026",
    ],
)
def test_what_people_typed_is_no_mark(cell: Cell) -> None:
    """Reading never raises."""
    assert read_mark(cell) is None


def test_capitals_and_loose_spaces_are_forgiven() -> None:
    """A cell that somebody touched by accident."""
    assert read_mark(" Verstuurd  23-11-2026 (versie 1)\n") == mark_of("verstuurd", DAY, "1")


HISTORY = History(salt=b"salt")
WHO, WHERE = HISTORY.identity("+31620000001"), HISTORY.address_mark("persoon1@mail.example")


def told(cell: Cell, *deliveries: Message, **terms: str) -> list[object]:
    """What a row that says `cell` is told of these deliveries."""
    row: list[Cell] = ["D-0001", "Persoon 1", "+31620000001", "persoon1@mail.example", "actief", cell]
    columns = {heading: position for position, heading in enumerate(HEADINGS)}
    table = Table("Deelnemers", "Deelnemers", columns, [row], 2, DEELNEMERS.own)
    history = History(list(deliveries), salt=b"salt")
    view = view_of(table, history, replace(TERMS, **terms))
    return [step.value for step in plan_missed_marks(view)]


def delivery(
    state: str = "klaargezet",
    day: date = DAY,
    act: str = "welcome",
    reason: str = "",
    who: str = WHO,
    where: str = WHERE,
) -> Message:
    return Message("D-0001", act, "1", state, day, (who,), where, reason)


READY = "klaargezet 23-11-2026 (D-0001, versie 1)"


@pytest.mark.parametrize(
    "cell", ["", None, "bezig sinds 23-11-2026 18:30", "iets anders", "onzeker sinds 20-11-2026: de ronde brak af"]
)
def test_a_row_whose_mark_was_missed_is_told_what_the_ledger_knows(cell: Cell) -> None:
    """The run was cut off between the letter and the sheet."""
    assert told(cell, delivery()) == [READY]


@pytest.mark.parametrize(
    "cell", [READY, "klaargezet 1-1-2026 (versie 1)", "verstuurd 20-11-2026 (versie 1)", "onzeker sinds 24-11-2026"]
)
def test_a_row_that_knows_as_much_or_more_is_left_alone(cell: Cell) -> None:
    """Another laptop may have told it since."""
    assert told(cell, delivery()) == []


def test_the_latest_letter_is_told_with_its_reason() -> None:
    """One row, one mark."""
    known = (delivery("verstuurd", date(2026, 1, 1)), delivery("geweigerd", DAY, reason="adres bestaat niet"))
    assert told("", *known) == ["geweigerd 23-11-2026 (D-0001): adres bestaat niet"]


def test_letters_of_another_act_that_wait_or_to_another_person_are_not_told() -> None:
    """Somebody who took over a row was never written to."""
    assert told("", delivery(act="rules-update"), delivery("wacht"), delivery("bezig")) == []
    assert told("", delivery(who="else", where="elsewhere")) == []
    assert told("", delivery(who="else")) == [READY]


def test_refused_news_of_the_spelregels_is_told_no_more_once_the_address_is_another() -> None:
    """The row says again which version this person has; that news goes with `make rules-update`, not with this round."""
    welcomed = delivery("verstuurd", date(2026, 1, 1))
    refused = delivery("geweigerd", act="rules_update", reason="het adres bestaat niet", where="old")
    cell = "geweigerd 23-11-2026 (D-0001): het adres bestaat niet"
    assert told(cell, welcomed, refused) == ["verstuurd 1-1-2026 (D-0001, versie 1)"]
    assert told("verstuurd 1-1-2026 (versie 1)", welcomed, refused) == []
    assert told(cell, welcomed, refused._replace(address_mark=WHERE)) == []
    assert told("", welcomed, refused._replace(address_mark=WHERE)) == [cell]
    assert told("verstuurd 24-11-2026 (versie 2)", welcomed, refused) == []
    assert told(cell, refused) == []


def test_a_letter_that_is_due_again_is_told_when_it_leaves() -> None:
    """Put ready once, and the transport is SMTP now; or refused, and the address is another now."""
    assert told("", delivery(), mail_done="verstuurd") == []
    assert told("", delivery("geweigerd", where="old")) == []
