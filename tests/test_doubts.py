"""A plan that changes too much at once is refused with its numbers; small registers are exempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from plans import view
from roster.doubts import doubts
from roster.plan import Delivery, History
from roster.welcome import plan_welcome
from sheet_notation import TERMS, register


def people(number: int, agreed: str = "ja", left: str = "", status: str = "actief") -> str:
    """A tab of so many members who all answered alike."""
    row = f"Jan | {agreed} | {left} | {status}"
    return "\n".join(["Voornaam | Akkoord spelregels | Afgemeld op | Status", *[row] * number])


@pytest.mark.parametrize(("before", "now", "doubted"), [(400, 0, 1), (400, 290, 1), (400, 302, 0), (19, 0, 0), (0, 300, 0)])
def test_rows_that_are_gone_at_once_are_doubted(before: int, now: int, doubted: int) -> None:
    """More than a quarter of the members, against what the last round saw."""
    found = doubts(view(register(people(now), staff=""), history=History(counts={"members": before})))
    assert len(found) == doubted
    assert all(str(before) in line and str(now) in line for line in found)


def test_a_column_that_was_emptied_is_doubted() -> None:
    """Everybody's agreement is gone at once: somebody's hand slipped."""
    assert doubts(view(register(people(40, agreed="")))) == ["Van de 40 deelnemers die meededen, worden er 40 ineens geblokkeerd."]
    assert doubts(view(register(people(40, left="1-3-2026")))) == ["Van de 40 deelnemers die meededen, zijn er 40 ineens afgemeld."]
    assert doubts(view(register(people(19, agreed="")))) == []
    assert doubts(view(register(people(40, agreed="", status="geblokkeerd")))) == []


def test_many_mails_to_people_who_were_mailed_already_are_doubted() -> None:
    """One row may have been typed over; if all rows seem to hold other people, the memory is what is wrong."""
    rows = "\n".join(
        ["Nr | Voornaam | E-mail | Welkom", *(f"D-{n:04d} | Jan | jan{n}@mail.example | klaargezet 1-3-2026 (versie 1)" for n in range(1, 31))]
    )
    others = [
        Delivery(f"D-{n:04d}", "welcome", "1", "klaargezet", date(2026, 3, 1), ("an", "other"), "somebody") for n in range(1, 31)
    ]
    seen = view(register(rows), replace(TERMS, regiegroep_number="06-23456789"), History(others, salt=b"test"))
    told = doubts(seen, list(plan_welcome(seen)))
    assert told == ["Er zouden 30 deelnemers een mail krijgen, terwijl in hun rij staat dat die al gemaakt is."]
