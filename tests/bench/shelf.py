"""Keeps the bench's registers in a folder, and lays out fresh places to run a door in.

Registers are made by `registers.py` in a process of its own, as everything is that the bench starts.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from measure import run

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "scripts"
TODAY = "2026-03-14"
SETTINGS = """\
[workbook]
kind = "excel"
path = "register.xlsx"
[network]
regiegroep_number = "06-23456789"
coordinator_email = "coordinator@mail.example"
[mail]
transport = "outbox"
sender = "BuurtPreventieApp <buurt@mail.example>"
"""


def home(folder: Path, register: Path, state: Path | None = None) -> Path:
    """A fresh place to run a door in: settings, register and (where given) the state of an earlier run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copyfile(register, folder / "register.xlsx")
    if state is not None:
        shutil.copytree(state, folder / "state", ignore=shutil.ignore_patterns("backups"))
        shutil.copytree(state.parent / "config", folder / "config")  # the ledger's secret
    return folder


def nobody_welcomed(folder: Path) -> Path:
    """The same place, for a network whose regiegroep has no number yet: nobody is due for a letter."""
    settings = folder / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('regiegroep_number = "06-23456789"', 'regiegroep_number = ""'), encoding="utf-8")
    return folder


def sync(folder: Path, door: str = "sync") -> list[str | Path]:
    """The command that syncs the register in `folder`, or that opens another door to it."""
    settings = folder / "settings.toml"
    return [sys.executable, SCRIPTS / f"{door}.py", "--settings", settings, "--yes", "--today", TODAY]


class Shelf:
    """Registers made once and kept by name: `fresh(n)` was never synced, `settled(n)` has `new` people to welcome."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def fresh(self, members: int) -> Path:
        """A register that no sync has seen."""
        path = self.folder / f"fresh-{members}.xlsx"
        if not path.exists():
            run([sys.executable, HERE / "registers.py", "fresh", str(members), path])
        return path

    def quiet(self, members: int, changed: int = 0) -> tuple[Path, Path]:
        """A register in use in which nothing is new but so many changed rows, and its state: two rounds went before."""
        place = self.folder / f"quiet-{members}"
        path = place / "register.xlsx"
        if not path.exists():
            home(place, self.fresh(members))
            python, *door = sync(place)
            for _ in range(2):
                run([python, HERE / "hasty.py", *door], codes=(0, 1))
            shutil.rmtree(place / "out")
        if not changed:
            return path, place / "state"
        other = place / f"changed-{changed}.xlsx"
        if not other.exists():
            run([sys.executable, HERE / "registers.py", "changed", str(changed), path, other])
        return other, place / "state"

    def settled(self, members: int, new: int) -> tuple[Path, Path]:
        """A register in use, and its state: all have been welcomed, and `new` others have joined since.

        The whole register is synced once; then `new` of the people who got a mail make room for as
        many newcomers in the same groups, with other mobiles, below all others.
        """
        place = self.folder / f"settled-{members}-{new}"
        path = place / "with-newcomers.xlsx"
        if not path.exists():
            home(place, self.fresh(members))
            python, *door = sync(place)
            run([python, HERE / "hasty.py", *door], codes=(0, 1))
            shutil.rmtree(place / "out")
            run([sys.executable, HERE / "registers.py", "newcomers", str(new), place / "register.xlsx", path])
        return path, place / "state"
