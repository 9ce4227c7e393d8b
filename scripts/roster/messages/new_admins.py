"""Knows which admins nobody vouched for yet: whoever can type in the sheet can call himself one."""

from __future__ import annotations

from functools import lru_cache

from roster.model import Member
from roster.plan.delivery_status import State
from roster.plan.steps import View
from roster.sheet.columns import BEHEERDERS
from roster.sheet.table import fold, says

BEFORE = "admins_before"
"""In what is counted: not 0 while a register that was in use has to be looked over for the admins that it had."""


def admin_mark(view: View, admin: Member) -> str:
    """An admin as the ledger knows that somebody agreed to him: a digest of his number and his group."""
    return view.history.identity(f"{admin.mobile or ''}\x1f{fold(admin.group)}")


def taken_over(view: View) -> list[Member]:
    """Who stood in tab Beheerders with his number before anybody was asked about admins."""
    table = view.roster.tables.get(BEHEERDERS.title)
    if table is None or not view.history.counts.get(BEFORE):
        return []
    stood = {row.nr: table.cell(row.place.row - table.first, "Mobiel") for row in view.roster.admin_rows}
    admins = (admin for group in view.standing.admins.values() for admin in group if admin.nr in stood)
    return [admin for admin in admins if admin.mobile and says(stood[admin.nr], admin.mobile)]


@lru_cache(maxsize=1)  # asked for every group of one view
def unvouched(view: View) -> tuple[Member, ...]:
    """The active admins that nobody agreed to, and that nobody took into the regiegroep."""
    sure = {row.nr for row in view.roster.admin_rows if row.in_regiegroep}
    sure |= {admin.nr for admin in taken_over(view)}
    admins = [admin for group in view.standing.admins.values() for admin in group if admin.nr not in sure]
    return tuple(admin for admin in admins if admin_mark(view, admin) not in view.history.agreed_admins)


def new_admins(view: View) -> list[Member]:
    """Whom to name before letters leave: where mail really leaves who is unvouched, else who has no row of his own."""
    if view.terms.mail_done == State.SENT:
        return list(unvouched(view))
    known = {row.nr for row in view.roster.admin_rows}
    return [admin for group in view.standing.admins.values() for admin in group if admin.nr not in known]


def with_cards(view: View, admins: tuple[Member, ...]) -> list[Member]:
    """Those of a group's admins whose cards go along with letters to others."""
    doubtful = () if view.terms.new_admin_cards else {admin.nr for admin in unvouched(view)}
    return [admin for admin in admins if admin.nr not in doubtful]


def describe_new_admins(view: View) -> list[str]:
    """Who is named, of which group, and what becomes of their cards."""
    found = new_admins(view)
    if not found:
        return []
    lines = ["Nieuw als beheerder: " + ", ".join(f"{admin.name} ({admin.group})" for admin in found) + "."]
    if not view.terms.new_admin_cards:
        whose = "Deze contactkaart gaat" if len(found) == 1 else "Deze contactkaarten gaan"
        lines.append(
            f"  {whose} nog niet mee met mails aan anderen. Klopt het? "
            "Zet in het tabblad Beheerders bij In regiegroep ja, of typ make sync zonder YES=1 en beantwoord de vraag."
        )
    return lines
