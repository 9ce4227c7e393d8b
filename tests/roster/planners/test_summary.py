"""What the screen tells before a round: what is wrong, first what stands in no row, and nothing of that is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from outside.config.settings import Settings
from outside.errors import Stop
from outside.inbox.imap import read_mailbox
from roster.finding import Weight
from roster.plan.steps import Document, SetCell
from roster.planners.bundles import plan_bundles
from roster.planners.status_cells import plan_status_cells
from roster.planners.summary import describe_findings, kinds
from roster.terms import Limits
from support.ledgers import ledger_in
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
@pytest.mark.parametrize("whole", [False, True])
def test_what_stands_in_no_row_comes_first_and_always(
    staff: str, group_size: int, words: list[str], *, whole: bool
) -> None:
    """No cell tells of it, so here it is never left out; the others are told one by one, or by kind with a count."""
    seen = view(register(WRONG, GROUPS, STREETS, staff=staff), replace(TERMS, limits=Limits(group_size=group_size)))
    loose = [finding.line for finding in seen.findings if not finding.place.key]
    assert all(any(word in line for line in loose) for word in words)
    told = [line.text for line in describe_findings(seen, whole=whole)]
    assert told[0].startswith(f"{len(seen.findings)} meldingen: ")
    first = told[1 : 1 + len(loose)]
    assert sorted(line.split(": ", 1)[1] for line in first) == sorted(loose)
    rest = told[1 + len(loose) :]
    if whole:
        assert len(rest) == len(seen.findings) - len(loose)
        return
    *by_kind, where = rest
    counted = [int(found[1]) for line in by_kind if (found := re.match(r"  (\d+) × ", line))]
    assert all(re.search(r" rij [0-9, ]+(?: en nog \d+)?\. \w", line) for line in by_kind), "what it is"
    assert len(counted) == len(by_kind) < 12 and sum(counted) == len(seen.findings) - len(loose)
    assert "make check" in where


def test_a_few_findings_are_told_one_by_one_with_whose_they_are_groups_first() -> None:
    """The row, the name, the cell and what it is; what is wrong with a group is mended before its people."""
    people = "Voornaam | Achternaam | Akkoord spelregels\nJan | de Vries |"
    seen = view(
        register(people, GROUPS.replace("Centrum | 1-2-2025     | 1-3-2025", "Nergens | 1-2-2025 |", 1), STREETS)
    )
    told = [line for line in describe_findings(seen) if line.weight is not None]
    tabs = [line.text.split()[0] for line in told]
    assert tabs.index("Groepen") < tabs.index("Deelnemers")
    mine = next(line for line in told if "Akkoord" in line.text)
    assert mine.text.startswith("  Deelnemers rij 2, Jan de Vries: Blokkeert (Akkoord spelregels): ")
    assert mine.weight is Weight.BLOCKS


def _told_after(before: str, after: str) -> list[str]:
    """What is told of a register whose last round saw another."""
    then = view(register(before, GROUPS, STREETS, staff=STAFF))
    counted = {"members": len(then.roster.members)} | kinds(then.findings, {})
    now = view(register(after, GROUPS, STREETS, staff=STAFF))
    return [line.text for line in describe_findings(replace(now, history=replace(now.history, counts=counted)))]


def test_who_has_no_name_is_told_by_where_he_lives() -> None:
    """On the screen, and to the admin of the group, who sees no rows."""
    seen = view(register("Voornaam | Achternaam | Straat | Huisnummer\n | | Kerkstraat | 7"))
    (line, *_) = [one.text for one in describe_findings(seen) if "De naam ontbreekt" in one.text]
    assert "Deelnemers rij 2, zonder naam, Kerkstraat 7: " in line
    told = [one.facts["notes"] for one in plan_bundles(seen) if isinstance(one, Document)]
    assert any("zonder naam, Kerkstraat 7" in str(notes) for notes in told)


def test_what_is_new_since_the_last_round_is_counted() -> None:
    """By kind: two that were mended and one of another kind that came are told as they are."""
    two = "Voornaam | Akkoord spelregels | Mobiel\nJan | | 06-23450001\nPiet | | 06-23450002"
    one = "Voornaam | Akkoord spelregels | Mobiel\nJan | ja | 06-23450001\nPiet | ja | 112"
    assert "Sinds de vorige ronde, per soort geteld: 1 erbij, 2 eraf." in _told_after(two, one)
    assert not any("Sinds de vorige" in line for line in _told_after(two, two))


def test_the_same_wall_is_not_told_twice() -> None:
    """Where nothing changed since the last round a count is enough, and what stands in no row is told even then."""
    told = _told_after(WRONG, WRONG)
    assert len(told) < 5 and "evenveel als na de vorige ronde" in told[-1] and "make check" in told[-1]
    assert len(_told_after(WRONG, f"{WRONG}\nPiet | ")) > 2


def test_what_was_of_a_kind_and_is_no_more_is_forgotten() -> None:
    """Or it would be told as mended after every round."""
    assert kinds([], {"melding/Deelnemers/is_adult": 3, "members": 4}) == {"melding/Deelnemers/is_adult": 0}


def test_what_is_left_out_really_stands_in_the_column() -> None:
    """Each of the thirty rows gets its line."""
    seen = view(register(WRONG, GROUPS, STREETS, staff=NO_COORDINATOR))
    marks = {
        step.place.row
        for step in plan_status_cells(seen)
        if isinstance(step, SetCell) and step.place.column == "Meldingen" and step.value
    }
    assert {
        finding.place.row for finding in seen.findings if finding.place.key and finding.place.tab == "Deelnemers"
    } <= marks


def test_reading_a_mailbox_that_nobody_named_says_what_to_do(tmp_path: Path) -> None:
    """As delivered there is no mailbox: no password is asked for, and the folder of mails is named."""
    with ledger_in(tmp_path, TERMS.today) as ledger, pytest.raises(Stop) as stopped:
        list(read_mailbox(Settings(), TERMS.today, ledger))
    assert "nog geen mailpostvak" in stopped.value.message and "make bounces FOLDER=map" in stopped.value.remedy
