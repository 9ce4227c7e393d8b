"""Takes an incoming message apart, never more of it than a bound, and tells whether our provider vouches for it."""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from flufl.bounce import scan_message

LINES, LINE = 10_000, 2_000
"""So many lines of a message are read, and so many octets of each (RFC 5322, 2.1.1: 998)."""

HEADER = 10_000
"""Octets of one header with the lines that it goes on in: a letter of ours goes to one, and answers a few."""

PARTS = 50
"""Parts of a message, however they lie in each other: each level is looked for in each line (Postfix: 100)."""

WORDS = 2_000
"""Characters of a header that are read as words."""

_MESSAGE_ID = re.compile(r"<[^<>\s@]{3,200}@[^<>\s@]{1,200}>")
_ADDRESS = re.compile(r"[^\s<>()\[\];:,\"']{1,100}@[^\s<>()\[\];:,\"']{1,255}")
_WRITER = re.compile(r"[^\s<>()\[\];:,\"@]{1,100}@[^\s<>()\[\];:,\"@]{1,255}")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_PART = re.compile(rb"content-type[ \t]*:", re.IGNORECASE)


def read_message(data: bytes) -> Message:
    """A message as the library takes it apart, as plain lines: it makes nothing of a header before it is asked for.

    To take every header apart by the whole grammar of RFC 5322 took minutes for one that was made for it.
    """
    return email.message_from_bytes(within_bounds(data))


def within_bounds(data: bytes, lines: int = LINES, line: int = LINE) -> bytes:
    """As much of a message as is read: whatever is beyond a bound is left out, and a part too many ends it."""
    kept: list[bytes] = []
    goes_on = parts = 0
    for found in data.split(b"\n", lines)[:lines]:
        text = found[:line]
        goes_on = goes_on + len(text) + 1 if text[:1] in (b" ", b"\t") and kept else 0
        if goes_on > HEADER:
            continue
        parts += bool(_PART.match(text))
        if parts > PARTS:
            break
        kept.append(text if len(found) <= line else text + b"\r")
    return b"\n".join(kept)


def header_of(message: Message, heading: str) -> str:
    """A header as one line of text, "" where it is absent or cannot be read."""
    raw = header_line(message, heading)[:WORDS]
    if "=?" not in raw:
        return raw
    try:
        return " ".join(str(make_header(decode_header(raw))).split())
    except (LookupError, ValueError, AttributeError, TypeError):
        return ""


def writer_of(message: Message) -> str:
    """The one address in From, in small letters; "" where there is not exactly one.

    It is read as it came. What encoded words stand for is a name, whatever it looks like (RFC 2047, 5): who reads
    an address out of it can be told any, and a name with a comma in it would become two.
    """
    headers = [" ".join(str(value).split()) for value in message.get_all("From", [])]
    found = [one for _name, one in getaddresses([header[:WORDS] for header in headers]) if "@" in one]
    one = found[0] if len(headers) == len(found) == 1 else ""
    return one.casefold() if _WRITER.fullmatch(one) else ""


def sent_at(message: Message) -> datetime | None:
    """When it says to have been written (local time); None where it does not."""
    try:
        return parsedate_to_datetime(header_of(message, "Date")).astimezone().replace(tzinfo=None)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def header_line(message: Message, heading: str) -> str:
    """A header as it came, on one line; "" where it is absent."""
    return " ".join(str(message.get(heading, "")).split())


def text_of(part: Message) -> str:
    """The text of a part, "" where there is none to read; an unknown charset is read as UTF-8."""
    try:
        data = part.get_payload(decode=True)
    except (LookupError, ValueError, AssertionError):
        return ""
    if isinstance(data, bytes):
        try:
            return data.decode(str(part.get_content_charset("utf-8")), "replace")
        except (LookupError, ValueError):
            return data.decode("utf-8", "replace")
    return ""


def own_parts(message: Message) -> Iterator[Message]:
    """The message and its parts, but not what lies inside a letter that it encloses: that one was told to others."""
    yield message
    if message.get_content_maintype() == "multipart":
        inner = message.get_payload()
        for part in inner if isinstance(inner, list) else ():
            if isinstance(part, Message):
                yield from own_parts(part)


def body_of(message: Message, kind: str) -> Message | None:
    """The first part that is text of a kind ("plain", "html") and that is no file that goes along."""
    for part in own_parts(message):
        if part.get_content_type() == f"text/{kind}" and part.get_content_disposition() != "attachment":
            return part
    return None


def ids_in(text: str) -> list[str]:
    """All Message-IDs in a text, as `<…@…>`."""
    return _MESSAGE_ID.findall(text)


def addresses_in(text: str) -> Iterator[str]:
    """All mail addresses in a text of a report, in small letters, in each way that the register may have them.

    Some write them as they went over the wire, a plus sign as +2B (RFC 3461, 4). Nowhere else does that stand for
    one: whoever is jan+2Ejansen to his mail server is not jan.jansen.
    """
    for found in _ADDRESS.findall(text[:HEADER]):
        for one in dict.fromkeys((found, _XTEXT.sub(lambda code: chr(int(code[1], 16)), found))):
            yield from spellings_of(one.casefold().strip("."))


