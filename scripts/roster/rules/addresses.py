"""The rules about where a member lives, and to which group that leads."""

from __future__ import annotations

from collections.abc import Iterator

from roster.cells import Unreadable, yes_no
from roster.finding import Finding, Weight
from roster.model import Member, Roster
from roster.rules.context import CellRule, Rule, RuleContext, blocks, notice, rows_in_words
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import fold
from roster.streets.lookup import Address
from roster.streets.names import closest, name_words


def a_members_group_exists(case: RuleContext) -> Iterator[Finding]:
    """A member's group exists. A blank or unknown one blocks, and the group that the address belongs to is named."""
    groups = case.roster.group_named
    for member, address in zip(case.present, case.addresses, strict=True):
        if fold(member.group) in groups or case.is_unread(member.place, "Groep"):
            continue
        here = _groups_by_name(case, address)
        if not member.group:
            hint = (
                f"Dit adres hoort bij groep {here[0]}: vul die in."
                if len(here) == 1
                else "Vul de groep van deze straat in."
            )
            yield blocks(a_members_group_exists, member.place.at("Groep"), "De groep ontbreekt.", hint)
            continue
        meant = case.group_meant(member.group)
        if meant:
            hint = f"Bedoelde u {meant}?"
        elif len(here) == 1:
            hint = f"Dit adres hoort bij groep {here[0]}: vul die in."
        else:
            hint = "Kies een groep van het tabblad Groepen, of voeg hem daar toe."
        yield blocks(a_members_group_exists, member.place.at("Groep"), "Deze groep bestaat niet.", hint)


def a_members_address_is_complete(case: RuleContext) -> Iterator[Finding]:
    """A member's address is complete: street and house number. Blocks. "Waarbij hun adres … genoteerd".

    The number may stand behind the street.
    """
    for member, address in zip(case.present, case.addresses, strict=True):
        if address.number is not None and not address.clash and (address.known or name_words(member.street)):
            continue
        if case.is_unread(member.place, "Straat"):
            continue
        unreadable = case.is_unread(member.place, "Huisnummer")
        if not name_words(member.street):
            both = address.number is None and not unreadable
            yield blocks(
                a_members_address_is_complete,
                member.place.at("Straat"),
                "Straat en huisnummer ontbreken." if both else "De straat ontbreekt.",
                "Vul het adres aan.",
            )
        elif unreadable:
            continue
        elif address.clash:
            yield blocks(
                a_members_address_is_complete,
                member.place.at("Huisnummer"),
                "Achter de straat staat een ander nummer dan hier.",
                "Laat alleen het goede nummer staan.",
            )
        elif address.number is None:
            yield blocks(
                a_members_address_is_complete,
                member.place.at("Huisnummer"),
                "Het huisnummer ontbreekt.",
                "Vul het huisnummer in.",
            )


def a_member_lives_in_the_groups_streets(case: RuleContext) -> Iterator[Finding]:
    """A member lives or has a business in the group's streets: street and house number lead to the group. Spelregel 2.

    Blocks; a reason in Uitzondering lifts it to a let op. A misspelt street is not guessed, an
    address of another group names that group. Where the group does not exist, or the address is
    not complete, that is told already; where the group has no streets yet, the group is told.
    """
    roster = case.roster
    for member, address in zip(case.present, case.addresses, strict=True):
        group = fold(member.group)
        if group in address.groups and address.number is not None and not address.clash:
            continue
        if group not in roster.group_named or address.number is None or address.clash or not name_words(member.street):
            continue
        if case.is_unread(member.place, "Huisnummer", "Plaats"):
            continue
        others = _groups_by_name(case, address)
        if not others and (group in address.maybe or group not in roster.streets_of):
            continue
        yield _lives_elsewhere(member, address, others, roster)


def _lives_elsewhere(member: Member, address: Address, others: list[str], roster: Roster) -> Finding:
    lost = [row.place.row for row in address.rows if fold(row.group) not in roster.group_named]
    column, message, remedy = _why(address, others) if others or not lost else _of_no_group(lost)
    if is_reason(member.exception):
        return notice(
            a_member_lives_in_the_groups_streets,
            member.place.at(column),
            f"{message} Er is een reden ingevuld bij Uitzondering, dus de deelnemer doet mee.",
        )
    reason = " Hoort de deelnemer hier toch bij, schrijf dan bij Uitzondering waarom."
    if member.exception:
        reason = (
            " Bij Uitzondering staat nog geen reden: schrijf daar in een paar woorden waarom de deelnemer erbij hoort."
        )
    return blocks(a_member_lives_in_the_groups_streets, member.place.at(column), message, remedy + reason)


