"""A round that stops before anything is done: what would happen, and what a command must know of the register."""

from __future__ import annotations

from collections.abc import Sequence

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import say
from outside.errors import Stop
from outside.files.atomic import check_folder
from outside.ledger.copies import has_copies
from outside.ledger.ledger import Ledger
from outside.run.ready_letters import stale_letters, tell_stale
from outside.run.report import exit_code, refuse, refuse_new_ledger, tell_plan
from outside.run.round import Prepared, prepare
from outside.text.rules_archive import tell_changed_rules
from outside.workbook import Workbook
from roster.messages.stale import as_if_due
from roster.plan.delivery_status import State
from roster.plan.history import History
from roster.plan.steps import AddRow, Planner, SetCell
from roster.planners.safety import lost_headings


def look(settings: Settings, choices: Choices, planners: Sequence[Planner]) -> int:
    """The dry run: steps 1 to 7, with every mail and document rendered, and nothing written anywhere."""
    workbook = open_workbook(settings)
    prepared = prepare_dry(settings, choices, planners, workbook)
    tell_plan(prepared.view, prepared.plan, prepared.held, whole=True)
    if prepared.new_ledger and not choices.force:
        return refuse_new_ledger(prepared.new_ledger, "sync", copies=has_copies(settings))
    if prepared.doubted and not choices.force:
        return refuse(prepared.doubted)
    say()
    check_folder(settings.paths.out)
    workbook.rehearse([step for step in prepared.plan if isinstance(step, SetCell | AddRow)])
    if tell_changed_rules(settings):
        return 1
    say("Er is niets veranderd. Doen? Typ: make sync")
    return exit_code(prepared.view.findings)


def prepare_dry(
    settings: Settings, choices: Choices, planners: Sequence[Planner], workbook: Workbook | None = None
) -> Prepared:
    """What a round would make of the register, without writing anything: also which letters it would take back."""
    workbook = workbook or open_workbook(settings)
    if not Ledger.is_there(settings):
        return prepare(workbook, settings, choices, planners, History())
    with Ledger.of(settings, choices.today) as ledger:
        history = ledger.history()
        prepared = prepare(workbook, settings, choices, planners, history)
        if prepared.view.terms.mail_done != State.READY or prepared.doubted:
            return prepared
        stale = stale_letters(prepared.view, planners, ledger, settings)
    tell_stale(stale)
    if not stale.letters:
        return prepared
    return prepare(workbook, settings, choices, planners, as_if_due(history, list(stale.letters)))


def look_up(
    workbook: Workbook, settings: Settings, choices: Choices, ledger: Ledger, planners: Sequence[Planner] = ()
) -> Prepared:
    """What a command must know of the register that writes in it what people found out.

    Raises Stop where a heading of ours seems to stand there under another name: it would be added anew.
    """
    history = ledger.history()
    prepared = prepare(workbook, settings, choices, planners, history)
    ledger.remember_logbook(prepared.view.history.logbook, history.logbook)
    lost = lost_headings(prepared.view.roster.tables)
    if lost:
        raise Stop(f"'{workbook.name}' kan zo niet worden bijgewerkt.", "\n".join(lost))
    return prepared
