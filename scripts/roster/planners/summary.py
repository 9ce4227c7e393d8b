"""Tells the coordinator in Dutch what stands in the register, what is wrong, and what a run means to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from roster.finding import Finding, Weight
from roster.logbook import MAIL_KINDS
from roster.messages.contact_cards import describe_new_admins
from roster.messages.follow_up import number_recipients, waiting_for_role_letter
from roster.messages.notices import NUMBER_UPDATE
from roster.messages.welcome import waiting_for_welcome
from roster.model import AdminRow, Area, Group, Member, Role, Status, Street
from roster.plan.hold_back import Held
from roster.plan.steps import AddRow, Document, Send, SetCell, Step, View, WriteFile, derived_tab
from roster.planners.status_cells import describe_former_admins
from roster.sheet.columns import BEHEERDERS
from roster.sheet.dutch import counted, first_few

EXAMPLE_NUMBER = (
    "In config/settings.toml staat bij regiegroep_number nog het voorbeeldnummer. Dat is van niemand. "
    "Mails met het nummer van de regiegroep wachten tot daar het echte nummer staat."
)


def describe(view: View, plan: Sequence[Step], held: Held, *, whole: bool = False) -> Iterator[Line]:
    """The lines before anything is done: who is there, what is wrong (`whole`: all of it), what will happen."""
    yield from map(Line, [*_people(view), ""])
    yield from describe_findings(view, whole=whole)
    yield from map(Line, ["", *describe_plan(view, plan, held)])
    behind = len(number_recipients(view).mail)
    if behind and not any(isinstance(step, Send) and step.act == NUMBER_UPDATE for step in plan):
        have = counted(behind, "deelnemer heeft", "deelnemers hebben")
        yield Line(f"{have} nog een ouder nummer van de regiegroep. Mail het nieuwe met: make number-update")


def describe_waiting(view: View) -> list[str]:
    """Who was not welcomed yet, counted by what they wait for; and what to do about an example number."""
    waiting = waiting_for_welcome(view)
    lines = [EXAMPLE_NUMBER] if view.terms.number_is_example else []
    if waiting:
        lines += ["Nog niet welkom geheten:", *(f"  {number} × {turn.value}" for turn, number in waiting.items())]
    later = waiting_for_role_letter(view)
    if later:
        lines.append("Nog niet verteld dat zij beheerder werden of in een andere groep kwamen:")
        lines += [f"  {number} × {turn.value}" for turn, number in later.items()]
    return lines


def _people(view: View) -> Iterator[str]:
    statuses = view.statuses
    yield f"{counted(len(view.roster.members), 'deelnemer', 'deelnemers')}: {_states(statuses.member.values())}."
    yield f"{counted(len(view.roster.groups), 'groep', 'groepen')}: {_states(statuses.group.values())}."
    if view.roster.requests:
        total = counted(len(view.roster.requests), "bordaanvraag", "bordaanvragen")
        yield f"{total}: {_states(statuses.request.values())}."


def _states(states: Iterable[Status]) -> str:
    counted = Counter(states)
    return ", ".join(f"{counted[status]} {status.value}" for status in Status if counted[status]) or "nog leeg"


def describe_plan(view: View, plan: Sequence[Step], held: Held) -> Iterator[str]:
    """Who is new as an admin, which groups lost theirs, what a plan means to do, and what is held back."""
    yield from describe_new_admins(view)
    yield from describe_former_admins(view)
    kinds = Counter(type(step) for step in plan if not derived_tab(step))
    lines = [
        counted(kinds[SetCell], "cel bijwerken", "cellen bijwerken") if kinds[SetCell] else "",
        counted(kinds[AddRow], "rij toevoegen", "rijen toevoegen") if kinds[AddRow] else "",
        *_letters(plan),
    ]
    files = kinds[WriteFile] + kinds[Document]
    if files:
        lines.append(counted(files, "bestand nakijken", "bestanden nakijken"))
    if tabs := sorted({*map(derived_tab, plan)} - {""}, reverse=True):
        lines.append(f"{'tabblad' if len(tabs) == 1 else 'tabbladen'} {' en '.join(tabs)} bijwerken")
    todo = [line for line in lines if line]
    yield "Te doen: " + (", ".join(todo) if todo else "niets") + "."
    if held.steps or held.parts:
        yield f"Aangehouden tot de melding is opgelost: {len(held.steps) + len(held.parts)}."


def _letters(plan: Sequence[Step]) -> Iterator[str]:
    """How many mails, by what they are."""
    acts = Counter(step.act for step in plan if isinstance(step, Send))
    for act, number in acts.items():
        kind = MAIL_KINDS[act]
        yield f"{counted(number, kind.one, kind.more)} maken"


ONE_BY_ONE = 20
"""With more findings in rows than this they are told by kind."""

ROWS = 6
"""Rows of one kind that are named."""

_ORDER = ("Gebieden", "Groepen", "Straten", "Deelnemers", "Beheerders", "Bordaanvragen")
"""What is wrong with a group is mended before what is wrong with its people: half of that goes away with it."""

_KIND = "melding/"
"""Before the name of a kind of finding in what a run counted: "melding/Deelnemers/is_adult"."""


class Line(NamedTuple):
    """A line for the screen, and how heavy it weighs; None where it tells of no finding."""

    text: str
    weight: Weight | None = None


def describe_findings(view: View, *, whole: bool = False) -> Iterator[Line]:
    """How many there are, what is other than after the last round, and which; `whole`: each of them, always.

    What stands in no row stands in no cell either, so this is the only place where it is told: always, and first.
    """
    findings = sorted(view.findings, key=_order)
    if not findings:
        yield Line("Er zijn geen meldingen: alles klopt.")
    else:
        weights = Counter(finding.weight for finding in findings)
        numbers = ", ".join(f"{weights[weight]} × {weight.value}" for weight in Weight if weights[weight])
        yield Line(f"{counted(len(findings), 'melding', 'meldingen')}: {numbers}.")
    more, fewer = _since(view)
    if more or fewer:
        yield Line(f"Sinds de vorige ronde, per soort geteld: {more} erbij, {fewer} eraf.")
    names = row_names(view)
    for finding in findings:
        if not finding.place.key:
            yield _line(finding, names)
    in_rows = [finding for finding in findings if finding.place.key]
    if whole or (in_rows and len(in_rows) <= ONE_BY_ONE):
        yield from (_line(finding, names) for finding in in_rows)
    elif in_rows and more == fewer == 0 and any(kind.startswith(_KIND) for kind in view.history.counts):
        yield Line("Dat zijn er van elke soort evenveel als na de vorige ronde. Met make check ziet u ze één voor één.")
    elif in_rows:
        yield from _by_kind(in_rows)
        yield Line("Elke melding komt ook in haar rij te staan. Met make check ziet u ze één voor één.")


def kinds(findings: Iterable[Finding], before: Mapping[str, int]) -> dict[str, int]:
    """How many findings of each kind, to be remembered for the next round; 0 for a kind that was and is no more."""
    gone = dict.fromkeys((kind for kind in before if kind.startswith(_KIND)), 0)
    return gone | Counter(f"{_KIND}{finding.place.tab}/{finding.rule}" for finding in findings)


def _since(view: View) -> tuple[int, int]:
    """How many findings were added and how many went since the last whole round, counted by kind."""
    before = view.history.counts
    if not before.get("members"):
        return 0, 0
    moved = [number - before.get(kind, 0) for kind, number in kinds(view.findings, before).items()]
    return sum(number for number in moved if number > 0), -sum(number for number in moved if number < 0)


def _order(finding: Finding) -> tuple[int, bool, int]:
    tab = finding.place.tab
    return (_ORDER.index(tab) if tab in _ORDER else len(_ORDER), not finding.blocks, finding.place.row)


def row_names(view: View) -> dict[tuple[str, str], str]:
    """Who or what a row is about, by tab and row key."""
    roster = view.roster
    named: Iterable[Group | Member | Area | Street | AdminRow] = chain(
        roster.groups, roster.members, roster.areas, roster.streets, roster.admin_rows
    )
    # A row of an admin goes by her Nr, and bears no name yet in the round that makes it.
    found = {(BEHEERDERS.title, one.nr): one.name for one in roster.members if one.role is Role.ADMIN}
    found |= {(one.place.tab, one.place.key): one.name for one in named if one.name}
    found |= {
        (one.place.tab, one.place.key): f"zonder naam, {one.home}"
        for one in roster.members
        if not one.name and one.home
    }
    return found | {(one.place.tab, one.place.key): f"{one.nr} {one.group}".strip() for one in roster.requests}


def _line(finding: Finding, names: Mapping[tuple[str, str], str]) -> Line:
    place = finding.place
    name = names.get((place.tab, place.key), "")
    row = f" rij {place.row}" if place.row else ""
    return Line(f"  {place.tab}{row}{f', {name}' if name else ''}: {finding.line}", finding.weight)


def _by_kind(findings: Sequence[Finding]) -> Iterator[Line]:
    """One line for each kind, with some of its rows and what it is; of what they say apart, the first as an example."""
    found: dict[tuple[str, str, Weight, str], list[Finding]] = {}
    for finding in findings:
        place = finding.place
        found.setdefault((place.tab, finding.rule, finding.weight, place.column), []).append(finding)
    for (tab, _rule, weight, column), those in found.items():
        where = f"{tab} ({column})" if column else tab
        alike = len({finding.message for finding in those}) == 1
        what = those[0].message if alike else f"Bijvoorbeeld: {those[0].message}"
        yield Line(f"  {len(those)} × {weight.value}: {where} {_rows(those)} {what}", weight)


def _rows(findings: Sequence[Finding]) -> str:
    rows = sorted({finding.place.row for finding in findings})
    return f"rij {first_few([*map(str, rows)], ROWS)}."
