"""Plans the welcome: one letter for every new member, who is told by hand, and what the rows say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from roster.messages.audience import audience_of, by_joining, wants_no_mail
from roster.messages.follow_up import number_recipients, number_version
from roster.messages.notices import ADMIN, NUMBER_UPDATE, notices_of
from roster.messages.recipient_history import IN_WELCOME, RULES_UPDATE, by_version, recipient_history_of
from roster.messages.rules_update import Holder, rules_by_hand
from roster.messages.welcome_queue import ByHand, WelcomeState, welcome_queue_of
from roster.model import Member
from roster.plan.delivery_status import (
    State,
    WelcomeMark,
    keep_mail_again,
    mark_of,
    read_mark,
    with_no_mail,
    without_wish,
)
from roster.plan.history import Message, Notice
from roster.plan.steps import Document, Send, SetCell, View, by_view
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, fold, says


def plan_welcome(view: View) -> Iterator[Send]:
    """One letter for each active member whose turn it is; who joined first comes first.

    It is the turn of whoever was not welcomed yet, has an address that can be mailed, and is in a
    group that is not blocked, has an admin and is registered. Without a number of the regiegroep
    it is nobody's turn.
    """
    queue = welcome_queue_of(view)
    now = WelcomeState.DUE
    due = [member for member, turn in queue.turns if turn is now]
    for member in sorted(due, key=by_joining):
        yield queue.letter(member)


def by_hand(view: View) -> list[ByHand]:
    """All members who are told by hand, because no mail can reach them; the welcomes first, who joined last on top.

    Behind them who was told an older version of the spelregels, where the texts tell whether that is news; and who
    is in another group, became an admin, or has an older number of the regiegroep.
    They are not held back for want of a number of the regiegroep: whoever welcomes them can tell it later.
    """
    queue = welcome_queue_of(view)
    people = [queue.card(member) for member, turn in queue.turns if queue.is_by_hand(member, turn)]
    rules, changes = _news(view)
    behind = [queue.card(one.member, one.version) for one in rules]
    behind += [queue.card(one.member, change=one.act, moved=one.moved) for one in changes]
    newest = sorted(people, key=lambda one: (one.joined or date.min, one.place.row), reverse=True)
    return newest + sorted(behind, key=lambda one: (one.joined or date.min, one.place.row), reverse=True)


def news_by_hand(view: View) -> list[Member]:
    """Who is told something else than a welcome by hand: other spelregels, another number, group or role."""
    rules, changes = _news(view)
    members = (*(one.member for one in rules), *(one.member for one in changes))
    return list({member.place.key: member for member in members}.values())


@by_view
def _news(view: View) -> tuple[list[Holder], list[Change]]:
    """Who is told of other spelregels, and which changes; the page, its count and the screen ask for it."""
    return rules_by_hand(view), changes_by_hand(view)


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
    audience, notices, queue = audience_of(view), notices_of(view), welcome_queue_of(view)
    found: dict[str, Change] = {}
    for member, act in notices.changes:
        group, turn = fold(member.group), queue.ready(member)
        if turn is WelcomeState.BY_HAND or (turn is WelcomeState.DUE and audience.refused(member, act, group)):
            moved = act == ADMIN and notices.is_new_here(member)
            found[member.place.key] = Change(member, act, group, queue.notice(member), moved=moved)
    for member in number_recipients(view).by_hand:
        if member.place.key not in found:
            number = Notice(number=view.history.number_mark(view.terms.network.regiegroep_number))
            found[member.place.key] = Change(member, NUMBER_UPDATE, number_version(member, view), number)
    return list(found.values())


_COLUMN = "Welkom"


def plan_missed_marks(view: View) -> Iterator[SetCell]:
    """The Welkom of every member of whom the ledger knows more than the row tells.

    Behind it stands whether somebody wants no mail. A row that names the same or a later state is left alone,
    and so is one whose letter is due again: its mark follows when that letter leaves. News of the spelregels that
    was refused at another address than today's does not leave with this round, so the row tells of what was before it.
    A mark that came along with a copied row goes: once that row is somebody's, nobody could tell it from his own.
    """
    recipients = recipient_history_of(view)
    table = view.roster.tables[DEELNEMERS.title]
    said, first = list(table.column(_COLUMN)), table.first
    for member in view.roster.members:
        letters = recipients.letters_of_row(member)
        known = _in_welcome(letters)
        alone = wants_no_mail(member, view)
        stale = member.welcome_says_no_mail and not alone  # of who stood there before, or of the row it was copied from
        cell = said[member.place.row - first]
        taken_back = any(_was_taken_back(one, cell) for one in letters)
        if not (known or alone or stale or taken_back):
            if isinstance(cell, str) and read_mark(cell) is not None and recipients.is_anothers(cell, member):
                yield SetCell(member.place.at(_COLUMN), "", cell)
            continue
        text = _text(known, member, cell, view)
        is_due = welcome_queue_of(view).state(member) is WelcomeState.DUE  # then his letter says it anew
        if text is None and taken_back and not is_due:
            text = ""
        if alone:
            text = with_no_mail(cell if text is None else text)
        elif text is not None:
            text = keep_mail_again(cell, text)
        elif stale and not is_due:
            text = without_wish(cell)
        if text is not None and not says(cell, text):
            yield SetCell(member.place.at(_COLUMN), text, cell)


def _was_taken_back(letter: Message, cell: Cell) -> bool:
    """True where the row still tells of a letter that lay ready, and that is due again."""
    if letter.state != State.WAITS or letter.act not in IN_WELCOME or not letter.reported:
        return False
    mark = read_mark(cell)
    return mark is not None and mark.state == State.READY and read_mark(letter.reported) == mark


def _in_welcome(letters: Iterable[Message]) -> list[Message]:
    """Those of somebody's letters that the cell tells of, the latest last."""
    known = [
        one
        for one in letters
        if one.act in IN_WELCOME and one.state in (State.READY, State.SENT, State.HAND, State.UNCERTAIN, State.REFUSED)
    ]
    return sorted(known, key=by_version) if len(known) > 1 else known


