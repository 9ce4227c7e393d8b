"""Makes the start pack: what an admin needs to begin a WhatsApp group that has not started yet."""

from __future__ import annotations

from collections.abc import Iterator

from roster.model import Group, Status
from roster.plan.steps import Document, View, group_folders

LONGEST_TITLE = 100
"""Of a group's name in WhatsApp: characters, of which an emoji is two."""


def plan_start_packs(view: View) -> Iterator[Document]:
    """A page and a sheet of the rules for each group that has an admin and has not started; nobody's data is in it."""
    terms = view.terms
    for name, group in view.roster.group_named.items():
        if group.started is not None or not view.standing.admins.get(name):
            continue
        if view.standing.group[group.place.key] is Status.BLOCKED:
            continue
        facts: dict[str, object] = {
            "title": group.name,
            "group": group.name,
            "area": group.area,
            "total": len(view.standing.active.get(name, ())),
            "whatsapp_name": whatsapp_name(group, terms.network.short_name),
            "network": terms.network.name,
            "website": terms.network.website,
            "municipality": terms.network.municipality,
            "municipality_number": terms.network.municipality_number,
        }
        folder = group_folders(view)[name]
        yield Document(f"{folder}/startpakket.html", "start_pack", terms.language, facts)
        yield Document(f"{folder}/spelregels-a5.html", "rules_sheet", terms.language, facts)


def whatsapp_name(group: Group, short_name: str) -> str:
    """What the group is called in WhatsApp: as on the cards, and cut where it is longer than WhatsApp takes."""
    name = f"{short_name} {group.name}"
    if _length(name) <= LONGEST_TITLE:
        return name
    while _length(name) > LONGEST_TITLE - 1:
        name = name[:-1]
    return name.rstrip() + "…"


def _length(name: str) -> int:
    return len(name.encode("utf-16-le", "surrogatepass")) // 2
