"""Moves a street, or a part of it, to another group with all who live there: what to write, and what to say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from roster.model import Group, Member, Role, Status, Street
from roster.plan.steps import SetCell, View
from roster.sheet.dutch import counted, first_few
from roster.sheet.table import fold
from roster.streets.lookup import Address, Lane, Streets
from roster.streets.names import closest

_SHOWN = 20
"""How many people, or rows, are named one by one."""

_MENDED = frozenset({"a_group_has_streets", "a_group_has_an_admin"})
"""What a group that is new may lack: the street that moves, and who comes along, bring it."""

_ENDLESS = 100_000
"""Above every house number."""


class StreetPart(NamedTuple):
    """What moves, as somebody asked for it: a street, perhaps with its place, and which numbers on which side.

    `first` and `last` are None where that end is open; `side` is "even", "oneven" or "".
    """

    street: str
    first: int | None = None
    last: int | None = None
    side: str = ""

    @property
    def numbers(self) -> str:
        """Which numbers, in words: "1 tot en met 40, even"; "" for all."""
        return _numbers(self.first, self.last, self.side)


class Refusal(NamedTuple):
    """Why nothing moves, and what mends it."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Move:
    """What moves to `target`: the street's rows, and the people who live there and go along.

    `excused` stay because Uitzondering says why they sit elsewhere; of the `unsure` nobody can tell whether they live
    in this part. `steps` are the cells that change; none where all of it stands as asked already.
    """

    target: Group
    lane: Lane
    rows: tuple[Street, ...]
    people: list[Member] = field(default_factory=list)
    excused: list[Member] = field(default_factory=list)
    unsure: list[Member] = field(default_factory=list)
    steps: list[SetCell] = field(default_factory=list)


def plan_move(view: View, part: StreetPart, group: str) -> Move | Refusal:
    """The move of a part of a street to a group; a Refusal where something must be settled first.

    Nothing is planned but the cell Groep of street rows and of members, each with what stands there now.
    """
    streets = Streets(view.roster, view.terms.network.places)
    target = _target(view, group)
    lane = _lane(streets, part.street)
    if isinstance(target, Refusal) or isinstance(lane, Refusal):
        return target if isinstance(target, Refusal) else lane  # type: ignore[return-value]  # one of the two is
    rows = _rows(lane, part)
    if isinstance(rows, Refusal):
        return rows
    move = Move(target, lane, rows)
    _take_along(view, streets, move)
    move.steps.extend(_steps(view, [*rows, *move.people], target))
    most, name = view.terms.limits.group_size, fold(target.name)
    there = len(_sitting(view, name))
    if there + len(move.people) > most:
        return Refusal(
            f"Groep {target.name} is te klein: er zitten er {there} in, er komen er {len(move.people)} bij, "
            f"en er is plaats voor {most}.",
            "Kies een andere groep, of verplaats een kleiner deel: met FROM, TO en SIDE.",
        )
    return move


def refuse_formulas(steps: Sequence[SetCell]) -> Refusal:
    """What is said where formulas fill cells that would change: they stay, and so nothing moves."""
    rows = {tab: sorted({one.place.row for one in steps if one.place.tab == tab}) for tab in ("Straten", "Deelnemers")}
    named = [f"{tab} rij {first_few([*map(str, those)], _SHOWN)}" for tab, those in rows.items() if those]
    elsewhere = " Of haalt die formule de groep van het tabblad Straten? Zet dan alleen daar zelf de andere groep."
    return Refusal(
        f"Bij Groep staat hier een formule, en die wordt niet overschreven: {'; '.join(named)}. Er is niets veranderd.",
        "Zet in die cellen zelf de naam van de groep in plaats van de formule, en typ dan hetzelfde nog eens."
        + ("" if rows["Straten"] else elsewhere),
    )


