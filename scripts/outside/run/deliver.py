"""Hands letters to the mailbox, each exactly once: announced in ledger and sheet before, told after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from outside.console import progress
from outside.errors import Changed, Stop
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter, Mailbox, Outcome
from outside.run.letters import DeliveryLog, Letters, Spooled
from outside.run.log import event
from outside.run.ready_letters import lying_as
from outside.workbook import Workbook
from roster.plan.delivery_status import State, busy_since, keep_mail_again, mark_of, read_mark
from roster.plan.history import Message, MessageKey
from roster.plan.steps import CellStep, Send, SetCell, row_of_step
from roster.sheet.table import Cell, says

Tell = Callable[[Message, datetime], Iterable[CellStep]]
"""How a letter stands since a moment (local time), in; what tab Logboek must say of it, out."""

CHUNK = {State.SENT: 50, State.READY: 3_000}
"""Letters that are announced together in the rows of a register, as they leave or lie ready: a shared register counts
its calls. Of what really leaves there are few, for where a run breaks off among them, people must be asked."""

_WAITING = Outcome(State.WAITS)


def resolve(ledger: Ledger, mailbox: Mailbox) -> None:
    """Find out what became of the letters that an interrupted run had announced.

    Must run before the planners ask for the history. A letter for the outbox that is not there, or
    that never left it, is due again. One that was handed to another kind of mailbox cannot be known.
    """
    results: list[tuple[str, Outcome]] = []
    not_left: list[str] = []
    for message_id, via in ledger.messages.unresolved():
        if via == mailbox.done:
            outcome = mailbox.resolve(message_id)
        else:
            outcome = Outcome(State.UNCERTAIN, "de ronde brak af") if via == State.SENT else None
        if outcome is None:
            not_left.append(message_id)
        else:
            results.append((message_id, outcome))
    if results:
        ledger.messages.book(results)
    if not_left:
        ledger.messages.take_back(not_left)


class Round:
    """One round of the post: letters go chunk by chunk until all went, somebody says halt, or something fails.

    `numbers` are the Nr of new rows, by the row's key: where a letter really leaves its row is numbered first, so
    that it is known again whatever people change in it meanwhile.
    """

    def __init__(
        self,
        letters: Letters,
        posted: DeliveryLog,
        workbook: Workbook,
        mailbox: Mailbox,
        ledger: Ledger,
        *,
        halted: Callable[[], bool],
        numbers: Mapping[str, SetCell],
    ) -> None:
        self._letters, self._posted = letters, posted
        self._numbers = numbers
        self._logbook: Tell = lambda _message, _since: ()
        self._workbook, self._mailbox, self._ledger = workbook, mailbox, ledger
        self._halted = halted
        self._done: Callable[[int], None] = lambda _letters: None
        self._over = False
        self._behind: list[CellStep] = []

    def run(self, logbook: Tell) -> None:
        """Hand over the letters, and tell `logbook` of each.

        What went wrong stands in `posted`, never in an exception: some may have left.
        """
        what = "Mails versturen" if self._mailbox.done == State.SENT else "Mails klaarzetten"
        with progress(what, len(self._letters)) as done:
            self._done, self._logbook = done, logbook
            try:
                self._go_all()
            except Changed:
                self._posted.again = True
            except Stop as stop:
                self._posted.stop = stop
        self._posted.marks += self._behind

    def _go_all(self) -> None:
        # Another checkout may share a file as well.
        announces = self._workbook.shared or self._mailbox.done == State.SENT
        for chunk in self._letters.by(CHUNK[self._mailbox.done] if announces else self._mailbox.together):
            if self._over or self._halted():
                return
            if announces:
                self._go_announced(chunk)
            else:
                self._go(chunk, self._posted.marks, None)

    def _go_announced(self, chunk: Sequence[Spooled]) -> None:
        """Tell the rows that their letters are leaving, let go those whose rows said so, and tell how it went.

        The ledger hears of them first: a row that says "bezig" and is in no ledger is another laptop's.
        """
        since = self._ledger.moment()
        self._ledger.messages.expect(
            [self._message(one)._replace(reported=_busy(one.send, since)) for one in chunk], self._mailbox.done
        )
        cells = {
            one.send.mark: SetCell(one.send.mark, _while_busy(one.send, since), one.send.mark_was) for one in chunk
        }
        keys = dict.fromkeys(place.key for place in cells)
        numbers = [self._numbers[key] for key in keys if key in self._numbers]
        logged = [step for one in chunk for step in self._log(one, Outcome(State.BUSY), since)]
        announced = self._write_behind([*numbers, *cells.values(), *logged])
        self._posted.busy |= {one.send.mark: _busy(one.send, since) for one in chunk if one.send.shared_cell}
        places = {step.place for step in announced if isinstance(step, SetCell)}
        for one in chunk:
            if one.send.mark not in places:
                self._behind += self._log(one)
        try:
            self._go([one for one in chunk if one.send.mark in places], self._behind, since)
        except BaseException:
            if self._behind:
                self._write_behind([])
            raise

    def _write_behind(self, announced: Sequence[CellStep]) -> list[CellStep]:
        """Announce a chunk, and in the same write tell of the one before: a shared register counts its calls.

        Gives the announcements that stand. What was to be told stays in `_behind` where this raises.
        """
        behind = self._behind
        written = self._workbook.write([*behind, *announced])
        event("written", cells=len(written.done), left=len(written.left))
        self._behind = []
        of_before = set(behind)
        self._posted.written += [step for step in written.done if step in of_before and isinstance(step, SetCell)]
        self._posted.left += len(written.left) - len(written.merged)
        self._posted.merged += written.merged
        return [step for step in written.done if step not in of_before]

    def _go(self, chunk: Sequence[Spooled], marks: list[CellStep], since: datetime | None) -> None:
        """Let a chunk go, and gather what its rows must say; those of a shared register are busy `since` then.

        When something fails, the rows of letters that may or may not have left are left as they are: the next
        run knows more.
        """
        results: list[tuple[str, Outcome]] = []
        unsure = {one.message_id for one in chunk}
        try:
            self._hand_over(chunk, results)
            unsure.clear()
        except Stop:
            unsure &= {message_id for message_id, _via in self._ledger.messages.unresolved()}
            raise
        finally:
            ended = dict(results)
            for one in chunk:
                if one.message_id in ended or one.message_id not in unsure:
                    marks += self._mark(one, ended.get(one.message_id), since)
                    marks += self._log(one, ended.get(one.message_id, _WAITING))

    def _hand_over(self, chunk: Sequence[Spooled], results: list[tuple[str, Outcome]]) -> None:
        """Announce, deliver and book; `results` holds what is certain and lies in the ledger."""
        fresh: list[tuple[str, Outcome]] = []
        size = self._mailbox.together
        try:
            for start in range(0, len(chunk), size):
                group = chunk[start : start + size]
                letters = [self._letters.open(one) for one in group]
                if self._mailbox.done == State.READY:
                    self._ledger.files.remember_ready(
                        lying_as(one.send, letter, self._ledger) for one, letter in zip(group, letters, strict=True)
                    )
                self._ledger.messages.book(fresh, [self._message(one) for one in group], self._mailbox.done)
                results += fresh
                fresh = []
                for number, (one, letter) in enumerate(zip(group, letters, strict=True)):
                    if self._over or self._halted():
                        self._ledger.messages.take_back([late.message_id for late in group[number:]])
                        return
                    if one.send.after and not self._has_left(one.send.after):
                        self._ledger.messages.take_back([one.message_id])
                        continue
                    fresh.append((one.message_id, self._deliver(one, letter)))
                self._flush(fresh)
        finally:
            self._flush(fresh)
            if fresh:
                try:
                    self._ledger.messages.book(fresh)
                except Stop:
                    self._mark_uncertain(message_id for message_id, _outcome in fresh)
                    raise
            results += fresh

    def _has_left(self, key: MessageKey) -> bool:
        """True for a letter that left in this very try, or lies ready."""
        return self._posted.states.get(key) in (State.SENT, State.READY)

    def _flush(self, fresh: list[tuple[str, Outcome]]) -> None:
        """Make certain what was delivered. Where that fails nothing of it is booked: the next run looks."""
        try:
            self._mailbox.flush()
        except Stop:
            for message_id, _outcome in fresh:
                self._posted.ended.pop(message_id, None)
            fresh.clear()
            raise

    def _deliver(self, one: Spooled, letter: Letter) -> Outcome:
        try:
            outcome = self._mailbox.deliver(letter)
        except Stop:
            self._ledger.messages.take_back(
                [one.message_id]
            )  # a mailbox that stops has not let go of the letter in hand
            raise
        except BaseException:
            self._posted.ended[one.message_id] = self._message(one, Outcome(State.SENT))
            self._mark_uncertain([one.message_id])
            raise
        if outcome.pause is not None:
            self._ledger.departures.pause_until(self._ledger.now() + outcome.pause)
            self._over = True
        elif outcome.give_up and self._ledger.messages.tries(one.message_id) >= outcome.give_up:
            outcome = Outcome(State.REFUSED, outcome.reason)
        event("letter", nr=one.send.person, kind=one.send.act, state=outcome.state)
        self._posted.ended[one.message_id] = self._message(one, outcome)
        if one.send.shared_cell:
            self._posted.together[one.send.mark] = one.send.mark_was
        self._done(1)
        return outcome

    def _mark_uncertain(self, message_ids: Iterable[str]) -> None:
        """These may have left, and the ledger could not be told: they are uncertain, as the next round will find."""
        ended = self._posted.ended
        for message_id in message_ids:
            if self._mailbox.done == State.SENT:
                ended[message_id] = ended[message_id]._replace(state=State.UNCERTAIN)
            else:
                ended.pop(message_id, None)  # the outbox shows whether it lies there

    def _message(self, one: Spooled, outcome: Outcome = _WAITING) -> Message:
        """A letter as the ledger knows it: as it is announced, or with how it went."""
        send, ledger = one.send, self._ledger
        return Message(
            *send.key,
            outcome.state,
            ledger.today,
            send.identities,
            ledger.address_mark(send.to_address),
            outcome.reason,
            notice=send.notice,
            at=ledger.messages.latest(),
            message_id=one.message_id,
        )

    def _log(self, one: Spooled, outcome: Outcome = _WAITING, since: datetime | None = None) -> list[CellStep]:
        """What tab Logboek must say now of a letter that is leaving, that ended so, or that did not leave."""
        steps = list(self._logbook(self._message(one, outcome), since or self._ledger.moment()))
        self._posted.logged.update(map(row_of_step, steps))
        return steps

    def _mark(self, one: Spooled, outcome: Outcome | None, since: datetime | None) -> list[SetCell]:
        """What a row must say now. One whose letter did not leave says what it said before it was announced."""
        send = one.send
        if send.shared_cell:
            return []
        was = send.mark_was if since is None else _while_busy(send, since)
        if outcome is not None and outcome.state != State.WAITS:
            mark = mark_of(outcome.state, self._ledger.today, send.version, outcome.reason, send.mark_nr)
            text = keep_mail_again(send.mark_was, mark.text)
        elif since is None and not _is_busy(send.mark_was):
            return []
        else:
            text = send.mark_was if isinstance(send.mark_was, str) and not _is_no_more(send) else ""
            text = keep_mail_again(send.mark_was, text)
        # What a letter did is written also where it stands there already: the plan may mean to wipe it out.
        stays = outcome is None or outcome.state == State.WAITS
        return [] if stays and says(was, text) else [SetCell(send.mark, text, was)]


def _busy(send: Send, since: datetime) -> str:
    return busy_since(since, send.mark_nr).text


def _while_busy(send: Send, since: datetime) -> str:
    """What a row says while its letter leaves; a cell that tells of several letters says nothing else."""
    busy = _busy(send, since)
    return busy if send.shared_cell else keep_mail_again(send.mark_was, busy)


def _is_no_more(send: Send) -> bool:
    """True where the row said that a letter was leaving, or bore the mark of a row that it was copied from."""
    mark = read_mark(send.mark_was)
    return mark is not None and (mark.state == State.BUSY or (send.act == "welcome" and mark.state == State.SENT))


def _is_busy(cell: Cell) -> bool:
    """True for a row that an interrupted run left so."""
    mark = read_mark(cell)
    return mark is not None and mark.state == State.BUSY
