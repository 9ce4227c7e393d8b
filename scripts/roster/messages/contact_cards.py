"""The cards that go along with a welcome: whose number a newcomer saves first, so that he can be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from roster.cells.phones import phone
from roster.model import Group, Member, Role, Terms
from roster.plan.steps import file_name
from roster.sheet.table import Place
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
