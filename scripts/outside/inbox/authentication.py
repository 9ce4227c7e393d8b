"""Tells whether our own provider vouches for who wrote a message: its word at the top, and nobody else's."""

from __future__ import annotations

import re
from email.message import Message

from outside.inbox.message import writer_of

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
    name, _, told = _plain(word).partition(";")
    server = name.split()[0].casefold() if name.split() else ""
    if not server or not (server == host.casefold() or _domain(server) == _domain(host) != ""):
        return False
    results = [result.split() for result in told.split(";")]
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
    told = _plain(received[:_LONGEST])
    return bool(re.search(r"(^|\s)by\s+(mx\.google\.com|2002:[0-9a-f:]+)\s+with\s", told, re.IGNORECASE))


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
