"""Takes an incoming message apart, whatever people and servers made of it."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.policy import default

_MESSAGE_ID = re.compile(r"<[^<>\s@]{3,200}@[^<>\s@]{1,200}>")
_ADDRESS = re.compile(r"[^\s<>()\[\];:,\"']{1,100}@[^\s<>()\[\];:,\"']{1,255}")
LONGEST = 10_000
"""Characters of a header in which addresses are looked for: a letter of ours goes to one."""

_XTEXT = re.compile(r"\+([0-9A-F]{2})")


def read_message(data: bytes) -> EmailMessage:
    """A message as the library takes it apart, which keeps what is wrong with it for when it is asked for.

    Raises RecursionError for parts that lie too deep in each other.
    """
    message = email.message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def words_of(message: MIMEPart, heading: str) -> str:
    """A header as one line of text, "" where it is absent or cannot be read."""
    try:
        return " ".join(str(message[heading] or "").split())
    except (LookupError, ValueError, AttributeError, TypeError):
        return ""


def text_of(part: MIMEPart) -> str:
    """The text of a part, "" where there is none to read; an unknown charset is read as UTF-8."""
    try:
        data = part.get_payload(decode=True)
    except (LookupError, ValueError, AssertionError):
        return ""
    if isinstance(data, bytes):
        try:
            return data.decode(part.get_content_charset("utf-8"), "replace")
        except LookupError:
            return data.decode("utf-8", "replace")
    return ""


def own_parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """The message and its parts, but not what lies inside a letter that it encloses: that one was told to others."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.iter_parts():
            if isinstance(part, MIMEPart):
                yield from own_parts(part)


def ids_in(text: str) -> list[str]:
    """All Message-IDs in a text, as `<…@…>`."""
    return _MESSAGE_ID.findall(text)


def addresses_in(text: str) -> Iterator[str]:
    """All mail addresses in a text, in small letters, in each way that the register may have them.

    A report writes them as they went over the wire: a domain with accents in its own code, and some a
    plus sign as +2B (RFC 3461, 4).
    """
    for found in _ADDRESS.findall(text[:LONGEST]):
        typed = found.casefold().strip(".")
        for one in {typed, _XTEXT.sub(lambda code: chr(int(code[1], 16)), found).casefold().strip(".")}:
            yield one
            local, _, domain = one.rpartition("@")
            if "xn--" in domain:
                try:
                    yield f"{local}@{domain.encode('ascii').decode('idna')}"
                except UnicodeError:
                    continue
