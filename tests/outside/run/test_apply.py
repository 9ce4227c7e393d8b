"""Carrying a plan out: what leaves, in which order, what the rows say after it, and what the report counts."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from outside.errors import Stop
from outside.mail.mailbox import Letter, Outbox, Outcome
from outside.run.deliver import resolve
from outside.run.letters import DeliveryLog, Report, report_of
from outside.run.report import describe_report
from outside.workbook import Written
from roster.plan.steps import AddRow, Document, Send, SetCell, Step, WriteFile
from support.json_register import JsonRegister, new_register
from support.ledgers import ledger_in
from support.small_round import READY, TODAY, Postman, carry_out, letter_of, mails, numbered, plan_of, run, view_of


def test_a_round_mails_everybody_once_and_tells_every_row(tmp_path: Path) -> None:
    """Letters, bundle, numbers and marks; the sum adds up; the round after it has nothing to do."""
    register = new_register(tmp_path / "register.json", 30)
    report = run(tmp_path, register)
    assert (report.due, report.sent, report.code) == (30, 30, 0)
    assert (report.cells_written, report.cells_left, report.files_written) == (60, 0, 1)
    assert mails(tmp_path) == numbered(30) == register.column("Nr")
    assert register.column("Welkom") == [READY] * 30
    assert (tmp_path / "out/vcards/Noord/Tuindorp.vcf").read_bytes().count(b"BEGIN:VCARD\r\n") == 30
    before = {
        path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file() and "state" not in path.parts
    }
    assert run(tmp_path, register) == Report()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_nothing_leaves_when_the_last_letter_cannot_be_made(tmp_path: Path) -> None:
    """All letters are made before the first one leaves."""
    register = new_register(tmp_path / "register.json", 30)

    def compose(send: Send) -> Letter:
        if send.person == "D-0030":
            raise Stop("Er klopt iets niet in de tekst.")
        return letter_of(send)

    before = register.path.read_bytes()
    with pytest.raises(Stop):
        carry_out(tmp_path, register, compose=compose)
    assert mails(tmp_path) == []
    assert register.path.read_bytes() == before
    assert run(tmp_path, register).sent == 30


@pytest.mark.parametrize(
    "step",
    [
        WriteFile("../outside.txt", (), "x"),
        WriteFile("Vcards/noord/tuindorp.vcf", ()),
        Document("borden/B-0001.md", "signs", "nl", {}),
    ],
)
def test_nothing_leaves_when_a_file_cannot_be_made(tmp_path: Path, step: Step) -> None:
    """A path that leads out, a twin by capitals, a document with a fact missing: seen before anything leaves."""
    register = new_register(tmp_path / "register.json", 3)
    with ledger_in(tmp_path, TODAY) as ledger:
        plan = [*plan_of(view_of(register.read()["Deelnemers"], ledger.history())), step]
    with pytest.raises((ValueError, KeyError)):
        carry_out(tmp_path, register, plan)
    assert mails(tmp_path) == []
    assert set(register.column("Welkom")) == {""}


def test_two_equal_letters_in_one_plan_are_a_fault(tmp_path: Path) -> None:
    """A planner that sends twice is stopped before anything leaves."""
    register = new_register(tmp_path / "register.json", 1)
    with ledger_in(tmp_path, TODAY) as ledger:
        plan = list(plan_of(view_of(register.read()["Deelnemers"], ledger.history())))
    with pytest.raises(ValueError, match="twice"):
        carry_out(tmp_path, register, [*plan, *(step for step in plan if isinstance(step, Send))])
    assert mails(tmp_path) == []


def test_a_register_that_changed_is_read_again_and_nobody_is_mailed_twice(tmp_path: Path) -> None:
    """Somebody saved the register while the letters left: all rows are told in the second try, under the same Nr."""
    register = new_register(tmp_path / "register.json", 5)
    touched = []

    def change_once(send: Send) -> None:
        if not touched:
            touched.append(send)
            rows = register.table().rows
            rows.reverse()
            new = ["", "Nieuw", "+31687654321", "nieuw@mail.example", "", ""]
            register.path.write_text(json.dumps([new, *rows]), encoding="utf-8")

    class Meddled(Outbox):
        def deliver(self, letter: Letter) -> Outcome:
            change_once(letter)  # type: ignore[arg-type]  # it only looks whether it was called
            return super().deliver(letter)

    report = run(tmp_path, register, Meddled(tmp_path / "out" / "mail"))
    assert (report.due, report.sent, report.again, report.code) == (6, 6, False, 0)
    assert mails(tmp_path) == numbered(6)
    assert register.column("Nr") == ["D-0006", "D-0005", "D-0004", "D-0003", "D-0002", "D-0001"]
    assert register.column("Welkom") == [READY] * 6


def test_a_register_that_cannot_be_written_costs_nobody_a_second_letter(tmp_path: Path) -> None:
    """What left is in the ledger; the next run takes the numbers back and tells the rows."""
    register = new_register(tmp_path / "register.json", 5)

    class Full(JsonRegister):
        def write(self, _steps: Sequence[SetCell | AddRow]) -> Written:
            raise Stop("De schijf is vol.", "Maak ruimte vrij.")

    report = run(tmp_path, Full(register.path))
    assert (report.sent, report.code) == (5, 3)
    assert report.stop is not None and report.stop.code == 3
    assert set(register.column("Nr")) == {""}
    again = run(tmp_path, register)
    assert (again.due, again.sent, again.cells_written, again.code) == (0, 0, 15, 0)
    assert mails(tmp_path) == register.column("Nr") == numbered(5)


def test_what_does_not_fit_today_waits_and_goes_with_the_next_run(tmp_path: Path) -> None:
    """The oldest first; the sum counts the others as waiting."""
    register = new_register(tmp_path / "register.json", 7)
    report = carry_out(tmp_path, register, at_most=3, held=2)
    assert (report.due, report.sent, report.waiting, report.held) == (9, 3, 4, 2)
    assert mails(tmp_path) == numbered(3)
    assert register.column("Welkom") == [READY] * 3 + [""] * 4
    assert run(tmp_path, register).sent == 4
    assert mails(tmp_path) == numbered(7)


def test_whoever_asked_to_be_left_alone_is_held(tmp_path: Path) -> None:
    """Whatever the plan says."""
    register = new_register(tmp_path / "register.json", 2)
    with ledger_in(tmp_path, TODAY) as ledger:
        plan = list(plan_of(view_of(register.read()["Deelnemers"], ledger.history())))
        ledger.replies.do_not_mail([ledger.address_mark("Persoon2@mail.example")])
    report = carry_out(tmp_path, register, plan)
    assert (report.due, report.sent, report.held) == (2, 1, 1)
    assert mails(tmp_path) == ["D-0001"]


def test_ctrl_c_ends_after_the_letter_in_hand_and_tells_the_rows(tmp_path: Path) -> None:
    """The rest waits; the code says half-way; the next run does the rest and nobody is mailed twice."""
    register = new_register(tmp_path / "register.json", 10)

    class Interrupted(Outbox):
        delivered = 0

        def deliver(self, letter: Letter) -> Outcome:
            self.delivered += 1
            if self.delivered == 3:
                signal.raise_signal(signal.SIGINT)
            return super().deliver(letter)

    before = signal.getsignal(signal.SIGINT)
    report = run(tmp_path, register, Interrupted(tmp_path / "out" / "mail"))
    assert signal.getsignal(signal.SIGINT) is before
    assert (report.due, report.sent, report.waiting) == (10, 3, 7)
    assert report.interrupted and report.code == 3
    assert register.column("Welkom") == [READY] * 3 + [""] * 7
    rest = run(tmp_path, register)
    assert (rest.due, rest.sent, rest.code) == (7, 7, 0)
    assert mails(tmp_path) == numbered(10)


def test_ctrl_c_while_letters_are_made_lets_none_leave(tmp_path: Path) -> None:
    """Nothing happened yet, so nothing is told."""
    register = new_register(tmp_path / "register.json", 10)

    def compose(send: Send) -> Letter:
        if send.person == "D-0002":
            signal.raise_signal(signal.SIGINT)
        return letter_of(send)

    report = carry_out(tmp_path, register, compose=compose)
    assert (report.due, report.sent, report.waiting, report.code) == (10, 0, 10, 3)
    assert register.writes == []


def test_a_second_ctrl_c_ends_at_once_and_the_next_run_finds_out(tmp_path: Path) -> None:
    """The letter in hand was not put ready, so it is due again."""
    register = new_register(tmp_path / "register.json", 5)

    class Impatient(Outbox):
        def deliver(self, letter: Letter) -> Outcome:
            if letter.person == "D-0003":
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
            return super().deliver(letter)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, register, Impatient(tmp_path / "out" / "mail"))
    assert run(tmp_path, register).sent == 3
    assert mails(tmp_path) == numbered(5)
    assert register.column("Welkom") == [READY] * 5


def test_two_tries_are_told_as_one_run() -> None:
    """What waited in the first try is due in the second; a letter of which both speak counts once, as it ended."""
    letters = {
        (f"D-000{number}", "welcome", "1"): state for number, state in enumerate(["geweigerd", *["verstuurd"] * 4])
    }
    first = Report(letters, waiting=5, held=1, cells_written=8, again=True)
    assert (first.due, first.sent, first.failed) == (11, 4, 1)
    mended = {("D-0000", "welcome", "1"): "verstuurd", ("D-0009", "welcome", "1"): "onzeker"}
    second = Report(mended, waiting=3, held=1, cells_written=3, cells_left=1)
    assert (second.due, second.sent, second.uncertain) == (6, 1, 1)
    both = second.after(first)
    assert both == Report({**letters, **mended}, waiting=3, held=1, cells_written=11, cells_left=1)
    assert (both.due, both.sent, both.uncertain, both.failed) == (10, 5, 1, 0)
    assert both.due == both.sent + both.waiting + both.held + both.uncertain + both.failed
    assert not Report().did_something and second.did_something


def test_settling_asks_nobody_when_nothing_is_open(tmp_path: Path) -> None:
    """An ordinary start costs nothing."""
    with ledger_in(tmp_path, TODAY) as ledger:
        resolve(ledger, Outbox(tmp_path / "mail"))
        assert ledger.history().deliveries == []


def test_a_merged_cell_is_named_and_no_change_is_blamed_for_it(tmp_path: Path) -> None:
    """Also when it was found while the letters left; an ordinary cell that was left is told beside it."""
    register = new_register(tmp_path / "register.json", 3)
    table = register.read()["Deelnemers"]
    hidden, changed = SetCell(table.place(0, "Status"), "actief", "x"), SetCell(table.place(1, "Status"), "vol", "x")

    class Merged(JsonRegister):
        def write(self, steps: Sequence[SetCell | AddRow]) -> Written:
            written = super().write(steps)
            return Written(written.done, written.left, tuple(step for step in written.left if step == hidden))

    report = carry_out(tmp_path, Merged(register.path), [hidden, changed])
    assert (report.merged, report.cells_left) == ((hidden.place,), 1)
    told = [line for line in describe_report(report) if "cel is" in line]
    assert "intussen" in told[0]
    assert told[1].startswith("1 cel is niet ingevuld, want samengevoegd") and "Deelnemers rij 2 (Status)" in told[1]
    assert report.after(report).merged == report.merged


def test_a_letter_in_hand_when_all_ends_is_counted_as_uncertain(tmp_path: Path) -> None:
    """A second Ctrl-C: the next round finds it so, and the sum says so already."""
    register = new_register(tmp_path / "register.json", 3)

    def cut(turn: int) -> None:
        if turn == 2:
            raise KeyboardInterrupt

    posted = DeliveryLog()
    with pytest.raises(KeyboardInterrupt):
        carry_out(tmp_path, register, mailbox=Postman(before=cut), posted=posted)
    report = report_of(posted)
    assert (report.due, report.sent, report.uncertain, report.waiting) == (3, 1, 1, 1)
    assert describe_report(replace(report, interrupted=True), "verstuurd")[0].startswith("Gedaan tot nu toe")
