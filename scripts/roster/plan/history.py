"""What is remembered of earlier runs: what left, to whom, and who stood in each row, with what tab Logboek adds."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from roster.cells.phones import phone
from roster.logbook import FORGOTTEN, LASTING, WISH, Given, GivenCard, Logbook, LogEntry
from roster.model import Roster
from roster.plan.delivery_status import BELIEVED, State, read_mark
from roster.sheet.table import fold
from roster.terms import Terms


class Notice(NamedTuple):
    """What a letter tells of somebody's place: the group (folded), the role in it, and the regiegroep's number.

    The number is a digest (`History.number_mark`); "" stands for what the letter does not tell.
    """

    group: str = ""
    role: str = ""
    number: str = ""


NO_NOTICE = Notice()


SEEN = "seen"
"""The act of what is no letter: somebody was seen in his place, and is not mailed for it."""


MessageKey = tuple[str, str, str]
"""Person, act and version: what makes a message one and the same."""


class Message(NamedTuple):
    """What the ledger knows of one message: to whom, what, and how it stands since `day`.

    `address_mark` is the digest of the address it went to. `reported` is what this machine wrote in the row and that
    does not speak against a next try. `notice` is what it tells of somebody's place, and `at` when that was put
    together (UTC); both are empty for what left before that was remembered. `next_try` (UTC) is of one that waits.
    """

    person: str
    act: str
    version: str
    state: State
    day: date
    identities: tuple[str, ...] = ()
    address_mark: str = ""
    reason: str = ""
    reported: str = ""
    notice: Notice = NO_NOTICE
    at: str = ""
    message_id: str = ""
    next_try: datetime | None = None

    @property
    def key(self) -> MessageKey:
        """Which message this is."""
        return self.person, self.act, self.version


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
    last run saw ("members" -> 312). `do_not_mail_digests` are digests of addresses that asked for no mail, and
    `do_not_mail_since` tells when each did (local time). `recipients` holds by person ("D-0012", or "D-0012-2" for
    the second who stood in that row) what was last seen of him.
    `sights` are the places in which people were first seen who were welcomed before such a place was
    remembered: no letters, but as good as told. `agreed_admins` are digests of the admins that somebody agreed to.
    `bundles` are the contacts that lie ready for admins, went to them or were given; `recalled` finds the name and
    number (E.164) of a card that once lay in a folder under out/.
    `forgotten` are by Nr the marks (`forgotten_mark`) of who was forgotten here.
    `logbook` is what tab Logboek ever said to this computer, and `elsewhere` those of `deliveries` that only it tells.
    """

    deliveries: list[Message] = field(default_factory=list)
    highest: dict[str, int] = field(default_factory=dict)
    identity_nr: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    salt: bytes = b""
    do_not_mail_digests: frozenset[str] = frozenset()
    recipients: dict[str, Recipient] = field(default_factory=dict)
    do_not_mail_since: dict[str, datetime] = field(default_factory=dict)
    sights: list[Message] = field(default_factory=list)
    agreed_admins: frozenset[str] = frozenset()
    logbook: Logbook = field(default_factory=Logbook)
    elsewhere: frozenset[Message] = frozenset()
    bundles: list[Given] = field(default_factory=list)
    forgotten: dict[str, frozenset[str]] = field(default_factory=dict)
    recalled: Callable[[GivenCard, str], tuple[str, str] | None] = field(
        default=lambda _card, _folder: None, repr=False, compare=False
    )
    _known_by: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_new(self) -> bool:
        """True where no round and no letter of this computer is remembered; what was told by hand is no round."""
        return not self.counts and all(one.state == State.HAND or one in self.elsewhere for one in self.deliveries)

    @cached_property
    def of_person(self) -> dict[str, list[Message]]:
        """All deliveries to each person, in their order."""
        found: dict[str, list[Message]] = {}
        for delivery in self.deliveries:
            found.setdefault(delivery.person, []).append(delivery)
        return found

    @cached_property
    def wishes(self) -> dict[str, LogEntry]:
        """What people want, no mail or mail again, as tab Logboek tells it: by their mark."""
        return {one.mark: one for one in self.logbook.entries.values() if one.act == WISH and one.mark}

    @cached_property
    def gone(self) -> frozenset[str]:
        """The Nrs of who was forgotten, by whatever computer, as tab Logboek tells it."""
        return frozenset(one.nr for one in self.logbook.entries.values() if one.act == FORGOTTEN)

    @cached_property
    def _digest(self) -> hmac.HMAC:
        return hmac.new(self.salt, digestmod="sha256")

    def identity(self, mobile: str) -> str:
        """A mobile (E.164) as the ledger knows it: a digest that tells nobody the number who lacks the salt."""
        known = self._known_by.get(mobile)
        if known is None:  # the welcome and the ledger both ask for everybody's
            known = self._known_by[mobile] = self._mark(mobile)
        return known

    def number_mark(self, number: str) -> str:
        """The regiegroep's number as the ledger knows it, however it is written; "" for none."""
        return self.identity(_as_one_dials(number)) if number else ""

    def address_mark(self, address: str) -> str:
        """A mail address as the ledger knows it; capitals do not count."""
        return self._mark(address.casefold())

    def name_mark(self, name: str) -> str:
        """A name as the ledger knows it; capitals, accents and blanks do not count."""
        return self._mark(f"name:{fold(name)}")

    def forgotten_mark(self, nr: str, known_as: str) -> str:
        """Somebody forgotten, by his Nr and a mobile (E.164), address or name: no other digest is the same."""
        return self._mark(f"forgotten:{nr}:{fold(known_as)}")

    def is_forgotten(self, nr: str, *known_as: str | None) -> bool:
        """Whether who stands in this row was forgotten; whoever else has that Nr was not.

        Where nobody knows here who that was, the Nr says so: it is never given again.
        """
        marks = self.forgotten.get(nr)
        if marks is None:
            return nr in self.gone
        return any(self.forgotten_mark(nr, one) in marks for one in (nr, *known_as) if one)

    def _mark(self, text: str) -> str:
        digest = self._digest.copy()
        digest.update(text.encode())
        return digest.hexdigest()[:24]


