"""The mobile numbers of the example: every turn gives another one, and each can be traced back to its turn."""

from __future__ import annotations

_LEADS = "23458"
MOBILE_SPACE = len(_LEADS) * 10**7
"""Numbers 062… to 065… and 068…: all mobile to libphonenumber, and the placeholder 06-12345678 is not among them."""

_STEP = 39_916_801
"""A prime that does not divide the space: every number comes once."""

_BACK = pow(_STEP, -1, MOBILE_SPACE)


def mobile(turn: int) -> str:
    """The number of a turn: "06-23456789"."""
    lead, rest = divmod(turn * _STEP % MOBILE_SPACE, 10**7)
    return f"06-{_LEADS[lead]}{rest:07d}"


def mobile_turn(e164: str) -> int:
    """The turn of a Dutch mobile in E.164, from 0 up to MOBILE_SPACE; -1 for one that no turn gives."""
    lead = _LEADS.find(e164[4:5])
    return (lead * 10**7 + int(e164[5:])) * _BACK % MOBILE_SPACE if lead >= 0 else -1
