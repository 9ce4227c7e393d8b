"""Hears a mail server out, within bounds, and reads its answer: whose fault it is, and whether waiting helps."""

from __future__ import annotations

import io
import math
import re
import smtplib
import socket
import time
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What an answer means for a letter and for the round."""

    TAKEN = "taken"
    WAITS = "try again later"
    LIMIT = "the mailbox may send no more today"
    REFUSED = "this recipient does not take it"
    DOUBTED = "refused, and it may be for what we are or wrote as well as for the recipient"
    OURS = "refused for what we are or how we log in: nobody will get it"


class Stage(Enum):
    """Which command was answered; the value is the word on the wire."""

    LOGIN = "AUTH"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    START = "DATA"
    END = "."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its code (RFC 5321, 4.2), its enhanced code such as (5, 1, 1) (RFC 3463) or None, and its words."""

    code: int
    status: tuple[int, int, int] | None
    words: str

    @property
    def codes(self) -> str:
        """The codes, which hold nobody's data: "550 5.7.1"."""
        return f"{self.code} {'.'.join(map(str, self.status))}" if self.status else str(self.code)


_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")


def read_reply(code: int, words: bytes) -> Reply:
    """What smtplib gives for an answer, as a value. Servers repeat addresses, which say nothing of what is meant."""
    text = _ADDRESS.sub("…", words[:_LONGEST].decode("utf-8", "replace"))
    return Reply(code, read_status(text), text)


