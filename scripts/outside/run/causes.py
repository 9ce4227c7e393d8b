"""What ends a round early or waits for a yes, told to the coordinator by mail where nobody looks on."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

import filelock

from outside.config.choices import Choices
from outside.config.settings import Settings, home_of
from outside.console import warn
from outside.errors import Stop
from outside.files.atomic import overwrite, own_folder, write_private
from outside.mail.compose import compose_notice
from outside.run.letters import open_mailbox
from outside.run.log import run_log
from roster.plan.delivery_status import State
from roster.sheet.dutch import short_day

SIZE = 16_384
"""Bytes of the memory, always: a disk that has filled up takes no more, but lets what stands there be written over."""

_FILE = "unattended.json"
_CAUSES, _LINES, _LETTERS = 6, 8, 200
"""So many causes, of so many lines, of so many letters, fit in it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened, in Dutch, and what to do: no name, number or address. `when` the round began, in local time.

    `whole` is True where the round went on to its end all the same. `reported` is True once she knows. `name` is given
    where the words differ from one time to the next.
    """

    lines: tuple[str, ...]
    whole: bool = False
    when: str = ""
    reported: bool = False
    name: str = ""

    @property
    def key(self) -> str:
        """The same for the same cause on another day: how many there are, and at what hour, makes no other of it."""
        said = self.name or re.sub(r"\d+", "#", "\n".join(_short(self.lines)))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def _short(lines: Sequence[str]) -> list[str]:
    """As much of the lines as there is room for; half a letter of another script would not be written down."""
    return [line[:_LETTERS].encode("utf-8", "replace").decode() for line in lines[:_LINES]]


class _Round:
    """The causes of the round that is watched, if one is."""

    found: list[Cause] | None = None


def because(*lines: str, whole: bool = False, name: str = "") -> None:
    """Note why this round needs its coordinator: what happened, and what to do. Silent where no round is watched."""
    if _Round.found is not None:
        _Round.found.append(Cause(tuple(lines), whole, name=name))


@contextmanager
def gathered() -> Iterator[list[Cause]]:
    """The causes that are noted within, and what ends it early as one of them."""
    found: list[Cause] = []
    _Round.found = found
    try:
        yield found
    except Stop as stop:
        because(stop.message, *stop.remedy.splitlines())
        raise
    except Exception as error:
        because(
            f"Er zit een fout in Buurtbeheer zelf: {type(error).__name__}.",
            "Typ: make sync. Geef de regels die dan op het scherm staan door aan wie Buurtbeheer onderhoudt.",
        )
        raise
    except BaseException:
        because("De ronde werd afgebroken.", "Wat al gedaan was, blijft staan. Een volgende ronde gaat daar verder.")
        raise
    finally:
        _Round.found = None


@dataclass(slots=True)
class Memory:
    """What a coordinator was told, in `state`: by key. `begun` says since when a round runs that did not end yet.

    `last` is when the last one began that nobody looked at.
    """

    state: Path
    begun: str = ""
    last: str = ""
    causes: dict[str, Cause] = field(default_factory=dict)

    @classmethod
    def read(cls, state: Path) -> Memory:
        """As it was left; empty where there is none, or where it cannot be read: then a cause is told once more."""
        memory = cls(state)
        with suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            kept = json.loads((state / _FILE).read_text(encoding="utf-8"))
            for one in kept["causes"]:
                one["reported"] = one.pop("told", False)  # as it has always been called there
            causes = [Cause(**{**one, "lines": tuple(map(str, one["lines"]))}) for one in kept["causes"]]
            memory.begun, memory.last = str(kept["begun"]), str(kept["last"])
            memory.causes = {one.key: one for one in causes if one.lines}
        return memory

    @property
    def is_there(self) -> bool:
        """False where no round ever ran by itself."""
        return (self.state / _FILE).exists()

    def keep(self) -> bool:
        """Write it down, over what stands there; whether that could be done."""
        kept = [{**asdict(one), "lines": _short(one.lines)} for one in list(self.causes.values())[:_CAUSES]]
        for one in kept:
            one["told"] = one.pop("reported")
        data = json.dumps({"begun": self.begun, "last": self.last, "causes": kept}, ensure_ascii=False).encode()
        try:
            own_folder(self.state)
            path = self.state / _FILE
            if path.is_file() and path.stat().st_size == SIZE:
                overwrite(path, data.ljust(SIZE))
            else:
                write_private(path, data.ljust(SIZE))
        except (OSError, Stop):
            return False
        return True

    def after(self, found: Iterable[Cause], *, reported: bool, whole: bool) -> None:
        """What is remembered once a round ended: its causes, and of older ones those that it did not prove solved.

        A round that came to its end knows all causes there are. One that stopped says nothing of the others.
        """
        now, known = {one.key: one for one in found}, self.causes
        stays = {key: one for key, one in known.items() if not (whole and (reported or one.reported))}
        self.causes = {
            key: replace(one, reported=reported or (key in known and known[key].reported))
            for key, one in {**stays, **now}.items()
        }


def local_time(moment: datetime) -> str:
    """A moment as people write it down."""
    there = moment.astimezone()
    return f"{short_day(there)} om {there:%H:%M}"


def as_lines(causes: Sequence[Cause]) -> Iterator[str]:
    """Causes as they are told: what happened, and below it what to do."""
    for cause in causes:
        yield f"- {cause.lines[0]}"
        yield from (f"  {line}" for line in cause.lines[1:])


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
        if not one.reported
    ]
    new = [one for one in found if one.key not in memory.causes]
    reported = not mails or not (late or new) or _mail([*late, *new], settings)
    memory.after(found, reported=reported, whole=whole)
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
    missed = [one for one in memory.causes.values() if not one.reported]
    if not missed:
        return
    for when in dict.fromkeys(one.when for one in missed):
        warn(f"Buurtbeheer liep vanzelf op {when}, en kon u niet mailen wat er was:")
        for line in as_lines([one for one in missed if one.when == when]):
            warn(f"  {line}", "plain")
    memory.after((), reported=True, whole=False)
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
