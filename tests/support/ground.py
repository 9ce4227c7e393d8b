"""What many tests begin with: made once by each worker, and laid out as a copy from then on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from outside.commands.setup import make_example
from outside.excel.create import create_register
from roster.sheet.table import Cell

_made: dict[str, TemporaryDirectory[str]] = {}


@cache
def _example(members: int, seed: int, today: date) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "register.xlsx")
        make_example(path, members, seed, today)
        return path.read_bytes()


_registers: dict[str, bytes] = {}


def _put(path: Path, content: bytes) -> None:
    """A register as a new one lies there: in a folder that may be new, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)


def example_at(path: Path, members: int, seed: int, today: date) -> None:
    """A register full of made-up people, where none lies yet."""
    assert not path.exists()
    _put(path, _example(members, seed, today))


def register_at(path: Path, rows: Mapping[str, Sequence[Sequence[Cell]]], **front: str) -> None:
    """A register with these rows, where none lies yet; `front` is what its front tab says: title and network."""
    assert not path.exists()
    what = f"{front}: {dict(rows)}"
    if what not in _registers:
        with TemporaryDirectory() as folder:
            fresh = Path(folder, "register.xlsx")
            create_register(fresh, rows, **front)  # type: ignore[arg-type]  # both are words
            _registers[what] = fresh.read_bytes()
    _put(path, _registers[what])


def laid_out(name: str, folder: Path, lay_out: Callable[[Path], object]) -> Path:
    """`folder` as `lay_out` made one of that name before, which must not say in any file where it lay."""
    if name not in _made:
        _made[name] = TemporaryDirectory()
        lay_out(Path(_made[name].name))
    shutil.copytree(_made[name].name, folder, dirs_exist_ok=True)
    return folder
