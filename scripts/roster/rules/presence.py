"""The rule about who is in the WhatsApp group: an admin adds everybody who is new."""

from __future__ import annotations

from collections.abc import Iterator

from roster.finding import Finding
from roster.model import Status
from roster.rules.context import Rule, RuleContext, notice


def a_welcomed_member_is_in_whatsapp(case: RuleContext) -> Iterator[Finding]:
    """Who was welcomed more than `whatsapp_days` ago is in the group, as people say or a comparison showed. Let op."""
    days, standing = case.terms.limits.whatsapp_days, case.standing.member
    for member in case.present:
        if standing.get(member.place.key) is Status.ACTIVE and case.is_absent(member):
            since = f"meer dan {'1 dag' if days == 1 else f'{days} dagen'} geleden" if days else "vóór vandaag"
            yield notice(
                a_welcomed_member_is_in_whatsapp,
                member.place.at("In WhatsApp"),
                f"Het welkom ging {since}, en de deelnemer is nog niet in de WhatsApp-groep gezien.",
                "Zit de deelnemer erin? Vul dan ja in. Anders kan de beheerder hem of haar nog toevoegen.",
            )


RULES_ABOUT_STANDING: tuple[Rule, ...] = (a_welcomed_member_is_in_whatsapp,)
