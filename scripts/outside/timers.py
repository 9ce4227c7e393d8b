"""The timer of this system, as cron: the one place that knows what differs between them."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.sax.saxutils import escape

from outside.errors import Stop
from outside.files.atomic import write_private


@dataclass(frozen=True, slots=True)
class Job:
    """What runs every day: the command, at which time. `key` names it among those of other folders."""

    key: str
    command: tuple[str, ...]
    hour: int = 0
    minute: int = 0


class Timer(Protocol):
    """A timer of this user. `describe` says what it does for a job, in Dutch, before it does it."""

    def describe(self, job: Job) -> str:
        """See above."""

    def has(self, job: Job) -> bool:
        """Whether it runs something by that key. Raises Stop where nobody can tell."""

    def put(self, job: Job) -> None:
        """Run it from now on, in place of what ran by that key. Raises Stop where that cannot be."""

    def take_away(self, job: Job) -> None:
        """Run it no more. Raises Stop."""


def timers() -> list[Timer]:
    """The timers that this system has, the usual one first. Raises Stop where it has none."""
    if sys.platform == "darwin":
        return [Launchd(Path.home())]
    if sys.platform == "win32":
        return [TaskPlanner()]
    found: list[Timer] = []
    if shutil.which("crontab"):
        found.append(Cron())
    if shutil.which("systemctl") and not _run("systemctl", "--user", "show-environment").returncode:
        found.append(Systemd(Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")))
    if not found:
        raise Stop(
            "Op deze computer is niets dat Buurtbeheer op een vast uur kan starten: cron ontbreekt.",
            "Typ op Debian of Ubuntu: sudo apt install cron. Op Fedora: sudo dnf install cronie\n"
            "Typ daarna nog eens: make schedule",
        )
    return found


class Cron:
    """A line in this user's crontab; all others stay byte for byte (crontab(5))."""

    def describe(self, job: Job) -> str:
        """The line as it will stand there."""
        return f"Daarvoor komt deze regel in uw crontab; de andere regels blijven zoals ze zijn:\n  {_line(job)}"

    def has(self, job: Job) -> bool:
        """Whether a line ends in its mark."""
        return any(_is_of(line, job) for line in _crontab())

    def put(self, job: Job) -> None:
        """In place of the line that stood there, or below all others."""
        mine, lines = os.fsencode(f"{_line(job)}\n"), _crontab()
        at = next((turn for turn, line in enumerate(lines) if _is_of(line, job)), len(lines))
        kept = [line for line in lines if not _is_of(line, job)]
        if kept and not kept[-1].endswith(b"\n"):
            kept[-1] += b"\n"
        _write_crontab([*kept[:at], mine, *kept[at:]])

    def take_away(self, job: Job) -> None:
        """The others stay."""
        _write_crontab([line for line in _crontab() if not _is_of(line, job)])


def _crontab() -> list[bytes]:
    """Its lines. Raises Stop where it cannot be read: what is not known must not be written over."""
    ended = _run("crontab", "-l")
    if not ended.returncode:
        return ended.stdout.splitlines(keepends=True)
    if b"no crontab" in ended.stderr or b"can't open" in ended.stderr:
        return []
    raise _refused("crontab", ended)


def _write_crontab(lines: Sequence[bytes]) -> None:
    _must("crontab", "-", given=b"".join(lines))
    if not {line.strip() for line in lines} <= {line.strip() for line in _crontab()}:
        raise Stop("De crontab is niet zoals Buurtbeheer hem schreef.", "Kijk hem na met: crontab -l", code=3)


def _is_of(line: bytes, job: Job) -> bool:
    return not line.startswith(b"#") and line.rstrip().endswith(_mark(job).encode())


def _mark(job: Job) -> str:
    return f"# buurtbeheer {job.key}"


def _line(job: Job) -> str:
    """In a crontab a % is the end of the command, unless a backslash stands before it."""
    command = shlex.join(job.command).replace("%", r"\%")
    return f"{job.minute} {job.hour} * * * {command} >/dev/null 2>&1 {_mark(job)}"


class Systemd:
    """A timer of this user's own systemd, which catches up with what it missed (systemd.timer(5))."""

    def __init__(self, config: Path) -> None:
        self._folder = config / "systemd" / "user"

    def describe(self, job: Job) -> str:
        """Where it will stand."""
        where = f"{self._name(job)}, in {self._folder}"
        return f"Daarvoor komt er een timer van systemd bij: {where}. Die loopt als u bent ingelogd."

    def has(self, job: Job) -> bool:
        """Whether its file is there."""
        return (self._folder / f"{self._name(job)}.timer").exists()

    def put(self, job: Job) -> None:
        """Its two files, and the word to begin."""
        name = self._name(job)
        service = f"[Unit]\nDescription=Buurtbeheer\n\n[Service]\nType=oneshot\nExecStart={_exec(job.command)}\n"
        service += "StandardOutput=null\nStandardError=null\n"
        when = f"OnCalendar=*-*-* {job.hour:02}:{job.minute:02}:00\nPersistent=true\n"
        timer = f"[Unit]\nDescription=Buurtbeheer\n\n[Timer]\n{when}\n[Install]\nWantedBy=timers.target\n"
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self._folder / f"{name}.service", os.fsencode(service))
        write_private(self._folder / f"{name}.timer", timer.encode())
        _must("systemctl", "--user", "daemon-reload")
        _must("systemctl", "--user", "enable", "--now", f"{name}.timer")

    def take_away(self, job: Job) -> None:
        """Both files."""
        name = self._name(job)
        _must("systemctl", "--user", "disable", "--now", f"{name}.timer")
        for kind in ("timer", "service"):
            (self._folder / f"{name}.{kind}").unlink(missing_ok=True)
        _must("systemctl", "--user", "daemon-reload")

    def _name(self, job: Job) -> str:
        return f"buurtbeheer-{job.key}"


