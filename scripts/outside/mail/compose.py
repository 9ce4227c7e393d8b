"""Makes the letter of one Send: a whole mail with a plain part and an HTML part, legal on every wire."""

from __future__ import annotations

import binascii
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from outside.config.languages import TEMPLATES
from outside.config.settings import Settings
from outside.mail.mailbox import Letter
from outside.text.sign_page import sign_pdf
from outside.text.templates import facts_of_municipality, find_text
from roster.cells.text import holds_link, without_links
from roster.messages.sign_letters import COPY, SIGNS
from roster.plan.steps import Send

_LINE = 76
"""RFC 2047, 2: a line with an encoded word holds at most 76 characters."""

NO_SENDER = "afzender@nog-invullen.invalid"
"""RFC 2606, 2: whatever ends in .invalid reaches nobody."""

_NAME = 60
"""A name that is longer does not fit on its line in quotes, and is encoded, which can be folded anywhere."""

_MIXED = SMTP.header_factory("Content-Type", 'multipart/mixed; boundary="=_buurtbeheer_cards"')
BOTH = SMTP.header_factory("Content-Type", 'multipart/alternative; boundary="=_buurtbeheer"')
_PLAIN, SCREEN = (SMTP.header_factory("Content-Type", f'text/{kind}; charset="utf-8"') for kind in ("plain", "html"))
ENCODING = SMTP.header_factory("Content-Transfer-Encoding", "quoted-printable")
"""The headers that all letters share, taken apart once. No quoted-printable text can hold the boundary's "=_"."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9-]+")


def compose(
    send: Send, settings: Settings, now: datetime, folder: Path = TEMPLATES, *, secret: bytes = b"", token: str = ""
) -> Letter:
    """The letter of a Send, dated `now` (which knows its zone). Looks at no clock and no file but the templates.

    `secret` is the ledger's, so that nobody else can guess the Message-ID (`message_id`); `token` likewise, so
    that whoever presses the button of List-Unsubscribe is believed by that alone.

    Raises Stop where a text is missing or wrong; ValueError where the Send names another
    version than its text, or an address that no mail can carry.
    """
    text = find_text(send.act, send.language, settings.language, folder)
    if text.version and text.version != send.version:
        raise ValueError(f"the text of {send.act} has version {text.version}, and the ledger would keep {send.version}")
    sender_name, sender, reply_to = _senders(settings)
    attached = _attached(send, settings)
    letter = text.fill(_facts(send, settings) | {"attached": bool(attached)})
    name = message_id(send.act, send.version, send.person, sender, send.to_address, secret)
    leave = f"<mailto:{reply_to}?subject={quote(f'Afmelden {send.person} {token}'.strip())}>"
    leaves = send.to_member  # who is asked something in his work has nothing to leave
    frame = _frame(
        _correspondent(sender_name, sender),
        _address(reply_to),
        now,
        text.language,
        (*send.cards, *attached),
        leaves=leaves,
    )
    pieces = list(frame)
    pieces[1::2] = (
        _on_the_wire(_correspondent(send.to_name, send.to_address)),
        _on_the_wire(_words(_without_typed_links(letter.subject, send.facts), "Subject")),
        f"\r\n {name}" if len(name) > 60 else name,
        *([f"\r\n {leave}"] if leaves else []),
        _quoted(letter.plain),
        _quoted(letter.screen),
    )
    return Letter(name, send.person, "".join(pieces).encode("ascii"), send.act)


def compose_notice(subject: str, text: str, settings: Settings, now: datetime) -> Letter:
    """A plain letter to the coordinator about this program itself; without an address of hers, to where answers go."""
    name, sender, reply_to = _senders(settings)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(" ".join(_UNFIT.sub(" ", name).split()), addr_spec=sender)
    message["To"] = _address(settings.network.coordinator_email or reply_to)
    message["Subject"] = subject
    message["Date"] = format_datetime(now.astimezone())
    message["Message-ID"] = f"<notice.{secrets.token_hex(10)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    return Letter(str(message["Message-ID"]), "", message.as_bytes(), "notice")


def subject_of(send: Send, settings: Settings) -> str:
    """The subject alone of the letter of a Send, as its recipient reads it. Raises Stop as `compose` does."""
    text = find_text(send.act, send.language, settings.language)
    return _without_typed_links(text.subject(_facts(send, settings)), send.facts)


def _attached(send: Send, settings: Settings) -> tuple[tuple[str, bytes], ...]:
    """A sign request as a PDF, where it can be made: to whom it is asked, and with the copy of it."""
    if send.act not in (SIGNS, COPY):
        return ()
    pdf = sign_pdf(send.facts, settings.language, settings)
    return () if pdf is None else ((f"{send.facts['nr']}.pdf", pdf),)


def _facts(send: Send, settings: Settings) -> dict[str, object]:
    """All that a text may tell: what the Send knows, and what the settings do."""
    website = settings.network.website
    return {
        **send.facts,
        "version": send.version,
        "reply_to": _senders(settings)[2],
        "website": website.partition("://")[2] or website,
        "website_link": website if "://" in website or not website else f"https://{website}",
        **facts_of_municipality(settings),
    }


def address_for_answers(settings: Settings) -> str:
    """Where people write to, as the letters say it; "" where the settings name nobody."""
    address = _senders(settings)[2]
    return "" if address == NO_SENDER else address


def _senders(settings: Settings) -> tuple[str, str, str]:
    """Name and address of the sender, and the address for answers."""
    mail, network = settings.mail, settings.network
    return _correspondents(mail.sender, mail.reply_to, network.coordinator_email, network.name)


_OF_SETTINGS = frozenset(("network", "short_name", "coordinator", "website"))
"""Facts that no resident types: a network may be called after its site."""


def _without_typed_links(subject: str, facts: Mapping[str, object]) -> str:
    """The subject without the links in what people typed: a list of mails shows it to who never opened this one."""
    if not holds_link(subject):
        return subject
    for name, fact in facts.items():
        if name not in _OF_SETTINGS and isinstance(fact, str) and fact and holds_link(fact):
            on_one_line = " ".join(fact.split())
            subject = subject.replace(on_one_line, without_links(on_one_line))
    return subject


def message_id(act: str, version: str, person: str, sender: str, to: str = "", secret: bytes = b"") -> str:
    """The Message-ID of what one person is told at one address: the same again for as long as the ledger lives.

    A delivery report is believed by this name. So nobody who lacks the secret can make one up, and one about
    an older address says nothing of the letter to a better one.
    """
    key = f"{act}\x1f{version}\x1f{person}\x1f{sender.casefold()}\x1f{to.casefold()}"
    digest = hmac.digest(secret, key.encode("utf-8", "surrogatepass"), "sha256").hex()[:20]
    pieces = [_NOT_IN_AN_ID.sub("", piece)[:16] for piece in (act, person)]
    return f"<{'.'.join([*filter(None, pieces), digest])}@{_address(sender).rpartition('@')[2]}>"


_DRAWN = secrets.token_hex(8)
HOLES = tuple(f"@@{_DRAWN}.{hole}@@" for hole in ("to", "subject", "message-id", "leave", "plain", "screen"))
_CARDS = f"@@{_DRAWN}.cards@@"
"""What differs from one person to the next, in the order in which it stands in a mail, and from group to group.

