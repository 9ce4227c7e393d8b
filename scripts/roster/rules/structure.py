"""The rules about the structure: areas, groups by themselves, their streets, and links, which no name should hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from roster.cells.text import group_invitation, holds_link
from roster.finding import Finding, Weight
from roster.model import Area, Group, Street
from roster.rules.context import CellRule, Rule, RuleContext, blocks, notice, other_rows, rows_in_words
from roster.sheet.columns import GROEPEN, STRATEN
from roster.sheet.table import fold
from roster.streets.names import closest


def a_group_lies_in_a_known_area(case: RuleContext) -> Iterator[Finding]:
    """A group lies in a known area. Blocks the group. Structure."""
    areas = case.roster.area_named
    for group in case.roster.groups:
        if fold(group.area) in areas or case.is_unread(group.place, "Gebied"):
            continue
        if not group.area:
            message, remedy = "Het gebied ontbreekt.", "Kies een gebied van het tabblad Gebieden."
        else:
            meant = closest(group.area, (area.name for area in case.roster.areas))
            message = f"Dit gebied bestaat niet.{f' Bedoelde u {meant}?' if meant else ''}"
            remedy = "Kies een gebied van het tabblad Gebieden, of voeg het daar toe."
        yield blocks(a_group_lies_in_a_known_area, group.place.at("Gebied"), message, remedy)


def a_group_has_a_unique_name(case: RuleContext) -> Iterator[Finding]:
    """A group has a name that no other group has. Blocks every row of that name. Structure."""
    named: dict[str, list[Group]] = defaultdict(list)
    for group in case.roster.groups:
        if group.name:
            named[fold(group.name)].append(group)
        elif not case.is_unread(group.place, "Groep"):
            yield blocks(
                a_group_has_a_unique_name,
                group.place.at("Groep"),
                "De naam van de groep ontbreekt.",
                "Vul een naam in.",
            )
    for groups in named.values():
        rows = [group.place.row for group in groups]
        for group in groups if len(groups) > 1 else ():
            yield blocks(
                a_group_has_a_unique_name,
                group.place.at("Groep"),
                f"Deze naam staat ook in {other_rows(rows, group.place.row)}.",
                "Geef elke groep een eigen naam, of haal de dubbele rij weg.",
            )


def a_group_has_streets(case: RuleContext) -> Iterator[Finding]:
    """A group has streets. Blocks the group. Structure."""
    for group in case.roster.groups:
        if group.name and fold(group.name) not in case.roster.streets_of:
            yield blocks(
                a_group_has_streets,
                group.place.at("Groep"),
                "Deze groep heeft nog geen straten.",
                "Vul op het tabblad Straten in welke straten erbij horen.",
            )


def a_street_belongs_to_one_group(case: RuleContext) -> Iterator[Finding]:
    """A street, with its numbers and side, belongs to one group. Blocks both rows. Structure.

    The same name in two places is two streets. A group may have a street in more than one row.
    Rows without a group, or of an unknown one, claim nothing.
    """
    for row in case.roster.streets:
        if row.first is not None and row.last is not None and row.first > row.last:
            yield blocks(
                a_street_belongs_to_one_group,
                row.place.at("Tot"),
                "Dit nummer is lager dan het nummer bij Van.",
                "Draai de twee nummers om, of verbeter ze.",
            )
    for lane in case.streets.lanes:
        claims = [row for row in lane.rows if row.readable and fold(row.group) in case.roster.group_named]
        if len({fold(row.group) for row in claims}) < 2:
            continue
        for row in claims:
            rivals = [other for other in claims if fold(other.group) != fold(row.group) and _share_a_number(row, other)]
            if rivals:
                where = rows_in_words([other.place.row for other in rivals])
                groups = sorted({case.name_of(fold(other.group)) for other in rivals})
                yield blocks(
                    a_street_belongs_to_one_group,
                    row.place.at("Groep"),
                    f"Deze huisnummers horen ook bij groep {' en '.join(groups)}, in {where}.",
                    "Verdeel de nummers met Van, Tot en Zijde, of haal een van de rijen weg.",
                )


def _share_a_number(one: Street, other: Street) -> bool:
    """True when some house number is in both rows."""
    if one.side and other.side and one.side != other.side:
        return False
    first = max(one.first or 1, other.first or 1)
    ends = [row.last for row in (one, other) if row.last is not None]
    side = one.side or other.side
    if side and (first % 2 == 0) != (side == "even"):
        first += 1
    return not ends or first <= min(ends)


def a_street_names_its_group(case: RuleContext) -> Iterator[Finding]:
    """A street row has a name, and names a group that exists. Let op (settled)."""
    for street in case.roster.streets:
        if not street.name and not case.is_unread(street.place, "Straat"):
            yield notice(
                a_street_names_its_group,
                street.place.at("Straat"),
                "De naam van de straat ontbreekt.",
                "Vul de straat in, of haal de rij weg.",
            )
        if fold(street.group) in case.roster.group_named or case.is_unread(street.place, "Groep"):
            continue
        if not street.group:
            message, remedy = "Deze straat hoort nog bij geen groep.", "Vul de groep in."
        else:
            meant = case.group_meant(street.group)
            message = f"Deze groep bestaat niet.{f' Bedoelde u {meant}?' if meant else ''}"
            remedy = "Kies een groep van het tabblad Groepen, of voeg hem daar toe."
        yield notice(a_street_names_its_group, street.place.at("Groep"), message, remedy)


def a_place_is_known(case: RuleContext) -> Iterator[Finding]:
    """The place of a street or an area is one of the network's (a setting). Let op; blank is fine."""
    rows: list[Street | Area] = [*case.roster.streets, *case.roster.areas]
    for row in rows:
        if row.town and not case.streets.town(row.town):
            meant = closest(row.town, case.terms.network.places)
            yield notice(
                a_place_is_known,
                row.place.at("Plaats"),
                f"Deze plaats is niet bekend.{f' Bedoelde u {meant}?' if meant else ''}",
                f"Kies uit: {', '.join(case.terms.network.places)}.",
            )


