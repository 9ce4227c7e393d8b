"""Another number of the regiegroep: everybody who was told an older one hears of it, once, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from outside.commands.sent import resolve_outbox
from outside.commands.updates import update_number
from roster.messages.follow_up import number_recipients, number_update_planner
from roster.sheet.table import Table
from support.role_rounds import OTHER, UPDATE, changed, marked, people, sanne, welcomed
from support.rounds import Rounds
from support.whole_round import choices, lay_out, letters, settings_of, sync


def counts(rounds: Rounds, tables: dict[str, Table]) -> dict[str, list[str]]:
    found = number_recipients(rounds.look(tables))
    return {
        name: [one.nr for one in getattr(found, name)]
        for name in ("mail", "by_hand", "blocked", "do_not_mail", "unsure")
        if getattr(found, name)
    }


def test_everybody_who_was_told_the_old_number_is_told_the_new_one_once() -> None:
    """With its card and nobody else's; a newcomer reads it in the welcome."""
    rounds = changed(welcomed())
    newcomer = "D-0002 | Piet | p@mail.example | Tuindorp | |"
    assert rounds.go(people(sanne(), newcomer)) == [("D-0002", "welcome")]
    assert rounds.go(people(sanne(), newcomer), UPDATE) == [
        (nr, "number_update") for nr in ("D-0001", "D-9001", "D-9002")
    ]
    assert [(send.facts["regiegroep_number"], [name for name, _ in send.cards]) for send in rounds.sends] == [
        (OTHER, ["Regiegroep.vcf"])
    ] * 3
    assert rounds.go(people(sanne(), newcomer), UPDATE) == [] == rounds.go(people(sanne(), newcomer))


def test_the_same_number_written_otherwise_is_no_news() -> None:
    """As +31 and with blanks."""
    assert changed(welcomed(), "+31 6 2345 6789").go(people(sanne()), UPDATE) == []


def test_a_number_that_comes_back_is_told_again() -> None:
    """A slip of the pen, mailed and mended: the last that they heard counts."""
    rounds = welcomed()
    for number in (OTHER, "06-23456789", OTHER):
        assert ("D-0001", "number_update") in [
            (who[:6], act) for who, act in changed(rounds, number).go(people(sanne()), UPDATE)
        ]
        assert rounds.go(people(sanne()), UPDATE) == []


def test_only_who_may_know_the_number_is_told() -> None:
    """For admins alone: a member who had the old one does not get the new one, and no member who never had one."""
    rounds = changed(welcomed(), whom="admins")
    assert rounds.go(people(sanne()), UPDATE) == [("D-9001", "number_update"), ("D-9002", "number_update")]
    never = Rounds(replace(Rounds().terms, network=replace(Rounds().terms.network, regiegroep_number_for="admins")))
    never.go(people(sanne()))
    assert ("D-0001", "number_update") not in changed(never).go(people(sanne()), UPDATE)


@pytest.mark.parametrize(
    ("row", "who"),
    [
        (sanne(email=""), "by_hand"),
        (sanne("Nergens"), "blocked"),
        (sanne(more="1-3-2026"), ""),
        (sanne("Stadspark"), "mail"),
    ],
)
def test_who_cannot_be_mailed_is_counted_by_why(row: str, who: str) -> None:
    """And who left is left alone."""
    found = counts(changed(welcomed()), people(row))
    assert [name for name, nrs in found.items() if "D-0001" in nrs] == ([who] if who else [])


def test_a_group_that_is_not_registered_keeps_nobody_from_it() -> None:
    """They had the old number already, which serves nobody any more."""
    groups = "Groep | Gebied | Aangemeld op | Gestart op\nTuindorp | Centrum | |\nStadspark | Centrum | |"
    assert counts(changed(welcomed()), people(sanne(), groups=groups)) == {"mail": ["D-0001", "D-9001", "D-9002"]}


def test_who_wants_no_mail_gets_none() -> None:
    """By an answer to an earlier mail."""
    rounds = changed(welcomed())
    rounds.history = replace(
        rounds.history, do_not_mail_digests=frozenset({rounds.history.address_mark("s@mail.example")})
    )
    assert counts(rounds, people(sanne()))["do_not_mail"] == ["D-0001"]


