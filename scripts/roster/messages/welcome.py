"""Plans the welcome: one letter for every new member, and a list of those who are welcomed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache

from roster.messages.audience import by_joining
from roster.messages.by_hand_changes import Change, changes_by_hand
from roster.messages.rules_update import Holder, told_rules_by_hand
from roster.messages.welcome_queue import ByHand, WelcomeState, welcome_queue_of
from roster.model import Member
from roster.plan.steps import Document, Send, View


def plan_welcome(view: View) -> Iterator[Send]:
    """One letter for each active member whose turn it is; who joined first comes first.

    It is the turn of whoever was not welcomed yet, has an address that can be mailed, and is in a
    group that is not blocked, has an admin and is registered. Without a number of the regiegroep
    it is nobody's turn.
    """
    desk = welcome_queue_of(view)
    now = WelcomeState.DUE
    due = [member for member, turn in desk.turns if turn is now]
    for member in sorted(due, key=by_joining):
        yield desk.letter(member)


def by_hand(view: View) -> list[ByHand]:
    """All members who are told by hand, because no mail can reach them; the welcomes first, who joined last on top.

    Behind them who was told an older version of the spelregels, where the texts tell whether that is news; and who
    is in another group, became an admin, or has an older number of the regiegroep.
    They are not held back for want of a number of the regiegroep: whoever welcomes them can tell it later.
    """
    desk = welcome_queue_of(view)
    people = [desk.card(member) for member, turn in desk.turns if desk.is_by_hand(member, turn)]
    rules, changes = _news(view)
    behind = [desk.card(one.member, one.version) for one in rules]
    behind += [desk.card(one.member, change=one.act, moved=one.moved) for one in changes]
    newest = sorted(people, key=lambda one: (one.joined or date.min, one.place.row), reverse=True)
    return newest + sorted(behind, key=lambda one: (one.joined or date.min, one.place.row), reverse=True)


def news_by_hand(view: View) -> list[Member]:
    """Who is told something else than a welcome by hand: other spelregels, another number, group or role."""
    rules, changes = _news(view)
    members = (*(one.member for one in rules), *(one.member for one in changes))
    return list({member.place.key: member for member in members}.values())


@lru_cache(maxsize=2)
def _news(view: View) -> tuple[list[Holder], list[Change]]:
    """Who is told of other spelregels, and which changes; the page, its count and the screen ask for it."""
    return told_rules_by_hand(view), changes_by_hand(view)


def plan_by_hand(view: View, but: Collection[str] = ()) -> Iterator[Document]:
    """The printable page of all who are told by hand; also when that is nobody, so that no old page lingers.

    `but` are the Nrs of those who were told just now.
    """
    people = [one for one in by_hand(view) if one.nr not in but]
    yield Document("met-de-hand.html", "by_hand", view.terms.language, {"people": people})


def waiting_for_welcome(view: View) -> dict[WelcomeState, int]:
    """How many were not welcomed yet, by what they wait for, in their order; only what somebody waits for."""
    counted = Counter(turn for _, turn in welcome_queue_of(view).turns)
    return {
        turn: counted[turn]
        for turn in WelcomeState
        if counted[turn] and turn not in (WelcomeState.LEFT, WelcomeState.DONE, WelcomeState.DUE)
    }
