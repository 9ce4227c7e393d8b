"""What all tests share: where the house stands, and a door run as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]
SCRIPTS = CHECKOUT / "scripts"

settings.register_profile(
    "house",
    deadline=None,  # the machine may be busy with other tests
    suppress_health_check=[HealthCheck.too_slow],  # likewise
    database=None,  # nothing is left behind; a case that was found becomes a row in a test
)
settings.load_profile("house")

MADE = {".venv", ".git", "out", "state", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
"""What appears by itself; nothing in it is ours. Beside a second checkout .git is a file."""


def files_of_the_house() -> list[Path]:
    """Every file that belongs to the repository: what is made or kept beside it is left out."""
    found = []
    for folder, below, names in os.walk(CHECKOUT):
        below[:] = sorted(name for name in below if name not in MADE)
        found += [Path(folder, name) for name in sorted(names) if name not in MADE]
    kept_out = {".xlsx", ".xlsm", ".pyc", ".vcf", ".eml", ".sqlite3"}
    return [file for file in found if file.suffix not in kept_out and not file.name.startswith((".~", "~$"))]


RunDoor = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_door(tmp_path: Path) -> RunDoor:
    """Run a door as people do, in a process of its own: `run_door("check", "--settings", file)`.

    A path runs that script instead. Nobody is at the keyboard unless `input` is given.
    """

    def run(door: str | Path, *args: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
        script = door if isinstance(door, Path) else SCRIPTS / f"{door}.py"
        keyboard = {} if "input" in more else {"stdin": subprocess.DEVNULL}
        env = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
        settled = {"cwd": tmp_path, "env": env, "timeout": 120, "encoding": "utf-8", **keyboard, **more}
        return subprocess.run([sys.executable, script, *args], capture_output=True, check=False, **settled)

    return run
