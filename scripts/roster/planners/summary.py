"""Tells the coordinator in Dutch what stands in the register, what is wrong, and what a run means to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from roster.logbook import MAIL_KINDS
from roster.messages.contact_cards import describe_new_admins
from roster.messages.notices import NUMBER_UPDATE
from roster.messages.number_update import who_hears_the_number
from roster.messages.role_letters import waiting_for_role_letter
from roster.messages.welcome import waiting_for_welcome
from roster.model import Status
from roster.plan.delivery_status import State
from roster.plan.hold_back import Held
from roster.plan.steps import AddRow, Document, Send, SetCell, Step, View, WriteFile, derived_tab
from roster.planners.finding_lines import Line, describe_findings
from roster.planners.status_cells import describe_former_admins
from roster.sheet.dutch import counted
from roster.sheet.table import Place

_PLACES = 5
"""Cells that are named one by one."""


EXAMPLE_NUMBER = (
    "In config/settings.toml staat bij regiegroep_number nog het voorbeeldnummer. Dat is van niemand. "
    "Mails met het nummer van de regiegroep wachten tot daar het echte nummer staat."
)


class Totals(Protocol):
    """What a run reports of itself: letters due = sent + waiting + held + uncertain + failed; cells; files."""

    @property
    def due(self) -> int: ...
    @property
    def sent(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def uncertain(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def cells_written(self) -> int: ...
    @property
    def cells_left(self) -> int: ...
    @property
    def code(self) -> int: ...
    @property
    def rows_added(self) -> int: ...
    @property
    def files_checked(self) -> int: ...
    @property
    def files_written(self) -> int: ...
    @property
    def kept(self) -> tuple[str, ...]: ...
    @property
    def merged(self) -> tuple[Place, ...]: ...


def describe(view: View, plan: Sequence[Step], held: Held, *, whole: bool = False) -> Iterator[Line]:
    """The lines before anything is done: who is there, what is wrong (`whole`: all of it), what will happen."""
    yield from map(Line, [*_people(view), ""])
    yield from describe_findings(view, whole=whole)
    yield from map(Line, ["", *describe_plan(view, plan, held)])
    behind = len(who_hears_the_number(view).mail)
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


def describe_report(report: Totals, mail_done: str = State.READY) -> list[str]:
    """What a run did, in sums that add up; `mail_done` is the state of a letter that the mailbox took."""
    cells, rows = counted(report.cells_written, "cel", "cellen"), counted(report.rows_added, "rij", "rijen")
    parts = [f"{cells} bijgewerkt", *([f"{rows} toegevoegd"] if report.rows_added else [])]
    if report.files_checked:
        checked = counted(report.files_checked, "bestand", "bestanden")
        parts.append(f"{checked} nagekeken, waarvan {report.files_written} (opnieuw) geschreven")
    lines = [f"{'Gedaan tot nu toe' if report.code == 3 else 'Klaar'}: {', '.join(parts)}."]
    if report.due:
        lines.append(
            f"Mails: {report.due} aan de beurt = {report.sent} {mail_done} + {report.waiting} wachten + "
            f"{report.held} aangehouden + {report.uncertain} onzeker + {report.failed} geweigerd."
        )
    if report.sent and mail_done == State.READY and report.code == 3:
        lines.append("Wat is klaargezet, is nog niet verstuurd: het ligt in de map mail.")
    if report.cells_left:
        lines.append(
            f"{counted(report.cells_left, 'cel is', 'cellen zijn')} overgeslagen, meestal omdat daar intussen iets "
            "veranderde. De volgende ronde probeert het opnieuw."
        )
    if report.merged:
        lines.append(
            f"{counted(len(report.merged), 'cel is', 'cellen zijn')} niet ingevuld, want samengevoegd met een andere "
            f"cel: {_places(report.merged)}. Maak dat samenvoegen ongedaan; de volgende ronde vult ze in."
        )
    lines.extend(f"Dit bestand is door iemand gewijzigd en daarom blijven staan: {path}" for path in report.kept)
    return lines


def _places(places: Sequence[Place]) -> str:
    """Where cells stand, the first few of them: "Deelnemers rij 5 (Status)"."""
    told = [
        f"{place.tab} rij {place.row} ({place.column})" if place.row else f"onderaan {place.tab}"
        for place in places[:_PLACES]
    ]
    return ", ".join(told) + (f" en nog {len(places) - _PLACES}" if len(places) > _PLACES else "")


def _people(view: View) -> Iterator[str]:
    standing = view.standing
    yield f"{counted(len(view.roster.members), 'deelnemer', 'deelnemers')}: {_states(standing.member.values())}."
    yield f"{counted(len(view.roster.groups), 'groep', 'groepen')}: {_states(standing.group.values())}."
    if view.roster.requests:
        total = counted(len(view.roster.requests), "bordaanvraag", "bordaanvragen")
        yield f"{total}: {_states(standing.request.values())}."


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
