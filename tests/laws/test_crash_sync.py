"""The real door on a real .xlsx, killed at any moment and opened again: nobody twice, nobody missed."""

from __future__ import annotations

import email
import re
import shutil
import sys
from collections import Counter
from datetime import date
from email.policy import SMTP
from pathlib import Path

import pytest
from python_calamine import load_workbook

from support.ground import example_at
from support.kill import die_often, strace
from support.pressed import press

MADE = re.compile(rb"Gemaakt op [\d-]+ [\d:]+")
ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
SETTINGS = """
[mail]
sender = "Buurtwacht <buurt@mail.example>"
[network]
regiegroep_number = "06-12345678"
"""


def door(folder: Path) -> list[str]:
    settings = str(folder / "settings.toml")
    return [
        sys.executable,
        "-B",
        str(ROOT / "scripts" / "sync.py"),
        "--yes",
        "--today",
        str(TODAY),
        "--settings",
        settings,
    ]


def addresses(folder: Path) -> Counter[str]:
    """Who has a whole letter in the outbox, and how many."""
    found: Counter[str] = Counter()
    for path in (folder / "out" / "mail").iterdir():
        data = path.read_bytes()
        assert data.endswith(b"--\r\n")
        found[str(email.message_from_bytes(data, policy=SMTP)["To"].addresses[0].addr_spec).lower()] += 1
    return found


def column(folder: Path, heading: str) -> list[str]:
    """A column of Deelnemers as the file on the disk says."""
    rows = load_workbook(str(folder / "register.xlsx")).get_sheet_by_name("Deelnemers").to_python()
    head = next(number for number, row in enumerate(rows) if "Mobiel" in row)
    position = rows[head].index(heading)
    return [str(row[position]) for row in rows[head + 1 :]]


def everything(folder: Path) -> dict[str, bytes]:
    """All that people can see of a round, but for the minute at which the page was made."""
    paths = [folder / "register.xlsx", *(path for path in (folder / "out").rglob("*") if path.is_file())]
    return {path.relative_to(folder).as_posix(): MADE.sub(b"", path.read_bytes()) for path in paths}


class Ground:
    """A folder with settings and a register of made-up people, laid out anew as often as is asked."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._register = folder / "register.xlsx"
        example_at(self._register, 16, 1, TODAY)
        self.lay_out()
        assert press("sync", *door(self.home)[3:], cwd=self.home).returncode == 1
        self.due = addresses(self.home)
        assert len(self.due) > 8
        assert set(self.due.values()) == {1}
        self.welcomed = column(self.home, "Welkom")

    def lay_out(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        shutil.copy(self._register, self.home / "register.xlsx")
        (self.home / "settings.toml").write_text(SETTINGS, encoding="utf-8")

    def look_over(self) -> None:
        """One more round ends as an undisturbed one does."""
        ended = press("sync", *door(self.home)[3:], cwd=self.home)
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert addresses(self.home) == self.due
        assert column(self.home, "Welkom") == self.welcomed

    def look_over_twice(self) -> None:
        """And the round after that changes nothing at all."""
        self.look_over()
        before = everything(self.home)
        self.look_over()
        assert everything(self.home) == before


def test_a_sync_that_is_killed_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """A few moments; the wide test takes many more."""
    ground = Ground(tmp_path)
    died = die_often(door(ground.home), ground.lay_out, ground.look_over, 3)
    assert died >= 2  # strace counts a thread apart, so not every call is met


@pytest.mark.long
def test_a_sync_that_is_killed_at_many_moments_is_finished_by_the_next_one(tmp_path: Path) -> None:
    """Every third call that changes the disk, or sixty moments in time."""
    ground = Ground(tmp_path)
    assert die_often(door(ground.home), ground.lay_out, ground.look_over_twice, 110 if strace() else 60) >= 50
