"""Links in what people type: an address on the web, or of a mailbox, that a mail program makes into one to press."""

from __future__ import annotations

import re

_ENDINGS = (
    "nl|com|net|org|eu|info|biz|uk|fr|ru|cn|su|io|co|ly|gl|gd|tk|cc|ws|pw|to|app|dev|page|link|click|live|shop|store|online|site"
    "|website|web|xyz|top|vip|club|icu|amsterdam|frl|gle|tech|cloud|zip|mov|example"
)
_LINK = re.compile(
    r"[a-z][a-z0-9+]{1,11}:/{1,2}\S+|\bwww\.\S+|[^\s@<>()]+@[^\s@<>()]+\.[^\W\d_]{2,24}"
    rf"|\b[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,5}}\.(?:(?:{_ENDINGS})(?![\w-])(?:[/:?#]\S*)?|[^\W\d_]{{2,24}}/\S*)",
    re.IGNORECASE,
)
_INVITATION = re.compile(r"https://chat\.whatsapp\.com/(?:invite/)?[A-Za-z0-9_-]{10,40}/?(?:\?[A-Za-z0-9_=&-]{0,60})?")
_MAYBE = re.compile(r"[.@/]")


def holds_link(typed: str) -> bool:
    """True where a mail program would make a link of some of it."""
    return _MAYBE.search(typed) is not None and _LINK.search(typed) is not None


def without_links(typed: str) -> str:
    """The text with "…" for each link."""
    return _LINK.sub("…", typed) if holds_link(typed) else typed


def group_invitation(typed: str) -> str:
    """The link by which one joins a WhatsApp group; "" where what was typed is none of WhatsApp's."""
    found = typed.strip()
    return found if _INVITATION.fullmatch(found) else ""