def describe_move(view: View, part: StreetPart, move: Move) -> Iterator[str]:
    """The move in Dutch: what, who, which admins, the groups before and after, and what follows."""
    target, old = fold(move.target.name), _old_groups(view, move)
    what = f"{move.lane.name}{f', {part.numbers}' if part.numbers else ''}"
    yield f"{what}: {counted(len(move.rows), 'rij', 'rijen')} op het tabblad Straten naar groep {move.target.name}."
    go = "verhuist" if len(move.people) == 1 else "verhuizen"
    yield f"Er {go} {counted(len(move.people), 'deelnemer', 'deelnemers')} mee{':' if move.people else '.'}"
    yield from _named(move.people)
    for name in [*old, target]:
        yield _before_and_after(view, move, name)
    if move.excused:
        yield "Bij hen staat een reden in Uitzondering. Zij blijven in hun groep:"
        yield from _named(move.excused)
    if move.unsure:
        yield "Van hen is niet te zien of zij in dit deel wonen. Zij blijven in hun groep; kijk naar hun huisnummer:"
        yield from _named(move.unsure)
    if move.people:
        yield (
            "Bij de make sync daarna krijgt wie al welkom was bericht van de andere groep, en wie nieuw is een welkom: "
            f"hoogstens {counted(sum(bool(one.email) for one in move.people), 'mail', 'mails')}. "
            "De kaartjes van de groepen worden dan nieuw gemaakt."
        )


def _target(view: View, typed: str) -> Group | Refusal:
    group = view.roster.group_named.get(fold(typed))
    if group is None:
        meant = closest(typed, (one.name for one in view.roster.groups))
        hint = f'Bedoelde u {meant}? Typ dan: GROUP="{meant}"' if meant else "Kijk op het tabblad Groepen hoe hij heet."
        return Refusal(f"Groep {typed} bestaat niet.", hint)
    if any(one.blocks and one.place.key == group.place.key and one.rule not in _MENDED for one in view.findings):
        return Refusal(
            f"Groep {group.name} is geblokkeerd.",
            f"Kijk op het tabblad Groepen, rij {group.place.row}, bij Meldingen wat er mist.",
        )
    return group


def _lane(streets: Streets, typed: str) -> Lane | Refusal:
    """The street that was typed, perhaps with its place behind a comma."""
    name, _comma, place = typed.rpartition(",")
    town = streets.town(place.strip()) if name else ""
    lanes = streets.find(name if town else typed, town)
    if len(lanes) == 1:
        return lanes[0]
    if lanes:
        named = " of ".join(f'"{lane.name}, {lane.town}"' for lane in lanes)
        return Refusal(f"De straat {typed} is er meer dan eens.", f"Typ erbij welke: STREET={named}")
    meant = streets.address(typed, "", "").meant
    hint = f'Bedoelde u {meant}? Typ dan: STREET="{meant}"' if meant else "Kijk op het tabblad Straten hoe hij heet."
    return Refusal(f"De straat {typed} staat niet op het tabblad Straten.", hint)


def _rows(lane: Lane, part: StreetPart) -> tuple[Street, ...] | Refusal:
    """The rows of the street that hold the part and nothing else."""
    if part.first is not None and part.last is not None and part.first > part.last:
        return Refusal(
            f"FROM={part.first} is een hoger huisnummer dan TO={part.last}.", "Zet bij FROM het laagste van de twee."
        )
    unread = [row for row in lane.rows if not row.readable]
    if unread:
        return Refusal(
            f"Op het tabblad Straten is rij {unread[0].place.row} niet te lezen: welke nummers dat zijn.",
            "Verbeter daar Van, Tot en Zijde, en typ dan hetzelfde nog eens.",
        )
    asked = set(_held(part.first, part.last, part.side))
    inside: list[Street] = []
    for row in lane.rows:
        held = set(_held(row.first, row.last, row.side))
        if held <= asked:
            inside.append(row)
        elif held & asked:
            return Refusal(
                f"Rij {row.place.row} van het tabblad Straten is {lane.name}, "
                f"{_numbers(row.first, row.last, row.side) or 'alle nummers'}. Daarvan verhuist maar een deel.",
                "Maak daar eerst van die rij: " + "; en ".join(_split(row, part)) + ". Laat bij alle de groep staan. "
                "Typ dan hetzelfde nog eens.",
            )
    if not inside:
        return Refusal(
            f"Van {lane.name} staan er op het tabblad Straten geen nummers {part.numbers}.",
            "Kijk daar bij Van, Tot en Zijde.",
        )
    return tuple(inside)


