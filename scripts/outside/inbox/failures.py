"""Finds the addresses that a report gives up on, with the eyes of Mailman: what some sixty kinds of server write."""

from __future__ import annotations

import email
import logging

from flufl.bounce import scan_message

from outside.inbox.message import addresses_in, within_bounds

_LINES, _LINE = 400, 300
"""So much is looked at: the address stands above the letter that came back, and some patterns try pairs of marks."""

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it would show what came in, with its traceback


def failed_addresses(data: bytes) -> frozenset[str]:
    """The addresses, in small letters, that a message says were given up for good; none where it says no such thing."""
    try:
        found = scan_message(email.message_from_bytes(within_bounds(data, _LINES, _LINE)))
    except Exception:  # noqa: BLE001  # some sixty patterns of somebody else, on what anybody may send
        return frozenset()
    return frozenset(one for address in found for one in addresses_in(address.decode("ascii", "replace")))
