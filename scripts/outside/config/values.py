"""What a value in settings.toml may be: as it stands in the file in, as the house uses it out.

Each reader raises ValueError that says in Dutch what it takes instead, and never repeats what stood there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from outside.config.languages import languages
from roster.sheet.table import fold
from roster.terms import Bounds

Reader = Callable[[Any], Any]

LONGEST_TEXT = 200
"""Characters of a name, an address or anything else that is shown."""

LONGEST_PATH, LONGEST_NAME = 1_000, 200
"""Characters of a path, and bytes of each name in it: a disk keeps 255, and a copy adds its date."""


def any_text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """One line of text, without spaces around it; it may be empty."""
    if not isinstance(value, str):
        raise ValueError('verwacht tekst tussen aanhalingstekens, zoals "voorbeeld".')
    if any(ord(mark) < 32 or ord(mark) == 127 for mark in value):
        raise ValueError("verwacht één regel gewone tekst; er staat een teken in dat daar niet hoort.")
    if len(value.strip()) > longest:
        raise ValueError(f"is te lang: hoogstens {longest} tekens.")
    return value.strip()


def words(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Text that may not be empty."""
    if not (found := any_text(value, longest)):
        raise ValueError("mag niet leeg zijn. Vul iets in, of haal de hele regel weg.")
    return found