def test_what_number_was_told_before_that_was_remembered_is_not_guessed() -> None:
    """Nobody is mailed for it, unless the coordinator says so; what was seen then is told once it changes."""
    rounds = welcomed()
    rounds.before()
    assert rounds.go(people(sanne()), UPDATE) == []  # this first look saw them with the number of today
    assert counts(rounds, people(sanne())) == {"unsure": ["D-0001", "D-9001", "D-9002"]}
    everybody = (number_update_planner(everybody=True),)
    assert len(changed(rounds).go(people(sanne()), UPDATE)) == 3 and rounds.go(people(sanne()), everybody) == []
    asked = changed(welcomed())
    asked.before()
    assert asked.go(people(sanne())) == [] == asked.go(people(sanne()), UPDATE)
    assert len(asked.go(people(sanne()), everybody)) == 3
    assert asked.go(people(sanne()), everybody) == []


def test_another_computer_reads_in_the_row_who_was_told() -> None:
    """Both saw them with the old number; one tells them the new one."""
    one, other = welcomed(), Rounds()
    tables = marked(people(sanne()))
    assert other.go(tables) == []
    assert len(changed(one).go(tables, UPDATE)) == 3
    told = one.told(tables)
    assert told["Deelnemers"].cell(0, "Vervolgmail") == f"regiegroep {OTHER}: verstuurd 1-4-2026 (D-0001)"
    assert changed(other).go(told, UPDATE) == []
    moved = people(sanne("Stadspark"))
    moved["Deelnemers"].rows[0][moved["Deelnemers"].columns["Vervolgmail"]] = told["Deelnemers"].cell(0, "Vervolgmail")
    one.go(moved)
    assert one.told(moved)["Deelnemers"].cell(0, "Vervolgmail") == (
        f"naar groep Stadspark: verstuurd 2-4-2026 (D-0001); regiegroep {OTHER}: verstuurd 1-4-2026 (D-0001)"
    )


@pytest.mark.parametrize(("state", "again"), [("onzeker", 0), ("geweigerd", 0), ("wacht", 3)])
def test_a_letter_that_did_not_end_well_goes_by_the_rules_of_all_letters(state: str, again: int) -> None:
    """Uncertain: never by itself; refused: by hand, or to another address; put off: again."""
    rounds = changed(welcomed())
    rounds.go(people(sanne()), UPDATE, state=state)
    assert len(rounds.go(people(sanne()), UPDATE)) == again
    if state == "geweigerd":
        assert counts(rounds, people(sanne()))["by_hand"] == ["D-0001", "D-9001", "D-9002"]
        assert rounds.go(people(sanne(email="beter@mail.example")), UPDATE) == [("D-0001", "number_update")]


def test_news_that_lies_ready_makes_place_for_newer_news(tmp_path: Path) -> None:
    """A slip of the pen in the settings: what was put ready with it is not sent beside the right one."""
    sync(lay_out(tmp_path))
    resolve_outbox(settings_of(tmp_path), choices())
    for number in (OTHER, "06-28888888"):
        update_number(settings_of(tmp_path, regiegroep_number=number), choices(), everybody=False)
    news = {name: text for name, text in letters(settings_of(tmp_path)).items() if "numberupdate" in name}
    assert sorted(news) == ["D-0001-numberupdate", "D-0002-numberupdate"]
    assert all("06-28888888" in text and OTHER not in text for text in news.values())


def test_letters_that_lie_ready_with_another_number_are_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Welcomes that nobody sent yet, and news of a number that was taken back: it says so, and none of them lies on."""
    sync(lay_out(tmp_path))
    other = settings_of(tmp_path, regiegroep_number=OTHER)
    assert letters(other) != {}
    update_number(other, choices(), everybody=False)
    said = capsys.readouterr().out
    assert letters(other) == {} and "make sync" in said and "Er hoeft geen mail weg" not in said
    sync(other)
    assert all(OTHER in text for text in letters(other).values()) and len(letters(other)) == 2
    resolve_outbox(other, choices())
    update_number(settings_of(tmp_path), choices(), everybody=False)
    update_number(other, choices(), everybody=False)
    assert [name for name in letters(other) if "numberupdate" in name] == []
    assert "2 mails met een ander nummer zijn uit de map mail weggehaald." in capsys.readouterr().out
