"""Takes a wish to be left alone for what it is: proven, to be asked about, or a stranger's; and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import say, warn
from outside.errors import Changed, Stop
from outside.inbox.message import spellings_of
from outside.inbox.unsubscribe import StopAsked
from outside.ledger.ledger import Ledger
from outside.run.prepare import look_up
from outside.workbook import Workbook
from roster.messages.audience import again_since, wants_no_mail
from roster.messages.recipient_history import recipient_history_of
from roster.model import Member
from roster.plan.delivery_status import State, with_mail_again, with_no_mail
from roster.plan.steps import CellStep, SetCell, View
from roster.planners.logbook_tab import LogbookRows
from roster.reading.row_ids import number_typed
from roster.sheet.table import Cell, says

SHOWN = 20
"""So many questions are put at once; somebody who forges mail must not fill the screen."""


@dataclass(slots=True)
class People:
    """Who stands in the register, by the digest of an address: the Nr's, and since when a row takes a wish back.

    `today` are the addresses (digests) that whoever was mailed at an earlier one has by now.
    """

    numbers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    again: Mapping[str, datetime] = field(default_factory=dict)
    today: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def earlier(self, marks: set[str]) -> set[str]:
        """The addresses that nobody has any more, and that belonged to who has one of these."""
        return {old for old, now in self.today.items() if old not in self.numbers and not marks.isdisjoint(now)}


def people_of(view: View) -> People:
    """Who stands in the register of a view."""
    numbers: dict[str, list[str]] = {}
    again: dict[str, datetime] = {}
    today: dict[str, list[str]] = {}
    recipients = recipient_history_of(view)
    for member in view.roster.members:
        if member.email:
            mark = view.history.address_mark(member.email)
            numbers.setdefault(mark, []).append(member.nr)
            since = again_since(member, view)
            if since is not None:
                again[mark] = max(since, again.get(mark, since))
            for old in {one.address_mark for one in recipients.letters_of_row(member)} - {mark, ""}:
                today.setdefault(old, []).append(mark)
    return People(numbers, again, today)


def address_of_wish(wish: StopAsked, ledger: Ledger, people: People) -> tuple[str, bool]:
    """The digest of the address that a wish is about ("" where nobody can tell), and whether it is proven.

    Proven is what carries the token of a letter of ours, what answers a letter of ours to that very address, and
    what our own provider vouches for. From alone proves nothing: anybody can write it.
    """
    known = dict.fromkeys((*people.numbers, *ledger.messages.addresses()))
    meant = next((mark for mark in known if ledger.token_of(mark) == wish.token), "") if wish.token else ""
    if meant:
        return meant, True
    letters = [letter for name in wish.quoted if (letter := ledger.messages.by_message_id(name)) is not None]
    for mark in map(ledger.address_mark, spellings_of(wish.address)):
        if mark in known:
            return mark, wish.vouched or any(letter.address_mark == mark for letter in letters)
    if letters:
        return letters[0].address_mark, False
    return next((mark for mark, numbers in people.numbers.items() if wish.nr in numbers), ""), False


def is_old_news(wish: StopAsked, mark: str, people: People) -> bool:
    """True for a wish that was written before it was taken back, as the row tells: another laptop heard it."""
    since = people.again.get(mark)
    return since is not None and wish.sent is not None and wish.sent < since


def numbers_of(mark: str, ledger: Ledger, people: People) -> list[str]:
    """The Nr's of whoever has or had the address with this digest."""
    return list(people.numbers.get(mark, ())) or sorted({one.person for one in ledger.messages.to_address(mark)})