def spellings_of(address: str) -> Iterator[str]:
    """An address as it is, and, where its domain is in the code for accents, as people write it."""
    yield address
    local, _, domain = address.rpartition("@")
    if "xn--" in domain:
        with suppress(UnicodeError):
            yield f"{local}@{domain.encode('ascii').decode('idna')}"


_LINES, _LINE = 400, 300
"""So much is looked at: the address stands above the letter that came back, and some patterns try pairs of marks."""

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it would show what came in, with its traceback


def failed_addresses(data: bytes) -> frozenset[str]:
    """The addresses, in small letters, that a message says were given up for good; none where it says no such thing."""
    try:
        found = scan_message(email.message_from_bytes(within_bounds(data, _LINES, _LINE)))
    except Exception:  # noqa: BLE001  # some sixty patterns of somebody else, on what anybody may send
        return frozenset()
    return frozenset(one for address in found for one in addresses_in(address.decode("ascii", "replace")))


_KNOWN = {"gmail.com": "google.com", "googlemail.com": "google.com"}
"""Whose word counts where a mailbox's host has another name than the servers that take its mail."""

_COUNTRY = re.compile(r"\.(ac|co|com|edu|gov|net|org)\.[a-z]{2}$")
_ROBOT = re.compile(r"mailer-?daemon|mail-?daemon|postmaster|microsoftexchange[0-9a-f]+")
_LONGEST = 5_000
"""Characters of a header that are looked at: a provider's word takes some hundreds."""

_OF_THE_WRITER = frozenset({
    "from", "to", "cc", "subject", "date", "message-id", "sender", "reply-to", "mime-version", "content-type",
    "dkim-signature", "in-reply-to", "references",
})  # fmt: skip  # what belongs together stands together
"""Headers that come along with a message. What stands below the first of them may be anybody's."""


def vouches(message: Message, host: str) -> bool:
    """True where the provider behind `host` says that who stands in From is who wrote it (RFC 8601, DMARC).

    Each server puts its headers above those that it was given. So only the topmost Authentication-Results counts,
    above all that came along; and above all that another server wrote, except below the Received of Google's own,
    which is known to put its word under that. A server must take away what others wrote in its name (RFC 8601, 5).
    """
    domain = writer_of(message).rpartition("@")[2]
    word = _topmost(message, _domain(host)) if domain else None
    if word is None:
        return False
    name, _, rest = _plain(word).partition(";")
    server = name.split()[0].casefold() if name.split() else ""
    if not server or not (server == host.casefold() or _domain(server) == _domain(host) != ""):
        return False
    results = [result.split() for result in rest.split(";")]
    dmarc = [words for words in results if words and words[0].casefold().startswith("dmarc=")]
    return len(dmarc) == 1 and dmarc[0][0].casefold() == "dmarc=pass" and _aligned(dmarc[0][1:], domain)


def is_own_robot(message: Message, host: str, sends_by: str = "") -> bool:
    """True where the provider behind `host` vouches for a message, and a mail robot of ours is who wrote it.

    Ours are its own, and that of the host `sends_by`. At a provider of many anybody can have an address; its
    robots' names nobody can have.
    """
    name, _, domain = writer_of(message).rpartition("@")
    ours = {_domain(host), _domain(sends_by)} - {""}
    return bool(_ROBOT.fullmatch(name)) and _domain(domain) in ours and vouches(message, host)


def _topmost(message: Message, ours: str) -> str | None:
    """The first Authentication-Results, unless something stands above it that our provider did not write."""
    for heading, value in message.items():
        name = heading.casefold()
        if name == "authentication-results":
            return str(value)[:_LONGEST]
        if name in _OF_THE_WRITER or (name == "received" and not (ours == "google.com" and _is_google(str(value)))):
            return None
    return None


def _is_google(received: str) -> bool:
    plain = _plain(received[:_LONGEST])
    return bool(re.search(r"(^|\s)by\s+(mx\.google\.com|2002:[0-9a-f:]+)\s+with\s", plain, re.IGNORECASE))


def _aligned(words: list[str], domain: str) -> bool:
    return any(word.casefold() in (f"header.from={domain}", f"header.from=@{domain}") for word in words)


def _plain(value: str) -> str:
    """A header as one line, without what stands in quotes or in brackets: there anybody's words may stand."""
    kept: list[str] = []
    depth, quoted, skip = 0, False, False
    for mark in value:
        if skip:
            skip = False
        elif mark == "\\":
            skip = True
        elif mark == '"' and depth == 0:
            quoted = not quoted
        elif not quoted and mark in "()":
            depth = max(0, depth + (1 if mark == "(" else -1))
        elif not quoted and depth == 0:
            kept.append(mark)
    return " ".join("".join(kept).split())


def _domain(host: str) -> str:
    """The part of a host's name that one organisation owns; "" for a bare name or a number."""
    labels = host.casefold().strip(".").split(".")
    if len(labels) < 2 or labels[-1].isdigit() or ":" in host:
        return ""
    owned = ".".join(labels[-3:] if _COUNTRY.search(f".{host.casefold()}") and len(labels) > 2 else labels[-2:])
    return _KNOWN.get(owned, owned)
