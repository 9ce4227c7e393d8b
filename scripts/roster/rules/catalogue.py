"""The bylaws: every rule of the network, and the order in which they speak."""

from __future__ import annotations

from collections.abc import Iterable

from roster.finding import Finding
from roster.model import Roster, Standing, Terms
from roster.rules.addresses import (
    a_member_lives_in_the_groups_streets,
    a_members_address_is_complete,
    a_members_group_exists,
)
from roster.rules.context import Case, Rule
from roster.rules.groups import (
    a_group_fits_in_whatsapp,
    a_group_has_an_admin,
    a_group_has_more_than_one_admin,
    a_group_is_registered_first,
    admin_groups_fit_in_whatsapp,
    an_admin_sits_in_both_admin_groups,
    an_admin_sits_in_the_group_of_todays_area,
    there_is_one_coordinator,
)
from roster.rules.links import a_name_holds_no_link
from roster.rules.members import (
    a_member_agreed_to_the_rules,
    a_member_has_a_mobile_that_whatsapp_can_reach,
    a_member_has_a_name,
    a_member_is_18_or_older,
    a_member_shows_the_sticker,
    a_members_language_is_known,
    a_members_place_is_known,
    a_mobile_belongs_to_one_member,
    dates_make_sense,
    police_and_municipality_stay_out,
)
from roster.rules.signs import (
    a_location_lies_on_the_groups_streets,
    a_sign_request_is_of_a_started_group,
    a_sign_request_names_two_places,
    one_open_request_at_a_time,
    signs_follow_the_advice,
)
from roster.rules.status import AskWelcomed, stand, stand_requests
from roster.rules.structure import (
    a_group_has_a_unique_name,
    a_group_has_streets,
    a_group_lies_in_a_known_area,
    a_place_is_known,
    a_street_belongs_to_one_group,
    a_street_names_its_group,
)


def check(roster: Roster, terms: Terms, welcomed: AskWelcomed | None = None) -> tuple[list[Finding], Standing]:
    """Hold the roster against every rule, and say where everybody stands.

    The findings of reading (`roster.unreadable`) are taken along for who is blocked, and are not
    among those given. First the rules about single rows speak, then members and groups get their
    standing, then the rules that need it speak. `welcomed` tells who was welcomed, which only a full
    group asks; without it the rows tell. Never raises, whatever the roster says.
    """
    case = Case(roster, terms)
    findings: list[Finding] = []
    _note_blocked(case, roster.unreadable)
    for rule in RULES:
        _hear(case, rule, findings)
    case.standing = stand(roster, terms, case.blocked, welcomed)
    for rule in RULES_ABOUT_STANDING:
        _hear(case, rule, findings)
    case.standing.request = stand_requests(roster, case.blocked)
    return findings, case.standing


def _hear(case: Case, rule: Rule, findings: list[Finding]) -> None:
    """What a rule says is known to the rules after it."""
    told = list(rule(case))
    findings.extend(told)
    _note_blocked(case, told)


def _note_blocked(case: Case, findings: Iterable[Finding]) -> None:
    case.blocked.update((finding.place.tab, finding.place.key) for finding in findings if finding.blocks)


RULES: tuple[Rule, ...] = (
    a_group_has_a_unique_name,
    a_group_lies_in_a_known_area,
    a_group_has_streets,
    a_street_names_its_group,
    a_street_belongs_to_one_group,
    a_place_is_known,
    a_name_holds_no_link,
    a_member_has_a_name,
    a_member_has_a_mobile_that_whatsapp_can_reach,
    a_member_is_18_or_older,
    a_member_agreed_to_the_rules,
    a_members_group_exists,
    a_members_address_is_complete,
    a_member_lives_in_the_groups_streets,
    a_members_place_is_known,
    a_members_language_is_known,
    police_and_municipality_stay_out,
    a_mobile_belongs_to_one_member,
    a_member_shows_the_sticker,
    dates_make_sense,
)
"""Rules about single rows: none of them needs to know who is active.

Those that block a member stand before the one about doubles: of two rows the one stays that is sound otherwise.
"""

RULES_ABOUT_STANDING: tuple[Rule, ...] = (
    a_group_has_an_admin,
    a_group_has_more_than_one_admin,
    a_group_is_registered_first,
    a_group_fits_in_whatsapp,
    admin_groups_fit_in_whatsapp,
    an_admin_sits_in_both_admin_groups,
    an_admin_sits_in_the_group_of_todays_area,
    there_is_one_coordinator,
    a_sign_request_is_of_a_started_group,
    a_sign_request_names_two_places,
    a_location_lies_on_the_groups_streets,
    one_open_request_at_a_time,
    signs_follow_the_advice,
)
"""Rules that need to know where members and groups stand.

The order of those about signs matters: a request that one of them blocks counts for nothing to the next.
"""
