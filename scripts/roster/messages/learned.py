"""Joins the letters that tab Logboek remembers, of whatever laptop, to those that this computer's own ledger knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from roster.logbook import NUMBERED, Logbook, LogEntry, in_letters
from roster.messages.notices import ADMIN, MOVED, NUMBER_UPDATE
from roster.messages.recipient_history import RecipientHistory
from roster.messages.sign_letters import COPY
from roster.model import Member, Role, Roster, Statuses
from roster.plan.delivery_status import State
from roster.plan.history import NO_NOTICE, History, Message, Notice, is_our_word, joined, numbered, outdated, row_of
from roster.plan.steps import View
from roster.sheet.columns import LOGBOEK
from roster.terms import Terms

_MAY_HAVE = (State.SENT, State.HAND, State.READY, State.UNCERTAIN, State.BUSY)
"""The states of a letter that somebody may have. A refusal is an address's, and the tab knows none."""

_DUE = (State.WAITS, State.REFUSED)

_TURNS = ("", *map(str, range(2, 10)))
"""The how manieth time one number of the regiegroep is news to somebody; the first has no count."""


def learned(history: History, roster: Roster, terms: Terms) -> History:
    """The history with all that the tab tells or ever told: whoever knows that somebody was told, is believed.

    Somebody is known by any row with his mobile. Of a letter that this computer knows itself its own word counts,
    unless the letter is due again here while another computer told it.
    """
    kept = history.logbook.entries
    history = replace(history, logbook=joined(history.logbook, roster.logbook))
    history = numbered(history, [member.mobile for member in roster.members])
    return _Learner(history, roster, terms, kept).history() if history.logbook.entries else history


def logbook_of(view: View) -> Logbook:
    """What the tab says, with the secret that stands there, or that will."""
    found = view.roster.logbook
    secret = found.secret or view.history.logbook.secret or in_letters(view.history.identity(LOGBOEK.title))
    return found if found.secret else replace(found, secret=secret, known_marks={})


def version_in_tab(message: Message, book: Logbook, history: History, terms: Terms) -> str | None:
    """The version of a message as the tab says it; None for news of another number of the regiegroep than today's.

    The ledger knows a number by its own digest, and the tab by its own: only today's is known to both.
    """
    if message.act != NUMBER_UPDATE:
        return book.version(message.act, message.version)
    mark, turn = message.version.partition("-")[::2]
    is_todays = mark == history.number_mark(terms.network.regiegroep_number) != ""
    return _number_in_tab(turn, book, terms) if is_todays else None


def _number_in_tab(turn: str, book: Logbook, terms: Terms) -> str:
    said = "".join(filter(str.isdecimal, terms.network.regiegroep_number))[-9:]  # however it is written
    return book.mark(f"{said} {turn}")


class _Learner:
    """The letters of both, each once."""

    def __init__(self, history: History, roster: Roster, terms: Terms, kept: Mapping[str, LogEntry]) -> None:
        self._kept = kept
        self._known, self._roster, self._terms = history, roster, terms
        self._book = history.logbook
        self._recipients = RecipientHistory(View(roster, Statuses(), (), history, terms))
        self._with_mark: dict[str, list[Member]] = {}
        for member in roster.members:
            if member.mobile:
                self._with_mark.setdefault(self._book.mark(member.mobile), []).append(member)
        self._here = {history.identity(member.mobile) for member in roster.members if member.mobile}

    def history(self) -> History:
        for key in outdated(self._book, self._roster, self._with_mark, self._terms, self._known.gone):
            del self._book.entries[key]
        own, elsewhere = list(self._known.deliveries), []
        for key, entry in self._book.entries.items():
            version = entry.version if entry.act in NUMBERED else self._versions.get((entry.act, entry.version))
            if entry.state not in _MAY_HAVE or version is None:
                continue
            turn = self._own(entry)
            if turn is None:
                elsewhere.append(self._message(entry, version))
            elif own[turn].state in _DUE and not self._is_ours(key, entry, own[turn]):
                own[turn] = own[turn]._replace(state=State(entry.state), day=entry.since.date(), reason="")
        return replace(self._known, deliveries=[*own, *elsewhere], elsewhere=frozenset(elsewhere))

    def _is_ours(self, key: str, entry: LogEntry, own: Message) -> bool:
        """True where the tab tells what we wrote; what it says since our last look of another moment is another's."""
        kept = self._kept.get(key)
        return is_our_word(entry, own) and (entry.state == State.BUSY or kept is None or kept.since == entry.since)

    def _own(self, entry: LogEntry) -> int | None:
        """Which of our own letters an entry is of: to that mobile, or where it stands nowhere, to one that does not."""
        identity = self._identity(entry)
        for turn in self._by_name.get((entry.nr, entry.act, entry.version), ()):
            identities = self._known.deliveries[turn].identities
            if not identities or (identity in identities if identity else self._here.isdisjoint(identities)):
                return turn
        return None

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[int]]:
        """Where our own letters stand, by Nr, kind and version as the tab says it."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for turn, one in enumerate(self._known.deliveries):
            version = version_in_tab(one, self._book, self._known, self._terms)
            if version is not None:
                found.setdefault((row_of(one.person), one.act, version), []).append(turn)
        return found

    def _message(self, entry: LogEntry, version: str) -> Message:
        person = next((self._recipients.person(one) for one in self._rows(entry) if one.nr == entry.nr), entry.nr)
        identity = self._identity(entry)
        # Whoever was never seen here will be, in his place of today: what was so before is no news to him.
        notice = self._notice(entry.act, version) if person in self._placed else NO_NOTICE
        at = entry.since.isoformat() if any(notice) else ""
        identities = (identity,) if identity else ()
        fields = entry.act, version, State(entry.state), entry.since.date()
        return Message(person, *fields, identities, notice=notice, at=at)

    def _rows(self, entry: LogEntry) -> Sequence[Member]:
        """All rows with the mobile that an entry went to."""
        return self._with_mark.get(entry.mark, ()) if entry.mark else ()

    def _identity(self, entry: LogEntry) -> str:
        return next((self._known.identity(one.mobile) for one in self._rows(entry) if one.mobile), "")

    @cached_property
    def _placed(self) -> frozenset[str]:
        return frozenset(one.person for one in (*self._known.sights, *self._known.deliveries) if one.at)

    @cached_property
    def _versions(self) -> dict[tuple[str, str], str]:
        """What the tab says only as a mark, by kind: the names of today's groups, and today's number."""
        acts, number = (ADMIN, MOVED, "registered"), self._known.number_mark(self._terms.network.regiegroep_number)
        found = {(act, self._book.version(act, name)): name for name in self._roster.group_named for act in acts}
        found |= {(COPY, self._book.version(COPY, one.nr)): one.nr for one in self._roster.requests}
        for turn in _TURNS if number else ():
            version = _number_in_tab(turn, self._book, self._terms)
            found[NUMBER_UPDATE, version] = f"{number}-{turn}" if turn else number
        return found

    def _notice(self, act: str, version: str) -> Notice:
        if act == NUMBER_UPDATE:
            return Notice(number=self._known.number_mark(self._terms.network.regiegroep_number))
        if act in (*NUMBERED, COPY):
            return NO_NOTICE
        return Notice(version, (Role.MEMBER if act == MOVED else Role.ADMIN).value)
