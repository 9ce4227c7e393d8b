"""Tells the rows what became of letters of earlier runs, where a run was cut off before it could."""

from __future__ import annotations

from collections.abc import Iterator

from roster.columns import DEELNEMERS
from roster.model import Member
from roster.plan import Delivery, History, SetCell, View
from roster.table import Cell
from roster.welcome_mark import BUSY, READY, REFUSED, SENT, UNCERTAIN, mark_of, read_mark

ACT = "welcome"
COLUMN = "Welkom"


def plan_missed_marks(view: View) -> Iterator[SetCell]:
    """The Welkom of every member of whom the ledger knows more than the row tells.

    A row that names the same or a later state is left alone, and so is one whose letter is due again:
    its mark follows when that letter leaves.
    """
    latest: dict[str, Delivery] = {}
    for delivery in view.history.deliveries:
        if delivery.act == ACT and delivery.state in (READY, SENT, UNCERTAIN, REFUSED):
            known = latest.get(delivery.person)
            if known is None or known.day <= delivery.day:
                latest[delivery.person] = delivery
    if not latest:
        return
    table = view.roster.tables[DEELNEMERS.title]
    for member in view.roster.members:
        told = latest.get(member.nr)
        if told is None:
            continue
        cell = table.cell(member.place.row - table.first, COLUMN)
        if _is_news(cell, told) and _is_of(told, member, view.history) and not _is_due_again(told, member, view):
            text = mark_of(told.state, told.day, told.version, told.reason).text
            yield SetCell(member.place.at(COLUMN), text, cell)


def _is_news(cell: Cell, told: Delivery) -> bool:
    mark = read_mark(cell)
    if mark is None or mark.state == BUSY:
        return True
    return mark.state != told.state and mark.day <= told.day and mark.state != SENT


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
