"""Refuses, with numbers, a plan that changes too much at once to be meant."""

from __future__ import annotations

from roster.model import Status
from roster.plan import View
from roster.table import fold

SMALL = 20
"""Registers with fewer members than this, before and now, are exempt: there every change is a large one."""

SHARE = 0.25
"""A loss of more than this share is doubted. octoDNS doubts a plan at 30 %; a register loses people more slowly."""


def doubts(view: View) -> list[str]:
    """Dutch sentences, each a reason not to go on without asking; empty where all is as expected."""
    found = []
    roster, before = view.roster, view.history.counts
    now = counts(view)
    for what, word in (("members", "deelnemers"), ("groups", "groepen"), ("streets", "straten")):
        old, new = before.get(what, 0), now[what]
        if old >= (SMALL if what == "members" else 5) and old - new > old * SHARE:
            found.append(f"Vorige keer stonden er {old} {word} in het register, nu {new}.")
    table = roster.tables["Deelnemers"]
    was_in = newly_blocked = newly_left = 0
    for member in roster.members:
        said = table.cell(member.place.row - table.first, "Status")
        if not isinstance(said, str) or fold(said) not in ("actief", "wachtlijst"):
            continue
        was_in += 1
        status = view.standing.member[member.place.key]
        newly_blocked += status is Status.BLOCKED
        newly_left += status is Status.LEFT
    if was_in >= SMALL and newly_blocked > was_in * SHARE:
        found.append(f"Van de {was_in} deelnemers die meededen, worden er {newly_blocked} ineens geblokkeerd.")
    if was_in >= SMALL and newly_left > was_in * SHARE:
        found.append(f"Van de {was_in} deelnemers die meededen, zijn er {newly_left} ineens afgemeld.")
    return found


def counts(view: View) -> dict[str, int]:
    """What this run saw, to be remembered for the next one's doubts."""
    roster = view.roster
    return {"members": len(roster.members), "groups": len(roster.groups), "streets": len(roster.streets)}
