"""Knows which letters that lie ready say something else than they would today."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from roster.plan import History, Send
from roster.welcome_mark import READY, WAITS, mark_of

Key = tuple[str, str, str]
"""Person, act and version: what makes a letter one and the same."""


def key_of(send: Send) -> Key:
    """Which letter a Send is."""
    return send.person, send.act, send.version


def facts_in(send: Send) -> bytes:
    """All that a letter says of people, groups and numbers: two that say the same are alike."""
    told = [send.to_name, send.to_address, send.language, send.facts, send.cards]
    return json.dumps(told, sort_keys=True, default=str).encode()


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
