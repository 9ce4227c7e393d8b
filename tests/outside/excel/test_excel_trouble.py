"""What goes wrong while a register is written: it stands as it was, and a Stop says what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from outside.errors import Changed, Stop
from outside.excel.create import create_register
from outside.excel.workbook import ExcelWorkbook
from outside.files.backups import restore_newest_backup
from roster.plan.steps import SetCell
from roster.sheet.columns import TAB
from support.excel_ground import MEMBER, SCRIPTS, by_hand, leftovers, register, status
from support.sweeps import sweep
from support.workbook_contract import PEOPLE, rows_of
from support.xlsx_by_hand import values


def test_a_register_that_changed_is_not_overwritten(tmp_path: Path) -> None:
    """Also when its size and time say nothing."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    step, stat = status(workbook, "geblokkeerd"), path.stat()
    other = path.read_bytes().replace(b"docProps/app.xml", b"docProps/apx.xml")
    path.write_bytes(other)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(Changed):
        workbook.write([step])
    assert path.read_bytes() == other and leftovers(path) == []


@pytest.mark.parametrize("late", ["fsync", "link", "replace"])
def test_what_somebody_saves_at_the_last_moment_is_not_lost(
    late: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the new file goes to the disk, right before it takes the old one's place, and in that very moment."""
    path, theirs = tmp_path / "register.xlsx", tmp_path / "theirs"
    workbook = register(path)
    step = status(workbook, "geblokkeerd")
    other = path.read_bytes().replace(b"docProps/app.xml", b"docProps/apx.xml")
    asked = {"fsync": os.fsync, "link": os.link, "replace": os.rename}[late]

    def save(*given: object) -> object:
        if late == "replace" and ".register.xlsx" in str(given[0]) and given[1] == path:
            path.write_bytes(other)  # in place, as a program on a network drive does
        elif late != "replace" and list(tmp_path.glob(".register.xlsx.*.nieuw")):
            theirs.write_bytes(other)
            theirs.replace(path)
        return asked(*given)  # type: ignore[operator]  # one of three calls of the system

    if late == "replace":
        monkeypatch.setattr(Path, "replace", lambda self, target: save(self, target) or target)
    else:
        monkeypatch.setattr(os, late, save)
    with pytest.raises(Changed):
        workbook.write([step])
    monkeypatch.undo()
    assert path.read_bytes() == other and leftovers(path) == []


def test_what_somebody_saves_right_after_ours_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before we looked at what we wrote ourselves: the next write does not take it for ours."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    step = status(workbook, "geblokkeerd")
    other = path.read_bytes().replace(b"docProps/app.xml", b"docProps/apx.xml")
    replace = Path.replace

    def save(self: Path, target: Path) -> Path:
        done = replace(self, target)
        if target == path:
            path.unlink()
            path.write_bytes(other)
        return done

    monkeypatch.setattr(Path, "replace", save)
    workbook.write([step])
    monkeypatch.undo()
    with pytest.raises(Changed):
        workbook.write([SetCell(step.place, "actief", "geblokkeerd")])
    assert path.read_bytes() == other


@pytest.mark.parametrize("name", ["~$register.xlsx", ".~lock.register.xlsx#"])
def test_a_file_that_is_open_is_not_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    step, before = status(workbook, "geblokkeerd"), path.read_bytes()
    path.with_name(name).write_text("Jan Geheim,Jan Geheim,laptop", encoding="utf-8")
    with pytest.raises(Stop, match="staat nog open") as stop:
        workbook.write([step])
    assert "Geheim" not in f"{stop.value.message}{stop.value.remedy}" and path.read_bytes() == before
    with pytest.raises(Stop, match="staat nog open"):
        workbook.read()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of a file mean something else on Windows")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_read_only_is_a_stop(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "map"
    folder.mkdir()
    path = folder / "register.xlsx"
    create_register(path, {"Deelnemers": rows_of("Deelnemers", PEOPLE)})
    workbook = ExcelWorkbook(path, tmp_path / "state" / "backups")
    step = status(workbook, "geblokkeerd")
    (path if what == "file" else folder).chmod(0o500)
    try:
        with pytest.raises(Stop, match="alleen-lezen"):
            workbook.write([step])
    finally:
        folder.chmod(0o700)


def _read_only(path: Path) -> None:
    path.chmod(0o400)


def _open_elsewhere(path: Path) -> None:
    path.with_name(f"~${path.name}").write_bytes(b"x")


def _as_it_is(path: Path) -> None:
    """The fault stands in the file already."""


SHARED = '<c r="W2"><f t="shared" ref="W2:W3" si="0">A1</f><v>1</v></c>'
REFUSED = {
    "a formula that other cells hang on": (MEMBER.format(2, SHARED), "", _as_it_is),
    "a tag behind the rows that does not close": (MEMBER.format(2, ""), "<pageMargins><a></pageMargins>", _as_it_is),
    "rows out of order": ('<row r="3"></row>' + MEMBER.format(2, ""), "", _as_it_is),
    "a file that is read-only": (MEMBER.format(2, ""), "", _read_only),
    "a file that is open elsewhere": (MEMBER.format(2, ""), "", _open_elsewhere),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("large", [False, True])
def test_what_a_write_would_refuse_the_rehearsal_refuses(case: str, large: bool, tmp_path: Path) -> None:
    """Letters leave between the two, so they say the same of a small file and of a large one."""
    path = tmp_path / "register.xlsx"
    inside, after, spoil = REFUSED[case]
    more = {"xl/media/foto.bin": os.urandom(5 << 20)} if large else None
    workbook = by_hand(path, inside, after=after, more=more)
    step = status(workbook)
    spoil(path)
    told = []
    for act in (workbook.rehearse, workbook.write):
        with pytest.raises(Stop) as stop:
            act([step])
        told.append(stop.value.message)
    assert told[0] == told[1]


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is POSIX")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    path = tmp_path / "register.xlsx"
    register(path)
    before = path.read_bytes()
    script = (
        "import resource, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel.workbook import ExcelWorkbook; from outside.errors import Stop\n"
        "from roster.plan.steps import SetCell\n"
        "w = ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'state' / 'backups')\n"
        "t = w.read()['Deelnemers']\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "try: w.write([SetCell(t.place(1, 'Status'), 'actief')])\n"
        "except Stop as stop: print(stop.message)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-B", "-c", script, SCRIPTS, path], capture_output=True, text=True, check=False
    )
    assert ended.stdout.strip() == "De schijf is vol.", ended.stderr
    assert path.read_bytes() == before and leftovers(path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("moment", sweep([2, 0, 1, 3, 4, 5]))
def test_a_killed_write_leaves_a_whole_file(moment: int, tmp_path: Path) -> None:
    """Killed at any moment, the register is the old one or the new one; the next run clears what was left."""
    path = tmp_path / "register.xlsx"
    workbook = register(path, [{"Voornaam": f"Jan {n}", "Achternaam": "Berg"} for n in range(3000)])
    before = values(path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel.workbook import ExcelWorkbook; from roster.plan.steps import SetCell\n"
        "w = ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'state' / 'backups')\n"
        "t = w.read()['Deelnemers']\n"
        "print('ready', flush=True)\n"
        "w.write([SetCell(t.place(i, 'Status'), 'actief') for i in range(3000)])\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, SCRIPTS, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    time.sleep(0.02 + moment * 0.035)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    after = values(path)
    at = TAB["Deelnemers"].headings.index("Status") + 1
    assert after == before or all(after["Deelnemers"][row, at] == "actief" for row in range(2, 3002))
    workbook.write([status(workbook, "wachtlijst")])
    assert leftovers(path) == []


def test_the_lock_of_a_dead_process_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from outside.excel.workbook import ExcelWorkbook\n"
        "with ExcelWorkbook(Path(sys.argv[2]), Path(sys.argv[2]).parent / 'state' / 'backups').lock(): os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", script, SCRIPTS, path], check=False).returncode == 9
    with workbook.lock():
        pass


@pytest.mark.parametrize("taken", ["state", "backups"])
def test_a_file_where_a_folder_belongs_is_a_stop(taken: str, tmp_path: Path) -> None:
    """Of somebody's file nothing is changed, not even its rights."""
    path = tmp_path / "register.xlsx"
    workbook = register(path)
    step, before = status(workbook, "geblokkeerd"), path.read_bytes()
    if taken == "backups":
        (tmp_path / "state").mkdir(exist_ok=True)
    place = tmp_path / "state" if taken == "state" else tmp_path / "state" / "backups"
    place.write_text("van iemand", encoding="utf-8")
    rights = place.stat().st_mode
    with pytest.raises(Stop, match=f"map {taken}") as stop, workbook.lock():
        workbook.write([step])
    assert "Er staat een bestand" in stop.value.remedy
    assert (path.read_bytes(), place.stat().st_mode, leftovers(path)) == (before, rights, [])


def test_a_lock_that_cannot_be_taken_is_a_stop(tmp_path: Path) -> None:
    """A folder stands in for a lock file that belongs to somebody else."""
    workbook = register(tmp_path / "register.xlsx")
    (tmp_path / "state" / "register.lock").mkdir(parents=True)
    with pytest.raises(Stop, match="map state"), workbook.lock():
        pass


def test_a_folder_in_the_registers_place_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "register.xlsx").mkdir()
    with pytest.raises(Stop, match="is een map"):
        restore_newest_backup(tmp_path / "register.xlsx", tmp_path / "state" / "backups")
