"""What the whole round does: its planners, in the order in which their steps are taken."""

from __future__ import annotations

from roster.messages.follow_up import plan_follow_up_marks, plan_role_letters
from roster.messages.in_group import plan_sights
from roster.messages.registered import plan_registered, plan_registered_marks
from roster.messages.sign_letters import COPY, SIGNS, plan_sign_letters, plan_sign_marks
from roster.messages.welcome import plan_by_hand, plan_missed_marks, plan_welcome
from roster.plan.steps import GROUP_FILES, Planner
from roster.planners.bundles import plan_bundle_mails, plan_bundles, plan_contacts_marks
from roster.planners.figures import plan_overview
from roster.planners.logbook_tab import plan_logbook
from roster.planners.signs import plan_signs, plan_start_packs, plan_stickers
from roster.planners.status_cells import plan_admins, plan_status_cells

PLANNERS: tuple[Planner, ...] = (
    plan_status_cells,
    plan_admins,
    plan_missed_marks,
    plan_registered_marks,
    plan_follow_up_marks,
    plan_sights,
    plan_registered,
    plan_role_letters,
    plan_welcome,
    plan_bundle_mails,
    plan_contacts_marks,
    plan_by_hand,
    plan_bundles,
    plan_start_packs,
    plan_sign_marks,
    plan_signs,
    plan_stickers,
    plan_overview,
    plan_logbook,
)

MARKS: tuple[Planner, ...] = (plan_missed_marks, plan_registered_marks, plan_follow_up_marks)
"""What rows say of letters, as far as the ledger knows more: every word that mails takes these along."""

LETTERS: dict[Planner, tuple[str, ...]] = {
    plan_registered: ("registered",),
    plan_role_letters: ("admin", "moved"),
    plan_welcome: ("welcome",),
    plan_bundle_mails: ("bundle",),
    plan_sign_letters: (SIGNS, COPY),
}
"""The planners, of this round or of another word, whose letters are made anew while they lie ready: acts by planner."""

BUNDLE_FOLDERS = (GROUP_FILES, "regiegroep", "gebieden")
"""The folders under out/ with the contacts that are given to admins."""

FOLDERS = (*BUNDLE_FOLDERS, "vcards", "borden", "stickers")
"""The folders under out/ whose files each round makes anew: a bundle of a group that is gone must not linger."""
