"""Who asked for no mail: in the register itself, or once in an answer, which outlives the row and its words."""

from __future__ import annotations

from datetime import datetime

from roster.logbook import LogEntry
from roster.messages.recipient_history import recipient_history_of
from roster.model import Member
from roster.plan.delivery_status import State, read_mark
from roster.plan.steps import View
from roster.sheet.table import is_blank


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
    told = _in_logbook(member, view)
    if told is not None and told.state == State.ALONE and not _is_taken_back(member, told.since, view):
        return True
    return member.told_no_mail and _is_own_mark(member, view)


def takes_mail_again(member: Member, view: View) -> bool:
    """True where row or tab tells that a wish which this ledger still keeps was taken back, by whatever laptop."""
    if member.no_mail is not False or not member.email:
        return False
    mark = view.history.address_mark(member.email)
    return mark in view.history.do_not_mail_digests and not wants_no_mail(member, view)


def again_since(member: Member, view: View) -> datetime | None:
    """Since when (local time) somebody takes mail again, as his row or tab Logboek tells; None where neither does."""
    told = _in_logbook(member, view)
    row = member.mail_again if member.mail_again is not None and _is_own_mark(member, view) else None
    moments = [row, told.since if told is not None and told.state == State.AGAIN else None]
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
    told = _in_logbook(member, view)
    if told is not None and told.state == State.AGAIN and (since is None or since.replace(microsecond=0) <= told.since):
        return True
    later = member.mail_again is not None and (since is None or since < member.mail_again)
    return later and _is_own_mark(member, view)


def _is_own_mark(member: Member, view: View) -> bool:
    """False for a row that was copied with its Welkom, and for one that somebody typed another person over."""
    known, history = recipient_history_of(view), view.history
    mark = read_mark(known.cell(member, "Welkom"))
    if mark is not None and not mark.is_of(member.nr):
        return False
    number = known.cell(member, "Nr")
    if is_blank(number):
        identity = history.identity(member.mobile) if member.mobile else ""
        if history.deliveries and history.identity_nr.get(identity) != member.nr:
            return False
    elif str(number).strip().upper() != member.nr:
        return False
    person = known.person(member)  # that of a row which is another's by now was never seen before
    return person == member.nr or person in history.of_person or person in history.recipients
