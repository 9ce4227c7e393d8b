"""The coordinator's page: what is to be done, in order of harm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from roster.finding import Finding
from roster.messages.bundles import bundles_of
from roster.messages.welcome import news_by_hand
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.model import Member, Status
from roster.plan.delivery_status import State
from roster.plan.history import row_of
from roster.plan.steps import View
from roster.planners.figures import FITS
from roster.planners.status_cells import former_admins
from roster.planners.summary import row_names
from roster.planners.whereabouts import describe_split
from roster.sheet.columns import GROEPEN
from roster.sheet.table import Place, fold
from roster.streets.lookup import Streets

_START = 30
"""Days within which a group that was registered may be expected to start."""

_BY_HAND, _SIGNS = "met-de-hand.html", "borden"
"""What lies beside the page, and is spoken of on it."""

_SHOWN = 3
"""Former admins of one group that are named."""

_NAMED = 100
"""Places of one need that are named: with thousands a page is no help on a phone."""

RULES_WITH_OWN_LINE = _STICKER, _BOTH_GROUPS, _NO_ADMIN, _ONE_ADMIN, _PAST, _ = (
    "a_member_shows_the_sticker",
    "an_admin_sits_in_both_admin_groups",
    "a_group_has_an_admin",
    "a_group_has_more_than_one_admin",
    "a_row_is_kept_no_longer_than_its_time",
    FITS,
)
"""The rules whose findings have a line of their own."""

Link = Callable[[str, int, int], tuple[str, str]]
"""Tab, column (0 = A) and row in; how the cell is called ("F12"), and the address under which it opens or "", out."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A row, or one cell of it: what it is called, where it stands, the link that opens it, and what is the matter."""

    name: str
    where: str
    link: str
    what: str = ""


