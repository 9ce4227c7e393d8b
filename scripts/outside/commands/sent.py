"""Writes down what people found out or did: that a mail did go, must go again, or that somebody was told by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from outside.backends import open_workbook
from outside.commands.signs import request_again, request_went
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import say, warn
from outside.errors import Changed, Stop
from outside.ledger.ledger import Ledger
from outside.run.confirm import kind_of
from outside.run.deliver import resolve
from outside.run.letters import open_mailbox
from outside.run.output_files import OutputFiles
from outside.run.prepare import look_up
from outside.run.sent_cases import (
    Case,
    before,
    case_of,
    done_by_people,
    is_mine,
    may_be_meant,
    nothing_to_send,
    nothing_to_write,
    what_sends,
)
from outside.text.documents import draw
from outside.text.rules_archive import keep_rules
from outside.workbook import Workbook
from roster.logbook import MAIL_KINDS
from roster.messages.follow_up import plan_follow_up_marks
from roster.messages.notices import ADMIN, MOVED, NUMBER_UPDATE
from roster.messages.recipient_history import IN_WELCOME, RULES_UPDATE, WELCOME, recipient_history_of
from roster.messages.sign_letters import SIGNS, plan_sign_marks
from roster.messages.welcome import Change, plan_by_hand
from roster.plan.delivery_status import State, keep_wish, mark_of, read_mark
from roster.plan.history import Message, row_of
from roster.plan.steps import CellStep, SetCell, View
from roster.planners.logbook_tab import plan_logbook
from roster.reading.row_ids import number_said, number_typed
from roster.sheet.columns import DEELNEMERS, LOGBOEK
from roster.sheet.dutch import counted
from roster.sheet.table import says

_DONE_BY_HAND = {
    WELCOME: "met de hand welkom geheten",
    RULES_UPDATE: "met de hand over de nieuwe spelregels verteld",
    ADMIN: "met de hand verteld dat dit nu een beheerder is",
    MOVED: "met de hand over de nieuwe groep verteld",
    NUMBER_UPDATE: "met de hand over het nieuwe nummer verteld",
}
"""What is said of news that a person told, by the act of the letter."""

KINDS = tuple(act for act in MAIL_KINDS if act != SIGNS)
"""The acts of all letters to people; the request to a caretaker goes by a Nr of its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was written in the ledger about one Nr, the step that tells its row, and what to say of it.

    With `only_row` the ledger has nothing of it: without its row nothing was written. `due` are the ids of the letters
    of this laptop's own that go again.
    """

    nr: str
    lines: tuple[str, ...]
    step: SetCell | None = None
    only_row: bool = False
    by_hand: bool = False
    due: tuple[str, ...] = ()


def resolve_sent(settings: Settings, choices: Choices, typed: str, kind: str = "") -> int:
    """The uncertain mails to these Nrs did arrive, or a person told them. The exit code."""
    return _resolve_all(settings, choices, typed, kind, sent=True)


def resolve_resend(settings: Settings, choices: Choices, typed: str, kind: str = "") -> int:
    """The uncertain or refused mails to these Nrs must go again, with the next round of their kind. The exit code."""
    return _resolve_all(settings, choices, typed, kind, sent=False)


def resolve_outbox(settings: Settings, choices: Choices) -> int:
    """All mails of the outbox were sent by hand. The exit code."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        with closing(open_mailbox(settings)) as mailbox:
            resolve(ledger, mailbox)
        ready = ledger.messages.in_state(State.READY)
        people = {row_of(one.person) for one in ready}
        ours = {row_of(person) for person in ledger.history().of_person}
        view = look_up(workbook, settings, choices, ledger).view
        table = view.roster.tables[DEELNEMERS.title]
        steps, elsewhere = [], 0
        for index in range(len(table.rows)):
            cell = table.cell(index, "Welkom")
            mark = read_mark(cell)
            nr = number_said(table.cell(index, "Nr"))
            if mark is None or mark.state != State.READY or not mark.is_of(nr):
                continue
            if nr in people:
                text = mark_of(State.SENT, choices.today, mark.version, nr=nr).text
                steps.append(SetCell(table.place(index, "Welkom"), keep_wish(cell, text), cell))
            elif nr not in ours:
                elsewhere += 1
        ledger.messages.mark_sent(one.message_id for one in ready)
        left = tell_register(workbook, steps, view, ledger)
    if ready:
        mails = counted(len(ready), "mail", "mails")
        say(f"{mails} uit de map mail: nu opgeschreven als verstuurd.")
    else:
        say("In de map mail ligt niets klaar dat nog niet is opgeschreven. Er is niets veranderd.")
    if left:
        say("Niet elke rij kon dat al zeggen, want er werd intussen in gewerkt. Dat komt goed met: make sync")
    if elsewhere:
        rows = "In 1 rij staat" if elsewhere == 1 else f"In {elsewhere} rijen staat"
        say(f"{rows} een mail als klaargezet door een andere computer. Typ make sent OUTBOX=yes ook daar.")
    return 0


