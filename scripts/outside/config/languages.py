"""The languages that there are texts in: each is one folder under templates/, with its loose words in words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from outside.errors import Stop

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
"""Where the texts live: templates/<language>/<act>.md."""


@dataclass(frozen=True, slots=True)
class Words:
    """The loose words of a language; the defaults serve one that brings none: digits, and days as 2026-03-05.

    `name` is what the coordinator's screen calls it, `also_called` what the column Taal may say for it. `rules_title`
    holds {} for the number of rules; `invite` names in {} what an invitation tells.
    """

    name: str = ""
    also_called: tuple[str, ...] = ()
    before_last: str = "&"
    months: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    rules_title: str = "{}"
    emergency: str = "112"
    municipality: str = ""
    example_rule: str = "…"
    example_news: str = "…"
    invite: str = "{invitation}"


def languages(folder: Path = TEMPLATES) -> tuple[str, ...]:
    """Every language that there are spelregels in, in a fixed order."""
    return tuple(sorted(path.parent.name for path in folder.glob("*/spelregels.md")))


@cache
def words_of(language: str, folder: Path = TEMPLATES) -> Words:
    """The loose words of a language. Raises Stop where its words.toml cannot be read, or lacks something."""
    path = folder / language / "words.toml"
    if not (language.isalpha() and path.is_file()):
        return Words()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        found = {}
    if not _is_sound(found):
        raise Stop(
            f"Er klopt iets niet in templates/{language}/words.toml.",
            "Neem templates/nl/words.toml als voorbeeld: dezelfde namen, en achter elke = uw woorden in die vorm. "
            "Begin daarna opnieuw.",
        )
    words: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in found.items()}
    return Words(**words)


def _is_sound(found: dict[str, Any]) -> bool:
    """True where all words are there, and nothing else, each in the form of its default."""
    kinds = {one.name: list if isinstance(one.default, tuple) else str for one in fields(Words)}
    if {key: type(value) for key, value in found.items()} != kinds or len(found["months"]) != 12:
        return False
    listed = (word for value in found.values() if isinstance(value, list) for word in value)
    title = found["rules_title"]
    return all(isinstance(word, str) for word in listed) and title.count("{}") == title.count("{") == 1