def true_or_false(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError("verwacht true (ja) of false (nee), zonder aanhalingstekens.")
    return value


def one_of(*choices: str) -> Reader:
    """One of a few words, exactly as written here."""
    expected = " of ".join(f'"{choice}"' for choice in choices)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            meant = f" {hint}" if isinstance(value, str) and (hint := bedoelde_u(value, choices)) else ""
            raise ValueError(f"verwacht {expected}.{meant}")
        return value

    return read


def language(value: Any) -> str:
    """A language that there are texts in."""
    return str(one_of(*languages())(value))


def whole(low: int, high: int) -> Reader:
    """A whole number from low to high, both included."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"verwacht een heel getal van {low} tot en met {high}, zonder aanhalingstekens.")
        return value

    return read


def is_number(value: Any) -> bool:
    """True for a number that one can reckon with: true and false are none, nor are inf and nan."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**53


def share(value: Any) -> float:
    """A number from 0 to 1."""
    if not is_number(value) or not 0 <= value <= 1:
        raise ValueError("verwacht een getal van 0 tot en met 1, met een punt: 0.9 is 90 procent.")
    return float(value)


def file_path(value: Any) -> Path:
    """A path as typed, `~` written out; relative ones are placed by whoever knows where the file lies."""
    typed = words(value, LONGEST_PATH)
    try:
        path = Path(typed).expanduser()
    except RuntimeError:
        raise ValueError("de thuismap achter ~ is hier niet te vinden. Schrijf de map helemaal uit.") from None
    if any(len(name.encode("utf-8", "replace")) > LONGEST_NAME for name in path.parts):
        raise ValueError(f"is te lang: de naam van een map of bestand heeft hoogstens {LONGEST_NAME} tekens.")
    return path


def several(read: Reader, *, at_least: int) -> Reader:
    """A list of texts that are all different."""

    def read_list(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise ValueError('verwacht een lijst tussen rechte haken, zoals ["een", "twee"].')
        found = tuple(read(item) for item in value)
        if len(found) < at_least:
            raise ValueError("mag niet leeg zijn: noem er minstens één.")
        if len({fold(item) for item in found}) < len(found):
            raise ValueError("noemt iets twee keer. Laat er één staan.")
        return found

    return read_list


def domain(value: Any) -> str:
    """What stands behind the @ of an address: "denhelder.nl"."""
    found = any_text(value).casefold()
    if not re.fullmatch(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", found):
        raise ValueError('verwacht wat achter het apenstaartje van een adres staat, zoals "voorbeeld.nl".')
    return found


def address(value: Any) -> str:
    """An e-mail address, or nothing."""
    found = any_text(value)
    if found and not _is_address(found):
        raise ValueError('verwacht een e-mailadres, zoals "naam@voorbeeld.nl".')
    return found


def plain_address(value: Any) -> str:
    """The same, that every server takes."""
    found = address(value)
    _check_letters(found)
    return found


def correspondent(value: Any) -> str:
    """An e-mail address with or without a name before it, or nothing."""
    from email.utils import getaddresses  # the e-mail package takes 20 ms, and only settings with a sender need it

    found = any_text(value)
    parts = getaddresses([found])
    if found and (len(parts) != 1 or not _is_address(parts[0][1])):
        raise ValueError('verwacht een e-mailadres, zoals "naam@voorbeeld.nl" of "Onze buurt <naam@voorbeeld.nl>".')
    if found:
        _check_letters(parts[0][1])
    return found


def dialled(value: Any) -> str:
    """A phone number that can be called, as typed, or nothing."""
    found = any_text(value)
    if not found or re.fullmatch(r"06[- ]?[1-58]\d{7}", found):
        return found
    import phonenumbers  # 40 ms, and nearly every settings file holds a plain 06-number

    try:
        if phonenumbers.is_valid_number(phonenumbers.parse(found, "NL")):
            return found
    except phonenumbers.NumberParseException:
        pass
    raise ValueError('verwacht een telefoonnummer, zoals "06-23456789", of "" als het er nog niet is.')


def short_number(value: Any) -> str:
    """A number of an office, as it is shown and called ("14 0223", "0800-1234"), or nothing."""
    found = any_text(value)
    if found and not re.fullmatch(r"[+(]?\d[\d ()./-]{1,20}", found):
        raise ValueError('verwacht een telefoonnummer, zoals "14 010", of "" als de gemeente niet genoemd wordt.')
    return found


def website(value: Any) -> str:
    """A web address with or without http(s):// before it, or nothing."""
    found = any_text(value)
    if found and not re.fullmatch(r"(https?://)?[^\s/:@]+\.[^\s/:@.]{2,}(:\d+)?(/\S*)?", found, re.IGNORECASE):
        raise ValueError('verwacht een webadres, zoals "www.voorbeeld.nl".')
    return found


def tile_server(value: Any) -> str:
    """Where the tiles of a map are fetched, with a place for zoom and numbers, or nothing."""
    found = any_text(value)
    if found and not (
        re.fullmatch(r"https?://[^\s/@]+/\S+", found, re.IGNORECASE)
        and sorted(re.findall(r"\{.*?\}", found)) == ["{x}", "{y}", "{z}"]
    ):
        raise ValueError('verwacht een webadres met {z}, {x} en {y} erin, of "" voor een tekening zonder kaart.')
    return found


def box(value: Any) -> Bounds:
    """The municipality: four numbers in degrees, south below north and west before east."""
    example = "{ south = 52.86, west = 4.68, north = 52.98, east = 4.88 }"
    if not isinstance(value, dict) or set(value) - {"south", "west", "north", "east"}:
        raise ValueError(f"verwacht vier grenzen: {example}.")
    if not all(is_number(edge) for edge in value.values()):
        raise ValueError(f"verwacht getallen in graden, met een punt en zonder aanhalingstekens: {example}.")
    bounds = Bounds(**{side: float(edge) for side, edge in value.items()})
    if not -90 <= bounds.south < bounds.north <= 90:
        raise ValueError(f"south (zuid) moet kleiner zijn dan north (noord): {example}.")
    if not -180 <= bounds.west < bounds.east <= 180:
        raise ValueError(f"west moet kleiner zijn dan east (oost): {example}.")
    return bounds


def bedoelde_u(word: str, choices: Iterable[str], shape: str = '"{}"') -> str:
    """The likeliest of the choices as a question, or nothing."""
    from difflib import get_close_matches  # 10 ms, and only a file that is wrong needs it

    known = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    return f"Bedoelde u {shape.format(known[near[0]])}?" if near else ""


def _check_letters(found: str) -> None:
    """Not every server takes other letters in an address than those of ASCII, and ours asks none for it (RFC 6531)."""
    if not found.isascii():
        raise ValueError(
            "heeft een letter met een accent in het adres zelf. Niet elke mailserver kent dat: neem een adres zonder. "
            "In de naam ervoor mag het wel."
        )


def _is_address(found: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # 30 ms, and only settings with an address need it

    try:
        validate_email(found, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
