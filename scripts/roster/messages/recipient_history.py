"""Knows which of all letters went to a member, whatever row, number, address or name he has by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import copy
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain, combinations

from roster.model import Member, Status
from roster.plan.delivery_status import State, WelcomeMark, read_mark
from roster.plan.history import Message, Recipient, by_digest, row_of, seen, shared, turn_of
from roster.plan.steps import View
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, fold, is_blank

IN_WELCOME = WELCOME, RULES_UPDATE = ("welcome", "rules_update")
"""The letters of which a row's Welkom tells."""

LOOKED = "looked"
"""What the last whole round counts its day under (`date.toordinal`)."""

_NOBODY = Recipient()


@lru_cache(maxsize=2)  # a round turns from its own view to what would be if letters were due, and back
def recipient_history_of(view: View) -> RecipientHistory:
    """The one of a view: every kind of letter asks it the same way."""
    return RecipientHistory(view) if view.people is None else recipient_history_of(view.people).as_in(view)


class RecipientHistory:
    """The letters of each member. This is the one place that says whether a letter is this person's.

    A row with the same Nr is the same person as long as mobile, address or name stayed since it was last seen, and
    another's once all three are new. A row that bears a mobile or an address of somebody who was written to, and
    who stands in no other row, is that person come back. Two who stand side by side with another name and another
    mobile are two: a couple shares its address, and a mobile is handed on.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._history = view.history
        self._table = view.roster.tables.get(DEELNEMERS.title)
        self.any_welcome = any(delivery.act == WELCOME for delivery in view.history.deliveries)
        self._persons: dict[str, str] = {}
        self._seen: dict[str, Recipient] = {}
        self._others: dict[str, tuple[str, ...]] = {}
        self._of_row: dict[str, list[str]] = {}
        for person in {**view.history.of_person, **view.history.recipients}:
            if person.count("-") > 1 and (row := row_of(person)) != person:
                self._of_row.setdefault(row, [row]).append(person)
        for persons in self._of_row.values():
            persons.sort(key=turn_of)

    def as_in(self, view: View) -> RecipientHistory:
        """The same people with letters that stand otherwise; who is who does not hang on how a letter stands."""
        other = copy(self)
        other.__dict__.update(_view=view, _history=view.history)
        return other

    def person(self, member: Member) -> str:
        """The Nr; for somebody who took over another's row, with a count behind it ("D-0012-2")."""
        key = member.place.key
        if key not in self._persons:
            self._persons[key] = self._person(member)
        return self._persons[key]

    def letters(self, member: Member) -> list[Message]:
        """All that went to this member, in whatever row; each once."""
        of_person, person = self._history.of_person, self.person(member)
        mine = list(of_person.get(person, ()))
        for other in self.known_as(member):
            mine += of_person.get(other, ())
        return mine

    def letters_of_row(self, member: Member) -> list[Message]:
        """What his row may tell of: not what went to somebody who still stands in another row with that mobile."""
        of_person = self._history.of_person
        return [one for key in (self.person(member), *self._lasting(member)) for one in of_person.get(key, ())]

    def known_as(self, member: Member) -> tuple[str, ...]:
        """The other persons that this member is or was, in other rows or before in his own."""
        key = member.place.key
        if key not in self._others:
            self._others[key] = tuple(dict.fromkeys(self._known_as(member)))
        return self._others[key]

    def last_in_row(self, member: Member) -> Recipient | None:
        """What his row last told, of him or of who stood there before; None for a row that was not there yet."""
        kept = self._history.recipients
        if (found := kept.get(self.person(member))) is not None:
            return found
        return next((kept[one] for one in reversed(self._of_row.get(member.nr, [member.nr])) if one in kept), None)

    def caught_up(self) -> dict[str, Recipient]:
        """What the rows say of everybody now, to be kept by person for the next round. A blank cell tells nothing new.

        A row that tells of neither mobile nor address leaves a person as he was: with a name alone nobody can say
        whether it is still he.
        """
        kept, status = self._history.recipients, self._view.standing.member
        found = {}
        for member in self._view.roster.members:
            person, now = self.person(member), self.seen(member)
            before = kept.get(person, _NOBODY)
            if person in kept and not (now.mobile or now.address):
                continue
            if person in kept and not self._is_still(person, now):
                before = _NOBODY  # a row that nothing was ever sent to is another's by now
            others = before.known_as
            if status.get(member.place.key) is not Status.BLOCKED:
                others = (*others, *(other for other in self._lasting(member) if other not in others))
            found[person] = Recipient(
                now.mobile or before.mobile, now.address or before.address, now.name or before.name, others
            )
        return found

    def seen(self, member: Member) -> Recipient:
        """What his row tells of him today."""
        key = member.place.key
        if key not in self._seen:
            self._seen[key] = seen(self._history, member.mobile, member.email, member.name)
        return self._seen[key]

    def row_says(self, member: Member) -> str:
        """What the row's Welkom tells of a letter; "" where that is no news to the ledger, or not this row's.

        What the ledger itself wrote there says nothing new: it may be of who stood there before. Where his own row
        tells nothing, another row of his does: he left, and came back further down.
        """
        return self.own_row_says(member) or self._other_row_says(member)

    def own_row_says(self, member: Member) -> str:
        """The same of his own row alone."""
        welcome = self.cell(member, "Welkom")
        if not welcome or not isinstance(welcome, str) or self.is_anothers(welcome, member):
            return ""
        mark = read_mark(welcome)
        if mark is not None and any(_is_known(mark, one) for one in self.in_row(member)):
            return ""
        return welcome

    def _other_row_says(self, member: Member) -> str:
        """What another row tells of a welcome that shares two of name, mobile and address with his."""
        for pair in _pairs(self.seen(member)):
            for other in self._marked_rows.get(pair, ()):
                welcome = self.cell(other, "Welkom")
                if other is not member and isinstance(welcome, str) and not self.is_anothers(welcome, other):
                    return welcome
        return ""

    @cached_property
    def _marked_rows(self) -> dict[tuple[str, str], list[Member]]:
        """Rows that tell of a welcome, by each two of name, mobile and address of which another row has the first."""
        times = Counter(digest for member in self._view.roster.members for digest in self.seen(member)[:2])
        found: dict[tuple[str, str], list[Member]] = {}
        for member in self._view.roster.members:
            pairs = [pair for pair in _pairs(self.seen(member)) if times[pair[0]] > 1]
            mark = read_mark(self.cell(member, "Welkom")) if pairs else None
            if mark is not None and mark.state in (State.READY, State.SENT, State.HAND):
                for pair in pairs:
                    found.setdefault(pair, []).append(member)
        return found

    def is_anothers(self, welcome: str, member: Member) -> bool:
        """Whether a row's Welkom is of the row that it was copied from, or of who stood there before this member.

        The Nr that it names tells first, and the row's own. What the ledger saw of him in this row bears it out. One
        that names this row is of whoever stood there on its day. One that names nobody, of before marks did or of
        what a person told, is believed in a row that was there already, or where the ledger is new.
        """
        number, person, kept = self.cell(member, "Nr"), self.person(member), self._history.recipients
        mark = read_mark(welcome)
        if (mark is not None and not mark.is_of(member.nr)) or (
            not is_blank(number) and fold(number) != fold(member.nr)
        ):
            return True
        if person in kept and self._is_still(person, self.seen(member)):
            return False
        names_row = mark is not None and mark.nr != ""
        if is_blank(number) and self.any_welcome and not names_row:
            return True
        if mark is None or not kept:
            return False
        looked, today = self._history.counts.get(LOOKED, 0), self._view.terms.today.toordinal()
        if self.last_in_row(member) is not None:
            # Who was typed over had it on that very day, unless it is later than what we know went to him.
            letters = self.in_row(member)
            is_later = names_row and letters != [] and not any(_is_known(mark, one) for one in letters)
            return mark.day.toordinal() + is_later <= looked <= today
        return not names_row and (mark.day.toordinal() < looked <= today or self._is_told_elsewhere(mark))

    def _is_told_elsewhere(self, mark: WelcomeMark) -> bool:
        """True where somebody was told by hand here on that day: a row that we do not know was copied from his."""
        return mark.state == State.HAND and any(
            one.state == State.HAND and one.day == mark.day for one in self._history.deliveries
        )

    def cell(self, member: Member, column: str) -> Cell:
        """What stands in his row under a heading; None where the register has no such tab."""
        return None if self._table is None else self._table.cell(member.place.row - self._table.first, column)

    def in_row(self, member: Member) -> list[Message]:
        """All that ever went to who stands or stood in this row."""
        of_person = self._history.of_person
        return [one for person in self._of_row.get(member.nr, [member.nr]) for one in of_person.get(person, ())]

    def is_refused(self, delivery: Message, member: Member) -> bool:
        """True where a letter that was refused went to the address that the member has now; "" fits every one."""
        return delivery.address_mark in ("", self.address_mark(member))

    def address_mark(self, member: Member) -> str:
        """The digest of his address; "" without one."""
        return self.seen(member).address

    def _person(self, member: Member) -> str:
        persons = self._of_row.get(member.nr)
        history = self._history
        if persons is None and member.nr not in history.recipients and member.nr not in history.of_person:
            return member.nr
        persons, now = persons or [member.nr], self.seen(member)
        for person in reversed(persons):
            if self._is_still(person, now):
                return person
        latest = persons[-1]
        if not (history.of_person.get(latest) or history.recipients.get(latest, _NOBODY).known_as):
            return latest  # nothing was ever sent to whoever that was
        return f"{member.nr}-{turn_of(latest) + 1}"

    def _is_still(self, person: str, now: Recipient) -> bool:
        """True where one of mobile, address and name is what it was, or where nothing can be compared.

        Of a letter from before names were kept, mobile and address are those of its day.
        """
        letters, last = self._history.of_person.get(person, ()), self._history.recipients.get(person)
        if last is not None and shared(last, now):
            return True
        if any(now.mobile in one.identities or now.address == one.address_mark != "" for one in letters):
            return True
        if last is None:
            return not all(one.identities and one.address_mark for one in letters)
        return not (now.mobile or now.address) or not any(
            was and here for was, here in zip(last[:3], now[:3], strict=True)
        )

    def _known_as(self, member: Member) -> Iterator[str]:
        """Kept ones first; then, by a mobile and an address that are new to the row, those who clearly are he.

        Who has a letter of his own is himself: a housemate who went is not he, though the address is the same. But what
        another computer told his mobile, it told him.
        """
        own, now = self.person(member), self.seen(member)
        last = self._history.recipients.get(own, _NOBODY)
        if not self._is_still(own, now):
            last = _NOBODY
        yield from last.known_as
        told = {own, *last.known_as}
        by_mobile, by_address = self._with_mobile.get(now.mobile, ()), self._with_address.get(now.address, ())
        by_others = [one for one in by_mobile if one in self._elsewhere - told and self._is_he(member, one)]
        yield from by_others
        if last is not _NOBODY and self._history.of_person.get(own):
            return
        told.update(by_others)
        at_home = self._at_address[now.address] > 1
        for person in dict.fromkeys((*by_mobile, *by_address)):
            # Whoever stands nowhere can come back in a row that did not bear it before. An address at which somebody
            # else stands today is a household's: one who went from it had a name.
            is_new = now.mobile != last.mobile if person in by_mobile else now.address != last.address
            is_alike = not at_home or person in by_mobile or self._alike(person, now) > 1
            # A double that is left when the row beside it went is the same person by name.
            counts = is_new or person in self._holder or self._has_name(person, now)
            if person not in told and counts and is_alike and self._is_he(member, person):
                yield from (person, *self._history.recipients.get(person, _NOBODY).known_as)

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        return frozenset(one.person for one in self._history.elsewhere)

    def _lasting(self, member: Member) -> Iterator[str]:
        """Those of `known_as` that he remains whatever his row says later; who stands elsewhere may be a double."""
        last = self._history.recipients.get(self.person(member), _NOBODY)
        for person in self.known_as(member):
            holder = self._holder.get(person)
            if person in last.known_as or holder is None or holder is member or self._has_left(holder):
                yield person

    def _is_he(self, member: Member, person: str) -> bool:
        """Whether somebody whose mobile or address this row bears is this member.

        He is, where that somebody stands in no other row. Where he does, name, mobile and address tell.
        """
        holder = self._holder.get(person)
        if holder is None or holder is member:
            return True
        if fold(holder.name) == fold(member.name) != "":
            return True
        if holder.mobile != member.mobile:
            # Once his row was gone, another who bore his mobile or his address was taken for him.
            return self.person(holder) != person and self._alike(person, self.seen(member)) > 1
        same_address = holder.email is not None and self.address_mark(holder) == self.address_mark(member)
        return same_address or not self._has_left(holder)

    def _alike(self, person: str, now: Recipient) -> int:
        return shared(self._history.recipients.get(person, _NOBODY), now)

    def _has_name(self, person: str, now: Recipient) -> bool:
        return self._history.recipients.get(person, _NOBODY).name == now.name != ""

    def _has_left(self, member: Member) -> bool:
        return self._view.standing.member.get(member.place.key) is Status.LEFT

    @cached_property
    def _holder(self) -> dict[str, Member]:
        """In whose row each person stands today; who came back in a new row stands there once the old row is gone."""
        members = self._view.roster.members
        found = {self.person(member): member for member in members}
        for member in members:
            last = self._history.recipients.get(self.person(member), _NOBODY)
            for other in last.known_as:
                found.setdefault(other, member)
        return found

    @cached_property
    def _at_address(self) -> Counter[str]:
        return Counter(self.address_mark(member) for member in self._view.roster.members if member.email)

    @cached_property
    def _with_mobile(self) -> dict[str, list[str]]:
        """Persons by each mobile that a letter to them, or their row, ever told of."""
        told = ((digest, one.person) for one in self._history.deliveries for digest in one.identities)
        return by_digest(chain(told, ((one.mobile, person) for person, one in self._history.recipients.items())))

    @cached_property
    def _with_address(self) -> dict[str, list[str]]:
        """Persons by each address that a letter to them, or their row, ever told of."""
        told = ((one.address_mark, one.person) for one in self._history.deliveries)
        return by_digest(chain(told, ((one.address, person) for person, one in self._history.recipients.items())))


def _is_known(mark: WelcomeMark, delivery: Message) -> bool:
    """True where a mark is of our own hand: what the ledger says of that letter, or what it told before."""
    if delivery.act not in IN_WELCOME:
        return False
    is_same = delivery.state == mark.state and mark.version in ("", delivery.version)
    return read_mark(delivery.reported) == mark or (is_same and delivery.day >= mark.day)


def when_told(delivery: Message) -> tuple[int, date, int]:
    """Which of somebody's letters that Welkom tells of is the later one: versions only rise, a clock may be wrong."""
    version = int(delivery.version) if delivery.version.isdigit() else 0
    return version, delivery.day, IN_WELCOME.index(delivery.act)


def _pairs(one: Recipient) -> list[tuple[str, str]]:
    """Each two of mobile, address and name: whoever shares these is the same person."""
    return [(this, that) for this, that in combinations(one[:3], 2) if this and that]
