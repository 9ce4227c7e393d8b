"""Knows of every member whether it is his turn to be welcomed, and what he must be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from roster.cells.text import group_invitation
from roster.messages.audience import audience_of, has_address, is_left_alone, is_placeholder
from roster.messages.contact_cards import AdminCard, admin_cards, cards_for, facts_of, regiegroep_card, with_cards
from roster.messages.recipient_history import WELCOME, recipient_history_of
from roster.messages.welcomed import Welcomed
from roster.model import Member, Role, Roster, Status, Statuses
from roster.plan.delivery_status import State
from roster.plan.history import Notice
from roster.plan.steps import Send, View, by_view
from roster.sheet.table import Place, fold


class WelcomeState(Enum):
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


_DONE, _LEFT, _BLOCKED, _WAITING = WelcomeState.DONE, Status.LEFT, Status.BLOCKED, Status.WAITING
"""Python 3.11 needs a while to find a member of an Enum, and these are asked for with every row."""

_KNOWN = {State.SENT: _DONE, State.UNCERTAIN: WelcomeState.UNCERTAIN, State.REFUSED: WelcomeState.REFUSED, "": None}


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody who is welcomed by hand, or told of new spelregels so.

    `mobile` is E.164; `facts` is all that the text may use. `why` tells why no mail does it. `has_version` is
    the version of the spelregels that he was told before; "" for a welcome. `change` is the act of the letter whose
    news he is told ("admin", "moved", "number_update"), or "".
    """

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
    why: str = ""
    has_version: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class _GroupContext:
    """What all members of one group share: its names, its admins, and what keeps their welcome waiting, if anything."""

    group: str
    area: str
    admins: tuple[Member, ...]
    waits: WelcomeState | None
    cards: tuple[AdminCard, ...] = ()
    invitation: str = ""
    has_started: bool = False


@by_view
def welcome_queue_of(view: View) -> WelcomeQueue:
    """The queue of a view: who is mailed, who is visited and who waits is asked of the same one."""
    return WelcomeQueue(view)


