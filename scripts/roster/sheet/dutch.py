"""How days and numbers of things are written here, and what a sheet of another country makes of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from roster.sheet.table import Cell

DUTCH, TIME_ZONE = "nl_NL", "Europe/Amsterdam"

MONTH_FIRST = frozenset((
    "en", "en_US", "en_AS", "en_BI", "en_GU", "en_MH", "en_MP", "en_PH", "en_PR", "en_UM", "en_VI",
    "es_PA", "es_PR", "fil", "fil_PH", "ceb", "ceb_PH", "chr", "chr_US", "ee", "ee_GH", "ee_TG", "iu", "iu_CA",
    "lkt", "lkt_US", "om", "om_ET", "om_KE", "or", "or_IN", "ti", "ti_ER", "ti_ET", "xh", "xh_ZA",
))  # fmt: skip
"""Where a day is written month first, by Unicode's CLDR 49 (the shortest form of a day, order M d y).

Of countries that begin with the year nobody tells how 5-3-2026 is read, so that they are not doubted here.
"""

MONTH_FIRST_MESSAGE = "In dit Google-blad wordt een getypte 5-3-2026 gelezen als 3 mei."
MONTH_FIRST_REMEDY = (
    "Staat er ergens een let op bij een dag, kijk die dan eerst na. Kies daarna in het blad Bestand, Instellingen, "
    "en bij Landinstelling Nederland (in het Engels: File, Settings, Locale, Netherlands)."
)

_MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
)  # fmt: skip


def short_day(day: date) -> str:
    """A day as people type it: "5-3-2026"."""
    return f"{day.day}-{day.month}-{day.year}"


def short_moment(at: datetime) -> str:
    """A day with its time: "5-3-2026 14:30"."""
    return f"{short_day(at)} {at:%H:%M}"


def counted(number: int, one: str, more: str) -> str:
    """So many of something: "1 rij", "3 rijen"."""
    return f"{number} {one if number == 1 else more}"


def first_few(words: Sequence[str], most: int) -> str:
    """Words in a row; of many the first, and how many more there are: "Jan, Piet, Els en nog 4"."""
    more = f" en nog {len(words) - most}" if len(words) > most else ""
    return f"{', '.join(words[:most])}{more}"


def shown_number(mobile: str) -> str:
    """A number as people write it: 06-23456789, and a foreign one as it is."""
    return f"06-{mobile[4:]}" if mobile.startswith("+316") and len(mobile) == 12 else mobile


def reads_month_first(locale: str) -> bool:
    """True where a typed 5-3-2026 becomes 3 May; `locale` as Google writes it: "en_US"."""
    return locale in MONTH_FIRST


def in_words(known: date) -> str:
    """A day that cannot be read in two ways: "3 mei 2026"."""
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def turned_around(cell: Cell, read: date) -> date | None:
    """The day that may have been meant in a sheet that reads the month first; None where there is no doubt.

    Only what Google took for a day (a number) can have been turned around, and only where both ways give a day.
    """
    if isinstance(cell, bool | str) or not isinstance(cell, int | float) or read.day > 12 or read.day == read.month:
        return None
    return date(read.year, read.day, read.month)
