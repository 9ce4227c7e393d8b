"""The rules about links: names go into letters and cards, and nobody should be led anywhere by one."""

from __future__ import annotations

from collections.abc import Iterator

from roster.cells.links import group_invitation, holds_link
from roster.finding import Finding
from roster.rules.context import Rule, RuleContext, notice


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


RULES: tuple[Rule, ...] = (a_name_holds_no_link, an_invitation_is_of_whatsapp)
