"""The rules about a group's life: its admins, its size, its registration, and the groups of admins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from roster.finding import Finding, Weight
from roster.model import Group, Member, Role
from roster.reading.admin_rows import rows_of_admins
from roster.rules.context import CellRule, Rule, RuleContext, blocks, notice, other_rows, rows_in_words
from roster.rules.status import enough_admins, is_open
from roster.sheet.columns import BEHEERDERS, DEELNEMERS
from roster.sheet.table import Place, fold
from roster.streets.names import name_words


def _admins(case: RuleContext, group: Group) -> list[Member]:
    return case.statuses.admins.get(fold(group.name), [])


def a_group_has_an_admin(case: RuleContext) -> Iterator[Finding]:
    """A group has at least one admin (a setting), who is an active member of that same group. "Noodzakelijk".

    Blocks the group's start: its status stays "in oprichting". Its members are not held back.
    """
    not_yet = [
        member
        for member in case.present
        if member.role is Role.ADMIN and case.statuses.member[member.place.key].value != "actief"
    ]
    for group in case.roster.groups:
        if not group.name or enough_admins(group, case.statuses, case.terms):
            continue
        name, least = fold(group.name), max(1, case.terms.limits.minimum_admins)
        rows = [member.place.row for member in not_yet if fold(member.group) == name]
        short = (
            "Deze groep heeft nog geen beheerder"
            if not _admins(case, group)
            else f"Deze groep heeft nog geen {least} beheerders"
        )
        remedy = "Geef een actieve deelnemer van deze groep de rol beheerder."
        if rows:
            where = rows_in_words(rows)
            remedy = f"De beheerder in {where} van het tabblad Deelnemers is nog niet actief. Kijk daar wat er mist."
        yield blocks(
            a_group_has_an_admin, group.place.at("Beheerders"), f"{short} en kan daarom nog niet starten.", remedy
        )


def a_group_has_more_than_one_admin(case: RuleContext) -> Iterator[Finding]:
    """A group has more than one admin. Let op. "Eén (of meerdere)"."""
    for group in case.roster.groups:
        if len(_admins(case, group)) == 1 and enough_admins(group, case.statuses, case.terms):
            yield notice(
                a_group_has_more_than_one_admin,
                group.place.at("Beheerders"),
                "Deze groep heeft maar één beheerder.",
                "Vraag een tweede deelnemer om ook beheerder te zijn.",
            )


def a_group_fits_in_whatsapp(case: RuleContext) -> Iterator[Finding]:
    """A group fits in WhatsApp: at most 256, admins counted (a setting). "Maximaal 256".

    Over it the latest to join wait: their row says which place in line. A full group has a let op,
    and from 90 % (a setting) on a let op as well.
    """
    most = case.terms.limits.group_size
    nearly = case.terms.limits.nearly_full * most - 1e-9  # 0.55 * 100 is a little over 55
    for group in case.roster.groups:
        name = fold(group.name)
        if not name or case.roster.group_named.get(name) is not group:
            continue  # of a doubled name the members are told of once
        count, waiting = len(case.statuses.active.get(name, ())), len(case.statuses.waiting.get(name, ()))
        place = group.place.at("Aantal")
        if count >= most:
            line = f" Op de wachtlijst: {waiting}." if waiting else ""
            yield notice(
                a_group_fits_in_whatsapp,
                place,
                f"De groep is vol: {count} deelnemers.{line}",
                "Denk aan een tweede groep voor een deel van de straten.",
            )
        elif count >= nearly:
            yield notice(
                a_group_fits_in_whatsapp,
                place,
                f"De groep is bijna vol: {count} van {most} plaatsen.",
                "Denk op tijd aan een tweede groep voor een deel van de straten.",
            )
        for turn, member in enumerate(case.statuses.waiting.get(name, ()), start=1):
            yield notice(
                a_group_fits_in_whatsapp,
                member.place.at("Groep"),
                f"De groep is vol. De deelnemer heeft plaats {turn} op de wachtlijst.",
                "Dit gaat vanzelf verder als er een plaats vrijkomt.",
            )


def admin_groups_fit_in_whatsapp(case: RuleContext) -> Iterator[Finding]:
    """The regiegroep and every area's admin group fit in WhatsApp as well. Let op. They are WhatsApp groups too."""
    most = case.terms.limits.group_size
    by_area: Counter[str] = Counter()
    for group in case.roster.groups:
        if case.roster.group_named.get(fold(group.name)) is group:
            by_area[fold(group.area)] += len(_admins(case, group))
    total = by_area.total()
    if total > most:
        yield notice(
            admin_groups_fit_in_whatsapp,
            Place(BEHEERDERS.title),
            f"De regiegroep past niet in WhatsApp: er zijn {total} beheerders, en er is plaats voor {most}.",
            "Verminder het aantal beheerders per groep, of maak een tweede regiegroep.",
        )
    for name, area in case.roster.area_named.items():
        if by_area[name] > most:
            yield notice(
                admin_groups_fit_in_whatsapp,
                area.place.at("Groepen"),
                f"De beheerdersgroep van dit gebied is te groot voor WhatsApp: {by_area[name]} van {most} plaatsen.",
                "Verdeel het gebied, of verminder het aantal beheerders per groep.",
            )


