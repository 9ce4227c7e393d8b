"""The doors that give contacts, killed at any moment and pressed again: no neighbour is lost, and no cell is spoilt."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from conftest import SCRIPTS
from outside.commands.given import write_given
from outside.config.settings import Settings, load_settings
from roster.sheet.columns import TAB
from servers.smtp_server import Plan, answers, mail_server
from support.contacts_play import ExcelSheet, Play, in_excel
from support.kill import calls_of, kill_after, kill_at_call, strace
from support.phones import Phone
from support.sheet_notation import TODAY
from support.whole_round import choices, sync

LATER = TODAY + timedelta(days=1)
NEW = "06-23450399"


class Ground:
    """A register in use in which something changed since all contacts were given; `admins` by address."""

    def __init__(self, home: Path, plan: Plan, port: int, *, bundles: bool) -> None:
        self.sheet, _laptops = in_excel(home)
        self.home, self.plan = home, plan
        (home / "settings.toml").write_text(
            '[network]\nregiegroep_number = "06-23456789"\n[workbook]\npath = "register.xlsx"\n'
            f'[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
            f'sender = "Buurt <buurt@mail.example>"\nbundles = {str(bundles).lower()}\n',
            encoding="utf-8",
        )
        self.settings: Settings = load_settings(home / "settings.toml")
        self.play = Play(self.sheet, [self.settings])
        assert sync(self.settings) != 3
        rows = dict(self.play.admins())
        self.phones = {row["E-mail"]: Phone(f"{row['Voornaam']} {row['Achternaam']}") for row in rows.values()}
        self.groups = {row["E-mail"]: row["Groep"] for row in rows.values()}
        self.reads()

    def reads(self) -> Counter[str]:
        """Each admin reads her mails with contacts; how many."""
        read: Counter[str] = Counter()
        for mail in self.plan.messages():
            address = str(mail["To"].addresses[0].addr_spec)
            if "ontacten van" in str(mail["Subject"]):
                self.phones[address].reads(mail)
                read[address] += 1
        self.plan.arrived.clear()
        return read

    def takes_files(self) -> None:
        for address, phone in self.phones.items():
            phone.takes_files(self.play.folder(self.settings, self.groups[address]))

    def changes(self) -> None:
        """Somebody leaves, and somebody has another number."""
        for number, row in self.play.people():
            if row["Voornaam"] == "Elin":
                self.sheet.types("Deelnemers", number, {"Afgemeld op": "1-3-2026"})
            if row["Voornaam"] == "Joop":
                self.sheet.types("Deelnemers", number, {"Mobiel": NEW})

    def door(self, name: str, *more: str, today: date = LATER) -> list[str]:
        script = str(SCRIPTS / f"{name}.py")
        shared = ["--settings", str(self.home / "settings.toml"), "--yes", "--today", today.isoformat()]
        return [sys.executable, "-B", script, *shared, *more]

    def law(self, doubled: Callable[[str], bool] = lambda _address: False) -> None:
        """Who is in her group is in her phone, and nobody else; twice only where she was mailed twice."""
        for address, phone in self.phones.items():
            active = self.play.active(self.groups[address])
            assert set(phone.book) == set(active), (address, phone.book, active)
            assert doubled(address) or phone.book == active, (address, phone.book)


@pytest.fixture
def server() -> Iterator[tuple[Plan, int]]:
    with mail_server() as found:
        yield found


def moments(command: list[str], home: Path, number: int) -> list[tuple[str, int]]:
    """So many calls of a whole run, spread over it."""
    if not strace():
        return [("", turn) for turn in range(number)]
    calls = calls_of(command, home / "trace")
    step = max(1, len(calls) // number)
    return calls[step // 2 :: step][:number]


def kill(command: list[str], moment: tuple[str, int], number: int) -> bool:
    if not strace():
        return kill_after(command, 0.5 + moment[1] / number) != 0
    return kill_at_call(command, *moment) == -signal.SIGKILL


def killed_while_mails_leave(home: Path, server: tuple[Plan, int], number: int) -> int:
    """Between a mail and the ledger too: what is not certain comes again, and is told. How many runs died."""
    plan, port = server
    died = 0
    trial = Ground(home / "trial", plan, port, bundles=True)
    trial.changes()
    for turn, moment in enumerate(moments(trial.door("sync"), home, number)):
        ground = Ground(home / str(turn), plan, port, bundles=True)
        ground.changes()
        died += kill(ground.door("sync"), moment, number)
        read = ground.reads()
        for day in range(1, 4):
            code = sync(ground.settings, LATER + timedelta(days=day - 1), force=True)
            now = ground.reads()
            read += now
            assert code != 3 and all(count == 1 for count in now.values()), "one a day at most"
        assert all(count <= 2 for count in read.values()), read
        twice = {address for address, count in read.items() if count > 1}
        assert len(twice) <= 1 and (not twice or code == 1), "an uncertain mail is told"
        ground.law(doubled=lambda address, twice=twice: address in twice)  # type: ignore[misc]  # bound on purpose
    return died


def killed_while_it_is_written_down(home: Path, server: tuple[Plan, int], word: str, number: int) -> int:
    """`make given`, `bundle` or `compare`, pressed again: every admin has her group once, and the rows are whole."""
    plan, port = server
    died = 0
    home.mkdir()
    (home / "lijst.txt").write_text("Anna Annaman\nElin Elinman\n", encoding="utf-8")
    more = {"compare": ["--group", "Tuindorp", "--from", str(home / "lijst.txt")], "given": ["--all"]}
    trial = Ground(home / "trial", plan, port, bundles=False)
    for turn, moment in enumerate(moments(trial.door(word, *more.get(word, ["--group", "Zuid"])), home, number)):
        ground = Ground(home / str(turn), plan, port, bundles=False)
        ground.takes_files()
        command = ground.door(word, *more.get(word, ["--group", "Zuid"]))
        before = people(ground.sheet)
        died += kill(command, moment, number)
        code, told = press_again(command, ground.home)
        assert code == 0 or (word == "bundle" and "make sync" in told), told  # they begin anew already
        assert people(ground.sheet) == before
        if word == "compare":
            seen = [row["In de groep"].split() for _number, row in ground.play.people()]
            assert [one[:1] for one in seen] == [["gezien"]] + [["niet"]] * 3 + [["gezien"]] + [[]] * 5
        ground.changes()
        for _round in range(2):
            assert sync(ground.settings, LATER, force=True) != 3
            ground.takes_files()
            ground.law()
            assert write_given(ground.settings, choices(LATER), "", "", everybody=True) == 0
    return died


def press_again(command: list[str], home: Path) -> tuple[int, str]:
    """The exit code and what was said; a lock that was half made when the power went is taken away, as it says."""
    for _turn in range(2):
        again = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        if "verwijder het bestand" not in again.stderr:
            break
        (home / ".register.xlsx.bezig").unlink()
    return again.returncode, again.stderr


def people(sheet: ExcelSheet) -> list[dict[str, str]]:
    """What people typed."""
    own = TAB["Deelnemers"].own
    return [
        {heading: cell for heading, cell in row.items() if heading not in own} for _n, row in sheet.rows("Deelnemers")
    ]


def test_a_round_that_is_killed_while_contacts_are_mailed(tmp_path: Path, server: tuple[Plan, int]) -> None:
    """Two moments; the wide test takes many."""
    assert killed_while_mails_leave(tmp_path, server, 2) >= 1


@pytest.mark.long
def test_a_round_that_is_killed_anywhere_while_contacts_are_mailed(tmp_path: Path, server: tuple[Plan, int]) -> None:
    """Spread over the whole round."""
    assert killed_while_mails_leave(tmp_path, server, 40) >= 25


@pytest.mark.parametrize(
    "word", ["given", *(pytest.param(one, marks=pytest.mark.long) for one in ("bundle", "compare"))]
)
def test_a_door_that_is_killed_is_pressed_again(tmp_path: Path, server: tuple[Plan, int], word: str) -> None:
    """One moment; the wide test takes many."""
    assert killed_while_it_is_written_down(tmp_path / "home", server, word, 1) == 1


@pytest.mark.long
@pytest.mark.parametrize("word", ["given", "bundle", "compare"])
def test_a_door_that_is_killed_anywhere_is_pressed_again(tmp_path: Path, server: tuple[Plan, int], word: str) -> None:
    """Spread over the whole run."""
    assert killed_while_it_is_written_down(tmp_path / "home", server, word, 25) >= 15


def test_a_letter_that_arrived_and_whose_answer_was_lost_comes_twice_at_most(
    tmp_path: Path, server: tuple[Plan, int]
) -> None:
    """A doubled contact is better than a lost neighbour; it is told, and once she has it nothing comes again."""
    plan, port = server
    ground = Ground(tmp_path, plan, port, bundles=True)
    ground.changes()
    plan.answers = answers(anna_END="cut after")
    codes = [sync(ground.settings, LATER)]
    plan.answers = {}
    read = ground.reads()
    for day in range(1, 4):
        codes.append(sync(ground.settings, LATER + timedelta(days=day)))
        read += ground.reads()
    assert codes == [1] * 4 and read.pop("anna@mail.example") == 2 and set(read.values()) == {1}
    ground.law(lambda address: address == "anna@mail.example")
