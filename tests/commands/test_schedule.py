"""A round every day by itself: with the system's own timer, of which a program of the same name stands in."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from outside.errors import Stop
from outside.run.log import logs_of
from outside.timers import Cron, Job, Launchd, Systemd, TaskPlanner, task_xml
from support.pressed import press
from support.whole_round import lay_out

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs that stand in are scripts of a shell")

CRONTAB = """#!/bin/sh
# crontab(1): -l shows it, - takes it from the line.
table="$FAKE/table"
case "$1" in
-l) if [ -f "$FAKE/refuses" ]; then echo 'You (kim) are not allowed to use this program (crontab)' >&2; exit 1; fi
    if [ -f "$table" ]; then cat "$table"; else echo "no crontab for kim" >&2; exit 1; fi ;;
-) cat > "$table.new" && mv "$table.new" "$table"; echo written >> "$FAKE/writes" ;;
*) exit 2 ;;
esac
"""
ASKED = """#!/bin/sh
# Writes down what it was asked, and keeps the task that it was given.
for word in "$@"; do printf '%s\\n' "$word" >> "$FAKE/asked"; done
echo -- >> "$FAKE/asked"
last=; for word in "$@"; do last="$word"; done
case "$*" in *"/XML"*) cp "$last" "$FAKE/task.xml" ;; esac
case "$*" in *"$(cat "$FAKE/refuses" 2>/dev/null || echo nothing-refused)"*) echo 'niet toegestaan' >&2; exit 1 ;; esac
"""
OTHERS = b"MAILTO=kim@mail.example\n# van mij\n\n5 4 * * 1  echo 50\\% \xe9\xa0 >/dev/null\n@reboot\tiets"
"""Somebody's own crontab: another encoding, blank lines, a tab, and no end of line at the end."""

Stands = Callable[..., Path]


@pytest.fixture
def stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stands:
    """Programs of these names, first on the PATH and alone with a shell's own; gives where they keep things."""

    def put(text: str, *names: str) -> Path:
        programs, kept = tmp_path / "bin", tmp_path / "kept"
        programs.mkdir(exist_ok=True)
        kept.mkdir(exist_ok=True)
        for name in names:
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        for tool in ("sh", "cat", "mv", "cp", "echo", "printf"):
            if not (programs / tool).exists():
                (programs / tool).symlink_to(Path("/bin", tool))
        monkeypatch.setenv("PATH", str(programs))
        monkeypatch.setenv("FAKE", str(kept))
        return kept

    return put


def home(tmp_path: Path, name: str = "Buurt 50% van 'ons'") -> Path:
    """A folder with a register and settings."""
    folder = tmp_path / name
    lay_out(folder)
    settings = folder / "settings.toml"
    settings.write_text(
        '[workbook]\npath = "register.xlsx"\n[network]\nregiegroep_number = "06-23456789"\n'
        'coordinator_email = "coordinator@mail.example"\n[mail]\nsender = "buurt@mail.example"\n',
        encoding="utf-8",
    )
    return settings


def told(ended: subprocess.CompletedProcess[str]) -> str:
    return ended.stdout + ended.stderr


def test_others_lines_stay_byte_for_byte_and_ours_comes_and_goes(tmp_path: Path, stands_in: Stands) -> None:
    """A second time replaces; another folder has a line of its own."""
    kept = stands_in(CRONTAB, "crontab")
    table = kept / "table"
    table.write_bytes(OTHERS)
    here, there = home(tmp_path), home(tmp_path, "andere map")
    ended = press("schedule", "--settings", here, "--yes", cwd=tmp_path)
    assert ended.returncode == 0 and "OFF=1" in ended.stdout, told(ended)
    assert "30 20 * * * " in ended.stdout, "the line is told beforehand"
    assert press("schedule", "--settings", there, "--yes", "--at", "7.05", cwd=tmp_path).returncode == 0
    lines = table.read_bytes().splitlines()
    assert lines[: len(OTHERS.splitlines())] == OTHERS.splitlines() and len(lines) == len(OTHERS.splitlines()) + 2
    assert press("schedule", "--settings", here, "--yes", "--at", "06:15", cwd=tmp_path).returncode == 0
    again = table.read_bytes().splitlines()
    assert len(again) == len(lines) and again[-1] == lines[-1] and again[-2].startswith(b"15 6 * * * ")
    assert press("schedule", "--settings", here, "--off", "--yes", cwd=tmp_path).returncode == 0
    assert press("schedule", "--settings", there, "--off", "--yes", cwd=tmp_path).returncode == 0
    assert table.read_bytes() == OTHERS + b"\n"
    assert "Er was niets ingesteld" in press("schedule", "--settings", here, "--off", cwd=tmp_path).stdout


