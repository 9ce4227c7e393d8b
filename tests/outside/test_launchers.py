"""The three files to double-click, as processes; the one for Windows is only read, because nothing here can run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import CHECKOUT
from outside.launcher import ENDED, IN_MENU, NotReadyError, fetch
from support.house import LAUNCHERS, lay_out_house
from support.sweeps import sweep

posix = pytest.mark.skipif(sys.platform == "win32", reason="sh and its terminals are of Linux and macOS")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: whatever ends a door leaves it as it is."""
    return lay_out_house(tmp_path_factory.mktemp("h") / "mijn 'buurt' & $HOME", "sync", "check")


def press(house: Path, *words: str, typed: str = "", name: str = "Buurtbeheer.sh", **env: str) -> tuple[int, str, str]:
    """Open a launcher from somewhere else; the exit code, and what came out."""
    ended = subprocess.run(
        ["/bin/sh", house / name, *words],
        cwd=house.parent,
        env={**os.environ, **env},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


@posix
@pytest.mark.parametrize("name", sweep(["Buurtbeheer.command", "Buurtbeheer.sh"]))
def test_the_menu_does_what_is_typed_and_says_how_it_ended(house: Path, name: str) -> None:
    """By number and by word, one after another, also without going back to the menu."""
    code, out, told = press(house, typed="2\n\nmake sync ARGS=--look\nsync FORCE=1\n\nsyncc\n\n0\n", name=name)
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [[], ["--look"], ["--force"]]
    assert ENDED[0] in told and ENDED[1] in told and "Bedoelde u sync?" in told
    for number, word in enumerate(IN_MENU, start=1):
        assert re.search(rf"^  {number}  {word} ", told, re.MULTILINE)


@posix
@pytest.mark.parametrize(("ends", "code"), sweep([("--fail", 3), ("--look", 1), ("--none", 2), ("", 0)]))
def test_a_word_behind_the_launcher_ends_with_the_code_of_its_door(house: Path, ends: str, code: int) -> None:
    """And says in Dutch what that means."""
    ended = press(house, "sync", "FORCE=1", f"ARGS={ends}")
    assert ended[0] == code and ENDED[code] in ended[2] and "--force" in ended[1]
    assert "Error" not in ended[2]


@posix
@pytest.mark.parametrize("name", LAUNCHERS)
def test_a_launcher_can_be_opened(name: str) -> None:
    """A Mac opens only what may be run."""
    assert os.access(CHECKOUT / name, os.X_OK)


@posix
@pytest.mark.parametrize(
    ("python", "says"),
    [("exit 1", "Python 3.11 of nieuwer"), ('case "$2" in *version*) exit 0;; esac; exit 1', "venv")],
)
def test_without_a_python_it_says_where_to_get_one(house: Path, tmp_path: Path, python: str, says: str) -> None:
    """Too old, and without the part that makes an environment."""
    fake = tmp_path / "python3"
    fake.write_text(f"#!/bin/sh\n{python}\n")
    fake.chmod(0o755)
    code, out, told = press(house, PYTHON=str(fake))
    assert (code, out) == (2, "") and says in told


@posix
def test_a_mac_without_the_tools_of_apple_is_not_asked_to_install_them(house: Path, tmp_path: Path) -> None:
    """Its /usr/bin/python3 is a question on the screen, until they are there; ours says what to do."""
    for name, does in (("uname", "echo Darwin"), ("xcode-select", "exit 2")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    asked = Path("/usr/bin/env")  # stands where theirs stands, and is not to be run
    code, _out, told = press(house, PATH=path, PYTHON=str(asked))
    assert code == 2 and "python.org" in told


@posix
def test_what_cannot_be_fetched_is_told_and_nothing_seems_ready(tmp_path: Path) -> None:
    """Also in a folder where nothing can be written; the door is not entered."""
    house = lay_out_house(tmp_path / "h", "sync")
    (house / ".venv" / ".ready").unlink()
    (house / ".venv").rename(house / "oud")
    (house / ".venv").symlink_to(house / "weg")
    code, out, told = press(house, "sync")
    assert (code, out) == (2, "") and "Is er internet" in told and "Traceback" not in told
    assert not (house / ".venv" / ".ready").exists()
    with pytest.raises(NotReadyError, match="niets schrijven"):
        fetch(house / "weg")


@posix
def test_parts_that_lie_elsewhere_are_not_emptied(tmp_path: Path) -> None:
    """A .venv that leads to another folder may be in use there, and making it anew begins with emptying it."""
    house, elsewhere = lay_out_house(tmp_path / "h", "sync"), tmp_path / "elders"
    (house / ".venv").rename(elsewhere)
    (elsewhere / ".ready").unlink()
    (house / ".venv").symlink_to(elsewhere)
    code, out, told = press(house, "sync")
    assert (code, out) == (2, "") and "koppeling" in told
    assert (elsewhere / "bin" / "python").exists()


@posix
def test_ctrl_c_is_for_the_door_and_the_menu_stays(house: Path) -> None:
    """In a terminal, where all that runs hears it."""
    import pty

    (house / "scripts" / "check.py").write_text(
        "import sys, time\ntry:\n    print('ik wacht', flush=True)\n    time.sleep(30)\n"
        "except KeyboardInterrupt:\n    sys.exit(3)\n"
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["/bin/sh", house / "Buurtbeheer.sh"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as shown:
        os.close(theirs)
        said = ""

        def wait_for(words: str) -> None:
            nonlocal said
            until = time.monotonic() + 20
            while words not in said and time.monotonic() < until:
                said += os.read(ours, 65536).decode()
            assert words in said
            said = said.split(words, 1)[1]

        wait_for("> ")
        os.write(ours, b"1\n")
        wait_for("ik wacht")
        os.killpg(shown.pid, signal.SIGINT)
        wait_for("niet helemaal klaar")
        wait_for("het volgende.")
        os.write(ours, b"\n")
        wait_for("> ")
        os.write(ours, b"\x04")
        assert shown.wait(20) == 0
    os.close(ours)


CMD = (CHECKOUT / "Buurtbeheer.cmd").read_bytes()


def test_the_launcher_of_windows_is_what_cmd_can_read() -> None:
    """cmd loses its labels without CR LF, reads no UTF-8, and takes a path with a space apart that has no quotes."""
    assert CMD.count(b"\n") == CMD.count(b"\r\n") and CMD.endswith(b"\r\n") and CMD.isascii()
    assert "*.cmd text eol=crlf" in (CHECKOUT / ".gitattributes").read_text()
    lines = CMD.decode().splitlines()
    assert lines[0] == "@echo off"
    labels = [line[1:] for line in lines if line.startswith(":")]
    assert len(labels) == len(set(labels))
    jumps = re.findall(r"\bgoto (\w+)", CMD.decode())
    assert set(jumps) == set(labels)
    for number, line in enumerate(lines):
        bare = re.sub(r'"[^"]*"', "", line)
        assert line.count('"') % 2 == 0
        assert "(" not in bare.removeprefix("echo") or line.startswith("rem")
        assert not re.search(r"%~dp0|scripts\\|%\w+%", bare) or line.startswith(("rem", "exit /b %CODE%"))
        assert not re.search(r"[&|<>^!]", re.sub(r"&& goto \w+|\|\| goto \w+|2?>nul", "", bare))
        if line.startswith(":"):  # nothing falls through from above into what it was not meant for
            above = next(one for one in reversed(lines[:number]) if one)
            assert above.startswith(("goto ", "exit /b "))


def test_the_launcher_of_windows_asks_for_the_same_python() -> None:
    """The newest that the py launcher knows, then what is on the path; the Store's empty one fails the question."""
    asked = re.findall(r'^(\S+(?: -3)?) -c "%NEW%" >nul 2>nul && goto \w+\r$', CMD.decode(), re.MULTILINE)
    assert asked == ["py -3", "python", "python3"]
    [new] = re.findall(r'set "NEW=(.+)"', CMD.decode())
    assert "(3, 11)" in new and "(3, 11)" in (CHECKOUT / "Buurtbeheer.sh").read_text()
    assert subprocess.run([sys.executable, "-c", new], check=False).returncode == 0
    old = new.replace("(3, 11)", "(3, 99)")
    assert subprocess.run([sys.executable, "-c", old], check=False).returncode == 1
    assert CMD.decode().count('"scripts\\menu.py" %*') == len(asked)
