"""One register file, several checkouts and computers: one of them at a time, and nobody mailed twice."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from outside.workbook import STALE
from support.excel_ground import SCRIPTS, leftovers, register, status
from support.small_round import Postman, run

A_YEAR = 365 * 24 * 3600
LOCK = ".register.xlsx.bezig"
ELSEWHERE = "Buurtbeheer is met dit register bezig.\nWie: fenna@laptop\nSinds: 28-11-2026 21:30\nVoor Buurtbeheer zelf: 1f 2e 3d\n"


def checkout(folder: Path, path: Path) -> ExcelWorkbook:
    """The register as a checkout with a state folder of its own opens it."""
    return ExcelWorkbook(path, folder / "state" / "backups")


def left_by_another(path: Path, words: str = ELSEWHERE, age: float = 0) -> Path:
    """A lock file that another computer wrote, so long ago."""
    lock = path.with_name(LOCK)
    lock.write_text(words, encoding="utf-8")
    moment = time.time() - age
    os.utime(lock, (moment, moment))
    return lock


def test_two_checkouts_do_not_meet(tmp_path: Path) -> None:
    """The second is told who is at work and since when; nothing but a name and an hour stands in the file."""
    path = tmp_path / "register.xlsx"
    register(path)
    with checkout(tmp_path / "een", path).lock():
        words = path.with_name(LOCK).read_text(encoding="utf-8")
        told = r"al bezig met dit register \(\S+@\S+, sinds \d+-\d+-\d+ \d\d:\d\d\)"
        with pytest.raises(Stop, match=told) as stop, checkout(tmp_path / "twee", path).lock():
            pass
        assert str(tmp_path) not in f"{words}{stop.value.message}{stop.value.remedy}"
    with checkout(tmp_path / "twee", path).lock():
        pass
    assert leftovers(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links ask for rights on Windows")
@pytest.mark.parametrize("way", ["a link to the file", "a link to the folder", "by way of another folder", "relative"])
def test_one_file_is_one_register_however_it_is_named(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hier").mkdir()
    path = tmp_path / "hier" / "register.xlsx"
    register(path)
    (tmp_path / "ander.xlsx").symlink_to(path)
    (tmp_path / "daar").symlink_to(tmp_path / "hier", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    other = {
        "a link to the file": tmp_path / "ander.xlsx",
        "a link to the folder": tmp_path / "daar" / "register.xlsx",
        "by way of another folder": tmp_path / "hier" / ".." / "hier" / "register.xlsx",
        "relative": Path("hier/register.xlsx"),
    }[way]
    second = checkout(tmp_path / "twee", other)
    with checkout(tmp_path / "een", path).lock(), pytest.raises(Stop, match="al bezig"), second.lock():
        pass


def test_the_lock_of_a_process_that_died_here_is_taken_over_at_once(tmp_path: Path) -> None:
    """Of another checkout, and whatever process bears its number by now."""
    path = tmp_path / "register.xlsx"
    register(path)
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel.workbook import ExcelWorkbook\n"
        "with ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[3]) / 'state' / 'backups').lock(): os._exit(9)\n"
    )
    command = [sys.executable, "-c", script, SCRIPTS, path, tmp_path / "een"]
    assert subprocess.run(command, check=False).returncode == 9
    assert path.with_name(LOCK).exists()
    with checkout(tmp_path / "twee", path).lock():
        pass
    assert leftovers(path) == []


@pytest.mark.parametrize("words", [ELSEWHERE, "", "iets van iemand", ELSEWHERE.replace("2e", "-")])
@pytest.mark.parametrize(("age", "free"), [(0, False), (STALE - 60, False), (STALE + 60, True), (-A_YEAR, True)])
def test_the_lock_of_another_computer_goes_stale(words: str, age: float, free: bool, tmp_path: Path) -> None:
    """Also one that is half written; one from a time that is yet to come is of a clock that was wrong."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    lock = left_by_another(path, words, age)
    if free:
        with workbook.lock():
            assert "fenna" not in lock.read_text(encoding="utf-8")
        assert leftovers(path) == []
        return
    with pytest.raises(Stop, match="al bezig") as stop, workbook.lock():
        pass
    assert LOCK in stop.value.remedy and ("fenna@laptop, sinds 28-11" in stop.value.message) == ("fenna" in words)
    assert lock.read_text(encoding="utf-8") == words


