"""Tells the rows what became of letters of earlier runs, where a run was cut off before it could."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from roster.messages.opt_out import wants_no_mail
from roster.messages.recipient_history import IN_WELCOME, RULES_UPDATE, recipient_history_of, when_told
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
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
from roster.plan.history import Message
from roster.plan.steps import SetCell, View
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Cell, says

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
        known = _told_of(letters)
        alone = wants_no_mail(member, view)
        stale = member.told_no_mail and not alone  # of who stood there before, or of the row it was copied from
        cell = said[member.place.row - first]
        taken_back = any(_was_taken_back(one, cell) for one in letters)
        if not (known or alone or stale or taken_back):
            if isinstance(cell, str) and read_mark(cell) is not None and recipients.is_anothers(cell, member):
                yield SetCell(member.place.at(_COLUMN), "", cell)
            continue
        text = _text(known, member, cell, view)
        if (
            text is None and taken_back and welcome_queue_of(view).turn(member) is not WelcomeState.DUE
        ):  # else his letter says it anew
            text = ""
        if alone:
            text = with_no_mail(cell if text is None else text)
        elif text is not None:
            text = keep_mail_again(cell, text)
        elif stale and welcome_queue_of(view).turn(member) is not WelcomeState.DUE:  # likewise
            text = without_wish(cell)
        if text is not None and not says(cell, text):
            yield SetCell(member.place.at(_COLUMN), text, cell)


def _was_taken_back(letter: Message, cell: Cell) -> bool:
    """True where the row still tells of a letter that lay ready, and that is due again."""
    if letter.state != State.WAITS or letter.act not in IN_WELCOME or not letter.reported:
        return False
    mark = read_mark(cell)
    return mark is not None and mark.state == State.READY and read_mark(letter.reported) == mark


def _told_of(letters: Iterable[Message]) -> list[Message]:
    """Those of somebody's letters that the cell tells of, the latest last."""
    known = [
        one
        for one in letters
        if one.act in IN_WELCOME and one.state in (State.READY, State.SENT, State.HAND, State.UNCERTAIN, State.REFUSED)
    ]
    return sorted(known, key=when_told) if len(known) > 1 else known


def _text(known: list[Message], member: Member, cell: Cell, view: View) -> str | None:
    """What the row should say of its letters, the latest last; None where it may stay as it is."""
    standing = [one for one in known if not _is_withdrawn(one, member, view)]
    if not standing:
        return None
    told, latest = standing[-1], known[-1]
    mark = read_mark(cell)
    is_anothers = mark is not None and not mark.is_of(member.nr)
    is_back = told is not latest and _tells_of(cell, latest)
    if not (is_anothers or is_back or _is_news(mark, told)):
        return None
    if _is_due_again(told, member, view):
        return None
    return mark_of(told.state, told.day, told.version, told.reason, member.nr).text


def _is_withdrawn(letter: Message, member: Member, view: View) -> bool:
    """True for news of the spelregels that was refused at another address than today's."""
    return letter.act == RULES_UPDATE and letter.state == State.REFUSED and _is_due_again(letter, member, view)


def _tells_of(cell: Cell, letter: Message) -> bool:
    """True where the row still tells of this letter."""
    mark = read_mark(cell)
    return mark is not None and (mark.state, mark.day) == (letter.state, letter.day)


def _is_news(mark: WelcomeMark | None, told: Message) -> bool:
    if mark is None or mark.state == State.BUSY:
        return True
    if mark.day > told.day:
        return False
    if told.state == State.HAND:  # a person tells of one version after the other
        return mark.state != State.HAND or mark.version != told.version
    # What was sent may still come back refused; nothing else is later than sent.
    return mark.state != told.state and (mark.state not in (State.SENT, State.HAND) or told.state == State.REFUSED)


def _is_due_again(told: Message, member: Member, view: View) -> bool:
    if told.state == State.READY:
        return view.terms.mail_done != State.READY
    return told.state == State.REFUSED and recipient_history_of(view).address_mark(member) != told.address_mark
