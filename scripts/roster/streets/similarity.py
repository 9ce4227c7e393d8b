"""Says which name was most likely meant, and keeps silent unless it is clearly the one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from roster.sheet.table import fold

_SHORTEST_PART = 4


def bare(text: str) -> str:
    """A name by its letters and digits alone: `bare("'t Zand-Noord") == "tzandnoord"`."""
    return "".join(mark for mark in fold(text) if mark.isalnum())


def closest(text: str, names: Iterable[str]) -> str:
    """The one of the names that was clearly meant, or "" where none is, or more than one may be.

    A slip or two in a longer name, or a name of which a part is left out. Names that differ in a
    number are never each other's slip: "Tuindorp 3" is not "Tuindorp 2".
    """
    typed = bare(text)
    return closest_key(typed, _by_key(tuple(names)), slips_allowed(len(typed)))


@lru_cache(maxsize=16)
def _by_key(names: tuple[str, ...]) -> dict[str, str]:
    """Names by their key; kept, as the same few lists are asked for every faulty row."""
    return {bare(name): name for name in names}


def closest_key(typed: str, names: Mapping[str, str], most: int) -> str:
    """As `closest`, for names by their key (letters and digits alone), with `most` slips."""
    if not typed:
        return ""
    digits = _digits(typed)
    scored = process.extract(typed, list(names), scorer=OSA.distance, score_cutoff=most, limit=None)
    near = [(slips, names[key]) for key, slips, _ in scored if _digits(key) == digits]
    if near:
        fewest = min(slips for slips, _ in near)
        best = {name for slips, name in near if slips == fewest}
        return best.pop() if len(best) == 1 else ""
    if len(typed) < _SHORTEST_PART:
        return ""
    holding = {name for key, name in names.items() if _is_part(typed, key)}
    return holding.pop() if len(holding) == 1 else ""


def slips_allowed(length: int) -> int:
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