Drawn anew by every process: whatever people typed that stands in a frame as well (a name in the file name of a
card), it is never taken for one of these.
"""


@lru_cache(maxsize=512)
def _frame(
    sender: str,
    reply_to: str,
    now: datetime,
    language: str,
    cards: tuple[tuple[str, str | bytes], ...],
    *,
    leaves: bool,
) -> tuple[str, ...]:
    """A whole mail with holes for what is one person's own: the pieces between the holes, and the holes, in turn."""
    text = _outline(sender, reply_to, now, language, with_cards=bool(cards), leaves=leaves)
    if cards:
        between = f"\r\n--{_MIXED.params['boundary']}\r\n"
        text = text.replace(f"\r\n{_CARDS}", between.join(_card(*card) for card in cards))
    return tuple(re.split(f"({'|'.join(HOLES)})", text))


@lru_cache(maxsize=32)
def _outline(sender: str, reply_to: str, now: datetime, language: str, *, with_cards: bool, leaves: bool) -> str:
    """A whole mail with holes, also one for the cards of a group.

    The library makes it once for all who get the same; to have it take apart, fold and write out
    every header and line of every mail takes ten times as long as all the rest.
    """
    to, subject, name, leave, plain, screen = HOLES
    message = _alternatives(plain, screen)
    if with_cards:
        message = _with_cards(message)
    for heading, value in (
        ("From", sender),
        ("Date", format_datetime(now)),
        ("Reply-To", reply_to),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", language),
        ("To", to),
        ("Subject", subject),
        ("Message-ID", name),
        ("List-Unsubscribe", leave),
    ):
        if leaves or value != leave:
            message[heading] = value
    message.policy = SMTP
    return _on_the_wire(message.as_bytes().decode("ascii"))


