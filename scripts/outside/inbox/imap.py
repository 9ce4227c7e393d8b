"""Reads the mailbox by IMAP, and changes nothing in it: not even what was read already."""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from email.utils import parseaddr
from io import BufferedReader
from typing import Any

from outside.config.settings import Settings
from outside.errors import Stop
from outside.inbox.bounces import LARGEST, may_tell
from outside.inbox.message import read_message, spellings_of, writer_of
from outside.ledger.ledger import Ledger
from outside.mail.replies import Endless, read_line, read_piece
from outside.mail.secrets import find_password, no_password
from outside.smtp.session import context, is_loopback

BACK = timedelta(days=30)
"""How far back is looked. A server that cannot deliver gives up within five days (RFC 5321, 4.5.4.1)."""

_TOGETHER = 50
"""Messages whose headers are asked for at once."""

_PATIENCE = 60

_WHOLE = 1800
"""Seconds that the whole conversation may take."""

ANSWER, ANSWER_LINE = 20_000_000, 1_000_000
"""Octets of one answer, and of a line in it: all that we ask for fits in it many times."""

HEADINGS = "AUTO-SUBMITTED CONTENT-TYPE FROM IN-REPLY-TO REFERENCES SUBJECT X-APPLE-UNSUBSCRIBE X-FAILED-RECIPIENTS"
"""What tells whether a message is worth reading whole."""

_NO_PASSWORDS = ("outlook.com", "office365.com")
"""Hosts of Exchange Online: there a password opens no mailbox by IMAP any more."""

_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Bounded(imaplib.IMAP4):
    """The library's conversation, in which an answer has an end in octets, and the whole of it in time."""

    left = ANSWER

    def __init__(self, *where: object, **more: object) -> None:
        self.until = time.monotonic() + _WHOLE
        super().__init__(*where, **more)  # type: ignore[arg-type]  # as the library has it

    def uid(self, command: str, *args: str) -> tuple[str, list[Any]]:
        """One command, with a fresh bound for its answer. The library would keep for ever what nobody asked for."""
        self.left = ANSWER
        self.untagged_responses.clear()
        return super().uid(command, *args)

    def readline(self) -> bytes:
        """A line. Raises the library's abort past a bound."""
        try:
            return self._counted(read_line(self._stream(), self.sock, self.until, min(self.left, ANSWER_LINE)))
        except Endless:
            raise self.abort from None

    def read(self, size: int) -> bytes:
        """So many octets; none of more than a bound are asked for. Raises the library's abort past a bound."""
        if size > self.left:
            raise self.abort
        try:
            return self._counted(read_piece(self._stream(), self.sock, self.until, size))
        except Endless:
            raise self.abort from None

    def _stream(self) -> BufferedReader:
        return getattr(self, "_file", None) or self.file  # type: ignore[return-value]  # the one name since 3.14, the other before

    def _counted(self, data: bytes) -> bytes:
        self.left -= len(data)
        return data


class _Encrypted(_Bounded, imaplib.IMAP4_SSL):
    """The same, encrypted from its first word."""


def read_mailbox(settings: Settings, today: date, ledger: Ledger) -> Iterator[bytes]:
    """Every message of the last days that may be a report or an answer, whole, and that was not looked at before.

    What was looked at is remembered once the next one is asked for. Raises Stop where the mailbox cannot be read.
    """
    mail = settings.mail
    if not (mail.username or mail.sender):
        raise Stop(
            "Er is nog geen mailpostvak ingesteld, dus er valt daar niets te lezen.",
            "Vul sender in bij [mail] in de instellingen en zet het wachtwoord klaar; in de HANDLEIDING staat hoe. Of "
            "bewaar de teruggekomen mails als .eml in een map, en typ: make bounces FOLDER=map",
        )
    stop_from = Stop(
        f"Het postvak bij {mail.imap_host} kan niet worden gelezen.",
        "Probeer het later nog eens. Of bewaar de teruggekomen mails als .eml in een map, en typ: "
        "make bounces FOLDER=map",
    )
    account = mail.username or parseaddr(mail.sender)[1]
    password = find_password(settings, account)
    if not password:
        raise no_password()
    try:
        session = _open(settings)
        try:
            _log_in(session, mail.imap_host, account, password)
            session.select(f'"{mail.imap_folder}"', readonly=True)
            if session.state != "SELECTED":
                raise Stop(
                    f"De map {mail.imap_folder} is er niet in het postvak.",
                    "Kijk imap_folder na in de instellingen bij [mail].",
                )
            validity = session.response("UIDVALIDITY")[1]
            known = f"{validity[0]!r}" if validity and validity[0] else ""
            place = f"{mail.imap_host} {mail.username or mail.sender} {mail.imap_folder} {known}"
            yield from _messages(session, today, ledger, ledger.address_mark(place) if known else "")
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                session.logout()
    except (imaplib.IMAP4.error, OSError):
        raise stop_from from None


