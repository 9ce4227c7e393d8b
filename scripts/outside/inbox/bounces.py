"""Reads what comes back to the mailbox: delivery reports about our letters, or else what people answer to them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message

from outside.inbox.message import (
    addresses_in,
    failed_addresses,
    header_of,
    ids_in,
    is_own_robot,
    own_parts,
    read_message,
    sent_at,
    text_of,
)
from outside.inbox.unsubscribe import Answer, StopAsked, answer_in, ids_answered, is_robot, is_unsubscribe, says_stop
from outside.mail.replies import (
    CLOSED,
    FULL,
    NO_SUCH,
    SPAM,
    TOO_LARGE,
    UNREACHED,
    Reply,
    read_reply,
    read_status,
    reason_of,
)

LARGEST = 2_000_000
"""Bytes of one message that are read."""

_PART = 50_000
"""Characters of a part that are looked at."""

_SHORTEST = 5
"""Characters of a Message-ID that names one message: an empty one, as some write, would name all of them."""

BLOCKS = 20
"""Recipients that a report tells of: a letter of ours has one."""

_RETURNED = re.compile(
    r"undeliver|delivery (status|failure|report|problem)|returned (mail|to sender)|failure (notice|notification)"
    r"|mail (delivery|system) (fail|error)|delivery (has )?failed|(not|kon niet) (be )?(delivered|bezorgd)|onbestelbaar"
    r"|niet (afgeleverd|bezorgd)|nondeliverable|non-?delivery|retourbericht",
    re.IGNORECASE,
)
"""Subjects under which letters come back, also from who is no robot by name."""

_PASSED_ON = re.compile(r"(re|antw|aw|fwd?|doorst|betr)\s*:", re.IGNORECASE)

_UNKNOWN = re.compile(
    r"(user|mailbox|address|recipient|account)s? (is |was )?(unknown|not found|invalid)|unknown (user|recipient)"
    r"|no such (user|mailbox|person|address|recipient)|does(n't| not) (exist|have an)|no mailbox here"
    r"|(adres|postvak|gebruiker|ontvanger) (bestaat niet|(is )?onbekend)|onbekende? (gebruiker|ontvanger|e-?mailadres)"
    r"|(benutzer|empf\w+nger|adresse) (ist )?unbekannt|unbekannte[rn]? (benutzer|empf)",
    re.IGNORECASE,
)

_DELIVERY = frozenset({"message/delivery-status", "message/global-delivery-status"})
"""The part of a report that tells of delivery (RFC 3464), and its younger brother (RFC 6533)."""

_CODE = re.compile(r"(?<![\w.:/@+-])(?:5[0-5]\d(?=[ :-])|5\.[0-7]\.\d{1,3}(?![\d.]))")
_GAVE_UP = re.compile(
    r"permanent (fatal )?error|(could not|couldn't) be delivered|undeliverable|onbestelbaar"
    r"|(wasn't|was not) able to deliver|unable to deliver|delivery (has )?failed|no such user|user unknown"
    r"|niet (worden )?(bezorgd|afgeleverd|besteld|bereikt)|(bezorg|aflever)\w* .{0,60}\bmislukt"
    r"|nicht (zugestellt|ausgeliefert)|unzustellbar|zustellung .{0,60}\bfehlgeschlagen",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|vertraag|verz\w+gert|will (be )?(retr|keep|continue)|still trying|warning|not yet|nog niet|noch nicht"
    r"|proberen het (nog|opnieuw|later)",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"(?<![\d.])5\.[0-7]\.\d{1,3}(?![\d.])|permanent|definitief|endg\w+ltig|giv(en|ing) up", re.IGNORECASE
)
"""What a warning that a letter is late does not say. A number alone may be of seconds or minutes."""

_COPY = re.compile(r"^[ \t]*-{3,}.*(\n|$)|^(return-path|received):", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(r"^to:(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)

_LIMITS = frozenset({(4, 5), (1, 90), (7, 232), (7, 233)})
"""What providers say of the mailbox that sends: Gmail 5.4.5, Exchange Online the others
(https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online).
The other codes of a limit are told by the recipient's server, in a report."""

_LIMIT_WORDS = re.compile(
    r"\b(user|domain|account|daily) sending (limit|quota)|limit for sending (e-?)?mail|max(imum)? e-?mails per hour",
    re.IGNORECASE,
)

_SAID = (
    (TOO_LARGE, r"size limit|message (is )?too (large|big)|exceeds? .{0,40}\bsize"),
    (FULL, r"quota|mailbox .{0,40}\b(full|limit)|insufficient .{0,20}storage|post(vak|fach) .{0,40}\bvoll?\b"),
    (CLOSED, r"(mailbox|account|user) .{0,30}\b(disabled|inactive|suspended|deactivated|closed)"),
    (SPAM, r"\bspam|unsolicited|\bjunk\b|black ?list|block ?list"),
)
"""What the words tell where the codes do not."""

