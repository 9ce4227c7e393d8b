"""The tabs as their editors see them: one line per column, and who owns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the register.

    `own` is True where the software writes; everything else is people's and never changed.
    `note` is the Dutch hint at the heading (see `hint`). `kind` says what a cell holds: text, yes_no, day,
    number, choice (`choices` are the words), group, area, place, street, language. `optional` is True for one of
    people's that registers in use may lack: it stands in a new one, and is missed nowhere.
    """

    heading: str
    note: str = ""
    own: bool = False
    kind: str = "text"
    choices: tuple[str, ...] = ()
    width: int = 16
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TabSpec:
    """One tab: its title and its columns, in the order in which a new register shows them.

    `optional` are headings of people's that are read where somebody added them, and missed nowhere. `known_by` are
    those that tell whose a row is: where they come first they stay in sight. `at_google` are columns of the
    software's own that only a sheet at Google has. `named_by` is the heading of its own whose cell names a
    row. With `or_theirs` a tab of this title in which not half of the headings stand is people's own.
    """

    title: str
    columns: tuple[Column, ...]
    derived: bool = False
    optional: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    at_google: tuple[Column, ...] = ()
    named_by: str = "Nr"
    or_theirs: bool = False

    @property
    def own(self) -> frozenset[str]:
        """The headings of the software's own columns."""
        return frozenset(column.heading for column in (*self.columns, *self.at_google) if column.own)

    @property
    def is_ours(self) -> bool:
        """True where nothing on the tab is people's."""
        return len(self.own) == len(self.columns)

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings in order."""
        return tuple(column.heading for column in self.columns)


def kept_in_sight(tab: TabSpec, columns: Mapping[str, int]) -> int:
    """How many of a tab's first columns stay in sight: at most two, which leaves room on a telephone.

    `columns` maps headings to positions (0 = A).
    """
    known = {columns[heading] for heading in tab.known_by if heading in columns}
    return next(position for position in range(3) if position == 2 or position not in known)


def hint(column: Column, places: Sequence[str], spot: tuple[float, float]) -> str:
    """The hint at a heading, in this municipality: its places, and how a spot on its map is written."""
    *first, last = places or [""]
    spoken = f"{', '.join(first)} of {last}" if first else last
    return column.note.replace("{places}", spoken).replace("{spot}", f"{spot[0]:.5f}, {spot[1]:.5f}")


def offered(column: Column, places: Sequence[str], languages: Sequence[str]) -> Sequence[str]:
    """The words to choose from in a column: its own, or this municipality's places and the languages of its texts."""
    return places if column.kind == "place" else languages if column.kind == "language" else column.choices


def _own(heading: str, note: str, **more: object) -> Column:
    return Column(heading, note, own=True, **more)  # type: ignore[arg-type]  # keyword values are checked by the tests of this table


def _filled(heading: str, what: str, width: int) -> Column:
    return _own(heading, f"Vult Buurtbeheer in: {what}", width=width)


def _number(heading: str, what: str, width: int) -> Column:
    return _own(heading, f"Vult Buurtbeheer in: {what}", kind="number", width=width)


def _yes_no(heading: str, note: str, *, optional: bool = False) -> Column:
    return Column(heading, note, kind="yes_no", choices=("ja", "nee"), width=10, optional=optional)


_REMARKS = _filled("Meldingen", "wat er nog niet klopt. Verdwijnt vanzelf als het is hersteld.", width=60)


NAMES = ("Voornaam", "Tussenvoegsel", "Achternaam", "Organisatie")
"""The columns of Deelnemers of which one at the least says who somebody is."""

