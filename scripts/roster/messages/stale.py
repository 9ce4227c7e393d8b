"""Knows which letters that lie ready say something else than they would today."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from roster.messages.recipient_history import recipient_history_of
from roster.plan.delivery_status import State, mark_of
from roster.plan.history import History, MessageKey
from roster.plan.steps import Send, View


def facts_in(send: Send) -> bytes:
    """All that a letter says of people, groups and numbers: two that say the same are alike."""
    told = [send.to_name, send.to_address, send.language, send.facts, send.cards]
    return json.dumps(told, sort_keys=True, default=str).encode()


def untold(view: View) -> frozenset[MessageKey]:
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


def as_if_due(history: History, letters: Collection[MessageKey]) -> History:
    """The history in which these letters, that lie ready, are due again; what their rows say is known to be ours."""
    wanted = frozenset(letters)
    return replace(
        history,
        deliveries=[
            one._replace(state=State.WAITS, reported=mark_of(State.READY, one.day, one.version).text)
            if one.state == State.READY and one.key in wanted
            else one
            for one in history.deliveries
        ],
    )
