"""Handing letters over: announced before, told after, and each way that one can end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from outside.mail.mailbox import Outcome
from outside.run.letters import Letters
from roster.plan.steps import Send
from support.json_register import new_register
from support.ledgers import ledger_in
from support.small_round import (
    READY,
    SENT,
    TERMS,
    TODAY,
    Postman,
    carry_out,
    letter_of,
    mails,
    numbered,
    plan_of,
    run,
    view_of,
)


def test_a_shared_register_says_busy_before_and_done_after_each_chunk(tmp_path: Path) -> None:
    """50 at a time; a write announces a chunk and tells of the one before, and the last tells the rest of the plan."""
    register = new_register(tmp_path / "register.json", 120, shared=True)
    seen: list[list[object]] = []
    box = Postman(before=lambda _number: seen.append(register.column("Welkom")))
    report = carry_out(tmp_path, register, mailbox=box)
    assert (report.sent, report.code) == (120, 0)
    assert len(register.writes) == 3 + 1
    assert register.column("Welkom") == [SENT] * 120
    for number, column in enumerate(seen):
        start = number // 50 * 50
        assert all(str(cell).startswith("bezig sinds ") for cell in column[start : start + 50])
        assert set(column[:start]) <= {SENT}
        assert set(column[start + 50 :]) <= {""}


def test_a_row_that_did_not_take_the_announcement_gets_no_letter_yet(tmp_path: Path) -> None:
    """Somebody typed in its Welkom in the meantime: another laptop may be busy with it."""
    register = new_register(tmp_path / "register.json", 3, shared=True)
    with ledger_in(tmp_path, TODAY) as ledger:
        plan = list(plan_of(view_of(register.read()["Deelnemers"], ledger.history())))
    rows = register.table().rows
    rows[1][5] = "bezig sinds 23-11-2026 18:29"
    register.path.write_text(json.dumps(rows), encoding="utf-8")
    report = carry_out(tmp_path, register, plan)
    assert (report.due, report.sent, report.waiting, report.cells_left) == (3, 2, 1, 1)
    assert mails(tmp_path) == ["D-0001", "D-0003"]
    assert register.column("Welkom") == [READY, "bezig sinds 23-11-2026 18:29", READY]


def test_rows_that_we_ourselves_left_busy_are_taken_up_again(tmp_path: Path) -> None:
    """The ledger knows that those letters never left, so they are not taken for another laptop's."""
    register = new_register(tmp_path / "register.json", 30, shared=True)
    rows = [[number, *row[1:]] for number, row in zip(numbered(30), register.table().rows, strict=True)]
    register.path.write_text(json.dumps(rows), encoding="utf-8")

    def stumble(number: int) -> None:
        if number == 4:
            raise RuntimeError("as good as a power cut")

    with pytest.raises(RuntimeError):
        run(tmp_path, register, Postman(before=stumble))
    assert sum(str(cell).startswith("bezig") for cell in register.column("Welkom")) == 27
    box = Postman()
    report = run(tmp_path, register, box)
    # The fourth was being handed over when the power failed: nobody can tell whether it arrived.
    assert (report.sent, len(box.arrived)) == (26, 26)
    uncertain = register.column("Welkom").pop(3)
    assert uncertain == "onzeker sinds 23-11-2026: de verbinding brak af"
    assert [cell for cell in register.column("Welkom") if cell != uncertain] == [SENT] * 29


def test_each_way_a_letter_can_end_is_counted_and_told(tmp_path: Path) -> None:
    """Sent, refused, uncertain, to be tried later: the sum adds up, and the code asks for attention."""
    register = new_register(tmp_path / "register.json", 4)
    box = Postman(
        {
            2: Outcome("geweigerd", "adres bestaat niet"),
            3: Outcome("onzeker", "de verbinding brak af"),
            4: Outcome("wacht", "de server heeft het druk"),
        }
    )
    report = run(tmp_path, register, box)
    assert (report.due, report.sent, report.failed, report.uncertain, report.waiting) == (4, 1, 1, 1, 1)
    assert report.code == 1
    assert register.column("Welkom") == [
        SENT,
        "geweigerd 23-11-2026: adres bestaat niet",
        "onzeker sinds 23-11-2026: de verbinding brak af",
        "",
    ]
    again = Postman()
    later = run(tmp_path, register, again)
    assert again.asked == []
    assert (later.due, later.waiting, later.cells_written) == (1, 1, 0)


def test_a_letter_that_waited_often_enough_is_given_back(tmp_path: Path) -> None:
    """At its last try it counts as refused, for the reason that it waited for; one that waits for no fault of its own never does."""
    register = new_register(tmp_path / "register.json", 2)
    box = Postman({1: Outcome("wacht", "het postvak is vol", give_up=1), 2: Outcome("wacht", "de verbinding viel weg")})
    report = run(tmp_path, register, box)
    assert (report.failed, report.waiting, report.code) == (1, 1, 1)
    assert register.column("Welkom") == ["geweigerd 23-11-2026: het postvak is vol", ""]