def _held(first: int | None, last: int | None, side: str) -> range:
    """The house numbers of a row, or of a part."""
    low, high = first or 1, _ENDLESS if last is None else last
    if not side:
        return range(low, high + 1)
    return range(low + ((low % 2 == 0) != (side == "even")), high + 1, 2)


def _split(row: Street, part: StreetPart) -> Iterator[str]:
    """The rows that a row must become before a part of it can move; the first of them is what moves."""
    side = part.side or row.side
    first = max((one for one in (row.first, part.first) if one is not None), default=None)
    last = min((one for one in (row.last, part.last) if one is not None), default=None)
    yield _numbers(first, last, side)
    if first is not None and first > (row.first or 1):
        yield _numbers(row.first, first - 1, row.side)
    if part.side and not row.side:
        yield _numbers(first, last, "oneven" if part.side == "even" else "even")
    if last is not None and (row.last is None or last < row.last):
        yield _numbers(last + 1, row.last, row.side)


def _take_along(view: View, streets: Streets, move: Move) -> None:
    """Say of everybody who lives in those rows whether he goes along."""
    moved = {row.place.key for row in move.rows}
    for member in view.roster.members:
        if member.left or fold(member.group) == fold(move.target.name):
            continue
        address: Address = streets.address(member.street, member.house_number, member.town)
        here = {row.place.key for row in address.rows}
        if not here & moved:
            continue
        if not here <= moved or address.clash or (address.number is None and len(move.rows) < len(move.lane.rows)):
            move.unsure.append(member)
        elif member.exception:
            move.excused.append(member)
        else:
            move.people.append(member)


def _steps(view: View, rows: Sequence[Street | Member], target: Group) -> Iterator[SetCell]:
    for row in rows:
        if fold(row.group) != fold(target.name):
            yield SetCell(row.place.at("Groep"), target.name, view.roster.cell(row.place, "Groep"), of_people=True)


def _sitting(view: View, group: str) -> list[Member]:
    """Who sits in a group or waits for a place in it."""
    return [*view.statuses.active.get(group, ()), *view.statuses.waiting.get(group, ())]


def _old_groups(view: View, move: Move) -> list[str]:
    """The groups (folded names) that something leaves, those that exist."""
    named = dict.fromkeys([*(fold(row.group) for row in move.rows), *(fold(one.group) for one in move.people)])
    return [name for name in named if name in view.roster.group_named and name != fold(move.target.name)]


def _before_and_after(view: View, move: Move, name: str) -> str:
    """How many a group has, and which admins, before and after."""
    group = view.roster.group_named[name].name
    arrives = name == fold(move.target.name)
    changed = move.people if arrives else [one for one in move.people if fold(one.group) == name]
    before, admins = _sitting(view, name), list(view.statuses.admins.get(name, ()))
    places = {one.place.key for one in changed}
    along = [one for one in changed if one.role is Role.ADMIN]
    after = len(before) + len(changed) if arrives else sum(one.place.key not in places for one in before)
    left = [*admins, *along] if arrives else [one for one in admins if one.place.key not in places]
    # Whoever is held back now may be held back there as well, or be mended by this very move.
    held = any(view.statuses.member.get(one.place.key) is Status.BLOCKED for one in changed)
    unsure = "hoogstens " if arrives and held else ""
    heads = f"beheerders: {', '.join(one.name for one in left)}" if left else "dan zonder beheerder"
    return f"  Groep {group}: van {len(before)} naar {unsure}{after} deelnemers; {heads}."


def _named(people: Sequence[Member]) -> Iterator[str]:
    for one in people[:_SHOWN]:
        role = ", beheerder" if one.role is Role.ADMIN else ""
        yield f"  {one.nr} {one.name}, {one.home}{role} (nu {one.group or 'zonder groep'})"
    if len(people) > _SHOWN:
        yield f"  … en nog {len(people) - _SHOWN}"


def _numbers(first: int | None, last: int | None, side: str) -> str:
    """House numbers in words: "nummers 1 tot en met 40, even"."""
    if first is None and last is None:
        return f"alle nummers, {side}" if side else ""
    ends = f"van {first or 1} tot en met {last}" if last is not None else f"vanaf {first}"
    return f"{ends}{f', {side}' if side else ''}"
