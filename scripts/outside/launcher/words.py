"""Reads from the Makefile which words there are and what may stand behind them, and makes of what was typed a door."""

from __future__ import annotations

import difflib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

OFF = {"", "0", "nee", "no", "false"}
"""What a switch may be given to leave it alone."""


class UnknownWordError(Exception):
    """What was typed is not one of our words; the argument says so, and what is near."""


@dataclass(frozen=True, slots=True)
class MakeWords:
    """What the Makefile says: the help of each word, and the names that may stand behind it."""

    help: dict[str, str]
    values: tuple[str, ...]
    switches: tuple[str, ...]

    def door(self, typed: list[str]) -> list[str]:
        """The door of a line such as `make sent NR=D-0012`, and its options, as make gives them. "" is no word."""
        if typed and typed[0].lower() == "make":
            typed = typed[1:]
        words = [one for one in typed if "=" not in one]
        if not words:
            return []
        if len(words) > 1:
            raise UnknownWordError(
                f'Er kan maar één woord tegelijk. Hoort "{words[1]}" bij een naam? Zet die tussen aanhalingstekens.'
            )
        word = words[0].lower()
        if word not in self.help:
            near = difflib.get_close_matches(word, self.help, n=1)
            raise UnknownWordError(f"Dit woord bestaat niet: {word}." + (f" Bedoelde u {near[0]}?" if near else ""))
        given = dict(_named(one, (*self.values, *self.switches, "ARGS")) for one in typed if "=" in one)
        on = [f"--{_small(name)}" for name in self.switches if given.get(name, "") not in OFF]
        filled = [part for name in self.values if given.get(name) for part in (f"--{_small(name)}", given[name])]
        return [f"{word.replace('-', '_')}.py", *on, *filled, *split(given.get("ARGS", ""))]


def _small(name: str) -> str:
    return name.lower().replace("_", "-")


def _named(one: str, known: tuple[str, ...]) -> tuple[str, str]:
    name, _, value = one.partition("=")
    if name.upper() not in known:
        raise UnknownWordError(f"Onbekend: {name}. U kunt opgeven: {' '.join(known)}")
    return name.upper(), value


def split(line: str) -> list[str]:
    """A line as its words; quotes keep them together, also those that a word processor makes, and \\ is a letter."""
    lexer = shlex.shlex(line.translate(dict.fromkeys(map(ord, "“”„"), '"')), posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        raise UnknownWordError("Er staat een aanhalingsteken te veel of te weinig.") from None


def read_words(home: Path) -> MakeWords:
    """Those for who looks after a register, in the order of the Makefile."""
    text = (home / "Makefile").read_text(encoding="utf-8")
    told = re.findall(r"^([a-z][a-z-]*): \$\(READY\) ## (.+)$", text, re.MULTILINE)
    names = dict(re.findall(r"^(VALUES|SWITCHES) := (.+)$", text, re.MULTILINE))
    ours = {word: line for word, line in told if not line.startswith("voor makers") and word != "menu"}
    return MakeWords(ours, tuple(names["VALUES"].split()), tuple(names["SWITCHES"].split()))
