"""The frame around every door: shared options, exit codes, and what a terminal sees and a pipe does not."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path

import click
import pytest

from conftest import CHECKOUT, SCRIPTS, RunDoor
from outside.commands.frame import EXAMPLES, what_to_type
from support.ground import example_at
from support.sweeps import sweep

SAMPLE = '''
"""A door made for these tests: it ends as it is told."""
import os
import sys
import time

import click

from outside.config.choices import Choices
from outside.commands.frame import Number, door


@door("Doet een proef.")
@click.option("--end", default="0", help="Hoe het afloopt.")
@click.option("--members", type=Number(1, 9), default=3)
def sample(choices: Choices, end: str, members: int) -> int:
    from outside.console import agree, progress, say, warn
    from outside.errors import Stop

    if end == "stop":
        raise Stop("Het register is open in Excel.", "Sluit het en probeer het opnieuw.", code=3)
    if end == "bug":
        raise KeyError("een fout van ons")
    if end == "wait":
        say("ik wacht")
        sys.stdout.flush()
        time.sleep(60)
    if end == "talk":
        say("goed \\x1b[31mrood\\x1b[0m [b]é[/b] :smile:", "good")
        warn("pas op")
        say("  " + "woorden zijn heel " * 9)
        say("Een melding die niet op een regel past " * 3, "bad", one_line=True)
        with progress("Lezen", 3) as done:
            done(3)
        return 0
    if end == "slow":
        with progress("Lezen", 3) as done:
            done(2)
            time.sleep(2.2)
        return 0
    if end == "ask":
        return 0 if agree("Doorgaan?") else 1
    if end == "see":
        say(f"{choices.settings} {choices.yes} {choices.force} {choices.today} {members}")
        return 0
    return int(end)


if __name__ == "__main__":
    sample()
'''


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    script = tmp_path / "sample.py"
    script.write_text(SAMPLE, encoding="utf-8")
    return script


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_door_leaves_with_the_code_it_was_given(run_door: RunDoor, sample: Path, code: int) -> None:
    """What the door says is what the caller gets."""
    ended = run_door(sample, "--end", str(code))
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "", "")


def test_what_is_typed_behind_a_door_arrives(run_door: RunDoor, sample: Path) -> None:
    """The shared four, and an option of its own."""
    typed = ["--settings", "mijn map/s.toml", "--yes", "--force", "--today", "2026-03-05", "--members", "9"]
    seen = run_door(sample, "--end", "see", *typed)
    assert seen.stdout.split() == ["mijn", f"map{os.sep}s.toml", "True", "True", "2026-03-05", "9"]
    plain = run_door(sample, "--end", "see")
    today = time.strftime("%Y-%m-%d")
    assert plain.stdout.split() in (["None", "False", "False", day, "3"] for day in (today, time.strftime("%Y-%m-%d")))


def test_a_stop_is_told_with_its_remedy_and_without_a_traceback(run_door: RunDoor, sample: Path) -> None:
    """Two lines on stderr, and the Stop's own code."""
    ended = run_door(sample, "--end", "stop")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == "Het register is open in Excel.\nSluit het en probeer het opnieuw.\n"


