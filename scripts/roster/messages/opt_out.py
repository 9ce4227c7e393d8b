"""Who asked for no mail: in the register itself, or once in an answer, which outlives the row."""

from __future__ import annotations

from roster.messages.recipient_history import recipient_history_of
from roster.model import Member
from roster.plan.delivery_status import read_mark
from roster.plan.steps import View
from roster.sheet.table import is_blank


def is_left_alone(member: Member, view: View) -> bool:
    """True for whoever wants no mail, and as long as a cell Geen mail was not read: it may say so."""
    return member.no_mail is None or wants_no_mail(member, view)


def wants_no_mail(member: Member, view: View) -> bool:
    """True for whoever says so in the register, and for whoever's address ever said so: a wish that lasts.

    What our own Welkom says of it counts as well: the ledger that heard the wish may be another laptop's, or
    lost. Of a wish that was taken back since, the row tells, and that is said to every laptop.
    """
    if member.no_mail:
        return True
    history = view.history
    mark = history.address_mark(member.email) if history.do_not_mail_digests and member.email else ""
    if mark and mark in history.do_not_mail_digests and not _is_taken_back(member, mark, view):
        return True
    return member.told_no_mail and _is_own_mark(member, view)


def takes_mail_again(member: Member, view: View) -> bool:
    """True where the row tells that a wish which this ledger still keeps was taken back since, by whatever laptop."""
    if member.no_mail is not False or not member.mail_again or not member.email:
        return False
    mark = view.history.address_mark(member.email)
    return mark in view.history.do_not_mail_digests and _is_taken_back(member, mark, view)


def _is_taken_back(member: Member, mark: str, view: View) -> bool:
    since = view.history.do_not_mail_since.get(mark)
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
