"""make: one word per act, its help, what stands behind the word, and a fresh clone from nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conftest import CHECKOUT, NOWHERE, SCRIPTS, files_of_the_house
from outside.launcher import fetch, is_ready
from support.house import lay_out_house
from support.sweeps import sweep

MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
HELP = dict(re.findall(r"^([a-z][a-z-]*):.*?## (.+)$", MAKEFILE, re.MULTILINE))
FOR_MAKERS = {"help", "version", "test", "test-long", "lint", "audit", "bench", "pictures"}

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")


def make(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Press make in a folder, with nobody at the keyboard."""
    kept = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", *words],
        cwd=folder,
        env={**kept, "LC_ALL": "C", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with our Makefile, an environment that seems ready, and one door that tells what it was given."""
    return lay_out_house(tmp_path / "mijn buurt", "sync")


def given(folder: Path, *words: str, **env: str) -> list[str]:
    """What arrives at the door."""
    ended = make(folder, "sync", *words, **env)
    assert ended.returncode == 0, ended.stderr
    return [str(word) for word in json.loads(ended.stdout)]


posix = pytest.mark.skipif(sys.platform == "win32", reason="the .venv made here has the layout of Linux and macOS")


def test_bare_make_shows_every_word_and_starts_nothing(tmp_path: Path) -> None:
    """Also in a clone where nothing has been installed."""
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    shown = make(tmp_path)
    assert shown.returncode == 0
    for word in ("sync", "check", "setup", "begin", "demo", "restore", "test", "test-long", "lint", "bench"):
        assert re.search(rf"^  {word} +\S.*$", shown.stdout, re.MULTILINE), word
    assert [path.name for path in tmp_path.iterdir()] == ["Makefile"]


def test_make_version_says_the_version_of_pyproject(tmp_path: Path) -> None:
    """It stands in one place, and telling it installs nothing."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert make(tmp_path, "version").stdout == f"Buurtbeheer {version}\n"
    assert not (tmp_path / ".venv").exists()


def test_every_word_has_its_help_and_is_no_file() -> None:
    """Nobody finds a target without a line behind ##; one that is not .PHONY stops at a folder of its name."""
    words = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)) - {"anew"}
    assert words == set(HELP)
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert phony and words <= set(phony.group(1).split())


def test_every_word_has_its_door_and_every_door_its_word() -> None:
    """The same word in make and in scripts/."""
    doors = {file.stem.replace("_", "-") for file in SCRIPTS.glob("*.py")}
    assert set(HELP) - FOR_MAKERS == doors


@posix
def test_what_is_typed_behind_the_word_reaches_the_door(house: Path) -> None:
    """As options, in the door's own words."""
    assert given(house) == []
    assert given(house, "SETTINGS=s.toml", "TODAY=2026-03-05") == ["--settings", "s.toml", "--today", "2026-03-05"]
    assert given(house, "YES=1", "FORCE=1", "MEMBERS=3600", "SEED=2") == [
        "--force",
        "--yes",
        "--members",
        "3600",
        "--seed",
        "2",
    ]
    assert given(house, "ARGS=--a 'b c' --d") == ["--a", "b c", "--d"]
    assert given(house, "FORCE=0", "YES=nee", "TODAY=") == []


@posix
@pytest.mark.parametrize(
    "name",
    sweep(
        [
            "mijn map/$(HOME)`id`",
            'een\ntwee 👮 "$x"',
            "it's",
            'a"b',
            "$HOME",
            "$$",
            "a;b",
            "a#b",
            "a\\b",
            "*",
            "é",
            "-x",
            "a=b",
        ],
        quick=(0, 1, 2),
    ),
)
def test_a_value_arrives_letter_by_letter(house: Path, name: str) -> None:
    """Neither make nor the shell reads it."""
    assert given(house, f"SETTINGS={name}") == ["--settings", name]


