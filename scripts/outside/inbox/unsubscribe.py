"""Reads what people write to the mailbox: what they typed, and whether that asks for no more mail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from html.parser import HTMLParser

from outside.inbox.message import body_of, header_of, ids_in, sent_at, text_of, vouches, writer_of

_LONGEST = 20_000
"""Characters of an answer that are looked at: a wish stands at its head."""

ASKED = frozenset({
    "stop", "stoppen", "stop mail", "stop met mail", "stoppen met mail", "afmelden", "afmelden mail",
    "afmelden voor mail", "afmelden lijst", "afmelding", "meld af", "meld af voor mail", "uitschrijven",
    "uitschrijving", "schrijf uit", "geen mail", "geen mail meer", "geen mail meer ontvangen", "geen mail meer krijgen",
    "wil geen mail ontvangen", "wil geen mail krijgen", "verwijder", "verwijderen", "verwijder lijst",
    "verwijder uit lijst", "haal lijst",
    "unsubscribe", "unsubscribe mail", "unsubscribe lijst", "opt out", "optout", "remove", "remove lijst",
    "remove mail lijst", "take off lijst", "take off mail lijst", "no mail", "no more mail", "no further mail",
    "abmelden",
})  # fmt: skip  # what belongs together stands together
"""What is left of a wish to be left alone, once all that is only polite is dropped."""

_POLITE = frozenset({
    # one asks, and for whom
    "ik", "me", "mij", "mijn", "je", "jij", "jullie", "uw", "ons", "wij", "we", "my", "you", "your", "us", "aub",
    "svp", "graag", "alstublieft", "alsjeblieft", "please", "pls", "kindly", "just", "maar", "even", "kunt", "kun",
    "wilt", "willen", "zou", "zouden", "can", "could", "would", "will", "like", "want", "to", "te", "hierbij", "bij",
    "nu", "direct", "meteen", "now", "immediately", "sturen", "stuur", "versturen", "toesturen", "send", "sending",
    # what it is about
    "de", "het", "deze", "die", "dit", "dat", "van", "from", "the", "this", "these", "that", "any", "all", "alle",
    "it", "hiermee", "ermee", "daarmee",
    # greetings and thanks
    "hallo", "hoi", "hi", "hello", "hey", "dag", "beste", "geachte", "dear", "heer", "mevrouw", "goedemorgen",
    "goedemiddag", "goedenavond", "goedendag", "bedankt", "dank", "dankjewel", "dankuwel", "wel", "alvast", "thanks",
    "thank", "groet", "groeten", "groetjes", "mvg", "regards",
})  # fmt: skip  # a word list

_MAIL = frozenset({
    "mails", "email", "emails", "emailing", "mailing", "mailings", "mailen", "emailen", "mailtje", "mailtjes",
    "bericht", "berichten", "nieuwsbrief", "nieuwsbrieven", "message", "messages", "newsletter", "newsletters",
})  # fmt: skip  # likewise
_LIST = frozenset({"list", "maillijst", "mailinglijst", "mailinglist", "verzendlijst"})

_BEFORE = re.compile(r"^\s*((re|antw|aw|betr|fw|fwd)\s*:\s*)+", re.IGNORECASE)
_UNSUBSCRIBE = re.compile(r"afmelden\s+(?P<nr>[a-z]{1,8}-\w{4,12}(-\d+)?)", re.IGNORECASE)
_BY_TOKEN = re.compile(rf"\b{_UNSUBSCRIBE.pattern}\s+(?P<token>[a-z2-7]{{16}})(?![a-z0-9])", re.IGNORECASE)
"""Counts wherever it stands: nobody makes up a token, and mail servers put words of their own around it."""

_ENCODED = re.compile(r"%(20|2b|2d|5f)|[+_]", re.IGNORECASE)
"""What stands for a space where a mail program leaves the subject of a mailto: link as it is (RFC 6068, 5)."""
_BUTTON = re.compile(r"x-\w{1,20}-(list-)?unsubscribe|x-unsubscribe", re.IGNORECASE)
"""Headers by which a mail program tells that its owner pressed its button (Apple Mail: X-Apple-Unsubscribe)."""
_GREETING = re.compile(
    r"^\W*(hallo|hoi|hi|hello|hey|dag|beste|geachte|dear|goede\w+|l\.?s)\b[^,.!?:]{0,40}([,.!]|$)", re.IGNORECASE
)

_AUTOMATIC = re.compile(
    r"(automati\w+ (antwoord|reply|response|beantwoord\w*)|auto-?(reply|antwoord)|out of (the )?office|afwezig\w*"
    r"|(niet )?gelezen:|read:|not read:)",
    re.IGNORECASE,
)
_OF_ROBOTS = ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "X-Autoresponder", "List-Id")

_WROTE = (
    r"^[ \t]*(?:op|on)\b(?:[^\n]|\n(?!\n)){1,300}?\b(?:schreef|geschreven|wrote)\b"
    r"[^\n]{0,200}(?:\n[^\n]{1,200})?:[ \t]*$"
)
"""How mail programs introduce what is quoted; the line may be broken twice."""

_WROTE_ABOVE = re.compile(_WROTE + r"(?=\s*^[ \t]*[>|])", re.IGNORECASE | re.MULTILINE)
_OLDER = re.compile(
    _WROTE + r"|^[ \t]*[-_]{2,}"
    r"|^[ \t*]*(?:van|from|aan|to|verzonden|sent|datum|date|onderwerp|subject)[ \t*]*:",
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip  # the ways in which mail programs start what is older, one a line
_ROBOT = re.compile(r"mailer-?daemon|mail-?daemon|\bmdaemon|postmaster|mail delivery (sub)?system", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StopAsked:
    """An answer that asks for no more mail; `address` is who says to have written it, "" where nobody can tell.

    `quoted` are the Message-IDs that it answers, `nr` and `token` what List-Unsubscribe put in its subject.
    `vouched` tells whether our own provider vouches for the address, `sent` when it was written (local time).
    """

    address: str
    quoted: tuple[str, ...] = ()
    nr: str = ""
    token: str = ""
    vouched: bool = False
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a person has to read; `message_ids` is what it answers."""

    message_ids: tuple[str, ...]


