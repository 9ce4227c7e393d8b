"""Mail that comes back to the mailbox, as servers and people write it."""

from __future__ import annotations

MINE = "<welcome.D-0001.0123456789abcdef0123@mail.example>"
TO = "an@mail.example"


def dsn(
    status: str, diagnosis: str, name: str = MINE, to: str = TO, action: str = "failed", part: str = "rfc822",
    kind: str = "delivery-status", head: str = "",
) -> bytes:  # fmt: skip  # a report has many parts
    """A delivery status notification as Postfix, Exim and Gmail send them (RFC 3464; "global-…": RFC 6533)."""
    returned = {"rfc822": "message/rfc822", "headers": "text/rfc822-headers", "none": "text/x-none"}[part]
    letter = f"From: buurt@mail.example\r\nTo: An <{to}>\r\nSubject: Welkom\r\nMessage-ID: {name}\r\n\r\nhallo\r\n"
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: buurt@mail.example\r\n"
        f"Subject: Undelivered\r\nMessage-ID: <report-{abs(hash((status, diagnosis, name, to)))}@mx.example>\r\n"
        f"Auto-Submitted: auto-replied\r\n{head}"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        f"--b\r\nContent-Type: message/{kind}\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {diagnosis}\r\n\r\n"
        f"--b\r\nContent-Type: {returned}\r\n\r\n{letter if part != 'none' else ''}--b--\r\n"
    ).encode()


def robot(
    text: str, name: str = MINE, sender: str = "MAILER-DAEMON@old.example", head: str = "", copy: str = ""
) -> bytes:
    """A robot's letter without the fields of a report: qmail, old Exim."""
    copy = (
        copy
        or f"--- Below this line is a copy of the message.\r\n\r\nMessage-ID: {name}\r\n\r\nBel 0900-8844, of 06 550 123.\r\n"
    )
    return (
        f"Return-Path: <>\r\nFrom: {sender}\r\nTo: buurt@mail.example\r\nSubject: failure notice\r\n"
        f"Message-ID: <z{abs(hash(text))}@old.example>\r\n{head}\r\n{text}\r\n\r\n{copy}"
    ).encode()


def answer(subject: str, text: str, sender: str = TO, more: str = "", name: str = MINE) -> bytes:
    """What somebody answers."""
    return (
        f"From: An <{sender}>\r\nTo: buurt@mail.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{abs(hash((subject, text, sender, name)))}@mail.example>\r\nIn-Reply-To: {name}\r\n{more}"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def receipt(name: str = MINE) -> bytes:
    """That somebody opened our letter (RFC 8098)."""
    return (
        f"Return-Path: <>\r\nFrom: An <{TO}>\r\nTo: buurt@mail.example\r\nSubject: Gelezen: Welkom\r\nMessage-ID: <r@mail.example>\r\n"
        f"In-Reply-To: {name}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nstop\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; {TO}\r\nOriginal-Message-ID: {name}\r\n"
        "Disposition: automatic-action/MDN-sent-automatically; displayed\r\n\r\n--b--\r\n"
    ).encode()
