"""Plans the letters after the welcome: a role, a group or a number that is new, and what Vervolgmail says of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from roster.messages.audience import audience_of, by_joining
from roster.messages.contact_cards import facts_of, regiegroep_card
from roster.messages.notices import ADMIN, COLUMN, MOVED, NUMBER_UPDATE, RELAY, is_mark_of, is_ours, notices_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.model import Member, Status
from roster.plan.delivery_status import (
    State,
    group_named_in,
    is_of,
    mark_state,
    number_in_cell,
    number_named,
    piece,
    pieces,
    read_mark,
    same_piece,
)
from roster.plan.history import Message, Notice
from roster.plan.steps import Planner, Send, SetCell, View
from roster.sheet.table import fold, says

ACTS = (ADMIN, MOVED, NUMBER_UPDATE, RELAY)
_KINDS = {NUMBER_UPDATE: "number", RELAY: "news"}
"""What a letter is about, by its act; of each kind the row tells of the latest. All others are about a place."""
_NEWS = "nieuws"


def plan_role_letters(view: View) -> Iterator[Send]:
    """One letter for each member who was welcomed and is an admin since, or in another group; who joined first, first.

    It waits for all that a welcome waits for. What was so before such a letter existed is no news.
    """
    notices, queue = notices_of(view), welcome_queue_of(view)
    due = [(member, act) for member, act in notices.due if queue.ready(member) is WelcomeState.DUE]
    for member, act in sorted(due, key=lambda one: by_joining(one[0])):
        more = {"moved": notices.is_new_here(member)} if act == ADMIN else {}
        yield queue.letter(member, act, fold(member.group), COLUMN, **more)


def waiting_for_role_letter(view: View) -> dict[WelcomeState, int]:
    """How many of those letters wait for what, in the order of WelcomeState."""
    queue = welcome_queue_of(view)
    counted = Counter(queue.ready(member) for member, _act in notices_of(view).due)
    return {turn: counted[turn] for turn in WelcomeState if counted[turn] and turn is not WelcomeState.DUE}


@dataclass(slots=True)
class NumberRecipients:
    """Who must hear of the number: by mail, by hand, not yet (the row is blocked), or not at all (wants no mail).

    `unsure` are those of whom no letter says which number they have, counted apart from the others.
    """

    mail: list[Member] = field(default_factory=list)
    by_hand: list[Member] = field(default_factory=list)
    blocked: list[Member] = field(default_factory=list)
    do_not_mail: list[Member] = field(default_factory=list)
    unsure: list[Member] = field(default_factory=list)


@lru_cache(maxsize=2)  # the screen and the page of who is told by hand ask for the same
def number_recipients(view: View, *, everybody: bool = False) -> NumberRecipients:
    """Everybody who was told another number, and may know this one; with `everybody` also those who perhaps were.

    Whether the own group is registered or has an admin makes no difference: the old number serves nobody any more.
    """
    found, queue = NumberRecipients(), welcome_queue_of(view)
    for member in view.roster.members:
        has = _has_another(member, view)
        if has is None:
            found.unsure.append(member)
        if not (has or (has is None and everybody)):
            continue
        turn = queue.reachable(member)
        if view.statuses.member.get(member.place.key) is Status.BLOCKED:
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
        people = number_recipients(view, everybody=everybody).mail
        for member in sorted(people, key=by_joining):
            yield _number_letter(member, view)

    return plan_number_update


def _has_another(member: Member, view: View) -> bool | None:
    """True for whoever was told another number than today's and may know it; None where that is not certain."""
    number = audience_of(view).number_for(member)
    status = view.statuses.member.get(member.place.key)
    if (
        not number
        or member.left
        or status is Status.LEFT
        or welcome_queue_of(view).state(member) is not WelcomeState.DONE
    ):
        return False
    known, current = notices_of(view).known(member), view.history.number_mark(number)
    elsewhere = _numbers_elsewhere(member, view, known.number_since if known is not None else None)
    if elsewhere:
        return current not in elsewhere
    if known is None or (not known.is_sure and known.number in ("", current)):
        return None
    return known.number not in ("", current)


def _numbers_elsewhere(member: Member, view: View, since: date | None) -> frozenset[str]:
    """The numbers that another computer told him of, or may have, later than our own letter of the day `since`.

    Empty for none. A row that is busy names no number, so it may be today's.
    """
    recipients, history = recipient_history_of(view), view.history
    cell, current = recipients.cell(member, COLUMN), history.number_mark(view.terms.network.regiegroep_number)
    if not view.roster.bears_number(member):
        return frozenset()
    busy, row = read_mark(cell), number_in_cell(cell, member.nr)
    if busy is not None and busy.state == State.BUSY:
        return frozenset() if any(one.reported == cell for one in recipients.in_row(member)) else frozenset({current})
    if row is None or row[1].state not in (*audience_of(view).done, State.UNCERTAIN):
        return frozenset()
    number, mark = history.number_mark(row[0]), row[1]
    ours = [one for one in recipients.in_row(member) if one.act == NUMBER_UPDATE and one.notice.number == number]
    is_older = since is not None and mark.day < since <= view.terms.today
    return frozenset() if is_older or is_mark_of(mark, ours) else frozenset({number})


