"""Tells the rows what became of letters of earlier runs, where a run was cut off before it could."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from roster.columns import DEELNEMERS
from roster.left_alone import wants_no_mail
from roster.model import Member
from roster.plan import Delivery, History, SetCell, View
from roster.table import Cell, says
from roster.welcome_mark import BUSY, READY, REFUSED, SENT, UNCERTAIN, mark_of, read_mark, with_no_mail

ACTS = ("welcome", "rules_update")
"""The letters that the cell tells of; of two on one day the last of these is the later one."""

COLUMN = "Welkom"


def plan_missed_marks(view: View) -> Iterator[SetCell]:
    """The Welkom of every member of whom the ledger knows more than the row tells.

    Behind it stands whether somebody wants no mail. A row that names the same or a later state is left alone,
    and so is one whose letter is due again: its mark follows when that letter leaves.
    """
    latest: dict[str, Delivery] = {}
    for delivery in view.history.deliveries:
        if delivery.act in ACTS and delivery.state in (READY, SENT, UNCERTAIN, REFUSED):
            known = latest.get(delivery.person)
            if known is None or _when(known) <= _when(delivery):
                latest[delivery.person] = delivery
    table = view.roster.tables[DEELNEMERS.title]
    for member in view.roster.members:
        told = latest.get(member.nr)
        alone = wants_no_mail(member, view)
        if told is None and not alone:
            continue
        cell = table.cell(member.place.row - table.first, COLUMN)
        text = _text(told, member, cell, view)
        if alone:
            text = with_no_mail(cell if text is None else text)
        if text is not None and not says(cell, text):
            yield SetCell(member.place.at(COLUMN), text, cell)


def _text(told: Delivery | None, member: Member, cell: Cell, view: View) -> str | None:
    """What the row should say of its letter; None where it may stay as it is."""
    if told is None or not _is_news(cell, told) or not _is_of(told, member, view.history):
        return None
    if _is_due_again(told, member, view):
        return None
    return mark_of(told.state, told.day, told.version, told.reason).text


def _when(delivery: Delivery) -> tuple[date, int]:
    return delivery.day, ACTS.index(delivery.act)


def _is_news(cell: Cell, told: Delivery) -> bool:
    mark = read_mark(cell)
    if mark is None or mark.state == BUSY:
        return True
    # What was sent may still come back refused; nothing else is later than sent.
    return mark.state != told.state and mark.day <= told.day and (mark.state != SENT or told.state == REFUSED)


def _is_of(told: Delivery, member: Member, history: History) -> bool:
    """False where somebody else stands in the row now: neither the mobile nor the address is the one of then."""
    if not (told.identities and told.address_mark):
        return True
    return (member.mobile is not None and history.identity(member.mobile) in told.identities) or _address(
        member, history
    ) == told.address_mark


def _is_due_again(told: Delivery, member: Member, view: View) -> bool:
    if told.state == READY:
        return view.terms.mail_done != READY
    return told.state == REFUSED and _address(member, view.history) != told.address_mark


def _address(member: Member, history: History) -> str:
    return history.address_mark(member.email) if member.email else ""