def _on_the_wire(text: str) -> str:
    """Text with its lines ended as in a mail (RFC 5322, 2.3)."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _quoted(content: str) -> str:
    """Text as quoted-printable. Line by line: most lines of a letter are the same for everybody."""
    return "\r\n".join(map(_quoted_line, content.split("\n")))


@lru_cache(maxsize=4096)
def _quoted_line(line: str) -> str:
    """The library encodes character by character in Python; this is the same in C."""
    return _on_the_wire(binascii.b2a_qp(line.encode("utf-8", "replace")).decode("ascii"))


def _alternatives(plain: str, screen: str) -> EmailMessage:
    """A mail with two forms of the same, the plain one first; both are quoted-printable already."""
    message = EmailMessage(policy=compat32)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = BOTH
    for kind, content in ((_PLAIN, plain), (SCREEN, screen)):
        part = EmailMessage(policy=compat32)
        part["Content-Type"] = kind
        part["Content-Transfer-Encoding"] = ENCODING
        part.set_payload(content)
        part.policy = SMTP
        message.attach(part)
    return message


def _with_cards(letter: EmailMessage) -> EmailMessage:
    """The letter with a place for contact cards behind it, which a phone saves with one tap."""
    whole = EmailMessage(policy=compat32)
    whole["MIME-Version"] = "1.0"
    whole["Content-Type"] = _MIXED
    del letter["MIME-Version"]
    letter.policy = SMTP
    whole.attach(letter)
    place = EmailMessage(policy=SMTP)
    place.set_payload(_CARDS)
    whole.attach(place)
    return whole


@lru_cache(maxsize=1024)
def _card(name: str, content: str | bytes) -> str:
    """A card, or a PDF, as a part of a mail; the same for a whole group."""
    part = EmailMessage(policy=SMTP)
    if isinstance(content, bytes):
        part.set_content(content, "application", "pdf", cte="base64", filename=name)
    else:
        part.set_content(content.encode(), "text", "vcard", cte="base64", filename=name, params={"charset": "utf-8"})
    return _on_the_wire(part.as_bytes().decode("ascii"))


@lru_cache(maxsize=8)
def _correspondents(sender: str, reply_to: str, coordinator_email: str, network: str) -> tuple[str, str, str]:
    """Name and address of the sender, and the address for answers.

    Without any the letter shows an address that says so itself: it can be put ready, and by SMTP nothing
    leaves without a sender (the settings refuse that).
    """
    name, address = parseaddr(sender)
    address = address or coordinator_email or NO_SENDER
    answers = parseaddr(reply_to)[1] or address
    return name or network, _address(address), _address(answers)


def _correspondent(name: str, address: str) -> str:
    """A name and an address as a header wants them; a name that is not plain is encoded."""
    plain = " ".join(_UNFIT.sub(" ", name).split())
    where = f"<{_address(address)}>"
    if not plain or plain == address:
        return where[1:-1]
    if plain.isascii() and len(plain) <= _NAME and "=?" not in plain:
        quoted = plain if _ATOMS.fullmatch(plain) else '"' + re.sub(r'(["\\])', r"\\\1", plain) + '"'
    else:
        quoted = Header(plain, "utf-8", _LINE, "Reply-To").encode()
    last = len(quoted) - quoted.rfind("\n")
    between = " " if last + len(where) + len("Reply-To: ") < _LINE else "\n "
    return f"{quoted}{between}{where}"


def _words(text: str, heading: str) -> str:
    """Text as a header wants it, encoded where it is not plain and folded where it is long."""
    plain = " ".join(_UNFIT.sub(" ", text).split())
    if plain.isascii() and len(heading) + 2 + len(plain) <= _LINE and "=?" not in plain:
        return plain
    return Header(plain, "utf-8", _LINE, heading).encode()


def _address(address: str) -> str:
    """An address as it goes over the wire: a domain with accents in its own code. Raises ValueError for what cannot."""
    local, at, domain = address.rpartition("@")
    wire = f"{local}{at}{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    if not (local and domain and wire.isascii()) or re.search(r"[\x00-\x20\x7f<>,;:\\\"()\[\]]", wire):
        raise ValueError("an address that no mail can carry")
    return wire
