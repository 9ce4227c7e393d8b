"""The bylaws: the rules of every topic, and the order in which they speak."""

from __future__ import annotations

from collections.abc import Iterable

from roster.finding import Finding
from roster.model import Roster, Standing
from roster.rules import addresses, dates, doubles, groups, members, officials, signs, structure
from roster.rules.context import Rule, RuleContext
from roster.rules.status import AskWelcomed, stand, stand_requests
from roster.terms import Terms

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *members.RULES,
    *addresses.RULES,
    *officials.RULES,
    *doubles.RULES,
    *dates.RULES,
)
"""Rules about single rows: none of them needs to know who is active.

Those that block a member stand before the one about doubles: of two rows the one stays that is sound otherwise.
"""

RULES_ABOUT_STANDING: tuple[Rule, ...] = (
    *groups.RULES_ABOUT_STANDING,
    *signs.RULES_ABOUT_STANDING,
    *members.RULES_ABOUT_STANDING,
)
"""Rules that need to know where members and groups stand."""


def check(
    roster: Roster, terms: Terms, welcomed: AskWelcomed | None = None, absent: AskWelcomed | None = None
) -> tuple[list[Finding], Standing]:
    """Hold the roster against every rule, and say where everybody stands.

    The findings of reading (`roster.unreadable`) are taken along for who is blocked, and are not
    among those given. First the rules about single rows speak, then members and groups get their
    standing, then the rules that need it speak. `welcomed` tells who was welcomed, which only a full
    group asks; without it the rows tell. `absent` tells who should be in WhatsApp by now and was not
    seen there; without it nobody is. Never raises, whatever the roster says.
    """
    case = RuleContext(roster, terms)
    findings: list[Finding] = []
    _note_blocked(case, roster.unreadable)
    for rule in RULES:
        _hear(case, rule, findings)
    case.standing = stand(roster, terms, case.blocked, welcomed)
    if absent is not None:
        case.is_absent = absent(roster, case.standing)
    for rule in RULES_ABOUT_STANDING:
        _hear(case, rule, findings)
    case.standing.request = stand_requests(roster, case.blocked)
    return findings, case.standing


def _hear(case: RuleContext, rule: Rule, findings: list[Finding]) -> None:
    """What a rule says is known to the rules after it."""
    told = list(rule(case))
    findings.extend(told)
    _note_blocked(case, told)


def _note_blocked(case: RuleContext, findings: Iterable[Finding]) -> None:
    case.blocked.update((finding.place.tab, finding.place.key) for finding in findings if finding.blocks)
