"""What left, as values: what tab Logboek says of each message and to whom it went, and which contacts an admin has."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from roster.sheet.table import Place

SECRET, HIGHEST = "geheim", "hoogste"
"""What names the row that holds the secret, and those that hold the highest Nr ever given."""

_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")
_MARK, _KEY, _SECRET = 16, 12, 24
_MADE = re.compile("[bcdfghjkmnpqrstv]+")


def in_letters(digest: str) -> str:
    """A hexadecimal digest in letters of which no name, word or number can arise by chance."""
    return digest.translate(_LETTERS)


def is_mark(text: str) -> bool:
    """True for a mark of somebody as we make it."""
    return len(text) == _MARK and _MADE.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """True for the key of a message as we make it."""
    return len(text) == _KEY and _MADE.fullmatch(text) is not None


def is_secret(text: str) -> bool:
    """True for a secret as we make it."""
    return len(text) == _SECRET and _MADE.fullmatch(text) is not None


class LogEntry(NamedTuple):
    """One message that left, lies ready, was refused, is uncertain or was told by hand, whichever laptop did it.

    Or what somebody wants: no mail, or mail again. That goes by `Logbook.wish_key`, one row for each mobile.
    `place.key` names its row. `nr` is the row of whom it went to, `mark` the person (`Logbook.mark` of his mobile),
    "" where nobody knew it. `version` is as the tab says it (`Logbook.version`), `state` as a row tells it.
    `since` is since when it stands so (local time).
    """

    place: Place
    nr: str
    act: str
    version: str
    state: str
    mark: str
    since: datetime


@dataclass(slots=True, eq=False)
class Logbook:
    """All that the tab says. `secret` keys the marks, "" where it is not there.

    `entries` are by key, each once. `highest` is the highest Nr ever given by prefix. `doubles` are rows that say
    again what another says: copies.
    """

    secret: str = ""
    entries: dict[str, LogEntry] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)
    doubles: list[Place] = field(default_factory=list)
    known_marks: dict[str, str] = field(default_factory=dict, repr=False)
    """What was asked of `mark` before, with this secret."""

    def mark(self, text: str) -> str:
        """A mobile (E.164), or another word that must not be read, as the tab says it."""
        found = self.known_marks.get(text)
        if found is None:
            found = self.known_marks[text] = self._digest(text, _MARK)
        return found

    def key(self, nr: str, mark: str, act: str, version: str) -> str:
        """What names the row of a message: the same from whichever laptop it left."""
        return self._digest(f"{nr}\n{mark}\n{act}\n{version}", _KEY)

    def wish_key(self, mark: str) -> str:
        """What names the row of what the person with this mark wants, whatever his Nr is."""
        return self._digest(f"{WISH}\n{mark}", _KEY)

    def version(self, act: str, version: str) -> str:
        """The version of a message as the tab says it: one that names a group is a mark."""
        return version if act in NUMBERED else self.mark(version)

    def _digest(self, text: str, length: int) -> str:
        keyed = hashlib.blake2b(text.encode(), key=self.secret.encode(), digest_size=length // 2)
        return in_letters(keyed.hexdigest())


WISH = "wish"
"""The act of what is no message: what somebody wants, no mail or mail again."""

FORGOTTEN = "forgotten"
"""The act of what is no message either: whoever had this Nr was forgotten. It tells nothing but the Nr and the day."""

LASTING = (WISH, FORGOTTEN)
"""What a row tells that is no message: of two such rows the later counts."""


class MailKind(NamedTuple):
    """A kind of mail: what tab Logboek calls it, and what one of them, or more, is in the plan.

    The version of one that is `numbered` may be read in the tab: it is of the texts, or a mark. One that comes
    `after_welcome` only goes to who was welcomed. One `for_many` has a word of its own by which somebody sends it.
    """

    in_tab: str
    one: str
    more: str
    numbered: bool = False
    after_welcome: bool = False
    for_many: bool = False


MAIL_KINDS = {
    "welcome": MailKind("welkom", "welkomstmail", "welkomstmails", numbered=True),
    "rules_update": MailKind(
        "nieuwe spelregels",
        "mail over de nieuwe spelregels",
        "mails over de nieuwe spelregels",
        numbered=True,
        after_welcome=True,
        for_many=True,
    ),
    "registered": MailKind(
        "groep aangemeld", "mail over een aangemelde groep", "mails over een aangemelde groep", after_welcome=True
    ),
    "admin": MailKind(
        "nieuwe beheerder", "mail aan een nieuwe beheerder", "mails aan nieuwe beheerders", after_welcome=True
    ),
    "moved": MailKind("andere groep", "mail over een andere groep", "mails over een andere groep", after_welcome=True),
    "number_update": MailKind(
        "nieuw regienummer",
        "mail over het nieuwe nummer",
        "mails over het nieuwe nummer",
        after_welcome=True,
        for_many=True,
    ),
    "bundle": MailKind("contacten", "mail met contacten", "mails met contacten", numbered=True),
    "signs_copy": MailKind("kopie bordaanvraag", "kopie voor de aanvrager", "kopieën voor de aanvragers"),
    "relay": MailKind("nieuws", "mail met nieuws", "mails met nieuws", numbered=True, for_many=True),
    "signs": MailKind("signs", "bordaanvraag", "bordaanvragen"),
}
"""Every kind of mail, by its act."""

ACT_NAMES = {WISH: "geen mail", FORGOTTEN: "vergeten", **{act: kind.in_tab for act, kind in MAIL_KINDS.items()}}
"""What a message is called in the tab, by its act."""

NUMBERED = tuple(act for act, kind in MAIL_KINDS.items() if kind.numbered)


READY, HANDED_OVER, START_ANEW = "klaar", "gegeven", "opnieuw"
"""What lies ready for her in out/, what somebody said to have handed over, and that she begins anew with all.