def answer_in(message: Message, host: str) -> StopAsked | Answer | None:
    """What a person wrote: a wish to be left alone, or an answer to something."""
    writer, answered, (nr, token) = writer_of(message), ids_answered(message), leave_token(message)
    # A mail program that presses the button for its owner may well say that it is a robot.
    pressed = token or (is_unsubscribe(message) and not is_robot(message))
    if not pressed and (is_automatic(message) or is_robot(message)):
        return None
    if (writer or answered or token) and asks_to_stop(message):
        return StopAsked(writer, answered, nr, token, vouches(message, host), sent_at(message))
    return Answer(answered) if answered else None


def ids_answered(message: Message) -> tuple[str, ...]:
    """The Message-IDs of what a message answers."""
    return tuple(dict.fromkeys(ids_in(f"{header_of(message, 'In-Reply-To')} {header_of(message, 'References')}")))


def is_robot(message: Message) -> bool:
    """True for what a mail server wrote by itself, as far as who it says to be tells."""
    return bool(header_of(message, "X-Failed-Recipients") or _ROBOT.search(header_of(message, "From")))


def is_unsubscribe(message: Message) -> bool:
    """True for what a mail program sends when somebody presses its own button (our List-Unsubscribe)."""
    if leave_token(message) != ("", "") or _is_pressed(message):
        return True
    made = header_of(message, "Auto-Submitted").casefold().startswith("auto-generated")
    return made and says_stop(_subject(message))


def _is_pressed(message: Message) -> bool:
    said = (value for heading, value in message.items() if _BUTTON.fullmatch(heading))
    return any(str(value).strip().casefold() in {"true", "yes", "1"} for value in said)


def leave_token(message: Message) -> tuple[str, str]:
    """The Nr and the token that List-Unsubscribe put in the subject, each "" where there is none."""
    subject = _subject(message)
    if _AUTOMATIC.match(subject):
        return "", ""
    by_token = _BY_TOKEN.search(_ENCODED.sub(lambda code: "-" if code[0].lower() == "%2d" else " ", subject))
    if by_token:
        return by_token["nr"].upper(), by_token["token"].lower()
    found = _UNSUBSCRIBE.fullmatch(subject)
    return (found["nr"].upper(), "") if found else ("", "")


