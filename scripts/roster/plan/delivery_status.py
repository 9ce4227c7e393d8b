"""What a row says of its letters, in Welkom and Vervolgmail: put into words here, and read from them again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache

from roster.sheet.dutch import short_day, short_moment
from roster.sheet.table import Cell, Table


class State(StrEnum):
    """How a message stands, in the words that its row tells it with.

    HAND is what a person told instead of a mail: that counts as sent, for ever. WAITS stands only in the ledger: a
    letter that has not left yet, of which the row says nothing. ALONE and AGAIN are of no letter: tab Logboek tells
    with them that somebody wants no mail, and that this was taken back; with FORGOTTEN that a Nr is nobody's any more.
    """

    READY = "klaargezet"
    SENT = "verstuurd"
    BUSY = "bezig"
    UNCERTAIN = "onzeker"
    REFUSED = "geweigerd"
    HAND = "met de hand"
    WAITS = "wacht"
    ALONE = "wil geen mail"
    AGAIN = "wil weer mail"
    FORGOTTEN = "vergeten"


BELIEVED = (State.HAND, State.SENT, State.READY, State.UNCERTAIN, State.BUSY, State.REFUSED, State.WAITS)
"""Of two words about how one message stands, the earlier in this list is believed."""

WISHES = (State.ALONE, State.AGAIN)
"""Of two of these the later one counts."""

NO_MAIL = "wil geen mail"
"""Told in the row of whoever asked to be left alone, behind what stood there."""

MAIL_AGAIN = "wil weer mail sinds"
"""Told likewise, with a moment, of whoever took that back: what another laptop heard before it counts no more."""

_WISH = re.compile(
    rf"(?:; *)?(?:(?P<no>{NO_MAIL})|{MAIL_AGAIN} (?P<at>\d{{1,2}}-\d{{1,2}}-\d{{4}} \d{{1,2}}:\d{{2}}))\s*$",
    re.IGNORECASE,
)

_SHAPE = re.compile(
    r"(?P<state>klaargezet|verstuurd|met de hand|bezig|onzeker|geweigerd)(?: sinds)?"
    r" (?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})"
    r"(?: (?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
    r"(?: \((?:(?P<nr>[A-Z]-\d+)(?:, (?=v)|(?=\))))?(?:versie (?P<version>[^()]+))?\))?"
    r"(?:: (?P<reason>.+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WelcomeMark:
    """How a letter stands, as its row tells it. `at` (hours and minutes) is told of one that is leaving.

    `nr` names the row that it is of, so that a mark that was copied or went astray tells itself. Marks of before it
    was named, and what a person told, have none. It is no part of what happened, so marks compare without it.
    """

    state: State
    day: date
    version: str = ""
    reason: str = ""
    at: time | None = None
    nr: str = field(default="", compare=False)

    def is_of(self, nr: str) -> bool:
        """False for the mark of another row than the one with this Nr."""
        return self.nr in ("", nr)

    @property
    def text(self) -> str:
        """The words for the cell, such as "klaargezet 23-11-2026 (D-0302, versie 1)"."""
        since = " sinds" if self.state in (State.BUSY, State.UNCERTAIN) else ""
        words = f"{self.state}{since} {short_day(self.day)}"
        if self.at is not None:
            words += f" {self.at:%H:%M}"
        nr = "" if self.state == State.HAND else self.nr
        version = (
            f"versie {self.version}" if self.state in (State.READY, State.SENT, State.HAND) and self.version else ""
        )
        if nr or version:
            words += f" ({', '.join(filter(None, (nr, version)))})"
        if self.state in (State.UNCERTAIN, State.REFUSED) and self.reason:
            words += f": {self.reason}"
        return words


def mark_in_row(table: Table, row: int, column: str, nr: str) -> WelcomeMark | None:
    """The mark in a row that goes by `nr`; None where there is none, or it was copied from another row.

    A copy is told by the row that it names, which says of itself how it stands. Where none does, the Nr of this very
    row was typed anew, and what it says counts: what it asks may have left.
    """
    mark = read_mark(table.cell(row, column))
    if mark is None or mark.is_of(nr):
        return mark
    for other in range(len(table.rows)):
        if other != row and table.cell(other, "Nr") == mark.nr:
            its_own = read_mark(table.cell(other, column))
            if its_own is not None and its_own.nr == mark.nr:
                return None
    return mark


def done_states(mail_done: str) -> tuple[State, ...]:
    """The states of a letter that needs nothing more, where the mailbox calls what it took `mail_done`."""
    return (State.READY, State.SENT, State.HAND) if mail_done == State.READY else (State.SENT, State.HAND)


def mark_of(state: State, day: date, version: str = "", reason: str = "", nr: str = "") -> WelcomeMark:
    """The mark of a letter that stands so since `day`, in the row with this Nr."""
    return WelcomeMark(state, day, version, reason, nr=nr)


def busy_since(moment: datetime, nr: str = "") -> WelcomeMark:
    """The mark of a letter that is leaving at this moment (local time)."""
    return WelcomeMark(State.BUSY, moment.date(), at=moment.time(), nr=nr)


def with_no_mail(cell: Cell) -> str:
    """What a cell says, with behind it that this person wants no mail."""
    return _with(cell, NO_MAIL)


def with_mail_again(cell: Cell, moment: datetime) -> str:
    """What a cell says, with behind it that this person takes mail again since `moment` (local time)."""
    return _with(cell, f"{MAIL_AGAIN} {short_moment(moment)}")


def keep_mail_again(cell: Cell, text: str) -> str:
    """A new text for a cell of somebody who takes mail, with what the cell says of that."""
    found = _wish_in(cell)
    return text if found is None or found["no"] else _with(text, found[0].lstrip("; "))


def keep_wish(cell: Cell, text: str) -> str:
    """A new text for a cell, with what the cell says of wanting no mail, or mail again."""
    found = _wish_in(cell)
    return text if found is None else _with(text, found[0].lstrip("; "))


def without_wish(cell: Cell) -> str:
    """What a cell says, without what it says of wanting no mail, or mail again."""
    return _WISH.sub("", " ".join(cell.split())).strip() if isinstance(cell, str) else ""


def says_no_mail(cell: Cell) -> bool:
    """True for a cell that says that this person wants no mail."""
    found = _wish_in(cell)
    return found is not None and found["no"] is not None


def mail_again_since(cell: Cell) -> datetime | None:
    """The moment (local time) since when this person takes mail again, as the cell tells; None where it does not."""
    found = _wish_in(cell)
    if found is None or found["no"]:
        return None
    try:
        return datetime.strptime(found["at"], "%d-%m-%Y %H:%M")
    except ValueError:
        return None


def _wish_in(cell: Cell) -> re.Match[str] | None:
    return _WISH.search(" ".join(cell.split())) if isinstance(cell, str) and "mail" in cell.casefold() else None


def _with(cell: Cell, wish: str) -> str:
    rest = without_wish(cell)
    return f"{rest}; {wish}" if rest else wish


@lru_cache(maxsize=1024)  # few days and versions, and a round asks for every row
def read_mark(cell: Cell) -> WelcomeMark | None:
    """What a cell says, or None where it is blank or says something that the software did not write."""
    if not isinstance(cell, str):
        return None
    shape = _SHAPE.fullmatch(cell) or _SHAPE.fullmatch(_WISH.sub("", " ".join(cell.split())))
    if shape is None:
        return None
    state, day, month, year, hour, minute, nr, version, reason = shape.groups("")
    try:
        since = date(int(year), int(month), int(day))
        at = time(int(hour), int(minute)) if hour else None
    except ValueError:
        return None
    return WelcomeMark(State(state.lower()), since, version, reason, at, nr.upper())


BETWEEN = "; "
"""What stands between two letters that one cell tells of."""

_TELLS_APART = re.compile(r":(?=\s)")


def group_named_in(act: str, group: str) -> str:
    """How a letter about somebody's place is called in the row: of which group it tells."""
    return f"{'beheerder van' if act == 'admin' else 'naar'} groep {plain(group)}"


