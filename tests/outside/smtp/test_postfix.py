"""Whole rounds over a real Postfix: what it takes, puts off, refuses and sends back; skipped where it is not installed."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from conftest import RunDoor
from servers.postfix_server import Postfix, missing, postfix
from servers.smtp_server import answers, mail_server, make_certificate
from support.ground import example_at
from support.smtp_home import TODAY, age, lay_out, put_ready, sync, welkom

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "Postfix is there")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A register of 40 made-up people."""
    example_at(tmp_path / "register.xlsx", 40, 3, date(2026, 11, 23))
    return tmp_path


def delivered(server: Postfix, people: Collection[str]) -> Counter[str]:
    """How many letters lie in the box of each, once as many are delivered as there are people (or after 20 seconds)."""
    found: Counter[str] = Counter()
    for _turn in range(100):
        found = Counter({name: number for name in people if (number := len(server.letters(name)))})
        if found.total() >= len(people):
            break
        time.sleep(0.2)
    return found


def test_everybody_gets_one_letter_and_what_was_put_off_or_refused_is_told(home: Path, run_door: RunDoor) -> None:
    """Greylisted, refused for good, and all others; each with its own end, and nobody twice."""
    due = put_ready(home, run_door)
    grey, gone, *others = due
    said = {grey: "450 4.7.1 Greylisted, come back later", gone: "550 5.1.1 No such user here"}
    with postfix(list(due), said) as server:
        settings = lay_out(home, server.port)
        sync(run_door, settings)
        assert delivered(server, others) == Counter(others)
        assert server.letters(grey) == server.letters(gone) == []
        assert welkom(home)[due[gone]] == "geweigerd 23-11-2026: het adres bestaat niet"
        assert {welkom(home)[due[name]].split()[0] for name in others} == {"verstuurd"}
        server.say({})
        sync(run_door, settings)
        assert server.letters(grey) == []  # not before its time
        age(home, 1)
        sync(run_door, settings)
        assert delivered(server, [*others, grey]) == Counter([*others, grey])
        assert server.letters(gone) == []


@pytest.mark.long
def test_an_encrypted_line_is_used_when_its_certificate_is_good(
    home: Path, run_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS against the system's store; nothing leaves over one that nobody vouches for."""
    due = put_ready(home, run_door)
    certificate = make_certificate(home)
    with postfix(
        list(due), certificate=certificate, more=["smtpd_tls_received_header = yes", "smtpd_enforce_tls = yes"]
    ) as server:
        settings = lay_out(home, server.port)
        text = (
            settings.read_text()
            .replace('security = "none"', 'security = "starttls"')
            .replace('host = "127.0.0.1"', 'host = "localhost"')
        )
        settings.write_text(text)
        refused = sync(run_door, settings)
        assert refused.returncode == 3 and "certificaat" in refused.stderr
        assert not any(server.letters(name) for name in due)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        sync(run_door, settings)
        assert delivered(server, due) == Counter(list(due))
        assert all("TLSv1" in str(server.letters(name)[0]["Received"]) for name in due)


@pytest.mark.long
def test_a_server_that_limits_connections_and_letters_is_not_pressed(home: Path, run_door: RunDoor) -> None:
    """Postfix's own rate limit: the rest waits, nobody is blamed, and it goes by itself."""
    due = put_ready(home, run_door)
    with postfix(list(due), more=["smtpd_client_message_rate_limit = 12", "anvil_rate_time_unit = 2s"]) as server:
        settings = lay_out(home, server.port)
        first = sync(run_door, settings)
        assert re.search(r"\+ [1-9]\d* wachten", first.stdout)
        for _round in range(12):
            age(home, 25)
            time.sleep(2)
            sync(run_door, settings)
            if all(mark.startswith("verstuurd") for mark in welkom(home).values()):
                break
        assert delivered(server, due) == Counter(list(due))
        assert {mark.split()[0] for mark in welkom(home).values()} == {"verstuurd"}


@pytest.mark.long
def test_what_comes_back_later_is_told_in_the_row(home: Path, run_door: RunDoor) -> None:
    """Taken first, refused by the next server: Postfix's own report reaches the sender's box, and `bounces` reads it."""
    due = put_ready(home, run_door)
    late, *others = due
    with mail_server() as (plan, port), postfix(["buurt", *others], elsewhere={late: port}) as server:
        plan.answers = answers(**{f"{late}_RCPT": "!550 5.1.1 User unknown"})
        settings = lay_out(home, server.port)
        sync(run_door, settings)
        assert welkom(home)[due[late]].startswith("verstuurd")
        assert [str(report["From"]) for report in server.wait_for("buurt", 1)] == [
            "Mail Delivery System <MAILER-DAEMON@postfix.example>"
        ]
        came_back = home / "terug"
        came_back.mkdir()
        for number, path in enumerate(sorted((server.home / "boxes" / "buurt" / "new").iterdir())):
            (came_back / f"{number}.eml").write_bytes(path.read_bytes())
    for _twice in range(2):
        ended = run_door("bounces", "--settings", settings, "--folder", came_back, *TODAY)
        assert ended.returncode == 0, ended.stderr
        assert welkom(home)[due[late]] == "geweigerd 23-11-2026: het adres bestaat niet"
    assert {welkom(home)[due[name]].split()[0] for name in others} == {"verstuurd"}
