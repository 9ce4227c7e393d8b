"""The way in without make: the words of the Makefile in a menu, and the parts fetched, by Python alone."""

from __future__ import annotations

import difflib
import errno
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
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
    described = re.findall(r"^([a-z][a-z-]*): \$\(READY\) ## (.+)$", text, re.MULTILINE)
    names = dict(re.findall(r"^(VALUES|SWITCHES) := (.+)$", text, re.MULTILINE))
    ours = {word: line for word, line in described if not line.startswith("voor makers") and word != "menu"}
    return MakeWords(ours, tuple(names["VALUES"].split()), tuple(names["SWITCHES"].split()))


HOME = Path(__file__).resolve().parents[2]

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


def tell(*lines: str, end: str = "\n") -> None:
    """Lines on the screen, at once; a mark that a screen does not know is written otherwise."""
    for line in lines:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + end)
    sys.stderr.flush()


def ask_for(question: str) -> str | None:
    """What somebody typed; None where nobody is there, or who is there wants to stop."""
    tell(question, end="")
    try:
        typed = sys.stdin.readline()
    except KeyboardInterrupt:
        typed = ""
    if not typed:
        tell("")
        return None
    return typed.strip()


LOCK = Path("requirements.lock")
VENV = Path(".venv")
STAMP = VENV / ".ready"
"""Set once all is in place, so that what broke off begins again from nothing. make looks at the same."""


class NotReadyError(Exception):
    """The parts are not there; each argument is a line that says why, and what to do."""


def python_in(home: Path) -> Path:
    """The Python of the environment, where this system puts it."""
    return home / VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(home: Path) -> bool:
    """True when the parts of this lock file are in place, and their Python runs: a moved disk or an upgrade ends it."""
    try:
        fresh = (home / STAMP).stat().st_mtime_ns >= (home / LOCK).stat().st_mtime_ns
        return fresh and subprocess.run([python_in(home), "-c", ""], check=False, capture_output=True).returncode == 0  # noqa: S603  # our own Python
    except OSError:
        return False


def fetch(home: Path, lock: Path = LOCK) -> None:
    """Fetch what a lock file names; for our own in an environment that is new. Raises NotReadyError."""
    _see_that_it_can_be_written(home)
    (home / STAMP).unlink(missing_ok=True)
    own = lock == LOCK
    if own and (home / VENV).is_symlink() and (home / VENV).is_dir():  # what it leads to would be emptied
        raise NotReadyError(
            f"De map {VENV} is een koppeling naar een andere map. Daaraan komt Buurtbeheer niet.",
            f"Verwijder die koppeling {VENV} in de map {home}, en probeer het opnieuw.",
        )
    needed = "die het nodig heeft" if own else "voor de proeven"
    tell(f"Buurtbeheer haalt de onderdelen op {needed}. Dat duurt een minuutje.")
    if own:
        # Not the .venv's own, which cannot clear what it runs on.
        _run(home, getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(VENV))
    # Wheels only: what has to be built first runs its maker's code on this computer.
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
    sealed = ("--only-binary", ":all:", "--require-hashes", "-r", str(lock))
    _run(home, str(python_in(home)), "-m", "pip", "install", *quiet, *sealed)
    (home / STAMP).touch()


def _see_that_it_can_be_written(home: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"-" * 4096)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NotReadyError("De schijf is vol. Maak plaats, en probeer het opnieuw.") from None
        raise NotReadyError(
            f"In de map {home} mag Buurtbeheer niets schrijven, en dat is nodig.",
            "Zet de map op een plek die van u is, bijvoorbeeld in Documenten, en probeer het daar opnieuw.",
        ) from None


def _run(home: Path, *command: str) -> None:
    """One step, with a sign of life for whoever looks on. What it says is for who comes to help."""
    looked_at = sys.stderr.isatty()
    with tempfile.TemporaryFile() as said:
        try:
            with subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as step:  # noqa: S603  # our own Python
                while step.poll() is None:
                    try:
                        step.wait(2)
                    except subprocess.TimeoutExpired:
                        if looked_at:
                            tell(".", end="")
        except OSError as error:
            said.write(str(error).encode())
            failed = True
        else:
            failed = step.returncode != 0
        if looked_at:
            tell("")
        if failed:
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines()
            raise NotReadyError(
                *(f"  {line}" for line in lines[-3:]),
                "Het ophalen van de onderdelen is niet gelukt. Is er internet, en plaats op de schijf?",
                "Staat er nog een ander venster van Buurtbeheer open? Sluit dat.",
                "Probeer het daarna opnieuw: het begint dan vanzelf weer bij het begin.",
            )
