"""Knows of every member whether it is his turn to be welcomed, and what he must be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property, lru_cache

from roster.columns import DEELNEMERS
from roster.left_alone import wants_no_mail
from roster.model import Member, Role, Status
from roster.plan import Delivery, Send, View
from roster.table import Cell, Place, fold, is_blank
from roster.welcome_cards import AdminCard, admin_cards, cards_for, facts_of, regiegroep_card
from roster.welcome_mark import BUSY, READY, REFUSED, SENT, UNCERTAIN, WelcomeMark, read_mark

ACT = "welcome"

PLACEHOLDER = "0612345678"
"""The example number of the committed settings: nobody may be told to call it."""

_LATER_PERSON = re.compile(r"^(.+-\d+)-\d+$")


class Turn(Enum):
    """Whether it is somebody's turn to be welcomed. The values after DUE complete "wacht: …"."""

    LEFT = "afgemeld"
    DONE = "welkom geheten"
    DUE = "aan de beurt"
    ROW = "de eigen rij is geblokkeerd"
    LIST = "staat op de wachtlijst van de groep"
    GROUP = "de groep is geblokkeerd"
    ADMIN = "de groep heeft nog geen beheerder"
    REGISTRATION = "de groep is nog niet aangemeld"
    NUMBER = "het nummer van de regiegroep is nog niet ingevuld"
    UNCERTAIN = "het is onzeker of de vorige mail aankwam"
    REFUSED = "het e-mailadres weigerde de mail, en is nog hetzelfde"
    LEFT_ALONE = "wil geen mail"
    BY_HAND = "geen bruikbaar e-mailadres, dus welkom met de hand"


_DONE, _LEFT, _BLOCKED, _WAITING = Turn.DONE, Status.LEFT, Status.BLOCKED, Status.WAITING
"""Python 3.11 needs a while to find a member of an Enum, and these are asked for with every row."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody who is welcomed by hand. `mobile` is E.164; `facts` is all that the text may use."""

    place: Place
    nr: str
    name: str
    address: str
    mobile: str
    group: str
    area: str
    language: str
    joined: date | None
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Circle:
    """What all members of one group share: its names, its admins, and what keeps their welcome waiting, if anything."""

    group: str
    area: str
    admins: tuple[Member, ...]
    waits: Turn | None
    cards: tuple[AdminCard, ...] = ()


@lru_cache(maxsize=1)
def desk_of(view: View) -> Desk:
    """The desk of a view: who is mailed, who is visited and who waits is asked of the same one."""
    return Desk(view)


