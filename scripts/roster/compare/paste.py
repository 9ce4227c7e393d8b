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

    `is_whole` is False where somebody may be in the group and not be seen: in a chat only who wrote is, and a list may
    end with "en nog 12 anderen".
    """

    entries: tuple[Entry, ...]
    gone: tuple[Entry, ...] = ()
    is_whole: bool = True


_ROLE = re.compile(
    r"[\s,;:(\[–-]*\b(?:(?:groeps|community)?-?(?:beheerders?|admins?|eigenaar)|(?:group |community )(?:admins?|owner)"
    r"|gruppen-?admins?|admins?)\b[\s)\]]*$",
    re.IGNORECASE,
)
_SELF = frozenset(
    ("u", "jij", "jou", "je", "ik", "you", "me", "uzelf", "jezelf", "yourself", "du", "ich", "vous", "moi", "tú")
)
_PEOPLE = r"(?:deelnemers?|leden|lid|participants?|members?|teilnehmer|mitglieder)"
_NOISE = re.compile(
    rf"(?:(?:.* [·•] )?\(?\d+(?: (?:van|of|von) \d+)? {_PEOPLE}\)?|{_PEOPLE}(?: \(?\d+\)?)?|\d+ (?:van|of|von) \d+"
    rf"|(?:(?:bekijk|toon|view|show|see|zoek|search|add) )?(?:alle |all )?{_PEOPLE}"
    r"(?: (?:zoeken|toevoegen|hinzufügen|bekijken))?"
    r"|(?:bekijk|toon) alles?|alles (?:bekijken|tonen)|(?:view|show|see) all|zoeken?|search|suchen?"
    r"|(?:(?:hey|hé|hoi|hallo|hi)(?: there| daar)?[,!]? )?"
    r"(?:ik gebruik|i am using|i['’]m using|ich benutze|ich nutze) (?:nu )?whatsapp"
    r"|(?:uitnodigen|invite|einladen) .*link|(?:laatst gezien|last seen|zuletzt) .*|online"
    r"|beschikbaar|available|verfügbar|bezet|busy|beschäftigt|op school|at school|in de bioscoop|at the movies"
    r"|(?:aan het|op het) werk|at work|bei der arbeit|batterij bijna leeg|battery about to die|slaapt|sleeping"
    r"|kan niet praten, alleen whatsapp|can['’]t talk, whatsapp only|in een vergadering|in a meeting"
    r"|in de sportschool|at the gym|alleen (?:dringende oproepen|noodgevallen)|urgent calls only"
    r"|groep(?:s(?:info|gegevens))?|group info|media, links (?:en|and) (?:documenten|docs)"
    r"|naam|name|mobiel|mobile|telefoon(?:nummer)?|phone|nummer|…|\.\.\.)\.?",
    re.IGNORECASE,
)
"""What WhatsApp shows between the participants, and what their profile says where they never changed it."""

_AND = r"(?:en|and|und|&)"
_MORE = re.compile(
    rf"(?:[\s,;]*(?:{_AND} )?(?:nog )?\d+ (?:anderen?|andere deelnemers|others?|more|meer|weitere|mehr)"
    rf"|(?:^|[\s,;]+){_AND}? ?\+ ?\d{{1,4}}|[^,;]*\(\+?\d+ (?:meer|more|weitere)\))\s*$",
    re.IGNORECASE,
)
"""What tells that there are more participants than are shown: "en nog 12 anderen", "View all (12 more)"."""

_LONGEST_MORE = 80

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
    cut = 0
    alone: list[Entry | None] = []
    for whole in lines:
        end, more = _MORE.subn("", whole[-_LONGEST_MORE:])
        line, cut = whole[:-_LONGEST_MORE] + end, cut + more
        pieces = [] if _NOISE.fullmatch(text(line)) and not is_name(text(line)) else list(_pieces(line, is_name))
        if len(pieces) > 1 and pieces[-1].rstrip().endswith(("…", "...")) and not is_name(text(pieces[-1])):
            cut += len(pieces.pop())  # a name of which a part is shown
        entries = [entry for piece in pieces for entry in read_entry(piece, is_name)]
        alone.append(entries[0] if len(entries) == 1 and len(pieces) == 1 else None)
        found += entries
    return Paste(unlike(_beside(found, [entry for entry in alone if entry is not None])), is_whole=not cut)


def read_entry(piece: str, is_name: IsName) -> list[Entry]:
    """The participant that a piece of text is about; none for what WhatsApp says, one for each number."""
    shown = text(_BULLET.sub("", text(piece)))
    if is_name(shown):
        return [Entry(shown, shown)]
    shown = _ROLE.sub("", shown).strip()
    bare = shown.strip("~@ .,:;*()").casefold()
    if set(re.findall(r"\w+", bare) or [""]) <= _SELF:
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
        return
    for piece in divided(line, r"[,;\t|]| {3,}", is_one):
        ends = re.fullmatch(rf"(.+?)\s+{_AND}\s+(.+)", text(piece), re.IGNORECASE)
        if ends and not is_one(piece) and all(is_one(end) or not _is_named(end, is_name) for end in ends.groups()):
            yield from ends.groups()
        else:
            yield piece


def _is_named(said: str, is_name: IsName) -> bool:
    """True for what may be somebody's name, or part of one: no number, and not whoever copied the list."""
    return all(not entry.is_self and bool(entry.name) for entry in read_entry(said, is_name))


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