def _why(address: Address, others: list[str]) -> tuple[str, str, str]:
    """The cell that is most likely wrong, what is wrong, and what mends it."""
    if address.elsewhere:
        towns = " en ".join(town or "een andere plaats" for town in address.elsewhere)
        return "Straat", f"Deze straat is hier niet bekend, wel in {towns}.", "Verbeter de straat of de plaats."
    if address.either:
        return "Straat", f"Deze straat kan {' of '.join(address.either)} zijn.", "Schrijf de straat voluit."
    if not address.known:
        if address.meant:
            return "Straat", f"Deze straat is niet bekend. Bedoelde u {address.meant}?", "Verbeter de straat."
        return "Straat", "Deze straat is niet bekend.", "Verbeter de straat, of voeg hem toe op het tabblad Straten."
    if len(address.towns) > 1 and len(others) != 1:
        towns = " en in ".join(town or "een andere plaats" for town in address.towns)
        return "Plaats", f"Deze straat is er in {towns}.", "Vul de plaats in."
    if len(others) == 1:
        return "Straat", f"Dit adres hoort bij groep {others[0]}.", f"Kies groep {others[0]}, of verbeter het adres."
    if others:
        return (
            "Straat",
            f"Dit adres hoort bij de groepen {' en '.join(others)}.",
            "Kies de goede groep, of verbeter het adres.",
        )
    return (
        "Huisnummer",
        "Dit huisnummer hoort niet bij de straten van de groep.",
        "Verbeter het nummer, of pas de straat aan op het tabblad Straten.",
    )


def _of_no_group(rows: list[int]) -> tuple[str, str, str]:
    """The fault is in the street table: the address is right, and the row that holds it names no group."""
    return (
        "Straat",
        f"Deze straat hoort nog bij geen groep die bestaat: kijk op het tabblad Straten, {rows_in_words(rows)}.",
        "Verbeter daar de groep; aan dit adres hoeft niets te veranderen.",
    )


def is_reason(exception: str) -> bool:
    """True when Uitzondering says why: a word or more, and no more than a yes or no is not enough."""
    if not any(mark.isalpha() for mark in exception) or fold(exception).strip(" .") in _NO_REASON:
        return False
    try:
        yes_no(exception)
    except Unreadable:
        return True
    return False


_NO_REASON = frozenset({"geen", "nvt", "n.v.t", "niet van toepassing", "ok", "oke", "akkoord", "uitzondering"})


def _groups_by_name(case: RuleContext, address: Address) -> list[str]:
    """The existing groups that an address belongs to, as the sheet writes them; none where its number is unknown."""
    if address.number is None:
        return []
    return sorted(case.roster.group_named[group].name for group in address.groups if group in case.roster.group_named)


def a_members_place_is_known(case: RuleContext) -> Iterator[Finding]:
    """A member's place is one of the network's (a setting). Let op; blank is fine."""
    names = case.terms.network.places
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


RULES: tuple[Rule, ...] = (
    a_members_group_exists,
    a_members_address_is_complete,
    a_member_lives_in_the_groups_streets,
    a_members_place_is_known,
)

_A_POSTCODE = "a_postcode_is_well_formed"
"""1781 AB; SA, SD and SS do not exist. It may be blank, and never decides the group."""

CELLS: tuple[CellRule, ...] = (
    CellRule(a_members_group_exists.__name__, Weight.BLOCKS, DEELNEMERS, ("Groep",)),
    CellRule(a_members_address_is_complete.__name__, Weight.BLOCKS, DEELNEMERS, ("Straat", "Huisnummer")),
    CellRule(a_member_lives_in_the_groups_streets.__name__, Weight.BLOCKS, DEELNEMERS, ("Plaats",)),
    CellRule(_A_POSTCODE, Weight.NOTICE, DEELNEMERS, ("Postcode",)),
)
