"""Knows which letters that lie ready say something else than they would today."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from functools import lru_cache

from roster.messages.recipient_history import IN_WELCOME, recipient_history_of
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.plan.delivery_status import State, mark_of, read_mark
from roster.plan.history import History, MessageKey
from roster.plan.steps import Send, View


def facts_in(send: Send) -> bytes:
    """All that a letter says of people, groups and numbers: two that say the same are alike."""
    content = [send.to_name, send.to_address, send.language, send.facts, send.cards]
    return json.dumps(content, sort_keys=True, default=str).encode()


def unreported(view: View) -> frozenset[MessageKey]:
    """Letters that lie ready while their row still says that they are leaving: the round broke off before it told it.

    Today's plan takes such a row for another computer's, so it cannot be held against it. This round tells the row.
    """
    recipients = recipient_history_of(view)
    says = {
        recipients.person(member): [recipients.cell(member, column) for column in ("Welkom", "Vervolgmail")]
        for member in view.roster.members
    }
    return frozenset(
        one.key
        for one in view.history.deliveries
        if one.state == State.READY and one.reported.startswith(State.BUSY) and one.reported in says.get(one.person, ())
    )


def reported_elsewhere(view: View) -> frozenset[MessageKey]:
    """Letters, as if due again, of which another row or computer already tells the row that their receiver has now.

    Such a word outlasts the letter that it is of, so once that was taken back nobody would get one in its place. It
    is of that letter where it tells of the same day and version.
    """
    history, recipients, queue = view.history, recipient_history_of(view), welcome_queue_of(view)
    due: dict[tuple[str, date, str], set[MessageKey]] = {}
    for one in history.deliveries:
        if one.state == State.WAITS and one.act in IN_WELCOME and one.reported:
            for digest in one.identities:
                due.setdefault((digest, one.day, one.version), set()).add(one.key)
    mobiles = {digest for digest, _day, _version in due}
    found: set[MessageKey] = set()
    for member in view.roster.members:
        mobile = recipients.seen(member).mobile
        if mobile in mobiles and queue.state(member) is WelcomeState.DONE:
            words = [(one.day, one.version) for one in recipients.letters(member) if one in history.elsewhere]
            mark = read_mark(recipients.row_says(member))
            words += [(mark.day, mark.version)] if mark is not None else []
            found.update(*(due.get((mobile, *word), ()) for word in words))
    return frozenset(found)


@lru_cache(maxsize=64)  # few days and versions, and asked for every letter that lies ready
def _as_reported(day: date, version: str) -> str:
    return mark_of(State.READY, day, version).text


def as_if_due(history: History, letters: Collection[MessageKey]) -> History:
    """The history in which these letters, that lie ready, are due again; what their rows say is known to be ours."""
    wanted = frozenset(letters)
    return replace(
        history,
        deliveries=[
            one._replace(state=State.WAITS, reported=_as_reported(one.day, one.version))
            if one.state == State.READY and one.key in wanted
            else one
            for one in history.deliveries
        ],
    )