_ADMIN_GROUPS = (
    (
        "In regiegroep",
        "De beheerder zit nog niet in de regiegroep.",
        "Voeg het nummer toe aan de regiegroep en vul dan ja in.",
    ),
    (
        "In gebiedsgroep",
        "De beheerder zit nog niet in de beheerdersgroep van het gebied.",
        "Voeg het nummer toe aan die groep en vul dan ja in.",
    ),
)


def an_admin_sits_in_both_admin_groups(case: RuleContext) -> Iterator[Finding]:
    """Every admin sits in the regiegroep and in the area's admin group. Let op until "ja" on both. "Zowel … als".

    Told at the admin's row of tab Beheerders, by Nr; row 0 where that row is still to be made.
    """
    rows = rows_of_admins(case.roster, case.statuses)
    for admins in case.statuses.admins.values():
        for admin in admins:
            row = rows.get(admin.nr)
            place = Place(BEHEERDERS.title, row.place.row if row else 0, admin.nr)
            answers = (row.in_regiegroep, row.in_area_group) if row else (None, None)
            for answer, (column, message, remedy) in zip(answers, _ADMIN_GROUPS, strict=True):
                if not answer and not case.is_unread(place, column):
                    yield notice(an_admin_sits_in_both_admin_groups, place.at(column), message, remedy)


def an_admin_sits_in_the_group_of_todays_area(case: RuleContext) -> Iterator[Finding]:
    """A "ja" that was given for another area's admin group asks to look again. Let op. "Zowel … als".

    Which area it was given for, our own cells tell: Gebied before it is brought up to date, and from then on what
    stands in Meldingen. An area that only got another name is no other area.
    """
    by_name = {fold(group.area) for group in case.roster.groups} | case.roster.area_named.keys()
    shown = {fold(row.area) for row in case.roster.admin_rows}
    admins = {admin.nr: admin for group in case.statuses.admins.values() for admin in group}
    for nr, row in rows_of_admins(case.roster, case.statuses).items():
        now = case.roster.group_named[fold(admins[nr].group)].area
        answered_for = _ANSWERED_FOR.search(row.reported)
        before = answered_for[1] if answered_for else row.area
        is_another = fold(before) not in ("", fold(now)) and (fold(before) in by_name or fold(now) in shown)
        if row.in_area_group and is_another:
            yield notice(
                an_admin_sits_in_the_group_of_todays_area,
                Place(BEHEERDERS.title, row.place.row, nr, "In gebiedsgroep"),
                f"Dit ja was voor gebied “{before}”, en de groep ligt nu in gebied “{now}”.",
                "Zet hier nee tot het nummer in de beheerdersgroep van het nieuwe gebied zit. Zit het daar al? "
                "Zet hier nee tot de volgende make sync, en daarna weer ja.",
            )


