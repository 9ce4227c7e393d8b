"""Knows which news after the welcome a person must tell, because no mail can: another place, another number."""

from __future__ import annotations

from dataclasses import dataclass

from roster.messages.audience import audience_of
from roster.messages.notices import ADMIN, NUMBER_UPDATE, notices_of
from roster.messages.number_update import number_version, who_hears_the_number
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.model import Member
from roster.plan.history import Notice
from roster.plan.steps import View
from roster.sheet.table import fold


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of news for one member: the letter (act and version) that it stands for, and what it tells.

    `moved` is True where an admin's news is that of another group as well.
    """

    member: Member
    act: str
    version: str
    notice: Notice
    moved: bool = False


def changes_by_hand(view: View) -> list[Change]:
    """All of it, one for a member: who hears of another place hears the number with it."""
    audience, notices, desk = audience_of(view), notices_of(view), welcome_queue_of(view)
    found: dict[str, Change] = {}
    for member, act in notices.changes:
        group, turn = fold(member.group), desk.ready(member)
        if turn is WelcomeState.BY_HAND or (turn is WelcomeState.DUE and audience.refused(member, act, group)):
            moved = act == ADMIN and notices.is_new_here(member)
            found[member.place.key] = Change(member, act, group, desk.notice(member), moved=moved)
    for member in who_hears_the_number(view).by_hand:
        if member.place.key not in found:
            number = Notice(number=view.history.number_mark(view.terms.network.regiegroep_number))
            found[member.place.key] = Change(member, NUMBER_UPDATE, number_version(member, view), number)
    return list(found.values())
