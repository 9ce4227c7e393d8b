"""A language is one folder under templates/: texts, loose words, and nothing that must be changed elsewhere."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import CHECKOUT, SCRIPTS
from outside.config.languages import TEMPLATES, languages, words_of
from outside.errors import Stop
from outside.text.templates import find_text
from support.pages import FACTS

ASKED = """
from datetime import date
from outside.config.choices import Choices
from outside.commands.preview import made_up
from outside.config.languages import words_of
from outside.config.settings import load_settings
from outside.text.environment import spoken_day, spoken_list
from outside.text.templates import find_text
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.sheet.columns import TAB, offered
from support.sheet_notation import register

settings = load_settings()
terms = settings.terms(date(2026, 3, 5))
print(terms.languages, sorted({send.language for send in made_up(settings, Choices(None, True, False, terms.today), "a@b.example")}))
taal = next(column for column in TAB["Deelnemers"].columns if column.heading == "Taal")
print(offered(taal, terms.network.places, terms.languages))
roster = read_roster(register("Taal\\nFijn Nederlands"), terms, History())
print(roster.members[0].language, spoken_list(["Jan", "Anna"], words_of("fij")), spoken_day(terms.today, words_of("fij")))
print(find_text("spelregels", "fij", "nl").number_of_rules)
"""


def test_another_language_is_one_more_folder(tmp_path: Path) -> None:
    """It can be chosen in the settings and under Taal, it is tried in test-mail, and its own words are spoken."""
    for name in ("scripts", "config", "templates"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "secrets"))
    words = shutil.copytree(TEMPLATES / "nl", tmp_path / "templates" / "fij") / "words.toml"
    text = (
        words.read_text(encoding="utf-8")
        .replace('"nederlands"', '"fijn nederlands"')
        .replace('"maart"', '"maart (fij)"')
    )
    text = text.replace('before_last = "en"', 'before_last = "en ek"').replace('"negen"', '"njoggen"')
    words.write_text(text, encoding="utf-8")
    settings = tmp_path / "config" / "settings.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('language = "nl"', 'language = "fij"'), encoding="utf-8"
    )
    path = os.pathsep.join((str(tmp_path / "scripts"), str(CHECKOUT / "tests")))
    told = subprocess.run(
        [sys.executable, "-c", ASKED],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        check=True,
    )
    there = ("fij", *languages())  # that of the settings first
    assert told.stdout.splitlines() == [
        f"{there} {sorted(there)}",
        f"{there}",
        "fij Jan en ek Anna 5 maart (fij) 2026",
        "njoggen",
    ]


def test_no_code_names_a_language() -> None:
    """But for what stands where no settings are (the values of roster/), made-up people, and places in the world."""
    named = {
        file.relative_to(SCRIPTS).as_posix()
        for file in SCRIPTS.rglob("*.py")
        if re.search(r"""["']en["']""", text := file.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value == "en"
    }
    assert named == {
        "roster/terms.py",
        "roster/example/register.py",
        "outside/google_setup/download.py",
        "roster/sheet/dutch.py",
    }


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('name = "Nederlands"', "name = Nederlands"),
        ('before_last = "en"', ""),
        ('before_last = "en"', "before_last = 3"),
        ('before_last = "en"', 'before_last = "en"\nkleur = "rood"'),
        ('"januari", ', ""),
        ("De {} spelregels", "De {negen} spelregels"),
    ],
)
def test_loose_words_that_are_wrong_are_told(tmp_path: Path, was: str, becomes: str) -> None:
    """By the name of the file; what a folder without loose words says is plain."""
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    words = folder / "nl" / "words.toml"
    words.write_text(words.read_text(encoding="utf-8").replace(was, becomes), encoding="utf-8")
    with pytest.raises(Stop, match=r"templates/nl/words\.toml"):
        find_text("welcome", "nl", "nl", folder).fill(FACTS)
    (folder / "en" / "words.toml").unlink()
    assert languages(folder) == languages() and words_of("en", folder).months == ()
    assert find_text("spelregels", "en", "nl", folder).number_of_rules == "9"


def test_every_language_says_its_months_and_numbers() -> None:
    for language in languages():
        said = words_of(language)
        assert len(said.months) == len(said.numbers) == 12 and said.name