_LATER = re.compile(r"^(.+-\d+)-(\d+)$")


@lru_cache(maxsize=64)  # asked for every letter, of hardly any number but today's
def _as_one_dials(number: str) -> str:
    try:
        read = phone(number)
    except ValueError:
        read = None
    return read.e164 if read else re.sub(r"[^+\d]", "", number)


def seen(history: History, mobile: str | None, email: str | None, name: str) -> Recipient:
    """What a row tells of somebody, as the ledger keeps it: a digest of each, "" where the cell is blank."""
    return Recipient(
        history.identity(mobile) if mobile else "",
        history.address_mark(email) if email else "",
        history.name_mark(name) if name else "",
    )


def shared(one: Recipient, other: Recipient) -> int:
    """How many of mobile, address and name two have in common."""
    return (one[0] == other[0] != "") + (one[1] == other[1] != "") + (one[2] == other[2] != "")


def turn_of(person: str) -> int:
    """The how manieth of a row somebody is: 1 for "D-0012", 2 for "D-0012-2"."""
    later = _LATER.match(person) if person.count("-") > 1 else None
    return int(later[2]) if later else 1


def row_of(person: str) -> str:
    """The Nr of the row that somebody stands or stood in."""
    later = _LATER.match(person) if person.count("-") > 1 else None
    return later[1] if later else person


def by_digest(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Each digest with its persons, in order and once each; a blank one is nobody's."""
    found: dict[str, list[str]] = {}
    for digest, person in dict.fromkeys(pairs):
        if digest:
            found.setdefault(digest, []).append(person)
    return found


def joined(kept: Logbook, found: Logbook) -> Logbook:
    """What the tab says, with all that it ever said to this computer: a row may be gone, or of an older version.

    Marks that were made with another secret are of another register, and tell nothing of this one.
    """
    if found.secret and kept.secret not in ("", found.secret):
        return found
    entries = {**kept.entries, **found.entries}
    for key, one in kept.entries.items():
        if entries[key] is not one and entries[key][1:] != one[1:]:  # most rows say what they said
            entries[key] = _later(one, entries[key])
    prefixes = {*kept.highest, *found.highest}
    highest = {prefix: max(kept.highest.get(prefix, 0), found.highest.get(prefix, 0)) for prefix in prefixes}
    marks = found.known_marks if found.secret else kept.known_marks
    return Logbook(found.secret or kept.secret, entries, highest, found.doubles, marks)


def numbered(history: History, mobiles: Iterable[str | None]) -> History:
    """The history with the highest Nr that any computer saw, and with whose Nr each of these mobiles went by."""
    book, highest = history.logbook, dict(history.highest)
    for prefix, number in book.highest.items():
        highest[prefix] = max(number, highest.get(prefix, 0))
    unknown = [mobile for mobile in mobiles if mobile and history.identity(mobile) not in history.identity_nr]
    entries = sorted(book.entries.values(), key=lambda one: one.since) if unknown else ()
    nrs = {one.mark: one.nr for one in entries if one.mark}
    there = {history.identity(mobile): book.mark(mobile) for mobile in unknown} if nrs else {}
    known = {identity: nrs[mark] for identity, mark in there.items() if mark in nrs}
    return replace(history, highest=highest, identity_nr=known | history.identity_nr if known else history.identity_nr)


def outdated(
    book: Logbook, roster: Roster, marks: Container[str], terms: Terms, gone: Container[str]
) -> dict[str, LogEntry]:
    """What went long ago to somebody who stands in the register no more, by his Nr or by his mark, by key.

    And what was told of the Nrs in `gone`, of who was forgotten; that they were is kept.
    """
    before = terms.today - timedelta(days=terms.logbook_days)
    numbers = {member.nr for member in roster.members}
    return {
        key: one
        for key, one in book.entries.items()
        if one.act != FORGOTTEN
        and (one.nr in gone or (one.since.date() < before and one.nr not in numbers and one.mark not in marks))
    }


def is_our_word(entry: LogEntry, own: Message) -> bool:
    """True where the tab still tells what this computer wrote itself, of a letter of which it knows better since."""
    reported, since = read_mark(own.reported), entry.since
    if reported is None or reported.day != since.date() or reported.at not in (None, since.time()):
        return False
    return reported.state == entry.state or {reported.state, entry.state} == {State.BUSY, State.UNCERTAIN}


def _later(kept: LogEntry, found: LogEntry) -> LogEntry:
    """The one of the later moment. A letter that leaves has its minute; what was found out of it later, its day.

    Of what is no message that is all: what the tab says now, where the moments are the same.
    """
    if found.act in LASTING:
        return max(found, kept, key=lambda one: one.since)
    if kept.since.date() == found.since.date() and time() in (kept.since.time(), found.since.time()):
        return found if found.since.time() == time() else min(found, kept, key=lambda one: BELIEVED.index(one.state))
    return max(found, kept, key=lambda one: one.since)
