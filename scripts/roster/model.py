"""What the register says, as values: areas, groups, streets, members and sign requests, and where they stand."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property

from roster.finding import UnreadCell
from roster.logbook import Logbook, in_letters
from roster.sheet.table import Cell, Place, Table, fold


class Role(Enum):
    """What a member does; the value is the word in the sheet."""

    MEMBER = "deelnemer"
    ADMIN = "beheerder"
    COORDINATOR = "coördinator"


class Status(Enum):
    """Where a member, a group or a sign request stands; the value is the word in the sheet."""

    ACTIVE = "actief"
    WAITING = "wachtlijst"
    BLOCKED = "geblokkeerd"
    LEFT = "afgemeld"
    FULL = "vol"
    FORMING = "in oprichting"
    DRAFT = "concept"
    SUBMITTED = "ingediend"
    PROMISED = "toegezegd"
    PLACED = "geplaatst"
    REFUSED = "afgewezen"


@dataclass(slots=True, eq=False)
class Area:
    """A gebied: several groups, one wijkconciërge."""

    place: Place
    name: str
    town: str = ""
    caretaker: str = ""
    caretaker_email: str | None = None


@dataclass(slots=True, eq=False)
class Group:
    """A groep: a set of streets with one WhatsApp group. Days are None where blank or unreadable.

    `approval` is True where its admins approve who comes in by the link.
    """

    place: Place
    name: str
    area: str = ""
    registered: date | None = None
    started: date | None = None
    invitation: str = ""
    approval: bool | None = None


@dataclass(slots=True, eq=False)
class Street:
    """A straat, or a part of one, that belongs to a group.

    `first` and `last` are house numbers (None = open end); `side` is "even", "oneven" or "".
    `readable` is False where one of the three does not read: which numbers the row means is then unknown.
    """

    place: Place
    name: str
    town: str = ""
    first: int | None = None
    last: int | None = None
    side: str = ""
    group: str = ""
    readable: bool = True


@dataclass(slots=True, eq=False)
class Member:
    """A deelnemer, as read from one row.

    `nr` is the number this row goes by from now on (given, kept or taken back), also where the cell
    still says otherwise. `group`, `street`, `town`, `house_number` and `postcode` are as typed
    (trimmed). `mobile` is E.164 or None, `email` normalised or None (blank or unusable).
    `adult`, `agreed`, `sticker`, `in_whatsapp` are None where blank or unreadable. `left` is True
    for whoever has an Afgemeld op that is not to come, also an unreadable one; `left_on` is its day where it reads.
    `no_mail` is True for whoever has anything but "nee" in a column Geen mail, None where that cell shows an error:
    he gets none as long as that is so, and nothing of it is kept. `welcome_says_no_mail` is True where our own Welkom
    says that somebody wants no mail, `mail_again` since when it says that this was taken back (local time).
    """

    place: Place
    nr: str
    first_name: str = ""
    infix: str = ""
    surname: str = ""
    organisation: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    town: str = ""
    mobile: str | None = None
    email: str | None = None
    group: str = ""
    role: Role = Role.MEMBER
    adult: bool | None = None
    agreed: bool | None = None
    sticker: bool | None = None
    language: str = ""
    joined: date | None = None
    left: bool = False
    left_on: date | None = None
    exception: str = ""
    in_whatsapp: bool | None = None
    no_mail: bool | None = False
    welcome_says_no_mail: bool = False
    mail_again: datetime | None = None

    @property
    def name(self) -> str:
        """The whole name as it is spoken: "Jan van den Berg", or the organisation's."""
        if self.first_name and self.surname and not self.infix:
            return f"{self.first_name} {self.surname}"
        return " ".join(filter(None, (self.first_name, self.infix, self.surname))) or self.organisation

    @property
    def home(self) -> str:
        """Street and house number, as far as they are typed: by these one tells who has no name."""
        return f"{self.street} {self.house_number}".strip()


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map in degrees (WGS 84), six decimals at most."""

    latitude: float
    longitude: float

    @property
    def link(self) -> str:
        """The place as a Google Maps link that opens on every phone."""
        return f"https://www.google.com/maps/search/?api=1&query={self.latitude:.6f}%2C{self.longitude:.6f}"


@dataclass(slots=True, eq=False)
class SignRequest:
    """A bordaanvraag: one group, two places. A location is None where blank or unreadable."""

    place: Place
    nr: str
    group: str = ""
    locations: tuple[Location | None, Location | None] = (None, None)
    descriptions: tuple[str, str] = ("", "")
    requested_on: date | None = None
    requested_by: str = ""
    explanation: str = ""
    decision: str = ""
    decided_on: date | None = None

    @property
    def asked(self) -> str:
        """A digest of what is asked for, which tells nobody what: another one means that the row was changed."""
        facts = fold(self.group), self.locations, self.descriptions, self.explanation
        return in_letters(hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:6])


@dataclass(slots=True, eq=False)
class AdminRow:
    """A row that stands in tab Beheerders now, with the people's two answers.

    The rest is what our own cells say, or what people typed in them beforehand: `mobile` is E.164 or None, `reported`
    what stands in Meldingen.
    """

    place: Place
    nr: str
    in_regiegroep: bool | None = None
    in_area_group: bool | None = None
    name: str = ""
    mobile: str | None = None
    group: str = ""
    area: str = ""
    reported: str = ""


@dataclass(eq=False)
class Roster:
    """Everything the register says, and the tables it was read from (tab title -> Table).

    `unread` are the cells that did not read: the catalogue of rules says what each breaks, and no rule tells it twice.
    """

    tables: dict[str, Table]
    areas: list[Area] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    requests: list[SignRequest] = field(default_factory=list)
    admin_rows: list[AdminRow] = field(default_factory=list)
    logbook: Logbook = field(default_factory=Logbook)
    unread: list[UnreadCell] = field(default_factory=list)

    def cell(self, place: Place, column: str) -> Cell:
        """What stood in a row under a heading when it was read; None where there is no such tab or column."""
        table = self.tables.get(place.tab)
        return None if table is None else table.cell(place.row - table.first, column)

    def bears_number(self, row: Member | SignRequest) -> bool:
        """True where a row says the Nr itself that it goes by: a new row does after a round, a copied one another's."""
        cell = self.cell(row.place, "Nr")
        return cell == row.nr or (isinstance(cell, str) and fold(cell) == fold(row.nr))

    @cached_property
    def group_named(self) -> dict[str, Group]:
        """Groups by folded name; of a doubled name the first."""
        return {fold(group.name): group for group in reversed(self.groups) if group.name}

    @cached_property
    def area_named(self) -> dict[str, Area]:
        """Areas by folded name; of a doubled name the first."""
        return {fold(area.name): area for area in reversed(self.areas) if area.name}

    @cached_property
    def streets_of(self) -> dict[str, list[Street]]:
        """Street rows by the folded name of their group."""
        found: dict[str, list[Street]] = defaultdict(list)
        for street in self.streets:
            found[fold(street.group)].append(street)
        return dict(found)


@dataclass(slots=True)
class Statuses:
    """Where everybody stands once the rules have spoken. Keys are the rows' keys (`place.key`).

    `active`, `waiting` and `admins` hold members per folded group name, in order of joining
    (admins: active members of that group whose Rol is beheerder).
    """

    member: dict[str, Status] = field(default_factory=dict)
    group: dict[str, Status] = field(default_factory=dict)
    request: dict[str, Status] = field(default_factory=dict)
    active: dict[str, list[Member]] = field(default_factory=dict)
    waiting: dict[str, list[Member]] = field(default_factory=dict)
    admins: dict[str, list[Member]] = field(default_factory=dict)
