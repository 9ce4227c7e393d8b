"""What all tests share: where the house stands, and a door run as a real process."""

from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from outside.config.settings import LEDGER_SECRET
from support.pressed import press

CHECKOUT = Path(__file__).resolve().parents[1]
SCRIPTS = CHECKOUT / "scripts"

settings.register_profile(
    "house",
    max_examples=30,
    deadline=None,  # the machine may be busy with other tests
    suppress_health_check=[HealthCheck.too_slow],  # likewise
    database=None,  # nothing is left behind; a case that was found becomes a row in a test
)
settings.register_profile("many", settings.get_profile("house"), max_examples=1000)  # with make test-long
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


DISK_IN_MEMORY = Path("/dev/shm")
"""Where Linux keeps files without a disk: tests wait there for no fsync, and what a kill leaves is the same."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Folders of tests lie in memory where that can be, unless somebody chose a place."""
    if os.access(DISK_IN_MEMORY, os.W_OK) and not {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys():
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(DISK_IN_MEMORY)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some tests wait for a server, a lock or a process, and each prepares its ground."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage among the tests that are found, now or later: all of them live to the end.

    It was half of what finding them took, and each worker finds them all.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--sample=60 --seed=1` runs so many of the chosen tests, the same ones for the same seed."""
    parser.addoption("--sample", type=int, default=0, help="run only so many of the chosen tests")
    parser.addoption("--seed", default="1", help="which ones a sample holds")


@pytest.hookimpl(trylast=True)  # after -m and -k have chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Draw the sample: every file in turn, so that none is left out because it holds few."""
    wanted, seed = config.getoption("--sample"), config.getoption("--seed")
    if not wanted:
        return
    drawn = sorted(items, key=lambda item: hashlib.sha256(f"{seed} {item.nodeid}".encode()).digest())
    turns: Counter[Path] = Counter()
    order: dict[str, tuple[int, int]] = {}
    for at, item in enumerate(drawn):
        turns[item.path] += 1
        order[item.nodeid] = turns[item.path], at
    chosen = set(sorted(order, key=order.__getitem__)[:wanted])
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
    items[:] = [item for item in items if item.nodeid in chosen]


NOWHERE = "http://127.0.0.1:9"
"""A proxy at which nobody listens: no test reaches a server of others."""


@pytest.fixture(autouse=True, scope="session")
def _nothing_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever tests start finds an empty home, leaves no trace in anybody's own, and reaches no server of others."""
    home = str(tmp_path_factory.mktemp("home"))
    left_behind = CHECKOUT / LEDGER_SECRET
    was_there = left_behind.exists()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, home)
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("https_proxy", NOWHERE)
        yield
    assert not left_behind.exists() or was_there, "a test wrote in the checkout: its settings have no source of its own"


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


@pytest.fixture
def press_door(tmp_path: Path) -> RunDoor:
    """The same in this process, for rounds on real files and servers that need no process of their own."""
    return partial(press, cwd=tmp_path)
