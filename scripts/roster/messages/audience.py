"""Who can be mailed, who wants no mail, and who is greeted how, for every kind of mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from roster.logbook import LogEntry
from roster.messages.contact_cards import Cards
from roster.messages.recipient_history import recipient_history_of
from roster.model import Group, Member, Role
from roster.plan.delivery_status import State, done_states, read_mark
from roster.plan.history import NO_NOTICE, Message, Notice
from roster.plan.steps import Send, View, by_view
from roster.sheet.table import Cell, Place, fold, is_blank

PLACEHOLDER = "0612345678"
"""The example number of the committed settings: nobody may be told to call it."""


@by_view
def audience_of(view: View) -> Audience:
    """The one of a view: every kind of mail asks the same one."""
    return Audience(view)


class Audience:
    """Knows of every member what all kinds of mail must know; whose turn it is, each kind decides itself.

    `done` are the states of a letter that reached somebody: sent or told by hand, and put ready where nothing
    really leaves.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._recipients = recipient_history_of(view)
        self.done = done_states(view.terms.mail_done)

    def can_be_mailed(self, member: Member) -> bool:
        """True for whoever has an address that takes mail, and did not ask for none."""
        return has_address(member) and not is_left_alone(member, self._view)

    def language(self, member: Member) -> str:
        """The language that he chose, or the network's."""
        return member.language or self._view.terms.language

    def number_for(self, member: Member) -> str:
        """The regiegroep's number as far as this member may know it, "" where he may not."""
        terms = self._view.terms
        may = member.role is Role.ADMIN or terms.network.regiegroep_number_for == "everyone"
        return terms.network.regiegroep_number if may else ""

    def refused(self, member: Member, act: str, version: str) -> Message | None:
        """The letter that his present address refused, if it did: it is not tried there again."""
        wanted = act, version, State.REFUSED
        found = [one for one in self._recipients.letters(member) if (one.act, one.version, one.state) == wanted]
        return next((one for one in found if self._recipients.is_refused(one, member)), None)

    def facts(self, member: Member) -> dict[str, object]:
        """What every letter to him may tell: the greeting, and from whom it comes."""
        terms = self._view.terms
        return {
            "greeting": member.first_name or member.name[:1].upper() + member.name[1:],
            "network": terms.network.name,
            "coordinator": terms.network.coordinator,
        }

    def number_facts(self, member: Member) -> dict[str, object]:
        """The regiegroep's number as this member may know it, as it is shown and as it is dialled."""
        number = self.number_for(member)
        return {"regiegroep_number": number, "regiegroep_tel": _as_dialled(number)}

    def area_name(self, group: Group) -> str:
        """The group's area as tab Gebieden writes it."""
        area = self._view.roster.area_named.get(fold(group.area))
        return area.name if area else group.area

    def letter(
        self,
        member: Member,
        act: str,
        version: str,
        facts: Mapping[str, object],
        *,
        mark: Place,
        mark_was: Cell,
        cards: Cards = (),
        shared_cell: bool = False,
        notice: Notice = NO_NOTICE,
    ) -> Send:
        """A letter to him, which `mark` will tell of; to what `facts` say is added what every letter tells."""
        return Send(
            about=member.place,
            act=act,
            version=version,
            language=self.language(member),
            person=self._recipients.person(member),
            to_name=member.name,
            to_address=member.email or "",
            facts={**self.facts(member), **facts},
            mark=mark,
            mark_was=mark_was,
            identities=(self._view.history.identity(member.mobile),) if member.mobile else (),
            cards=cards,
            shared_cell=shared_cell,
            notice=notice,
        )


def has_address(member: Member) -> bool:
    """True for an address that every mail server takes; letters with accents before the @ many refuse (RFC 6531)."""
    return member.email is not None and member.email.rpartition("@")[0].isascii()


def by_joining(member: Member) -> tuple[date, int]:
    """The order in which members are told something: who joined first, first; without a day last, then by row."""
    return member.joined or date.max, member.place.row


