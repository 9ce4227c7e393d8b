"""What is typed in the menu reaches a door as make would bring it there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import CHECKOUT
from outside.launcher import UnknownWordError, read_words, split
from support.house import lay_out_house

WORDS = read_words(CHECKOUT)


@pytest.mark.parametrize(
    ("line", "door"),
    [
        ("sync", ["sync.py"]),
        ("make sync FORCE=1", ["sync.py", "--force"]),
        ('make sent NR="D-0013 D-0022"', ["sent.py", "--nr", "D-0013 D-0022"]),
        ("sent NR=“D-0013 D-0022”", ["sent.py", "--nr", "D-0013 D-0022"]),
        ("Sent nr=D-0013 outbox=yes", ["sent.py", "--outbox", "--nr", "D-0013"]),
        ("test-mail TO=wie@mail.example", ["test_mail.py", "--to", "wie@mail.example"]),
        (r"bounces FOLDER=C:\Mijn\mails", ["bounces.py", "--folder", r"C:\Mijn\mails"]),
        (r'bounces FOLDER="C:\Mijn mails\nieuw"', ["bounces.py", "--folder", r"C:\Mijn mails\nieuw"]),
        ("sync FORCE=nee YES=0 TODAY=", ["sync.py"]),
        ("sync ARGS=--help", ["sync.py", "--help"]),
        ("  ", []),
        ("make", []),
    ],
)
def test_a_line_of_the_handleiding_becomes_its_door(line: str, door: list[str]) -> None:
    """With make or without, in capitals or not, and with the slashes and quotes of Windows."""
    assert WORDS.door(split(line)) == door


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("syncc", "Bedoelde u sync?"),
        ("qqqqqqqq", "Dit woord bestaat niet: qqqqqqqq."),
        ("sync TODDAY=2026-03-05", "Onbekend: TODDAY. U kunt opgeven:"),
        ("sent NR=D-0013 D-0022", "aanhalingstekens"),
        ('sent NR="D-0013', "aanhalingsteken te veel of te weinig"),
        ("test", "Dit woord bestaat niet"),
        ("menu", "Dit woord bestaat niet"),
    ],
)
def test_what_is_no_word_of_ours_starts_nothing(line: str, says: str) -> None:
    """A slip is told, and so is a name behind which more stands than one thing."""
    with pytest.raises(UnknownWordError, match=re.escape(says)):
        WORDS.door(split(line))


def test_every_word_of_make_that_the_handleiding_tells_of_is_known() -> None:
    """And each has a door; what is for makers stays with make."""
    told = set(re.findall(r"`make ([a-z-]+)", (CHECKOUT / "HANDLEIDING.md").read_text(encoding="utf-8")))
    assert told <= WORDS.help.keys()
    assert not {"test", "lint", "menu", "help"} & WORDS.help.keys()
    doors = {file.stem.replace("_", "-") for file in (CHECKOUT / "scripts").glob("*.py")}
    assert WORDS.help.keys() == doors - {"menu"}


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
@pytest.mark.parametrize("line", ["SETTINGS='mijn map/s.toml' YES=1 FORCE=1", "NR='D-0001 D-0002' ARGS='--a \"b c\"'"])
def test_make_brings_the_same_to_a_door(tmp_path: Path, line: str) -> None:
    """Letter by letter, and in the same order."""
    house = lay_out_house(tmp_path / "mijn buurt", "sync")
    env = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    pressed = subprocess.run(f"make sync {line}", shell=True, cwd=house, env=env, capture_output=True, check=True)
    assert ["sync.py", *json.loads(pressed.stdout)] == WORDS.door(split(f"sync {line}"))