def is_automatic(message: Message) -> bool:
    """True for holiday answers, receipts and lists: nobody wrote them to us."""
    return (
        header_of(message, "Auto-Submitted").casefold() not in ("", "no")
        or header_of(message, "Return-Path") == "<>"
        or header_of(message, "Precedence").casefold() in ("bulk", "junk", "list", "auto_reply")
        or any(header_of(message, heading) for heading in _OF_ROBOTS)
        or message.get_content_type() == "multipart/report"
        or bool(_AUTOMATIC.match(header_of(message, "Subject")))
    )


def asks_to_stop(message: Message) -> bool:
    """True for an answer whose subject, or whose first words, ask for no more mail and say nothing else."""
    return is_unsubscribe(message) or says_stop(_subject(message)) or says_stop(_first_line(message))


def says_stop(line: str) -> bool:
    """True for a line, or the first of its sentences, that asks for no more mail and says nothing else.

    A sentence of one word is not enough when more follows: "Stop! Houd de dief!" is no wish.
    """
    sentence = re.split(r"(?<=[.!?…])\s+", line.strip(), maxsplit=1)[0]
    return _is_wish(line) or (len(sentence.split()) > 1 and _is_wish(sentence))


def _is_wish(line: str) -> bool:
    said = _fold(line)
    return said in ASKED or said.removeprefix("wil ") in ASKED


def _fold(line: str) -> str:
    """The words that matter, in small letters: without signs, marks that do not show, and politeness."""
    plain = unicodedata.normalize("NFKC", line).casefold()
    shown = "".join(mark for mark in plain if mark not in "'’" and unicodedata.category(mark) != "Cf")
    words = [word for word in re.findall(r"[^\W_]+", shown) if len(word) > 1 and word not in _POLITE]
    return " ".join("mail" if word in _MAIL else "lijst" if word in _LIST else word for word in words)


def _subject(message: Message) -> str:
    return _BEFORE.sub("", header_of(message, "Subject")).strip(" .!")


def _first_line(message: Message) -> str:
    """The first line that a person typed and that says something: greetings do not."""
    for kind in ("plain", "html"):
        body = body_of(message, kind)
        text = text_of(body)[:_LONGEST] if body is not None else ""
        for line in _own_lines(_shown(text) if kind == "html" else text):
            rest = line if says_stop(line) else _GREETING.sub("", line)
            if _fold(rest):
                return rest
    return ""


def _own_lines(text: str) -> Iterator[str]:
    """What the writer typed, line by line: without what is quoted, and up to where an older mail begins."""
    lines = "\n".join(text.splitlines())
    own = _OLDER.split(_WROTE_ABOVE.sub("", lines), maxsplit=1)[0]
    yield from (line for line in own.splitlines() if not line.lstrip().startswith((">", "|")))


def _shown(page: str) -> str:
    """The text that an HTML part shows, a line for each block, and ">" in place of what is quoted."""
    reader = _Page()
    reader.feed(page)
    reader.close()
    return "".join(reader.pieces)


class _Page(HTMLParser):
    """Gathers what a page shows, and leaves out what mail programs mark as quoted."""

    HIDDEN = frozenset({"title", "style", "script", "blockquote"})
    QUOTES = frozenset({"gmail_quote", "gmail_extra", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"})
    OLDER = frozenset({"divRplyFwdMsg", "appendonsend"})
    INLINE = frozenset({"a", "abbr", "b", "bdi", "big", "em", "font", "i", "mark", "s", "small", "span", "strong", "u"})

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._inside: list[str] = []
        self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A hidden element hides all up to its end; elements of its own kind may lie in it."""
        attributes = {name: value or "" for name, value in attrs}
        self._over |= attributes.get("id", "").removeprefix("x_") in self.OLDER  # Outlook quotes without an end
        if self._inside:
            if tag == self._inside[0]:
                self._inside.append(tag)
        elif tag in self.HIDDEN or self.QUOTES & set(attributes.get("class", "").split()):
            self._inside.append(tag)
            self.pieces.append("\n>\n" if tag not in {"title", "style", "script"} else "\n")
        elif tag not in self.INLINE:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of what was hidden, or of a line."""
        if self._inside:
            if tag == self._inside[0]:
                self._inside.pop()
        elif tag not in self.INLINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Text, of which the line ends mean nothing."""
        if not self._inside and not self._over:
            self.pieces.append(re.sub(r"\s+", " ", data))