def read_status(text: str) -> tuple[int, int, int] | None:
    """The enhanced code at the start of a text, or None."""
    found = _STATUS.match(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


# https://support.google.com/a/answer/3726730 (Gmail: 5.4.5, 4.7.28, 4.5.3, 4.7.0 at the login);
# https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online
_LIMITS = {(4, 5), (5, 3), (7, 28), (7, 232), (7, 233)}
_LIMIT_WORDS = re.compile(
    r"\b(daily|hourly|sending|submission|outgoing|per (day|hour|minute)|message rate)\b.{0,50}\b(limit|quota)"
    r"|\b(limit|quota|exceeded)\b.{0,50}\b(daily|hourly|sending|per (day|hour|minute))\b"
    r"|\brate limit|\btoo many (e-?mails|mails|messages|login attempts)\b",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"(?<!\S)[^\s@]*@\S*")
"""Looked for from where a word begins: a long word without the sign is gone through once."""

_LONGEST = 2_000
"""Characters of an answer that are looked at."""
_ABOUT_US = re.compile(
    r"\b(relay\w*|auth\w*|log ?in|sender|from address|client host|your (ip|host|server)|block ?list\w*|black ?list\w*"
    r"|spamhaus|rbl|helo|ehlo|ptr|reverse dns|spf|dkim|dmarc)\b",
    re.IGNORECASE,
)

NO_SUCH = "het adres bestaat niet"
NO_DOMAIN = "wat achter het apenstaartje staat, bestaat niet of neemt geen mail aan"
FULL = "het postvak is vol"
CLOSED = "het postvak is niet in gebruik"
SPAM = "de mail is voor spam aangezien"
UNWANTED = "de ontvanger neemt deze mail niet aan"
UNREACHED = "de mail kan daar niet worden bezorgd"
PUT_OFF = "het postvak van de ontvanger vraagt om uitstel"
TOO_LARGE = "de mail is te groot voor dit postvak"

_REASONS = {
    (1, 1): NO_SUCH,
    (1, 2): NO_DOMAIN,
    (1, 3): NO_SUCH,
    (1, 4): NO_SUCH,
    (1, 6): NO_SUCH,
    (1, 10): NO_SUCH,
    (2, 1): CLOSED,
    (2, 2): FULL,
    (2, 3): TOO_LARGE,
    (3, 4): TOO_LARGE,
    (4, 1): UNREACHED,
    (4, 4): NO_DOMAIN,
}
_OF_A_CODE = {550: NO_SUCH, 551: NO_SUCH, 552: FULL, 553: NO_SUCH, 450: FULL, 452: FULL}


def reason_of(status: tuple[int, int, int] | None, code: int = 550, words: str = "") -> str:
    """Why a letter was refused, in plain Dutch, from the enhanced code or else from the old one."""
    if status is None:
        return _OF_A_CODE.get(code, UNWANTED)
    _kind, subject, detail = status
    if (subject, detail) == (1, 10) and re.search(r"\bmx\b", words, re.IGNORECASE):
        return NO_DOMAIN  # RFC 7505; at Exchange the same code means that there is no such recipient
    if (subject, detail) in _REASONS:
        return _REASONS[subject, detail]
    if subject == 7:
        return SPAM if re.search(r"spam|unsolicited|junk|content|virus", words, re.IGNORECASE) else UNWANTED
    if subject == 0:
        return _OF_A_CODE.get(code, UNWANTED)
    return {1: NO_SUCH, 2: CLOSED, 4: UNREACHED}.get(subject, UNWANTED)


def is_limit(reply: Reply) -> bool:
    """True where the mailbox that we send from may send no more for now; not where the recipient's is full."""
    subject = reply.status[1] if reply.status else 0
    if reply.status and reply.status[1:] in _LIMITS:
        # 4.4.5 is congestion unless it speaks of a limit; 5.4.5 is Gmail's "daily user sending limit".
        return reply.status[1:] != (4, 5) or reply.code >= 500 or bool(_LIMIT_WORDS.search(reply.words))
    if subject in (1, 2) or reply.code == 552:
        return False
    return bool(_LIMIT_WORDS.search(reply.words))


def judge(stage: Stage, reply: Reply) -> tuple[Verdict, str]:
    """What an answer to one of the commands of a letter means, and the reason for the row ("" where it says none)."""
    code = reply.code
    if 200 <= code < 400:
        return Verdict.TAKEN, ""
    if is_limit(reply):
        return Verdict.LIMIT, "de daglimiet van het postvak is bereikt"
    if code < 500:
        return Verdict.WAITS, _REASONS.get(reply.status[1:], PUT_OFF) if reply.status else PUT_OFF
    of_sender = reply.status is not None and reply.status[1:] in ((1, 7), (1, 8))
    about_recipient = reply.status is not None and reply.status[1] in (1, 2, 4) and not of_sender
    reason = reason_of(reply.status, code, reply.words)
    if stage in (Stage.LOGIN, Stage.SENDER) or code in (530, 534, 535, 538):
        return Verdict.OURS, reason
    if about_recipient or (reply.status is None and 550 <= code <= 553 and not _ABOUT_US.search(reply.words)):
        return Verdict.REFUSED, reason
    if stage is Stage.RECIPIENT:
        about_us = of_sender or _ABOUT_US.search(reply.words)
        syntax = 500 <= code <= 504
        return (Verdict.DOUBTED if about_us or syntax else Verdict.REFUSED), reason
    return Verdict.DOUBTED, reason if reply.status else SPAM


class Endless(OSError):
    """The other side says more, or takes longer about it, than any server that means it."""


def read_line(stream: io.BufferedReader, line: socket.socket, until: float, most: int) -> bytes:
    """One line with its end; what there was where the connection ended.

    Raises Endless for more than `most` octets, or past `until` (by the monotonic clock): a server that says one
    octet a minute never makes a connection time out by itself.
    """
    said = bytearray()
    while not said.endswith(b"\n"):
        heard = _heard(stream, line, until)
        if not heard:
            break
        end = heard.find(b"\n") + 1 or len(heard)
        said += stream.read(min(end, most + 1 - len(said)))
        if len(said) > most:
            raise Endless
    return bytes(said)


def read_piece(stream: io.BufferedReader, line: socket.socket, until: float, size: int) -> bytes:
    """So many octets; fewer where the connection ended. Raises Endless past `until`."""
    said = bytearray()
    while len(said) < size:
        heard = _heard(stream, line, until)
        if not heard:
            break
        said += stream.read(min(len(heard), size - len(said)))
    return bytes(said)


def _heard(stream: io.BufferedReader, line: socket.socket, until: float) -> bytes:
    """What lies ready, without taking it; waits for it where nothing does."""
    left, usual = until - time.monotonic(), line.gettimeout()
    if left <= 0:
        raise Endless
    line.settimeout(left if usual is None else min(left, usual))
    try:
        return stream.peek(1)
    finally:
        line.settimeout(usual)


SMTP_LINES, SMTP_LINE = 100, 2_000
"""So many lines in an answer, and octets in a line (RFC 5321, 4.5.3.1.5: 512). Before TLS anybody may be speaking."""


_PATIENCE = 120
"""Seconds for an answer, where nobody said how many."""


class Conversation(smtplib.SMTP):
    """The library's conversation, in which an answer has an end: in lines, in octets, and in time."""

    until = math.inf

    def getreply(self) -> tuple[int, bytes]:
        """As the library's own. Its patience with one line is here the patience with the whole answer."""
        line = self.sock
        if line is None:
            raise smtplib.SMTPServerDisconnected
        if self.file is None:
            self.file = line.makefile("rb")
        until = min(self.until, time.monotonic() + (line.gettimeout() or _PATIENCE))
        said: list[bytes] = []
        while len(said) < SMTP_LINES:
            try:
                heard = read_line(self.file, line, until, SMTP_LINE)
            except OSError:
                break
            if not heard:
                break
            said.append(heard[4:].strip(b" \t\r\n"))
            code = heard[:3]
            if not code.isdigit() or heard[3:4] != b"-":
                return int(code) if code.isdigit() else -1, b"\n".join(said)
        self.close()
        raise smtplib.SMTPServerDisconnected


class EncryptedConversation(Conversation, smtplib.SMTP_SSL):
    """The same, encrypted from its first word."""