DEELNEMERS = TabSpec(
    "Deelnemers",
    (
        Column("Achternaam", "Achternaam. Bij een bedrijf mag dit leeg blijven.", width=15),
        Column("Voornaam", "Roepnaam. Bij een bedrijf mag dit leeg blijven.", width=13),
        Column("Tussenvoegsel", "Bijvoorbeeld: van der", width=12),
        Column("Organisatie", "Naam van een bedrijf of vereniging, als het om een bedrijf gaat.", width=16),
        Column("Straat", "De straat, zonder huisnummer.", kind="street", width=20),
        Column("Huisnummer", "Bijvoorbeeld: 12 of 12a", width=11),
        _own("Nr", "Dit vaste nummer geeft Buurtbeheer. Laat het staan.", width=9),
        _filled("Status", "actief, wachtlijst, geblokkeerd of afgemeld.", width=12),
        _REMARKS,
        _filled("Welkom", "wanneer het welkomstbericht is gemaakt, en welke versie.", width=30),
        _filled(
            "Vervolgmail",
            "welke mail er later ging, over een andere groep, beheerder worden of een nieuw nummer.",
            width=30,
        ),
        _filled(
            "In de groep",
            "of de deelnemer in de WhatsApp-groep te zien was, toen u die vergeleek met make compare.",
            width=22,
        ),
        Column("Postcode", "Bijvoorbeeld: 1234 AB", width=10),
        Column("Plaats", "{places}", kind="place", width=13),
        Column("Mobiel", "Het mobiele nummer waarmee u in WhatsApp zit. Bijvoorbeeld: 06-23456789", width=15),
        Column("E-mail", "Mag leeg blijven. Dan staat de deelnemer op de lijst met de hand.", width=28),
        Column("Groep", "De naam van de groep, zoals op het tabblad Groepen.", kind="group", width=20),
        Column(
            "Rol",
            "Leeg betekent: deelnemer.",
            kind="choice",
            choices=("deelnemer", "beheerder", "coördinator"),
            width=13,
        ),
        _yes_no("18 jaar of ouder", "Vul ja in als de deelnemer 18 jaar of ouder is."),
        _yes_no(
            "Akkoord spelregels",
            "Vul ja in als de deelnemer akkoord is met de spelregels, en ermee dat de groep het nummer ziet.",
        ),
        _yes_no("Sticker", "Vul ja in als de sticker zichtbaar op het raam zit."),
        Column("Taal", "Leeg betekent: de gewone taal. Een andere kiest u uit de lijst.", kind="language", width=8),
        Column("Aangemeld op", "De dag van aanmelden. Bijvoorbeeld: 5-3-2026", kind="day", width=13),
        Column("Afgemeld op", "Vul hier de dag in als de deelnemer is gestopt.", kind="day", width=13),
        Column(
            "Uitzondering",
            "Woont de deelnemer niet in de straten van de groep, maar hoort hij er wel bij? Schrijf hier waarom.",
            width=20,
        ),
        _yes_no(
            "In WhatsApp",
            "Vul ja in als de deelnemer in de WhatsApp-groep zit. Nakijken kan met make compare; dat schrijft in de kolom In de groep.",
        ),
        Column("Opmerking", "Ruimte voor uzelf.", width=20),
    ),
    optional=("Geen mail",),
    known_by=("Nr", "Achternaam", "Voornaam"),
)

LIST_COLUMN = "Lijst op telefoon"

GROEPEN = TabSpec(
    "Groepen",
    (
        Column("Groep", "De naam van de groep. Elke naam komt één keer voor.", width=20),
        _filled("Status", "actief, vol, in oprichting of geblokkeerd.", width=14),
        _number("Aantal", "hoeveel actieve deelnemers de groep heeft.", width=9),
        _number("Vrij", "hoeveel plaatsen er nog vrij zijn.", width=8),
        _filled("Beheerders", "de namen van de beheerders.", width=26),
        _REMARKS,
        _filled("Regienummer", "wanneer de beheerders het nummer van de regiegroep kregen.", width=24),
        _filled("Contacten", "wat er nieuw is voor de beheerders, en wanneer zij contacten kregen.", width=30),
        Column("Gebied", "De naam van het gebied, zoals op het tabblad Gebieden.", kind="area", width=18),
        Column("Aangemeld op", "De dag waarop de groep is aangemeld bij de coördinator.", kind="day", width=13),
        Column("Gestart op", "De dag waarop de groep in WhatsApp is gestart.", kind="day", width=13),
        Column(
            "Uitnodigingslink",
            "De uitnodigingslink van WhatsApp. Hij komt in de tekst voor wie u met de hand welkom heet. In de mails staat hij nog niet: dat komt later.",
            width=28,
        ),
        _yes_no(
            "Goedkeuring aan",
            "Vul ja in als een beheerder goedkeurt wie via de link binnenkomt. In WhatsApp: groepsinfo, Groepsmachtigingen, Nieuwe deelnemers goedkeuren.",
            optional=True,
        ),
        Column("Opmerking", "Ruimte voor uzelf.", width=20),
    ),
    known_by=("Groep",),
    at_google=(
        _filled(
            LIST_COLUMN,
            "het adres van de deelnemers van deze groep. Een beheerder die in het blad mag, kan het bewaren op de telefoon.",
            width=30,
        ),
    ),
)

STRATEN = TabSpec(
    "Straten",
    (
        Column("Straat", "De naam van de straat.", width=24),
        Column("Plaats", "{places}", kind="place", width=13),
        Column("Van", "Het eerste huisnummer. Leeg betekent: vanaf het begin.", width=8),
        Column("Tot", "Het laatste huisnummer. Leeg betekent: tot het einde.", width=8),
        Column(
            "Zijde", "even of oneven. Leeg betekent: beide kanten.", kind="choice", choices=("even", "oneven"), width=10
        ),
        Column("Groep", "De groep waar deze straat bij hoort.", kind="group", width=22),
        _REMARKS,
    ),
    known_by=("Straat",),
)

GEBIEDEN = TabSpec(
    "Gebieden",
    (
        Column("Gebied", "De naam van het gebied.", width=20),
        Column("Plaats", "{places}", kind="place", width=13),
        Column("Wijkconciërge", "De naam van de wijkconciërge.", width=20),
        Column("E-mail wijkconciërge", "Hierheen gaan de aanvragen voor borden.", width=26),
        _number("Groepen", "hoeveel groepen het gebied heeft.", width=10),
        _number("Aantal", "hoeveel actieve deelnemers het gebied heeft.", width=9),
        _REMARKS,
    ),
    known_by=("Gebied",),
)

