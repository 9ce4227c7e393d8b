"""What an admin was given of her group's contacts: digests of whose card and what it says, never a name or number."""

from __future__ import annotations

from typing import NamedTuple

READY, HANDED_OVER, START_ANEW = "klaar", "gegeven", "opnieuw"
"""What lies ready for her in out/, what somebody said to have handed over, and that she begins anew with all.

Else a version: it went by mail.
"""


class GivenCard(NamedTuple):
    """A card: the Nr that it bore, and digests of its mobile and its name."""

    nr: str
    mobile: str
    name: str


class Given(NamedTuple):
    """All contacts of a circle (`circle` as its key, `title` as people write it) that an admin has from then on.

    `kind` is READY, HANDED_OVER, START_ANEW or the version of the mail; `at` is when its contents were
    put together (UTC), and `day` the day that people are told.
    """

    person: str
    circle: str
    kind: str
    title: str
    cards: tuple[GivenCard, ...]
    at: str = ""
    day: str = ""


def said_on_card(name: str) -> str:
    """What the digest of a card's name is made of."""
    return f"card:{name}"
