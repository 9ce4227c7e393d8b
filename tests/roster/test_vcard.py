"""Bundles of cards: every active member once, in a form that every phone imports."""

from __future__ import annotations

from datetime import date

import vobject
from hypothesis import given
from hypothesis import strategies as st

from roster.model import Group, Member
from roster.plan.steps import file_name
from roster.sheet.table import Place
from roster.terms import Terms
from roster.vcard import CARD_LINE, card, escape, frame

TERMS = Terms(today=date(2026, 11, 23))
ROW = Place("Deelnemers", 2, "D-0001")


def a_card(group: str = "Tuindorp", **fields: str) -> str:
    member = Member(ROW, "D-0001", mobile="+31623456789", **fields)  # type: ignore[arg-type]  # text fields only, by name
    return card(member, frame(Group(ROW, group), TERMS))


def test_a_card_shows_the_group_before_the_name_on_every_phone() -> None:
    """FN is what Android shows, N what an iPhone shows; both read the same."""
    read = vobject.readOne(a_card(first_name="Jan", infix="van den", surname="Berg"))
    assert read.fn.value == "BPA Tuindorp · Jan van den Berg"
    assert (read.n.value.prefix, read.n.value.given, read.n.value.family) == ("BPA Tuindorp ·", "Jan", "van den Berg")
    assert read.org.value == ["Tuindorp"]
    assert (read.tel.value, read.tel.params) == ("+31623456789", {"TYPE": ["CELL"]})
    assert read.uid.value == "BPA-D-0001"


def test_a_card_of_an_organisation_shows_its_name() -> None:
    """Whoever has no personal name is found under the organisation."""
    assert vobject.readOne(a_card(organisation="Bakkerij Smit")).fn.value == "BPA Tuindorp · Bakkerij Smit"


def test_a_card_holds_nothing_that_is_not_needed() -> None:
    """Address, e-mail and remarks stay in the register."""
    text = a_card(
        first_name="Jan",
        surname="Smit",
        street="Kerkstraat",
        house_number="1",
        postcode="1781 AB",
        email="jan@mail.example",
    )
    assert "Kerkstraat" not in text and "1781" not in text and "@" not in text


@given(*[st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=120)] * 3)
def test_no_name_makes_a_line_that_needs_folding(first: str, last: str, group: str) -> None:
    """Names of any length and script: each line fits in 75 octets and the card reads back."""
    text = a_card(group, first_name=first.strip(), surname=last.strip())
    assert all(len(line.encode()) <= CARD_LINE for line in text.split("\n"))
    read = vobject.readOne(text)
    assert read.tel.value == "+31623456789" and read.fn.value.startswith("BPA ")


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_an_escaped_value_reads_back_as_it_was(value: str) -> None:
    """Commas, semicolons and backslashes in a name arrive as they were typed."""
    unescaped = escape(value).replace("\\\\", "\0").replace("\\,", ",").replace("\\;", ";").replace("\0", "\\")
    assert unescaped == value


@given(st.text(max_size=100))
def test_a_file_name_is_safe_on_every_system(name: str) -> None:
    """No separators, no reserved words, never empty, and the same again when applied twice."""
    safe = file_name(name)
    assert safe and not set('<>:"/\\|?*\x00\n') & set(safe) and safe.strip(" .") == safe
    assert file_name(safe) == safe
