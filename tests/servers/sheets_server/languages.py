"""The language of an account, in which Google words its refusals; what it never translates stays as it is."""

from __future__ import annotations

import re
import zlib
from typing import Literal, get_args

Language = Literal["en", "nl", "es", "made up"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_UNTRANSLATED = r"No (?:sheet|grid) with id|Unable to parse range"
_PREFIX = re.compile(r"(Invalid requests\[\d+\]\.\w+: )?(.*)", re.DOTALL)

# English as on record; Spanish as seen in the field where it is in quotes there, and the rest in that manner.
_KNOWN = (
    (
        r'A sheet with the name "(?P<name>.*)" already exists\. Please enter another name\.',
        "Er bestaat al een blad met de naam ‘{name}’. Geef een andere naam op.",
        "Ya existe una hoja con el nombre «{name}». Introduce otro nombre.",
    ),
    (
        r"You are trying to edit a protected cell or object\..*",
        "U probeert een beveiligde cel of een beveiligd object te bewerken. Neem contact op met de eigenaar.",
        "Estás intentando modificar una celda o un objeto protegido. Ponte en contacto con el propietario.",
    ),
    (
        r"This action would increase the number of cells in the workbook above the limit of (?P<name>\d+) cells\.",
        "Met deze actie wordt het aantal cellen in het werkboek groter dan de limiet van {name} cellen.",
        "Esta acción aumentaría el número de celdas del libro por encima del límite de {name} celdas.",
    ),
    (
        r"The caller does not have permission",
        "De beller heeft geen toestemming",
        "La persona que llama no tiene permiso",
    ),
    (
        r"Quota exceeded for quota metric '(?P<name>\w+ requests)'.*",
        "Quotum overschreden voor quotumstatistiek ‘{name}’.",
        "Se ha superado la cuota de la métrica «{name}».",
    ),
    (
        r"This operation is not supported for this document",
        "Deze bewerking wordt niet ondersteund voor dit document",
        "Esta operación no se admite en este documento",
    ),
)


def language_of(case: str) -> Language:
    """A language for each case of a test, always the same one: all of them are spoken without a case more."""
    return LANGUAGES[zlib.crc32(case.encode()) % len(LANGUAGES)]


def worded(message: str, language: Language) -> str:
    """What Google says in English, as an account of that language hears it."""
    match = _PREFIX.fullmatch(message)
    assert match is not None  # the pattern takes every text
    prefix, words = match[1] or "", match[2]
    if language == "en" or (language != "made up" and re.match(_UNTRANSLATED, words)):
        return message
    if language == "made up":
        return prefix + "Fluwelen bezem 17: " + " ".join(word[::-1] for word in re.findall(r"[A-Za-z]+", words))
    for pattern, dutch, spanish in _KNOWN:
        known = re.fullmatch(pattern, words, re.DOTALL)
        if known:
            return prefix + (dutch if language == "nl" else spanish).format(**known.groupdict())
    return prefix + ("Dat kan hier niet." if language == "nl" else "No se puede hacer aquí.")
