"""Why a round needs its coordinator: each cause by itself, and the memory of those that she was told of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from outside.errors import Stop
from outside.files.atomic import overwrite, own_folder, write_private

SIZE = 16_384
"""Bytes of the memory, always: a disk that has filled up takes no more, but lets what stands there be written over."""

_FILE = "unattended.json"
_CAUSES, _LINES, _LETTERS = 6, 8, 200
"""So many causes, of so many lines, of so many letters, fit in it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened, in Dutch, and what to do: no name, number or address. `when` the round began, in local time.

    `whole` is True where the round went on to its end all the same. `told` is True once she knows. `name` is given
    where the words differ from one time to the next.
    """

    lines: tuple[str, ...]
    whole: bool = False
    when: str = ""
    told: bool = False
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
        told = json.dumps({"begun": self.begun, "last": self.last, "causes": kept}, ensure_ascii=False).encode()
        try:
            own_folder(self.state)
            path = self.state / _FILE
            if path.is_file() and path.stat().st_size == SIZE:
                overwrite(path, told.ljust(SIZE))
            else:
                write_private(path, told.ljust(SIZE))
        except (OSError, Stop):
            return False
        return True

    def after(self, found: Iterable[Cause], *, told: bool, whole: bool) -> None:
        """What is remembered once a round ended: its causes, and of older ones those that it did not prove solved.

        A round that came to its end knows all causes there are. One that stopped says nothing of the others.
        """
        now, known = {one.key: one for one in found}, self.causes
        stays = {key: one for key, one in known.items() if not (whole and (told or one.told))}
        self.causes = {
            key: replace(one, told=told or (key in known and known[key].told)) for key, one in {**stays, **now}.items()
        }


def local_time(moment: datetime) -> str:
    """A moment as people write it down."""
    there = moment.astimezone()
    return f"{there.day}-{there.month}-{there.year} om {there:%H:%M}"


def as_lines(causes: Sequence[Cause]) -> Iterator[str]:
    """Causes as they are told: what happened, and below it what to do."""
    for cause in causes:
        yield f"- {cause.lines[0]}"
        yield from (f"  {line}" for line in cause.lines[1:])
