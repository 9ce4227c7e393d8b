"""A plan that changes too much at once is refused with its numbers; small registers are exempt."""

from __future__ import annotations

import pytest

from plans import view
from roster.doubts import doubts
from roster.plan import History
from sheet_notation import register


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
