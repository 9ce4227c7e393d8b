"""What comes back to the mailbox: delivery reports and answers that say stop."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from conftest import RunDoor
from imap_server import imap_server
from outside.reports import Bounce, StopAsked, read_report
from outside.starting import make_example
from test_smtp_round import TODAY, lay_out, welkom

MINE = "<welcome.D-0001.0123456789abcdef0123@mail.example>"


def dsn(status: str, diagnosis: str, name: str = MINE, action: str = "failed", part: str = "rfc822") -> bytes:
    """A delivery status notification as Postfix and Gmail send them (RFC 3464)."""
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: buurt@mail.example\r\n"
        f"Subject: Undelivered\r\nMessage-ID: <report-{abs(hash((status, diagnosis, name)))}@mx.example>\r\nAuto-Submitted: auto-replied\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; an@mail.example\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnosis}\r\n\r\n"
        f"--b\r\nContent-Type: {'message/rfc822' if part == 'rfc822' else 'text/rfc822-headers'}\r\n\r\n"
        f"From: buurt@mail.example\r\nTo: an@mail.example\r\nSubject: Welkom\r\nMessage-ID: {name}\r\n\r\nhallo\r\n--b--\r\n"
    ).encode()


def answer(subject: str, text: str, sender: str = "an@mail.example", more: str = "") -> bytes:
    return (
        f"From: An <{sender}>\r\nTo: buurt@mail.example\r\nSubject: {subject}\r\nMessage-ID: <{abs(hash((subject, text, sender)))}@mail.example>\r\n"
        f"In-Reply-To: {MINE}\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("data", "news"),
    [
        (dsn("5.1.1", "550 5.1.1 User unknown"), Bounce((MINE,), "het adres bestaat niet")),
        (dsn("5.1.1", "550 5.1.1 User unknown", part="headers"), Bounce((MINE,), "het adres bestaat niet")),
        (dsn("5.2.2", "552 5.2.2 Mailbox full"), Bounce((MINE,), "het postvak is vol")),
        (dsn("5.0.0", "550 5.1.10 Null MX"), Bounce((MINE,), "wat achter het apenstaartje staat, bestaat niet of neemt geen mail aan")),
        (dsn("4.4.7", "x"), Bounce((MINE,), "de mail kan daar niet worden bezorgd")),
        (dsn("5.7.1", "554 5.7.1 spam content"), Bounce((MINE,), "de mail is voor spam aangezien")),
        (dsn("5.4.5", "550 5.4.5 Daily sending limit exceeded"), Bounce((MINE,), "de mail kan daar niet worden bezorgd", limit=True)),
        (dsn("4.4.1", "still trying", action="delayed"), None),
        (dsn("2.0.0", "250 ok", action="delivered"), None),
        (
            f"From: MAILER-DAEMON@old.example\r\nMessage-ID: <z@old.example>\r\n\r\nHi. I tried:\r\nan@mail.example: 5.1.1 no such user\r\n\r\nMessage-ID: {MINE}\r\n".encode(),
            Bounce((MINE,), "het adres bestaat niet"),
        ),
        (answer("Re: Welkom", "STOP!\n\n> Beste An"), StopAsked("an@mail.example")),
        (answer("Afmelden D-0001", ""), StopAsked("an@mail.example")),
        (answer("Re: Welkom", "\nuitschrijven."), StopAsked("an@mail.example")),
        (answer("Re: Welkom", "Ik stop het in mijn agenda, dank!"), None),
        (answer("Re: Welkom", "Dank u\n\n> stop"), None),
        (answer("Re: Welkom", "stop", more="Auto-Submitted: auto-replied\r\n"), None),
        (b"", None),
        (b"\xff\xfe\x00 no mail at all", None),
        (b"Content-Type: multipart/report; boundary=\r\n\r\nx", None),
        (b"From: =?bad?q?x\r\nContent-Type: text/plain; charset=nope\r\nSubject: stop\r\n\r\nx", None),
    ],
)
def test_a_message_is_read_for_what_it_is(data: bytes, news: object) -> None:
    """Failed for good, held up, stop, or nothing to us."""
    found = read_report(data)
    assert (found.news if found else None) == news


@pytest.fixture
def home(tmp_path: Path, run_door: RunDoor) -> Path:
    """Everybody was mailed: an outbox whose letters went by hand."""
    make_example(tmp_path / "register.xlsx", 40, 3, date(2026, 11, 23))
    settings = lay_out(tmp_path, 25, transport="outbox")
    run_door("sync", "--settings", settings, *TODAY)
    assert run_door("sent", "--settings", settings, "--outbox", *TODAY).returncode == 0
    return tmp_path


def letters(home: Path) -> dict[str, str]:
    """Nr -> Message-ID of its welcome."""
    with sqlite3.connect(home / "state" / "ledger.sqlite3") as ledger:
        found = dict(ledger.execute("SELECT person, message_id FROM message"))
    ledger.close()
    return found


def test_a_refused_address_is_told_in_its_row_and_not_mailed_again(home: Path, run_door: RunDoor) -> None:
    """And the same report in the folder says nothing new the next time, also not after a resend."""
    nr, name = next(iter(letters(home).items()))
    folder = home / "terug"
    folder.mkdir()
    (folder / "a.eml").write_bytes(dsn("5.1.1", "550 5.1.1 User unknown", name))
    (folder / "b.eml").write_bytes(dsn("5.1.1", "550 5.1.1 User unknown", "<of.somebody@else.example>"))
    settings = home / "settings.toml"
    ended = run_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert ended.returncode == 0 and "1 × teruggekomen" in ended.stdout
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
    run_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
    run_door("resend", "--settings", settings, "--nr", nr, *TODAY)
    run_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"
    run_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"


def test_whoever_says_stop_is_left_alone_for_ever(
    home: Path, run_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by IMAP, changing nothing in the mailbox; told in the row; a stranger's answer is only counted."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim é")
    nr = next(iter(letters(home)))
    to = next(line for line in next((home / "out" / "mail").glob(f"{nr}-*")).read_text().splitlines() if line.startswith("To:"))
    address = to.rpartition("<")[2].strip("<> ").removeprefix("To: ")
    inbox = [answer("Hoi", "gewone post"), answer("Re: Welkom", "stop", address.upper()), answer("stop", "", "vreemd@mail.example")]
    with imap_server(inbox, ("buurt@mail.example", "geheim é")) as (mailbox, port):
        with (home / "settings.toml").open("a") as settings:
            settings.write(f'imap_host = "127.0.0.1"\nimap_port = {port}\n')
        ended = run_door("bounces", "--settings", home / "settings.toml", *TODAY)
        assert "1 × wil geen mail meer" in ended.stdout and "1 × een afmelding" in ended.stderr
        assert not any(word in line for line in mailbox.asked for word in ("STORE", "SELECT", "EXPUNGE", "BODY["))
        monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "fout é")
        wrong = run_door("bounces", "--settings", home / "settings.toml", *TODAY)
        assert wrong.returncode == 2 and "Inloggen" in wrong.stderr and "fout" not in wrong.stderr
    assert welkom(home)[nr] == "verstuurd 23-11-2026 (versie 1); wil geen mail"
    run_door("resend", "--settings", home / "settings.toml", "--nr", nr, "--force", *TODAY)
    before = set((home / "out" / "mail").iterdir())
    (next(iter(one for one in before if one.name.startswith(nr)))).unlink()
    run_door("sync", "--settings", home / "settings.toml", *TODAY)
    assert not list((home / "out" / "mail").glob(f"{nr}-*"))
    assert address.encode() not in (home / "state" / "ledger.sqlite3").read_bytes()


def test_a_mailbox_that_tells_the_number_of_a_message_last_is_read_as_well(
    home: Path, run_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a FETCH answer holds may stand in any order (RFC 9051, 7.5.2)."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim")
    nr, name = next(iter(letters(home).items()))
    inbox = [answer("Hoi", "gewone post"), dsn("5.1.1", "550 5.1.1 User unknown", name)]
    with imap_server(inbox, ("buurt@mail.example", "geheim"), uid_last=True) as (_mailbox, port):
        with (home / "settings.toml").open("a") as settings:
            settings.write(f'imap_host = "127.0.0.1"\nimap_port = {port}\n')
        run_door("bounces", "--settings", home / "settings.toml", *TODAY)
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