def test_nothing_is_set_before_somebody_agrees(tmp_path: Path, stands_in: Stands) -> None:
    kept = stands_in(CRONTAB, "crontab")
    ended = press("schedule", "--settings", home(tmp_path), cwd=tmp_path)
    assert ended.returncode == 0 and "make schedule YES=1" in ended.stdout and not (kept / "writes").exists()
    ended = press("schedule", "--settings", home(tmp_path, "b"), "--yes", "--at", "25:00", cwd=tmp_path)
    assert ended.returncode == 2 and "make schedule AT=20:30" in ended.stderr and not (kept / "writes").exists()


def test_a_crontab_that_cannot_be_read_is_not_written_over(tmp_path: Path, stands_in: Stands) -> None:
    kept = stands_in(CRONTAB, "crontab")
    (kept / "table").write_bytes(OTHERS)
    (kept / "refuses").touch()
    ended = press("schedule", "--settings", home(tmp_path), "--yes", cwd=tmp_path)
    assert ended.returncode == 2 and "not allowed" in ended.stderr and (kept / "table").read_bytes() == OTHERS


def as_cron_does(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What cron makes of a line: five fields, the rest up to a bare % for a shell with hardly anything around it."""
    command = re.fullmatch(r"(?:\S+ ){5}(.*)", line)
    assert command is not None
    bare = re.split(r"(?<!\\)%", command[1])[0].replace(r"\%", "%")
    around = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    return subprocess.run(["/bin/sh", "-c", bare], check=False, env=around, cwd="/", capture_output=True, text=True)


def test_what_stands_in_the_crontab_runs_a_round_also_in_a_folder_with_an_odd_name(
    tmp_path: Path, stands_in: Stands
) -> None:
    kept = stands_in(CRONTAB, "crontab")
    settings = home(tmp_path)
    press("schedule", "--settings", settings, "--yes", cwd=tmp_path)
    ended = as_cron_does((kept / "table").read_text("utf-8").rstrip("\n"), tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    [log] = logs_of(settings.parent / "state")
    assert "ended word=sync code=0" in log.read_text("utf-8")


def test_letters_leave_by_themselves_only_where_that_was_asked_for(tmp_path: Path, stands_in: Stands) -> None:
    kept = stands_in(CRONTAB, "crontab")
    settings = home(tmp_path)
    settings.write_text(settings.read_text("utf-8") + 'transport = "smtp"\n', encoding="utf-8")
    ended = press("schedule", "--settings", settings, "--yes", cwd=tmp_path)
    assert "SEND=yes" in ended.stdout and "--yes" not in (kept / "table").read_text("utf-8")
    assert "één mailtje naar coordinator@mail.example" in ended.stdout
    press("schedule", "--settings", settings, "--yes", "--send", cwd=tmp_path)
    assert (kept / "table").read_text("utf-8").count("--unattended --yes ") == 1


def test_where_there_is_no_cron_systemd_does_it_or_it_is_told_what_to_install(
    tmp_path: Path, stands_in: Stands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    settings = home(tmp_path)
    kept = stands_in(ASKED, "systemctl")
    assert press("schedule", "--settings", settings, "--yes", "--at", "6:05", cwd=tmp_path).returncode == 0
    [timer] = (tmp_path / "config" / "systemd" / "user").glob("*.timer")
    assert "OnCalendar=*-*-* 06:05:00\nPersistent=true" in timer.read_text("utf-8")
    assert f"enable\n--now\n{timer.name}" in (kept / "asked").read_text("utf-8")
    service = timer.with_suffix(".service").read_text("utf-8")
    assert "/Buurt 50%% van 'ons'/settings.toml\"" in service
    stands_in(CRONTAB, "crontab")
    assert press("schedule", "--settings", settings, "--yes", cwd=tmp_path).returncode == 0
    assert not timer.exists() and (kept / "table").exists(), "once a day, not twice"
    for name in ("systemctl", "crontab"):
        (tmp_path / "bin" / name).unlink()
    ended = press("schedule", "--settings", settings, "--yes", cwd=tmp_path)
    assert ended.returncode == 2 and "sudo apt install cron" in ended.stderr


ODD = Job("0123456789ab", ("/opt/Kim de Wit/50% & <buurt>/python", "sync.py", 'een "map"', "--unattended"), 6, 5)


def test_a_mac_gets_an_agent_of_its_own(tmp_path: Path, stands_in: Stands) -> None:
    kept = stands_in(ASKED, "launchctl")
    timer = Launchd(tmp_path / "Kim de Wit")
    assert not timer.has(ODD)
    timer.put(ODD)
    timer.put(ODD)
    [file] = (tmp_path / "Kim de Wit" / "Library" / "LaunchAgents").iterdir()
    said = plistlib.loads(file.read_bytes())
    assert said["ProgramArguments"] == list(ODD.command) and said["StartCalendarInterval"] == {"Hour": 6, "Minute": 5}
    assert said["Label"] == file.stem and str(file) in timer.describe(ODD) and timer.has(ODD)
    asked = (kept / "asked").read_text("utf-8").split("--\n")
    bootout = f"bootout\ngui/{os.getuid()}/{file.stem}\n"
    assert asked[:4] == [bootout, f"bootstrap\ngui/{os.getuid()}\n{file}\n"] * 2
    timer.take_away(ODD)
    assert not timer.has(ODD) and (kept / "asked").read_text("utf-8").split("--\n")[4] == bootout
    (kept / "refuses").write_text("bootstrap")
    with pytest.raises(Stop, match="niet toegestaan"):
        timer.put(ODD)
    assert not timer.has(ODD)


def test_windows_gets_a_task_in_its_planner(tmp_path: Path, stands_in: Stands) -> None:
    kept = stands_in(ASKED, "schtasks")
    timer = TaskPlanner()
    timer.put(ODD)
    timer.take_away(ODD)
    assert timer.has(ODD), "it is asked, and this one always says yes"
    create, delete, query, _end = (kept / "asked").read_text("utf-8").split("--\n")
    assert create.startswith("/Create\n/F\n/TN\nBuurtbeheer 0123456789ab\n/XML\n")
    assert delete == "/Delete\n/F\n/TN\nBuurtbeheer 0123456789ab\n" and query.startswith("/Query\n")
    task = ET.fromstring((kept / "task.xml").read_bytes().decode("utf-16").partition("\n")[2])  # our own
    words = {one.tag.rpartition("}")[2]: one.text for one in task.iter()}
    assert words["Command"] == ODD.command[0] and words["Arguments"] == 'sync.py "een \\"map\\"" --unattended'
    assert words["StartBoundary"] == "2026-01-01T06:05:00" and task_xml(ODD).startswith("<?xml")
    (kept / "refuses").write_text("/Query")
    assert not timer.has(ODD)


def test_each_timer_says_beforehand_what_it_will_do(tmp_path: Path) -> None:
    for timer in (Cron(), Systemd(tmp_path), Launchd(tmp_path), TaskPlanner()):
        assert ODD.key in timer.describe(ODD)