def _open(settings: Settings) -> imaplib.IMAP4:
    mail = settings.mail
    try:
        if mail.security == "none" and is_loopback(mail.imap_host):
            return _Bounded(mail.imap_host, mail.imap_port, timeout=_PATIENCE)
        return _Encrypted(mail.imap_host, mail.imap_port, ssl_context=context(), timeout=_PATIENCE)
    except ssl.SSLError:
        raise Stop(
            f"Er komt geen veilige verbinding met {mail.imap_host} tot stand: het certificaat klopt niet.",
            "Kijk imap_host en imap_port na in de instellingen bij [mail].",
        ) from None


def _log_in(session: imaplib.IMAP4, host: str, account: str, password: str) -> None:
    """Show who we are. What the library would say of a failure is left out: it may repeat what was typed."""
    refused = Stop(
        f"Inloggen bij {host} is niet gelukt.",
        "Kijk username en het wachtwoord na. Staat IMAP aan in de instellingen van het postvak?",
    )
    if host.casefold().endswith(_NO_PASSWORDS):
        refused = Stop(
            f"{host} laat een programma niet inloggen met een wachtwoord.",
            "Bewaar de teruggekomen mails als .eml in een map, en typ: make bounces FOLDER=map",
        )
    try:
        if "AUTH=PLAIN" in session.capabilities:
            session.authenticate("PLAIN", lambda _challenge: f"\0{account}\0{password}".encode())
        elif password.isascii() and account.isascii():
            session.login(account, password)
        else:
            raise refused
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise refused from None


def _messages(session: imaplib.IMAP4, today: date, ledger: Ledger, mailbox: str) -> Iterator[bytes]:
    """`mailbox` is the digest that this folder goes by; "" where its server does not promise to keep its numbers."""
    since = min(today, ledger.replies.last_look(mailbox) or today) - BACK
    answer, found = session.uid("SEARCH", "SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}")
    if answer != "OK":
        raise imaplib.IMAP4.error
    numbers = [one.decode("ascii") for one in b" ".join(one for one in found if isinstance(one, bytes)).split()]
    seen = ledger.replies.looked_at(mailbox)
    ledger.replies.keep_looks(mailbox, numbers)
    fresh = [one for one in numbers if one not in seen]
    known = set(ledger.messages.addresses())
    refused = 0
    for start in range(0, len(fresh), _TOGETHER):
        heads, without = _heads(session, fresh[start : start + _TOGETHER])
        refused += without
        telling = [number for number, head in heads if may_tell(head) or _is_of_a_member(head, ledger, known)]
        ledger.replies.look_at(mailbox, [number for number, _head in heads if number not in telling])
        for number in telling:
            whole = _fetch(session, [number], f"(BODY.PEEK[]<0.{LARGEST}>)")
            if not whole:  # refused, or nothing where a message was asked for
                refused += 1
                continue
            yield from (data for _number, data in whole)
            ledger.replies.look_at(mailbox, [number])
    if not refused:
        ledger.replies.keep_last_look(mailbox, today)
    if refused:
        many = "1 bericht" if refused == 1 else f"{refused} berichten"
        raise Stop(
            f"De mailserver gaf {many} in het postvak niet. De andere zijn gelezen.",
            "Typ het straks nog eens: make bounces",
            code=3,
        )


def _is_of_a_member(head: bytes, ledger: Ledger, known: set[str]) -> bool:
    """True for mail of somebody whom we wrote to: a wish may stand in it under any subject."""
    try:
        writer = writer_of(read_message(head))
    except (LookupError, ValueError, AttributeError, TypeError):
        return True
    return any(ledger.address_mark(one) in known for one in spellings_of(writer))


def _heads(session: imaplib.IMAP4, numbers: list[str]) -> tuple[list[tuple[str, bytes]], int]:
    """What the headers of these messages tell, by UID, and of how many the server would not say it."""
    fields = f"(BODY.PEEK[HEADER.FIELDS ({HEADINGS})])"
    together = _fetch(session, numbers, fields)
    if together is not None:
        return [(number, head) for number, head in together if number], 0
    singly = [_fetch(session, [number], fields) for number in numbers]  # one of them may be what it stumbles over
    return [(number, head) for one in singly if one for number, head in one if number], singly.count(None)


def _fetch(session: imaplib.IMAP4, numbers: list[str], what: str) -> list[tuple[str, bytes]] | None:
    """The pieces that a FETCH brought, by UID; None where the server answered no: that is no empty mailbox."""
    answer, parts = session.uid("FETCH", ",".join(numbers), what)
    return list(_pieces(parts)) if answer == "OK" else None


def _pieces(parts: list[object]) -> Iterator[tuple[str, bytes]]:
    """What a FETCH brought: the UID of each piece ("" where it is not told), and the piece.

    The UID may stand before the piece or behind it (RFC 9051, 7.5.2: in any order).
    """
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if isinstance(part, tuple) and len(part) == 2:
            behind = after if isinstance(after, bytes) else b""
            number = _UID.search(bytes(part[0])) or _UID.search(behind)
            yield number[1].decode("ascii") if number else "", bytes(part[1])
