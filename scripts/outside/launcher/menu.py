"""The menu that a double click opens, and what it reads in the Makefile: the words, and what may stand behind them."""

from __future__ import annotations

import difflib
import re
import shlex
import shutil
import signal
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path

from outside.launcher.parts import LOCK, NotReadyError, ask_for, fetch, is_ready, python_in, tell

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


HOME = Path(__file__).resolve().parents[3]

IN_MENU = ("check", "sync", "preview", "doctor", "begin")
"""By their number in the menu."""

ENDED = {
    0: "Klaar.",
    1: "Er is iets om naar te kijken: het staat hierboven.",
    2: "Er is niets begonnen. Hierboven staat waarom, en wat u kunt doen.",
    3: "Het is niet helemaal klaar. Wat al gedaan was, is gedaan. Doe wat hierboven staat en kies hetzelfde nog eens.",
}
"""What the exit code of a door means to who pressed it."""


def main(typed: list[str], home: Path = HOME) -> int:
    """With words the exit code of that one door; without, the menu until somebody stops."""
    try:
        if typed[:1] == ["--parts"]:
            fetch(home, *map(Path, typed[1:2]))
            return 0
        words = read_words(home)
        door = words.door(typed)
        if not is_ready(home):
            fetch(home, LOCK)
        return enter_door(home, door) if door else _menu(home, words)
    except UnknownWordError as unknown:
        tell(str(unknown))
    except NotReadyError as lacking:
        tell(*map(str, lacking.args))
        if not typed:
            ask_for("Druk op Enter om te stoppen. ")
    except KeyboardInterrupt:
        tell("", "Afgebroken. De volgende keer begint het ophalen vanzelf weer bij het begin.")
    return 2


def enter_door(home: Path, door: list[str]) -> int:
    """Enter a door as make does, and say how it ended."""
    # Ctrl-C is for the door, which ends in its own words; a handler, unlike SIG_IGN, is not passed on to it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        command = [str(python_in(home)), f"scripts/{door[0]}", *door[1:]]
        code = subprocess.run(command, cwd=home, check=False).returncode  # noqa: S603  # our own Python, a door of the Makefile
    finally:
        signal.signal(signal.SIGINT, before)
    code = code if code in ENDED else 3
    tell("", ENDED[code])
    return code


def _menu(home: Path, words: MakeWords) -> int:
    typed: str | None = ""
    while typed is not None:
        if not typed:
            show_words(home, words, IN_MENU)
            typed = ask_for("> ")
        if typed is None or typed.lower() in {"0", "stop", "stoppen"}:
            return 0
        if typed.isdecimal() and 1 <= int(typed) <= len(IN_MENU):
            typed = IN_MENU[int(typed) - 1]
        try:
            door = words.door(split(typed))
            if door:
                enter_door(home, door)
            else:
                show_words(home, words, tuple(words.help))
        except UnknownWordError as unknown:
            tell(str(unknown))
        typed = ask_for("\nDruk op Enter voor het menu, of typ meteen het volgende. ")
    return 0


def show_words(home: Path, words: MakeWords, shown: tuple[str, ...]) -> None:
    """The words with what they do, as make tells it."""
    version = re.search(r'^version = "(.+)"$', (home / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    tell("", f"Buurtbeheer {version.group(1) if version else ''}", "")
    width = max(shutil.get_terminal_size((100, 24)).columns - 1, 40)
    for number, word in enumerate(shown, start=1):
        before = f"  {number if shown == IN_MENU else ' '}  {word:<14} "
        tell(textwrap.fill(words.help[word], width, initial_indent=before, subsequent_indent=" " * len(before)))
    if shown == IN_MENU:
        tell("  0  stoppen", "")
        tell("Typ een cijfer en druk op Enter. Of typ wat in de handleiding staat, zoals: make sent NR=D-0012")
        tell("Alle woorden ziet u als u alleen op Enter drukt.")