def test_a_bug_shows_its_traceback_and_is_no_finding(run_door: RunDoor, sample: Path) -> None:
    """Python's own code 1 would mean "findings"."""
    ended = run_door(sample, "--end", "bug")
    assert ended.returncode == 3
    assert "KeyError: 'een fout van ons'" in ended.stderr
    assert "sample.py" in ended.stderr
    assert ended.stderr.rstrip().endswith("Geef de regels hierboven door aan wie het onderhoudt.")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to one process alone")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_one_dutch_line(sample: Path, number: signal.Signals) -> None:
    """Ctrl-C, and a system that shuts down."""
    door = subprocess.Popen(
        [sys.executable, sample, "--end", "wait"],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - a runner in the background ignores it
    )
    assert door.stdout is not None
    assert door.stdout.readline() == "ik wacht\n"
    door.send_signal(number)
    _, told = door.communicate(timeout=20)
    assert door.returncode == 3
    assert told.strip().startswith("Afgebroken.")
    assert len(told.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--today", "5-3-2026"], '--today: "5-3-2026" is geen dag. Schrijf jaar-maand-dag, zoals 2026-03-05.'),
        (["--today", "2026-02-30"], '--today: "2026-02-30" is geen dag.'),
        (["--today", "20260305"], '--today: "20260305" is geen dag.'),
        (["--today", ""], '--today: "" is geen dag.'),
        (["--members", "drie"], '--members: "drie" kan niet. Geef een heel getal van 1 tot en met 9.'),
        (["--members", "10"], '--members: "10" kan niet.'),
        (["--setings", "x"], "De keuze --setings bestaat niet. Bedoelde u --settings?"),
        (["--settings"], "Bij de keuze --settings hoort een waarde"),
        (["--yes=1"], "Bij de keuze --yes hoort een waarde, of juist geen."),
        (["sync"], "alleen keuzes die met -- beginnen"),
    ],
)
def test_a_slip_behind_a_door_is_told_in_dutch(run_door: RunDoor, sample: Path, typed: list[str], told: str) -> None:
    """Nothing was started: code 2."""
    ended = run_door(sample, *typed)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert told in ended.stderr
    assert "Error" not in ended.stderr


def test_what_is_lacking_is_told_with_an_example_that_is_whole() -> None:
    """Each door that needs something says all of it, and nothing that cannot be typed."""
    for door in sorted(SCRIPTS.glob("*.py")):
        needed = re.findall(r'option\(\s*"--([a-z-]+)"[^)]*?required=True', door.read_text(encoding="utf-8"))
        assert set(needed) <= set(EXAMPLES), door.name
    command = click.Command("move", params=[click.Option([f"--{one}"], required=True) for one in ("street", "group")])
    with pytest.raises(click.MissingParameter) as lacking:
        command.make_context("move", [])
    assert what_to_type(lacking.value, "move") == 'Typ bijvoorbeeld: make move STREET="Florastraat" GROUP="Tuindorp"'


def test_help_is_dutch_from_its_first_to_its_last_line(run_door: RunDoor, sample: Path) -> None:
    """Click's own English words are gone."""
    shown = run_door(sample, "--help").stdout
    assert shown.startswith("Zo gebruikt u dit: sample.py [KEUZES]\n\n  Doet een proef.\n\nKeuzes:\n")
    assert not any(word in shown for word in ("Usage", "Options", "Show this message", "OPTIONS", "INTEGER"))
    for option in ("--settings BESTAND", "--yes", "--force", "--today JJJJ-MM-DD", "--end", "--help"):
        assert option in shown


def test_help_loads_nothing_that_it_does_not_need(run_door: RunDoor, sample: Path) -> None:
    """click only: the rest would be felt at every --help."""
    script = textwrap.dedent(
        """
        import runpy, sys
        sys.argv = ["sample.py", "--help"]
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
        except SystemExit:
            heavy = {"rich", "openpyxl", "python_calamine", "jinja2", "phonenumbers", "sqlite3", "tomllib", "email"}
            sys.stderr.write(" ".join(sorted(heavy & set(sys.modules))))
        """
    )
    look = sample.with_name("look.py")
    look.write_text(script, encoding="utf-8")
    seen = run_door(look)
    assert seen.stdout.startswith("Zo gebruikt u dit")
    assert seen.stderr == ""


def test_a_pipe_gets_plain_lines_without_colour_progress_or_control_marks(run_door: RunDoor, sample: Path) -> None:
    """What a file or another program reads."""
    ended = run_door(sample, "--end", "talk", encoding=None)
    assert ended.stdout.decode().splitlines() == [
        "goed [31mrood[0m [b]é[/b] :smile:",
        "  " + "woorden zijn heel " * 9,
        "Een melding die niet op een regel past " * 3,
    ]
    assert ended.stderr.decode() == "pas op\n"
    assert run_door(sample, "--end", "slow").stderr == ""


def test_letters_survive_a_system_that_knows_only_ascii(run_door: RunDoor, sample: Path) -> None:
    """As a Windows machine does when its output goes into a file."""
    env = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    ended = run_door(sample, "--end", "talk", encoding=None, env=env)
    assert "[b]é[/b]".encode() in ended.stdout


