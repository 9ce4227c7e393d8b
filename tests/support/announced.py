"""A letter as a test announces it to the ledger."""

from __future__ import annotations

from datetime import date

from roster.plan.delivery_status import State
from roster.plan.history import Message


def announced(
    message_id: str, person: str, act: str, version: str, address: str, identities: tuple[str, ...] = ()
) -> Message:
    """A letter that is about to leave, to the address and the identities with these digests."""
    return Message(person, act, version, State.WAITS, date.min, identities, address, message_id=message_id)
