"""A round over a real mail server, killed at any moment and run again: each letter once, or told as uncertain."""

from __future__ import annotations

import random
import shutil
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from servers.smtp_server import Plan, mail_server
from support.json_register import JsonRegister, new_register
from support.kill import calls_of, kill_after, kill_at_call, strace
from support.ledgers import ledger_in
from support.small_round import TODAY
from support.smtp_victim import play

PEOPLE = 5
LIVES = 8
CALLS = "sendto,recvfrom,connect,shutdown,fsync,fdatasync,pwrite64,rename"
WAYS = pytest.mark.parametrize("way", ["alone", "shared"])
ONE_WAY = pytest.mark.parametrize("way", ["shared", pytest.param("alone", marks=pytest.mark.long)])


def victim(way: str, port: int, folder: Path) -> list[str]:
    return [
        sys.executable,
        "-B",
        str(Path(__file__).parents[1] / "support" / "smtp_victim.py"),
        way,
        str(port),
        str(folder),
    ]


def fresh(folder: Path) -> None:
    """A new register in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    new_register(folder / "register.json", PEOPLE)


def kill(command: list[str], call: tuple[str, int]) -> bool:
    """Run a round that dies as it makes that call (or after a while, where there is no strace). True where it died."""
    if not strace():
        return kill_after(command, 0.25 + 0.01 * call[1]) == -signal.SIGKILL
    return kill_at_call(command, *call) == -signal.SIGKILL


def look_over(folder: Path, way: str, plan: Plan, deaths: int, port: int) -> None:
    """Run to the end, and count what arrived against what ledger and rows say."""
    assert play(way, port, folder).code in (0, 1)
    arrived = plan.by_message_id()
    with ledger_in(folder, TODAY) as ledger:
        assert ledger.messages.unresolved() == []
        sent, unsure = (ledger.messages.in_state(state) for state in ("verstuurd", "onzeker"))
        assert ledger.departures.since(ledger.now() - timedelta(days=1)) == PEOPLE
    assert len(sent) + len(unsure) == PEOPLE
    assert len(unsure) <= deaths
    assert {one.message_id: 1 for one in sent}.items() <= arrived.items()
    assert all(arrived[one.message_id] <= 1 for one in unsure)
    assert sum(arrived.values()) <= PEOPLE
    told = Counter(
        str(cell).split()[0] for cell in JsonRegister(folder / "register.json", shared=False).column("Welkom")
    )
    assert told == Counter({"verstuurd": len(sent), "onzeker": len(unsure)}) - Counter({"verstuurd": 0, "onzeker": 0})


def die_at(calls: list[tuple[str, int]], folder: Path, way: str, plan: Plan, port: int) -> int:
    died = 0
    for call in calls:
        fresh(folder)
        plan.arrived.clear()
        death = kill(victim(way, port, folder), call)
        died += death
        look_over(folder, way, plan, death, port)
    return died


@ONE_WAY
def test_a_round_over_smtp_that_is_killed_mails_nobody_twice(tmp_path: Path, way: str) -> None:
    """A handful of moments, most of them while letters leave; the wide test takes them all."""
    with mail_server() as (plan, port):
        fresh(tmp_path / "home")
        calls = (
            calls_of(victim(way, port, tmp_path / "home"), tmp_path / "trace", CALLS)
            if strace()
            else [("", n) for n in range(0, 60, 12)]
        )
        speaking = [call for call in calls if call[0] in ("sendto", "recvfrom")] or calls
        chosen = [*speaking[len(speaking) // 6 :: max(1, len(speaking) // 2)], calls[len(calls) // 2]]
        assert die_at(chosen, tmp_path / "home", way, plan, port) >= 2


@pytest.mark.long
@WAYS
def test_a_round_over_smtp_that_is_killed_at_any_call_mails_nobody_twice(tmp_path: Path, way: str) -> None:
    """Every call that speaks to the server or the disk."""
    with mail_server() as (plan, port):
        fresh(tmp_path / "home")
        calls = (
            calls_of(victim(way, port, tmp_path / "home"), tmp_path / "trace", CALLS)
            if strace()
            else [("", n) for n in range(60)]
        )
        assert die_at(calls, tmp_path / "home", way, plan, port) >= 30


@pytest.mark.long
@WAYS
def test_rounds_over_smtp_that_die_again_and_again_mail_nobody_twice(tmp_path: Path, way: str) -> None:
    """One after the other, each somewhere else; a life in which the dice killed nobody is lived besides."""
    chance = random.Random(20261123)
    with mail_server() as (plan, port):
        fresh(tmp_path / "home")
        calls = (
            calls_of(victim(way, port, tmp_path / "home"), tmp_path / "trace", CALLS)
            if strace()
            else [("", n) for n in range(60)]
        )
        lives = 0
        for _life in range(16):
            fresh(tmp_path / "home")
            plan.arrived.clear()
            deaths = sum(kill(victim(way, port, tmp_path / "home"), chance.choice(calls)) for _run in range(6))
            look_over(tmp_path / "home", way, plan, deaths, port)
            lives += deaths > 0
            if lives == LIVES:
                break
        assert lives == LIVES  # else too little was looked at
