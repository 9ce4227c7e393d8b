"""Killed at any moment and run again: nobody is mailed twice, nobody is missed, and all books agree.

A round runs as a process of its own and is killed (SIGKILL) as it enters one of its calls that
change something on the disk. Where strace can be used every such call can be chosen exactly;
elsewhere the moments are spread over the time that a round takes.
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from support.json_register import JsonRegister, new_register
from support.kill import calls_of, die_often, kill_after, kill_at_call, strace
from support.ledgers import ledger_in
from support.small_round import TODAY, run

PEOPLE = 6
READY = "klaargezet 23-11-2026 (versie 1)"
VICTIM = [sys.executable, "-B", str(Path(__file__).parents[1] / "support" / "small_round.py")]
WAYS = pytest.mark.parametrize("way", ["alone", "shared"])
ONE_WAY = pytest.mark.parametrize("way", ["alone", pytest.param("shared", marks=pytest.mark.long)])


def victim(folder: Path, way: str) -> list[str]:
    return [*VICTIM, way, str(folder)]


def fresh(folder: Path) -> None:
    """A new register in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    new_register(folder / "register.json", PEOPLE)


def look_over(folder: Path, way: str) -> None:
    """Run to the end, and see that everybody got one whole letter and that ledger, sheet and folder agree."""
    register = JsonRegister(folder / "register.json", shared=way == "shared")
    report = run(folder, register)
    assert report.code == 0
    numbers = register.column("Nr")
    assert len(set(numbers)) == PEOPLE
    assert register.column("Welkom") == [READY] * PEOPLE
    letters = [path.read_bytes() for path in (folder / "out" / "mail").iterdir()]
    for person, number in enumerate(numbers, start=1):
        mine = [
            data for data in letters if f"<persoon{person}@mail.example>".encode() in data.partition(b"\r\n\r\n")[0]
        ]
        assert len(mine) == 1
        assert f"<welcome.{number}.".encode() in mine[0]
        assert mine[0].endswith(b"--\r\n")
    assert len(letters) == PEOPLE
    with ledger_in(folder, TODAY) as ledger:
        history = ledger.history()
        assert ledger.messages.unresolved() == []
    assert sorted(one.person for one in history.deliveries) == sorted(map(str, numbers))
    assert {one.state for one in history.deliveries} == {"klaargezet"}
    unfinished = [path for path in (folder / "out").rglob(".*") if path.name != ".gitignore"]
    assert unfinished == []
    assert (folder / "out/vcards/Noord/Tuindorp.vcf").read_bytes().count(b"END:VCARD\r\n") == PEOPLE
    quiet = run(folder, register)
    assert (quiet.due, quiet.cells_written, quiet.files_written) == (0, 0, 0)


@ONE_WAY
def test_a_round_that_is_killed_is_finished_by_the_next_one(tmp_path: Path, way: str) -> None:
    """A handful of moments over the whole round; the wide test takes them all."""
    home = tmp_path / "home"
    assert die_often(victim(home, way), lambda: fresh(home), lambda: look_over(home, way), 3) >= 2


@pytest.mark.long
@WAYS
def test_a_round_that_is_killed_at_any_call_is_finished_by_the_next_one(tmp_path: Path, way: str) -> None:
    """Every single call that changes the disk."""
    home = tmp_path / "home"
    rounds = 100_000 if strace() else 60
    assert die_often(victim(home, way), lambda: fresh(home), lambda: look_over(home, way), rounds) >= 30


@pytest.mark.long
@WAYS
def test_rounds_that_are_killed_again_and_again_come_to_an_end(tmp_path: Path, way: str) -> None:
    """One run after the other dies, each somewhere else, until one gets through: chosen by a fixed seed."""
    chance = random.Random(20261123)
    folder = tmp_path / "home"
    fresh(folder)
    calls = calls_of(victim(folder, way), tmp_path / "trace") if strace() else []
    for _life in range(12):
        fresh(folder)
        deaths = 0
        for _run in range(8):
            if strace():
                deaths += kill_at_call(victim(folder, way), *chance.choice(calls)) != 0
            else:
                deaths += kill_after(victim(folder, way), chance.uniform(0.05, 0.6)) != 0
        assert deaths
        look_over(folder, way)