def test_where_nobody_can_answer_the_answer_is_no(run_door: RunDoor, sample: Path) -> None:
    """Also when something is waiting in the pipe."""
    assert run_door(sample, "--end", "ask").returncode == 1
    assert run_door(sample, "--end", "ask", input="j\n").returncode == 1


def in_a_terminal(sample: Path, *args: str, answer: bytes = b"") -> tuple[int, str]:
    """Run the sample in a terminal of its own; its exit code and all that it showed."""
    import pty  # not on Windows, where these tests are skipped

    pid, screen = pty.fork()
    if pid == 0:
        os.environ |= {"PYTHONPATH": str(SCRIPTS), "TERM": "xterm-256color", "COLUMNS": "80"}
        os.environ.pop("NO_COLOR", None)
        os.environ.pop("CI", None)
        os.execv(sys.executable, [sys.executable, str(sample), *args])
    os.write(screen, answer)
    seen = b""
    while True:
        try:
            piece = os.read(screen, 4096)
        except OSError:  # how Linux says that the other side is gone
            break
        if not piece:
            break
        seen += piece
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()


needs_a_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


@needs_a_terminal
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # the child only starts another program
def test_a_terminal_shows_colour_and_lines_that_fit_but_obeys_no_cell(sample: Path) -> None:
    """Our own colour is there, the one from the text is not; markup stays as it was typed."""
    code, seen = in_a_terminal(sample, "--end", "talk")
    assert code == 0
    assert "\x1b[32m" in seen
    assert "\x1b[31m" not in seen
    assert "[b]é[/b] :smile:" in seen
    lines = seen.replace("\x1b[0m", "").replace("\x1b[1;31m", "").split("\r\n")
    assert max(map(len, lines)) <= 80
    wrapped = [line for line in lines if "heel" in line]
    assert len(wrapped) > 1 and all(line.startswith("    ") for line in wrapped[1:])
    assert set(" ".join(wrapped).split()) == {"woorden", "zijn", "heel"}, "no word is broken"
    cut = [line for line in lines if line.startswith("Een melding")]
    words = {"Een", "melding", "die", "niet", "op", "een", "regel", "past"}
    assert [line[-1] for line in cut] == ["…"] and set(cut[0][:-1].split()) <= words, "no word is cut"
    assert "Lezen" not in seen


@needs_a_terminal
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # as above
def test_progress_appears_only_when_an_act_takes_long(sample: Path) -> None:
    """After a second and a half, with how far it is, and then it clears itself away."""
    code, seen = in_a_terminal(sample, "--end", "slow")
    assert code == 0
    assert "Lezen" in seen
    assert "2/3" in seen
    assert seen.rstrip().endswith("\x1b[2K")


@needs_a_terminal
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # as above
@pytest.mark.parametrize(("answer", "code"), [(b"j\n", 0), (b"hm\nJA\n", 0), (b"n\n", 1), (b"\x04", 1)])
def test_a_question_is_answered_with_j_or_n(sample: Path, answer: bytes, code: int) -> None:
    """Anything else is asked again; Ctrl-D is no."""
    ended, seen = in_a_terminal(sample, "--end", "ask", answer=answer)
    assert (ended, "Doorgaan? [j/n]" in seen) == (code, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such thing here")
@pytest.mark.parametrize("said", sweep([">/dev/full 2>&1", ">&-", "2>&-", ">/dev/full"], quick=2))
def test_a_round_that_nobody_hears_is_done_all_the_same(tmp_path: Path, said: str) -> None:
    """No traceback, code 3, and everything in its place."""
    shutil.copy(CHECKOUT / "config" / "settings.toml", tmp_path)
    example_at(tmp_path / "register.xlsx", 16, 1, date.today())
    line = f'"{sys.executable}" "{CHECKOUT}/scripts/sync.py" --settings "{tmp_path}/settings.toml" --yes {said}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert len(list((tmp_path / "out" / "mail").glob("*.eml"))) > 8
