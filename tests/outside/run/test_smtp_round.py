"""Whole rounds over a real mail server, through the doors as real processes."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import RunDoor
from outside.config.languages import languages
from roster.logbook import MAIL_KINDS
from servers.smtp_server import Plan, answers, mail_server
from support.excel_person import rows_in
from support.ground import example_at
from support.smtp_home import TODAY, age, lay_out, put_ready, sync, welkom


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A register of 40 made-up people, and settings for SMTP without a port yet."""
    example_at(tmp_path / "register.xlsx", 26, 3, date(2026, 11, 23))
    return tmp_path


def test_mail_never_leaves_by_accident(home: Path, press_door: RunDoor) -> None:
    """Nobody at the keyboard and nobody said yes: nothing is done, and which key to press is told."""
    before = (home / "register.xlsx").read_bytes()
    with mail_server() as (plan, port):
        ended = press_door("sync", "--settings", lay_out(home, port), *TODAY)
    assert ended.returncode == 2
    assert "make sync YES=1" in ended.stderr and "make preview" in ended.stderr
    assert (plan.arrived, (home / "register.xlsx").read_bytes()) == ([], before)


def test_what_does_not_fit_in_a_day_goes_by_itself_the_next(home: Path, press_door: RunDoor) -> None:
    """Oldest member first, over all runs, told with the number of days; everybody once in the end."""
    with mail_server() as (plan, port):
        settings = lay_out(home, port, per_day=10)
        first = sync(press_door, settings)
        assert len(plan.arrived) == 10
        due = int(re.search(r"Mails: (\d+) aan de beurt", first.stdout)[1])  # type: ignore[index]  # the assertion that it is there
        days = -(-(due - 10) // 10)
        assert f"{due - 10} mails wachten nog." in first.stdout and "10 per 24 uur" in first.stdout
        assert (f"{days} dagen" if days > 1 else "nog een dag") in first.stdout
        sync(press_door, settings)
        assert len(plan.arrived) == 10
        age(home, 13)
        sync(press_door, settings)
        assert len(plan.arrived) == 10
        for _day in range(days):
            age(home, 12.5)
            sync(press_door, settings)
            age(home, 12)
        assert len(plan.arrived) == due
        assert set(plan.by_message_id().values()) == {1}
        assert len(welkom(home)) == due
        quiet = sync(press_door, settings)
        assert "0 cellen bijgewerkt" in quiet.stdout


def test_the_providers_limit_ends_the_round_politely(home: Path, press_door: RunDoor) -> None:
    """The rest waits a day, also when the next run comes sooner; nobody is blamed."""
    with mail_server(Plan(per_day=4)) as (plan, port):
        settings = lay_out(home, port)
        ended = sync(press_door, settings)
        assert len(plan.arrived) == 4 and "vroeg om rust tot" in ended.stderr
        assert not any(mark.startswith("geweigerd") for mark in welkom(home).values())
        plan.per_day = 0
        asked = len(plan.commands)
        sync(press_door, settings)
        assert len(plan.commands) == asked
        age(home, 25)
        sync(press_door, settings)
        assert len(plan.arrived) > 20 and set(plan.by_message_id().values()) == {1}


@pytest.mark.long
def test_a_letter_that_is_put_off_for_days_goes_back_to_the_coordinator(tmp_path: Path, press_door: RunDoor) -> None:
    """Never tried without end: after eight tries its row says so, and it leaves again when the coordinator asks."""
    example_at((home := tmp_path) / "register.xlsx", 6, 3, date(2026, 11, 23))
    with mail_server() as (plan, port):
        whom, nr = next(iter(put_ready(home, press_door).items()))
        plan.answers = answers(**{f"{whom}_RCPT": "!450 4.2.0 Try again later"})
        settings = lay_out(home, port)
        for turn in range(1, 9):
            assert (turn, welkom(home).get(nr, "").startswith("geweigerd")) == (turn, False)
            sync(press_door, settings)
            age(home, 25)
        assert welkom(home)[nr] == "geweigerd 23-11-2026: het postvak van de ontvanger vraagt om uitstel"
        asked = len(plan.commands)
        sync(press_door, settings)
        assert len(plan.commands) == asked
        plan.answers.clear()
        assert press_door("resend", "--settings", settings, "--nr", nr, *TODAY).returncode == 0
        sync(press_door, settings)
        assert welkom(home)[nr].startswith("verstuurd") and set(plan.by_message_id().values()) == {1}


def test_rows_that_another_laptop_left_uncertain_are_told_and_settled_too(home: Path, press_door: RunDoor) -> None:
    """Our ledger knows nothing of them, so there is no Message-ID; nothing leaves for them until somebody has looked."""
    with mail_server(Plan()) as (plan, port):
        settings = lay_out(home, port)
        sync(press_door, settings)
        numbers = sorted(welkom(home))[:12]
        for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
            (home / "state" / name).unlink(missing_ok=True)
        book = load_workbook(home / "register.xlsx")
        del book["Logboek"]
        headings = [cell.value for cell in book["Deelnemers"][1]]
        for row in book["Deelnemers"].iter_rows(min_row=2):
            if row[headings.index("Nr")].value in numbers:
                row[headings.index("Welkom")].value = "bezig sinds 22-11-2026 10:00"
        book.save(home / "register.xlsx")
        left = plan.by_message_id()
        done = press_door("sync", "--settings", settings, "--yes", "--force", *TODAY)
        assert (
            done.returncode == 1
            and "Van 12 mails is niet zeker of ze aankwamen. Een andere computer was ermee bezig:" in done.stderr
        )
        shown = re.findall(r"^  (D-\d+): bezig sinds 22-11-2026 10:00$", done.stderr, re.MULTILINE)
        assert len(shown) == 10 and set(shown) < set(numbers)
        assert (
            "… en nog 2." in done.stderr
            and "Zoek bij Verzonden van het postvak op het e-mailadres of de naam in die rij." in done.stderr
        )
        assert f"make sent NR={shown[0]}" in done.stderr and f"make resend NR={shown[0]}" in done.stderr
        assert plan.by_message_id() == left
        for nr in numbers[:11]:
            assert press_door("sent", "--settings", settings, "--nr", nr, *TODAY).returncode == 0
        assert press_door("resend", "--settings", settings, "--nr", numbers[11], *TODAY).returncode == 0
        last = sync(press_door, settings)
        assert "niet zeker" not in last.stderr and sum(plan.by_message_id().values()) == sum(left.values()) + 1


def test_uncertain_letters_are_told_and_settled_by_people(home: Path, press_door: RunDoor) -> None:
    """With the Message-ID to look for; `sent` where it arrived, `resend` where it did not, and never by itself."""
    with mail_server(Plan(answers={("*", "END"): ["cut after", "cut"]})) as (plan, port):
        settings = lay_out(home, port)
        first = sync(press_door, settings)
        unsure = re.findall(r"^  (D-\d+): zoek bij Verzonden naar rfc822msgid:(\S+)$", first.stderr, re.MULTILINE)
        assert first.returncode == 1 and len(unsure) == 2
        arrived = plan.by_message_id()
        came = next(nr for nr, name in unsure if f"<{name}>" in arrived)
        lost, name = next((nr, name) for nr, name in unsure if f"<{name}>" not in arrived)
        assert welkom(home)[lost] == "onzeker sinds 23-11-2026: de verbinding brak af"
        again = sync(press_door, settings)
        assert plan.by_message_id() == arrived and f"make resend NR={unsure[0][0]}" in again.stderr
        assert press_door("sent", "--settings", settings, "--nr", came, *TODAY).returncode == 0
        assert press_door("resend", "--settings", settings, "--nr", lost.lower(), *TODAY).returncode == 0
        assert (welkom(home)[came], lost in welkom(home)) == ("verstuurd 23-11-2026 (versie 1)", False)
        last = sync(press_door, settings)
        assert "onzeker sinds" not in str(welkom(home)) and "zoek bij Verzonden" not in last.stderr
        assert plan.by_message_id() == arrived + Counter([f"<{name}>"]) and set(plan.by_message_id().values()) == {1}
        nothing = press_door("resend", "--settings", settings, "--nr", came, *TODAY)
        assert nothing.returncode == 2 and "FORCE=1" in nothing.stderr
        assert press_door("sent", "--settings", settings, "--nr", "D-9999", *TODAY).returncode == 2


def test_mails_of_the_outbox_that_went_by_hand_do_not_leave_again(home: Path, press_door: RunDoor) -> None:
    """`make sent OUTBOX=yes`; without it they leave once the transport is smtp."""
    with mail_server() as (plan, port):
        sync(press_door, lay_out(home, port, transport="outbox"))
        assert {mark.split()[0] for mark in welkom(home).values()} == {"klaargezet"}
        settings = lay_out(home, port)
        assert press_door("sent", "--settings", settings, "--outbox", *TODAY).returncode == 0
        assert {mark.split()[0] for mark in welkom(home).values()} == {"verstuurd"}
        sync(press_door, settings)
        assert plan.arrived == []


def test_a_server_that_fails_leaves_everything_to_the_next_run(home: Path, press_door: RunDoor) -> None:
    """Code 3, no mark, nothing uncertain; and then everybody once."""
    with mail_server(Plan(answers=answers(_MAIL=["", "", "550 5.7.1 Sender blocked"]))) as (plan, port):
        settings = lay_out(home, port)
        ended = sync(press_door, settings)
        assert ended.returncode == 3 and "neemt van dit postvak geen mail aan (550 5.7.1)" in ended.stderr
        assert len(welkom(home)) == len(plan.arrived)
        last = sync(press_door, settings)
        assert last.returncode in (0, 1) and "onzeker" not in str(welkom(home))
        assert set(plan.by_message_id().values()) == {1} and len(plan.arrived) == len(welkom(home))


TRIED = (len(MAIL_KINDS) + 1) * len(languages())
"""Each kind in each language, and the welcome to an admin as well."""


def test_each_kind_of_mail_can_be_tried_on_oneself(home: Path, press_door: RunDoor) -> None:
    """With made-up data; nobody in the register hears of it, and the day's limit counts them."""
    with mail_server() as (plan, port):
        settings = lay_out(home, port)
        ended = press_door("test-mail".replace("-", "_"), "--settings", settings, "--to", "ik@mail.example")
        assert ended.returncode == 0, ended.stderr
        assert len(plan.arrived) == TRIED and set(plan.recipients) == {"ik@mail.example"}
        assert all(str(message["Subject"]).startswith("Proef: ") for message in plan.messages())
        with sqlite3.connect(home / "state" / "ledger.sqlite3") as ledger:
            assert ledger.execute(
                "SELECT (SELECT count(*) FROM departure), (SELECT count(*) FROM message)"
            ).fetchone() == (TRIED, 0)
        ledger.close()
        assert press_door("test_mail", "--settings", settings, "--to", "geen adres").returncode == 2


@pytest.mark.parametrize(
    "address", ["é@mail.example", "ik", "ik@" + "é" * 70 + ".example", "ik@mail.example\nBcc: x@mail.example"]
)
def test_an_address_that_no_test_mail_can_reach_is_told(home: Path, press_door: RunDoor, address: str) -> None:
    """In plain words, with an example; it is no fault of ours."""
    ended = press_door("test_mail", "--settings", lay_out(home, 1), "--to", address)
    assert ended.returncode == 2 and "TO=naam@voorbeeld.nl" in ended.stderr and "Buurtbeheer zelf" not in ended.stderr
    assert ("accent" in ended.stderr) is (address == "é@mail.example")


def test_a_days_limit_that_a_test_mail_meets_holds_for_the_round_as_well(home: Path, press_door: RunDoor) -> None:
    """The mailbox asked for rest, so nothing is tried before that is over."""
    with mail_server(Plan(per_day=3)) as (plan, port):
        settings = lay_out(home, port)
        ended = press_door("test_mail", "--settings", settings, "--to", "ik@mail.example")
        assert ended.returncode == 1 and f"3 van de {TRIED}" in ended.stdout and "vraagt om rust tot" in ended.stderr
        plan.per_day = 0
        asked = len(plan.commands)
        assert "vroeg om rust tot" in sync(press_door, settings).stderr and len(plan.commands) == asked


def test_all_mails_of_the_plan_can_be_leafed_through(home: Path, press_door: RunDoor) -> None:
    """One page, a line each, and frames that may do nothing; nothing is sent or written elsewhere."""
    with mail_server() as (plan, port):
        settings = lay_out(home, port)
        before = (home / "register.xlsx").read_bytes()
        ended = press_door("preview", "--settings", settings, *TODAY)
        assert ended.returncode == 0, ended.stderr
        page = (home / "out" / "voorbeeld-mails.html").read_text(encoding="utf-8")
        frames = re.findall(r"<iframe ([^>]*)>", page)
        assert page.count("<details ") > 20 and frames and all(frame.startswith("sandbox ") for frame in frames)
        assert "<script" not in page and "default-src 'none'" in page
        assert (plan.arrived, (home / "register.xlsx").read_bytes()) == ([], before)


def test_the_contacts_to_save_first_go_along(home: Path, press_door: RunDoor) -> None:
    """Admins of the member's own group and the regiegroep, as vCards; never his own."""
    with mail_server() as (plan, port):
        sync(press_door, lay_out(home, port))
    group_of = {str(row[2]): str(row[3]) for row in rows_in(home / "register.xlsx", "Beheerders")[1:] if row[2]}
    rows = [row for row in rows_in(home / "register.xlsx", "Deelnemers") if any(row)]
    head = next(row for row in rows if "E-mail" in row)
    groups = {
        str(row[head.index("E-mail")]).casefold().strip("<> "): str(row[head.index("Groep")])
        for row in rows
        if row[head.index("E-mail")]
    }
    seen = 0
    for message, to in zip(plan.messages(), plan.recipients, strict=True):
        cards = [str(part.get_content()) for part in message.iter_attachments()]
        assert sum("UID:BPA-regiegroep" in card for card in cards) == 1
        for card in cards:
            assert card.startswith(("BEGIN:VCARD\r\n", "BEGIN:VCARD\n"))
            number = re.search(r"TEL;TYPE=CELL:(\+\d+)", card)
            assert number
            if number[1] in group_of:
                seen += 1
                assert group_of[number[1]].casefold() == groups[to.casefold()].strip().casefold()
    assert seen > 20
