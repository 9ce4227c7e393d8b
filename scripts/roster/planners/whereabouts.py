"""Where an address belongs: its group, with the area, the room and the admins, for who asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from roster.model import Group
from roster.plan.steps import View
from roster.sheet.table import fold
from roster.streets.lookup import Streets


class Whereabouts(NamedTuple):
    """What an address leads to: the groups by name, and where none is certain, what was meant."""

    groups: tuple[str, ...]
    lines: tuple[str, ...]


def where(view: View, typed: str) -> Whereabouts:
    """To which group an address leads ("Vogelzand 4102, Julianadorp"), in Dutch: its area, its room, its admins."""
    streets = Streets(view.roster, view.terms.network.places)
    address = streets.address(typed, "", "")
    groups = [view.roster.group_named[name] for name in sorted(address.groups) if name in view.roster.group_named]
    if address.either:
        return Whereabouts((), (f"Deze straat kan {' of '.join(address.either)} zijn. Schrijf hem voluit.",))
    if not address.known:
        hint = f" Bedoelde u {address.meant}?" if address.meant else ""
        elsewhere = f" Wel in {' en in '.join(filter(None, address.elsewhere))}." if any(address.elsewhere) else ""
        return Whereabouts((), (f"Deze straat staat niet op het tabblad Straten.{elsewhere}{hint}",))
    lines = []
    if len(address.towns) > 1 and len(groups) > 1:
        lines.append(f"Deze straat is er in {' en in '.join(town or 'een andere plaats' for town in address.towns)}.")
    if not groups:
        lines.append("Dit nummer hoort nog bij geen groep. Kijk op het tabblad Straten bij Van, Tot en Zijde.")
    elif len(groups) > 1:
        lines.append("Dit kan in meer dan één groep zijn. Zet het huisnummer erbij, en de plaats achter een komma.")
    lines += [line for group in groups for line in _about(view, group)]
    return Whereabouts(tuple(group.name for group in groups), tuple(lines))


def _about(view: View, group: Group) -> Iterator[str]:
    name = fold(group.name)
    active, most = len(view.standing.active.get(name, ())), view.terms.limits.group_size
    room, waiting = max(0, most - active), len(view.standing.waiting.get(name, ()))
    area = view.roster.area_named.get(fold(group.area))
    status = view.standing.group.get(group.place.key)
    yield f"Groep {group.name}{f' ({area.name})' if area else ''}{f': {status.value}' if status else ''}"
    people, places = "deelnemer" if active == 1 else "deelnemers", "plaats" if room == 1 else "plaatsen"
    queue = f", {waiting} op de wachtlijst" if waiting else ""
    yield f"  {active} {people}, nog {room} {places} vrij{queue}"
    admins = [one.name for one in view.standing.admins.get(name, ())]
    yield f"  {'Beheerder' if len(admins) == 1 else 'Beheerders'}: {', '.join(admins) or 'nog niemand'}"
