"""The rules about members: name, mobile, which of two rows with one mobile stays, age, consent, language, WhatsApp."""

from __future__ import annotations

from collections.abc import Iterator

from roster.finding import Finding, Weight
from roster.model import Member, Status
from roster.rules.context import CellRule, Rule, RuleContext, blocks, in_order, notice, rows_in_words
from roster.sheet.columns import DEELNEMERS, GEBIEDEN, GROEPEN, NAMES
from roster.sheet.dutch import counted
from roster.sheet.table import fold


def a_member_has_a_name(case: RuleContext) -> Iterator[Finding]:
    """A member has a name: Achternaam, Voornaam or Organisatie. Blocks. Implied: cards and greetings need one."""
    for member in case.present:
        name = member.surname + member.first_name + member.organisation
        if name.isalnum() or any(map(str.isalnum, name)):
            continue
        if not case.is_unread(member.place, *NAMES):
            yield blocks(
                a_member_has_a_name,
                member.place.at("Achternaam"),
                "De naam ontbreekt.",
                "Vul een voornaam, een achternaam of een organisatie in.",
            )


def a_member_has_a_mobile_that_whatsapp_can_reach(case: RuleContext) -> Iterator[Finding]:
    """A member has a mobile that WhatsApp can reach. Blocks; a landline is a let op. "Lijst met telefoonnummers".

    A landline is told in reading.
    """
    for member in case.present:
        if member.mobile is None and not case.is_unread(member.place, "Mobiel"):
            yield blocks(
                a_member_has_a_mobile_that_whatsapp_can_reach,
                member.place.at("Mobiel"),
                "Het mobiele nummer ontbreekt.",
                "Vul het nummer in waarmee de deelnemer in WhatsApp zit.",
            )


def a_member_is_18_or_older(case: RuleContext) -> Iterator[Finding]:
    """A member is 18 or older: "ja"; blank and "nee" block. Spelregel 1."""
    for member in case.present:
        if member.adult:
            continue
        place = member.place.at("18 jaar of ouder")
        if member.adult is False:
            yield blocks(
                a_member_is_18_or_older, place, "Meedoen kan vanaf 18 jaar.", "Vul ja in zodra de deelnemer 18 is."
            )
        elif not case.is_unread(member.place, place.column):
            yield blocks(
                a_member_is_18_or_older,
                place,
                "Het is nog niet bekend of de deelnemer 18 jaar of ouder is.",
                "Vraag het na en vul ja in.",
            )


def a_member_agreed_to_the_rules(case: RuleContext) -> Iterator[Finding]:
    """A member agreed to the spelregels, and to the number being seen by the group: "ja". Blocks. Spelregels."""
    for member in case.present:
        if member.agreed:
            continue
        place = member.place.at("Akkoord spelregels")
        if member.agreed is False:
            yield blocks(
                a_member_agreed_to_the_rules,
                place,
                "De deelnemer is niet akkoord met de spelregels en het delen van het nummer in de groep.",
                "Vul ja in zodra de deelnemer akkoord is.",
            )
        elif not case.is_unread(member.place, place.column):
            yield blocks(
                a_member_agreed_to_the_rules,
                place,
                "De deelnemer is nog niet akkoord met de spelregels en het delen van het nummer in de groep.",
                "Vraag het na en vul ja in.",
            )


def a_members_language_is_known(case: RuleContext) -> Iterator[Finding]:
    """Taal is one that there are texts in. Let op; whoever has another gets them in the settings' language."""
    known = case.terms.languages
    for member in case.present:
        if member.language and member.language not in known:
            yield notice(
                a_members_language_is_known,
                member.place.at("Taal"),
                "In deze taal zijn er geen teksten, dus de deelnemer krijgt ze in de gewone taal.",
                f"Kies uit: {', '.join(known)}. Of laat de cel leeg.",
            )


RULES: tuple[Rule, ...] = (
    a_member_has_a_name,
    a_member_has_a_mobile_that_whatsapp_can_reach,
    a_member_is_18_or_older,
    a_member_agreed_to_the_rules,
    a_members_language_is_known,
)

_AN_EMAIL = "an_email_is_well_formed"
"""A known slip gets a "bedoelde u". It may be blank; to a faulty one no mail goes."""

_A_ROLE = "a_members_role_is_known"
"""Rol is deelnemer (or blank), beheerder or coördinator; whoever has another counts as deelnemer."""

_AN_ANSWER = "an_answer_is_yes_or_no"
"""Ja, nee or blank, which counts as nee."""

A_NUMBER = "a_number_is_one_that_was_given"
"""A Nr that nobody gave stays where it stands, for the cell may be a sign of more; no later one goes on from it."""

