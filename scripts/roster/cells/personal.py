"""Finds in a running text what may tell of somebody: telephone numbers and number plates."""

from __future__ import annotations

import re
from collections.abc import Iterable

from roster.cells.text import plain_digits, text

_GAP = r"[ ().\-/]{0,3}"
_NUMBER = re.compile(
    rf"(?<![\d+])(?:\+{_GAP}\d(?:{_GAP}\d){{7,13}}|00[1-9](?:{_GAP}\d){{8,12}}|0(?:{_GAP}\d){{9}}"
    r"|6[ -]?\d{4}[ -]?\d{4})(?!\d)"
)
"""Abroad with + or 00, at home ten digits, and a mobile that lost its zero."""

_SERVICE = re.compile(r"(?<!\d)0[89]00[ -]?\d{4}(?:\d{3})?(?!\d)|(?<![\w-])112(?![\w-])")
"""112, 0900-8844 and the like: nobody's own."""

_MONTHS = "jan|feb|mrt|maart|apr|mei|jun|jul|aug|sep|sept|okt|nov|dec"
_MOMENT = re.compile(
    rf"(?<![\d+])(?<!\d[-/.])(?:(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[012]|(?:{_MONTHS})\w*)[-/.](?:\d{{4}}|\d\d)"
    r"|\d{4}-\d\d-\d\d|\d{1,2}:\d\d)(?![-/.]?\d)",
    re.IGNORECASE,
)
"""A day or a time of day."""

_SHAPES = frozenset(
    (
        *("XX-99-99", "99-99-XX", "99-XX-99", "XX-99-XX", "XX-XX-99", "99-XX-XX", "99-XXX-9"),
        *("9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X", "X-99-XXX", "9-XX-999", "999-XX-9"),
    )
)
"""The fourteen Dutch series of RDW."""

_NEAR = frozenset(("9-XXX-999", "XX-999-XX"))
"""Those of Belgium and France, which are written with dashes."""

_GROUP = r"(?:[A-Za-z]{1,3}|\d{1,3})"
_PLATE = re.compile(rf"(?<![\w-])({_GROUP})([-. ]?)({_GROUP})\2({_GROUP})(?![\w-]|\.\w)")
_ABROAD = re.compile(r"(?<![\w-])[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{2,4}(?![\w-])|(?<![\w-])[A-Z]{2}\d\d ?[A-Z]{3}(?![\w-])")
"""German and British."""

_WORDS = re.compile("aan|bij|bus|de|een|en|ja|km|m|mt|nee|nr|of|om|op|per|st|t|te|tm|tot|uur|van", re.IGNORECASE)
"""Short words that may stand between house numbers: "tussen 10 en 20"."""


def phone_numbers(typed: str, ours: Iterable[str]) -> list[str]:
    """The telephone numbers in a text, but for services and those that are `ours`, however they are written."""
    known = {_bare(number) for number in ours if number}
    plain = _MOMENT.sub(" · ", _SERVICE.sub(" · ", plain_digits(text(typed))))
    return [found[0].strip() for found in _NUMBER.finditer(plain) if _bare(found[0]) not in known]


def number_plates(typed: str) -> list[str]:
    """What looks like the number plate of a vehicle, with dashes, spaces or nothing between its parts.

    A postal code, a day and house numbers are none. Without dashes only capitals count, or parts that alternate.
    """
    plain = _MOMENT.sub(" · ", _SERVICE.sub(" · ", plain_digits(text(typed))))
    found = [one[0] for one in _ABROAD.finditer(plain)]
    at = 0
    while (one := _PLATE.search(plain, at)) is not None:
        is_plate = _is_plate([one[1], one[3], one[4]], one[2])
        found += [one[0]] if is_plate and not any(one[0] in other for other in found) else []
        at = one.end() if is_plate else one.end(1)
    return found


def _is_plate(parts: list[str], between: str) -> bool:
    shape = "-".join(("9" if part.isdigit() else "X") * len(part) for part in parts)
    letters = [part for part in parts if part.isalpha()]
    if any(_WORDS.fullmatch(part) for part in letters):
        return False
    if between == "-":
        return shape in _SHAPES | _NEAR
    alternate = parts[0].isdigit() == parts[2].isdigit() != parts[1].isdigit()
    apart = all(part.isupper() for part in letters) and shape != "99-99-XX"
    return shape in _SHAPES and (apart if between else alternate)


def _bare(number: str) -> str:
    return re.sub(r"\D", "", number.replace("(0)", ""))[-9:]