class WelcomeQueue:
    """Knows of every member whether it is his turn, and what he must be told."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._group_contexts: dict[str, _GroupContext] = {}
        self._audience = audience_of(view)
        self._welcomed = Welcomed(view)
        self._states: dict[str, WelcomeState] = {}

    @property
    def turns(self) -> Iterator[tuple[Member, WelcomeState]]:
        """Whose turn it is, of all members that are asked for, in the order of the sheet."""
        members, whom = self._view.roster.members, self._view.whom
        person = recipient_history_of(self._view).person
        return ((one, self.state(one)) for one in members if whom is None or person(one) in whom)

    def state(self, member: Member) -> WelcomeState:
        """Whether it is a member's turn, and if not, why. Every planner asks."""
        key = member.place.key
        if key not in self._states:
            self._states[key] = self._state(member)
        return self._states[key]

    def _state(self, member: Member) -> WelcomeState:
        status = self._view.statuses.member.get(member.place.key, _BLOCKED)
        if member.left or status is _LEFT:
            return WelcomeState.LEFT
        known = _KNOWN[self._welcomed.stands(member)]
        if known is _DONE:
            return known
        if status is _BLOCKED:
            return WelcomeState.ROW
        if status is _WAITING:
            return WelcomeState.LIST
        if known is not None:
            return known
        return self.ready(member)

    def ready(self, member: Member) -> WelcomeState:
        """Whether a letter about his group can leave to somebody who counts as active, and if not, why."""
        context = self._group_context(member)
        return self.reachable(member) if context.waits is None else context.waits

    def reachable(self, member: Member) -> WelcomeState:
        """Whether a mail with the regiegroep's number can leave to this person, and if not, why."""
        if not has_address(member):
            return WelcomeState.BY_HAND
        if is_left_alone(member, self._view):
            return WelcomeState.LEFT_ALONE
        return WelcomeState.DUE if self._view.terms.network.regiegroep_number else WelcomeState.NUMBER

    def letter(
        self, member: Member, act: str = WELCOME, version: str = "", column: str = "Welkom", **more: object
    ) -> Send:
        """A letter about his group, with the cards of those whose number must be saved first.

        Without more it is the welcome of a member whose turn it is; `more` are facts that another kind tells besides.
        """
        terms, facts = self._view.terms, self._facts(member) | more
        admins = cards_for(member, self._group_context(member).cards)
        regiegroep = regiegroep_card(self._audience.number_for(member), terms)
        return self._audience.letter(
            member,
            act,
            version or terms.rules_version,
            facts | facts_of(admins, regiegroep),
            mark=member.place.at(column),
            mark_was=recipient_history_of(self._view).cell(member, column),
            cards=(*admins, *regiegroep),
            shared_cell=act != WELCOME,
            notice=self.notice(member),
        )

    def notice(self, member: Member) -> Notice:
        """What a letter about his group tells of his place."""
        role = Role.ADMIN if member.role is Role.ADMIN else Role.MEMBER
        number = self._view.history.number_mark(self._audience.number_for(member))
        return Notice(fold(member.group), role.value, number)

    def is_by_hand(self, member: Member, turn: WelcomeState) -> bool:
        """True where a person must welcome him: no mail can reach him, or the address that he has refused it."""
        return turn is WelcomeState.BY_HAND or (
            turn is WelcomeState.REFUSED and self._group_context(member).waits is None
        )

    def card(self, member: Member, has_version: str = "", change: str = "", *, moved: bool = False) -> ByHand:
        """What must be at hand to tell a member without a mail. An example number is left out."""
        context, facts = self._group_context(member), self._facts(member)
        facts |= {
            "admin_numbers": [(admin.name, admin.mobile or "") for admin in context.admins if admin is not member],
            "kind": change,
            "moved": moved,
        }
        if is_placeholder(str(facts["regiegroep_number"])):
            facts |= {"regiegroep_number": "", "regiegroep_tel": ""}
        town = f"{member.postcode} {member.town}".strip()
        return ByHand(
            member.place,
            member.nr,
            member.name,
            ", ".join(filter(None, (member.home, town))),
            member.mobile or "",
            context.group,
            context.area,
            self._audience.language(member),
            member.joined,
            facts,
            self._why(member),
            has_version,
            change,
        )

    def _why(self, member: Member) -> str:
        """Why no mail reaches him, in Dutch."""
        refused = [one for one in recipient_history_of(self._view).letters(member) if one.state == State.REFUSED]
        if refused and member.email:
            reason = refused[-1].reason
            return f"{member.email} nam de mail niet aan" + (f": {reason}" if reason else "")
        typed = recipient_history_of(self._view).cell(member, "E-mail")
        if member.email or (isinstance(typed, str) and "@" in typed):
            return "naar dit e-mailadres kan geen mail"
        return "geen e-mailadres"

    def _facts(self, member: Member) -> dict[str, object]:
        context, is_admin = self._group_context(member), member.role is Role.ADMIN
        # The announcement goes along with what an admin gets, until the group has started.
        announce = {"announce": not context.has_started} if is_admin else {}
        return {
            **announce,
            **self._audience.facts(member),
            **self._audience.number_facts(member),
            "name": member.name,
            "group": context.group,
            "area": context.area,
            "admins": [admin.name for admin in context.admins if admin is not member],
            "is_admin": is_admin,
            "short_name": self._view.terms.network.short_name,
            "keep_left_days": self._view.terms.left_days,
            "invitation": context.invitation,
            "has_started": context.has_started,
            "in_whatsapp": member.in_whatsapp is True,
        }

    def _group_context(self, member: Member) -> _GroupContext:
        name = fold(member.group)
        if name not in self._group_contexts:
            self._group_contexts[name] = self._make_context(name)
        return self._group_contexts[name]

    def _make_context(self, name: str) -> _GroupContext:
        roster, statuses = self._view.roster, self._view.statuses
        group = roster.group_named.get(name)
        if group is None:
            return _GroupContext(name, "", (), WelcomeState.GROUP)
        admins = tuple(statuses.admins.get(name, ()))
        waits = None
        if statuses.group.get(group.place.key) is Status.BLOCKED:
            waits = WelcomeState.GROUP
        elif not admins:
            waits = WelcomeState.ADMIN
        elif group.registered is None:
            waits = WelcomeState.REGISTRATION
        cards = () if waits else admin_cards(group, with_cards(self._view, admins), self._view.terms)
        area, started = self._audience.area_name(group), group.started is not None
        return _GroupContext(group.name, area, admins, waits, cards, group_invitation(group.invitation), started)


def all_made_up(roster: Roster, statuses: Statuses) -> bool:
    """True where nobody who counts has an address that a mail can arrive at: .example is nobody's (RFC 2606, 2).

    So an example register that somebody fills with her own people is an example no more.
    """
    status, active = statuses.member, Status.ACTIVE
    return all(
        member.email is None or member.email.endswith(".example")
        for member in roster.members
        if status[member.place.key] is active
    )
