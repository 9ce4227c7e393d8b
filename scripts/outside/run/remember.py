"""Gathers from the rows what the ledger must remember of them: numbers, who goes by which, and who wants no mail."""

from __future__ import annotations

from outside.ledger.ledger import Ledger
from roster.messages.audience import takes_mail_again, wants_no_mail
from roster.model import Status
from roster.plan.steps import View
from roster.reading.row_ids import highest_seen
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS


def highest_numbers(view: View) -> dict[str, int]:
    """The highest Nr by prefix that stands there, also of another laptop's: none of them is ever given again."""
    tabs = {"D": view.roster.tables.get(DEELNEMERS.title), "B": view.roster.tables.get(BORDAANVRAGEN.title)}
    return {
        prefix: highest_seen(prefix, list(table.column("Nr")), view.history) for prefix, table in tabs.items() if table
    }


def identities(view: View) -> dict[str, str]:
    """Which Nr each identity goes by. Of a doubled mobile the row that counts: the active ones speak last."""
    identity, status = view.history.identity, view.standing.member
    here = [(identity(member.mobile), member) for member in view.roster.members if member.mobile and not member.left]
    known, active = {mark: member.nr for mark, member in here}, Status.ACTIVE
    known.update({mark: member.nr for mark, member in here if status[member.place.key] is active})
    return known


def keep_refusals(view: View, ledger: Ledger) -> None:
    """Remember whose row says that no mail is wanted, and whose row takes that back."""
    history, members = view.history, [member for member in view.roster.members if member.email]
    again = [history.address_mark(member.email or "") for member in members if takes_mail_again(member, view)]
    if again:
        ledger.replies.mail_again(again)
    says = (member for member in members if wants_no_mail(member, view))
    refused = {history.address_mark(member.email or "") for member in says} - history.do_not_mail_digests
    if refused:
        ledger.replies.do_not_mail(sorted(refused))
