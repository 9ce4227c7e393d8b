"""The bylaws: the rules of every topic, in what order they speak, and which one a cell breaks by not reading."""

from __future__ import annotations

from collections.abc import Iterable

from roster.finding import Finding, UnreadCell, Weight
from roster.model import Roster, Statuses
from roster.rules import addresses, dates, groups, members, officials, signs, structure
from roster.rules.context import Rule, RuleContext
from roster.rules.status import AskWelcomed, assign_statuses, request_statuses
from roster.terms import Terms

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *members.RULES,
    *addresses.RULES,
    *officials.RULES,
    *members.RULES_ABOUT_DOUBLES,
    *dates.RULES,
)
"""Rules about single rows: none of them needs to know who is active.

Those that block a member stand before the one about doubles: of two rows the one stays that is sound otherwise.
"""

RULES_ABOUT_STATUS: tuple[Rule, ...] = (
    *groups.RULES_ABOUT_STATUS,
    *signs.RULES_ABOUT_STATUS,
    *members.RULES_ABOUT_STATUS,
)
"""Rules that need to know where members and groups stand."""

TOPICS = (structure, members, addresses, dates, groups, signs)
"""Those that say which rule the cells of a column break by not reading."""

_CELLS = {
    (cells.tab.title, heading): (cells.rule, cells.weight)
    for topic in TOPICS
    for cells in topic.CELLS
    for heading in cells.headings
}


def check(
    roster: Roster, terms: Terms, welcomed: AskWelcomed | None = None, absent: AskWelcomed | None = None
) -> tuple[list[Finding], Statuses]:
    """Hold the roster against every rule, and say where everybody stands.

    First what did not read is told, then the rules about single rows speak, then members and groups get
    their status, then the rules that need it speak. `welcomed` tells who was welcomed, which only a full
    group asks; without it the rows tell. `absent` tells who should be in WhatsApp by now and was not
    seen there; without it nobody is. Never raises, whatever the roster says.
    """
    case = RuleContext(roster, terms)
    findings = list(map(finding_of_unread, roster.unread))
    _note_blocked(case, findings)
    for rule in RULES:
        _apply(case, rule, findings)
    case.statuses = assign_statuses(roster, terms, case.blocked, welcomed)
    if absent is not None:
        case.is_absent = absent(roster, case.statuses)
    for rule in RULES_ABOUT_STATUS:
        _apply(case, rule, findings)
    case.statuses.request = request_statuses(roster, case.blocked)
    return findings, case.statuses


def finding_of_unread(cell: UnreadCell) -> Finding:
    """A cell that did not read as a finding: under the rule of its column and as heavy as that, unless it tells."""
    rule, weight = _CELLS.get((cell.place.tab, cell.place.column), ("", Weight.NOTICE))
    return Finding(cell.place, cell.rule or rule, cell.weight or weight, cell.message, cell.remedy)


def _apply(case: RuleContext, rule: Rule, findings: list[Finding]) -> None:
    """What a rule says is known to the rules after it."""
    found = list(rule(case))
    findings.extend(found)
    _note_blocked(case, found)


def _note_blocked(case: RuleContext, findings: Iterable[Finding]) -> None:
    case.blocked.update((finding.place.tab, finding.place.key) for finding in findings if finding.blocks)
