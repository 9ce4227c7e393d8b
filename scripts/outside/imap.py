"""Reads the mailbox by IMAP, and changes nothing in it: not even what was read already."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from email.utils import parseaddr

from outside.reports import LARGEST, may_tell
from outside.settings import Settings
from outside.smtp_password import FILE, VARIABLE, find_password
from outside.smtp_session import context, is_loopback
from outside.stop import Stop

BACK = timedelta(days=30)
"""How far back is looked. A server that cannot deliver gives up within five days (RFC 5321, 4.5.4.1)."""

TOGETHER = 50
"""Messages whose headers are asked for at once."""

PATIENCE = 60

HEADINGS = (
    "AUTO-SUBMITTED CONTENT-TYPE FROM IN-REPLY-TO REFERENCES SUBJECT X-APPLE-UNSUBSCRIBE X-FAILED-RECIPIENTS"
)
"""What tells whether a message is worth reading whole."""

_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_mailbox(settings: Settings, today: date) -> Iterator[bytes]:
    """Every message of the last days that may be a report or an answer, whole. Raises Stop where it cannot be read."""
    mail = settings.mail
    if not (mail.username or mail.sender):
        raise Stop(
            "Er is nog geen mailpostvak ingesteld, dus er valt daar niets te lezen.",
            "Vul sender in bij [mail] in de instellingen en zet het wachtwoord klaar; in de HANDLEIDING staat hoe. Of "
            "bewaar de teruggekomen mails als .eml in een map, en typ: make bounces FOLDER=map",
        )
    trouble = Stop(
        f"Het postvak bij {mail.imap_host} kan niet worden gelezen.",
        "Probeer het later nog eens. Of bewaar de teruggekomen mails als .eml in een map, en typ: "
        "make bounces FOLDER=map",
    )
    try:
        session = _open(settings)
        try:
            _log_in(session, settings)
            session.select(f'"{mail.imap_folder}"', readonly=True)
            if session.state != "SELECTED":
                raise Stop(
                    f"De map {mail.imap_folder} is er niet in het postvak.",
                    "Kijk imap_folder na in de instellingen bij [mail].",
                )
            yield from _messages(session, today)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                session.logout()
    except (imaplib.IMAP4.error, OSError):
        raise trouble from None


def _open(settings: Settings) -> imaplib.IMAP4:
    mail = settings.mail
    try:
        if mail.security == "none" and is_loopback(mail.imap_host):
            return imaplib.IMAP4(mail.imap_host, mail.imap_port, timeout=PATIENCE)
        return imaplib.IMAP4_SSL(mail.imap_host, mail.imap_port, ssl_context=context(), timeout=PATIENCE)
    except ssl.SSLError:
        raise Stop(
            f"Er komt geen veilige verbinding met {mail.imap_host} tot stand: het certificaat klopt niet.",
            "Kijk imap_host en imap_port na in de instellingen bij [mail].",
        ) from None


def _log_in(session: imaplib.IMAP4, settings: Settings) -> None:
    """Show who we are. What the library would say of a failure is left out: it may repeat what was typed."""
    account = settings.mail.username or parseaddr(settings.mail.sender)[1]
    password = find_password(settings, account)
    if not password:
        raise Stop(
            "Het wachtwoord van het mailpostvak is er niet.",
            f"Zet het in het bestand {FILE}, of in de omgeving als {VARIABLE}. In de HANDLEIDING staat hoe.",
        )
    refused = Stop(
        f"Inloggen bij {settings.mail.imap_host} is niet gelukt.",
        "Kijk username en het wachtwoord na. Staat IMAP aan in de instellingen van het postvak?",
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


def _messages(session: imaplib.IMAP4, today: date) -> Iterator[bytes]:
    since = today - BACK
    answer, found = session.uid("SEARCH", "SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}")
    if answer != "OK":
        raise imaplib.IMAP4.error
    numbers = b" ".join(one for one in found if isinstance(one, bytes)).split()
    fields = f"(BODY.PEEK[HEADER.FIELDS ({HEADINGS})])"
    for start in range(0, len(numbers), TOGETHER):
        asked = b",".join(numbers[start : start + TOGETHER]).decode("ascii")
        _ok, heads = session.uid("FETCH", asked, fields)
        for number, head in _pieces(heads):
            if number and may_tell(head):
                _ok, parts = session.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)")
                yield from (data for _number, data in _pieces(parts))


def _pieces(parts: list[object]) -> Iterator[tuple[str, bytes]]:
    """What a FETCH brought: the UID of each piece ("" where it is not told), and the piece.

    The UID may stand before the piece or behind it (RFC 9051, 7.5.2: in any order).
    """
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if isinstance(part, tuple) and len(part) == 2:
            behind = after if isinstance(after, bytes) else b""
            number = _UID.search(bytes(part[0])) or _UID.search(behind)
            yield number[1].decode("ascii") if number else "", bytes(part[1])
