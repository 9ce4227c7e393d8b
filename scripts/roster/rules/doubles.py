"""The rule about one mobile in two rows: which of them stays."""

from __future__ import annotations

from collections.abc import Iterator

from roster.finding import Finding
from roster.model import Member
from roster.rules.context import Rule, RuleContext, blocks, in_order, notice, rows_in_words
from roster.sheet.table import fold


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
        yield from _one_of(members, case)


def _one_of(members: list[Member], case: RuleContext) -> Iterator[Finding]:
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


RULES: tuple[Rule, ...] = (a_mobile_belongs_to_one_member,)
