"""Plans the news of changed spelregels: who has which version, and a letter with the difference for an older one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from roster.columns import DEELNEMERS
from roster.left_alone import wants_no_mail
from roster.model import Member, Status
from roster.plan import Delivery, Planner, Send, View
from roster.recipient_history import recipient_history_of
from roster.welcome_mark import READY, SENT, read_mark

ACT = "rules_update"
ACTS = ("welcome", ACT)
COLUMN = "Welkom"

Rules = Callable[[str, str], Sequence[str] | None]
"""A version and a language in; its rules in order as plain text, or None where that version was not kept."""

_ITEM = re.compile(r"^(\d+)\.\s+(.*)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_LINE = re.compile(r"^\|[\s|:-]+\|$")


@dataclass(frozen=True, slots=True)
class Holder:
    """An active member and the version of the spelregels that he was last told."""

    member: Member
    version: str


def read_rules(source: str) -> list[str]:
    """The rules in a text of spelregels, one plain line each; a table becomes sentences."""
    rules: list[list[str]] = []
    head: list[str] = []
    for line in source.splitlines():
        found = _ITEM.match(line)
        if found:
            rules.append([found[2]])
        elif rules and line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("| ").split("|")]
            if _LINE.match(line):
                head = cells
            elif head:
                rules[-1].append(": ".join(cells))
        elif rules and line.strip():
            rules[-1].append(line.strip())
    return [" ".join(_LINK.sub(r"\1", " ".join(lines)).replace("**", "").split()) for lines in rules]


def difference(old: Sequence[str] | None, new: Sequence[str]) -> dict[str, object]:
    """What somebody must be told: rules that are new or reworded with their numbers, and rules that are gone.

    Without the old ones all of the new ones are told ("whole"). The same rules in another order are no
    news: nobody has to do anything else for it.
    """
    known = set(old or ())
    changed = [(number, text) for number, text in enumerate(new, 1) if text not in known]
    gone = [text for text in old or () if text not in new and not any(_alike(text, other) for _n, other in changed)]
    return {
        "whole": old is None,
        "changed": [{"number": number, "text": text} for number, text in changed],
        "dropped": [{"text": text} for text in gone],
    }


def is_news(told: Mapping[str, object]) -> bool:
    """True where a difference holds something to tell."""
    return bool(told["changed"] or told["dropped"])


def holders(view: View) -> list[Holder]:
    """Every active member who was told the spelregels, with the version that he has."""
    done = (READY, SENT) if view.terms.mail_done == READY else (SENT,)
    recipients = recipient_history_of(view)
    found = []
    for member in view.roster.members:
        if member.left or view.standing.member.get(member.place.key) is not Status.ACTIVE:
            continue
        told = [one for one in recipients.letters(member) if one.act in ACTS and one.state in done]
        if told:
            found.append(Holder(member, max(told, key=_when).version))
            continue
        mark = read_mark(recipients.row_says(member))
        if mark is not None and mark.state in done and mark.version:
            found.append(Holder(member, mark.version))
    return found


def rules_update_planner(rules: Rules) -> Planner:
    """The planner of the letters: one for each holder of an older version who can be mailed and for whom it is news."""

    def plan_rules_update(view: View) -> Iterator[Send]:
        told = _Told(rules, view)
        for holder in sorted(holders(view), key=lambda one: (one.member.joined or date.max, one.member.place.row)):
            member = holder.member
            mailable = member.email is not None and member.email.rpartition("@")[0].isascii()
            if not is_older(holder.version, view.terms.rules_version) or not mailable or wants_no_mail(member, view):
                continue
            news = told.to(holder)
            if is_news(news):
                yield _letter(member, told.language(member), news, view)

    return plan_rules_update


def no_news(found: Iterable[Holder], rules: Rules, view: View) -> dict[tuple[str, str], int]:
    """How many have an older version that says the same in their language, by that version and language."""
    told = _Told(rules, view)
    counted = Counter(
        (holder.version, told.language(holder.member))
        for holder in found
        if is_older(holder.version, view.terms.rules_version) and not is_news(told.to(holder))
    )
    return dict(sorted(counted.items()))


class _Told:
    """What each holder of an older version must be told, worked out once for all with the same version and language."""

    def __init__(self, rules: Rules, view: View) -> None:
        self._rules, self._terms = rules, view.terms
        self._known: dict[tuple[str, str], dict[str, object]] = {}

    def language(self, member: Member) -> str:
        return member.language or self._terms.language

    def to(self, holder: Holder) -> dict[str, object]:
        key = (holder.version, self.language(holder.member))
        if key not in self._known:
            new = self._rules(self._terms.rules_version, key[1])
            self._known[key] = difference(self._rules(*key), new or ())
        return self._known[key]


def is_older(version: str, current: str) -> bool:
    """Numbers are compared as numbers; of other names any that is not the current one is older."""
    if version.isdigit() and current.isdigit():
        return int(version) < int(current)
    return version != current


def _alike(old: str, new: str) -> bool:
    return SequenceMatcher(None, old, new, autojunk=False).ratio() > 0.5


def _when(delivery: Delivery) -> tuple[date, int]:
    return delivery.day, ACTS.index(delivery.act)


def _letter(member: Member, language: str, told: dict[str, object], view: View) -> Send:
    terms = view.terms
    table = view.roster.tables[DEELNEMERS.title]
    return Send(
        about=member.place,
        act=ACT,
        version=terms.rules_version,
        language=language,
        person=recipient_history_of(view).person(member),
        to_name=member.name,
        to_address=member.email or "",
        facts={
            **told,
            "greeting": member.first_name or member.name[:1].upper() + member.name[1:],
            "group": member.group,
            "network": terms.network_name,
            "coordinator": terms.coordinator,
        },
        mark=member.place.at(COLUMN),
        mark_was=table.cell(member.place.row - table.first, COLUMN),
        identities=(view.history.identity(member.mobile),) if member.mobile else (),
    )
