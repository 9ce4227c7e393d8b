"""Addresses: postcodes, house numbers, and where a street ends and its house number begins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from roster.cells.text import Unreadable, plain_digits, text, whole_number
from roster.sheet.table import Cell

_POSTCODE = re.compile(r"(?:NL[- ]?)?([1-9][0-9]{3})[- .]?([A-Z]{2})")
_NEVER = frozenset({"SA", "SD", "SS"})  # PostNL gives these letters to no postcode
_POSTCODE_REMEDY = "Typ vier cijfers en twee letters, bijvoorbeeld 1234 AB."


def postcode(cell: Cell) -> str | None:
    """The postcode as "1781 AB", None if blank; `Unreadable` without its letters or with impossible ones."""
    if cell is None:
        return None
    typed = plain_digits(text(cell)).upper().strip(" .,'")
    found = _POSTCODE.fullmatch(typed)
    if found is not None:
        digits, letters = found.groups()
        if letters in _NEVER:
            raise Unreadable("Deze postcode bestaat niet: SA, SD en SS komen niet voor.", _POSTCODE_REMEDY)
        return f"{digits} {letters}"
    if not text(cell):
        return None
    if re.fullmatch(r"[1-9][0-9]{3}", typed):
        raise Unreadable("De letters van de postcode ontbreken.", _POSTCODE_REMEDY)
    if re.fullmatch(r"0[0-9]{3} ?[A-Z]{2}", typed):
        raise Unreadable("Een postcode begint niet met een 0.", _POSTCODE_REMEDY)
    raise Unreadable("Dit is geen postcode.", _POSTCODE_REMEDY)


class HouseNumber(NamedTuple):
    """A house number and what stands behind it: "a", "hs", "A2", "-14" (a range), "/3"; "" for nothing."""

    number: int
    suffix: str = ""

    def __str__(self) -> str:
        """The house number as it is written: "12a"."""
        return f"{self.number}{self.suffix}"


_NUMBER_REMEDY = "Typ het huisnummer, bijvoorbeeld 12 of 12a."
_ADDITION = (
    r"bis|huis|rood|zwart|boven|beneden|onder|achter|voor|links|rechts|hoog|etage|verd|verdieping|kelder|winkel|bedrijf"
    r"|unit|kamer|studio|souterrain|parterre|begane[ -]?grond|app?artement|apartement|woning|flat|zolder|tuinhuis"
    r"|(?:boven|beneden|hoek|tussen)(?:woning|huis)|woonboot|ligplaats|steiger|box|loods|hal|gebouw|blok|toren|garage"
    r"|bungalow|chalet|caravan|stacaravan|eerste|tweede|derde|vierde|linker|rechter|midden|[ivx]{1,4}"
)
_PIECE = rf"(?:(?!(?:en|of)\b)(?:{_ADDITION}|[a-z]{{1,3}})(?:[ .-]?[0-9]{{1,4}})?|[0-9]{{1,4}}[a-z]{{0,3}})"
_HOUSE = re.compile(
    r"(?:(?:huisnummer|huisnr|nummer|nr|no)\b[.:]? ?|# ?)?"
    r"(?P<number>[0-9]{1,5})(?![0-9]|[.,][0-9])"
    rf"(?:(?P<to> ?(?:-|t/m|tot en met|/)? ?| ?\. ?(?=[a-z]))(?P<more>{_PIECE}(?:[ ./-]{{1,2}}{_PIECE}){{0,2}})\.?)?",
    re.IGNORECASE,
)
_COMMON = re.compile(r"([1-9][0-9]{0,4})([A-Za-z]?)")
_MONTHS = frozenset(("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"))
_DATE_SERIALS = range(36526, 73051)  # 1-1-2000 to 1-1-2100 as a spreadsheet counts days


def house_number(cell: Cell) -> HouseNumber | None:
    """The house number and its addition, None if blank: 12, 12.0, "12a", "12 A", "12-14", "nr 12", "12 hs".

    Of a range the first number counts, the rest is the suffix. `Unreadable`: no number, more than five
    digits, a decimal fraction, a postcode, and what a spreadsheet made a date of (12-2).
    """
    if cell is None:
        return None
    if isinstance(cell, date | datetime | time | timedelta):
        raise _made_a_date()
    if isinstance(cell, int | float):
        return _house_of_number(cell)
    if not isinstance(cell, str):
        raise Unreadable("Hier staat geen huisnummer.", _NUMBER_REMEDY)
    common = _COMMON.fullmatch(cell)
    if common is not None:
        return HouseNumber(int(common[1]), common[2])
    typed = plain_digits(text(cell)).strip(" .,;'\"")
    if not typed:
        if text(cell):
            raise Unreadable("Hier staat geen huisnummer.", _NUMBER_REMEDY)
        return None
    if re.fullmatch(r"[0-9]{1,5}[.,]0", typed):
        typed = typed[:-2]  # a number cell that became text
    found = _HOUSE.fullmatch(typed)
    if found is None or int(found["number"]) == 0:
        raise _no_house_number(typed)
    more = found["more"] or ""
    if re.split(r"[ .-]", more.casefold())[0] in _MONTHS or re.fullmatch(r"[0-9]{1,2}[-/ ](?:[0-9]{4}|[0-9]{2})", more):
        raise _made_a_date()
    if re.fullmatch(r"[1-9][0-9]{3} ?[A-Z]{2}", typed) and not re.search(r"(?i:hs|bg|zw|rd|bv|hg|ii|iv|vi)$", typed):
        raise Unreadable("Dit lijkt een postcode, geen huisnummer.", _NUMBER_REMEDY)
    return HouseNumber(int(found["number"]), _suffix(found["to"] or "", more))


def _suffix(between: str, more: str) -> str:
    if not more or not more[0].isdigit():
        return more
    return ("/" if "/" in between and "m" not in between.casefold() else "-") + more


def _house_of_number(cell: float) -> HouseNumber:
    number = whole_number(cell)
    if number is None or not 0 < number < 100000:
        raise Unreadable("Dit is geen huisnummer.", _NUMBER_REMEDY)
    if number in _DATE_SERIALS:
        raise _made_a_date()
    return HouseNumber(number)


def _made_a_date() -> Unreadable:
    return Unreadable(
        "Het rekenblad heeft van dit huisnummer een datum gemaakt.",
        "Maak de cel op als tekst, en typ het huisnummer opnieuw, bijvoorbeeld 12-2.",
    )


def _no_house_number(typed: str) -> Unreadable:
    if not any(mark.isdigit() for mark in typed):
        return Unreadable("Hier staat geen huisnummer.", _NUMBER_REMEDY)
    if re.match(r"[0-9]{6}", typed):
        return Unreadable("Dit huisnummer heeft te veel cijfers.", _NUMBER_REMEDY)
    if re.search(r"[0-9] ?(?:en|of|&|\+|,|;) ?[0-9]", typed, re.IGNORECASE):
        return Unreadable("Hier staan twee huisnummers.", "Laat er één staan.")
    return Unreadable("Dit huisnummer is niet te lezen.", _NUMBER_REMEDY)


_TAIL = re.compile(r"(?<=[^\W\d_])(?=[0-9])|(?<=[ .,])(?=(?:nr|no|nummer|huisnr)\b\.? ?[0-9])|(?<=[ .,])(?=[0-9])")
_YEARS = range(1500, 2100)


def street_splits(typed: str) -> list[tuple[str, str]]:
    """All ways to read the text as a street and a house number, the longest street first.

    The first is always the whole text and no house number: "Plein 1945" is a street. Every house
    number in the list can be read by `house_number`.
    """
    whole = text(typed)
    splits = [(whole, "")]
    for found in reversed(list(_TAIL.finditer(whole))):
        street, tail = whole[: found.start()].rstrip(" .,"), whole[found.start() :]
        if any(mark.isalpha() for mark in street) and _reads(tail):
            splits.append((street if not whole[: found.start()].rstrip(" ,").endswith(".") else street + ".", tail))
    return splits


def _reads(tail: str) -> bool:
    try:
        return house_number(tail) is not None
    except Unreadable:
        return False


def split_street(typed: str) -> tuple[str, str]:
    """The likeliest street and house number ("" if there is none): "Kerkstraat 12a" -> ("Kerkstraat", "12a").

    A lone year belongs to the street: "Plein 1945", "Laan 1940-1945 12" -> ("Laan 1940-1945", "12").
    Whoever has a table of streets asks `street_splits` instead.
    """
    splits = street_splits(typed)
    for street, tail in reversed(splits[1:]):
        number = house_number(tail)
        if number is not None and number.number not in _YEARS:
            return street, tail
    return splits[0]


def place_behind(places: Iterable[str]) -> re.Pattern[str]:
    """Matches an address with a postcode or one of these places behind it; all of it folded (`sheet.table.fold`)."""
    known = "|".join(sorted(map(re.escape, places), key=len, reverse=True)) or "(?!)"
    return re.compile(
        r"(?P<street>.*?[^ ,(])(?:[ ,(]+(?P<postcode>[1-9][0-9]{3} ?[a-z]{2}))?"
        rf"(?:[ ,(]+(?:te )?(?P<place>{known}))?[ .,)]*"
    )
