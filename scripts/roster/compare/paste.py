"""Reads what somebody copied from WhatsApp into participants: a list in any form, contacts, or a whole chat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from roster.cells.phones import phone
from roster.cells.text import Unreadable, plain_digits, text

MOST_PARTICIPANTS = 1_024
"""Lines of a list, and participants of whatever else: as many as WhatsApp lets into one group."""

IsName = Callable[[str], bool]
"""Whether somebody is called just that, so that it is not divided at a comma."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One participant as pasted: `shown` for people, and the `name` and `mobile` (E.164) that it holds.

    `is_self` is True for "U": whoever copied the list. `aside` is the mobile on the line beside it, "" for one
    that does not read, where WhatsApp shows a number and the name that its owner chose.
    """

    shown: str
    name: str = ""
    mobile: str | None = None
    is_self: bool = False
    aside: str | None = None


@dataclass(frozen=True, slots=True)
class Paste:
    """Everybody that a paste shows, each way of writing once. `gone` are those who left, as a chat tells.

    `is_whole` is False where somebody may be in the group and not be seen: in a chat only who wrote is.
    """

    entries: tuple[Entry, ...]
    gone: tuple[Entry, ...] = ()
    is_whole: bool = True


_ROLE = re.compile(
    r"[\s,;:(\[–-]*\b(?:groepsbeheerder|groepsadmin|community-?beheerder|beheerder|group admin|community admin|admin)"
    r"\b[\s)\]]*$",
    re.IGNORECASE,
)
_SELF = frozenset(("u", "jij", "jou", "je", "ik", "you", "me", "uzelf", "jezelf", "yourself"))
_NOISE = re.compile(
    r"(?:\d+ (?:deelnemers?|leden|participants?|members?)|deelnemers?|leden|participants?|members?"
    r"|(?:bekijk|toon|alle) .*(?:deelnemers|leden)|view all.*|zoek.*deelnemers|search.*(?:members|participants)"
    r"|hey there! i am using whatsapp\.?|(?:hoi|hallo|hé)[!,]? ik gebruik (?:nu )?whatsapp\.?|beschikbaar|available"
    r"|online|(?:deelnemers?|leden) toevoegen|add (?:members?|participants?)|uitnodigen via (?:groeps)?link"
    r"|invite (?:to group )?via link|…|\.\.\.)\.?",
    re.IGNORECASE,
)
"""What WhatsApp shows between the participants, and what their profile says where they never changed it."""

_BULLET = re.compile(r"^(?:[-*•◦▪‣>]|\d{1,4}[.)](?=\s))\s*")
_NUMBER = re.compile(r"(?:\+|\(\+?)?\d[\d\s().\-/]{6,}\d")
_NUMBER_BEHIND = re.compile(rf"(?<=[^\W\d])\s*\(?{_NUMBER.pattern}\)?$")
_MOST_PIECES = 5
"""So many pieces between commas are tried as one name."""


def read_list(pasted: str, is_name: IsName) -> Paste:
    """The participants of a list: one or more a line. Raises Unreadable for one that is empty or too long."""
    lines = pasted.strip().splitlines()
    if len(lines) > MOST_PARTICIPANTS:
        raise Unreadable(
            f"Dit zijn {len(lines)} regels. In een WhatsApp-groep passen hoogstens {MOST_PARTICIPANTS} deelnemers.",
            "Plak alleen de lijst van deelnemers, of bewaar het hele gesprek met Chat exporteren en geef dat bestand.",
        )
    found: list[Entry] = []
    alone: list[Entry | None] = []
    for line in lines:
        pieces = list(_pieces(line, is_name))
        entries = [entry for piece in pieces for entry in read_entry(piece, is_name)]
        alone.append(entries[0] if len(entries) == 1 and len(pieces) == 1 else None)
        found += entries
    return Paste(unlike(_beside(found, [entry for entry in alone if entry is not None])))


def read_entry(piece: str, is_name: IsName) -> list[Entry]:
    """The participant that a piece of text is about; none for what WhatsApp says, one for each number."""
    shown = text(_BULLET.sub("", text(piece)))
    if is_name(shown):
        return [Entry(shown, shown)]
    shown = _ROLE.sub("", shown).strip()
    bare = shown.strip("~@ .,:;*()").casefold()
    if bare in _SELF:
        return [Entry(shown, is_self=True)]
    if not any(map(str.isalnum, bare)) or _NOISE.fullmatch(shown):
        return []
    digits = plain_digits(shown)
    mobiles: list[str] = []
    for match in _NUMBER.finditer(digits):
        mobiles += _mobiles(match[0])
    if not mobiles:
        return [Entry(shown, _name(shown))]
    name = _name(_NUMBER.sub(" ", digits)) if len(mobiles) == 1 else ""
    return [Entry(shown if len(mobiles) == 1 else mobile, name, mobile) for mobile in mobiles]


def unlike(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Each way of writing once. Raises Unreadable where there is nobody, or more than fit in a group."""
    found = {(one.name.casefold(), one.mobile, one.is_self): one for one in reversed(entries)}
    if not found:
        raise Unreadable("Hier staat geen enkele deelnemer in.", "Plak de lijst van deelnemers uit WhatsApp.")
    if len(found) > MOST_PARTICIPANTS:
        raise Unreadable(
            f"Dit zijn {len(found)} deelnemers. In een WhatsApp-groep passen er hoogstens {MOST_PARTICIPANTS}.",
            "Geef de lijst van één groep.",
        )
    return tuple(reversed(found.values()))


