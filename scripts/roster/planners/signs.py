"""Writes down each sign request that can go, as a page to print, and which windows still lack their sticker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from roster.messages.sign_letters import SIGNS, facts_of_request
from roster.model import Member, Status
from roster.plan.steps import Document, View, file_name
from roster.sheet.table import fold


def plan_signs(view: View) -> Iterator[Document]:
    """One page, borden/<nr>/aanvraag.html and .pdf, for each request that is sound and did not go yet."""
    for request in view.roster.requests:
        if view.standing.request.get(request.place.key) is Status.DRAFT:
            facts = facts_of_request(request, view)
            for ending in ("html", "pdf"):
                path = f"borden/{request.nr}/aanvraag.{ending}"
                yield Document(path, SIGNS, view.terms.language, facts, request.place)


def plan_stickers(view: View) -> Iterator[Document]:
    """One page a group, stickers/<group>.html: the addresses without a sticker, by street and number; nobody's name."""
    taken: set[str] = set()
    for name, group in view.roster.group_named.items():
        streets = _without_sticker(view.standing.active.get(name, ()))
        if not streets or view.standing.group[group.place.key] is Status.BLOCKED:
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