_AS_IT_SHOULD_BE = "Klopt het zo? Dan hoeft u niets te doen."
"""Of a finding that tells of something, and asks nothing."""
YOU, ADMINS = "u", "de beheerder van die groep, of u als die er niet is"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do: how often, who does it, how, and where. `opens` is what `how` names that lies in out/."""

    title: str
    count: int
    how: str
    spots: tuple[Spot, ...] = ()
    opens: str = ""
    who: str = YOU

    @property
    def around(self) -> tuple[str, str]:
        """What `how` says before and behind the name of what it opens."""
        before, _name, after = self.how.partition(self.opens) if self.opens else (self.how, "", "")
        return before, after

    @property
    def more(self) -> int:
        """Places that are not named."""
        return self.count - len(self.spots) if self.spots else 0


class Overview:
    """What the page tells of a View; every number is counted here, and drawn elsewhere."""

    def __init__(self, view: View, link: Link) -> None:
        self._view, self._link, self._names = view, link, row_names(view)
        self._member_of = {member.nr: member for member in reversed(view.roster.members)}
        self._turns: dict[WelcomeState, list[Member]] = defaultdict(list)
        for member, turn in welcome_queue_of(view).turns:
            self._turns[turn].append(member)

    def needs(self) -> list[Need]:
        """All that is to be done, the most harmful first; nothing that is in order is named."""
        found = (*self._mails(), *self._groups(), *self._people(), *self._contacts(), *self._findings(), *self._later())
        return [need for need in found if need.count]

    def _mails(self) -> Iterator[Need]:
        """One for each mail; of whoever has no row any more the Nr, which is what `make sent` asks for."""
        deliveries = self._view.history.deliveries
        unsure = [row_of(one.person) for one in deliveries if one.state in (State.UNCERTAIN, State.BUSY)]
        unsure += [one.nr for one in self._turns[WelcomeState.UNCERTAIN] if one.nr not in unsure]
        yield Need(
            "Mails waarvan niet zeker is of ze aankwamen",
            len(unsure),
            "Zoek de mail bij Verzonden. Staat hij er: make sent NR=… Staat hij er niet: make resend NR=…",
            tuple(map(self._person, unsure[:_NAMED])),
        )

    def _groups(self) -> Iterator[Need]:
        """Without the admins that they need to start, and with one; where a rule knows who it is, it says so."""
        least = max(1, self._view.terms.limits.minimum_admins)
        for rule, title in (
            (_NO_ADMIN, "zonder beheerder" if least == 1 else f"met minder dan {least} beheerders"),
            (_ONE_ADMIN, "met maar één beheerder"),
        ):
            found = self._of(rule)
            alike = len({finding.remedy for finding in found}) == 1
            yield Need(
                f"Groepen {title}",
                len(found),
                found[0].remedy if alike else "Een actieve deelnemer van die groep krijgt bij Rol: beheerder.",
                tuple(self._of_admins(one, "" if alike else one.remedy) for one in islice(found, _NAMED)),
            )

    def _of_admins(self, finding: Finding, remedy: str) -> Spot:
        """A group that lacks admins, and who were its admins."""
        name = fold(self._names.get((finding.place.tab, finding.place.key), ""))
        gone = former_admins(self._view, name)[:_SHOWN]
        why = f"{'; '.join(gone)}." if gone else ""
        return self._spot(finding.place.at("Groep"), "", f"{why} {remedy}".strip())

    def _people(self) -> Iterator[Need]:
        view, statuses = self._view, self._view.statuses
        refused = self._turns[WelcomeState.REFUSED]
        yield Need(
            "E-mailadressen die de mail weigerden",
            len(refused),
            "Vraag een ander adres, of heet diegene met de hand welkom.",
            self._members(refused, "E-mail"),
        )
        outside = {one.place.key: one.place for one in self._of(_BOTH_GROUPS)}  # one admin, also where two are missing
        admins = {one.nr: one for of_group in statuses.admins.values() for one in of_group}
        yield Need(
            "Beheerders die nog niet in hun twee beheerdersgroepen zitten",
            len(outside),
            "Voeg hen in WhatsApp toe, en zet op tabblad Beheerders: ja.",
            self._spots(
                (place if place.row else admins[nr].place, f"{admins[nr].name} ({nr})") for nr, place in outside.items()
            ),
        )
        full = [one.place for one in self._of(FITS) if one.place.tab == GROEPEN.title]
        waiting = sum(map(len, statuses.waiting.values()))
        yield Need(
            f"Groepen die vol zijn of bijna ({waiting} op de wachtlijst)",
            len(full),
            "Splits de groep: maak er een bij, en verplaats straten met make move. Of geef wie wacht een plek ernaast.",
            tuple(self._spot(place.at("Groep"), "", self._split(place)) for place in full[:_NAMED]),
        )
        by_hand = self._turns[WelcomeState.BY_HAND]
        nr = by_hand[0].nr if by_hand else ""
        yield Need(
            "Deelnemers die u met de hand welkom heet",
            len(by_hand),
            f"Hun berichten staan in {_BY_HAND}. Klaar? Typ bijvoorbeeld: make sent NR={nr}",
            self._members(by_hand),
            _BY_HAND,
        )
        news = news_by_hand(view)
        yield Need(
            "Deelnemers aan wie u zelf iets nieuws vertelt",
            len(news),
            f"Wat u vertelt, staat in {_BY_HAND}. Klaar? Typ: make sent NR=…",
            self._members(news),
            _BY_HAND,
        )

    def _split(self, place: Place) -> str:
        """How the streets of a full group could be divided."""
        group = next(one for one in self._view.roster.groups if one.place.key == place.key)
        return describe_split(self._view, self._streets, group)

    @cached_property
    def _streets(self) -> Streets:
        return Streets(self._view.roster, self._view.terms.network.places)

    def _contacts(self) -> Iterator[Need]:
        """Who is to be given contacts by hand: all where nothing is mailed, else who has no address that works."""
        due = list(bundles_of(self._view).to_hand_over())
        yield Need(
            "Groepen waarvan u de beheerder nog contacten geeft",
            len(due),
            "Wie wat nodig heeft, staat in de map groepen, in uitleg.html. "
            f'Gegeven? Typ bijvoorbeeld: make given GROUP="{due[0][0].title if due else ""}"',
            self._spots((one.group.place, f"{one.title} ({', '.join(who)})") for one, who in due if one.group),
        )

    def _findings(self) -> Iterator[Need]:
        """What is wrong in the rows, by kind, but for what has a line of its own."""
        kinds: dict[tuple[bool, str, str, str], list[Finding]] = defaultdict(list)
        for finding in self._view.findings:
            if finding.rule not in RULES_WITH_OWN_LINE:
                place = finding.place
                kinds[not finding.blocks, place.tab, place.column, finding.rule].append(finding)
        for (lightly, tab, column, _rule), those in sorted(kinds.items(), key=lambda one: (one[0][0], -len(one[1]))):
            alike = len({finding.message for finding in those}) == 1
            where = f"{tab}, {column}" if column else tab or "Het register"
            title = f"{where} ({'let op' if lightly else 'geblokkeerd'}){f': {those[0].message}' if alike else ''}"
            same = len({finding.remedy for finding in those}) == 1
            how = those[0].remedy or _AS_IT_SHOULD_BE if same else "Bij elke rij staat wat u kunt doen."
            who = ADMINS if tab == "Deelnemers" else YOU
            yield Need(title, len(those), how, self._cells(those, message=not alike, remedy=not same), who=who)

    def _later(self) -> Iterator[Need]:
        view, today = self._view, self._view.terms.today
        stickers = self._of(_STICKER)
        yield Need(
            "Deelnemers zonder sticker",
            len(stickers),
            "Breng een sticker langs, en zet bij Sticker: ja.",
            self._cells(stickers),
            who=ADMINS,
        )
        unanswered = [
            request
            for request in view.roster.requests
            if view.statuses.request.get(request.place.key) in (Status.DRAFT, Status.SUBMITTED)
        ]
        yield Need(
            "Bordaanvragen zonder besluit",
            len(unanswered),
            f"Nog niet verstuurd? Ze staan in de map {_SIGNS}; met make signs worden het mails. "
            "Wel? Zet het antwoord van de wijkconciërge bij Besluit.",
            self._spots((request.place, f"{request.nr} {request.group}".strip()) for request in unanswered),
            _SIGNS,
        )
        slow = [
            group
            for group in view.roster.group_named.values()
            if group.registered and group.started is None and (today - group.registered).days > _START
        ]
        yield Need(
            f"Groepen die langer dan {_START} dagen zijn aangemeld, en nog niet gestart",
            len(slow),
            "Vraag in die groep of het lukt. Is de groep begonnen? Zet de dag bij Gestart op.",
            self._spots((group.place, group.name) for group in slow),
        )
        past = self._of(_PAST)
        yield Need(
            f"Rijen voorbij hun bewaartijd: langer dan {view.terms.left_days} dagen afgemeld",
            len(past),
            "Typ make forget LEFT=1 voor alle tegelijk. Het laat eerst zien wie het zijn, en vraagt of het mag.",
            self._cells(past),
        )

    def _of(self, rule: str) -> list[Finding]:
        return [finding for finding in self._view.findings if finding.rule == rule]

    def _members(self, members: Iterable[Member], column: str = "") -> tuple[Spot, ...]:
        return self._spots((member.place.at(column), f"{member.name} ({member.nr})") for member in members)

    def _person(self, nr: str) -> Spot:
        """Whoever goes by this Nr; where nobody does, that."""
        member = self._member_of.get(nr)
        if member is None:
            return Spot(nr, "staat niet meer in het register", "")
        return self._spot(member.place, f"{member.name} ({nr})")

    def _cells(self, findings: Iterable[Finding], *, message: bool = False, remedy: bool = False) -> tuple[Spot, ...]:
        """The cells of findings; `message`: with what is wrong there, `remedy`: with what mends it."""
        named = islice((one for one in findings if one.place.row), _NAMED)
        says = [(one.place, one.message * message, one.remedy * remedy) for one in named]
        return tuple(self._spot(place, "", " ".join(filter(None, what))) for place, *what in says)

    def _spots(self, places: Iterable[tuple[Place, str]]) -> tuple[Spot, ...]:
        return tuple(self._spot(place, name) for place, name in islice(places, _NAMED) if place.row)

    def _spot(self, place: Place, name: str, what: str = "") -> Spot:
        table = self._view.roster.tables.get(place.tab)
        cell, link = self._link(place.tab, table.columns.get(place.column, 0) if table else 0, place.row)
        shown = name or self._names.get((place.tab, place.key), "")
        return Spot(shown or f"rij {place.row}", f"{place.tab} {cell}", link, what)
