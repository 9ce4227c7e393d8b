"""From the register to a plan: steps 2 to 6 of a round, and all that a round does which stops there."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import can_answer, progress, say
from outside.errors import Stop
from outside.files.atomic import check_folder
from outside.ledger.copies import has_copies
from outside.ledger.ledger import Ledger
from outside.run.ready_letters import stale_letters, tell_stale
from outside.run.report import exit_code, refuse, refuse_new_ledger, tell_plan
from outside.text.rules_archive import tell_changed_rules
from outside.text.templates import rules_version
from outside.workbook import Workbook
from roster.messages.audience import is_placeholder
from roster.messages.in_group import who_is_absent
from roster.messages.learned import learned
from roster.messages.stale import as_if_due
from roster.messages.welcome_queue import all_made_up
from roster.messages.welcomed import WhoWasWelcomed
from roster.plan.delivery_status import State
from roster.plan.history import History
from roster.plan.hold_back import Held, hold_back
from roster.plan.steps import AddRow, Planner, SetCell, Step, View
from roster.planners.safety import check_safety, is_remembered, lost_headings, says_ledger_is_new
from roster.reading.roster import read_roster
from roster.rules.catalogue import check
from roster.terms import Terms


@dataclass(frozen=True, slots=True)
class Prepared:
    """What steps 2 to 6 made of a register: what is there, what is meant to happen, and what is doubted."""

    view: View
    plan: list[Step]
    held: Held
    suspect: list[str]
    new_ledger: str = ""


def prepare(
    workbook: Workbook, settings: Settings, choices: Choices, planners: Sequence[Planner], history: History
) -> Prepared:
    """Steps 2 to 6: from the workbook to a plan of which the bad rows are held back. Writes nothing."""
    terms = _terms_of(settings, choices)
    with progress("Register lezen"), gc_paused():
        tables = workbook.read()
    with progress("Afspraken nalopen"), gc_paused():
        roster = read_roster(tables, terms, history)
        history = learned(history, roster, terms)
        asked = WhoWasWelcomed(history, terms)
        found, statuses = check(roster, terms, asked, who_is_absent(asked))
        terms = _without_example_number(terms, made_up=workbook.is_example and all_made_up(roster, statuses))
        view = View(roster, statuses, tuple(found), history, terms, asked.view)
        planned = (step for planner in planners for step in planner(view))
        plan, held = hold_back(planned, view.findings)
    # Where there is a copy, it knows more than the register: of what came back, and of the day's limit.
    has_lost = history.is_new and (not is_remembered(view) or has_copies(settings))
    return Prepared(view, plan, held, check_safety(view, plan), says_ledger_is_new(view) if has_lost else "")


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
        if prepared.view.terms.mail_done != State.READY or prepared.suspect:
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


def dry_run(settings: Settings, choices: Choices, planners: Sequence[Planner]) -> int:
    """The dry run: steps 1 to 7, with every mail and document rendered, and nothing written anywhere."""
    workbook = open_workbook(settings)
    prepared = prepare_dry(settings, choices, planners, workbook)
    tell_plan(prepared.view, prepared.plan, prepared.held, whole=True)
    if prepared.new_ledger and not choices.force:
        return refuse_new_ledger(prepared.new_ledger, "sync", copies=has_copies(settings))
    if prepared.suspect and not choices.force:
        return refuse(prepared.suspect)
    say()
    check_folder(settings.paths.out)
    workbook.rehearse([step for step in prepared.plan if isinstance(step, SetCell | AddRow)])
    if tell_changed_rules(settings):
        return 1
    say("Er is niets veranderd. Doen? Typ: make sync")
    return exit_code(prepared.view.findings)


def _terms_of(settings: Settings, choices: Choices) -> Terms:
    """What the rules are held to today."""
    return replace(
        settings.terms(choices.today),
        rules_version=rules_version(),
        mail_done="verstuurd" if settings.mail.leaves else "klaargezet",
        new_admin_cards=not settings.mail.leaves or (can_answer() and not (choices.yes or choices.unattended)),
    )


def _without_example_number(terms: Terms, *, made_up: bool) -> Terms:
    """The terms without the example number of the regiegroep, unless all is made up and no mail really leaves."""
    if not is_placeholder(terms.network.regiegroep_number) or (made_up and terms.mail_done != "verstuurd"):
        return terms
    return replace(terms, network=replace(terms.network, regiegroep_number=""), number_is_example=True)


@contextmanager
def gc_paused() -> Iterator[None]:
    """Collect no garbage meanwhile: a register of 100,000 rows is millions of values that all live to the end.

    To look through them again and again takes a third of the time; afterwards they are not looked at any more.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