CELLS: tuple[CellRule, ...] = (
    CellRule(a_member_has_a_name.__name__, Weight.BLOCKS, DEELNEMERS, NAMES),
    CellRule(a_member_has_a_mobile_that_whatsapp_can_reach.__name__, Weight.BLOCKS, DEELNEMERS, ("Mobiel",)),
    CellRule(a_member_is_18_or_older.__name__, Weight.BLOCKS, DEELNEMERS, ("18 jaar of ouder",)),
    CellRule(a_member_agreed_to_the_rules.__name__, Weight.BLOCKS, DEELNEMERS, ("Akkoord spelregels",)),
    CellRule(a_members_language_is_known.__name__, Weight.NOTICE, DEELNEMERS, ("Taal",)),
    CellRule(_AN_EMAIL, Weight.NOTICE, DEELNEMERS, ("E-mail",)),
    CellRule(_AN_EMAIL, Weight.NOTICE, GEBIEDEN, ("E-mail wijkconciërge",)),
    CellRule(A_NUMBER, Weight.NOTICE, DEELNEMERS, ("Nr",)),
    CellRule(_A_ROLE, Weight.NOTICE, DEELNEMERS, ("Rol",)),
    CellRule(_AN_ANSWER, Weight.NOTICE, DEELNEMERS, ("In WhatsApp",)),
    CellRule(_AN_ANSWER, Weight.NOTICE, GROEPEN, ("Goedkeuring aan",)),
)


def a_mobile_belongs_to_one_member(case: RuleContext) -> Iterator[Finding]:
    """One mobile, one member: the oldest (Aangemeld op, then row) that is sound otherwise. The others are blocked.

    Each names the other's row. Whoever left does not count. The list is kept by hand, so a row is soon copied.
    """
    first: dict[str, Member] = {}
    doubled: dict[str, list[Member]] = {}
    for member in case.present:
        if member.mobile is None:
            continue
        other = first.setdefault(member.mobile, member)
        if other is not member:
            doubled.setdefault(member.mobile, [other]).append(member)
    for members in doubled.values():
        yield from _one_stays(members, case)


def _one_stays(members: list[Member], case: RuleContext) -> Iterator[Finding]:
    members.sort(key=lambda member: in_order(member.joined, member.place.row))
    tab = members[0].place.tab
    sound = [member for member in members if (tab, member.place.key) not in case.blocked]
    stays = sound[0] if sound else members[0]
    others = [member for member in members if member is not stays]
    where = rows_in_words([member.place.row for member in others])
    if not sound:
        why = "Deze rij is de oudste, maar daar klopt nog iets anders niet."
    elif stays is members[0]:
        why = "Deze rij is de oudste en telt mee."
    else:
        why = "Deze rij telt mee: van deze rijen is het de oudste waar verder alles klopt."
    yield notice(
        a_mobile_belongs_to_one_member,
        stays.place.at("Mobiel"),
        f"Dit nummer staat ook in {where}. {why}",
        "Haal de dubbele rij weg, of vul daar een ander nummer in.",
    )
    which = "is de oudste en telt mee" if stays is members[0] else "telt mee: verder klopt daar alles"
    if not sound:
        which = "is de oudste"
    for member in others:
        group = f" (groep {stays.group})" if fold(stays.group) != fold(member.group) and stays.group else ""
        yield blocks(
            a_mobile_belongs_to_one_member,
            member.place.at("Mobiel"),
            f"Dit nummer staat ook in rij {stays.place.row}{group}. Die rij {which}.",
            "Haal een van de rijen weg, vul een ander nummer in, of vul in wanneer een van de twee is afgemeld.",
        )


RULES_ABOUT_DOUBLES: tuple[Rule, ...] = (a_mobile_belongs_to_one_member,)


def a_welcomed_member_is_in_whatsapp(case: RuleContext) -> Iterator[Finding]:
    """Who was welcomed more than `whatsapp_days` ago is in the group, as people say or a comparison showed. Let op."""
    days, status_of = case.terms.limits.whatsapp_days, case.statuses.member
    for member in case.present:
        if status_of.get(member.place.key) is Status.ACTIVE and case.is_absent(member):
            since = f"meer dan {counted(days, 'dag', 'dagen')} geleden" if days else "vóór vandaag"
            yield notice(
                a_welcomed_member_is_in_whatsapp,
                member.place.at("In WhatsApp"),
                f"Het welkom is van {since}, en de deelnemer is nog niet in de WhatsApp-groep gezien.",
                "Zit de deelnemer erin? Vul dan ja in. Anders kan de beheerder hem of haar nog toevoegen.",
            )


RULES_ABOUT_STATUS: tuple[Rule, ...] = (a_welcomed_member_is_in_whatsapp,)
