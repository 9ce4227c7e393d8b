"""What a row says of its welcome: put into words here, and read from them again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from roster.table import Cell

READY = "klaargezet"
SENT = "verstuurd"
BUSY = "bezig"
UNCERTAIN = "onzeker"
REFUSED = "geweigerd"
WAITS = "wacht"
"""Only in the ledger: a letter that has not left yet. Its row says nothing of it."""

NO_MAIL = "wil geen mail"
"""Told in the row of whoever asked to be left alone, behind what stood there."""

_NO_MAIL = re.compile(rf"(?:; *)?{NO_MAIL}\s*$", re.IGNORECASE)

_SHAPE = re.compile(
    r"(?P<state>klaargezet|verstuurd|bezig|onzeker|geweigerd)(?: sinds)?"
    r" (?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})"
    r"(?: (?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
    r"(?: \(versie (?P<version>[^()]+)\))?"
    r"(?:: (?P<reason>.+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WelcomeMark:
    """How a letter stands, as its row tells it. `at` (hours and minutes) is told of one that is leaving."""

    state: str
    day: date
    version: str = ""
    reason: str = ""
    at: time | None = None

    @property
    def text(self) -> str:
        """The words for the cell, such as "klaargezet 23-11-2026 (versie 1)"."""
        since = " sinds" if self.state in (BUSY, UNCERTAIN) else ""
        told = f"{self.state}{since} {self.day.day}-{self.day.month}-{self.day.year}"
        if self.at is not None:
            told += f" {self.at:%H:%M}"
        if self.state in (READY, SENT) and self.version:
            told += f" (versie {self.version})"
        if self.state in (UNCERTAIN, REFUSED) and self.reason:
            told += f": {self.reason}"
        return told


def mark_of(state: str, day: date, version: str = "", reason: str = "") -> WelcomeMark:
    """The mark of a letter that stands so since `day`."""
    return WelcomeMark(state, day, version, reason)


def busy_since(moment: datetime) -> WelcomeMark:
    """The mark of a letter that is leaving at this moment (local time)."""
    return WelcomeMark(BUSY, moment.date(), at=moment.time())


def with_no_mail(cell: Cell) -> str:
    """What a cell says, with behind it that this person wants no mail."""
    told = _NO_MAIL.sub("", cell).strip() if isinstance(cell, str) else ""
    return f"{told}; {NO_MAIL}" if told else NO_MAIL


@lru_cache(maxsize=1024)  # few days and versions, and a round asks for every row
def read_mark(cell: Cell) -> WelcomeMark | None:
    """What a cell says, or None where it is blank or says something that the software did not write."""
    shape = _SHAPE.fullmatch(_NO_MAIL.sub("", " ".join(cell.split()))) if isinstance(cell, str) else None
    if shape is None:
        return None
    try:
        day = date(int(shape["year"]), int(shape["month"]), int(shape["day"]))
        at = time(int(shape["hour"]), int(shape["minute"])) if shape["hour"] else None
    except ValueError:
        return None
    return WelcomeMark(shape["state"].lower(), day, shape["version"] or "", shape["reason"] or "", at)
