"""Plans the news of changed spelregels: who has which version, and a letter with the difference for an older one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from roster.messages.audience import audience_of, by_joining, has_address, is_left_alone
from roster.messages.recipient_history import IN_WELCOME, RULES_UPDATE, by_version, recipient_history_of
from roster.model import Member, Status
from roster.plan.delivery_status import State, WelcomeMark, read_mark
from roster.plan.history import Message
from roster.plan.steps import Planner, Send, View

_COLUMN = "Welkom"

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


def is_news(news: Mapping[str, object]) -> bool:
    """True where a difference holds something to tell."""
    return bool(news.get("changed") or news.get("dropped"))


def holders(view: View, members: Iterable[Member]) -> list[Holder]:
    """Who of these members is active and was told the spelregels, with the version that he has."""
    done = audience_of(view).done
    recipients = recipient_history_of(view)
    found = []
    for member in members:
        if member.left or view.statuses.member.get(member.place.key) is not Status.ACTIVE:
            continue
        letters = [one for one in recipients.letters(member) if one.act in IN_WELCOME and one.state in done]
        latest = max(letters, key=by_version, default=None)
        mark = read_mark(recipients.row_says(member))
        if mark is not None and mark.state in done and mark.version and _is_later(mark, latest):
            found.append(Holder(member, mark.version))
        elif latest is not None:
            found.append(Holder(member, latest.version))
    return found


def rules_update_planner(rules: Rules) -> Planner:
    """The planner of the letters: one for each holder of an older version who can be mailed and for whom it is news."""

    def plan_rules_update(view: View) -> Iterator[Send]:
        audience, differences = audience_of(view), Difference(rules, view.terms.rules_version)
        for holder in sorted(holders(view, view.roster.members), key=lambda one: by_joining(one.member)):
            member = holder.member
            if not is_older(holder.version, view.terms.rules_version) or not audience.can_be_mailed(member):
                continue
            news = differences.to(holder.version, audience.language(member))
            if is_news(news):
                yield _letter(member, news, view)

    return plan_rules_update


def rules_by_hand(view: View) -> list[Holder]:
    """Who has an older version, and is told the newer one by hand."""
    was_refused = any((one.act, one.state) == (RULES_UPDATE, State.REFUSED) for one in view.history.deliveries)
    members = (member for member in view.roster.members if was_refused or not has_address(member))
    return [one for one in holders(view, members) if tells_rules_by_hand(one, view)]


def tells_rules_by_hand(holder: Holder, view: View) -> bool:
    """True for a holder of an older version whom no mail about it can reach: no address, or one that refused it."""
    member, current = holder.member, view.terms.rules_version
    if not is_older(holder.version, current) or is_left_alone(member, view):
        return False
    return not has_address(member) or audience_of(view).refused(member, RULES_UPDATE, current) is not None


def no_news(found: Iterable[Holder], rules: Rules, view: View) -> dict[tuple[str, str], int]:
    """How many have an older version that says the same in their language, by that version and language."""
    audience, current = audience_of(view), view.terms.rules_version
    differences = Difference(rules, current)
    behind = [(one.version, audience.language(one.member)) for one in found if is_older(one.version, current)]
    return dict(sorted(Counter(one for one in behind if not is_news(differences.to(*one))).items()))


class Difference:
    """What the holders of older versions must be told, worked out once for each version and language."""

    def __init__(self, rules: Rules, current: str) -> None:
        self._rules, self._current = rules, current
        self._known: dict[tuple[str, str], dict[str, object]] = {}

    def to(self, version: str, language: str) -> dict[str, object]:
        """The difference between that version and the current one, in that language."""
        key = (version, language)
        if key not in self._known:
            new = self._rules(self._current, language)
            self._known[key] = {} if new is None else difference(self._rules(*key), new)
        return self._known[key]


def is_older(version: str, current: str) -> bool:
    """Numbers are compared as numbers; of other names any that is not the current one is older."""
    if version.isdigit() and current.isdigit():
        return int(version) < int(current)
    return version != current


def _alike(old: str, new: str) -> bool:
    return SequenceMatcher(None, old, new, autojunk=False).ratio() > 0.5


def _is_later(mark: WelcomeMark, known: Message | None) -> bool:
    """True where a row tells of a later version than the ledger knows of: another computer told it."""
    if known is None:
        return True
    by_number = mark.version.isdigit() and known.version.isdigit()
    return is_older(known.version, mark.version) and (by_number or mark.day >= known.day)


def _letter(member: Member, news: dict[str, object], view: View) -> Send:
    return audience_of(view).letter(
        member,
        RULES_UPDATE,
        view.terms.rules_version,
        {**news, "group": member.group},
        mark=member.place.at(_COLUMN),
        mark_was=recipient_history_of(view).cell(member, _COLUMN),
    )
