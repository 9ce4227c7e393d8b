"""One policy for rows with a blocking finding: nothing leaves about them, all else goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from roster.finding import Finding
from roster.plan.steps import Document, Part, Send, Step, WriteFile


@dataclass(frozen=True, slots=True)
class Held:
    """What was held back: mails and documents that do not leave, and parts that were taken out of files."""

    steps: tuple[Send | Document, ...] = ()
    parts: tuple[Part, ...] = ()


def hold_back(steps: Iterable[Step], findings: Iterable[Finding]) -> tuple[list[Step], Held]:
    """Take out every step, and every part of a file, that is about a row with a blocking finding.

    What tells the row itself where it stands (SetCell, AddRow) is never held back.
    """
    blocked = _blocked(findings)
    kept: list[Step] = []
    held: list[Send | Document] = []
    parts: list[Part] = []
    for step in steps:
        if isinstance(step, Send | Document):
            about = step.about
            if about is not None and (about.tab, about.key) in blocked:
                held.append(step)
            else:
                kept.append(step)
        elif isinstance(step, WriteFile):
            sound = tuple(part for part in step.parts if (part.about.tab, part.about.key) not in blocked)
            if len(sound) < len(step.parts):
                parts.extend(part for part in step.parts if (part.about.tab, part.about.key) in blocked)
            if sound or not step.only_if_parts:
                kept.append(replace(step, parts=sound))
        else:
            kept.append(step)
    return kept, Held(tuple(held), tuple(parts))


def sends_left(steps: Iterable[Step], findings: Iterable[Finding]) -> Iterator[Send]:
    """The mails among these steps that are not held back, one at a time."""
    blocked = _blocked(findings)
    return (step for step in steps if isinstance(step, Send) and (step.about.tab, step.about.key) not in blocked)


def _blocked(findings: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(finding.place.tab, finding.place.key) for finding in findings if finding.blocks}