@lru_cache(maxsize=8)  # asked for every letter, and always the same
def _as_dialled(number: str) -> str:
    return re.sub(r"[^+\d]", "", number.replace("(0)", ""))


@lru_cache(maxsize=8)  # likewise
def is_placeholder(number: str) -> bool:
    """True for the example number, however it is written: it serves the example register only."""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    return re.sub(r"^(0031|31)0?", "0", digits) == PLACEHOLDER


def is_left_alone(member: Member, view: View) -> bool:
    """True for whoever wants no mail, and as long as a cell Geen mail was not read: it may say so."""
    return member.no_mail is None or wants_no_mail(member, view)


def wants_no_mail(member: Member, view: View) -> bool:
    """True for whoever says so in the register, and for whoever's address ever said so: a wish that lasts.

    What tab Logboek says of his mobile and what our own Welkom says count as well: the ledger that heard the wish may
    be another laptop's, or lost. They tell of a wish that was taken back since, too: the later one counts.
    """
    if member.no_mail:
        return True
    history = view.history
    mark = history.address_mark(member.email) if history.do_not_mail_digests and member.email else ""
    since = history.do_not_mail_since.get(mark)
    if mark and mark in history.do_not_mail_digests and not _is_taken_back(member, since, view):
        return True
    said = _in_logbook(member, view)
    if said is not None and said.state == State.ALONE and not _is_taken_back(member, said.since, view):
        return True
    return member.welcome_says_no_mail and _is_own_mark(member, view)


def takes_mail_again(member: Member, view: View) -> bool:
    """True where row or tab tells that a wish which this ledger still keeps was taken back, by whatever laptop."""
    if member.no_mail is not False or not member.email:
        return False
    mark = view.history.address_mark(member.email)
    return mark in view.history.do_not_mail_digests and not wants_no_mail(member, view)


def again_since(member: Member, view: View) -> datetime | None:
    """Since when (local time) somebody takes mail again, as his row or tab Logboek tells; None where neither does."""
    said = _in_logbook(member, view)
    row = member.mail_again if member.mail_again is not None and _is_own_mark(member, view) else None
    moments = [row, said.since if said is not None and said.state == State.AGAIN else None]
    return max(filter(None, moments), default=None)


def wish_of(member: Member, view: View) -> tuple[State, datetime] | None:
    """What a member wants, and since when (local time; midnight for a day); None for whoever never said a thing."""
    if wants_no_mail(member, view):
        mark = view.history.address_mark(member.email) if member.email else ""
        today = datetime.combine(view.terms.today, datetime.min.time())
        return State.ALONE, view.history.do_not_mail_since.get(mark, today).replace(microsecond=0)
    since = again_since(member, view)
    return (State.AGAIN, since) if since is not None else None


def _in_logbook(member: Member, view: View) -> LogEntry | None:
    wishes = view.history.wishes
    return wishes.get(view.history.logbook.mark(member.mobile)) if wishes and member.mobile else None


def _is_taken_back(member: Member, since: datetime | None, view: View) -> bool:
    """Whether a wish of that moment was, as the tab tells it to the second or the row to the minute."""
    said = _in_logbook(member, view)
    if said is not None and said.state == State.AGAIN and (since is None or since.replace(microsecond=0) <= said.since):
        return True
    later = member.mail_again is not None and (since is None or since < member.mail_again)
    return later and _is_own_mark(member, view)


def _is_own_mark(member: Member, view: View) -> bool:
    """False for a row that was copied with its Welkom, and for one that somebody typed another person over."""
    known, history = recipient_history_of(view), view.history
    mark = read_mark(known.cell(member, "Welkom"))
    if mark is not None and not mark.is_of(member.nr):
        return False
    if is_blank(known.cell(member, "Nr")):
        identity = history.identity(member.mobile) if member.mobile else ""
        if history.deliveries and history.identity_nr.get(identity) != member.nr:
            return False
    elif not view.roster.bears_number(member):
        return False
    person = known.person(member)  # that of a row which is another's by now was never seen before
    return person == member.nr or person in history.of_person or person in history.recipients