@pytest.mark.parametrize("age", [STALE + 60, None])
def test_of_many_that_come_at_once_one_gets_it(age: float | None, tmp_path: Path) -> None:
    """Where a stale lock lies, and where none does."""
    path = tmp_path / "register.xlsx"
    register(path)
    if age is not None:
        left_by_another(path, age=age)
    together, won, lost = threading.Barrier(8), [], []

    def comes(number: int) -> None:
        workbook = checkout(tmp_path / str(number), path)
        together.wait()
        try:
            with workbook.lock():
                won.append(number)
                while len(lost) < 7:
                    time.sleep(0.01)
        except Stop:
            lost.append(number)

    threads = [threading.Thread(target=comes, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7) and leftovers(path) == []


@pytest.mark.parametrize("how", ["removed", "taken over"])
def test_who_lost_the_lock_writes_nothing(how: str, tmp_path: Path) -> None:
    """A laptop that slept: the other's lock stays, and the register stays as it is."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    with workbook.lock():
        step, before = status(workbook, "geblokkeerd"), path.read_bytes()
        path.with_name(LOCK).unlink()
        if how == "taken over":
            left_by_another(path)
        with pytest.raises(Stop, match="intussen met dit register begonnen"):
            workbook.write([step])
    assert path.read_bytes() == before
    assert leftovers(path) == ([LOCK] if how == "taken over" else [])


@pytest.mark.parametrize("room", [0, 20])
def test_a_disk_that_was_full_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """The disk took the file and not what stands in it: once there is room, nobody is said to be at work."""
    path = tmp_path / "register.xlsx"
    register(path)
    workbook = checkout(tmp_path, path)

    def written(handle: int, words: bytes, write: Callable[[int, bytes], int] = os.write) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, words[:room])

    with monkeypatch.context() as full:
        full.setattr(os, "write", written)
        with pytest.raises(Stop, match="schijf is vol"), workbook.lock():
            pass
    assert leftovers(path) == []
    with workbook.lock():
        pass


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid"), reason="rights mean something else there")
def test_a_folder_that_takes_no_file_is_a_stop(tmp_path: Path) -> None:
    folder = tmp_path / "map"
    folder.mkdir()
    path = folder / "register.xlsx"
    register(path)
    workbook = checkout(tmp_path, path)
    folder.chmod(0o500)
    try:
        with pytest.raises(Stop, match=r"alleen-lezen|geen bestand maken"), workbook.lock():
            pass
    finally:
        folder.chmod(0o700)


def test_rows_are_told_before_a_letter_leaves_and_a_second_checkout_believes_them(tmp_path: Path) -> None:
    """Two rounds over one file at the same moment, as if there were no lock: everybody is mailed once."""
    path = tmp_path / "register.xlsx"
    people = [
        {"Voornaam": f"Persoon {n}", "Mobiel": f"+316{20_000_000 + n}", "E-mail": f"persoon{n}@mail.example"}
        for n in range(1, 81)
    ]
    register(path, people)
    one, two = checkout(tmp_path / "een", path), checkout(tmp_path / "twee", path)
    second = Postman()

    def meanwhile(turn: int) -> None:
        if turn == 1:
            table = checkout(tmp_path / "drie", path).read()["Deelnemers"]
            busy = [str(cell).startswith("bezig sinds") for cell in table.column("Welkom")]
            assert busy == [True] * 50 + [False] * 30 and table.cell(49, "Nr") == "D-0050"
            run(tmp_path / "twee", two, second)  # type: ignore[arg-type]  # any register will do

    first = Postman(before=meanwhile)
    report = run(tmp_path / "een", one, first)  # type: ignore[arg-type]  # likewise
    assert set(Counter([*first.arrived, *second.arrived]).values()) == {1}
    assert (len(first.arrived), len(second.arrived), report.code) == (50, 30, 0)
    told = [str(cell) for cell in checkout(tmp_path / "drie", path).read()["Deelnemers"].column("Welkom")]
    assert all(cell.startswith("verstuurd") for cell in told)


def test_a_round_of_many_writes_keeps_one_backup(tmp_path: Path) -> None:
    """What the run found; what people make of the file in between is kept as well."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    backups = tmp_path / "state" / "backups"
    found = path.read_bytes()
    with workbook.lock():
        for value in ("geblokkeerd", "actief", "vol"):
            workbook.write([status(workbook, value)])
        assert [copy.read_bytes() for copy in backups.glob("*.xlsx")] == [found]
        other = checkout(tmp_path / "een", path)
        other.write([status(other, "wachtlijst")])
        changed = path.read_bytes()
        workbook.write([status(workbook, "actief")])
    assert {copy.read_bytes() for copy in backups.glob("*.xlsx")} == {found, changed}
