"""What the screen tells before a round: what is wrong, first what stands in no row, and nothing of that is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from outside.config.settings import Settings
from outside.errors import Stop
from outside.inbox.imap import read_mailbox
from outside.ledger.ledger import Ledger
from roster.model import Limits
from roster.plan.hold_back import Held
from roster.plan.steps import SetCell
from roster.planners.status_cells import plan_marks
from roster.planners.summary import describe
from support.plans import view
from support.sheet_notation import TERMS, register

WRONG = "\n".join(["Voornaam | Akkoord spelregels", *["Jan | "] * 30])
"""Thirty rows that are blocked."""

STAFF = """
    Nr     | Voornaam | Rol         | Straat     | Groep
    D-9001 | Ada      | beheerder   | Kerkstraat | Tuindorp
    D-9002 | Bo       | beheerder   | Zuidlaan   | Zuid
    D-9003 | Cor      | coördinator | Kerkstraat | Tuindorp
"""
GROUPS = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Tuindorp | Centrum | 1-2-2025     | 1-3-2025
    Zuid     | Centrum | 1-2-2025     | 1-3-2025
"""
STREETS = """
    Straat     | Plaats     | Groep
    Kerkstraat | Den Helder | Tuindorp
    Zuidlaan   | Den Helder | Zuid
"""

NO_COORDINATOR = "\n".join(line for line in STAFF.splitlines() if "coördinator" not in line)


@pytest.mark.parametrize(
    ("staff", "group_size", "words"),
    [
        (NO_COORDINATOR, 256, ["coördinator"]),
        (STAFF, 1, ["regiegroep"]),
        (NO_COORDINATOR, 1, ["coördinator", "regiegroep"]),
        (STAFF, 256, []),
    ],
)
@pytest.mark.parametrize("shown", [1, 12, None])
def test_what_stands_in_no_row_comes_first_and_always(
    staff: str, group_size: int, words: list[str], shown: int | None
) -> None:
    """No cell tells of it, so here it is never left out for want of room; what is left out does stand in a row."""
    seen = view(register(WRONG, GROUPS, STREETS, staff=staff), replace(TERMS, limits=Limits(group_size=group_size)))
    whole = [finding.line for finding in seen.findings if not finding.place.key]
    assert all(any(word in line for line in whole) for word in words)
    lines = describe(seen, [], Held(), shown=shown)
    start = next(number for number, line in enumerate(lines) if "meldingen:" in line) + 1
    told = lines[start : lines.index("", start)]
    assert all(
        line in text
        for line, text in zip(
            sorted(whole), sorted(told[: len(whole)], key=lambda one: one.split(": ", 1)[1]), strict=True
        )
    )
    rest = [line for line in told if line.startswith("  … en nog ")]
    if shown is None:
        assert (len(told), rest) == (len(seen.findings), [])
        return
    assert len(told) - 1 == max(shown, len(whole))
    left = int(re.findall(r"\d+", rest[0])[0])
    assert left + len(told) - 1 == len(seen.findings)
    assert "make check" in rest[0] and "kolom Meldingen" in rest[0]


def test_what_is_left_out_really_stands_in_the_column() -> None:
    """Each of the thirty rows gets its line."""
    seen = view(register(WRONG, GROUPS, STREETS, staff=NO_COORDINATOR))
    marks = {
        step.place.row
        for step in plan_marks(seen)
        if isinstance(step, SetCell) and step.place.column == "Meldingen" and step.value
    }
    assert {
        finding.place.row for finding in seen.findings if finding.place.key and finding.place.tab == "Deelnemers"
    } <= marks


def test_reading_a_mailbox_that_nobody_named_says_what_to_do(tmp_path: Path) -> None:
    """As delivered there is no mailbox: no password is asked for, and the folder of mails is named."""
    with Ledger(tmp_path / "ledger.sqlite3", TERMS.today) as ledger, pytest.raises(Stop) as stopped:
        list(read_mailbox(Settings(), TERMS.today, ledger))
    assert "nog geen mailpostvak" in stopped.value.message and "make bounces FOLDER=map" in stopped.value.remedy
