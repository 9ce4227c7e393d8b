"""Writes down what people found out themselves: that a mail did go, or that it must go again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from outside.ledger import Ledger
from outside.ledger_letters import Told
from outside.opening import open_workbook
from outside.post import open_mailbox, settle
from outside.screen import say
from outside.settings import Settings
from outside.stop import Changed, Stop
from outside.templates import rules_version
from outside.workbook import Workbook
from roster.columns import DEELNEMERS
from roster.plan import SetCell
from roster.table import Cell, Table, says
from roster.welcome_mark import BUSY, READY, REFUSED, SENT, UNCERTAIN, WAITS, keep_wish, mark_of, read_mark
from roster.welcome_told import ACTS, RULES_UPDATE, WELCOME

if TYPE_CHECKING:
    from outside.door import Choices


def settle_sent(settings: Settings, choices: Choices, nr: str) -> int:
    """The uncertain mails to this Nr did arrive. The exit code."""
    return _settle_one(settings, choices, nr, sent=True)


def settle_resend(settings: Settings, choices: Choices, nr: str) -> int:
    """The uncertain or refused mails to this Nr must go again, with the next round of their kind. The exit code."""
    return _settle_one(settings, choices, nr, sent=False)


def settle_outbox(settings: Settings, choices: Choices) -> int:
    """All mails of the outbox were sent by hand. The exit code."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger(settings.paths.state / "ledger.sqlite3", choices.today) as ledger:
        with closing(open_mailbox(settings)) as mailbox:
            settle(ledger, mailbox)
        ready = ledger.letters.in_state(READY)
        people = {one.person for one in ready}
        table = workbook.read()[DEELNEMERS.title]
        steps = []
        for index in range(len(table.rows)):
            cell = table.cell(index, "Welkom")
            mark = read_mark(cell)
            if mark is not None and mark.state == READY and _nr(table, index) in people:
                text = keep_wish(cell, mark_of(SENT, choices.today, mark.version).text)
                steps.append(_step(table, index, text, cell))
        ledger.letters.mark_sent(one.message_id for one in ready)
        _write(workbook, steps)
    say(f"{len(ready)} {'mail' if len(ready) == 1 else 'mails'} uit de map mail: nu opgeschreven als verstuurd.")
    return 0


def _settle_one(settings: Settings, choices: Choices, typed: str, *, sent: bool) -> int:
    nr = typed.strip().upper()
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger(settings.paths.state / "ledger.sqlite3", choices.today) as ledger:
        with closing(open_mailbox(settings)) as mailbox:
            settle(ledger, mailbox)
        table = workbook.read()[DEELNEMERS.title]
        index = next((index for index in range(len(table.rows)) if _nr(table, index) == nr), None)
        letters = ledger.letters.of_person(nr)
        cell = None if index is None else table.cell(index, "Welkom")
        found = _concerned(letters, sent=sent, force=choices.force)
        if not found and not (not letters and _tells_of_doubt(cell)):
            raise _nothing(nr, letters, known=index is not None)
        if sent:
            ledger.letters.mark_sent(one.message_id for one in found)
        else:
            ledger.letters.mark_due(one.message_id for one in found)
        if index is not None and (not found or any(one.act in ACTS for one in found)):
            version = max((one.version for one in found if one.act in ACTS), default=rules_version())
            text = mark_of(SENT, choices.today, version).text if sent else _before(letters, found)
            text = keep_wish(cell, text)
            _write(workbook, [] if says(cell, text) else [_step(table, index, text, cell)])
    if sent:
        say(f"{nr}: opgeschreven als verstuurd.")
    else:
        for line in _what_sends(nr, found):
            say(line)
    return 0


def _what_sends(nr: str, found: Iterable[Told]) -> list[str]:
    """What to type, so that the letters go again: the news of changed spelregels goes with a word of its own."""
    acts = {one.act for one in found} or {WELCOME}
    lines = []
    if acts - {RULES_UPDATE}:
        lines.append(f"{nr}: de mail gaat mee met de volgende ronde. Typ: make sync")
    if RULES_UPDATE in acts:
        lines.append(f"{nr}: de mail over de nieuwe spelregels gaat opnieuw. Typ: make rules-update")
    return lines


def _before(letters: Iterable[Told], again: Sequence[Told]) -> str:
    """What Welkom says while letters go again: nothing, or for news of the spelregels what stood there before it."""
    if any(one.act == WELCOME for one in again):
        return ""
    earlier = [one for one in letters if one.act in ACTS and one not in again and one.state in (READY, SENT)]
    return mark_of(earlier[-1].state, earlier[-1].day, earlier[-1].version).text if earlier else ""


def _concerned(letters: Iterable[Told], *, sent: bool, force: bool) -> list[Told]:
    """The letters that this is about: what is uncertain, else what may be meant."""
    every = list(letters)
    unsure = [one for one in every if one.state == UNCERTAIN]
    if unsure:
        return unsure
    others = (READY, REFUSED, WAITS) if sent else (REFUSED,)
    meant = [one for one in every if one.state in others]
    if not meant and force and not sent:
        meant = [one for one in every if one.state in (SENT, READY)][-1:]
    return meant


def _tells_of_doubt(cell: Cell) -> bool:
    """True for a row that another laptop left uncertain: our ledger knows nothing of it."""
    mark = read_mark(cell)
    return mark is not None and mark.state in (BUSY, UNCERTAIN, REFUSED)


def _nothing(nr: str, letters: list[Told], *, known: bool) -> Stop:
    if not letters and not known:
        return Stop(f"{nr} staat niet in het register.", "Kijk in de kolom Nr. Een nummer ziet eruit als D-0012.")
    if not letters:
        return Stop(f"Aan {nr} is nog niets verstuurd.", "Dat gebeurt vanzelf met: make sync")
    latest = letters[-1]
    when = f"{latest.day.day}-{latest.day.month}-{latest.day.year}"
    return Stop(
        f"Bij {nr} is niets onzeker: de laatste mail staat als {latest.state} op {when}.",
        f"Moet die toch nog een keer weg? Typ: make resend NR={nr} FORCE=1",
    )


def _nr(table: Table, index: int) -> str:
    cell = table.cell(index, "Nr")
    return cell.strip().upper() if isinstance(cell, str) else ""


def _step(table: Table, index: int, text: str, cell: Cell) -> SetCell:
    return SetCell(table.place(index, "Welkom"), text, cell)


def _write(workbook: Workbook, steps: list[SetCell]) -> None:
    if steps:
        with suppress(Changed):  # the next round tells the row, from the ledger
            workbook.write(steps)
