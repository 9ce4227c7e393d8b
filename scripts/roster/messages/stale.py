"""Knows which letters that lie ready say something else than they would today."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from roster.messages.recipient_history import recipient_history_of
from roster.plan.delivery_status import BUSY, READY, WAITS, mark_of
from roster.plan.history import History
from roster.plan.steps import Send, View

Key = tuple[str, str, str]
"""Person, act and version: what makes a letter one and the same."""


def key_of(send: Send) -> Key:
    """Which letter a Send is."""
    return send.person, send.act, send.version


def facts_in(send: Send) -> bytes:
    """All that a letter says of people, groups and numbers: two that say the same are alike."""
    told = [send.to_name, send.to_address, send.language, send.facts, send.cards]
    return json.dumps(told, sort_keys=True, default=str).encode()


def untold(view: View) -> frozenset[Key]:
    """Letters that lie ready while their row still says that they are leaving: the round broke off before it told it.

    Today's plan takes such a row for another computer's, so it cannot be held against it. This round tells the row.
    """
    recipients = recipient_history_of(view)
    says = {
        recipients.person(member): [recipients.cell(member, column) for column in ("Welkom", "Vervolgmail")]
        for member in view.roster.members
    }
    return frozenset(
        (one.person, one.act, one.version)
        for one in view.history.deliveries
        if one.state == READY and one.told.startswith(BUSY) and one.told in says.get(one.person, ())
    )


def as_if_due(history: History, letters: Collection[Key]) -> History:
    """The history in which these letters, that lie ready, are due again; what their rows say is known to be ours."""
    wanted = frozenset(letters)
    return replace(
        history,
        deliveries=[
            one._replace(state=WAITS, told=mark_of(READY, one.day, one.version).text)
            if one.state == READY and (one.person, one.act, one.version) in wanted
            else one
            for one in history.deliveries
        ],
    )
