"""Has this computer run a round every day by itself, with nobody looking on; or no more."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from outside.config.choices import Choices
from outside.config.settings import Settings, home_of
from outside.console import agree, can_answer, say
from outside.errors import Stop
from outside.run.causes import Memory
from outside.timers import Job, Timer, timers

SYNC = Path(__file__).resolve().parents[2] / "sync.py"

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def set_schedule(settings: Settings, choices: Choices, at: str, *, send: bool) -> int:
    """Tell what will be done, ask, and do it; what ran for these settings before is replaced. The exit code."""
    job = _job(settings, at, send=send)
    first, *others = timers()
    say(f"Elke dag om {job.hour}:{job.minute:02} loopt dan vanzelf een ronde, voor de map {home_of(settings.source)}.")
    say(_mails(settings, send=send))
    say(_about_notices(settings))
    say(first.describe(job))
    if not _agrees(choices, "Zo instellen?", "make schedule"):
        return 0
    memory = Memory.read(settings.paths.state)
    memory.keep()  # so that it has its room on the disk before that is full
    first.put(job)
    for other in others:
        _take_away(other, job)
    say("Het is ingesteld. De computer moet dan wel aan staan. Niet meer? Typ: make schedule OFF=1")
    return 0


def end_schedule(settings: Settings, choices: Choices) -> int:
    """Ask, and take away what runs for these settings. The exit code."""
    job = _job(settings, "0:00", send=False)
    found = [timer for timer in timers() if timer.has(job)]
    if not found:
        say("Er was niets ingesteld: Buurtbeheer loopt op deze computer niet vanzelf voor deze map.")
        return 0
    say(f"Dan loopt er geen ronde meer vanzelf voor de map {home_of(settings.source)}.")
    if not _agrees(choices, "Weghalen?", "make schedule OFF=1"):
        return 0
    for timer in found:
        timer.take_away(job)
    say("Het is weg. U typt weer zelf: make sync")
    return 0


def _job(settings: Settings, at: str, *, send: bool) -> Job:
    found = _TIME.fullmatch(at.strip())
    if found is None:
        raise Stop(f"'{at}' is geen tijd.", "Typ bijvoorbeeld: make schedule AT=20:30")
    key = hashlib.sha256(str(settings.source.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    python = Path(sys.executable)
    windowless = python.with_name("pythonw.exe")  # on Windows; the other one opens a window each time
    program = windowless if windowless.is_file() else python
    command = [str(program), str(SYNC), "--settings", str(settings.source), "--unattended", *["--yes"] * send]
    if any(mark in part for part in command for mark in "\r\n"):
        raise Stop(
            "In de naam van de map staat een regeleinde. Daar kan niets vanzelf lopen.", "Geef de map een andere naam."
        )
    return Job(key, tuple(command), int(found[1]), int(found[2]))


def _take_away(timer: Timer, job: Job) -> None:
    """What ran by another timer of this system: one round a day is enough."""
    if timer.has(job):
        timer.take_away(job)


def _agrees(choices: Choices, question: str, word: str) -> bool:
    if choices.yes or agree(question):
        return True
    say("Er is niets veranderd." if can_answer() else f"Er is niets veranderd. Zonder vraag: {word} YES=1")
    return False


def _mails(settings: Settings, *, send: bool) -> str:
    if not settings.mail.leaves:
        return f"Mails komen klaar te staan in {settings.paths.out.name}/mail; er gaat niets weg."
    if send:
        return "Mails gaan dan vanzelf weg, zonder vraag. Hebt u dat liever niet? Typ het zonder SEND."
    return "Er gaat dan geen mail weg zonder uw ja. Mag dat wel, zonder vraag? Typ: make schedule SEND=yes"


def _about_notices(settings: Settings) -> str:
    if not settings.mail.leaves:
        return "Gaat er iets mis, dan staat dat bij uw volgende make sync op het scherm: mailen staat niet aan."
    whom = settings.network.coordinator_email or settings.mail.reply_to or settings.mail.sender
    return f"Gaat er iets mis of wacht er iets op u, dan komt er één mailtje naar {whom}."
