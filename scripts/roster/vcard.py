"""One vCard 3.0 (RFC 2426): a person in a phone's address book, as every phone takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from roster.model import Group, Member
from roster.plan.steps import file_name
from roster.terms import Terms

CARD_LINE = 75
"""RFC 2426, 2.6: a line longer than 75 octets should be folded; phones trip over folds, so none is longer."""

GROUP_ROOM = 32
"""Octets that a group's name may take in a card, so that room is left for the person's."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all cards of one group share, escaped: made once, because a round makes thousands of cards.

    `room` is how many octets a person's name may take before a line would need folding.
    """

    prefix: str
    org: str
    uid: str
    room: int


def frame(group: Group, terms: Terms) -> Frame:
    """The frame of a group's cards."""
    name = _on_one_line(group.name)
    prefix = escape(f"{terms.network.short_name} {shorten(name, GROUP_ROOM)} ·")
    # FN is "FN:prefix given family"; N has two separators more, and a card's name is never shortened twice.
    room = CARD_LINE - len("FN:") - len(f"{prefix} ".encode()) - 3
    return Frame(prefix, escape(shorten(name, CARD_LINE - len("ORG:"))), file_name(terms.network.short_name)[:20], room)


def shown_name(member: Member, shared: Frame) -> str:
    """How a phone shows somebody whose card it took: "BPA Tuindorp · Jan van den Berg"."""
    line = next(line for line in card(member, shared).split("\n") if line.startswith("FN:"))
    return re.sub(r"\\(.)", r"\1", line.removeprefix("FN:"))


def card(member: Member, shared: Frame) -> str:
    """One vCard 3.0 (RFC 2426), lines ended by a line feed: name, group, one number, a stable UID.

    The group stands before the name in FN and as the honorific prefix in N, because an iPhone shows
    N and an Android phone FN. Values are escaped and shortened until no line needs folding.
    """
    family = f"{member.infix} {member.surname}" if member.infix and member.surname else member.surname or member.infix
    given = member.first_name
    if not given and not family:
        given = member.organisation
    given, family = _fit(_on_one_line(given), _on_one_line(family), shared.room)
    shown = f"{given} {family}" if given and family else given or family
    return (
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{shared.prefix} {shown}\nN:{family};{given};;{shared.prefix};\n"
        f"ORG:{shared.org}\nTEL;TYPE=CELL:{member.mobile or ''}\nUID:{shared.uid}-{member.nr}\nEND:VCARD\n"
    )


def _fit(given: str, family: str, room: int) -> tuple[str, str]:
    """Both escaped, shortened until they stand in `room` octets: first to an initial, then the family name."""
    if len(given) + len(family) < room and (given + family).isascii() and not _SPECIAL.search(given + family):
        return given, family  # the common case: as many octets as letters, and nothing to escape
    if _octets(f"{given} {family}") > room and given and family:
        given = f"{given[0]}."
    if family:
        family = shorten(family, room - _octets(f"{given} "))
    else:
        given = shorten(given, room)
    return escape(given), escape(family)


def _on_one_line(text: str) -> str:
    """Without marks that some readers end a line at, so that no part of a name stands where a property begins."""
    return text if text.isprintable() else _ENDS_A_LINE.sub(" ", text).strip()


def _octets(text: str) -> int:
    return len(escape(text).encode())


def shorten(text: str, octets: int) -> str:
    """The text, cut with "…" behind it where it would take more than `octets` once escaped."""
    if _octets(text) <= octets:
        return text
    while text and _octets(text) > octets - len("…".encode()):
        text = text[:-1]
    return text.rstrip() + "…"


_ENDS_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPECIAL = re.compile(r"[\\;,\r\n]")


def escape(text: str) -> str:
    """A text value as RFC 2426 (section 4) wants it: backslash, comma, semicolon and line ends escaped."""
    if not _SPECIAL.search(text):
        return text
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
