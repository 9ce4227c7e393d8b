"""Knows who each member is to the ledger, whatever row, number, address or name he has by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import Self

from roster.model import Member, Status
from roster.plan.history import Recipient, by_digest, row_of, seen, shared, turn_of
from roster.plan.steps import View
from roster.sheet.table import fold

NOBODY = Recipient()

_OF_ROWS = ("_persons", "_seen", "_holder", "_at_address", "_marked_rows")
_OF_LETTERS = ("_others", "_with_mobile", "_with_address")
"""What is worked out once: of the rows alone, and also of which letters there are."""


class WhoIsWho:
    """Who everybody is. This is the one place that says whether two rows, or a row and a letter, are one person's.

    A row with the same Nr is the same person as long as mobile, address or name stayed since it was last seen, and
    another's once all three are new. A row that bears a mobile or an address of somebody who was written to, and
    who stands in no other row, is that person come back. Two who stand side by side with another name and another
    mobile are two: a couple shares its address, and a mobile is handed on.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._history = view.history
        self._persons: dict[str, str] = {}
        self._seen: dict[str, Recipient] = {}
        self._others: dict[str, tuple[str, ...]] = {}
        self._of_row: dict[str, list[str]] = {}
        for person in {**view.history.of_person, **view.history.recipients}:
            if person.count("-") > 1 and (row := row_of(person)) != person:
                self._of_row.setdefault(row, [row]).append(person)
        for persons in self._of_row.values():
            persons.sort(key=turn_of)

    def as_in(self, view: View) -> Self:
        """The same people in a view in which letters to them stand otherwise, or came since: who is who stays.

        Only who bears a mobile or an address to which one came since may be known as somebody else.
        """
        other = type(self)(view)
        is_alike = len(view.history.deliveries) == len(self._history.deliveries)
        names = (*_OF_ROWS, *_OF_LETTERS) if is_alike else _OF_ROWS
        other.__dict__.update({name: self.__dict__[name] for name in names if name in self.__dict__})
        return other

    def person(self, member: Member) -> str:
        """The Nr; for somebody who took over another's row, with a count behind it ("D-0012-2")."""
        key = member.place.key
        found = self._persons.get(key)
        if found is None:
            found = self._persons[key] = self._person(member)
        return found

    def known_as(self, member: Member) -> tuple[str, ...]:
        """The other persons that this member is or was, in other rows or before in his own."""
        key = member.place.key
        found = self._others.get(key)
        if found is None:
            found = self._others[key] = tuple(dict.fromkeys(self._known_as(member)))
        return found

    def seen(self, member: Member) -> Recipient:
        """What his row tells of him today."""
        key = member.place.key
        found = self._seen.get(key)
        if found is None:
            found, last = (
                seen(self._history, member.mobile, member.email, member.name),
                self._history.recipients.get(key),
            )
            if last is not None and last[:3] == found[:3]:
                found = last  # most rows say what they said
            self._seen[key] = found
        return found

    def last_in_row(self, member: Member) -> Recipient | None:
        """What his row last told, of him or of who stood there before; None for a row that was not there yet."""
        kept = self._history.recipients
        if (found := kept.get(self.person(member))) is not None:
            return found
        return next((kept[one] for one in reversed(self._of_row.get(member.nr, [member.nr])) if one in kept), None)

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
        if not (history.of_person.get(latest) or history.recipients.get(latest, NOBODY).known_as):
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
        last = self._history.recipients.get(own, NOBODY)
        by_mobile, by_address = self._with_mobile.get(now.mobile, ()), self._with_address.get(now.address, ())
        if not last.known_as and {own}.issuperset((*by_mobile, *by_address)):
            return  # most people have a mobile and an address of their own, and one row
        if not self._is_still(own, now):
            last = NOBODY
        yield from last.known_as
        already = {own, *last.known_as}
        by_others = [
            one for one in by_mobile if one in self._elsewhere and one not in already and self._is_he(member, one)
        ]
        yield from by_others
        if last is not NOBODY and self._history.of_person.get(own):
            return
        already.update(by_others)
        at_home = self._at_address[now.address] > 1
        for person in dict.fromkeys((*by_mobile, *by_address)):
            # Whoever stands nowhere can come back in a row that did not bear it before. An address at which somebody
            # else stands today is a household's: one who went from it had a name.
            is_new = now.mobile != last.mobile if person in by_mobile else now.address != last.address
            is_alike = not at_home or person in by_mobile or self._alike(person, now) > 1
            # A double that is left when the row beside it went is the same person by name.
            counts = is_new or person in self._holder or self._has_name(person, now)
            if person not in already and counts and is_alike and self._is_he(member, person):
                yield from (person, *self._history.recipients.get(person, NOBODY).known_as)

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        return frozenset(one.person for one in self._history.elsewhere)

    def _lasting(self, member: Member) -> Iterator[str]:
        """Those of `known_as` that he remains whatever his row says later; who stands elsewhere may be a double."""
        last = self._history.recipients.get(self.person(member), NOBODY)
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
        return shared(self._history.recipients.get(person, NOBODY), now)

    def _has_name(self, person: str, now: Recipient) -> bool:
        return self._history.recipients.get(person, NOBODY).name == now.name != ""

    def _has_left(self, member: Member) -> bool:
        return self._view.statuses.member.get(member.place.key) is Status.LEFT

    @cached_property
    def _holder(self) -> dict[str, Member]:
        """In whose row each person stands today; who came back in a new row stands there once the old row is gone."""
        members = self._view.roster.members
        found = {self.person(member): member for member in members}
        for member in members:
            last = self._history.recipients.get(self.person(member), NOBODY)
            for other in last.known_as:
                found.setdefault(other, member)
        return found

    @cached_property
    def _at_address(self) -> Counter[str]:
        return Counter(self.address_mark(member) for member in self._view.roster.members if member.email)

    @cached_property
    def _with_mobile(self) -> dict[str, list[str]]:
        """Persons by each mobile that a letter to them, or their row, ever told of."""
        of_letters = ((digest, one.person) for one in self._history.deliveries for digest in one.identities)
        return by_digest(chain(of_letters, ((one.mobile, person) for person, one in self._history.recipients.items())))

    @cached_property
    def _with_address(self) -> dict[str, list[str]]:
        """Persons by each address that a letter to them, or their row, ever told of."""
        of_letters = ((one.address_mark, one.person) for one in self._history.deliveries)
        return by_digest(chain(of_letters, ((one.address, person) for person, one in self._history.recipients.items())))
