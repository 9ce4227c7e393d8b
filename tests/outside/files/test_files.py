"""Files that only their owner can read, whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outside.files import atomic
from outside.files.atomic import (
    all_differ,
    below,
    make_private,
    private_folder,
    remove_leftovers,
    replace,
    stop_from,
    sync_folder,
    write_private,
)
from outside.files.backups import keep_backup, replacing
from outside.google.journal import Journal

POSIX_ONLY = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows keeps rights in the folder's list, not in a mode"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@POSIX_ONLY
def test_a_file_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask, others can neither open the folder nor read the file."""
    before = os.umask(0)
    try:
        folder = private_folder(tmp_path / "out")
        write_private(folder / "a.txt", b"hallo")
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert mode(folder / "a.txt") == 0o600
    assert (folder / "a.txt").read_bytes() == b"hallo"


@POSIX_ONLY
def test_rights_that_others_were_given_are_taken_away(tmp_path: Path) -> None:
    """A folder or file that was there already loses what others could do with it."""
    folder = tmp_path / "out"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "a").write_bytes(b"")
    (folder / "a").chmod(0o644)
    private_folder(folder)
    make_private(folder / "a")
    assert (mode(folder), mode(folder / "a")) == (0o700, 0o600)


def test_a_write_that_fails_leaves_what_stood_there(tmp_path: Path) -> None:
    """A folder that stands where the file should come makes the write fail; nothing unfinished stays behind."""
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "a.txt" / "in it").write_bytes(b"")
    with pytest.raises(OSError, match=r"a\.txt"):
        write_private(tmp_path / "a.txt", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@POSIX_ONLY
def test_a_link_is_replaced_and_what_it_points_to_is_not_written(tmp_path: Path) -> None:
    """Who leads our file elsewhere by a link gets a file in its place; the other file stays as it was."""
    other = tmp_path / "other"
    other.write_bytes(b"mine")
    (tmp_path / "a").symlink_to(other)
    write_private(tmp_path / "a", b"ours")
    assert other.read_bytes() == b"mine"
    assert not (tmp_path / "a").is_symlink()


def test_what_a_cut_off_run_left_is_swept_away_and_nothing_else(tmp_path: Path) -> None:
    """Only the unfinished files of this module go."""
    (tmp_path / ".buurtbeheer-0a1b2c").write_bytes(b"half")
    (tmp_path / ".hidden").write_bytes(b"")
    (tmp_path / "a.eml").write_bytes(b"")
    remove_leftovers(tmp_path)
    remove_leftovers(tmp_path / "absent")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "a.eml"]


@pytest.mark.parametrize(
    "path",
    [
        "../a",
        "a/../../b",
        "/etc/passwd",
        "",
        ".",
        "a//b",
        "C:/a",
        "a\\b",
        "con",
        "NUL.txt",
        "a/lpt1.vcf",
        "a.",
        "a ",
        "a\x00b",
        "a\nb",
        "a:b",
        "wat?",
    ],
)
def test_a_path_that_leads_out_or_that_windows_cannot_keep_is_refused(tmp_path: Path, path: str) -> None:
    """Such a path is a fault in a planner: ValueError."""
    with pytest.raises(ValueError, match="a plan names a file"):
        below(tmp_path, path)


@pytest.mark.parametrize(
    "path", ["a.vcf", "vcards/Nieuw Den Helder/'t Hoekje (oost).vcf", "borden/B-0001.md", "console/é.md"]
)
def test_an_ordinary_path_lies_below_the_folder(tmp_path: Path, path: str) -> None:
    """Spaces, accents and quotes are fine."""
    assert below(tmp_path, path) == tmp_path / path


@POSIX_ONLY
def test_a_folder_that_is_a_link_to_elsewhere_is_refused(tmp_path: Path) -> None:
    """A planted link inside out/ leads nothing out of it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "vcards").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="lies elsewhere"):
        below(tmp_path / "out", "vcards/a.vcf")


@given(st.text(max_size=30))
def test_no_path_at_all_leads_out_of_the_folder(path: str) -> None:
    """Law: what `below` gives lies below the folder, whatever the plan names."""
    folder = Path(__file__).parent
    try:
        found = below(folder, path)
    except ValueError:
        return
    assert Path(os.path.normpath(found)).is_relative_to(folder)
    assert found != folder


def test_two_names_that_are_one_file_on_windows_are_refused() -> None:
    """Capitals do not tell two files apart there."""
    all_differ(["a/B", "a/C"])
    with pytest.raises(ValueError, match="twice"):
        all_differ(["a/B", "A/b"])


def test_a_full_disk_is_told_in_dutch_without_naming_a_person(tmp_path: Path) -> None:
    """The Stop names the folder of the settings, never the file."""
    full = stop_from(OSError(28, "No space left on device", "Jan Jansen.vcf"), "out")
    assert (full.message, full.code) == ("De schijf is vol.", 2)
    other = stop_from(OSError(5, "I/O error", "Jan Jansen.vcf"), "out", code=3)
    assert other.message == "Schrijven in de map out lukt niet."
    assert "Jan" not in other.message + other.remedy


def test_a_replaced_file_is_the_new_one(tmp_path: Path) -> None:
    """The old content is gone in one step, and the folder can be settled."""
    (tmp_path / "new").write_bytes(b"2")
    (tmp_path / "old").write_bytes(b"1")
    replace(tmp_path / "new", tmp_path / "old")
    sync_folder(tmp_path)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"2")]


def _over(folder: Path) -> None:
    with replacing(folder / "register.xlsx") as file:
        file.write(b"new")


def _noted(folder: Path) -> None:
    journal = Journal(folder)
    try:
        journal.note(5, {}, {}, {})
    finally:
        journal.close(keep=True)


WRITERS = {
    "a private file": lambda folder: write_private(folder / "text", b"new"),
    "the register": _over,
    "its backup": lambda folder: keep_backup(folder / "register.xlsx", folder / "backups"),
    "the journal": _noted,
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this is where a system tells what we hold open")
def test_on_windows_a_file_that_is_looked_at_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: Callable[[Path], object]
) -> None:
    """A scanner holds a new file for a moment; and a file that we hold open ourselves gets no other name at all."""
    refused, take = [], Path.replace

    def refuse(self: Path, target: Path) -> Path:
        held = {os.path.realpath(handle) for handle in Path("/proc/self/fd").iterdir()}
        if os.path.realpath(self) in held or refused.count(self) < 3:
            refused.append(self)
            raise PermissionError(errno.EACCES, "held")
        return take(self, target)

    (tmp_path / "register.xlsx").write_bytes(b"old")
    (tmp_path / "backups").mkdir(mode=0o700)
    before = set(tmp_path.rglob("*"))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(atomic.time, "sleep", lambda _seconds: None)
    writer(tmp_path)
    monkeypatch.undo()
    new = [path for path in tmp_path.rglob("*") if path not in before and path.is_file() and path.name != ".gitignore"]
    assert refused and (len(new) == 1 or (tmp_path / "register.xlsx").read_bytes() == b"new")


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such call")
def test_on_a_mac_all_is_really_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: Callable[[Path], object]
) -> None:
    """There fsync alone leaves it to the disk when: the file and the name are both asked for in full."""
    import fcntl  # there is no such module on Windows

    asked: list[int] = []
    (tmp_path / "register.xlsx").write_bytes(b"old")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda _handle, what: asked.append(what))
    monkeypatch.setattr(os, "fsync", lambda _handle: pytest.fail("not enough on a Mac"))
    writer(tmp_path)
    assert set(asked) == {51}
