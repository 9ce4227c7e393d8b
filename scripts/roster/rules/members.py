"""The rules about one member's row: name, mobile, age, consent, doubles, sticker, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from roster.finding import Finding
from roster.model import Member
from roster.rules.context import Case, blocks, in_order, notice, rows_in_words
from roster.rules.officials import is_official_address, is_official_organisation
from roster.sheet.table import Place, fold
from roster.streets.similarity import closest


def a_member_has_a_name(case: Case) -> Iterator[Finding]:
    """A member has a name: Achternaam, Voornaam or Organisatie. Blocks. Implied: cards and greetings need one."""
    for member in case.present:
        name = member.surname + member.first_name + member.organisation
        if name.isalnum() or any(map(str.isalnum, name)):
            continue
        if not case.told(member.place, "Voornaam", "Tussenvoegsel", "Achternaam", "Organisatie"):
            yield blocks(
                a_member_has_a_name,
                member.place.at("Achternaam"),
                "De naam ontbreekt.",
                "Vul een voornaam, een achternaam of een organisatie in.",
            )


def a_member_has_a_mobile_that_whatsapp_can_reach(case: Case) -> Iterator[Finding]:
    """A member has a mobile that WhatsApp can reach. Blocks; a landline is a let op. "Lijst met telefoonnummers".

    What does not read, and a landline, are told in reading.
    """
    for member in case.present:
        if member.mobile is None and not case.told(member.place, "Mobiel"):
            yield blocks(
                a_member_has_a_mobile_that_whatsapp_can_reach,
                member.place.at("Mobiel"),
                "Het mobiele nummer ontbreekt.",
                "Vul het nummer in waarmee de deelnemer in WhatsApp zit.",
            )


def a_member_is_18_or_older(case: Case) -> Iterator[Finding]:
    """A member is 18 or older: "ja"; blank and "nee" block. Spelregel 1."""
    for member in case.present:
        if member.adult:
            continue
        place = member.place.at("18 jaar of ouder")
        if member.adult is False:
            yield blocks(
                a_member_is_18_or_older,
                place,
                "Meedoen kan vanaf 18 jaar.",
                "Vul ja in zodra de deelnemer 18 is.",
            )
        elif not case.told(member.place, place.column):
            yield blocks(
                a_member_is_18_or_older,
                place,
                "Het is nog niet bekend of de deelnemer 18 jaar of ouder is.",
                "Vraag het na en vul ja in.",
            )


def a_member_agreed_to_the_rules(case: Case) -> Iterator[Finding]:
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
        elif not case.told(member.place, place.column):
            yield blocks(
                a_member_agreed_to_the_rules,
                place,
                "De deelnemer is nog niet akkoord met de spelregels en het delen van het nummer in de groep.",
                "Vraag het na en vul ja in.",
            )


def a_mobile_belongs_to_one_member(case: Case) -> Iterator[Finding]:
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
        yield from _one_of(members, case)


def _one_of(members: list[Member], case: Case) -> Iterator[Finding]:
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


def police_and_municipality_stay_out(case: Case) -> Iterator[Finding]:
    """Police and municipality stay out: no e-mail at their domains, no such organisation. Blocks.

    "De gemeente en politie zitten zelf niet in de WhatsApp groep." A resident who works there is a
    private person. An e-mail that does not read is looked at as it was typed.
    """
    table = case.roster.tables.get("Deelnemers")
    domains = tuple(domain.casefold() for domain in case.terms.official_domains)
    private = "Woont de deelnemer hier zelf, vul dan een eigen e-mailadres in."
    for member in case.present:
        address: object = member.email
        if address is None and table is not None and case.told(member.place, "E-mail"):
            address = table.cell(member.place.row - table.first, "E-mail")
        if isinstance(address, str) and is_official_address(address, domains):
            yield blocks(
                police_and_municipality_stay_out,
                member.place.at("E-mail"),
                "Dit is een adres van politie of gemeente. Die zitten zelf niet in de groep.",
                private,
            )
        if member.organisation and is_official_organisation(
            member.organisation, (*case.terms.places, case.terms.municipality)
        ):
            yield blocks(
                police_and_municipality_stay_out,
                member.place.at("Organisatie"),
                "Politie en gemeente zitten zelf niet in de groep.",
                "Woont de deelnemer hier zelf, maak deze cel dan leeg en gebruik een eigen naam en e-mailadres.",
            )


def a_member_shows_the_sticker(case: Case) -> Iterator[Finding]:
    """A member shows the sticker (Sticker = ja) within 30 days of joining (a setting). Let op. "Het is verplicht"."""
    most, today = case.terms.sticker_days, case.terms.today
    for member in case.present:
        if member.sticker or member.joined is None or (today - member.joined).days <= most:
            continue
        if not case.told(member.place, "Sticker"):
            yield notice(
                a_member_shows_the_sticker,
                member.place.at("Sticker"),
                f"De deelnemer doet langer dan {most} dagen mee, en de sticker is nog niet gemeld.",
                "Vraag of de sticker zichtbaar op het raam zit, en vul dan ja in.",
            )


def dates_make_sense(case: Case) -> Iterator[Finding]:
    """Dates are not in the future, nobody leaves before joining, no group starts before it is registered. Let op.

    Told of whoever left as well.
    A day of leaving may be to come: it counts from that day on.
    """
    roster, today = case.roster, case.terms.today
    for member in roster.members:
        joined, left = member.joined, member.left_on
        if joined is not None and joined > today:
            yield _in_the_future(member.place.at("Aangemeld op"))
        if left is not None and left > today:
            yield notice(
                dates_make_sense,
                member.place.at("Afgemeld op"),
                "Deze dag moet nog komen. Tot die dag doet de deelnemer gewoon mee.",
                "Is hij al gestopt, verbeter dan de dag.",
            )
        elif joined is not None and left is not None and left < joined <= today:
            yield notice(
                dates_make_sense,
                member.place.at("Afgemeld op"),
                "De dag van afmelden ligt voor de dag van aanmelden.",
                "Verbeter een van de twee dagen.",
            )
    for group in roster.groups:
        if group.started is not None and group.registered is not None and group.started < group.registered <= today:
            yield notice(
                dates_make_sense,
                group.place.at("Gestart op"),
                "De dag van starten ligt voor de dag van aanmelden.",
                "Verbeter een van de twee dagen.",
            )
        yield from _future_days(group.place, today, {"Aangemeld op": group.registered, "Gestart op": group.started})
    for request in roster.requests:
        asked, decided = request.requested_on, request.decided_on
        yield from _future_days(request.place, today, {"Aangevraagd op": asked, "Besluit op": decided})
        if asked is not None and decided is not None and decided < asked <= today:
            yield notice(
                dates_make_sense,
                request.place.at("Besluit op"),
                "De dag van het besluit ligt voor de dag van de aanvraag.",
                "Verbeter een van de twee dagen.",
            )


def _future_days(place: Place, today: date, days: dict[str, date | None]) -> Iterator[Finding]:
    for column, day in days.items():
        if day is not None and day > today:
            yield _in_the_future(place.at(column))


def _in_the_future(place: Place) -> Finding:
    return notice(dates_make_sense, place, "Deze dag ligt in de toekomst.", "Verbeter de dag.")


def a_members_place_is_known(case: Case) -> Iterator[Finding]:
    """A member's place is one of the network's (a setting). Let op; blank is fine."""
    names = case.terms.places
    for member in case.present:
        if member.town and not case.streets.town(member.town):
            meant = closest(member.town, names)
            yield notice(
                a_members_place_is_known,
                member.place.at("Plaats"),
                f"Deze plaats is niet bekend.{f' Bedoelde u {meant}?' if meant else ''}",
                f"Kies {', '.join(names[:-1])} of {names[-1]}."
                if len(names) > 1
                else f"Vul {names[0]} in."
                if names
                else "",
            )


def a_members_language_is_known(case: Case) -> Iterator[Finding]:
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