def divided(line: str, marks: str, is_name: IsName) -> Iterator[str]:
    """A line cut at these marks (a pattern), but never within what somebody is called."""
    parts = re.split(f"({marks})", line)
    start = 0
    while start < len(parts):
        for pieces in range(min(_MOST_PIECES, (len(parts) - start + 1) // 2), 0, -1):
            whole = "".join(parts[start : start + 2 * pieces - 1])
            if pieces == 1 or is_name(text(whole)):
                yield whole
                start += 2 * pieces
                break


def _pieces(line: str, is_name: IsName) -> Iterator[str]:
    """A line cut into participants; what stands around somebody's name does not make him two."""

    def is_one(said: str) -> bool:
        bare = text(_BULLET.sub("", text(said)))
        return is_name(bare) or is_name(_name(_NUMBER_BEHIND.sub("", _ROLE.sub("", bare))))

    if is_one(line):
        yield line
    else:
        yield from divided(line, r"[,;\t|]", is_one)


def _name(shown: str) -> str:
    return text(_ROLE.sub("", shown)).strip(" ~@()[]<>,;:-–·*\"'").removeprefix("tel").strip(" .:")


def _mobiles(digits: str) -> list[str]:
    """The numbers in a row of digits; none where it is no number of a person."""
    whole = _mobile(digits)
    pieces = re.split(r"\s+(?=[0+])", digits)
    return [whole] if whole else [mobile for piece in pieces if (mobile := _mobile(piece))]


def _mobile(digits: str) -> str | None:
    try:
        found = phone(digits)
    except Unreadable:
        return None
    return found.e164 if found is not None else None


def _is_number(entry: Entry) -> bool:
    """True for a number alone, also one that is no number of a person, or of which WhatsApp shows a part."""
    return not entry.name if entry.mobile else re.fullmatch(r"\+?[\d\s().•∙*/-]+", entry.shown) is not None


def _beside(entries: list[Entry], alone: list[Entry]) -> list[Entry]:
    """Tell of each "~Piet" the number beside it, where the whole list alternates numbers and chosen names."""
    pair = [one for one in alone if _is_number(one) or one.shown.startswith("~")]
    numbers, names = pair[::2], pair[1::2]
    if numbers and not _is_number(numbers[0]):
        numbers, names = names, numbers
    if len(names) < 2 or len(names) != len(numbers) or any(map(_is_number, names)) or not all(map(_is_number, numbers)):
        return entries
    number_of = {name.shown: number.mobile or "" for name, number in zip(names, numbers, strict=True)}
    return [
        Entry(one.shown, one.name, aside=number_of[one.shown]) if one.shown in number_of and not one.mobile else one
        for one in entries
    ]