def ask_about_wishes(ledger: Ledger, people: People) -> None:
    """Put every question that was not answered yet."""
    open_ones = [(mark, numbers) for mark in ledger.replies.asked() if (numbers := numbers_of(mark, ledger, people))]
    for _mark, numbers in open_ones[:SHOWN]:
        nr = numbers[0]
        warn(f"  {' en '.join(numbers)}: er kwam een mail die om geen mail meer vraagt.")
        warn("    Onzeker is of die echt van hem of haar komt.", "plain")
        warn(f"    Kijk in het postvak, of vraag het. Klopt het? Typ: make no-mail NR={nr}", "plain")
        warn(f"    Klopt het niet? Typ: make no-mail NR={nr} UNDO=yes", "plain")
    if len(open_ones) > SHOWN:
        warn(f"  Zo zijn er nog {len(open_ones) - SHOWN}. Die ziet u als deze zijn beantwoord, met: make bounces")


def record_wish(settings: Settings, choices: Choices, typed: str, *, undo: bool) -> int:
    """Somebody wants no more mail, or takes that back: told to ledger and row. The exit code."""
    nr = number_typed(typed)
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        view = look_up(workbook, settings, choices, ledger).view
        members = [member for member in view.roster.members if member.nr == nr]
        marks = {ledger.address_mark(member.email) for member in members if member.email}
        letters = ledger.messages.of_person(nr)
        if not members and not letters:
            raise Stop(f"{nr} staat niet in het register.", "Kijk in de kolom Nr. Een nummer ziet eruit als D-0012.")
        if not marks:  # the row is gone, or its address
            marks = {letter.address_mark for letter in letters}
        earlier = people_of(view).earlier(marks)  # a question may have come from there
        # Who shares the address shares the wish: else one row would say again what was taken back in the other.
        members = [one for one in view.roster.members if one in members or _mark(one, ledger) in marks]
        if undo:
            _take_back(nr, members, marks, earlier, view, workbook, ledger)
        else:
            ledger.replies.do_not_mail(sorted(marks), earlier)
            with suppress(Changed):  # the next round tells row and tab, from the ledger
                workbook.write(_steps(members, view, with_no_mail, State.ALONE, _local(ledger)))
            say(f"{nr}: krijgt geen mail meer. Terugnemen kan met: make no-mail NR={nr} UNDO=yes")
    return 0


def _mark(member: Member, ledger: Ledger) -> str:
    return ledger.address_mark(member.email) if member.email else ""


def _take_back(
    nr: str,
    members: Sequence[Member],
    marks: set[str],
    earlier: set[str],
    view: View,
    workbook: Workbook,
    ledger: Ledger,
) -> None:
    """Row and tab first: only by those do other laptops hear of it."""
    if any(member.no_mail is not False for member in members):
        raise Stop(
            f"Bij {nr} is de kolom Geen mail ingevuld, dus er gaat geen mail.", "Maak die cel leeg, en typ dit weer."
        )
    wanted = bool(marks & ledger.replies.wishes().keys()) or any(wants_no_mail(member, view) for member in members)
    if wanted:
        now = _local(ledger)
        steps = _steps(members, view, lambda cell: with_mail_again(cell, now), State.AGAIN, now)
        busy = Stop("Het register wordt net gewijzigd. Er is niets opgeschreven.", "Typ het straks nog eens.", code=3)
        try:
            if workbook.write(steps).left:
                raise busy
        except Changed:
            raise busy from None
    ledger.replies.mail_again(
        sorted(marks | earlier | {letter.address_mark for letter in ledger.messages.of_person(nr)})
    )
    say(f"{nr}: mag weer mail krijgen." if wanted else f"{nr}: er is niets veranderd; deze persoon mag mail krijgen.")


def _local(ledger: Ledger) -> datetime:
    return ledger.now().astimezone().replace(tzinfo=None)


def _steps(
    members: Sequence[Member], view: View, text: Callable[[Cell], str], state: State, since: datetime
) -> list[CellStep]:
    """What tells the row of each, and tab Logboek."""
    rows = LogbookRows(view)
    steps: list[CellStep] = []
    for member in members:
        cell = view.roster.cell(member.place, "Welkom")
        if not says(cell, text(cell)):
            steps.append(SetCell(member.place.at("Welkom"), text(cell), cell))
        steps += rows.wish(member, state, since)
    return steps
