"""The cards that go along with a welcome: whose number a newcomer saves first, so that he can be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from roster.model import Group, Member, Role, Terms
from roster.phones import phone
from roster.plan import file_name
from roster.table import Place
from roster.vcards import Frame, card, escape, frame

MOST = 5
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
    return tuple(
        AdminCard(admin.nr, _file(admin.name), _crlf(card(admin, shared))) for admin in admins if admin.mobile
    )


def cards_of(
    member: Member, admins: Sequence[AdminCard], regiegroep: str, terms: Terms
) -> tuple[tuple[str, str], ...]:
    """File name and card of everyone whose number this member saves: not his own, and no example number."""
    others = [(one.name, one.text) for one in admins if one.nr != member.nr][:MOST]
    return (*others, *regiegroep_card(regiegroep, terms))


@lru_cache(maxsize=8)  # asked for every letter, and always the same
def regiegroep_card(number: str, terms: Terms) -> tuple[tuple[str, str], ...]:
    """The regiegroep's own card; none for a number that cannot be called, such as the example's."""
    try:
        read = phone(number)
    except ValueError:
        return ()
    if read is None:
        return ()
    prefix, org = escape(f"{terms.short_name} ·"), escape(terms.network_name[:60])
    shared = Frame(prefix, org, file_name(terms.short_name)[:20], 50)
    contact = Member(Place(""), "regiegroep", organisation="Regiegroep", mobile=read.e164, role=Role.ADMIN)
    return ((_file("Regiegroep"), _crlf(card(contact, shared))),)


def _file(name: str) -> str:
    return f"{file_name(name)[:50]}.vcf"


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")