def a_name_holds_no_link(case: RuleContext) -> Iterator[Finding]:
    """A name of a person, an organisation, a group or an area holds no link. Let op; no subject of a mail shows it.

    Anybody may ask to be put on the list, and what he is called goes to all who join after him.
    """
    places = [
        (member.place.at(heading), name)
        for member in case.present
        if "." in (whole := member.surname + member.first_name + member.organisation) or "/" in whole or "@" in whole
        for heading, name in (
            ("Voornaam", member.first_name),
            ("Achternaam", member.surname),
            ("Organisatie", member.organisation),
        )
    ]
    places += [(group.place.at("Groep"), group.name) for group in case.roster.groups]
    places += [(area.place.at("Gebied"), area.name) for area in case.roster.areas]
    for place, name in places:
        if holds_link(name):
            yield notice(
                a_name_holds_no_link,
                place,
                "In deze naam staat een link of een mailadres.",
                "Zet hier alleen de naam, tenzij het echt zo hoort.",
            )


def an_invitation_is_of_whatsapp(case: RuleContext) -> Iterator[Finding]:
    """What stands at Uitnodigingslink is a link of WhatsApp. Let op: else it stands in no text, and is no button."""
    for group in case.roster.groups:
        if group.invitation.strip() and not group_invitation(group.invitation):
            yield notice(
                an_invitation_is_of_whatsapp,
                group.place.at("Uitnodigingslink"),
                "Dit is geen uitnodigingslink van WhatsApp.",
                "Kopieer hem in WhatsApp: groepsinfo, Uitnodigen via link. Hij begint met https://chat.whatsapp.com/",
            )


RULES: tuple[Rule, ...] = (
    a_group_has_a_unique_name,
    a_group_lies_in_a_known_area,
    a_group_has_streets,
    a_street_names_its_group,
    a_street_belongs_to_one_group,
    a_place_is_known,
    a_name_holds_no_link,
    an_invitation_is_of_whatsapp,
)

CELLS: tuple[CellRule, ...] = (
    CellRule(a_group_has_a_unique_name.__name__, Weight.BLOCKS, GROEPEN, ("Groep",)),
    CellRule(a_group_lies_in_a_known_area.__name__, Weight.BLOCKS, GROEPEN, ("Gebied",)),
    CellRule(
        a_street_belongs_to_one_group.__name__,
        Weight.BLOCKS,
        STRATEN,
        ("Straat", "Plaats", "Van", "Tot", "Zijde", "Groep"),
    ),
)
