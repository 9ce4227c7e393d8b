"""How a fact is put into a text: by Jinja in a sandbox, on one line, and a list or a day as it is spoken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from outside.text.markdown import flow

AND = {"nl": "en", "en": "and"}
MONTHS = {
    "nl": (
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

NUMBERS = {
    "nl": ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf"),
    "en": (
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
}

Loader = Callable[[str], tuple[str, str, Callable[[], bool]]]
"""The name of a text in; its source, the name of its file, and whether that is still so, out."""

_IN_MARKDOWN = re.compile(r"[\\`*\[\]|]|<(?=[A-Za-z!?/])|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|#(?=\s*$)|&(?=#?\w+;)")
_BEGINS_A_BLOCK = re.compile(r"^(\d{0,9})((?:[.)+-]|#{1,6})(?=\s|$)|>|[=-]+\s*$)")
_LINK = re.compile(r"https://[\w.,:/?=&%+@#-]+")
_SPECIAL_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def environment(
    language: str, *, html: bool = False, trim: bool = True, load: Loader | None = None
) -> SandboxedEnvironment:
    """Where texts in a language are filled in; an unknown name is an error, and with `html` every fact is escaped.

    With `load` texts are filled in as they are written, so that every fact is escaped as Markdown wants it.
    `trim` lets a tag that stands alone leave no blank line. Filters: `listed` for a list of names, `day`, and `flow`.
    """
    made = SandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=trim,
        lstrip_blocks=trim,
        finalize=as_markdown if load else on_one_line,
        loader=FunctionLoader(load) if load else None,
    )
    made.filters["flow"] = flow
    made.filters["listed"] = lambda names: listed(names, language)
    made.filters["day"] = lambda day: spoken_day(day, language)
    return made


def on_one_line(value: object) -> object:
    """A fact as it may stand in a text: on one line, without marks that turn or break it."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    shown = _SPECIAL_SIGNS.sub("", value)
    return " ".join("".join(sign if sign.isprintable() or sign in "\u200c\u200d" else " " for sign in shown).split())


def as_markdown(value: object) -> object:
    """A fact as it may stand in a text that people read as Markdown: it makes no heading, link or list."""
    shown = on_one_line(value)
    if not isinstance(shown, str) or isinstance(shown, Markup) or _LINK.fullmatch(shown):
        return shown
    return _BEGINS_A_BLOCK.sub(r"\1\\\2", _IN_MARKDOWN.sub(r"\\\g<0>", shown.strip()))


def listed(names: Sequence[str], language: str) -> str:
    """Names as they are spoken: "Jan, Piet en Anna"."""
    *first, last = names or [""]
    return f"{', '.join(first)} {AND.get(language, '&')} {last}" if first else last


def spoken_number(number: int, language: str) -> str:
    """A number as it is written in a text: up to twelve in words, "negen"."""
    words = NUMBERS.get(language, ())
    return words[number - 1] if 0 < number <= len(words) else str(number)


def spoken_day(day: date | None, language: str) -> str:
    """A day as it is spoken, "5 maart 2026"; "" for none."""
    if day is None:
        return ""
    months = MONTHS.get(language)
    return f"{day.day} {months[day.month - 1]} {day.year}" if months else day.isoformat()
