"""A round: the eight steps of every door, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime

from outside.backends import backend_of, calls_made, open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import say, warn
from outside.errors import Stop
from outside.ledger.copies import has_copies, keep_copy
from outside.ledger.ledger import Ledger
from outside.mail.compose import compose
from outside.mail.mailbox import Mailbox
from outside.mail.secrets import watched
from outside.run.apply import apply
from outside.run.confirm import Leave
from outside.run.deliver import resolve
from outside.run.keeping import clear_expired, forgotten_elsewhere, highest_numbers, identities, keep_refusals
from outside.run.letters import DeliveryLog, Report, open_mailbox, report_of
from outside.run.log import run_log
from outside.run.output_files import recall_from
from outside.run.overview import write_overview
from outside.run.prepare import Prepared, gc_paused, prepare
from outside.run.ready_letters import remove_of_no_use, stale_letters, take_back, tell_stale
from outside.run.report import (
    WHOLE,
    conclude,
    note_unasked,
    refuse,
    refuse_new_ledger,
    tell_again,
    tell_forced,
    tell_plan,
    tell_report,
)
from outside.text.documents import draw
from outside.text.rules_archive import keep_rules
from outside.workbook import Workbook
from roster.logbook import Given
from roster.messages.bundles import bundles_of
from roster.messages.follow_up import plan_follow_up_marks
from roster.messages.notices import notices_of
from roster.messages.recipient_history import recipient_history_of
from roster.messages.registered import plan_registered_marks
from roster.messages.sign_letters import plan_sign_marks
from roster.plan.delivery_status import State
from roster.plan.history import Message
from roster.plan.steps import GROUP_FILES, Planner, Send, SetCell, View
from roster.planners.bundles import mailed_contents, plan_contacts_marks
from roster.planners.logbook_tab import LogbookRows
from roster.planners.safety import BEGUN

_TRIES = 5
"""How often a register that keeps changing under our hands is read anew before the run gives up."""


def run(
    settings: Settings,
    choices: Choices,
    planners: Sequence[Planner],
    replaces: Sequence[str] = (),
    word: str = "sync",
) -> int:
    """One whole round; the exit code. `replaces` are the folders of out/ whose files this round makes anew.

    `word` is what was typed behind make.
    """
    with run_log(settings, word) as ended:
        workbook = open_workbook(settings)
        with workbook.lock(), Ledger.of(settings, choices.today) as ledger, closing(open_mailbox(settings)) as mailbox:
            backend_of(settings).prepare()
            resolve(ledger, mailbox)
            if mailbox.done == State.READY:
                remove_of_no_use(ledger, settings)
            keep_rules(settings)
            tries = Tries(workbook, settings, choices, ledger, mailbox, planners, replaces, word)
            code = tries.go()
        report = tries.report
        ended(
            code=code,
            sent=report.sent,
            waiting=report.waiting,
            held=report.held,
            uncertain=report.uncertain,
            failed=report.failed,
            cells=report.cells_written,
            files=report.files_written,
            calls=calls_made(workbook),
        )
    return code


@dataclass(slots=True)
class Tries:
    """The tries of one round: the register is read anew where it changed under our hands, and all is told as one."""

    _workbook: Workbook
    _settings: Settings
    _choices: Choices
    _ledger: Ledger
    _mailbox: Mailbox
    _planners: Sequence[Planner]
    _replaces: Sequence[str]
    _word: str
    _leave: Leave = field(init=False)
    _prepared: Prepared | None = None
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self._leave = Leave(self._settings, self._ledger, self._mailbox, self._choices, self._word)

    def go(self) -> int:
        """Until the register holds still; the exit code.

        Once something was done, nothing that ends a later try takes the report of the earlier ones away.
        """
        try:
            for turn in range(_TRIES):
                code = self._try(first=turn == 0)
                if code is not None:
                    return code
                if not self.report.again:
                    break
        except Stop as stop:
            if not self.report.did_something:
                raise
            late = Stop(stop.message, stop.remedy, code=3)
            self.report = replace(self.report, again=False, stop=late)
        except BaseException:
            if self.report.did_something:
                tell_report(replace(self.report, again=False, interrupted=True), self._mailbox.done)
            raise
        if self._leave.past is not None and self.report.sent and self._mailbox.done == State.SENT:
            self._ledger.departures.end_pause(self._leave.past)  # mails did leave
        assert self._prepared is not None  # a round takes at least one try
        view = self._prepared.view
        has_page = self._word in WHOLE and self.report.is_whole and _is_done(lambda: self._write_page(view))
        code = conclude(self.report, view, self._settings, self._ledger, self._word, has_page=has_page)
        _is_done(lambda: keep_copy(self._ledger, self._settings.paths.state / "backups"))
        if self._word in WHOLE:
            _is_done(lambda: clear_expired(self._ledger, self._settings))
        return code

    def _write_page(self, view: View) -> None:
        """The coordinator's page."""
        went_wrong = self.report.uncertain + self.report.failed > 0
        write_overview(view, self._workbook, self._settings, self._ledger, otherwise=went_wrong)

    def _try(self, *, first: bool) -> int | None:
        """One try; the exit code where the round ends before anything was done."""
        prepared = self._prepare()
        if first and not prepared.suspect and forgotten_elsewhere(prepared.view, self._ledger, self._settings):
            prepared = self._prepare()
        if self._mailbox.done == State.READY and (self._choices.force or not prepared.suspect):
            stale = stale_letters(prepared.view, self._planners, self._ledger, self._settings)
            tell_stale(stale)
            if stale.letters:
                take_back(stale, self._ledger, self._settings)
                prepared = self._prepare()
        self._prepared = prepared
        (tell_plan if first else tell_again)(prepared.view, prepared.plan, prepared.held)
        if prepared.new_ledger and not self._choices.force:
            return refuse_new_ledger(prepared.new_ledger, self._word, copies=has_copies(self._settings))
        if (prepared.suspect or prepared.new_ledger) and self._choices.force:
            tell_forced([*filter(None, [prepared.new_ledger]), *prepared.suspect])
        elif prepared.suspect:
            if not self.report.did_something:
                return refuse(prepared.suspect, self._word)
            self.report = replace(self.report, again=False, suspect=tuple(prepared.suspect))
            return None
        keep_refusals(prepared.view, self._ledger)
        now = datetime.now().astimezone()
        sends = [step for step in prepared.plan if isinstance(step, Send)]
        made = watched(lambda send: compose(send, self._settings, now), self._settings)
        going = self._leave.ask(sends, made, prepared.view, first=first)
        if not going and not self.report.did_something:
            say("Er is niets gedaan.")
            note_unasked(len(sends), self._word)
            return 0
        posted, earlier = DeliveryLog(), self.report
        try:
            self._carry_out(prepared, posted, now)
        finally:
            self.report = report_of(posted).after(earlier)
        return None

    def _prepare(self) -> Prepared:
        with gc_paused():
            history = self._ledger.history()
        history.recalled = recall_from(self._settings.paths.out, self._ledger.files, history)
        prepared = prepare(self._workbook, self._settings, self._choices, self._planners, history)
        if not prepared.suspect or self._choices.force:
            self._ledger.remember_logbook(prepared.view.history.logbook, history.logbook)
        return prepared

    def _carry_out(self, prepared: Prepared, posted: DeliveryLog, now: datetime) -> None:
        """Step 8."""
        view, settings, ledger = prepared.view, self._settings, self._ledger
        if prepared.new_ledger:
            ledger.remember_counts({BEGUN: 1})  # so that it is asked once
        ledger.remember_numbers(highest_numbers(view), {})
        ledger.remember_recipients(recipient_history_of(view).caught_up())
        ledger.messages.remember_sights(notices_of(view).sights())
        mailed, bundles = mailed_contents(view, prepared.plan), bundles_of(view)
        ledger.bundles.will_go(mailed)
        ledger.bundles.give(bundles.learned())
        apply(
            prepared.plan,
            self._workbook,
            self._mailbox,
            settings.paths.out,
            ledger=ledger,
            compose=watched(
                lambda send: compose(
                    send, settings, now, secret=ledger.secret, token=ledger.leave_token(send.to_address)
                ),
                settings,
            ),
            draw=lambda document: draw(document, settings),
            held=sum(isinstance(step, Send) for step in prepared.held.steps),
            at_most=self._leave.at_most,
            may=self._leave.may,
            past=self._leave.past,
            identities=identities(view),
            afterwards=lambda ended: _tell_together(view, ended, mailed),
            logbook=LogbookRows(view).tell,
            replaces=self._replaces,
            posted=posted,
            lying=(bundles.lying(), bundles.stay()) if GROUP_FILES in self._replaces else None,
        )


def _is_done(act: Callable[[], object]) -> bool:
    """Whether what comes beside a round worked; where it does not, that is told, and the round is as good as it was."""
    try:
        act()
    except Stop as stop:
        warn(f"{stop.message} {stop.remedy}")
        return False
    return True


def _tell_together(view: View, ended: Sequence[Message], mailed: Sequence[Given]) -> Iterator[SetCell]:
    """The cells that tell of several letters, with those that ended just now and the contacts that they brought."""
    deliveries, bundles = [*view.history.deliveries, *ended], [*view.history.bundles, *mailed]
    history = replace(view.history, deliveries=deliveries, bundles=bundles)
    known = replace(view, history=history, people=view)
    for plan in (plan_registered_marks, plan_follow_up_marks, plan_contacts_marks, plan_sign_marks):
        yield from plan(known)