def _resolve_all(settings: Settings, choices: Choices, typed: str, kind: str, *, sent: bool) -> int:
    """Do what can be done for each Nr, and say of each how it went; one that cannot holds up no other."""
    numbers = list(dict.fromkeys(map(number_typed, filter(None, re.split(r"[\s,;]+", typed)))))
    if not numbers:
        raise Stop("Over welke mail gaat het?", f"Typ bijvoorbeeld: make {'sent' if sent else 'resend'} NR=D-0012")
    kind = kind.strip().lower()
    if kind and kind not in map(kind_of, KINDS):
        raise Stop(f"De soort {kind} bestaat niet.", f"Er is: {', '.join(map(kind_of, KINDS))}.")
    done: list[Done] = []
    refused: list[Stop] = []
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        with closing(open_mailbox(settings)) as mailbox:
            resolve(ledger, mailbox)
        view = look_up(workbook, settings, choices, ledger).view
        for nr in numbers:
            try:
                if nr.startswith("B-"):
                    done.append(_of_request(nr, view, ledger, choices, sent=sent))
                    continue
                case = _meant(case_of(nr, view, ledger), kind, "sent" if sent else "resend")
                done.append(_sent(case, ledger, choices) if sent else _again(case, ledger, choices))
            except Stop as stop:
                refused.append(stop)
        left = tell_register(workbook, [one.step for one in done if one.step is not None], view, ledger)
        if not any(step.place.tab == LOGBOEK.title for step in left):
            reported = [one for one in done if one.step is not None and one.step not in left]
            ledger.messages.forget_reported(due for one in reported for due in one.due)
        if any(one.by_hand for one in done):
            _shrink_page(settings, view, [one.nr for one in done if one.by_hand], ledger)
    if not done and len(refused) == 1:
        raise refused[0]
    return _report(done, refused, left, sent=sent)


def _of_request(nr: str, view: View, ledger: Ledger, choices: Choices, *, sent: bool) -> Done:
    """The same of a sign request, which goes by a Nr of its own. Raises Stop."""
    if sent:
        return Done(nr, (f"{nr}: opgeschreven dat de aanvraag weg is.",), request_went(nr, view, ledger, choices))
    again = request_again(nr, view, ledger, choices)
    return Done(
        nr,
        (f"{nr}: de aanvraag gaat opnieuw. Typ: make signs",),
        again,
        not any(one.act == SIGNS for one in view.history.of_person.get(nr, ())),
    )


def _report(done: Sequence[Done], refused: Sequence[Stop], left: Sequence[SetCell], *, sent: bool) -> int:
    """Say of each Nr how it went; 1 where something was not written down."""
    missed = False
    for one in done:
        if one.step in left and one.only_row:
            missed = True
            warn(f"{one.nr}: de rij werd intussen gewijzigd, dus er is niets opgeschreven.", "bad")
            warn(f"Typ nog een keer: make {'sent' if sent else 'resend'} NR={one.nr}", "plain")
            continue
        for line in one.lines:
            say(line)
        if one.step in left:
            say(f"{one.nr}: in de rij kon het nog niet, want die werd intussen gewijzigd. Dat komt goed met: make sync")
    for stop in refused:
        warn(stop.message, "bad")
        warn(stop.remedy, "plain")
    return int(missed or bool(refused))


def _meant(case: Case, kind: str, word: str) -> Case:
    """The case of the one kind of mail that was named. Raises Stop where several are uncertain and none was named."""
    unsure = list(dict.fromkeys(kind_of(one.act) for one in case.letters if one.state == State.UNCERTAIN))
    if not kind and len(unsure) > 1:
        raise Stop(
            f"Van {case.nr} zijn {len(unsure)} mails onzeker: {', '.join(unsure)}.",
            f"Zeg welke u bedoelt. Typ bijvoorbeeld: make {word} NR={case.nr} KIND={unsure[0]}",
        )
    return replace(case, kind=kind)


