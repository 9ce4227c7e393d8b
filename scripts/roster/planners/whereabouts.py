"""Where an address belongs, for who asks; and how the streets of a full group make two even halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from roster.model import Group, Member, Role
from roster.plan.steps import View
from roster.sheet.table import fold
from roster.streets.lookup import Lane, Streets


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
    active, most = len(view.statuses.active.get(name, ())), view.terms.limits.group_size
    room, waiting = max(0, most - active), len(view.statuses.waiting.get(name, ()))
    area = view.roster.area_named.get(fold(group.area))
    status = view.statuses.group.get(group.place.key)
    yield f"Groep {group.name}{f' ({area.name})' if area else ''}{f': {status.value}' if status else ''}"
    people, places = "deelnemer" if active == 1 else "deelnemers", "plaats" if room == 1 else "plaatsen"
    queue = f", {waiting} op de wachtlijst" if waiting else ""
    yield f"  {active} {people}, nog {room} {places} vrij{queue}"
    admins = [one.name for one in view.statuses.admins.get(name, ())]
    yield f"  {'Beheerder' if len(admins) == 1 else 'Beheerders'}: {', '.join(admins) or 'nog niemand'}"


def even_half(sizes: Sequence[int]) -> frozenset[int]:
    """Which of these together come nearest to half of all of them, from below; the same ones each time.

    Exact: every sum that some of them make is reached, one bit each. None where they make no half at all.
    """
    reached = [1]
    for size in sizes:
        reached.append(reached[-1] | reached[-1] << size)
    wanted = next((half for half in range(sum(sizes) // 2, 0, -1) if reached[-1] >> half & 1), 0)
    taken = set()
    for turn in range(len(sizes) - 1, -1, -1):
        if not reached[turn] >> wanted & 1:
            taken.add(turn)
            wanted -= sizes[turn]
    return frozenset(taken)


def describe_split(view: View, streets: Streets, group: Group) -> str:
    """Which streets of a group together make the two most even halves, in Dutch and in counts alone.

    Streets stay whole. Whether the streets of a half lie side by side, the register does not know.
    """
    name = fold(group.name)
    rows = view.roster.streets_of.get(name, ())
    lanes = {lane: list[Member]() for row in rows if (lane := streets.lane_of.get(row.place.key)) is not None}
    elsewhere = 0
    for member in (*view.statuses.active.get(name, ()), *view.statuses.waiting.get(name, ())):
        address = streets.address(member.street, member.house_number, member.town)
        homes = {streets.lane_of[row.place.key] for row in address.rows if fold(row.group) == name}
        if len(homes) == 1:
            lanes[homes.pop()].append(member)
        else:
            elsewhere += 1
    ordered = sorted(lanes, key=lambda lane: (fold(lane.name), fold(lane.town)))
    moves = even_half([len(lanes[lane]) for lane in ordered])
    if not moves:
        one_street = "Al wie in de straten van deze groep woont, woont in dezelfde straat. Verdeel die op huisnummer."
        return one_street if any(lanes.values()) else ""
    halves = [[lane for turn, lane in enumerate(ordered) if (turn in moves) is goes] for goes in (False, True)]
    described = [f"{', '.join(_named(lane, name, ordered) for lane in half)} ({_who(half, lanes)})" for half in halves]
    rest = f" Niet meegeteld, want niet in deze straten: {elsewhere}." if elsewhere else ""
    return f"De twee gelijkste helften zijn {described[0]} en {described[1]}.{rest}"


def _named(lane: Lane, group: str, among: Sequence[Lane]) -> str:
    """A street by its name, with its place where that tells it apart, and whether only a part is of this group."""
    town = f", {lane.town}" if sum(fold(one.name) == fold(lane.name) for one in among) > 1 else ""
    return f"{lane.name}{town}{' (deel)' if any(fold(row.group) != group for row in lane.rows) else ''}"


def _who(half: Sequence[Lane], lanes: Mapping[Lane, Sequence[Member]]) -> str:
    people = [member for lane in half for member in lanes[lane]]
    admins = sum(member.role is Role.ADMIN for member in people)
    heads = f"{admins or 'geen'} beheerder{'' if admins == 1 else 's'}"
    return f"{len(people)} deelnemer{'' if len(people) == 1 else 's'}, {heads}"
