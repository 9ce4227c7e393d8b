"""A round that nobody watches: the coordinator hears by mail what went wrong or waits for her, once for each cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import filelock

from outside.config.choices import Choices
from outside.config.settings import Settings, home_of
from outside.console import warn
from outside.errors import Stop
from outside.files.atomic import own_folder
from outside.mail.compose import compose_notice
from outside.run.causes import Cause, Memory, as_lines, gathered, local_time
from outside.run.log import run_log
from outside.run.mailboxes import open_mailbox
from roster.plan.delivery_status import State

_SOLVED = "Intussen ging een ronde weer goed."

_ONCE = (
    "Dit mailtje komt één keer. U hoort het opnieuw als er iets anders is, of als het is opgelost en terugkomt.\n"
    "Het komt van Buurtbeheer zelf: antwoorden hoeft niet."
)


def watch_over(settings: Settings, choices: Choices, whole_round: Callable[[Choices], int], *, unattended: bool) -> int:
    """Carry out a round and know why it needs its coordinator; its exit code. Where nobody looks on she is mailed.

    With somebody at the screen she is told there what no mail could tell her before, and what she sees there needs no
    mail: it is remembered as told, or as solved.
    """
    memory = Memory.read(settings.paths.state)

    def act() -> int:
        return whole_round(replace(choices, unattended=unattended))

    if not unattended:
        if not memory.is_there:
            return act()
        _tell_missed(memory)
        return _to_its_end(memory, settings, act, mails=False)
    lock = filelock.FileLock(settings.paths.state / "unattended.lock", timeout=0, mode=0o600)
    try:
        own_folder(settings.paths.state)
        lock.acquire()
    except filelock.Timeout:
        warn("De vorige ronde die vanzelf begon, is nog bezig. Er is niets gedaan.")
        return 2
    except (OSError, Stop, NotImplementedError):
        pass  # the round itself says what is amiss with that folder
    try:
        if memory.begun:
            _tell_broken_off(memory, settings)
        return _to_its_end(memory, settings, act, mails=True)
    finally:
        lock.release()


def _to_its_end(memory: Memory, settings: Settings, act: Callable[[], int], *, mails: bool) -> int:
    """The round, and then what is told of it, also where it ends early."""
    when = local_time(datetime.now())
    if mails:
        memory.begun = memory.last = when
        memory.keep()
    found: list[Cause] = []
    try:
        with gathered() as found:
            return act()
    finally:
        found = [replace(one, when=when) for one in found]
        whole = all(one.whole for one in found)
        memory.begun = ""
        _tell(memory, found, settings, mails=mails, whole=whole)


def _tell(memory: Memory, found: Sequence[Cause], settings: Settings, *, mails: bool, whole: bool) -> None:
    """Tell what she does not know yet, and remember it. Where that cannot be, she is rather told once more."""
    now = {one.key for one in found}
    late = [
        replace(one, lines=(*one.lines, _SOLVED)) if whole and one.key not in now else one
        for one in memory.causes.values()
        if not one.told
    ]
    new = [one for one in found if one.key not in memory.causes]
    told = not mails or not (late or new) or _mail([*late, *new], settings)
    memory.after(found, told=told, whole=whole)
    memory.keep()


def _tell_broken_off(memory: Memory, settings: Settings) -> None:
    """The last round never came to its end: it could not say so itself, and this one may not either."""
    lines = (
        "Een ronde die vanzelf liep, brak ineens af. Misschien viel de computer uit.",
        "De volgende ronde gaat verder waar het bleef. Blijft dit mailtje komen? Typ dan: make sync",
    )
    _tell(memory, [Cause(lines, when=memory.begun)], settings, mails=True, whole=False)


def _tell_missed(memory: Memory) -> None:
    """Say on the screen what happened while nobody looked on, and could not be mailed."""
    missed = [one for one in memory.causes.values() if not one.told]
    if not missed:
        return
    for when in dict.fromkeys(one.when for one in missed):
        warn(f"Buurtbeheer liep vanzelf op {when}, en kon u niet mailen wat er was:")
        for line in as_lines([one for one in missed if one.when == when]):
            warn(f"  {line}", "plain")
    memory.after((), told=True, whole=False)
    memory.keep()


def _mail(causes: Sequence[Cause], settings: Settings) -> bool:
    """Mail the coordinator; whether that left. Nothing of it ends the round."""
    if not settings.mail.leaves:
        return False
    letter = compose_notice("Buurtbeheer heeft u even nodig", _text(causes, settings), settings, datetime.now())
    try:
        with run_log(settings, "notice") as ended, closing(open_mailbox(settings)) as mailbox:
            outcome = mailbox.deliver(letter)
            ended(state=outcome.state, causes=len(causes))
    except Stop as stop:
        warn(f"De coördinator kon niet worden gemaild. {stop.message}")
        return False
    if outcome.state in (State.SENT, State.UNCERTAIN):  # of two, one that is uncertain more often arrived than not
        return True
    warn(f"De coördinator kon niet worden gemaild: {outcome.reason or outcome.state}.")
    return False


def _text(causes: Sequence[Cause], settings: Settings) -> str:
    """The mail, as plain text: it is about a computer, for who looks after it."""
    parts = ["Beste coördinator,"]
    folder = home_of(settings.source).name
    for when in dict.fromkeys(one.when for one in causes):
        here = [one for one in causes if one.when == when]
        parts.append(f"Buurtbeheer liep vanzelf op {when}, in de map {folder}. Dit is er aan de hand:")
        parts += ["\n".join(as_lines([one])) for one in here]
    return "\n\n".join([*parts, f"Wat hier staat, typt u op die computer in de map {folder}.", _ONCE]) + "\n"