def _text(known: list[Message], member: Member, cell: Cell, view: View) -> str | None:
    """What the row should say of its letters, the latest last; None where it may stay as it is."""
    lasting = [one for one in known if not _is_withdrawn(one, member, view)]
    if not lasting:
        return None
    letter, latest = lasting[-1], known[-1]
    mark = read_mark(cell)
    is_anothers = mark is not None and not mark.is_of(member.nr)
    is_back = letter is not latest and _tells_of(cell, latest)
    if not (is_anothers or is_back or _is_news(mark, letter)):
        return None
    if _is_due_again(letter, member, view):
        return None
    return mark_of(letter.state, letter.day, letter.version, letter.reason, member.nr).text


def _is_withdrawn(letter: Message, member: Member, view: View) -> bool:
    """True for news of the spelregels that was refused at another address than today's."""
    return letter.act == RULES_UPDATE and letter.state == State.REFUSED and _is_due_again(letter, member, view)


def _tells_of(cell: Cell, letter: Message) -> bool:
    """True where the row still tells of this letter."""
    mark = read_mark(cell)
    return mark is not None and (mark.state, mark.day) == (letter.state, letter.day)


def _is_news(mark: WelcomeMark | None, letter: Message) -> bool:
    if mark is None or mark.state == State.BUSY:
        return True
    if mark.day > letter.day:
        return False
    if letter.state == State.HAND:  # a person tells of one version after the other
        return mark.state != State.HAND or mark.version != letter.version
    # What was sent may still come back refused; nothing else is later than sent.
    return mark.state != letter.state and (mark.state not in (State.SENT, State.HAND) or letter.state == State.REFUSED)


def _is_due_again(letter: Message, member: Member, view: View) -> bool:
    if letter.state == State.READY:
        return view.terms.mail_done != State.READY
    return letter.state == State.REFUSED and recipient_history_of(view).address_mark(member) != letter.address_mark