def number_named(number: str) -> str:
    """How a letter about another number of the regiegroep is called in the row."""
    return f"regiegroep {plain(number)}"


def piece(what: str, state: State, day: date, reason: str = "", nr: str = "") -> str:
    """One letter as the row with this Nr tells it: "naar groep Tuindorp: verstuurd 28-11-2026 (D-0302)"."""
    return f"{what}: {mark_of(state, day, reason=reason.replace(';', ','), nr=nr).text}"


def tells_of(cell: Cell, what: str, nr: str) -> str:
    """The state of a letter by the name of `what`, as the cell of the row with this Nr tells it; "" where it does not.

    A cell that is busy names no letter, so it may be this one. What names another row was copied from there.
    """
    if not isinstance(cell, str):
        return ""
    mark = read_mark(cell)
    if mark is not None and mark.state == State.BUSY:
        return State.BUSY if mark.is_of(nr) else ""
    for one in cell.split(BETWEEN):
        named, letter_mark = _parts(one)
        if named == what.casefold() and letter_mark is not None and letter_mark.is_of(nr):
            return letter_mark.state
    return ""


def number_in_cell(cell: Cell, nr: str) -> tuple[str, WelcomeMark] | None:
    """Which number of the regiegroep the cell of the row with this Nr tells of, and how that stands; None for none."""
    for one in pieces(cell):
        named, _colon, said = one.partition(": ")
        mark = read_mark(said)
        if named.casefold().startswith("regiegroep ") and mark is not None and mark.is_of(nr):
            return named.partition(" ")[2], mark
    return None


def is_of(one: str, nr: str) -> bool:
    """False for what a cell says of another row's letter: it was copied from there."""
    _named, mark = _parts(one)
    return mark is None or mark.is_of(nr)


def same_piece(one: str, other: str) -> bool:
    """True for two that say the same of one letter, whether or not they name its row."""
    return _parts(one) == _parts(other)


def _parts(one: str) -> tuple[str, WelcomeMark | None]:
    named, _colon, said = one.strip().partition(": ")
    return named.casefold(), read_mark(said)


def mark_state(said: str) -> str:
    """The state that words such as "verstuurd 28-11-2026" tell of; "" for other words."""
    mark = read_mark(said)
    return "" if mark is None else mark.state


def pieces(cell: Cell) -> list[str]:
    """What a cell says, letter by letter; a cell that is busy says nothing that lasts."""
    if not isinstance(cell, str) or read_mark(cell) is not None:
        return []
    return [one.strip() for one in cell.split(BETWEEN) if one.strip()]


def plain(text: str) -> str:
    """What people typed, without what our own words are told apart by."""
    return " ".join(_TELLS_APART.sub(" ", text.replace(";", ",")).split())
