"""Opens a conversation with a mail server: connected, encrypted, its certificate checked, logged in."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import math
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from outside.config.settings import Mail
from outside.errors import Stop
from outside.mail.replies import Conversation, EncryptedConversation, Reply, Stage, Verdict, judge, read_reply

_HERE = "[127.0.0.1]"
"""How we greet: an address literal (RFC 5321, 4.1.3), because the name of somebody's laptop is nobody's business."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait: to be connected, for a whole answer, for the one that follows a whole letter, and to log in;
    and for all letters of a round together, looked at between two of them, so that none becomes uncertain by it.

    RFC 5321, 4.5.3.2, asks for ten minutes for the last: whoever hangs up sooner makes letters uncertain.
    """

    connect: float = 30
    answer: float = 120
    verdict: float = 600
    opening: float = 300
    letters: float = 7200


class CutOff(Exception):
    """The connection broke before a letter was complete: it certainly did not arrive."""


class NotNow(Exception):
    """The server will not talk with us at this moment. No letter was on its way."""

    def __init__(self, reply: Reply, verdict: Verdict) -> None:
        super().__init__(reply.codes)
        self.reply = reply
        self.verdict = verdict


def open_session(mail: Mail, account: str, password: Callable[[], str], patience: Timeouts) -> smtplib.SMTP:
    """A conversation that is ready for letters. The password is only asked for where the server wants a login.

    Raises Stop for what the coordinator must mend, NotNow where the server asks to come back later,
    CutOff where it hung up. None of them holds the password, or what the server said.
    """
    if mail.security == "none" and not is_loopback(mail.host):
        raise Stop(
            "Zonder beveiliging gaat er geen mail over internet.",
            'Zet in de instellingen bij [mail] security = "starttls" of "tls".',
        )
    session = _connect(mail, patience)
    try:
        # A letter goes as one long and one short piece; the short one must not wait for an answer to the long one.
        socket_of(session).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        socket_of(session).settimeout(patience.answer)
        session.until = time.monotonic() + patience.opening
        _greet(session)
        if mail.security == "starttls":
            _encrypt(session, mail)
            _greet(session)
        _log_in(session, mail, account, password)
        session.until = math.inf
    except (smtplib.SMTPException, OSError):
        session.close()
        raise CutOff from None
    except BaseException:
        session.close()
        raise
    return session


def is_loopback(host: str) -> bool:
    """True for this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def context() -> ssl.SSLContext:
    """Certificates against the system's own store (SSL_CERT_FILE and SSL_CERT_DIR count), names checked, TLS 1.2 up."""
    trust = ssl.create_default_context()
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    return trust


def ask(session: smtplib.SMTP, command: str) -> Reply:
    """One command and its answer. Raises CutOff where none came, or one that is no answer."""
    try:
        reply = read_reply(*session.docmd(command))
    except (smtplib.SMTPException, OSError):
        raise CutOff from None
    if not 200 <= reply.code <= 599:
        raise CutOff
    return reply


def socket_of(session: smtplib.SMTP) -> socket.socket:
    """The connection itself. Raises CutOff where it was closed."""
    if session.sock is None:
        raise CutOff
    return session.sock


def is_silent(session: smtplib.SMTP) -> bool:
    """True where the server has neither hung up nor spoken; only asked when it is our turn to speak.

    What it said too early may lie in the library's own buffer already.
    """
    line = socket_of(session)
    before = line.gettimeout()
    try:
        line.settimeout(0)
        heard = session.file
        if heard is not None and heard.peek(1):
            return False
        line.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True  # nothing to hear; on an encrypted line perhaps something of its own
    except OSError:
        return False
    finally:
        with suppress(OSError):
            line.settimeout(before)
    return False


def _connect(mail: Mail, patience: Timeouts) -> Conversation:
    try:
        if mail.security == "tls":
            return EncryptedConversation(mail.host, mail.port, _HERE, timeout=patience.connect, context=context())
        return Conversation(mail.host, mail.port, _HERE, timeout=patience.connect)
    except smtplib.SMTPConnectError as error:
        words = error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        reply = read_reply(error.smtp_code, words)
        if 400 <= reply.code < 500:
            raise NotNow(reply, judge(Stage.SENDER, reply)[0]) from None
        if reply.code < 0:
            raise CutOff from None
        raise _unwelcome(reply) from None
    except smtplib.SMTPException:
        raise CutOff from None
    except ssl.SSLError as error:
        raise _insecure(error, mail) from None
    except OSError:
        raise Stop(
            f"De mailserver {mail.host} is niet bereikbaar op poort {mail.port}.",
            "Kijk of er internet is, en of host en port in de instellingen bij [mail] kloppen. Draai daarna opnieuw.",
        ) from None


def _greet(session: smtplib.SMTP) -> None:
    code, words = session.ehlo()
    if code >= 500:
        code, words = session.helo()
    if not 200 <= code < 300:
        reply = read_reply(code, words)
        if 400 <= code < 500:
            raise NotNow(reply, judge(Stage.SENDER, reply)[0])
        raise _unwelcome(reply)