_ANSWERED_FOR = re.compile("Dit ja was voor gebied “([^”]+)”")


def a_group_is_registered_first(case: RuleContext) -> Iterator[Finding]:
    """A group is registered (Aangemeld op) before it gets the regiegroep number or asks for signs. Blocks both.

    "Meldt de groep aan, dan krijgt u het nummer van de regiegroep …" A group that is simply new is
    not told; one that was started, or asks for signs, is.
    """
    asking = {fold(request.group) for request in case.roster.requests if is_open(request)}
    for group in case.roster.groups:
        if group.registered is not None or case.is_unread(group.place, "Aangemeld op"):
            continue
        if group.started is not None:
            message = "De groep is gestart, maar nog niet aangemeld."
        elif group.name and fold(group.name) in asking:
            message = "De groep vraagt borden aan, maar is nog niet aangemeld."
        else:
            continue
        yield blocks(
            a_group_is_registered_first,
            group.place.at("Aangemeld op"),
            f"{message} Tot dan gaan het nummer van de regiegroep en de aanvraag voor borden niet de deur uit.",
            "Is de groep aangemeld? Vul dan hier in op welke dag.",
        )


def there_is_one_coordinator(case: RuleContext) -> Iterator[Finding]:
    """There is exactly one coordinator, the settings' and the register's being the same person. Let op. Structure.

    Without a row of that Rol, a coordinator named in the settings counts. A register without a member has none yet.
    """
    coordinator, named = Role.COORDINATOR, case.terms.network.coordinator.strip()
    rows = [member for member in case.present if member.role is coordinator]
    if len(rows) > 1:
        numbers = [member.place.row for member in rows]
        for member in rows:
            yield notice(
                there_is_one_coordinator,
                member.place.at("Rol"),
                f"Er is meer dan één coördinator: ook in {other_rows(numbers, member.place.row)}.",
                "Laat er één coördinator zijn.",
            )
    elif rows and named and not _may_be_one(rows[0].name, named):
        yield notice(
            there_is_one_coordinator,
            rows[0].place.at("Rol"),
            f"Er is meer dan één coördinator: in de instellingen staat {named}.",
            "Laat het één en dezelfde zijn: verander de rol hier, of coordinator in config/settings.toml.",
        )
    elif not rows and case.present and not named:
        yield notice(
            there_is_one_coordinator,
            Place(DEELNEMERS.title, column="Rol"),
            "Er is nog geen coördinator.",
            "Geef één deelnemer de rol coördinator.",
        )


def _may_be_one(name: str, other: str) -> bool:
    """True where two names can be one person's: "F. Zandhoek" and "Fenna" can, "Jan de Wit" and "Kim de Wit" not."""
    ours, theirs = name_words(name), name_words(other)
    if not ours or set(ours) <= set(theirs) or set(theirs) <= set(ours):
        return True
    return ours[0][0] == theirs[0][0] and bool(_telling(ours) & _telling(theirs))


def _telling(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) > 1} - _INFIXES


_INFIXES = frozenset(("aan", "bij", "de", "den", "der", "el", "het", "in", "la", "op", "te", "ter", "van", "von"))

RULES_ABOUT_STATUS: tuple[Rule, ...] = (
    a_group_has_an_admin,
    a_group_has_more_than_one_admin,
    a_group_is_registered_first,
    a_group_fits_in_whatsapp,
    admin_groups_fit_in_whatsapp,
    an_admin_sits_in_both_admin_groups,
    an_admin_sits_in_the_group_of_todays_area,
    there_is_one_coordinator,
)

CELLS: tuple[CellRule, ...] = (
    CellRule(
        an_admin_sits_in_both_admin_groups.__name__,
        Weight.NOTICE,
        BEHEERDERS,
        ("In regiegroep", "In gebiedsgroep"),
    ),
)
