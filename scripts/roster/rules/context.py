"""What a rule may look at: the roster, the terms, the addresses, and where everybody stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from roster.finding import Finding, Weight
from roster.model import Member, Roster, SignRequest, Statuses
from roster.sheet.columns import TabSpec
from roster.sheet.table import Place, fold
from roster.streets.lookup import Address, Streets
from roster.streets.names import closest
from roster.terms import Terms


def _nobody(_member: Member) -> bool:
    return False


@dataclass(eq=False)
class RuleContext:
    """The register as it is held against the rules.

    `blocked` holds the rows (tab, key) that a rule before this one blocks, reading included.
    `statuses` is empty until the rules about single rows have spoken. `is_absent` tells who should be in
    WhatsApp by now, and was not seen there.
    """

    roster: Roster
    terms: Terms
    blocked: set[tuple[str, str]] = field(default_factory=set)
    statuses: Statuses = field(default_factory=Statuses)
    is_absent: Callable[[Member], bool] = _nobody
    _meant: dict[str, str] = field(default_factory=dict)

    @cached_property
    def present(self) -> list[Member]:
        """The members who have not left, in the order of the sheet."""
        return [member for member in self.roster.members if not member.left]

    @cached_property
    def streets(self) -> Streets:
        """The street table, ready to be asked for addresses."""
        return Streets(self.roster, self.terms.network.places)

    @cached_property
    def addresses(self) -> list[Address]:
        """What the street table says of each present member's address, in the same order."""
        address = self.streets.address
        return [address(member.street, member.house_number, member.town) for member in self.present]

    @cached_property
    def _unread(self) -> set[tuple[str, str, str]]:
        return {(unread.place.tab, unread.place.key, unread.place.column) for unread in self.roster.unread}

    def is_unread(self, place: Place, *columns: str) -> bool:
        """True when reading already told that one of these cells does not read: it is not told twice."""
        return any((place.tab, place.key, column) in self._unread for column in columns)

    def name_of(self, group: str) -> str:
        """The name of a group as the sheet writes it, from its folded name."""
        known = self.roster.group_named.get(group)
        return known.name if known else group

    def group_meant(self, typed: str) -> str:
        """The group that was clearly meant by a name that no group has, or ""."""
        if typed not in self._meant:
            self._meant[typed] = closest(typed, (group.name for group in self.roster.groups))
        return self._meant[typed]

    @cached_property
    def requests_of(self) -> dict[str, list[SignRequest]]:
        """Sign requests by the folded name of their group, the first one asked first."""
        found: dict[str, list[SignRequest]] = {}
        for request in self.roster.requests:
            found.setdefault(fold(request.group), []).append(request)
        for requests in found.values():
            requests.sort(key=lambda request: in_order(request.requested_on, request.place.row))
        return found


Rule = Callable[[RuleContext], Iterator[Finding]]


class CellRule(NamedTuple):
    """The rule that the cells under some headings of a tab break by not reading, and how heavy that is.

    The rule is named by its function's name, or by its own where that is all that it asks.
    """

    rule: str
    weight: Weight
    tab: TabSpec
    headings: tuple[str, ...]


def in_order(day: date | None, row: int) -> tuple[bool, date, int]:
    """What the first come first served of a row goes by: its day, a blank one last, then its row."""
    return day is None, day or date.max, row


def blocks(rule: Rule, place: Place, message: str, remedy: str = "") -> Finding:
    """A finding that holds its row back."""
    return Finding(place, rule.__name__, Weight.BLOCKS, message, remedy)


def notice(rule: Rule, place: Place, message: str, remedy: str = "") -> Finding:
    """A finding that is told, and stops nothing."""
    return Finding(place, rule.__name__, Weight.NOTICE, message, remedy)


def rows_in_words(rows: list[int]) -> str:
    """Rows in words: "rij 4", "rij 4 en rij 9", "rij 4, rij 9 en 3 andere rijen"."""
    if len(rows) > 3:
        return f"{', '.join(f'rij {row}' for row in rows[:2])} en {len(rows) - 2} andere rijen"
    words = [f"rij {row}" for row in rows]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} en {words[-1]}"


def other_rows(rows: list[int], own: int) -> str:
    """The same for all rows but one's own; quick where very many rows share a fault."""
    if len(rows) > 5:
        first, second = [row for row in rows[:3] if row != own][:2]
        return f"rij {first}, rij {second} en {len(rows) - 3} andere rijen"
    return rows_in_words([row for row in rows if row != own])