class Desk:
    """Knows of every member whether it is his turn, and what he must be told."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._table = view.roster.tables.get(DEELNEMERS.title)
        self._circles: dict[str, _Circle] = {}
        status = view.standing.member
        self._gone = {one.nr for one in view.roster.members if status.get(one.place.key) is _LEFT}
        self._any_left = any(delivery.act == ACT for delivery in view.history.deliveries)
        self._later: dict[str, list[Delivery]] = {}
        for person in [person for person in view.history.of_person if person.count("-") > 1]:
            if later := _LATER_PERSON.match(person):
                self._later.setdefault(later[1], []).extend(view.history.of_person[person])

    @cached_property
    def turns(self) -> list[tuple[Member, Turn]]:
        """Whose turn it is, of all members in the order of the sheet."""
        return [(member, self.turn(member)) for member in self._view.roster.members]

    def turn(self, member: Member) -> Turn:
        """Whether it is a member's turn, and if not, why."""
        status = self._view.standing.member.get(member.place.key, _BLOCKED)
        if member.left or status is _LEFT:
            return Turn.LEFT
        known = self._known(member)
        if known is _DONE:
            return known
        if status is _BLOCKED:
            return Turn.ROW
        if status is _WAITING:
            return Turn.LIST
        if known is not None:
            return known
        circle = self._circle(member)
        if circle.waits is not None:
            return circle.waits
        if not _can_be_mailed(member.email):
            return Turn.BY_HAND
        if wants_no_mail(member, self._view):
            return Turn.LEFT_ALONE
        return Turn.DUE if self._view.terms.regiegroep_number else Turn.NUMBER

    def letter(self, member: Member) -> Send:
        """The letter of a member whose turn it is, with the cards of those whose number must be saved first."""
        terms, facts = self._view.terms, self._facts(member)
        admins = cards_for(member, self._circle(member).cards)
        regiegroep = regiegroep_card(str(facts["regiegroep_number"]), terms)
        return Send(
            about=member.place,
            act=ACT,
            version=terms.rules_version,
            language=member.language or terms.language,
            person=self._person(member),
            to_name=member.name,
            to_address=member.email or "",
            facts=facts | facts_of(admins, regiegroep),
            cards=(*admins, *regiegroep),
            mark=member.place.at("Welkom"),
            mark_was=self._cell(member, "Welkom"),
            identities=(self._identity(member),) if member.mobile else (),
        )

    def card(self, member: Member) -> ByHand:
        """What must be at hand to welcome a member without a mail. An example number is left out."""
        circle, facts = self._circle(member), self._facts(member)
        if is_placeholder(str(facts["regiegroep_number"])):
            facts |= {"regiegroep_number": "", "regiegroep_tel": ""}
        street = f"{member.street} {member.house_number}".strip()
        town = f"{member.postcode} {member.town}".strip()
        return ByHand(
            member.place, member.nr, member.name, ", ".join(filter(None, (street, town))), member.mobile or "",
            circle.group, circle.area, member.language or self._view.terms.language, member.joined, facts,
        )

    def _facts(self, member: Member) -> dict[str, object]:
        terms, circle = self._view.terms, self._circle(member)
        is_admin = member.role is Role.ADMIN
        number = terms.regiegroep_number if is_admin or terms.regiegroep_number_for == "everyone" else ""
        return {
            "greeting": member.first_name or member.name[:1].upper() + member.name[1:],
            "name": member.name,
            "group": circle.group,
            "area": circle.area,
            "admins": [admin.name for admin in circle.admins if admin is not member],
            "is_admin": is_admin,
            "regiegroep_number": number,
            "regiegroep_tel": _as_dialled(number),
            "network": terms.network_name,
            "short_name": terms.short_name,
            "coordinator": terms.coordinator,
        }

    def _circle(self, member: Member) -> _Circle:
        name = fold(member.group)
        if name not in self._circles:
            self._circles[name] = self._make_circle(name)
        return self._circles[name]

    def _make_circle(self, name: str) -> _Circle:
        roster, standing = self._view.roster, self._view.standing
        group = roster.group_named.get(name)
        if group is None:
            return _Circle(name, "", (), Turn.GROUP)
        admins = tuple(standing.admins.get(name, ()))
        area = roster.area_named.get(fold(group.area))
        waits = None
        if standing.group.get(group.place.key) is Status.BLOCKED:
            waits = Turn.GROUP
        elif not admins:
            waits = Turn.ADMIN
        elif group.registered is None:
            waits = Turn.REGISTRATION
        cards = () if waits else admin_cards(group, admins, self._view.terms)
        return _Circle(group.name, area.name if area else group.area, admins, waits, cards)

    def _known(self, member: Member) -> Turn | None:
        """What is known of an earlier welcome; None where there was none, or one that must be done again.

        The ledger speaks first, and after it the row's own Welkom: a ledger that got lost mails nobody again,
        and neither does one machine whom another has mailed.
        """
        known = self._letters(member) if self._any_left else ()
        if len(known) == 1 and known[0].state == self._view.terms.mail_done:
            return _DONE
        states = {delivery.state for delivery in known}
        for told in (states, {self._told_by_row(member)}):
            if SENT in told or (READY in told and self._view.terms.mail_done == READY):
                return Turn.DONE
            if BUSY in told or UNCERTAIN in told:
                return Turn.UNCERTAIN
        if REFUSED in states and any(self._is_refused(delivery, member) for delivery in known):
            return Turn.REFUSED
        return None

    def _letters(self, member: Member) -> Sequence[Delivery]:
        """The welcomes that this member got, in whatever row."""
        history = self._view.history
        identity = history.identity(member.mobile) if member.mobile else ""
        to_row, to_mobile = history.of_person.get(member.nr, ()), history.of_identity.get(identity, ())
        if len(to_row) == 1 and to_row == to_mobile and to_row[0].act == ACT and member.nr not in self._later:
            return to_row  # nearly everybody got one letter, in his own row and with his own mobile
        mine = [delivery for delivery in self._of_row(member) if self._is_of(delivery, member, identity)]
        return mine + [one for one in to_mobile if one.act == ACT and not self._is_of_who_left(one, member)]

    def _of_row(self, member: Member) -> list[Delivery]:
        """The welcomes to who stands in this row, and to who stood in it before."""
        return [delivery for delivery in self._in_row(member) if delivery.act == ACT]

    def _in_row(self, member: Member) -> tuple[Delivery, ...]:
        """All that ever went to who stands or stood in this row."""
        return (*self._view.history.of_person.get(member.nr, ()), *self._later.get(member.nr, ()))

    def _is_of(self, delivery: Delivery, member: Member, identity: str) -> bool:
        """False where somebody else stands in the row now: neither the mobile nor the address is the one of then."""
        if identity in delivery.identities or not (delivery.identities and delivery.address_mark):
            return True
        return self._address_mark(member) == delivery.address_mark

    def _is_of_who_left(self, delivery: Delivery, member: Member) -> bool:
        """True where it went to another address, in a row that left and still stands there: the number moved on."""
        nr = delivery.person
        return nr != member.nr and nr in self._gone and delivery.address_mark not in ("", self._address_mark(member))

    def _is_refused(self, delivery: Delivery, member: Member) -> bool:
        return delivery.state == REFUSED and delivery.address_mark in ("", self._address_mark(member))

    def _identity(self, member: Member) -> str:
        return self._view.history.identity(member.mobile) if member.mobile else ""

    def _address_mark(self, member: Member) -> str:
        return self._view.history.address_mark(member.email) if member.email else ""

    def _told_by_row(self, member: Member) -> str:
        """The state that the row's Welkom tells of, or ""; what the ledger itself told there says nothing new.

        A copied row carries the Welkom of the original, which does not count. Its Nr tells: that is
        another's, or was wiped out while the ledger knows of others who were welcomed.
        """
        welcome = self._cell(member, "Welkom")
        if not welcome or not isinstance(welcome, str):
            return ""
        number = self._cell(member, "Nr")
        if is_blank(number):
            if self._any_left:
                return ""
        elif str(number).strip() != member.nr:
            return ""
        mark = read_mark(welcome)
        if mark is not None and any(_is_known(mark, one) for one in self._in_row(member)):
            return ""
        told = fold(welcome)
        return next((state for state in (SENT, READY, BUSY, UNCERTAIN) if told.startswith(state)), "")

    def _person(self, member: Member) -> str:
        """The Nr; for somebody who took over another's row, with a count behind it ("D-0012-2")."""
        of_row = self._of_row(member)
        identity = self._identity(member) if of_row else ""
        mine = [delivery.person for delivery in of_row if self._is_of(delivery, member, identity)]
        others = {delivery.person for delivery in of_row}
        if mine:
            return mine[-1]
        return f"{member.nr}-{len(others) + 1}" if others else member.nr

    def _cell(self, member: Member, column: str) -> Cell:
        if self._table is None:
            return None
        return self._table.cell(member.place.row - self._table.first, column)


def _is_known(mark: WelcomeMark, delivery: Delivery) -> bool:
    """True where a mark is of our own hand: what the ledger says of that letter, or what it told before."""
    return read_mark(delivery.told) == mark or (delivery.state == mark.state and delivery.day >= mark.day)


def _can_be_mailed(email: str | None) -> bool:
    """True for an address that every mail server takes; letters with accents before the @ many refuse (RFC 6531)."""
    return email is not None and email.rpartition("@")[0].isascii()


@lru_cache(maxsize=8)  # asked for every letter, and always the same
def _as_dialled(number: str) -> str:
    return re.sub(r"[^+\d]", "", number.replace("(0)", ""))


@lru_cache(maxsize=8)  # likewise
def is_placeholder(number: str) -> bool:
    """True for the example number, however it is written; it never leaves the house."""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    return re.sub(r"^(0031|31)0?", "0", digits) == PLACEHOLDER
