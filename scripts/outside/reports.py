"""Reads what comes back to the mailbox: delivery reports about our letters, and answers that say stop."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parseaddr

from outside.smtp_replies import Reply, is_limit, read_status, reason_of

LARGEST = 2_000_000
"""Bytes of one message that are read; a report of more holds nothing that we look for."""

_STOP = re.compile(
    r"(stop|stoppen|afmelden|uitschrijven|unsubscribe|opt ?-?out|geen mail( meer)?|geen e-?mails?( meer)?"
    r"|remove me|meld mij af|schrijf mij uit)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"^\s*((re|antw|aw|betr|fw|fwd)\s*:\s*)+", re.IGNORECASE)
_UNSUBSCRIBE = re.compile(r"afmelden\s+D-\d{4,12}(-\d+)?", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s@]{3,200}@[^<>\s@]{1,200}>")
_STATUS_IN_WORDS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ROBOT = re.compile(r"^(mailer-daemon|postmaster|mdaemon|mail-daemon)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter was not delivered. `message_ids` may hold ours; `limit` when our own mailbox's limit stopped it."""

    message_ids: tuple[str, ...]
    reason: str
    limit: bool = False


@dataclass(frozen=True, slots=True)
class StopAsked:
    """An answer that asks for no more mail; `address` is whose it is."""

    address: str


@dataclass(frozen=True, slots=True)
class Report:
    """One message that says something to us. `digest` names it, so that it is heard once."""

    digest: str
    news: Bounce | StopAsked


def read_report(data: bytes) -> Report | None:
    """What a message tells us, or None for ordinary mail. Never raises for what people or servers send."""
    message = email.message_from_bytes(data[:LARGEST], policy=default)
    assert isinstance(message, EmailMessage)
    try:
        news = _bounce(message) or _stop(message)
    except (LookupError, ValueError, AttributeError, TypeError):  # a header or a part that nothing can be made of
        return None
    if news is None:
        return None
    name = _words(message, "Message-ID") or hashlib.sha256(data).hexdigest()
    return Report(hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(), news)


def _bounce(message: EmailMessage) -> Bounce | None:
    """A delivery status notification (RFC 3464), or a robot's letter that quotes ours."""
    sections = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    if sections:
        failed = [fields for part in sections for fields in _recipients(part) if _has_failed(fields)]
        return _from_fields(failed, message) if failed else None
    sender = parseaddr(_words(message, "From"))[1].partition("@")[0]
    if not _ROBOT.match(sender) and _words(message, "Return-Path") != "<>":
        return None
    if _words(message, "Auto-Submitted").casefold().startswith("auto-replied"):
        return None
    text = _text(message)
    found = _STATUS_IN_WORDS.search(text)
    status = read_status(found[1]) if found else None
    if status is not None and status[0] != 5:
        return None
    message_ids = _quoted(message)
    words = text[:4000]
    limit = is_limit(Reply(550, status, words))
    return Bounce(message_ids, reason_of(status, 550, words), limit) if message_ids else None


def _recipients(part: EmailMessage) -> Iterator[EmailMessage]:
    """The blocks of a report that tell of one recipient each: all but the first, which tells of the message."""
    blocks = part.get_payload()
    if isinstance(blocks, list):
        yield from (block for block in blocks if isinstance(block, EmailMessage) and block["Action"])


def _has_failed(fields: EmailMessage) -> bool:
    return _words(fields, "Action").casefold() == "failed"


def _from_fields(failed: list[EmailMessage], message: EmailMessage) -> Bounce:
    fields = failed[0]
    diagnosis = _words(fields, "Diagnostic-Code").partition(";")[2].strip() or _words(fields, "Diagnostic-Code")
    code = re.match(r"(\d{3})[ -]?(.*)", diagnosis, re.DOTALL)
    words = code[2] if code else diagnosis
    status = read_status(_words(fields, "Status"))
    exact = read_status(words)
    # A report may only say "5.0.0" where the server that refused said more.
    if exact is not None and (status is None or status[1:] == (0, 0)):
        status = exact
    reply = Reply(int(code[1]) if code else 550, status, words)
    return Bounce(_quoted(message), reason_of(status, reply.code, words), is_limit(reply))


def _quoted(message: EmailMessage) -> tuple[str, ...]:
    """All Message-IDs that a report speaks of: of the letter it holds, of its headers, in its text."""
    found: dict[str, None] = {}
    own = _words(message, "Message-ID")
    for part in message.walk():
        for heading in ("Message-ID", "X-Original-Message-ID", "Original-Message-ID", "In-Reply-To", "References"):
            found.update(dict.fromkeys(_MESSAGE_ID.findall(_words(part, heading))))
        if part.get_content_maintype() == "text" or part.get_content_type() == "message/rfc822-headers":
            found.update(dict.fromkeys(_MESSAGE_ID.findall(_part_text(part))))
    return tuple(one for one in found if one != own)


def _stop(message: EmailMessage) -> StopAsked | None:
    """An answer by a person whose subject, or whose first words, say stop and nothing else."""
    if _words(message, "Auto-Submitted").casefold() not in ("", "no") or _words(message, "List-Id"):
        return None
    address = parseaddr(_words(message, "From"))[1]
    subject = _BEFORE.sub("", _words(message, "Subject")).strip(" .!\t")
    body = message.get_body(("plain", "html"))
    text = _part_text(body) if body is not None else ""
    if body is not None and body.get_content_subtype() == "html":
        text = re.sub(r"<[^>]*>", "\n", text)
    first = next((line.strip(" .!\t\r") for line in text.splitlines() if line.strip() and not line.startswith(">")), "")
    asked = _UNSUBSCRIBE.fullmatch(subject) or _STOP.fullmatch(subject) or _STOP.fullmatch(first)
    return StopAsked(address) if asked and "@" in address else None


def _words(message: EmailMessage, heading: str) -> str:
    """A header as one line of text, "" where it is absent or cannot be read."""
    try:
        return " ".join(str(message[heading] or "").split())
    except (LookupError, ValueError, AttributeError, TypeError):
        return ""


def _text(message: EmailMessage) -> str:
    return "\n".join(_part_text(part) for part in message.walk() if part.get_content_maintype() == "text")


def _part_text(part: MIMEPart) -> str:
    try:
        data = part.get_payload(decode=True)
    except (LookupError, ValueError, AssertionError):
        return ""
    if isinstance(data, bytes):
        charset = part.get_content_charset("utf-8")
        try:
            return data.decode(charset, "replace")
        except LookupError:
            return data.decode("utf-8", "replace")
    return ""
