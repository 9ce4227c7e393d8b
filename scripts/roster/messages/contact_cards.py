"""The cards and numbers that go along with a letter, and which admins are new on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from roster.cells.phones import phone
from roster.model import Group, Member, Role
from roster.plan.delivery_status import State
from roster.plan.steps import View, by_view, file_name
from roster.sheet.table import Place, fold, says
from roster.terms import Terms
from roster.vcard import Frame, card, escape, frame, shorten

Cards = tuple[tuple[str, str], ...]
"""Cards as they go along with a mail: file name and card."""

_MOST = 5
"""Cards of admins in one mail; whoever has one of them can be added."""


@dataclass(frozen=True, slots=True)
class AdminCard:
    """The card of one admin of a group, as a file. It goes to members of that same group only."""

    nr: str
    name: str
    text: str


def admin_cards(group: Group, admins: Sequence[Member], terms: Terms) -> tuple[AdminCard, ...]:
    """The cards of a group's admins, made once for all its members; the same cards as in its bundle."""
    shared = frame(group, terms)
    return tuple(AdminCard(admin.nr, _file(admin.name), _crlf(card(admin, shared))) for admin in admins if admin.mobile)


def cards_for(member: Member, admins: Sequence[AdminCard]) -> Cards:
    """File name and card of the admins whose numbers this member saves: not his own."""
    return tuple((one.name, one.text) for one in admins if one.nr != member.nr)[:_MOST]


def facts_of(admins: Cards, regiegroep: Cards) -> dict[str, object]:
    """What a text may say of the cards that go along: of how many admins, and whether the regiegroep's is there."""
    return {"admin_cards": len(admins), "regiegroep_card": bool(regiegroep)}


@lru_cache(maxsize=8)  # asked for every letter, and always the same
def regiegroep_card(number: str, terms: Terms) -> Cards:
    """The regiegroep's own card; none for a number that cannot be called, such as the example's."""
    try:
        read = phone(number)
    except ValueError:
        return ()
    return () if read is None else regiegroep_at(read.e164, terms)


def regiegroep_at(mobile: str, terms: Terms) -> Cards:
    """The regiegroep's card with this number (E.164), which is not looked at."""
    prefix, org = escape(f"{terms.network.short_name} ·"), escape(shorten(terms.network.name, 70))
    shared = Frame(prefix, org, file_name(terms.network.short_name)[:20], 50)
    contact = Member(Place(""), "regiegroep", organisation="Regiegroep", mobile=mobile, role=Role.ADMIN)
    return ((_file("Regiegroep"), _crlf(card(contact, shared))),)


def _file(name: str) -> str:
    return f"{file_name(name)[:50]}.vcf"


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


BEFORE = "admins_before"
"""In what is counted: not 0 while a register that was in use has to be looked over for the admins that it had."""


def admin_mark(view: View, admin: Member) -> str:
    """An admin as the ledger knows that somebody agreed to him: a digest of his number and his group."""
    return view.history.identity(f"{admin.mobile or ''}\x1f{fold(admin.group)}")


def taken_over(view: View) -> list[Member]:
    """Who stood in tab Beheerders with his number before anybody was asked about admins."""
    if not view.history.counts.get(BEFORE):
        return []
    stood = {row.nr: view.roster.cell(row.place, "Mobiel") for row in view.roster.admin_rows}
    admins = (admin for group in view.statuses.admins.values() for admin in group if admin.nr in stood)
    return [admin for admin in admins if admin.mobile and says(stood[admin.nr], admin.mobile)]


@by_view
def unvouched(view: View) -> tuple[Member, ...]:
    """The active admins that nobody agreed to, and that nobody took into the regiegroep."""
    sure = {row.nr for row in view.roster.admin_rows if row.in_regiegroep}
    sure |= {admin.nr for admin in taken_over(view)}
    admins = [admin for group in view.statuses.admins.values() for admin in group if admin.nr not in sure]
    return tuple(admin for admin in admins if admin_mark(view, admin) not in view.history.agreed_admins)


def new_admins(view: View) -> list[Member]:
    """Whom to name before letters leave: where mail really leaves who is unvouched, else who has no row of his own."""
    if view.terms.mail_done == State.SENT:
        return list(unvouched(view))
    known = {row.nr for row in view.roster.admin_rows}
    return [admin for group in view.statuses.admins.values() for admin in group if admin.nr not in known]


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