def _exec(command: Sequence[str]) -> str:
    """A command line as systemd reads it (systemd.service(5)): % and $ mean something there, unless doubled."""
    plain = (part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") for part in command)
    return " ".join(f'"{part}"' for part in plain)


class Launchd:
    """An agent of this user on a Mac (launchd.plist(5)); it catches up when the computer wakes."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "Library" / "LaunchAgents"

    def describe(self, job: Job) -> str:
        """Where it will stand."""
        return f"Daarvoor komt er een bestand bij voor launchd: {self._file(job)}"

    def has(self, job: Job) -> bool:
        """Whether its file is there."""
        return self._file(job).exists()

    def put(self, job: Job) -> None:
        """Its file, and the word to begin; one that ran before ends first."""
        file = self._file(job)
        self._folder.mkdir(parents=True, exist_ok=True)
        properties = {
            "Label": file.stem,
            "ProgramArguments": list(job.command),
            "StartCalendarInterval": {"Hour": job.hour, "Minute": job.minute},
            "StandardOutPath": "/dev/null",
            "StandardErrorPath": "/dev/null",
        }
        _run("launchctl", "bootout", f"{_user()}/{file.stem}")
        write_private(file, plistlib.dumps(properties))
        try:
            _must("launchctl", "bootstrap", _user(), str(file))
        except Stop:
            file.unlink(missing_ok=True)
            raise

    def take_away(self, job: Job) -> None:
        """Its file; what launchd does not know any more need not be ended."""
        file = self._file(job)
        _run("launchctl", "bootout", f"{_user()}/{file.stem}")
        file.unlink(missing_ok=True)

    def _file(self, job: Job) -> Path:
        return self._folder / f"nl.buurtbeheer.{job.key}.plist"


def _user() -> str:
    return f"gui/{os.getuid()}"  # type: ignore[attr-defined,unused-ignore]  # a Mac has it, Windows has not


class TaskPlanner:
    """A task in Windows' planner (Taakplanner), which catches up when the computer is on again."""

    def describe(self, job: Job) -> str:
        """What it will be called."""
        return f"Daarvoor komt er een taak bij in Taakplanner: {_task(job)}. Die loopt als u bent ingelogd."

    def has(self, job: Job) -> bool:
        """Whether the planner knows it."""
        return not _run("schtasks", "/Query", "/TN", _task(job)).returncode

    def put(self, job: Job) -> None:
        """As XML: on its command line a task has room for 261 characters."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "taak.xml")
            file.write_text(task_xml(job), encoding="utf-16")
            _must("schtasks", "/Create", "/F", "/TN", _task(job), "/XML", str(file))

    def take_away(self, job: Job) -> None:
        """By its name."""
        _must("schtasks", "/Delete", "/F", "/TN", _task(job))


def _task(job: Job) -> str:
    return f"Buurtbeheer {job.key}"


def task_xml(job: Job) -> str:
    """The task as the planner takes it in (Task Scheduler schema 1.2): missed days made up, also on a battery."""
    program, *more = job.command
    arguments = subprocess.list2cmdline(more)
    return (
        '<?xml version="1.0" encoding="UTF-16"?>\n'
        '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">'
        f"<Triggers><CalendarTrigger><StartBoundary>2026-01-01T{job.hour:02}:{job.minute:02}:00</StartBoundary>"
        "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>"
        "<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
        "<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>"
        "<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><StartWhenAvailable>true</StartWhenAvailable></Settings>"
        f"<Actions><Exec><Command>{escape(program)}</Command><Arguments>{escape(arguments)}</Arguments></Exec></Actions>"
        "</Task>"
    )


def _run(program: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A program of the system, with what it says in English. Raises Stop where it is not there, or does not answer."""
    path = shutil.which(program)
    if path is None:
        raise Stop(f"Het programma {program} is op deze computer niet gevonden.")
    try:
        return subprocess.run(  # noqa: S603  # the system's own timer
            [path, *arguments],
            input=given,
            capture_output=True,
            check=False,
            timeout=60,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Stop(f"Het programma {program} werkt niet.", "Probeer het later nog eens.") from error


def _must(program: str, *arguments: str, given: bytes = b"") -> None:
    ended = _run(program, *arguments, given=given)
    if ended.returncode:
        raise _refused(program, ended)


def _refused(program: str, ended: subprocess.CompletedProcess[bytes]) -> Stop:
    said = " ".join((ended.stderr or ended.stdout).decode("utf-8", "replace").split())[:300]
    return Stop(f"Het programma {program} doet het niet: {said or f'het eindigde met {ended.returncode}'}")
