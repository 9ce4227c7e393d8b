"""Hears a mail server out: a line or a piece at a time, never more than a bound, and never for ever."""

from __future__ import annotations

import io
import math
import smtplib
import socket
import time


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
