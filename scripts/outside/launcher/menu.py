"""The menu that a double click opens: the words that are needed most, and any other that the handleiding tells of."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import textwrap
from pathlib import Path

from outside.launcher.parts import LOCK, NotReadyError, fetch, is_ready, python_in
from outside.launcher.voice import ask_for, tell
from outside.launcher.words import MakeWords, UnknownWordError, read_words, split

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
