"""The ledger's messages: announced before they leave, told how they went, and settled by what people find out."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from sys import intern

from outside.ledger.database import writing
from outside.mail.mailbox import Outcome
from roster.plan.delivery_status import State, mark_of
from roster.plan.history import NO_NOTICE, SEEN, Message, MessageKey, Notice

FIRST_RETRY = timedelta(minutes=15)
LAST_RETRY = timedelta(days=1)
"""A letter that must wait is tried again after a quarter of an hour, and after four times as long each
time, up to a day. RFC 5321, 4.5.4.1: at least 30 minutes on average, and growing."""

_ADDRESS = re.compile(r"(?<!\S)[^\s@]*@\S*")

_RESOLVED_BY_HAND = (State.READY, State.UNCERTAIN, State.REFUSED, State.WAITS)
STATES = {state.value: state for state in State}

_SELECT = (
    "SELECT person, act, version, state, day, identities, address, reason, reported, group_name, role, number, at,"
    " {}, via, next_try FROM message LEFT JOIN notice USING (person, act, version)"
)


class MessageStore:
    """All messages, and what they told of people's places. Everything said to it lies on the disk when it returns."""

    def __init__(self, connection: sqlite3.Connection, today: date, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._today = today
        self._clock = clock
        self._last: str | None = None  # the latest moment that was remembered of a place, once that was asked

    def all(self) -> list[Message]:
        """Every one, by person; without its Message-ID, for which a planner has no use and thousands take room."""
        return self._read(_SELECT.format("''") + " ORDER BY person, act, version")

    def of_person(self, person: str) -> list[Message]:
        """All letters to whoever has or had this Nr, the latest last."""
        found = self._found("person LIKE ? || '%' ORDER BY changed_at, act", person)
        return [one for one in found if one.person == person or one.person.startswith(f"{person}-")]

    def to_address(self, address: str) -> list[Message]:
        """All letters to the address with this digest."""
        return self._found("address = ? ORDER BY changed_at, act", address)

    def in_state(self, state: State) -> list[Message]:
        """All letters that stand so, by person."""
        return [one for one in self._found("state = ? ORDER BY person, act", state) if one.state == state]

    def ready(self) -> list[tuple[MessageKey, str]]:
        """Every letter that lies ready, by person, with its Message-ID and nothing else: there may be very many."""
        asked = "SELECT person, act, version, message_id FROM message WHERE state = ? ORDER BY person, act"
        return [(row[:3], row[3]) for row in self._connection.execute(asked, (str(State.READY),))]

    def by_message_id(self, message_id: str) -> Message | None:
        """The letter with this Message-ID, or None where it is not one of ours."""
        return next(iter(self._found("message_id = ?", message_id)), None)

    def known(self, keys: Iterable[MessageKey]) -> dict[MessageKey, Message]:
        """What is known of these; one that is new is left out."""
        found = (self._found("person = ? AND act = ? AND version = ?", *key) for key in dict.fromkeys(keys))
        return {one.key: one for letters in found for one in letters}

    def addresses(self) -> list[str]:
        """The digests of all addresses that a letter ever went to, as far as is known."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT address FROM message WHERE address <> ''")]

    def tries(self, message_id: str) -> int:
        """How often this letter was handed over to its present address, the time in hand included."""
        row = self._connection.execute("SELECT attempts FROM message WHERE message_id = ?", (message_id,)).fetchone()
        return int(row[0]) if row else 0

    def unresolved(self) -> list[tuple[str, str]]:
        """Message-ID and mailbox of every letter that was announced, and of which no result was written."""
        return list(self._connection.execute("SELECT message_id, via FROM message WHERE state = 'bezig'"))

    def next_try(self) -> datetime | None:
        """When (UTC) the first of the letters that were put off may go again; None where none has to wait."""
        now = self._clock()
        row = self._connection.execute(
            "SELECT min(next_try) FROM message WHERE state = 'wacht' AND next_try > ? AND next_try <= ?",
            (now.isoformat(), (now + LAST_RETRY).isoformat()),
        ).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def book(self, results: Iterable[tuple[str, Outcome]], intents: Iterable[Message] = (), via: str = "") -> None:
        """Write down, at once, how letters went (by Message-ID) and which go next to the mailbox `via`.

        Raises RuntimeError for an intent of a letter that left already, or of which that is not certain:
        whoever asks for that would mail somebody twice.
        """
        now = self._clock()
        with writing(self._connection) as connection:
            for message_id, outcome in results:
                self._record(connection, message_id, outcome, now)
            for intent in intents:
                self._intend(connection, intent, via, now)

    def expect(self, intents: Iterable[Message], via: str) -> None:
        """Write down which letters are due, each with what its row will say; how they stand stays as it is."""
        now = self._clock().isoformat()
        with writing(self._connection) as connection:
            connection.executemany(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, 'wacht', '', ?, ?, ?, ?, 0, '', ?)"
                " ON CONFLICT (person, act, version) DO UPDATE SET reported = excluded.reported",
                [(*_row(one), via, self._today.isoformat(), now, now, one.reported) for one in intents],
            )

    def take_back(self, message_ids: Iterable[str]) -> None:
        """Write down that announced letters were not handed over after all; they are due again at once."""
        with writing(self._connection) as connection:
            connection.executemany(
                "UPDATE message SET state = 'wacht', next_try = '', attempts = max(0, attempts - 1)"
                " WHERE message_id = ? AND state = 'bezig'",
                [(message_id,) for message_id in message_ids],
            )

    def mark_sent(self, message_ids: Iterable[str]) -> None:
        """People know that these arrived, or sent them by hand. The day's limit counted what left already."""
        with writing(self._connection) as connection:
            self.set_state(connection, message_ids, State.SENT, _RESOLVED_BY_HAND)

    def mark_by_hand(self, letter: Message) -> None:
        """A person told this one instead of a mail. One of this kind that was refused, or that waited, is done."""
        day, now = self._today.isoformat(), self._clock().isoformat()
        with writing(self._connection) as connection:
            before = [one.message_id for one in self.known([letter.key]).values()]
            self.set_state(connection, before, State.SENT, _RESOLVED_BY_HAND)
            by_hand = letter._replace(message_id=f"{State.HAND} {letter.act} {letter.version} {letter.person}")
            connection.execute(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, 0, '', '')"
                " ON CONFLICT (person, act, version) DO UPDATE SET via = excluded.via",
                (*_row(by_hand), State.SENT, State.HAND, day, now, now),
            )
            self._keep_notice(connection, letter)

    def adopt(self, letters: Iterable[Message]) -> None:
        """A person here says something of these, that another computer let go; what is known already stays as it is."""
        now = self._clock().isoformat()
        with writing(self._connection) as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, 0, '', '')",
                [(*_row(one), *_as_kept(one.state), one.day.isoformat(), now, now) for one in letters],
            )

    def mark_due(self, message_ids: Iterable[str]) -> None:
        """These leave again with the next round, at once."""
        with writing(self._connection) as connection:
            of = (*_RESOLVED_BY_HAND, State.SENT, State.HAND)
            self.set_state(connection, message_ids, State.WAITS, of)

    def forget_reported(self, message_ids: Iterable[str]) -> None:
        """Their rows tell no more of how they stood: whatever is told of them from now on is another laptop's word."""
        with writing(self._connection) as connection:
            connection.executemany("UPDATE message SET reported = '' WHERE message_id = ?", [(i,) for i in message_ids])

    def set_state(
        self,
        connection: sqlite3.Connection,
        message_ids: Iterable[str],
        state: State,
        of: tuple[State, ...],
        reason: str = "",
    ) -> None:
        """Let letters that stand in one of the states `of` stand otherwise, with all else of this transaction.

        What their rows say of how they stood counts no more, also where it cannot be written over at once.
        """
        now = self._clock().isoformat()
        for message_id in message_ids:
            letter = self.by_message_id(message_id)
            if letter is None or letter.state not in of:
                continue
            if letter.state != State.WAITS:
                before = mark_of(letter.state, letter.day, letter.version).text
                connection.execute("UPDATE message SET reported = ? WHERE message_id = ?", (before, message_id))
            connection.execute(
                "UPDATE message SET state = ?, reason = ?, day = ?, changed_at = ?, next_try = '', attempts = 0"
                " WHERE message_id = ?",
                (state, reason, self._today.isoformat(), now, message_id),
            )

    def remember_sights(self, sights: Iterable[Message]) -> None:
        """Remember where people stand who were welcomed before that was remembered; what is known stays as it is."""
        now = self._next_moment()
        rows = [(one.person, *one.notice, one.day.isoformat(), now) for one in sights]
        if rows:
            with writing(self._connection) as connection:
                connection.executemany("INSERT OR IGNORE INTO sight VALUES (?, ?, ?, ?, ?, ?)", rows)

    def sights(self) -> list[Message]:
        """All that was remembered so."""
        rows = self._connection.execute("SELECT person, group_name, role, number, day, at FROM sight")
        return [
            Message(person, SEEN, "", State.SENT, date.fromisoformat(day), notice=Notice(group, role, number), at=at)
            for person, group, role, number, day, at in rows
        ]

    def latest(self) -> str:
        """The latest moment that was remembered of what anybody was told of his place; "" for none."""
        if self._last is None:
            asked = "SELECT max(at) FROM (SELECT at FROM notice UNION ALL SELECT at FROM sight)"
            self._last = str(self._connection.execute(asked).fetchone()[0] or "")
        return self._last

    def _next_moment(self) -> str:
        """The moment, or just after the last that was remembered: what comes later is later, whatever a clock says."""
        last = datetime.fromisoformat(self.latest() or "0001-01-01T00:00:00+00:00")
        self._last = max(self._clock(), last + timedelta(microseconds=1)).isoformat()
        return self._last

    def _keep_notice(self, connection: sqlite3.Connection, letter: Message) -> None:
        if any(letter.notice):
            row = (*letter.key, *letter.notice, self._next_moment())
            connection.execute("INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _record(self, connection: sqlite3.Connection, message_id: str, outcome: Outcome, now: datetime) -> None:
        next_try = ""
        if outcome.state == State.WAITS:
            if not outcome.give_up:  # this try tells nothing of the recipient
                connection.execute("UPDATE message SET attempts = attempts - 1 WHERE message_id = ?", (message_id,))
            tries = max(self.tries(message_id), 1)
            next_try = (now + min(FIRST_RETRY * 4 ** min(tries - 1, 5), LAST_RETRY)).isoformat()
        reason = _ADDRESS.sub("…", outcome.reason)
        changed = connection.execute(
            "UPDATE message SET state = ?, reason = ?, day = ?, changed_at = ?, next_try = ? WHERE message_id = ?",
            (outcome.state, reason, self._today.isoformat(), now.isoformat(), next_try, message_id),
        )
        if not changed.rowcount:
            raise RuntimeError("a result for a letter that was never announced")
        if outcome.state in (State.SENT, State.UNCERTAIN):
            connection.execute("INSERT INTO departure (at, message_id) VALUES (?, ?)", (now.isoformat(), message_id))

    def _intend(self, connection: sqlite3.Connection, intent: Message, via: str, now: datetime) -> None:
        changed = connection.execute(
            """INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, 'bezig', '', ?, ?, ?, ?, 1, '', '')
            ON CONFLICT (person, act, version) DO UPDATE SET
                message_id = excluded.message_id, identities = excluded.identities, state = 'bezig', reason = '',
                via = excluded.via, day = excluded.day, changed_at = excluded.changed_at, next_try = '',
                attempts = CASE WHEN message.address = excluded.address AND message.via = excluded.via
                    THEN message.attempts + 1 ELSE 1 END,
                address = excluded.address
            WHERE message.state IN ('wacht', 'geweigerd')
                OR (message.state = 'klaargezet' AND excluded.via <> 'klaargezet')""",
            (*_row(intent), via, self._today.isoformat(), now.isoformat(), now.isoformat()),
        )
        if not changed.rowcount:
            raise RuntimeError("a letter that left already, or may have, was announced again")
        self._keep_notice(connection, intent)

    def _found(self, where: str, *values: str) -> list[Message]:
        return self._read(f"{_SELECT.format('message_id')} WHERE {where}", *values)

    def _read(self, asked: str, *values: str) -> list[Message]:
        days: dict[str, date] = {}
        notices = {NO_NOTICE: NO_NOTICE}
        last_of_all = (self._clock() + LAST_RETRY).isoformat()
        found = []
        for row in self._connection.execute(asked, values):
            key: MessageKey = intern(row[0]), intern(row[1]), intern(row[2])
            stands, on, identities, address, reason, reported, *place, at, message_id, via, again = row[3:]
            day = days.get(on) or days.setdefault(on, date.fromisoformat(on))
            # What a person told instead is kept as sent, with by what means.
            state = State.HAND if stands == State.SENT and via == State.HAND else STATES[stands]
            notice = Notice(*place) if at else NO_NOTICE
            notice = notices.setdefault(notice, notice)
            # One that would wait longer than any was put off by a clock that was wrong.
            next_try = datetime.fromisoformat(again) if again and again <= last_of_all else None
            who = tuple(map(intern, identities.split()))
            found.append(
                Message(
                    *key, state, day, who, intern(address), reason, reported, notice, at or "", message_id, next_try
                )
            )
        return found


def _as_kept(state: State) -> tuple[State, str]:
    """A state and by what means it came to be, as they are kept."""
    return (State.SENT, State.HAND) if state == State.HAND else (state, "")


def _row(one: Message) -> tuple[str, str, str, str, str, str]:
    return (*one.key, one.message_id, one.address_mark, " ".join(one.identities))
