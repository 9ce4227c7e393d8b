"""Knows the ways in which a street's name is written, and which name was most likely meant, where one clearly was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from roster.sheet.table import bare, fold

_WORDS: dict[str, tuple[str, ...]] = {
    "1e": ("eerste",),
    "1ste": ("eerste",),
    "2e": ("tweede",),
    "2de": ("tweede",),
    "3e": ("derde",),
    "3de": ("derde",),
    "4e": ("vierde",),
    "4de": ("vierde",),
    "5e": ("vijfde",),
    "5de": ("vijfde",),
    "adm": ("admiraal",),
    "bgm": ("burgemeester",),
    "bgmr": ("burgemeester",),
    "brg": ("burgemeester",),
    "burg": ("burgemeester",),
    "burgem": ("burgemeester",),
    "d": ("de", "der", "den"),
    "dr": ("doctor", "dokter"),
    "ds": ("dominee",),
    "gebr": ("gebroeders",),
    "ged": ("gedempte",),
    "gen": ("generaal",),
    "gr": ("gracht", "grote", "groot", "graaf"),
    "ing": ("ingenieur",),
    "ir": ("ingenieur",),
    "jhr": ("jonkheer",),
    "jkvr": ("jonkvrouw", "jonkvrouwe"),
    "kap": ("kapitein",),
    "kapt": ("kapitein",),
    "kd": ("kade",),
    "kl": ("kleine",),
    "kol": ("kolonel",),
    "kon": ("koning", "koningin"),
    "ln": ("laan",),
    "lt": ("luitenant",),
    "ltn": ("luitenant",),
    "luit": ("luitenant",),
    "maj": ("majoor",),
    "mgr": ("monseigneur",),
    "min": ("minister",),
    "mr": ("meester",),
    "nw": ("nieuwe",),
    "nwe": ("nieuwe",),
    "past": ("pastoor",),
    "pl": ("plein", "plaats"),
    "pln": ("plein",),
    "pr": ("prins", "prinses"),
    "prs": ("prinses",),
    "pres": ("president",),
    "prof": ("professor",),
    "sngl": ("singel",),
    "st": ("sint", "straat"),
    "str": ("straat",),
    "t": ("t", "het"),
    "v": ("van",),
    "verl": ("verlengde",),
    "vd": ("vande", "vander", "vanden"),
    "vdr": ("vander",),
    "vh": ("vanhet", "vant"),
    "vt": ("vant", "vanhet"),
    "weth": ("wethouder",),
    "wethr": ("wethouder",),
    "wg": ("weg",),
    "zr": ("zuster",),
}
"""A word that is written short, and the whole words that it may stand for."""

_ENDINGS: dict[str, tuple[str, ...]] = {
    "str": ("straat",),
    "sngl": ("singel",),
    "pln": ("plein",),
    "hvn": ("haven",),
    "ln": ("laan",),
    "wg": ("weg",),
    "kd": ("kade",),
    "gr": ("gracht",),
    "dk": ("dijk",),
    "pl": ("plein", "plaats"),
}
"""The end of a word that is written short: no Dutch word ends so by itself."""

WHOLE_ENDINGS = (
    "straat",
    "laan",
    "weg",
    "plein",
    "kade",
    "gracht",
    "dijk",
    "singel",
    "haven",
    "plaats",
    "hof",
    "pad",
    "park",
    "oord",
)

_MOST_READINGS = 64
_WORD = re.compile(r"[^\W_]+")


_YEAR = re.compile(r"['\u2018\u2019\u00b4`]([0-9]{2})(?![0-9])")


def with_whole_years(street: str) -> str:
    """A name with its years in four digits: "Laan '40-'45" is Laan 1940-1945."""
    return _YEAR.sub(r"19\1", street)


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name: letters and digits, no capitals or accents. `name_words("Burg. Ritmeesterstr.")`."""
    return tuple(_WORD.findall(fold(text)))


@lru_cache(maxsize=50_000)
def readings(words: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that a name may be meant by, every abbreviation written out in each of its meanings.

    A key has letters and digits alone: `readings(("burg", "ritmeesterstr")) == ("burgemeesterritmeesterstraat",)`.
    """
    found: dict[str, None] = {}
    for turn, choice in enumerate(product(*map(_meanings, words))):
        if turn == _MOST_READINGS:
            break
        found["".join(choice)] = None
    return tuple(found)


def stem_length(key: str) -> int:
    """How many letters of a key tell one street from another: "straat" and its like do not."""
    for ending in WHOLE_ENDINGS:
        if key.endswith(ending) and len(key) > len(ending):
            return len(key) - len(ending)
    return len(key)


def _meanings(word: str) -> tuple[str, ...]:
    whole = _WORDS.get(word)
    if whole is not None:
        return whole
    for short, endings in _ENDINGS.items():
        if word.endswith(short) and len(word) > len(short) + 1:
            return tuple(word[: -len(short)] + ending for ending in endings)
    return (word,)


_SHORTEST_PART = 4


def closest(text: str, names: Iterable[str]) -> str:
    """The one of the names that was clearly meant, or "" where none is, or more than one may be.

    A slip or two in a longer name, or a name of which a part is left out. Names that differ in a
    number are never each other's slip: "Tuindorp 3" is not "Tuindorp 2".
    """
    typed = bare(text)
    return closest_key(typed, _by_key(tuple(names)), len(typed))


@lru_cache(maxsize=16)
def _by_key(names: tuple[str, ...]) -> dict[str, str]:
    """Names by their key; kept, as the same few lists are asked for every faulty row."""
    return {bare(name): name for name in names}


def closest_key(typed: str, names: Mapping[str, str], length: int) -> str:
    """As `closest`, for names by their key; `length` is of what may hold a slip."""
    if not typed:
        return ""
    digits = _digits(typed)
    scored = process.extract(typed, list(names), scorer=OSA.distance, score_cutoff=_slips_allowed(length), limit=None)
    near = [(slips, names[key]) for key, slips, _ in scored if _digits(key) == digits]
    if near:
        fewest = min(slips for slips, _ in near)
        best = {name for slips, name in near if slips == fewest}
        return best.pop() if len(best) == 1 else ""
    if len(typed) < _SHORTEST_PART:
        return ""
    holding = {name for key, name in names.items() if _is_part(typed, key)}
    return holding.pop() if len(holding) == 1 else ""


def _slips_allowed(length: int) -> int:
    """How many slips of the pen a name of that many letters and digits may hold and still be known."""
    return 1 if length < 8 else 2 if length < 16 else 3


def _is_part(typed: str, key: str) -> bool:
    """True when one of the two is the other with a piece left out before or behind it."""
    if len(key) < _SHORTEST_PART:
        return False
    if len(key) < len(typed):
        return typed.startswith(key) or typed.endswith(key)
    return key.startswith(typed) or key.endswith(typed)


def _digits(key: str) -> str:
    return "" if key.isalpha() else "".join(mark for mark in key if mark.isdigit())
