"""A mail server is heard out, but never more than a bound and never for ever; what was looked at once is not again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest

from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.inbox.imap import ANSWER_LINE, read_mailbox
from outside.ledger.ledger import Ledger
from outside.mail.replies import SMTP_LINE, SMTP_LINES
from outside.smtp.session import CutOff, Timeouts, open_session
from servers.imap_server import imap_server
from support.came_back import answer, dsn
from support.ledgers import ledger_in

DAY = date(2026, 11, 23)
MOST = 200_000_000
"""Octets that a server here is willing to say: what it was let to say is counted."""


@contextmanager
def talker(says: Callable[[int], bytes], pause: float = 0) -> Iterator[tuple[int, list[int]]]:
    """A server on loopback that talks and talks, and does not listen; its port, and how much it said so far."""
    said = [0]
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            with suppress(OSError):
                line, _where = server.accept()
                with line:
                    turn = 0
                    while said[0] < MOST and not over.wait(pause):
                        piece = says(turn)
                        line.sendall(piece)
                        said[0] += len(piece)
                        turn += 1

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], said
        finally:
            over.set()
            thread.join()


ROOM = 20_000_000
"""What lies in the system's own buffers on both sides counts as said."""


@pytest.mark.parametrize(
    "says",
    [
        lambda _turn: b"220-welkom\r\n" * 500,  # a banner without end
        lambda _turn: b"220-" + b"x" * 10_000,  # a line without end
        lambda _turn: b"\r\n\r\n" * 500,
        lambda turn: b"220 hallo\r\n" if not turn else b"250-X\r\n" * 500,  # what it can do, without end
    ],
)
def test_a_server_that_talks_without_end_is_left(says: Callable[[int], bytes]) -> None:
    """Before TLS anybody may be speaking: 23 GB were listened to."""
    with talker(says) as (port, said):
        mail = Mail(host="127.0.0.1", port=port, security="none", sender="buurt@mail.example")
        with pytest.raises(CutOff):
            open_session(mail, "", str, Timeouts(connect=20, answer=20))
        assert said[0] <= SMTP_LINES * SMTP_LINE + ROOM


@pytest.mark.parametrize("says", [lambda _turn: b"2", lambda _turn: b"220-x\r\n"])
def test_a_server_that_drips_is_left(says: Callable[[int], bytes]) -> None:
    """A word now and then keeps a connection from timing out; the whole answer has its time."""
    with talker(says, pause=0.05) as (port, said):
        mail = Mail(host="127.0.0.1", port=port, security="none", sender="buurt@mail.example")
        with pytest.raises(CutOff):
            open_session(mail, "", str, Timeouts(connect=0.5, answer=0.5))
        assert said[0] < 100 * len(says(0))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with ledger_in(tmp_path, DAY) as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUURTBEHEER_SMTP_PASSWORD", "geheim")


ACCOUNT = ("buurt@mail.example", "geheim")
INBOX = [answer("Hoi", "gewone post", name="-"), dsn("5.1.1", "550 5.1.1 x"), answer("Re: Welkom", "Dank!")]


def settings(port: int) -> Settings:
    return Settings(mail=Mail(sender="buurt@mail.example", security="none", imap_host="127.0.0.1", imap_port=port))


@pytest.mark.parametrize(
    "says",
    [
        lambda _turn: b"* OK" + b" x" * 50_000,  # a line without end
        lambda turn: (
            b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\n" if not turn else b"* OK still here, and more\r\n" * 500
        ),
        lambda turn: b"* OK hallo\r\n" if not turn else b"* X {99999999999}\r\n" + b"x" * 10_000,  # a piece without end
    ],
)
def test_a_mailbox_that_talks_without_end_is_left(
    ledger: Ledger, says: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outside.inbox.imap._Bounded.left", 200_000)
    with talker(says) as (port, said), pytest.raises(Stop, match="kan niet worden gelezen"):
        list(read_mailbox(settings(port), DAY, ledger))
    assert said[0] <= ANSWER_LINE + ROOM


def test_a_mailbox_that_drips_is_left(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outside.inbox.imap._WHOLE", 0.5)
    with talker(lambda _turn: b"*", pause=0.05) as (port, said), pytest.raises(Stop, match="kan niet worden gelezen"):
        list(read_mailbox(settings(port), DAY, ledger))
    assert said[0] < 100


def test_what_was_looked_at_once_is_not_fetched_again(ledger: Ledger) -> None:
    """By the mailbox's own numbers, whatever was in it; a message counts as looked at once the next is asked for."""
    with imap_server(INBOX, ACCOUNT) as (mailbox, port):
        reader = read_mailbox(settings(port), DAY, ledger)
        assert next(reader) == INBOX[1]
        reader.close()  # cut off while the second was dealt with
        assert list(read_mailbox(settings(port), DAY, ledger)) == INBOX[1:]
        mailbox.asked.clear()
        assert list(read_mailbox(settings(port), DAY, ledger)) == []
        assert not [line for line in mailbox.asked if "FETCH" in line]
        mailbox.messages.append(answer("Re: Welkom", "Nog iets"))
        assert list(read_mailbox(settings(port), DAY, ledger)) == mailbox.messages[3:]
        assert next(line for line in mailbox.asked if "FETCH" in line).startswith("UID FETCH 4 ")
        mailbox.validity = 2  # the numbers were given anew
        assert list(read_mailbox(settings(port), DAY, ledger)) == mailbox.messages[1:]


@pytest.mark.parametrize(("refused", "read"), [({1, 2, 3}, []), ({2}, INBOX[2:]), ({1}, INBOX[1:])])
def test_a_message_that_the_server_will_not_give_is_no_empty_mailbox(
    ledger: Ledger, refused: set[int], read: list[bytes]
) -> None:
    """The others are read; it is said, and asked for again the next time."""
    with imap_server(INBOX, ACCOUNT) as (mailbox, port):
        mailbox.refused = refused
        found: list[bytes] = []
        with pytest.raises(Stop, match=r"gaf \d bericht") as stop:
            found.extend(read_mailbox(settings(port), DAY, ledger))
        assert stop.value.code == 3 and found == read
        mailbox.refused = set()
        again = list(read_mailbox(settings(port), DAY, ledger))
        assert [one for one in INBOX[1:] if one not in read] == again
