"""What comes back to the mailbox is taken to heart."""

from __future__ import annotations

from datetime import date
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path

import pytest

from came_back import answer, dsn
from conftest import RunDoor
from imap_server import imap_server
from outside.starting import make_example
from test_smtp_round import TODAY, lay_out, welkom

DAY = date(2026, 11, 23)
NO_SUCH = "550 5.1.1 User unknown"


@pytest.fixture
def home(tmp_path: Path, run_door: RunDoor) -> Path:
    """Everybody was mailed: an outbox whose letters went by hand."""
    make_example(tmp_path / "register.xlsx", 40, 3, DAY)
    settings = lay_out(tmp_path, 25, transport="outbox")
    run_door("sync", "--settings", settings, *TODAY)
    assert run_door("sent", "--settings", settings, "--outbox", *TODAY).returncode == 0
    return tmp_path


def letters(home: Path) -> dict[str, tuple[str, str]]:
    """Nr -> Message-ID and address of its welcome."""
    found = {}
    for path in sorted((home / "out" / "mail").glob("*.eml")):
        letter = BytesParser(policy=SMTP).parsebytes(path.read_bytes())
        found["-".join(path.name.split("-")[:2])] = (str(letter["Message-ID"]), letter["To"].addresses[0].addr_spec)
    return found


def lay_down(home: Path, *mails: bytes) -> Path:
    """A folder with what came back."""
    folder = home / "terug"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail)
    return folder


def test_a_refused_address_is_told_in_its_row_and_not_mailed_again(home: Path, run_door: RunDoor) -> None:
    """And the same report in the folder says nothing new the next time, also not after a resend."""
    nr, (name, to) = next(iter(letters(home).items()))
    folder = lay_down(home, dsn("5.1.1", NO_SUCH, name, to), dsn("5.1.1", NO_SUCH, "<of.somebody@else.example>"))
    settings = home / "settings.toml"
    ended = run_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert ended.returncode == 0 and "1 × teruggekomen" in ended.stdout
    assert "Verbeter het adres" in ended.stdout and "make resend NR=…" in ended.stdout
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
    run_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
    run_door("resend", "--settings", settings, "--nr", nr, *TODAY)
    run_door("sync", "--settings", settings, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"
    ended = run_door("bounces", "--settings", settings, "--folder", folder, *TODAY)
    assert welkom(home)[nr] == "klaargezet 23-11-2026 (versie 1)"
    assert "2 berichten bekeken" in ended.stdout and "teruggekomen" not in ended.stdout


def test_whoever_says_stop_is_left_alone_for_ever(
    home: Path, run_door: RunDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by IMAP, changing nothing in the mailbox; told in the row; a stranger's answer is only counted."""
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim é")
    nr, (_name, address) = next(iter(letters(home).items()))
    inbox = [
        answer("Hoi", "gewone post", name="-"), answer("Re: Welkom", "stop", address.upper()), answer("stop", "", "vreemd@mail.example"),
    ]  # fmt: skip  # three mails
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
    nr, (name, to) = next(iter(letters(home).items()))
    inbox = [answer("Hoi", "gewone post", name="-"), dsn("5.1.1", NO_SUCH, name, to), answer("Re: Welkom", "Dank!", name=name)]
    with imap_server(inbox, ("buurt@mail.example", "geheim"), uid_last=True) as (_mailbox, port):
        with (home / "settings.toml").open("a") as settings:
            settings.write(f'imap_host = "127.0.0.1"\nimap_port = {port}\n')
        ended = run_door("bounces", "--settings", home / "settings.toml", *TODAY)
    assert "2 berichten bekeken" in ended.stdout and "1 × een antwoord om zelf te lezen" in ended.stdout
    assert welkom(home)[nr] == "geweigerd 23-11-2026: het adres bestaat niet"
