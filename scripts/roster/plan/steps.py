"""The steps that a run means to take: values that can be sorted, shown, counted and held back."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from roster.cells.phones import phone
from roster.finding import Finding
from roster.model import Roster, Standing, Terms
from roster.sheet.table import Cell, Place, fold


@dataclass(frozen=True, slots=True)
class SetCell:
    """Write `value` in one of the software's own cells (`place.column`), over what stands there: `was`.

    `value` is text or a whole number; "" empties the cell. The row is found by `place.key`.
    """

    place: Place
    value: str | int
    was: Cell = None


@dataclass(frozen=True, slots=True)
class AddRow:
    """Add a row to a derived tab, below the last one in use: heading -> value."""

    tab: str
    key: str
    values: tuple[tuple[str, str | int], ...]


class Notice(NamedTuple):
    """What a letter tells of somebody's place: the group (folded), the role in it, and the regiegroep's number.

    The number is a digest (`History.number_mark`); "" stands for what the letter does not tell.
    """

    group: str = ""
    role: str = ""
    number: str = ""


NO_NOTICE = Notice()


@dataclass(frozen=True, slots=True)
class Send:
    """One mail to one person, not yet rendered.

    `act` is the folder under templates/ ("welcome"), `version` the version of what is told, and
    `facts` all that the template may use, as plain values. `person` is the Nr, `marks` the
    identities that the ledger knows this person by. `mark` is the cell that says afterwards how it went;
    with `told_together` several letters share it, and their planner says it for all of them. `cards`
    are the vCards that go along: file name and card. `notice` is what the ledger remembers of what it tells.
    """

    about: Place
    act: str
    version: str
    language: str
    person: str
    to_name: str
    to_address: str
    facts: dict[str, object] = field(hash=False)
    mark: Place
    mark_was: Cell = None
    identities: tuple[str, ...] = ()
    cards: tuple[tuple[str, str], ...] = ()
    told_together: bool = False
    notice: Notice = field(default=NO_NOTICE, compare=False)


class Part(NamedTuple):
    """A piece of a file that tells of one row; it is left out when that row is held back."""

    about: Place
    text: str


@dataclass(frozen=True, slots=True)
class WriteFile:
    """A file under out/, made of parts in order between a head and a foot.

    `path` is relative, with forward slashes, each piece already safe as a file's name. With
    `only_if_parts` a file without a single part is not written.
    """

    path: str
    parts: tuple[Part, ...]
    head: str = ""
    foot: str = ""
    only_if_parts: bool = False
    newline: str = "\n"


@dataclass(frozen=True, slots=True)
class Document:
    """A file under out/ made from the template of an act; `about` is the row that it tells of.

    `facts` is all that the template may use, as plain values.
    """

    path: str
    act: str
    language: str
    facts: dict[str, object] = field(hash=False)
    about: Place | None = None


Step = SetCell | AddRow | Send | WriteFile | Document


SEEN = "seen"
"""The act of what is no letter: somebody was seen in his place, and is not mailed for it."""


class Delivery(NamedTuple):
    """What the ledger knows of one message: to whom, what, and how it went.

    `state` is "klaargezet" (outbox), "verstuurd" (SMTP), "bezig", "onzeker", "geweigerd", or
    "wacht": not left, and due again. `address_mark` is the digest of the address it went to. `told` is what this
    machine wrote in the row and that does not speak against a next try. `notice` is what it tells of somebody's
    place, and `at` when that was put together (UTC); both are empty for what left before that was remembered.
    """

    person: str
    act: str
    version: str
    state: str
    day: date
    identities: tuple[str, ...] = ()
    address_mark: str = ""
    reason: str = ""
    told: str = ""
    notice: Notice = NO_NOTICE
    at: str = ""


class Recipient(NamedTuple):
    """Somebody as a row last told of him: digests of his mobile, address and name, "" for what it never told.

    `known_as` are the persons of other rows that he was before: somebody who left, and came back in a new row.
    """

    mobile: str = ""
    address: str = ""
    name: str = ""
    known_as: tuple[str, ...] = ()


@dataclass
class History:
    """What must be remembered from earlier runs; the workbook cannot be trusted with it alone.

    `highest` holds the highest number ever given by prefix ("D" -> 301). `identity_nr` maps an
    identity (a keyed digest of a mobile number) to the Nr that it went by. `counts` holds what the
    last run saw ("members" -> 312). `left_alone` are the digests of addresses that asked for no mail, and
    `do_not_mail_since` tells when each did (local time). `recipients` holds by person ("D-0012", or "D-0012-2" for
    the second who stood in that row) what was last seen of him.
    `sights` are the places in which people were first seen who were welcomed before such a place was
    remembered: no letters, but as good as told. `agreed_admins` are digests of the admins that somebody agreed to.
    """

    deliveries: list[Delivery] = field(default_factory=list)
    highest: dict[str, int] = field(default_factory=dict)
    identity_nr: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    salt: bytes = b""
    do_not_mail_digests: frozenset[str] = frozenset()
    recipients: dict[str, Recipient] = field(default_factory=dict)
    do_not_mail_since: dict[str, datetime] = field(default_factory=dict)
    sights: list[Delivery] = field(default_factory=list)
    agreed_admins: frozenset[str] = frozenset()
    _known_by: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def of_person(self) -> dict[str, list[Delivery]]:
        """All deliveries to each person, in their order."""
        found: dict[str, list[Delivery]] = {}
        for delivery in self.deliveries:
            found.setdefault(delivery.person, []).append(delivery)
        return found

    @cached_property
    def of_identity(self) -> dict[str, list[Delivery]]:
        """All deliveries to each identity, in their order."""
        found: dict[str, list[Delivery]] = {}
        for delivery in self.deliveries:
            for identity in delivery.identities:
                found.setdefault(identity, []).append(delivery)
        return found

    @cached_property
    def _digest(self) -> hmac.HMAC:
        return hmac.new(self.salt, digestmod="sha256")

    def identity(self, mobile: str) -> str:
        """A mobile (E.164) as the ledger knows it: a digest that tells nobody the number."""
        known = self._known_by.get(mobile)
        if known is None:  # the welcome and the ledger both ask for everybody's
            digest = self._digest.copy()
            digest.update(mobile.encode())
            known = self._known_by[mobile] = digest.hexdigest()[:24]
        return known

    def number_mark(self, number: str) -> str:
        """The regiegroep's number as the ledger knows it, however it is written; "" for none."""
        try:
            read = phone(number)
        except ValueError:
            read = None
        return self.identity(read.e164 if read else re.sub(r"[^+\d]", "", number)) if number else ""

    def address_mark(self, address: str) -> str:
        """A mail address as the ledger knows it; capitals do not count."""
        return self.identity(address.casefold())

    def name_mark(self, name: str) -> str:
        """A name as the ledger knows it; capitals, accents and blanks do not count."""
        return self.identity(f"name:{fold(name)}")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """All that a planner may look at. Two views are never alike, so what is worked out of one can be kept by it."""

    roster: Roster
    standing: Standing
    findings: tuple[Finding, ...]
    history: History
    terms: Terms


Planner = Callable[[View], Iterable[Step]]


_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff<>:"/\\|?*]+'
)
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|clock\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)")
_LONGEST_NAME = 120
"""Octets. A disk takes 255, and an encrypted one 143; an ending and a count come behind it."""


def file_name(name: str) -> str:
    """A name that Windows, macOS and Linux all take as one piece of a path, still readable.

    At most 80 letters and 120 octets. A Mac takes é and e with an accent for one name, so there is one way to spell it.
    """
    safe = unicodedata.normalize("NFC", _UNSAFE.sub("-", name)).strip(" .") or "naamloos"
    safe = ("_" + safe if _RESERVED.match(safe) else safe)[:80]
    return safe.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip(" .")