@posix
def test_a_name_in_somebodys_environment_does_nothing(house: Path) -> None:
    """Only what was typed behind make counts."""
    assert given(house, FORCE="1", YES="1", TODAY="2020-01-01", ARGS="--x", SEED="3") == []


def test_a_slip_behind_the_word_is_refused(tmp_path: Path) -> None:
    """TODDAY=… would else be a sync of today."""
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    ended = make(tmp_path, "sync", "TODDAY=2026-03-05")
    assert ended.returncode == 2
    assert "Onbekend: TODDAY." in ended.stderr


@posix
def test_findings_are_no_failure_to_make(house: Path) -> None:
    """A door that ends with 1 has told what to look at; an "Error 1" below it would only frighten."""
    ended = make(house, "sync", "ARGS=--look")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_door_that_fails_makes_make_fail(house: Path) -> None:
    """make has one code of its own for it; the door's is in its words."""
    ended = make(house, "sync", "ARGS=--fail")
    assert ended.returncode == 2
    assert "Error 3" in ended.stderr


def test_windows_finds_its_own_folders(tmp_path: Path) -> None:
    """A .venv made by Windows has Scripts where others have bin."""
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    planned = make(tmp_path, "-n", "sync", "OS=Windows_NT").stdout
    assert ".venv/Scripts/python scripts/sync.py" in planned


@posix
def test_the_environment_is_made_once_and_again_when_it_is_broken(house: Path) -> None:
    """Again after a new lock file, a lost stamp (an interrupted install) or a Python that has gone; a launcher agrees."""

    def plans_anew() -> bool:
        planned = "Buurtbeheer.sh --parts" in make(house, "-n", "sync").stdout
        assert planned is not is_ready(house)
        return planned

    assert not plans_anew()
    stamp, python = house / ".venv" / ".ready", house / ".venv" / "bin" / "python"
    os.utime(stamp, (1, 1))
    assert plans_anew()
    stamp.touch()
    assert not plans_anew()
    stamp.unlink()
    assert plans_anew()
    stamp.touch()
    python.unlink()
    python.symlink_to(house / "weg")
    assert plans_anew()


@posix
@pytest.mark.parametrize(
    ("python", "told"),
    [
        ("exit 1", "Python 3.11 of nieuwer"),
        ('case "$2" in *version*) exit 0;; esac; exit 1', "sudo apt install python3-venv"),
        (f'exec {sys.executable} "$@"', "Is er internet"),
    ],
)
def test_what_a_newcomer_lacks_is_told_in_dutch(house: Path, python: str, told: str) -> None:
    """A Python too old, one without venv, and no package index; and nothing seems ready afterwards."""
    shutil.rmtree(house / ".venv")
    (house / ".venv").symlink_to(house / "weg")  # so that none can be made there
    fake = house / "python3"
    fake.write_text(f"#!/bin/sh\n{python}\n")
    fake.chmod(0o755)
    ended = make(house, "sync", "PYTHON=./python3")
    assert ended.returncode == 2
    assert told in ended.stderr
    assert ended.stdout == ""
    assert not (house / ".venv" / ".ready").exists()


@posix
@pytest.mark.long
def test_a_fresh_clone_in_an_empty_home_does_the_whole_round(tmp_path: Path) -> None:
    """Python, make and a package index, nothing else: make sync, make check, a second sync that installs nothing."""
    clone = tmp_path / "een verse kloon"
    for file in files_of_the_house():
        copy = clone / file.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    kept = {"PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}
    proxies = {"http_proxy", "https_proxy", "no_proxy"}
    env = {
        name: value
        for name, value in os.environ.items()
        if name in kept or name.lower() in proxies or name.startswith("PIP_")
    }
    if env.get("https_proxy") == NOWHERE:  # set for all other tests; this one fetches the parts
        del env["https_proxy"]
    env["HOME"] = str(tmp_path / "leeg thuis")
    Path(env["HOME"]).mkdir()

    def press(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *words],
            cwd=clone,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )

    first = press("sync")
    assert "Traceback" not in first.stderr
    assert (clone / "register.xlsx").exists(), first.stderr
    assert list((clone / "out" / "mail").glob("*.eml")), first.stderr
    checked = press("check")
    assert "Traceback" not in checked.stderr
    again = press("sync")
    assert "haalt de onderdelen op" in first.stderr
    assert "haalt de onderdelen op" not in checked.stderr + again.stderr