_UNREADABLE = (LookupError, ValueError, AttributeError, TypeError, AssertionError, RecursionError)
"""What the library raises for a header or a part that it can make nothing of, or for parts without end."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter was not delivered.

    `message_ids` may hold ours; `limit` when the limit of the mailbox that sends stopped it. `recipients` are the
    addresses that the report names, in small letters; none where it names none. `own` where our own provider says
    that its robot wrote it, `unclear` where nobody but a person can tell what it says, `sent` when it was written.
    """

    message_ids: tuple[str, ...]
    reason: str
    limit: bool = False
    recipients: frozenset[str] = frozenset()
    own: bool = False
    unclear: bool = False
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxReport:
    """One message that says something to us. `digest` names it, so that it is heard once."""

    digest: str
    news: Bounce | StopAsked | Answer


def read_report(data: bytes, host: str = "", sends_by: str = "") -> InboxReport | None:
    """What a message tells us, or None for ordinary mail. Never raises for what people or servers send.

    `host` is where the mailbox is read: its provider's word about who wrote a message counts. `sends_by` is where
    mail leaves.
    """
    try:
        message = read_message(data[:LARGEST])
        news = _bounce(message, data) or answer_in(message, host) or _unclear(message)
        if isinstance(news, Bounce):
            own = news.limit and is_own_robot(message, host, sends_by)
            news = replace(news, own=own, sent=sent_at(message))
    except _UNREADABLE:
        return None
    if news is None:
        return None
    name = header_of(message, "Message-ID")
    if len(name.strip("<> ")) < _SHORTEST:
        name = hashlib.sha256(data).hexdigest()
    return InboxReport(hashlib.sha256(name.encode("utf-8", "replace")).hexdigest(), news)


def may_tell(head: bytes) -> bool:
    """Whether a message with these headers may be a report or an answer, and is worth reading whole. Never raises."""
    try:
        message = read_message(head)
        return (
            message.get_content_type() == "multipart/report"
            or is_robot(message)
            or _is_returned(message)
            or bool(ids_answered(message))
            or is_unsubscribe(message)
            or says_stop(header_of(message, "Subject"))
        )
    except _UNREADABLE:
        return True


def _bounce(message: Message, data: bytes) -> Bounce | None:
    """A delivery status notification, or the letter of a robot that says itself that it gave up.

    A report without a single field in it (Gmail, where it sends by another's server) is read by its words.
    """
    sections = [part for part in own_parts(message) if part.get_content_type() in _DELIVERY]
    blocks = [fields for part in sections for fields in _blocks(part)][:BLOCKS]
    given_up = [fields for fields in blocks if _has_failed(fields)]
    if given_up:
        return _from_fields(given_up, message)
    if any(header_of(fields, "Action") for fields in blocks):
        return None  # put off, passed on, or delivered
    of_delivery = str(message.get_param("report-type", "delivery-status")).casefold() == "delivery-status"
    if of_delivery and not (sections or is_robot(message) or _is_returned(message)):
        return None
    failed = failed_addresses(data)
    if not of_delivery and not failed:
        return None  # that it was read, or taken for spam; Dovecot tells by such a report that a mailbox is full
    return _from_words(message, failed)


def _blocks(part: Message) -> Iterator[Message]:
    """The blocks of a report that tell of one recipient each: all but the first, which tells of the message."""
    inner = part.get_payload()
    blocks = [block for block in inner if isinstance(block, Message)] if isinstance(inner, list) else []
    is_packed = header_of(part, "Content-Transfer-Encoding").casefold() == "base64"
    if blocks and (is_packed or part.get_content_subtype() == "global-delivery-status"):
        # The library takes only the older type apart, and unpacks neither.
        rest = str(blocks[0].get_payload())[:_PART].replace("\r", "")
        rest = base64.b64decode(rest).decode("utf-8", "replace").replace("\r", "") if is_packed else rest
        blocks = [read_message(block.encode("utf-8", "replace")) for block in re.split(r"\n(?:[ \t]*\n)+", rest)]
    yield from (block for block in blocks if block["Action"] or block["Final-Recipient"])


def _has_failed(fields: Message) -> bool:
    action = header_of(fields, "Action").casefold()
    return action.startswith(("fail", "error")) or (not action and header_of(fields, "Status").startswith("5"))


