"""Days: dates as people type them in Dutch order, as cells, or as a spreadsheet's serial number."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from roster.cells.text import Unreadable, text
from roster.sheet.table import Cell

_EPOCH = date(1899, 12, 30)  # day 0 of Excel's and Google's serial numbers (1900 system)
_FIRST = date(2000, 1, 1)
_AHEAD = timedelta(days=3653)  # ten years
_REMEDY = "Typ de datum als dag-maand-jaar, bijvoorbeeld 5-3-2026."

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb febr february",
            "maart mrt maa mar march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "augustus aug august",
            "september sep sept",
            "oktober okt oct october",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "maandag ma maa mon monday",
            "dinsdag di din tue tuesday",
            "woensdag wo woe wed wednesday",
            "donderdag do don thu thursday",
            "vrijdag vr vri fri friday",
            "zaterdag za zat sat saturday",
            "zondag zo zon sun sunday",
        )
    )
    for name in names.split()
}

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u2032\u02bc\u00b4`"), "'")  # as a phone or Word types '26
_GAP = r"(?: ?[-\u2013/.\\] ?| )"
_TIME = (
    r"(?:(?:[ ,]+(?:om )?|t)(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d(?:[.,]\d+)?)?(?: ?u(?:ur)?\.?)?"
    r"(?:z|[+-]\d\d:?\d\d)?)?"
)
_NUMERIC = re.compile(rf"(?P<day>\d{{1,2}}){_GAP}(?P<month>\d{{1,2}}){_GAP}(?P<year>\d{{4}}|'?\d{{2}}){_TIME}")
_ISO = re.compile(rf"(?P<year>\d{{4}}){_GAP}(?P<month>\d{{1,2}}){_GAP}(?P<day>\d{{1,2}}){_TIME}")
_WORDS = re.compile(
    rf"(?P<day>\d{{1,2}})(?:e|de|ste)?[-. /]*(?P<month>[a-z]{{3,9}})[-., /]*(?P<year>\d{{4}}|'?\d{{2}}){_TIME}"
)
_WEEKDAY = re.compile(r"([a-z]{2,9})[.,]* (?=\d)")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")


def day(cell: Cell, today: date) -> date | None:
    """The day in the cell, None if blank; a time behind it is dropped.

    Understood: 5-3-2026, 05/03/26, 5.3.2026, 2026-03-05, 5 maart 2026, do 5 mrt 26, cells that hold
    a date, and days since 1899-12-30 (46086). Day comes before month, always. `Unreadable`: days
    that do not exist, a weekday that is another, no day or no year, before 2000, over ten years after `today`.
    """
    if isinstance(cell, str):
        return _day_of_text(cell, today)
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return _sensible(cell.date(), today)
    if isinstance(cell, date):
        return _sensible(cell, today)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _sensible(_day_of_serial(cell), today)
    raise Unreadable("Hier staat geen datum.", _REMEDY)


@lru_cache(maxsize=8192)
def _day_of_text(cell: str, today: date) -> date | None:
    typed = text(cell).translate(_APOSTROPHES).casefold().strip(" .,'")
    if not typed:
        if text(cell):
            raise Unreadable("Hier staat geen datum.", _REMEDY)
        return None
    weekday = _WEEKDAY.match(typed)
    named = _WEEKDAYS.get(weekday.group(1)) if weekday else None
    rest = typed[weekday.end() :] if weekday and named is not None else typed
    if _SERIAL.fullmatch(rest):
        return _sensible(_day_of_serial(float(rest.replace(",", "."))), today)
    found = _NUMERIC.fullmatch(rest) or _ISO.fullmatch(rest) or _WORDS.fullmatch(rest)
    if found is None:
        raise _no_day(rest)
    read = _sensible(_day_of_parts(found["day"], found["month"], found["year"]), today)
    if named is not None and read.weekday() != named:
        raise Unreadable("De dag van de week hoort niet bij deze datum.", _REMEDY)
    return read


def _day_of_parts(day_typed: str, month_typed: str, year_typed: str) -> date:
    month = int(month_typed) if month_typed.isdecimal() else _MONTHS.get(month_typed)
    if month is None:
        raise Unreadable("De naam van de maand is niet te lezen.", _REMEDY)
    year = int(year_typed.lstrip("'"))
    number = int(day_typed)
    try:
        return date(year if len(year_typed) == 4 else 2000 + year, month, number)
    except ValueError:
        pass
    if month > 12 and 1 <= number <= 12:
        raise Unreadable("Dag en maand staan omgekeerd, of de maand bestaat niet.", _REMEDY)
    raise Unreadable("Deze dag bestaat niet.", _REMEDY)


def _day_of_serial(number: float) -> date:
    if not 20000 <= number < 100000:  # the years 1954 to 2173; also refuses NaN
        raise Unreadable("Dit getal is geen datum.", _REMEDY)
    return _EPOCH + timedelta(days=int(number))


def _sensible(read: date, today: date) -> date:
    if read < _FIRST:
        raise Unreadable("Deze datum ligt voor het jaar 2000.", _REMEDY)
    if (read - today) > _AHEAD:
        raise Unreadable("Deze datum ligt meer dan tien jaar in de toekomst.", _REMEDY)
    return read


def _no_day(typed: str) -> Unreadable:
    words = re.findall(r"[a-z]+", typed)
    if len(words) == 1 and words[0] in _MONTHS:
        if re.fullmatch(r"\d{1,2}\D+", typed):
            return Unreadable("Het jaar ontbreekt.", _REMEDY)
        if re.fullmatch(r"\D+\d{4}", typed):
            return Unreadable("De dag van de maand ontbreekt.", _REMEDY)
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}", typed):
        return Unreadable("Het jaar ontbreekt.", _REMEDY)
    if re.fullmatch(r"(?:\d{1,2}[-/.])?\d{4}(?:[-/.]\d{1,2})?", typed):
        return Unreadable("Dit is geen hele datum: de dag of de maand ontbreekt.", _REMEDY)
    return Unreadable("Hier staat geen datum die te lezen is.", _REMEDY)