def test_a_refused_letter_goes_to_the_new_address(tmp_path: Path) -> None:
    """Not again to the old one; at once to another."""
    register = new_register(tmp_path / "register.json", 1)
    run(tmp_path, register, Postman({1: Outcome("geweigerd", "adres bestaat niet")}))
    rows = register.table().rows
    rows[0][3] = "beter@mail.example"
    register.path.write_text(json.dumps(rows), encoding="utf-8")
    box = Postman()
    assert run(tmp_path, register, box).sent == 1
    assert box.arrived == ["Persoon 1 <beter@mail.example>"]
    assert register.column("Welkom") == [SENT]


def test_a_mailbox_that_asks_for_peace_gets_it_over_all_runs(tmp_path: Path) -> None:
    """The day's limit: the round ends politely, the rest waits, and the next run does not even knock."""
    register = new_register(tmp_path / "register.json", 5)
    box = Postman({3: Outcome("wacht", "daglimiet bereikt", timedelta(days=1))})
    report = run(tmp_path, register, box)
    assert (report.due, report.sent, report.waiting, report.code) == (5, 2, 3, 0)
    assert box.asked == numbered(3)
    again = Postman()
    assert run(tmp_path, register, again).waiting == 3
    assert again.asked == []


def test_a_letter_of_the_outbox_leaves_once_by_smtp(tmp_path: Path) -> None:
    """Put ready is not sent. Back to the outbox, it is not put ready again."""
    register = new_register(tmp_path / "register.json", 2)
    run(tmp_path, register)
    box = Postman()
    assert run(tmp_path, register, box).sent == 2
    assert register.column("Welkom") == [SENT] * 2
    assert run(tmp_path, register, Postman()).due == 0
    assert run(tmp_path, register).due == 0
    assert register.column("Welkom") == [SENT] * 2


def test_a_letter_lost_sight_of_by_smtp_stays_uncertain_with_the_outbox(tmp_path: Path) -> None:
    """The outbox cannot know what a server took."""
    register = new_register(tmp_path / "register.json", 2)

    def stumble(number: int) -> None:
        raise RuntimeError("as good as a power cut")

    with pytest.raises(RuntimeError):
        run(tmp_path, register, Postman(before=stumble))
    report = run(tmp_path, register)
    assert mails(tmp_path) == ["D-0002"]
    assert (report.due, report.sent) == (1, 1)
    assert register.column("Welkom") == ["onzeker sinds 23-11-2026: de ronde brak af", READY]


def test_a_plan_that_is_behind_the_times_mails_nobody_again(tmp_path: Path) -> None:
    """The same plan carried out twice: the ledger knows better, and the rows are told what it knows."""
    register = new_register(tmp_path / "register.json", 3)
    with ledger_in(tmp_path, TODAY) as ledger:
        plan = list(plan_of(view_of(register.read()["Deelnemers"], ledger.history())))
    box = Postman()
    first = carry_out(tmp_path, register, plan, mailbox=box)
    register.path.write_bytes(new_register(tmp_path / "old.json", 3).path.read_bytes())
    second = carry_out(tmp_path, register, plan, mailbox=box)
    assert (first.sent, second.sent, second.due, len(box.arrived)) == (3, 0, 0, 3)
    assert register.column("Welkom") == [SENT] * 3


def test_a_letter_that_waited_its_turn_is_the_same_to_the_byte(tmp_path: Path) -> None:
    """Packed small, whatever name or language it carries; its headers can be read."""
    register = new_register(tmp_path / "register.json", 40)
    rows = register.table().rows
    for row, name in zip(
        rows, ("Zoë", "Łukasz", "'s-Gravesande, van", "李小龙", "x" * 120, "=?utf-8?q?x?="), strict=False
    ):
        row[1] = name
    register.path.write_text(json.dumps(rows), encoding="utf-8")
    with ledger_in(tmp_path, TODAY) as ledger:
        view = view_of(
            register.read()["Deelnemers"],
            ledger.history(),
            replace(TERMS, network=replace(TERMS.network, regiegroep_number="0612345678")),
        )
    sends = [
        replace(step, language=("nl", "en")[number % 2])
        for number, step in enumerate(plan_of(view))
        if isinstance(step, Send)
    ]
    letters = Letters(sends, letter_of, lambda: False)
    raw = packed = 0
    for chunk in letters.by(7):
        for spooled in chunk:
            direct, opened = letter_of(spooled.send), letters.open(spooled)
            assert opened.data == direct.data
            assert opened.message["To"] == direct.message["To"]
            assert (opened.message_id, opened.person, opened.act) == (direct.message_id, direct.person, "welcome")
            raw, packed = raw + len(direct.data), packed + len(spooled.packed)
    assert len(letters) == 40
    assert packed < raw / 5
