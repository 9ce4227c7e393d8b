"""Plans the letters about somebody's place after the welcome: became an admin, or stands in another group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from roster.messages.audience import by_joining
from roster.messages.notices import ADMIN, COLUMN, MOVED, NUMBER_UPDATE, RELAY, is_ours, is_told_by, notices_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.plan.delivery_status import (
    State,
    group_named_in,
    is_of,
    mark_state,
    number_named,
    piece,
    pieces,
    read_mark,
    same_piece,
)
from roster.plan.history import Message
from roster.plan.steps import Send, SetCell, View
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
        told, standing = _told(mine, view, member.nr), pieces(cell)
        lasting = [one for one in standing if is_of(one, member.nr) and not _is_taken_back(one, mine, view)]
        if not told and lasting == standing and not _is_our_busy(cell, mine):
            continue
        text = "; ".join(_merged(told, lasting, mine))
        if not says(cell, text):
            yield SetCell(member.place.at(COLUMN), text, cell)


def _told(letters: list[Message], view: View, nr: str) -> dict[str, tuple[Message, str]]:
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


def _merged(told: dict[str, tuple[Message, str]], standing: list[str], mine: list[Message]) -> Iterator[str]:
    """Ours, and what stands there of a kind of which we know nothing later.

    What we wrote ourselves is not later, also where the clock was ahead when we did.
    """
    there = {_kind_in_row(one): one for one in standing}
    for kind in ("place", "number", "news"):
        mark = read_mark(there[kind].partition(": ")[2]) if kind in there else None
        alike = [one for one in mine if _KINDS.get(one.act, "place") == kind]
        is_later = mark is not None and kind in told and mark.day > told[kind][0].day and not is_told_by(mark, alike)
        if kind in told and not is_later and not same_piece(told[kind][1], there.get(kind, "")):
            yield told[kind][1]
        elif kind in there:
            yield there[kind]


def _kind_in_row(said: str) -> str:
    if said.startswith("regiegroep "):
        return "number"
    return "news" if said.startswith(f"{_NEWS}: ") else "place"


def _is_our_busy(cell: object, mine: list[Message]) -> bool:
    mark = read_mark(cell) if isinstance(cell, str) else None
    return mark is not None and mark.state == State.BUSY and any(one.reported == cell for one in mine)