def _number_letter(member: Member, view: View) -> Send:
    mark = view.history.number_mark(view.terms.network.regiegroep_number)
    cards = regiegroep_card(view.terms.network.regiegroep_number, view.terms)
    send = welcome_queue_of(view).letter(member, NUMBER_UPDATE, number_version(member, view), COLUMN)
    return replace(send, facts=send.facts | facts_of((), cards), cards=cards, notice=Notice(number=mark))


def number_version(member: Member, view: View) -> str:
    """One letter a number; a number that comes back after another is told again."""
    mark, done = view.history.number_mark(view.terms.network.regiegroep_number), audience_of(view).done
    times = sum(one.notice.number == mark and one.state in done for one in _number_letters(member, view))
    return f"{mark}-{times + 1}" if times else mark


def _number_letters(member: Member, view: View) -> list[Message]:
    return [one for one in recipient_history_of(view).letters(member) if one.act == NUMBER_UPDATE]


def _is_pending(member: Member, view: View) -> bool:
    """True where the letter is on its way, or may have arrived."""
    version = number_version(member, view)
    return any(
        one.version == version and one.state in (State.BUSY, State.UNCERTAIN) for one in _number_letters(member, view)
    )


def _refused(member: Member, view: View) -> bool:
    return audience_of(view).refused(member, NUMBER_UPDATE, number_version(member, view)) is not None


def plan_follow_up_marks(view: View) -> Iterator[SetCell]:
    """Vervolgmail of every member who got such a letter: the latest about his place, that about the number, and news.

    What another computer wrote there stays, unless ours is later.
    """
    known = {
        one.person.rpartition("-")[0] if one.person.count("-") > 1 else one.person
        for one in view.history.deliveries
        if one.act in ACTS
    }
    recipients = recipient_history_of(view)
    for member in view.roster.members:
        if member.nr not in known:
            continue
        cell = recipients.cell(member, COLUMN)
        mine = [one for one in recipients.letters_of_row(member) if one.act in ACTS]
        ours, there = _latest_by_kind(mine, view, member.nr), pieces(cell)
        lasting = [one for one in there if is_of(one, member.nr) and not _is_taken_back(one, mine, view)]
        if not ours and lasting == there and not _is_our_busy(cell, mine):
            continue
        text = "; ".join(_merged(ours, lasting, mine))
        if not says(cell, text):
            yield SetCell(member.place.at(COLUMN), text, cell)


def _latest_by_kind(letters: list[Message], view: View, nr: str) -> dict[str, tuple[Message, str]]:
    """The latest letter of each kind, with what the row says of it; of two of one day the one that is uncertain."""
    found: dict[str, tuple[Message, str]] = {}
    for one in sorted(letters, key=lambda one: (one.at, one.day, one.state == State.UNCERTAIN)):
        if one.state not in (State.READY, State.SENT, State.HAND, State.UNCERTAIN, State.REFUSED):
            continue
        what = _name(one, view)
        if not what:
            continue
        found[_KINDS.get(one.act, "place")] = (one, piece(what, one.state, one.day, one.reason, nr))
    return found


def _name(letter: Message, view: View) -> str:
    """How the row calls a letter; "" for one about a number that is today's no more."""
    if letter.act == NUMBER_UPDATE:
        current = letter.notice.number == view.history.number_mark(view.terms.network.regiegroep_number)
        return number_named(view.terms.network.regiegroep_number) if current else ""
    if letter.act == RELAY:
        return _NEWS
    group = view.roster.group_named.get(letter.version)
    return group_named_in(letter.act, group.name if group else letter.version)


def _is_taken_back(said: str, letters: list[Message], view: View) -> bool:
    """True for what we wrote ourselves of a letter that is due again since, or that nobody needs any more."""
    what, _colon, mark = said.partition(": ")
    state = mark_state(mark)
    waiting = [one for one in letters if one.state == State.WAITS and _name(one, view).casefold() == what.casefold()]
    return is_ours(state, said, waiting)


def _merged(ours: dict[str, tuple[Message, str]], in_row: list[str], mine: list[Message]) -> Iterator[str]:
    """Ours, and what stands there of a kind of which we know nothing later.

    What we wrote ourselves is not later, also where the clock was ahead when we did.
    """
    there = {_kind_in_row(one): one for one in in_row}
    for kind in ("place", "number", "news"):
        mark = read_mark(there[kind].partition(": ")[2]) if kind in there else None
        alike = [one for one in mine if _KINDS.get(one.act, "place") == kind]
        is_later = mark is not None and kind in ours and mark.day > ours[kind][0].day and not is_mark_of(mark, alike)
        if kind in ours and not is_later and not same_piece(ours[kind][1], there.get(kind, "")):
            yield ours[kind][1]
        elif kind in there:
            yield there[kind]


def _kind_in_row(said: str) -> str:
    if said.startswith("regiegroep "):
        return "number"
    return "news" if said.startswith(f"{_NEWS}: ") else "place"


def _is_our_busy(cell: object, mine: list[Message]) -> bool:
    mark = read_mark(cell) if isinstance(cell, str) else None
    return mark is not None and mark.state == State.BUSY and any(one.reported == cell for one in mine)