@posix
@pytest.mark.parametrize("code", sweep([1, 3, 2], quick=2))
def test_a_word_that_did_its_work_does_not_end_in_an_error_of_make(house: Path, code: int) -> None:
    """Code 1 says that there is something to look at; only what did not start, or stopped, is a failure to make.

    All words have one recipe.
    """
    words = sorted(set(HELP) - FOR_MAKERS)
    assert {"rules-update", "test-mail", "sent", "resend", "bounces", "preview"} <= set(words)
    recipes = re.findall(r"^([a-z-]+): \$\(READY\) ##.*\n\t@\$\(press\)\n\n", MAKEFILE, re.MULTILINE)
    assert sorted(recipes) == words
    for word in ("rules-update", "sync"):
        (house / "scripts" / f"{word.replace('-', '_')}.py").write_text(f"import sys\nsys.exit({code})\n")
        ended = make(house, word)
        assert (word, ended.returncode) == (word, 0 if code == 1 else 2)
        assert ("Error" in ended.stderr) is (code != 1)


@posix
@pytest.mark.parametrize(
    ("word", "example"), [("test-mail", "make test-mail TO=naam@voorbeeld.nl"), ("resend", "make resend NR=D-0012")]
)
def test_a_word_without_what_it_needs_says_what_to_type(tmp_path: Path, word: str, example: str) -> None:
    """Not what an option is called, nor --help, which make does not take."""
    shown = subprocess.run(
        [sys.executable, SCRIPTS / f"{word.replace('-', '_')}.py"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert shown.returncode == 2 and example in shown.stderr and "--help ziet" not in shown.stderr


@posix
def test_only_wheels_are_installed(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be built first runs its maker's code on the coordinator's computer; for tests and audit as well."""
    (house / "tests").mkdir()
    (house / "tests" / "requirements.lock").touch()
    (house / ".venv" / ".ready").unlink()
    assert "-m pip install" not in make(house, "-n", "test").stdout
    assert re.search(r"-m pip install .*--only-binary :all: pip-audit", make(house, "-n", "audit").stdout)
    python = house / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text('#!/bin/sh\necho "$@" >>told\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "_base_executable", str(python), raising=False)
    for lock in ("requirements.lock", "tests/requirements.lock"):
        fetch(house, Path(lock))
        told = (house / "told").read_text().splitlines()
        (house / "told").unlink()
        assert told[-1].endswith(f"--only-binary :all: --require-hashes -r {lock}")
        assert told[:-1] == (["-m venv --clear .venv"] if lock == "requirements.lock" else [])


def test_an_audit_leaves_nothing_behind(house: Path) -> None:
    """Its own packages are nobody else's: it makes a folder and takes it away."""
    planned = make(house, "-n", "audit").stdout
    assert "mktemp -d" in planned and 'rm -rf "$folder"' in planned
    assert "pip-audit" not in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("syncc", "Dit woord bestaat niet: syncc. Bedoelde u sync?"),
        ("presview", "Bedoelde u preview?"),
        ("Sync", "Bedoelde u sync?"),
        ("qqqqqqqq", "Typ make om te zien welke woorden er zijn."),
    ],
)
def test_a_word_that_does_not_exist_names_the_nearest(house: Path, typed: str, says: str) -> None:
    """In our own language, and nothing is done: not even the words beside it."""
    ended = make(house, typed, "sync")
    assert ended.returncode == 2 and says in ended.stderr
    assert "No rule" not in ended.stderr and ended.stdout == ""