def _from_fields(failed: list[Message], message: Message) -> Bounce:
    fields = failed[0]
    diagnosis = header_of(fields, "Diagnostic-Code").partition(";")[2].strip() or header_of(fields, "Diagnostic-Code")
    code = re.match(r"(\d{3})[ -]?(.*)", diagnosis, re.DOTALL)
    said = read_reply(int(code[1]) if code else 550, (code[2] if code else diagnosis).encode("utf-8", "replace"))
    status = read_status(header_of(fields, "Status"))
    # A report may only say "5.0.0" where the server that refused said more.
    if said.status is not None and (status is None or status[1:] == (0, 0)):
        status = said.status
    named = [header_of(one, heading) for one in failed for heading in ("Final-Recipient", "Original-Recipient")]
    return _bounced(message, Reply(said.code, status, said.words), frozenset(addresses_in(" ".join(named))))


def _from_words(message: Message, failed: frozenset[str]) -> Bounce | None:
    """What a robot says without the fields of a report, as qmail and old Exim do; `failed` is whom it gave up."""
    text = "\n".join(text_of(part) for part in own_parts(message) if part.get_content_maintype() == "text")
    body = _COPY.split(text[:_PART], maxsplit=1)[0].replace("\r", "")
    subject = header_of(message, "Subject")
    if _is_delay(subject, body):
        return None
    code = _CODE.search(body)
    if code is None and not (
        failed or header_of(message, "X-Failed-Recipients") or _GAVE_UP.search(f"{subject} {body}")
    ):
        return None
    words = body[code.start() :][:1000] if code else body[:1000]
    said = read_reply(int(words[:3]) if words[:3].isdigit() else 550, words.encode("utf-8", "replace"))
    return _bounced(message, Reply(said.code if code else 0, said.status or read_status(words[4:]), said.words), failed)


def _is_delay(subject: str, body: str) -> bool:
    """True for a warning that a letter is late; it still may arrive."""
    return bool(_DELAYED.search(f"{subject} {body}")) and not (_FINAL.search(body) or _UNKNOWN.search(body))


def _unclear(message: Message) -> Bounce | None:
    """What comes under the subject of a report, from a robot, and says in no words that we know what it means."""
    if not (_is_returned(message) and is_robot(message)):
        return None
    text = " ".join(text_of(part)[:_PART] for part in own_parts(message) if part.get_content_maintype() == "text")
    own = _COPY.split(text, maxsplit=1)[0]
    is_dsn = any(header_of(part, "Action") for part in message.walk() if part is not message)
    return (
        None if is_dsn or _is_delay(header_of(message, "Subject"), own) else Bounce(_quoted(message), "", unclear=True)
    )


def _bounced(message: Message, reply: Reply, failed: frozenset[str]) -> Bounce:
    """The report as a value; `failed` are the recipients that it names, besides those of its headers."""
    returned = [header_of(part, "To") for part in message.walk() if part is not message]
    copies = [to for part in message.walk() for to in _TO.findall(_copy(part))]
    texts = [header_of(message, "X-Failed-Recipients"), *returned, *copies[:BLOCKS]]
    recipients = failed | {address for text in texts for address in addresses_in(text)}
    limit = bool(reply.status and reply.status[0] == 5 and reply.status[1:] in _LIMITS)
    return Bounce(_quoted(message), _reason(reply), limit or bool(_LIMIT_WORDS.search(reply.words)), recipients)


def _copy(part: Message) -> str:
    """The headers of the returned letter where they stand as text."""
    is_text = part.get_content_maintype() == "text" or part.get_content_type() == "message/rfc822-headers"
    return text_of(part)[:_PART].replace("\r", "") if is_text else ""


def _reason(reply: Reply) -> str:
    if reply.status is None or reply.status[1:] == (0, 0):
        for reason, words in _SAID:
            if re.search(words, reply.words, re.IGNORECASE | re.DOTALL):
                return reason
    if not reply.code:
        return NO_SUCH if _UNKNOWN.search(reply.words) else UNREACHED
    return reason_of(reply.status, reply.code, reply.words)


def _quoted(message: Message) -> tuple[str, ...]:
    """All Message-IDs that a report speaks of: of the letter it holds, of its headers, in its text."""
    found: dict[str, None] = {}
    own = header_of(message, "Message-ID")
    for part in message.walk():
        for heading in ("Message-ID", "X-Original-Message-ID", "Original-Message-ID", "In-Reply-To", "References"):
            found.update(dict.fromkeys(ids_in(header_of(part, heading))))
        found.update(dict.fromkeys(ids_in(_copy(part))))
    return tuple(one for one in found if one != own)


def _is_returned(message: Message) -> bool:
    """True for a subject under which letters come back, and that nobody answered or passed on."""
    subject = header_of(message, "Subject")
    return bool(_RETURNED.search(subject)) and not _PASSED_ON.match(subject)
