"""Makes the card bundles: what an admin imports to see who is in the group."""

from __future__ import annotations

from collections.abc import Iterator

from roster.model import Status
from roster.plan.folders import group_folders
from roster.plan.steps import Part, View, WriteFile
from roster.vcard import card, frame


def plan_bundles(view: View) -> Iterator[WriteFile]:
    """One bundle for each group that is not blocked: all its active members, in files that a phone takes at once.

    An admin needs the cards to make the group, so it need not have started; where there is no admin yet, they lie
    ready for who will be.
    """
    for name, group in view.roster.group_named.items():
        if view.standing.group[group.place.key] is Status.BLOCKED:
            continue
        shared = frame(group, view.terms)
        cards = [Part(member.place, card(member, shared)) for member in view.standing.active.get(name, ())]
        yield from card_files(f"{group_folders(view)[name]}/alle", cards, view.terms.limits.cards_per_file)


def card_files(path: str, cards: list[Part], most: int) -> Iterator[WriteFile]:
    """These cards as files of at most so many: alle.vcf, alle-2.vcf."""
    for number, start in enumerate(range(0, len(cards), most), 1):
        name = f"{path}-{number}.vcf" if number > 1 else f"{path}.vcf"
        yield WriteFile(name, tuple(cards[start : start + most]), only_if_parts=True, newline="\r\n")
