"""Makes the card bundles: what an admin imports to see who is in the group."""

from __future__ import annotations

from collections.abc import Iterator

from roster.model import Status
from roster.plan.steps import Part, View, WriteFile, file_name
from roster.sheet.table import fold
from roster.vcard import card, frame


def plan_vcards(view: View) -> Iterator[WriteFile]:
    """One bundle for each group that is not blocked and has an admin: all its active members.

    An admin needs the cards to make the group, so it need not have started.
    """
    taken: set[str] = set()
    for name, group in view.roster.group_named.items():
        if view.standing.group[group.place.key] is Status.BLOCKED or not view.standing.admins.get(name):
            continue
        shared = frame(group, view.terms)
        cards = tuple(Part(member.place, card(member, shared)) for member in view.standing.active.get(name, ()))
        area = view.roster.area_named[fold(group.area)]
        path = f"vcards/{file_name(area.name)}/{file_name(group.name)}"
        while path.casefold() in taken:  # "A/B" and "A:B" are two groups and would be one file
            path += "-2"
        taken.add(path.casefold())
        yield WriteFile(f"{path}.vcf", cards, only_if_parts=True, newline="\r\n")