def _encrypt(session: smtplib.SMTP, mail: Mail) -> None:
    refused = Stop(
        f"De mailserver {mail.host} biedt op poort {mail.port} geen beveiligde verbinding aan.",
        'Kijk bij uw provider welke poort en beveiliging horen. Vaak is dat port = 587 met security = "starttls", '
        'of port = 465 met security = "tls".',
    )
    if not session.has_extn("starttls"):
        raise refused
    try:
        session.starttls(context=context())
    except smtplib.SMTPServerDisconnected:
        raise CutOff from None
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        reply = read_reply(error.smtp_code, words)
        if 400 <= reply.code < 500:
            raise NotNow(reply, Verdict.WAITS) from None
        raise refused from None
    except ssl.SSLError as error:
        raise _insecure(error, mail) from None


def _log_in(session: smtplib.SMTP, mail: Mail, account: str, ask_password: Callable[[], str]) -> None:
    """Show who we are, by the first way that both sides know; without a password nobody is shown."""
    offered = session.esmtp_features.get("auth", "").upper().split()
    if not offered:
        if not mail.username:
            return  # nobody asked for a login, and the server knows none
        raise Stop(
            f"De mailserver {mail.host} vraagt op deze poort niet om een wachtwoord, maar er staat wel een username.",
            "Kijk bij uw provider welke poort hoort bij versturen. Of maak username in de instellingen leeg.",
        )
    password = ask_password()
    if not password:
        return
    if "PLAIN" in offered:
        credentials = f"\0{account}\0{password}".encode()
        reply = ask(session, f"AUTH PLAIN {_packed(credentials)}")
    elif "LOGIN" in offered:
        reply = ask(session, "AUTH LOGIN")
        for piece in (account, password):
            if reply.code == 334:
                reply = ask(session, _packed(piece.encode()))
    elif "CRAM-MD5" in offered:
        reply = ask(session, "AUTH CRAM-MD5")
        if reply.code == 334:
            digest = hmac.new(password.encode(), _unpacked(reply.words), "md5").hexdigest()
            reply = ask(session, _packed(f"{account} {digest}".encode()))
    else:
        raise _in_no_way_of_ours(offered, mail)
    if reply.code != 235:
        if 400 <= reply.code < 500:
            raise NotNow(reply, judge(Stage.LOGIN, reply)[0])
        raise _not_let_in(reply)


def _packed(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _unpacked(challenge: str) -> bytes:
    try:
        return base64.b64decode(challenge, validate=True)
    except (binascii.Error, ValueError):
        raise CutOff from None


def _not_let_in(reply: Reply) -> Stop:
    """A login that failed. The server's own words are left out: some repeat what was typed."""
    if reply.code == 534 or (reply.status and reply.status[1:] == (7, 9)):
        return Stop(
            f"De mailserver wil een app-wachtwoord zien, niet het gewone wachtwoord ({reply.codes}).",
            "Maak bij Google een app-wachtwoord en zet dat op de plaats van het oude. In de HANDLEIDING staat hoe.",
        )
    policy = reply.status is not None and reply.status[1:] == (7, 139) and "credentials" not in reply.words.casefold()
    if policy or _NO_PASSWORDS.search(reply.words):
        return _takes_no_password(reply.codes)
    return Stop(
        f"Inloggen bij de mailserver is niet gelukt: de gebruikersnaam of het wachtwoord klopt niet ({reply.codes}).",
        "Kijk username na in de instellingen bij [mail], en het wachtwoord. Bij Gmail is dat een app-wachtwoord.",
    )


_NO_PASSWORDS = re.compile(r"basic ?auth\w*( is)? (disabled|blocked|not)|smtpclientauth\w* is disabled", re.IGNORECASE)
"""What Exchange Online says with 535 5.7.139; the same code with "credentials were incorrect" is a wrong password."""


def _in_no_way_of_ours(offered: Sequence[str], mail: Mail) -> Stop:
    if "XOAUTH2" in offered or "OAUTHBEARER" in offered:
        return _takes_no_password("AUTH")
    return Stop(
        f"De mailserver {mail.host} laat alleen inloggen op een manier die Buurtbeheer niet kent.",
        "Vraag uw provider of er een app-wachtwoord kan worden gebruikt.",
    )


def _takes_no_password(codes: str) -> Stop:
    """Microsoft lets no program in with a password, and no password helps (Exchange Online: basic authentication)."""
    return Stop(
        f"De provider van dit postvak laat een programma niet inloggen met een wachtwoord ({codes}). Een ander "
        "wachtwoord helpt niet.",
        "Wat wel werkt: een Gmail-adres met een app-wachtwoord, of een postvak bij een andere provider. Of zet bij "
        '[mail] transport = "outbox", en verstuur de mails zelf. Is het een postvak van een organisatie? Dan kan de '
        "beheerder ervan het soms toestaan (SMTP AUTH). In de HANDLEIDING staat meer.",
    )


def _unwelcome(reply: Reply) -> Stop:
    return Stop(
        f"De mailserver wil geen mail van deze computer aannemen ({reply.codes}).",
        "Kijk of host en port in de instellingen bij [mail] kloppen, of vraag het uw provider.",
    )


def _insecure(error: ssl.SSLError, mail: Mail) -> Stop:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Stop(
            f"Het certificaat van de mailserver {mail.host} klopt niet. Zo gaat er geen mail weg.",
            "Kijk of host in de instellingen bij [mail] goed is gespeld, en of de datum van deze computer klopt.",
        )
    return Stop(
        f"Er komt geen beveiligde verbinding met {mail.host} op poort {mail.port} tot stand.",
        'Hoort bij poort 465 security = "tls", en bij 587 "starttls"? Kijk dat na in de instellingen bij [mail].',
    )
