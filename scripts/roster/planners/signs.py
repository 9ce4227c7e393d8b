"""Lays ready what goes to print: sign requests, windows without their sticker, and the start pack of a group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from roster.messages.sign_letters import SIGNS, facts_of_request
from roster.model import Group, Member, Status
from roster.plan.steps import Document, View, file_name, group_folders
from roster.sheet.table import fold


def plan_signs(view: View) -> Iterator[Document]:
    """One page, borden/<nr>/aanvraag.html and .pdf, for each request that is sound and did not go yet."""
    for request in view.roster.requests:
        if view.statuses.request.get(request.place.key) is Status.DRAFT:
            facts = facts_of_request(request, view)
            for ending in ("html", "pdf"):
                path = f"borden/{request.nr}/aanvraag.{ending}"
                yield Document(path, SIGNS, view.terms.language, facts, request.place)


def plan_stickers(view: View) -> Iterator[Document]:
    """One page a group, stickers/<group>.html: the addresses without a sticker, by street and number; nobody's name."""
    taken: set[str] = set()
    for name, group in view.roster.group_named.items():
        streets = _without_sticker(view.statuses.active.get(name, ()))
        if not streets or view.statuses.group[group.place.key] is Status.BLOCKED:
            continue
        path = f"stickers/{file_name(group.name)}"
        while path.casefold() in taken:  # "A/B" and "A:B" are two groups and would be one file
            path += "-2"
        taken.add(path.casefold())
        facts: dict[str, object] = {
            "group": group.name,
            "day": view.terms.today,
            "total": sum(map(len, streets.values())),
            "streets": [{"name": street, "numbers": numbers} for street, numbers in streets.items()],
        }
        yield Document(f"{path}.html", "stickers", view.terms.language, facts, group.place)


def _without_sticker(members: Iterable[Member]) -> dict[str, list[str]]:
    """The house numbers at which nobody has a sticker, by street, each address once."""
    has: dict[tuple[str, str], bool] = {}
    shown: dict[tuple[str, str], tuple[str, str]] = {}
    for member in members:
        street, number = member.street, fold(member.house_number)
        address = fold(f"{street} {member.town}"), number
        shown.setdefault(address, (street, member.house_number))
        has[address] = has.get(address, False) or bool(member.sticker)
    found: dict[str, list[str]] = {}
    for address in sorted(shown, key=lambda one: (one[0], _in_order(one[1]))):
        if not has[address]:
            street, number = shown[address]
            found.setdefault(street or "Zonder straat", []).append(number or "zonder huisnummer")
    return found


def _in_order(number: str) -> tuple[int, str]:
    digits = re.match(r"\d+", number)
    return int(digits[0]) if digits else 0, number


LONGEST_TITLE = 100
"""Of a group's name in WhatsApp: characters, of which an emoji is two."""


def plan_start_packs(view: View) -> Iterator[Document]:
    """A page and a sheet of the rules for each group that has an admin and has not started; nobody's data is in it."""
    terms = view.terms
    for name, group in view.roster.group_named.items():
        if group.started is not None or not view.statuses.admins.get(name):
            continue
        if view.statuses.group[group.place.key] is Status.BLOCKED:
            continue
        facts: dict[str, object] = {
            "title": group.name,
            "group": group.name,
            "area": group.area,
            "total": len(view.statuses.active.get(name, ())),
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
