"""Keeps the bench's registers in a folder, and lays out fresh places to run a door in.

Registers are made by `registers.py` in a process of its own, as everything is that the bench starts.
"""

from __future__ import annotations

import shutil
import sys
from itertools import count
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
[map]
tiles = ""
"""
"""Without a server of maps: what a network takes is no figure of ours."""


def home(folder: Path, register: Path, state: Path | None = None) -> Path:
    """A fresh place to run a door in: settings, register and (where given) what an earlier run left.

    It gets a number behind `folder`, and nothing is cleared away for it: ext4 lets whoever makes files soon after
    many went wait for each of them, and that would be measured.
    """
    place = next(one for turn in count(1) if not (one := folder.with_name(f"{folder.name}.{turn}")).exists())
    return _laid_out(place, register, state)


def _laid_out(place: Path, register: Path, state: Path | None = None) -> Path:
    place.mkdir(parents=True)
    (place / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copyfile(register, place / "register.xlsx")
    if state is not None:
        shutil.copytree(state, place / "state", ignore=shutil.ignore_patterns("backups"))
        for name in ("config", "out"):  # the ledger's secret, and what people take away
            shutil.copytree(state.parent / name, place / name)
    return place


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
        place = self._in_use(f"quiet-{members}", members, rounds=2)
        path = place / "register.xlsx"
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
        place = self._in_use(f"settled-{members}-{new}", members, rounds=1)
        path = place / "with-newcomers.xlsx"
        if not path.exists():
            run([sys.executable, HERE / "registers.py", "newcomers", str(new), place / "register.xlsx", path])
        return path, place / "state"

    def _in_use(self, name: str, members: int, rounds: int) -> Path:
        """A place that so many rounds left behind; somebody sent the letters of the first, and said so."""
        place = self.folder / name
        out = place / "out"
        if not out.exists() or (out / "mail").exists():
            shutil.rmtree(place, ignore_errors=True)  # of a bench that was broken off, or of an older one
            python, *door = sync(_laid_out(place, self.fresh(members)))
            said = [*sync(place, "sent")[1:], "--outbox"]
            for words in (door, said, *[door] * (rounds - 1)):
                run([python, HERE / "hasty.py", *words], codes=(0, 1))
            shutil.rmtree(out / "mail")
        return place
