"""Says where everybody stands: who is active, who waits, which groups are running, how far a sign request is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import date

from roster.model import Group, Member, Role, Roster, SignRequest, Status, Statuses
from roster.plan.delivery_status import State, mark_in_row, read_mark
from roster.rules.context import in_order
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS, GROEPEN
from roster.sheet.table import Table, fold, is_blank
from roster.terms import Terms

Blocked = AbstractSet[tuple[str, str]]
"""The rows (tab, key) that have a blocking finding."""


AskWelcomed = Callable[[Roster, Statuses], Callable[[Member], bool]]
"""Who was welcomed, asked once it is known who left."""


def assign_statuses(roster: Roster, terms: Terms, blocked: Blocked, welcomed: AskWelcomed | None = None) -> Statuses:
    """Where members and groups stand; `statuses.request` is filled by `request_statuses` later.

    A sound member counts, whatever his group. Of a group that is larger than `group_size`, places go
    to admins, then to who sits in it or was asked to (nobody is put out), then to the first to join,
    blank Aangemeld op last; the rest wait in that order. Without `welcomed` the rows tell. Admins are
    active members whose Rol is beheerder. A group is blocked by its own row only.
    """
    statuses = Statuses()
    sound: dict[str, list[Member]] = defaultdict(list)
    admin = Role.ADMIN
    rows = {key for tab, key in blocked if tab == DEELNEMERS.title}
    status_of = statuses.member
    for member in roster.members:
        if member.left:
            status_of[member.place.key] = Status.LEFT
        elif member.place.key in rows:
            status_of[member.place.key] = Status.BLOCKED
        else:
            sound[fold(member.group)].append(member)
    was_welcomed: Callable[[Member], bool] | None = None
    for name, members in sound.items():
        members.sort(key=lambda member: in_order(member.joined, member.place.row))
        if len(members) > terms.limits.group_size:
            was_welcomed = was_welcomed or (welcomed or _welcomed_by_row)(roster, statuses)
            sits = was_welcomed
            members.sort(key=lambda member: (member.role is not admin, not (member.in_whatsapp or sits(member))))
        active, waiting = members[: terms.limits.group_size], members[terms.limits.group_size :]
        if waiting:
            active.sort(key=lambda member: in_order(member.joined, member.place.row))
        statuses.active[name] = active
        status_of.update(dict.fromkeys([member.place.key for member in active], Status.ACTIVE))
        if waiting:
            statuses.waiting[name] = waiting
            status_of.update(dict.fromkeys([member.place.key for member in waiting], Status.WAITING))
        admins = [member for member in active if member.role is admin]
        if admins:
            statuses.admins[name] = admins
    for group in roster.groups:
        statuses.group[group.place.key] = _group_status(group, statuses, terms, blocked)
    return statuses


def _welcomed_by_row(roster: Roster, _: Statuses) -> Callable[[Member], bool]:
    """Who was welcomed, as far as the rows tell."""
    table = roster.tables[DEELNEMERS.title]

    def was_welcomed(member: Member) -> bool:
        mark = read_mark(table.cell(member.place.row - table.first, "Welkom"))
        return mark is not None and mark.state != State.REFUSED and mark.is_of(member.nr)

    return was_welcomed


def enough_admins(group: Group, statuses: Statuses, terms: Terms) -> bool:
    """True when the group has the admins that it needs to start: one, or as many as the setting asks."""
    return len(statuses.admins.get(fold(group.name), ())) >= max(1, terms.limits.minimum_admins)


def _group_status(group: Group, statuses: Statuses, terms: Terms, blocked: Blocked) -> Status:
    if (GROEPEN.title, group.place.key) in blocked:
        return Status.BLOCKED
    if group.registered is None or group.started is None or not enough_admins(group, statuses, terms):
        return Status.FORMING
    full = len(statuses.active.get(fold(group.name), ())) >= terms.limits.group_size
    return Status.FULL if full else Status.ACTIVE


_DECIDED = {"toegezegd": Status.PROMISED, "geplaatst": Status.PLACED, "afgewezen": Status.REFUSED}


def request_statuses(roster: Roster, blocked: Blocked) -> dict[str, Status]:
    """Where each sign request stands: blocked, decided, sent (ingediend), or sound and not sent yet (concept)."""
    table = roster.tables.get(BORDAANVRAGEN.title)
    statuses: dict[str, Status] = {}
    for request in roster.requests:
        key = request.place.key
        sent = table is not None and sent_on(table, request) is not None
        if (BORDAANVRAGEN.title, key) in blocked:
            statuses[key] = Status.BLOCKED
        else:
            statuses[key] = _DECIDED.get(request.decision, Status.SUBMITTED if sent else Status.DRAFT)
    return statuses


def sent_on(table: Table, request: SignRequest) -> tuple[date | None, str] | None:
    """Since when a request is with the municipality and what it asked then, as its row tells; None where it is not.

    Somebody's own words count as well, without a day that is known. What lies ready, or is uncertain, has not gone.
    """
    row = request.place.row - table.first
    mark, cell = mark_in_row(table, row, "Verstuurd", request.nr), table.cell(row, "Verstuurd")
    if mark is not None:
        return (mark.day, mark.version) if mark.state in (State.SENT, State.HAND) else None
    return None if is_blank(cell) or read_mark(cell) is not None else (None, "")


def is_open(request: SignRequest) -> bool:
    """True while the municipality has not decided: sent or not."""
    return request.decision not in _DECIDED
