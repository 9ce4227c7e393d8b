"""Knows whom of a group's list a paste shows: by the name of the card, the number, or a name that only one bears."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from roster.compare.paste import Entry, Paste
from roster.model import Group, Member, Role, Status
from roster.plan.steps import View
from roster.sheet.table import fold
from roster.vcard import frame, shown_name

_INFIXES = frozenset(
    ("van", "de", "den", "der", "het", "t", "te", "ten", "ter", "v", "d", "vd", "vdr", "von", "la", "le")
)
_RANK = (Status.ACTIVE, Status.WAITING, Status.BLOCKED, Status.LEFT)
"""Of two rows with one mobile the row that is believed."""


@dataclass(slots=True)
class Comparison:
    """What a paste shows of a group. `strangers` are of no row of the group, `others` of rows that do not count.

    `unclear` names whom an entry may be. `missing` are active members that it should show and does not; `unknown`
    those of whom it tells nothing. `looks_like` is the group whose list this seems to be, and how much of it says so.
    """

    both: list[Member] = field(default_factory=list)
    others: list[Member] = field(default_factory=list)
    strangers: list[Entry] = field(default_factory=list)
    unclear: list[tuple[Entry, list[Member]]] = field(default_factory=list)
    missing: list[Member] = field(default_factory=list)
    unknown: list[Member] = field(default_factory=list)
    looks_like: tuple[Group, int, int] | None = None


class GroupNames:
    """The members of one group by all that a telephone may call them."""

    def __init__(self, group: Group, members: Iterable[Member], view: View) -> None:
        shared = frame(group, view.terms)
        self.members: list[Member] = []
        self._by_card: dict[str, list[Member]] = defaultdict(list)
        self._by_number: dict[str, Member] = {}
        self._exact: dict[tuple[str, ...], list[Member]] = defaultdict(list)
        self._whole: dict[tuple[str, ...], list[Member]] = defaultdict(list)
        self._part: dict[tuple[str, ...], list[Member]] = defaultdict(list)
        status = view.statuses.member
        for member in sorted(members, key=lambda one: _RANK.index(status[one.place.key])):
            if member.mobile and member.mobile in self._by_number:
                continue  # the same person, who came back in a row further down
            self.members.append(member)
            if member.mobile:
                self._by_number[member.mobile] = member
            self._by_card[fold(shown_name(member, shared))].append(member)
            for name in {member.name, member.organisation} - {""}:
                self._exact[_words(name)].append(member)
            for key in {_key(member.name), _key(member.organisation)} - {()}:
                self._whole[key].append(member)
            first, last = _key(member.first_name), _key(member.surname)
            short = {first, last, _key(member.name), _key(member.organisation)}
            if first and last:
                short |= {_sorted((first[0][0], *last)), _sorted((*first, last[0][0]))}
            for key in short - {()}:
                self._part[key].append(member)

    def is_name(self, said: str) -> bool:
        """Whether a member is called just that, in full or on his card."""
        return (
            fold(said) in self._by_card
            or _words(said) in self._exact
            or (len(_key(said)) > 1 and _key(said) in self._whole)
        )

    def by_card(self, entry: Entry) -> list[Member]:
        """Whose card bears this name, or begins with what WhatsApp shows of it."""
        found = self._by_card.get(fold(entry.name), [])
        said = fold(entry.name.rstrip(".…"))
        if found or not said or not entry.name.endswith(("…", "...")):
            return found
        names = [(one, (card, fold(one.name))) for card, members in self._by_card.items() for one in members]
        return [one for one, called in names if any(name.startswith(said) for name in called)]

    def by_number(self, entry: Entry) -> list[Member]:
        """Whose number this is."""
        found = self._by_number.get(entry.mobile or "")
        return [found] if found else []

    def by_whole_name(self, entry: Entry) -> list[Member]:
        """Who is called this in full."""
        said = _without_group(entry.name)
        return self._exact.get(_words(said)) or self._whole.get(_key(said), [])

    def by_name(self, entry: Entry) -> list[Member]:
        """Who may be meant by this name: in full, with more around it, or by a part of it alone."""
        said = _without_group(entry.name)
        key = _key(said)
        if not key:
            return []
        if len(key) == 1 and len(_words(said)) == 1:
            handle = [one for one in self.members if "".join(_words(one.name)) == key[0]] if "@" in entry.shown else []
            return self._part.get(key, []) or handle
        return self.by_whole_name(entry) or self._within(key) or self._part.get(key, [])

    def _within(self, key: tuple[str, ...]) -> list[Member]:
        said = Counter(key)
        return [one for name, found in self._whole.items() if len(name) > 1 and Counter(name) <= said for one in found]


class Matcher:
    """Holds pastes against the list of one group."""

    def __init__(self, group: Group, view: View) -> None:
        self._group, self._view = group, view

    @cached_property
    def _of_group(self) -> dict[str, list[Member]]:
        found: dict[str, list[Member]] = defaultdict(list)
        for member in self._view.roster.members:
            found[fold(member.group)].append(member)
        return found

    @cached_property
    def _ours(self) -> GroupNames:
        return GroupNames(self._group, self._of_group[fold(self._group.name)], self._view)

    @cached_property
    def _theirs(self) -> list[tuple[Group, GroupNames]]:
        named = self._view.roster.group_named
        return [
            (group, GroupNames(group, self._of_group[name], self._view))
            for name, group in named.items()
            if group is not self._group and self._of_group.get(name)
        ]

    def is_name(self, said: str) -> bool:
        """Whether anybody of the register is called just that."""
        return self._ours.is_name(said) or any(names.is_name(said) for _group, names in self._theirs)

    def compare(self, paste: Paste) -> Comparison:
        """Who is in both, in one of the two, and of whom that cannot be told."""
        found = Comparison()
        seen, left = self._seen(paste, found)
        status = self._view.statuses.member
        maybe = {one.place.key for _entry, members in found.unclear for one in members}
        gone = {one.place.key for entry in paste.gone for one in self._alone(entry)} - seen.keys()
        for member in self._ours.members:
            key = member.place.key
            if key in seen:
                (found.both if status[key] is Status.ACTIVE else found.others).append(member)
            elif status[key] is Status.ACTIVE and key not in maybe:
                (found.missing if paste.is_whole or key in gone else found.unknown).append(member)
        found.strangers = left
        participants = sum(not one.is_self and one.aside is None for one in paste.entries)
        found.looks_like = self._looks_like(left, participants, len(seen))
        return found

    def _seen(self, paste: Paste, found: Comparison) -> tuple[dict[str, Member], list[Entry]]:
        """The members that are there for sure, by the key of their row, and the entries that are nobody's of them."""
        ours, seen = self._ours, {}
        left = [one for one in paste.entries if not one.is_self]
        for ask in (ours.by_card, ours.by_number, ours.by_whole_name):
            left, hits = _apart(left, ask)
            seen.update({one.place.key: one for one in hits})
        still = []
        for entry in left:
            members = ours.by_name(entry)
            beside = [one for one in ours.members if entry.aside and one.mobile == entry.aside]
            members = members or ours.by_card(entry)  # a part of two names
            if beside and (not members or beside[0] in members):
                continue  # the name that its owner chose, beside his number
            if len(members) == 1 and members[0].place.key not in seen:
                seen[members[0].place.key] = members[0]
            elif members:
                found.unclear.append((entry, members))
            elif entry.aside is None:
                still.append(entry)
        found.unclear = [
            (entry, [one for one in members if one.place.key not in seen] or members)
            for entry, members in found.unclear
        ]
        self._tell_self(paste, found, seen)
        return seen, still

    def _alone(self, entry: Entry) -> list[Member]:
        """The one member that an entry is about, if there is one."""
        ours = self._ours
        for ask in (ours.by_card, ours.by_number, ours.by_name):
            if found := ask(entry):
                return found if len(found) == 1 else []
        return []

    def _tell_self(self, paste: Paste, found: Comparison, seen: dict[str, Member]) -> None:
        """Whoever copied the list is an admin of the group that nothing else in it showed."""
        mine = next((one for one in paste.entries if one.is_self), None)
        status = self._view.statuses.member
        admins = [
            one
            for one in self._ours.members
            if one.role is not Role.MEMBER and status[one.place.key] is Status.ACTIVE and one.place.key not in seen
        ]
        if mine is not None and len(admins) == 1:
            seen[admins[0].place.key] = admins[0]
        elif mine is not None and admins:
            found.unclear.append((mine, admins))

    def _looks_like(self, left: list[Entry], participants: int, here: int) -> tuple[Group, int, int] | None:
        """The group that more than half of the entries are of; or most of whose people are there, and fewer of ours."""
        for group, names in self._theirs if len(left) > 1 else ():
            asked: tuple[Callable[[Entry], list[Member]], ...] = names.by_card, names.by_number, names.by_whole_name
            shown = {one.place.key for entry in left for ask in asked if len(hits := ask(entry)) == 1 for one in hits}
            if 2 * len(shown) > participants or (2 * len(shown) > len(names.members) and len(shown) > here):
                return group, len(shown), participants
        return None


def _apart(entries: list[Entry], ask: Callable[[Entry], list[Member]]) -> tuple[list[Entry], list[Member]]:
    """The entries that one question does not settle, and the members that it does."""
    left, hits = [], []
    for entry in entries:
        found = ask(entry)
        if len(found) == 1:
            hits.append(found[0])
        else:
            left.append(entry)
    return left, hits


def _without_group(name: str) -> str:
    """A name without the group that a card says before it; a card of an earlier name of the group says so as well."""
    return name.partition("·")[2].strip() or name


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", fold(name)))


def _key(name: str) -> tuple[str, ...]:
    """A name as it is compared: its words in any order, without what goes before a surname."""
    words = _words(name)
    return _sorted(tuple(word for word in words if word not in _INFIXES) or words)


def _sorted(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(words))