BORDAANVRAGEN = TabSpec(
    "Bordaanvragen",
    (
        Column("Groep", "De groep die de borden vraagt.", kind="group", width=20),
        _own("Nr", "Dit vaste nummer geeft Buurtbeheer. Laat het staan.", width=9),
        _filled("Status", "concept, ingediend, toegezegd, geplaatst, afgewezen of geblokkeerd.", width=13),
        _REMARKS,
        _filled("Verstuurd", "wanneer de aanvraag naar de wijkconciërge ging.", width=24),
        Column(
            "Locatie 1",
            "Plak hier de plek uit Google Maps: de link, of de twee getallen. Bijvoorbeeld: {spot}",
            width=32,
        ),
        Column("Omschrijving 1", "Bijvoorbeeld: lantaarnpaal bij Kerkstraat 1", width=28),
        Column("Locatie 2", "De tweede plek, ook uit Google Maps.", width=32),
        Column("Omschrijving 2", "Bijvoorbeeld: hoek Kerkstraat en Molenlaan", width=28),
        Column("Aangevraagd op", "De dag van de aanvraag.", kind="day", width=14),
        Column("Aangevraagd door", "Wie de aanvraag doet.", width=20),
        Column("Toelichting", "Nodig als de groep meer borden vraagt dan het advies.", width=28),
        Column(
            "Besluit",
            "toegezegd, geplaatst of afgewezen",
            kind="choice",
            choices=("toegezegd", "geplaatst", "afgewezen"),
            width=13,
        ),
        Column("Besluit op", "De dag van het besluit.", kind="day", width=13),
    ),
    known_by=("Nr", "Groep"),
)

BEHEERDERS = TabSpec(
    "Beheerders",
    (
        _own("Nr", "Het nummer van de deelnemer.", width=9),
        _own("Naam", "Vult Buurtbeheer in.", width=24),
        _own("Mobiel", "Vult Buurtbeheer in.", width=15),
        _own("Groep", "Vult Buurtbeheer in.", width=20),
        _own("Gebied", "Vult Buurtbeheer in.", width=18),
        _yes_no("In regiegroep", "Vul ja in als de beheerder in de regiegroep zit."),
        _yes_no("In gebiedsgroep", "Vul ja in als de beheerder in de beheerdersgroep van het gebied zit."),
        _REMARKS,
    ),
    derived=True,
    known_by=("Nr", "Naam"),
)

LOGBOEK = TabSpec(
    "Logboek",
    (
        _filled("Dag", "sinds wanneer het zo staat.", width=17),
        _own("Nr", "Het nummer van de deelnemer.", width=9),
        _filled("Bericht", "welk bericht het was.", width=20),
        _filled("Versie", "welke versie het was.", width=19),
        _filled("Stand", "hoe het ermee staat.", width=13),
        _own("Kenmerk", "Hieraan herkent Buurtbeheer de deelnemer. Er staat geen naam, nummer of adres in.", width=20),
        _own("Sleutel", "Hieraan herkent Buurtbeheer het bericht. Laat het staan.", width=15),
    ),
    derived=True,
    known_by=("Dag", "Nr"),
    named_by="Sleutel",
)

OVERZICHT = TabSpec(
    "Overzicht",
    (
        _filled("Naam", "alles samen, elk gebied en elke groep.", width=20),
        _filled("Wat", "alles, gebied of groep.", width=8),
        _number("Deelnemers", "hoeveel actieve deelnemers er zijn.", width=13),
        _number("Vrij", "hoeveel plaatsen er nog vrij zijn.", width=7),
        _number("Vol in %", "welk deel van de plaatsen bezet is.", width=8),
        _number("Beheerders", "hoeveel beheerders er zijn.", width=13),
        _number("Nieuw in 30 dagen", "hoeveel actieve deelnemers zich in de laatste 30 dagen aanmeldden.", width=9),
        _number("Geblokkeerd", "bij hoeveel deelnemers eerst iets hersteld moet.", width=11),
        _number("Wachtlijst", "hoeveel er wachten op een plaats.", width=12),
        _number("Stickers", "bij hoeveel actieve deelnemers de sticker er zit.", width=11),
        _filled("Maand", "de laatste twaalf maanden, deze erbij.", width=10),
        _number("Aanmeldingen", "hoeveel er zich in die maand aanmeldden.", width=15),
        _own("Regel", "Hieraan herkent Buurtbeheer de rij. Laat het staan.", width=10),
    ),
    derived=True,
    known_by=("Naam",),
    named_by="Regel",
    or_theirs=True,
)

TABS: tuple[TabSpec, ...] = (DEELNEMERS, GROEPEN, STRATEN, GEBIEDEN, BORDAANVRAGEN, BEHEERDERS, OVERZICHT, LOGBOEK)
TAB = {tab.title: tab for tab in TABS}
