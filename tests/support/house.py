"""A folder with our Makefile and launchers, an environment that seems ready, and doors that tell what they were given."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from conftest import CHECKOUT

LAUNCHERS = ("Buurtbeheer.sh", "Buurtbeheer.command", "Buurtbeheer.cmd")

DOOR = (
    "import json, sys\nprint(json.dumps(sys.argv[1:]))\n"
    "sys.exit(next((code for mark, code in (('--fail', 3), ('--none', 2), ('--look', 1)) if mark in sys.argv), 0))\n"
)
"""Ends in 3, 2 or 1 when asked to."""


def lay_out_house(folder: Path, *doors: str) -> Path:
    """The folder; its own Python is the one that runs the tests."""
    (folder / "scripts").mkdir(parents=True)
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", *LAUNCHERS):
        shutil.copy(CHECKOUT / name, folder)
    shutil.copy(CHECKOUT / "scripts" / "menu.py", folder / "scripts")
    (folder / "scripts" / "outside").mkdir()
    shutil.copy(CHECKOUT / "scripts" / "outside" / "launcher.py", folder / "scripts" / "outside")
    (folder / "requirements.lock").touch()
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / ".ready").touch()
    for door in doors:
        (folder / "scripts" / f"{door}.py").write_text(DOOR, encoding="utf-8")
    return folder