def _sent(case: Case, ledger: Ledger, choices: Choices) -> Done:
    """What is uncertain did arrive; else who is told by hand was told; else what may be meant did go. Raises Stop."""
    unsure = [one for one in case.meant if one.state == State.UNCERTAIN]
    changes = [] if unsure else [one for one in done_by_people(case, force=choices.force) if case.is_meant(one.act)]
    if changes:
        return _sent_by_hand(case, changes, ledger, choices)
    found = unsure or [one for one in case.meant if may_be_meant(one, case)]
    if not found and not case.uncertain_elsewhere:
        raise nothing_to_write(case)
    ledger.messages.adopt(found)
    ledger.messages.mark_sent(one.message_id for one in found)
    version = max((one.version for one in found if one.act in IN_WELCOME), default=case.row_version)
    text = mark_of(State.SENT, choices.today, version, nr=case.nr).text
    return Done(case.nr, (f"{case.nr}: opgeschreven als verstuurd.",), _step(case, found, text), not found)


def _sent_by_hand(case: Case, changes: Sequence[Change], ledger: Ledger, choices: Choices) -> Done:
    """Write down that a person did it. It counts as sent, for ever."""
    view, history = case.view, case.view.history
    for one in changes:
        person = recipient_history_of(view).person(one.member)
        address = history.address_mark(one.member.email or "")
        mobile = (history.identity(one.member.mobile),) if one.member.mobile else ()
        news = Message(person, one.act, one.version, State.HAND, choices.today, mobile, address, notice=one.notice)
        ledger.messages.mark_by_hand(news)
    if any(one.act in IN_WELCOME for one in changes):
        mark = mark_of(State.HAND, choices.today, view.terms.rules_version).text
        step = case.step(keep_wish(case.cell, mark))
    else:  # the row says so in a column of its own
        known = replace(view, history=ledger.history())
        step = next((one for one in plan_follow_up_marks(known) if one.place.key == changes[0].member.place.key), None)
    lines = tuple(f"{case.nr}: opgeschreven als {_DONE_BY_HAND[one.act]}." for one in changes)
    return Done(case.nr, lines, step, by_hand=True)


def _again(case: Case, ledger: Ledger, choices: Choices) -> Done:
    """What is uncertain, else what was refused, goes again; with force also what did go. Raises Stop."""
    found = [one for one in case.meant if one.state == State.UNCERTAIN]
    found = found or [one for one in case.meant if one.state == State.REFUSED]
    if not found and choices.force:
        found = [one for one in case.meant if one.state in (State.SENT, State.READY, State.HAND)][-1:]
    if not found and case.uncertain_elsewhere not in (State.BUSY, State.UNCERTAIN, State.REFUSED):
        raise nothing_to_send(case)
    ledger.messages.adopt(found)
    ledger.messages.mark_due(one.message_id for one in found)
    step = _step(case, found, before(case.nr, case.letters, found))
    # The laptop that let those of elsewhere go still says that they went.
    elsewhere = {one.key for one in case.view.history.elsewhere}
    due = tuple(one.message_id for one in found if one.key not in elsewhere)
    return Done(case.nr, what_sends(case, found), step, not found, due=due)


def _step(case: Case, found: Iterable[Message], text: str) -> SetCell | None:
    """The row must say so where this is about its own letters, or about those of another laptop."""
    letters = [one for one in found if one.act in IN_WELCOME]
    if (found and not letters) or not all(is_mine(one, case) for one in letters):
        return None
    return case.step(keep_wish(case.cell, text))


def _shrink_page(settings: Settings, view: View, numbers: Sequence[str], ledger: Ledger) -> None:
    """Make the page of who is told by hand anew, without those who were. The next round does it where this fails."""
    try:
        keep_rules(settings)
        documents = list(plan_by_hand(view, but=numbers))
        OutputFiles(settings.paths.out, documents, lambda one: draw(one, settings)).write(ledger.files)
    except (Stop, OSError):
        say("De bladzijde met-de-hand.html kon nu niet worden vernieuwd. Dat komt goed met: make sync")


def tell_register(workbook: Workbook, steps: Sequence[SetCell], view: View, ledger: Ledger) -> list[SetCell]:
    """Tell the rows and tab Logboek; the cells in which somebody worked meanwhile, and so could not be told."""
    wanted: list[CellStep] = [step for step in steps if not says(step.was, step.value)]
    places, known = {step.place for step in steps}, replace(view, history=ledger.history())
    wanted += [step for step in plan_sign_marks(known) if step.place not in places]
    wanted += plan_logbook(known)
    cells = [step for step in wanted if isinstance(step, SetCell)]
    try:
        left = {step.place for step in workbook.write(wanted).left if isinstance(step, SetCell)} if wanted else ()
        return [step for step in cells if step.place in left]
    except Changed:
        return cells
