"""The steps that a run means to take: values that can be sorted, shown, counted and held back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from roster.finding import Finding
from roster.model import Roster, Statuses
from roster.plan.history import NO_NOTICE, History, MessageKey, Notice, row_of
from roster.sheet.columns import DEELNEMERS, TAB
from roster.sheet.table import Cell, Place, fold
from roster.terms import Terms


@dataclass(frozen=True, slots=True)
class SetCell:
    """Write `value` in one of the software's own cells (`place.column`), over what stands there: `was`.

    `value` is text or a whole number; "" empties the cell. The row is found by `place.key`. `of_people` is True where
    a person had a cell of people's changed, as moving a street does; a column that is missing is then not made.
    """

    place: Place
    value: str | int
    was: Cell = None
    of_people: bool = False


@dataclass(frozen=True, slots=True)
class AddRow:
    """Add a row to a derived tab, below the last one in use: heading -> value."""

    tab: str
    key: str
    values: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Send:
    """One mail to one person, not yet rendered.

    `act` is the folder under templates/ ("welcome"), `version` the version of what is told, and
    `facts` all that the template may use, as plain values. `person` is the Nr, `marks` the
    identities that the ledger knows this person by. `mark` is the cell that says afterwards how it went;
    with `shared_cell` several letters share it, and their planner says it for all of them. `cards`
    are the vCards that go along: file name and card. `notice` is what the ledger remembers of what it tells. One
    that tells of another letter leaves only once that one, `after`, has left.
    """

    about: Place
    act: str
    version: str
    language: str
    person: str
    to_name: str
    to_address: str
    facts: dict[str, object] = field(hash=False)
    mark: Place
    mark_was: Cell = None
    identities: tuple[str, ...] = ()
    cards: tuple[tuple[str, str], ...] = ()
    shared_cell: bool = False
    notice: Notice = field(default=NO_NOTICE, compare=False)
    after: MessageKey | None = None

    @property
    def key(self) -> MessageKey:
        """Which message this is."""
        return self.person, self.act, self.version

    @property
    def to_member(self) -> bool:
        """False for a letter to somebody outside, such as a caretaker."""
        return self.about.tab == DEELNEMERS.title

    @property
    def mark_nr(self) -> str:
        """The Nr that `mark` names: its own row's; "" on another tab, where a row is no person's."""
        return row_of(self.person) if self.mark.tab == DEELNEMERS.title else ""


class Part(NamedTuple):
    """A piece of a file that tells of one row; it is left out when that row is held back."""

    about: Place
    text: str


@dataclass(frozen=True, slots=True)
class WriteFile:
    """A file under out/, made of parts in order between a head and a foot.

    `path` is relative, with forward slashes, each piece already safe as a file's name. With
    `only_if_parts` a file without a single part is not written.
    """

    path: str
    parts: tuple[Part, ...]
    head: str = ""
    foot: str = ""
    only_if_parts: bool = False
    newline: str = "\n"


@dataclass(frozen=True, slots=True)
class Document:
    """A file under out/ made from the template of an act; `about` is the row that it tells of.

    `facts` is all that the template may use, as plain values.
    """

    path: str
    act: str
    language: str
    facts: dict[str, object] = field(hash=False)
    about: Place | None = None


CellStep = SetCell | AddRow
Step = CellStep | Send | WriteFile | Document


def tab_of(step: CellStep) -> str:
    """The tab that a step is about."""
    return step.tab if isinstance(step, AddRow) else step.place.tab


def row_of_step(step: CellStep) -> tuple[str, str]:
    """The tab and the key of the row that a step is about."""
    return (step.tab, step.key) if isinstance(step, AddRow) else (step.place.tab, step.place.key)


def derived_tab(step: Step) -> str:
    """The tab that a step keeps where nothing on it is people's (Overzicht, Logboek); "" for every other step.

    What is told there is told elsewhere already, and counts as no cell or row.
    """
    tab = tab_of(step) if isinstance(step, SetCell | AddRow) else ""
    return tab if tab and TAB[tab].is_ours else ""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """All that a planner may look at. No two views are equal, so what is worked out of one can be kept by it.

    `people` is a view of the same people, in which only the letters stand otherwise. `whom` are the persons whose
    letters are asked for, None for everybody. `kept` is what was worked out of it (`by_view`).
    """

    roster: Roster
    statuses: Statuses
    findings: tuple[Finding, ...]
    history: History
    terms: Terms
    people: View | None = None
    whom: Collection[str] | None = None
    kept: dict[object, Any] = field(default_factory=dict, init=False, repr=False)


_Made = TypeVar("_Made")


def by_view(make: Callable[[View], _Made]) -> Callable[[View], _Made]:
    """Let something be worked out of a view once, and kept for as long as that view is."""

    @wraps(make)
    def made(view: View) -> _Made:
        if make not in view.kept:
            view.kept[make] = make(view)
        found: _Made = view.kept[make]
        return found

    return made


Planner = Callable[[View], Iterable[Step]]


_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff<>:"/\\|?*]+'
)
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|clock\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)")
_LONGEST_NAME = 120
"""Octets. A disk takes 255, and an encrypted one 143; an ending and a count come behind it."""


def file_name(name: str) -> str:
    """A name that Windows, macOS and Linux all take as one piece of a path, still readable.

    At most 80 letters and 120 octets. A Mac takes é and e with an accent for one name, so there is one way to spell it.
    """
    safe = unicodedata.normalize("NFC", _UNSAFE.sub("-", name)).strip(" .") or "naamloos"
    safe = ("_" + safe if _RESERVED.match(safe) else safe)[:80]
    return safe.encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip(" .")


GROUP_FILES = "groepen"
"""The folder under out/ that holds those of all groups."""


@by_view
def group_folders(view: View) -> dict[str, str]:
    """The folder of every group under out/, by its folded name: "groepen/Noord/Tuindorp".

    Two groups whose names make the same folder ("A/B" and "A:B") have two.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name, group in view.roster.group_named.items():
        area = view.roster.area_named.get(fold(group.area))
        path = f"{GROUP_FILES}/{file_name(area.name if area else group.area)}/{file_name(group.name)}"
        while path.casefold() in taken:
            path += "-2"
        taken.add(path.casefold())
        found[name] = path
    return found
