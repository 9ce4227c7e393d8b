"""A round that nobody watches: the coordinator's mailbox hears of each cause once, and of nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest

from conftest import SCRIPTS
from outside.config.choices import Choices
from outside.config.settings import load_settings
from outside.run import round as rounds
from outside.run.causes import SIZE, Cause, Memory, watch_over
from roster.planners.sync import FOLDERS, PLANNERS
from servers.sheets_server import SheetsServer
from servers.sheets_server.fixture import sheets
from servers.smtp_server import Plan, mail_server
from support.asked_round import at_the_keyboard
from support.excel_person import rows_in, type_in
from support.google_register import EMAIL, google_book, laptop
from support.kill import begun
from support.pressed import press
from support.whole_round import PEOPLE, lay_out, types
from support.workbook_contract import PEOPLE as MEMBERS
from support.workbook_contract import rows_of

__all__ = ["sheets"]  # a fixture is found by its name in this module

HERS = "coordinator@mail.example"


class Home:
    """A register of a few people that mails, and the nights and days that pass there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.memory = folder, folder / "state" / "unattended.json"
        self.settings = lay_out(folder, PEOPLE)

    def written(self, port: int, workbook: str = 'path = "register.xlsx"', transport: str = "smtp") -> Path:
        path = self.folder / "settings.toml"
        path.write_text(
            f'[workbook]\n{workbook}\n[network]\nregiegroep_number = "06-23456789"\ncoordinator_email = "{HERS}"\n'
            f'[mail]\ntransport = "{transport}"\nsender = "Buurt <buurt@mail.example>"\nhost = "127.0.0.1"\n'
            f'port = {port}\nsecurity = "none"\n',
            encoding="utf-8",
        )
        return path

    def night(self, settings: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """The timer's round."""
        return press("sync", "--settings", settings, "--unattended", *more, cwd=self.folder)

    def day(self, settings: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """A round that somebody looks at."""
        return press("sync", "--settings", settings, *more, cwd=self.folder)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def post() -> Iterator[tuple[Plan, int]]:
    with mail_server() as (plan, port):
        yield plan, port


def heard(plan: Plan) -> list[str]:
    """What came into the coordinator's own mailbox, as she reads it."""
    hers = [message for message in plan.messages() if HERS in str(message["To"])]
    assert all(message["Auto-Submitted"] == "auto-generated" for message in hers)
    return [message.get_content().replace("\r\n", "\n") for message in hers]


def test_letters_wait_for_her_yes_and_she_hears_so_once(home: Home, post: tuple[Plan, int]) -> None:
    """The rest of the round is done. What came beside it waits for the same yes; after it, the next is asked anew."""
    plan, port = post
    settings = home.written(port)
    first = home.night(settings)
    assert first.returncode == 3, first.stderr
    [mail] = heard(plan)
    assert "Er wachten 2 mails op uw ja." in mail and "Typ: make sync." in mail and f"map {home.folder.name}" in mail
    assert len(plan.arrived) == 1 and home.settings.workbook.path.exists()
    told = rows_in(home.settings.workbook.path, "Deelnemers")
    assert "actief" in [row[told[0].index("Status")] for row in told], "what needs no leave is done"
    assert (home.folder / "out" / "overzicht.html").exists()
    types(home.settings, 5, E_mail="mies@mail.example")
    for _night in range(2):
        assert home.night(settings).returncode == 3 and len(heard(plan)) == 1
    assert home.day(settings, "--yes").returncode in (0, 1)
    assert len(plan.arrived) == 4
    assert home.night(settings).returncode in (0, 1) and len(heard(plan)) == 1
    types(home.settings, 4, E_mail="kees@mail.example")
    assert home.night(settings).returncode == 3
    assert len(heard(plan)) == 2 and "Er wacht 1 mail op uw ja." in heard(plan)[1]
    types(home.settings, 5, Mobiel="06-23450099", E_mail="ander@mail.example", Achternaam="Heel Anders")
    assert home.night(settings).returncode == 3 and len(heard(plan)) == 2, "one more is the same question"
    assert not any(name in text for text in heard(plan) for name in ("Kees", "Mol", "kees@", "06-2345", "Anna"))


def test_a_yes_that_was_said_beforehand_needs_no_mail(home: Home, post: tuple[Plan, int]) -> None:
    plan, port = post
    settings = home.written(port)
    assert "liep" not in press("doctor", "--settings", settings, cwd=home.folder).stdout
    assert home.night(settings, "--yes").returncode in (0, 1)
    assert heard(plan) == [] and len(plan.arrived) == 2
    assert (
        "de laatste ronde die vanzelf liep, was op" in press("doctor", "--settings", settings, cwd=home.folder).stdout
    )


def test_who_says_no_is_not_mailed_about_the_same_letters(
    home: Home, post: tuple[Plan, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They still wait, and she knows."""
    plan, port = post
    path = home.written(port)
    home.night(path)
    settings = load_settings(path)
    at_the_keyboard(monkeypatch, "n\n")

    def whole_round(chosen: Choices) -> int:
        return rounds.run(settings, chosen, PLANNERS, FOLDERS)

    day = Choices(None, yes=False, force=False, today=date.today())
    assert watch_over(settings, day, whole_round, unattended=False) == 0
    monkeypatch.undo()
    assert home.night(path).returncode == 3 and len(heard(plan)) == 1


def settled(home: Home, port: int) -> Path:
    """All letters left and nothing waits."""
    settings = home.written(port)
    assert home.night(settings, "--yes").returncode in (0, 1)
    return settings


def empties(home: Home) -> Callable[[], None]:
    """Somebody takes our heading away; putting it back solves it."""

    def rename(old: str, new: str) -> None:
        path = home.settings.workbook.path
        type_in(path, "Deelnemers", {(1, rows_in(path, "Deelnemers")[0].index(old) + 1): new})

    rename("Welkom", "Welkomst")
    return lambda: rename("Welkomst", "Welkom")


def takes_away(home: Home) -> Callable[[], None]:
    path = home.settings.workbook.path
    path.rename(path.with_suffix(".weg"))
    return lambda: path.with_suffix(".weg").rename(path) and None


def opens(home: Home) -> Callable[[], None]:
    """LibreOffice has it open."""
    lock = home.folder / ".~lock.register.xlsx#"
    lock.write_text(",buurt,laptop,29.11.2026 03:00,file:///x;")
    return lock.unlink


def has_a_bug(home: Home) -> Callable[[], None]:
    before = rounds.prepare

    def breaks(*_args: object) -> None:
        raise KeyError("Anna Bakker")

    rounds.prepare = breaks  # type: ignore[assignment]  # a fault of the house itself
    return lambda: setattr(rounds, "prepare", before)


CAUSES = {
    empties: "Er verandert opvallend veel tegelijk.",
    takes_away: "Het register register.xlsx is weg",
    opens: "staat nog open",
    has_a_bug: "Er zit een fout in Buurtbeheer zelf: KeyError.",
}


@pytest.mark.parametrize("spoil", CAUSES, ids=lambda spoil: spoil.__name__)
def test_each_cause_is_told_once_until_it_comes_back(
    home: Home, post: tuple[Plan, int], spoil: Callable[[Home], Callable[[], None]]
) -> None:
    plan, port = post
    settings = settled(home, port)
    for turn in range(2):
        mend = spoil(home)
        try:
            for _night in range(3):
                code = home.night(settings).returncode
                assert code == {empties: 1, takes_away: 2, opens: 2, has_a_bug: 3}[spoil]
                assert len(heard(plan)) == turn + 1, "once, and each night not again"
        finally:
            mend()
        assert CAUSES[spoil] in heard(plan)[turn] and "Bakker" not in heard(plan)[turn]
        assert home.night(settings).returncode in (0, 1) and len(heard(plan)) == turn + 1


def test_another_cause_is_told_though_the_first_still_waits(home: Home, post: tuple[Plan, int]) -> None:
    """And the first not again, once the second is gone: a round that stopped proved nothing of it."""
    plan, port = post
    settings = home.written(port)
    home.night(settings)
    mend = opens(home)
    home.night(settings)
    assert len(heard(plan)) == 2 and "staat nog open" in heard(plan)[1]
    mend()
    home.night(settings)
    assert len(heard(plan)) == 2


def test_without_a_network_she_hears_of_it_once_it_is_back(home: Home, post: tuple[Plan, int]) -> None:
    plan, port = post
    settings = settled(home, port)
    types(home.settings, 4, E_mail="kees@mail.example")
    nobody = home.written(1)
    for _night in range(2):
        ended = home.night(nobody, "--yes")
        assert ended.returncode == 3 and "kon niet worden gemaild" in ended.stderr
    assert home.night(home.written(port), "--yes").returncode in (0, 1)
    [mail] = heard(plan)
    assert "mailserver" in mail and "Intussen ging een ronde weer goed." in mail
    home.night(settings, "--yes")
    assert len(heard(plan)) == 1


def test_what_no_mail_could_tell_is_told_at_the_screen_instead(home: Home, post: tuple[Plan, int]) -> None:
    plan, port = post
    settled(home, port)
    mend = opens(home)
    home.night(home.written(1))
    mend()
    ended = home.day(home.written(port), "--yes")
    assert "Buurtbeheer liep vanzelf op" in ended.stderr and "staat nog open" in ended.stderr
    assert "liep vanzelf" not in home.day(home.written(port), "--yes").stderr
    assert home.night(home.written(port)).returncode in (0, 1) and heard(plan) == []


def test_mail_that_only_lies_ready_reaches_nobody_so_it_is_told_at_the_screen(home: Home) -> None:
    settings = home.written(1, transport="outbox")
    home.night(settings)
    mend = opens(home)
    home.night(settings)
    mend()
    assert "staat nog open" in home.day(settings).stderr
    assert not [path for path in (home.folder / "out" / "mail").iterdir() if HERS in path.read_text("ascii")]


def test_a_wrong_password_is_told_once_it_is_right_again(home: Home) -> None:
    """The notice cannot leave by the same door; it is tried again each night."""
    with mail_server(Plan(login="535 5.7.8 Bad credentials")) as (plan, port):
        settings = home.written(port)
        settings.write_text(settings.read_text("utf-8") + 'username = "buurt@mail.example"\n', encoding="utf-8")
        ended = home.night(settings)
        assert ended.returncode == 3 and "kon niet worden gemaild" in ended.stderr and heard(plan) == []
    with mail_server() as (plan, port):
        home.night(home.written(port))
        assert len(heard(plan)) == 1


def test_a_key_that_google_revoked_reaches_her_once(
    sheets: SheetsServer, home: Home, post: tuple[Plan, int], tmp_path: Path
) -> None:
    plan, port = post
    book = google_book(sheets, {"Deelnemers": rows_of("Deelnemers", MEMBERS)}, height=20)
    there = laptop(sheets, book, tmp_path)
    settings = home.written(
        port,
        f'kind = "google"\nspreadsheet = "{there.workbook.spreadsheet}"\ncredentials = "{there.workbook.credentials}"',
    )
    assert home.night(settings, "--yes").returncode in (0, 1)
    before = len(heard(plan))
    sheets.tokens.deleted.add(EMAIL)
    for _night in range(2):
        assert home.night(settings, "--yes").returncode == 2
    assert len(heard(plan)) == before + 1 and "Google" in heard(plan)[-1]
    sheets.tokens.deleted.clear()
    assert home.night(settings, "--yes").returncode in (0, 1) and len(heard(plan)) == before + 1


def test_a_letter_that_may_have_arrived_waits_for_her_to_look(home: Home, post: tuple[Plan, int]) -> None:
    plan, port = post
    settings = home.written(port)
    plan.answers["anna", "END"] = ["cut after"]
    for _night in range(2):
        assert home.night(settings, "--yes").returncode == 1
        [mail] = heard(plan)
    assert "Van 1 mail is niet zeker of die aankwam." in mail and "Bakker" not in mail


def test_a_round_that_was_killed_is_told_by_the_next_one(home: Home, post: tuple[Plan, int]) -> None:
    plan, port = post
    settings = settled(home, port)
    stays_away = home.folder / "stays_away.py"
    stays_away.write_text(
        "import os, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from outside.run import round as rounds\n"
        "rounds.prepare = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.argv = ['sync.py', '--settings', sys.argv[2], '--unattended']\n"
        "from sync import sync; sync.main()\n"
    )
    for _night in range(2):
        assert begun([sys.executable, stays_away, SCRIPTS, settings]).wait(60) == -signal.SIGKILL
    [mail] = heard(plan)
    assert "brak ineens af" in mail
    assert home.night(settings).returncode in (0, 1) and len(heard(plan)) == 1
    assert home.night(settings).returncode in (0, 1) and len(heard(plan)) == 1


def test_two_rounds_by_themselves_do_not_take_each_other_for_broken_off(home: Home, post: tuple[Plan, int]) -> None:
    plan, port = post
    settings = settled(home, port)
    other = (
        "import sys, filelock, time\n"
        "with filelock.FileLock(sys.argv[1]):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    lock = home.folder / "state" / "unattended.lock"
    with subprocess.Popen(
        [sys.executable, "-c", other, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline()
        ended = home.night(settings)
        process.communicate()
    assert ended.returncode == 2 and "nog bezig" in ended.stderr and heard(plan) == []


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """A disk of its own for `folder`, filled to the last byte for as long as the block runs."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 12)):
            pass
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="a small disk is root's to make")
def test_a_full_disk_reaches_her_once(home: Home, post: tuple[Plan, int]) -> None:
    """Also what she was told stands on that disk: it is written over what stood there."""
    plan, port = post
    state = home.folder / "state"
    state.mkdir(mode=0o700)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", state], check=False).returncode:
        pytest.skip("no disk can be made here")
    try:
        settings = settled(home, port)
        with full(state):
            for _night in range(3):
                assert home.night(settings, "--yes").returncode == 3
                assert len(heard(plan)) == 1
        assert "de schijf niet vol is" in heard(plan)[0]
        assert home.night(settings, "--yes").returncode in (0, 1)
        with full(state):
            home.night(settings, "--yes")
        assert len(heard(plan)) == 2
    finally:
        subprocess.run(["umount", "-l", state], check=True)


def test_the_memory_keeps_its_size_and_a_spoiled_one_is_told_once_more(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state")
    many = [Cause(tuple(f"regel {turn} {letter * 900}" for letter in "éx€ab漢cdefgh")) for turn in "abcdefghijk"]
    memory.after(many, reported=True, whole=False)
    assert memory.keep() and memory.keep()
    path = tmp_path / "state" / "unattended.json"
    assert path.stat().st_size == SIZE
    again = Memory.read(tmp_path / "state")
    assert (
        set(again.causes) <= {one.key for one in many}
        and again.causes
        and all(one.reported for one in again.causes.values())
    )
    assert json.loads(path.read_text("utf-8"))["begun"] == ""
    for spoiled in (b"", b"{", b'{"begun": 1, "causes": [{"lines": 3}]}', b"[]", b"\xff\xfe"):
        path.write_bytes(spoiled)
        assert Memory.read(tmp_path / "state").causes == {}
