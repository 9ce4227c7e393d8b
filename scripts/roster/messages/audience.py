"""What every kind of mail asks about a member: can he be mailed, how is he greeted, what reached him before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from roster.messages.contact_cards import Cards
from roster.messages.opt_out import is_left_alone
from roster.messages.recipient_history import recipient_history_of
from roster.model import Group, Member, Role
from roster.plan.delivery_status import State, done_states
from roster.plan.history import NO_NOTICE, Message, Notice
from roster.plan.steps import Send, View
from roster.sheet.table import Cell, Place, fold

PLACEHOLDER = "0612345678"
"""The example number of the committed settings: nobody may be told to call it."""


@lru_cache(maxsize=2)
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
        told_together: bool = False,
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
            told_together=told_together,
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
