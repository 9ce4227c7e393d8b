"""What a row tells of somebody, as the ledger keeps it, and how two of those compare."""

from __future__ import annotations

import re
from collections.abc import Iterable

from roster.plan.steps import History, Recipient

_LATER = re.compile(r"^(.+-\d+)-(\d+)$")


def seen(history: History, mobile: str | None, email: str | None, name: str) -> Recipient:
    """What a row tells of somebody, as the ledger keeps it: a digest of each, "" where the cell is blank."""
    return Recipient(
        history.identity(mobile) if mobile else "",
        history.address_mark(email) if email else "",
        history.name_mark(name) if name else "",
    )


def shared(one: Recipient, other: Recipient) -> int:
    """How many of mobile, address and name two have in common."""
    return sum(ours == theirs != "" for ours, theirs in zip(one[:3], other[:3], strict=True))


def turn_of(person: str) -> int:
    """The how manieth of a row somebody is: 1 for "D-0012", 2 for "D-0012-2"."""
    later = _LATER.match(person) if person.count("-") > 1 else None
    return int(later[2]) if later else 1


def row_of(person: str) -> str:
    """The Nr of the row that somebody stands or stood in."""
    later = _LATER.match(person)
    return later[1] if later else person


def by_digest(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Each digest with its persons, in order and once each; a blank one is nobody's."""
    found: dict[str, list[str]] = {}
    for digest, person in dict.fromkeys(pairs):
        if digest:
            found.setdefault(digest, []).append(person)
    return found