Else the version of the message by which it is known that she has them. The middle one is of before there was one.
"""


class GivenCard(NamedTuple):
    """A card: the Nr that it bore, and digests of its mobile and its name."""

    nr: str
    mobile: str
    name: str


class Given(NamedTuple):
    """All contacts of a circle (`circle` as its key, `title` as people write it) that an admin has from then on.

    `kind` is READY, HANDED_OVER, START_ANEW or a version; `at` is when its contents were put together (UTC), and
    `day` the day that people are told. `state` is what tab Logboek names these contacts by. What lies ready
    does so `after` what she was given before it, by its kind.
    """

    person: str
    circle: str
    kind: str
    title: str
    cards: tuple[GivenCard, ...]
    at: str = ""
    day: str = ""
    state: str = ""
    after: str = ""


def said_on_card(name: str) -> str:
    """What the digest of a card's name is made of."""
    return f"card:{name}"


class GivenVersion(NamedTuple):
    """What the version of a message about contacts tells.

    `state` is the mark of all contacts of a circle, "" where she begins anew; `moment` (local time) and `circle` (its
    mark) are told of what was handed over alone, and not of a mail.
    """

    state: str
    moment: datetime | None = None
    circle: str = ""


def handed_version(moment: datetime, circle: str, state: str) -> str:
    """What names the message that tells of a circle that its contacts were handed over, or that she begins anew."""
    return f"{moment.isoformat(timespec='milliseconds')} {circle} {state or START_ANEW}"


def read_version(version: str) -> GivenVersion:
    """What a version tells, of a mail ("2026-03-31 <state>") too."""
    first, *_others = version.split() or [""]
    marks = [word for word in version.split() if is_mark(word)]
    if "T" not in first:
        return GivenVersion(marks[0] if marks else "")
    circle, *state = marks or [""]
    return GivenVersion(state[0] if state else "", datetime.fromisoformat(first), circle)


@dataclass(frozen=True, slots=True)
class WasGiven:
    """What she was given, since when, and whether it is `doubted` what that held (`elsewhere`: by us alone)."""

    given: Given
    when: datetime
    doubted: bool = False
    elsewhere: bool = False

    def is_later(self, other: WasGiven) -> bool:
        """By when the contents were put together; of another laptop's only the moment is known."""
        if self.given.at and other.given.at:
            return self.given.at >= other.given.at
        return self.when >= other.when
