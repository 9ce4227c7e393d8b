"""Plans the news of another number of the regiegroep: who was told an older one, and a letter with the new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from roster.messages.audience import audience_of, by_joining
from roster.messages.contact_cards import facts_of, regiegroep_card
from roster.messages.notices import COLUMN, NUMBER_UPDATE, is_told_by, notices_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.model import Member, Status
from roster.plan.delivery_status import State, number_told, read_mark
from roster.plan.history import Message, Notice
from roster.plan.steps import Planner, Send, View


@dataclass(slots=True)
class WhoHears:
    """Who must hear of the number: by mail, by hand, not yet (the row is blocked), or not at all (wants no mail).

    `unsure` are those of whom no letter says which number they have, counted apart from the others.
    """

    mail: list[Member] = field(default_factory=list)
    by_hand: list[Member] = field(default_factory=list)
    blocked: list[Member] = field(default_factory=list)
    do_not_mail: list[Member] = field(default_factory=list)
    unsure: list[Member] = field(default_factory=list)


@lru_cache(maxsize=2)  # the screen and the page of who is told by hand ask for the same
def who_hears_the_number(view: View, *, everybody: bool = False) -> WhoHears:
    """Everybody who was told another number, and may know this one; with `everybody` also those who perhaps were.

    Whether the own group is registered or has an admin makes no difference: the old number serves nobody any more.
    """
    found, queue = WhoHears(), welcome_queue_of(view)
    for member in view.roster.members:
        has = _has_another(member, view)
        if has is None:
            found.unsure.append(member)
        if not (has or (has is None and everybody)):
            continue
        turn = queue.reachable(member)
        if view.standing.member.get(member.place.key) is Status.BLOCKED:
            found.blocked.append(member)
        elif turn is WelcomeState.LEFT_ALONE:
            found.do_not_mail.append(member)
        elif turn is WelcomeState.BY_HAND or _refused(member, view):
            found.by_hand.append(member)
        elif not _is_pending(member, view):
            found.mail.append(member)
    return found


def number_update_planner(*, everybody: bool = False) -> Planner:
    """The planner of the letters; who joined first comes first."""

    def plan_number_update(view: View) -> Iterator[Send]:
        people = who_hears_the_number(view, everybody=everybody).mail
        for member in sorted(people, key=by_joining):
            yield _letter(member, view)

    return plan_number_update


def _has_another(member: Member, view: View) -> bool | None:
    """True for whoever was told another number than today's and may know it; None where that is not certain."""
    number = audience_of(view).number_for(member)
    status = view.standing.member.get(member.place.key)
    if (
        not number
        or member.left
        or status is Status.LEFT
        or welcome_queue_of(view).turn(member) is not WelcomeState.DONE
    ):
        return False
    known, current = notices_of(view).known(member), view.history.number_mark(number)
    elsewhere = _told_elsewhere(member, view, known.number_since if known is not None else None)
    if elsewhere:
        return current not in elsewhere
    if known is None or (not known.is_sure and known.number in ("", current)):
        return None
    return known.number not in ("", current)


def _told_elsewhere(member: Member, view: View, since: date | None) -> frozenset[str]:
    """The numbers that another computer told him of, or may have, later than our own letter of the day `since`.

    Empty for none. A row that is busy names no number, so it may be today's.
    """
    recipients, history = recipient_history_of(view), view.history
    cell, current = recipients.cell(member, COLUMN), history.number_mark(view.terms.network.regiegroep_number)
    if str(recipients.cell(member, "Nr") or "").strip() != member.nr:
        return frozenset()  # a copied row
    busy, row = read_mark(cell), number_told(cell, member.nr)
    if busy is not None and busy.state == State.BUSY:
        return frozenset() if any(one.reported == cell for one in recipients.in_row(member)) else frozenset({current})
    if row is None or row[1].state not in (*audience_of(view).done, State.UNCERTAIN):
        return frozenset()
    number, mark = history.number_mark(row[0]), row[1]
    ours = [one for one in recipients.in_row(member) if one.act == NUMBER_UPDATE and one.notice.number == number]
    is_older = since is not None and mark.day < since <= view.terms.today
    return frozenset() if is_older or is_told_by(mark, ours) else frozenset({number})


def _letter(member: Member, view: View) -> Send:
    mark = view.history.number_mark(view.terms.network.regiegroep_number)
    cards = regiegroep_card(view.terms.network.regiegroep_number, view.terms)
    send = welcome_queue_of(view).letter(member, NUMBER_UPDATE, number_version(member, view), COLUMN)
    return replace(send, facts=send.facts | facts_of((), cards), cards=cards, notice=Notice(number=mark))


def number_version(member: Member, view: View) -> str:
    """One letter a number; a number that comes back after another is told again."""
    mark, done = view.history.number_mark(view.terms.network.regiegroep_number), audience_of(view).done
    told = sum(one.notice.number == mark and one.state in done for one in _letters(member, view))
    return f"{mark}-{told + 1}" if told else mark


def _letters(member: Member, view: View) -> list[Message]:
    return [one for one in recipient_history_of(view).letters(member) if one.act == NUMBER_UPDATE]


def _is_pending(member: Member, view: View) -> bool:
    """True where the letter is on its way, or may have arrived."""
    version = number_version(member, view)
    return any(one.version == version and one.state in (State.BUSY, State.UNCERTAIN) for one in _letters(member, view))


def _refused(member: Member, view: View) -> bool:
    return audience_of(view).refused(member, NUMBER_UPDATE, number_version(member, view)) is not None
