"""Reads what telephones export: a file with contacts, and a chat of Android or iPhone, in Dutch, English or German."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress

from roster.cells.text import text
from roster.compare.paste import Entry, IsName, Paste, divided, read_entry, read_list, unlike

_STAMP = re.compile(
    r"\u200e?(?:\[(?P<phone>[^\]\n]{8,40})\]\s|(?P<android>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s\d{1,2}[:.]\d{2}\S*(?:\s[ap]\.?\s?m\.?)?)\s[-–]\s)",
    re.IGNORECASE,
)
"""How a message begins: "28-11-2026 14:03 - " on Android, "[28-11-2026 14:03:22] " on an iPhone or in a browser."""

_MOMENT = re.compile(r"(?=.*\d{1,2}[:.]\d{2})(?=.*\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4})")

_CAME = (
    r"(?:.+? )?(?:heeft|hebt|hebben) (?P<who>.+) toegevoegd",
    r"(?P<who>.+) (?:is|zijn|bent|werd|werden) toegevoegd(?: .*)?",
    r"(?P<who>.+) (?:is|bent|zijn) (?:toegetreden|lid geworden)(?: .*)?",
    r"(?P<who>.+) (?:neemt|neem|nemen) (?:nu )?deel(?: .*)?",
    r"(?P<who>.+) (?:was|were) added(?: .*)?",
    r".+? added (?P<who>.+)",
    r"(?P<who>.+) joined(?: .*)?",
    r".+? (?:hat|hast|haben) (?P<who>.+) hinzugefügt",
    r"(?P<who>.+) (?:wurde|wurdest|wurden) (?:.* )?hinzugefügt",
    r"(?P<who>.+) (?:ist|bist|sind) (?:.* )?beigetreten",
)
_LEFT = (
    r"(?P<who>.+) (?:heeft|hebt|hebben) (?:de|deze) (?:groep|community) verlaten",
    r"(?P<who>.+) (?:is|zijn|bent) (?:vertrokken|weggegaan|verwijderd)(?: .*)?",
    r"(?:.+? )?(?:heeft|hebt|hebben) (?P<who>.+) verwijderd(?: .*)?",
    r"(?P<who>.+) left(?: .*)?",
    r"(?P<who>.+) (?:was|were) removed(?: .*)?",
    r".+? removed (?P<who>.+)",
    r"(?P<who>.+) (?:hat|hast|haben) die (?:Gruppe|Community) verlassen",
    r".+? (?:hat|hast|haben) (?P<who>.+) entfernt",
    r"(?P<who>.+) (?:wurde|wurdest|wurden) (?:.* )?entfernt",
)
_CHANGED = (
    r"(?P<old>\+[\d\s()-]+) (?:is veranderd|is gewijzigd|veranderde) (?:naar|in) (?P<who>\+[\d\s()-]+)",
    r"(?P<old>\+[\d\s()-]+) changed to (?P<who>\+[\d\s()-]+)",
    r"(?P<old>\+[\d\s()-]+) hat zu (?P<who>\+[\d\s()-]+) gewechselt",
)
_MADE = (
    r"(?P<who>.+) (?:heeft|hebt) (?:(?:de|deze) )?groep (?:[\"“'‘„].*[\"”'’“] )?(?:gemaakt|aangemaakt|gestart)",
    r"(?P<who>.+) created (?:this )?group.*",
    r"(?P<who>.+) (?:hat|hast) (?:die|diese) Gruppe (?:[\"“'‘„].*[\"”'’“] )?(?:erstellt|gegründet)",
)
_LONGEST_EVENT = 10_000
"""Characters of what WhatsApp tells of people at once."""

_MEDIA = re.compile(
    r"weggelaten|omitted|weggelassen|bijgevoegd|attached|angehängt|bericht.*verwijderd|deleted|gelöscht", re.IGNORECASE
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        "|".join(re.sub(r"P<(\w+)>", rf"P<\g<1>{n}>", one) for n, one in enumerate(patterns)), re.IGNORECASE
    )


_EVENTS = (("came", _any(_MADE)), ("left", _any(_LEFT)), ("changed", _any(_CHANGED)), ("came", _any(_CAME)))


def read_paste(pasted: str, is_name: IsName) -> Paste:
    """The participants in whatever was pasted. Raises Unreadable for what holds nobody, or more than a group does."""
    if any(line.strip(" \ufeff").upper() == "BEGIN:VCARD" for line in pasted.splitlines()):
        return Paste(unlike(list(_contacts(pasted))))
    first = pasted.lstrip("\ufeff\u200e\u200f \t\r\n")
    stamp = _STAMP.match(first)
    if stamp is not None and (stamp["android"] or _MOMENT.match(stamp["phone"])):
        return _Chat(is_name).read(pasted)
    return read_list(pasted, is_name)


def _contacts(pasted: str) -> Iterator[Entry]:
    """One entry a number of each card, with the name that the telephone shows."""
    whole = re.sub(r"\n[ \t]", "", "\n".join(pasted.splitlines()))
    for one in re.split(r"(?im)^(?:BEGIN|END):VCARD\s*$", whole):
        found: dict[str, str] = {}
        numbers = []
        for kind, value in _lines(one):
            if kind == "TEL" and value:
                numbers.append(value.removeprefix("tel:"))
            elif kind in _NAMED and text(value.replace(";", " ")):
                found.setdefault(kind, value)
        name = (
            found.get("FN") or text(" ".join(found.get("N", "").split(";")[2::-1])) or found.get("ORG", "").strip("; ")
        )
        read = [entry for number in numbers for entry in read_entry(number, lambda _name: False) if entry.mobile]
        yield from (Entry(name or entry.shown, name, entry.mobile) for entry in read)
        if name and not read:
            yield Entry(name, name)


_NAMED = ("FN", "N", "ORG")


def _lines(card: str) -> Iterator[tuple[str, str]]:
    """What each line of a card is, and its value, also as old telephones write it: quoted, in a set of their own."""
    lines = iter(card.splitlines())
    for line in lines:
        head, _colon, value = line.partition(":")
        kind, *options = head.upper().split(";")
        if any("QUOTED-PRINTABLE" in one for one in options):
            while value.endswith("="):
                value = value[:-1] + next(lines, "")
            sets = [one.partition("=")[2] for one in options if one.startswith("CHARSET=")]
            value = _unquoted(value, *sets, "utf-8", "cp1252")
        elif '"' in head + value.partition(":")[0]:  # a colon within a parameter's quotes
            value = line.rpartition('"')[2].partition(":")[2] or value
        yield kind.rpartition(".")[2], re.sub(r"\\(.)", lambda one: " " if one[1] in "nN" else one[1], value).strip()


def _unquoted(value: str, *sets: str) -> str:
    octets = binascii.a2b_qp(value.encode())
    for one in sets:
        with suppress(UnicodeDecodeError, LookupError):
            return octets.decode(one)
    return value


class _Chat:
    """Who came, wrote and left, message by message."""

    def __init__(self, is_name: IsName) -> None:
        self._is_name = is_name
        self._here: dict[str, bool] = {}
        self._is_whole = False

    def read(self, pasted: str) -> Paste:
        """Everybody who is in the group after the last message."""
        for line in pasted.splitlines():
            stamp = _STAMP.match(line)
            if stamp is not None:
                self._process(line[stamp.end() :])
        entries = self._entries(here=True)
        gone = self._entries(here=False)
        return Paste(unlike(entries), tuple(gone), is_whole=self._is_whole)

    def _entries(self, *, here: bool) -> list[Entry]:
        names = [name for name, is_here in self._here.items() if is_here is here]
        return [entry for name in names for entry in read_entry(name, self._is_name)]

    def _process(self, said: str) -> None:
        """One message: a sender and what he wrote, or what WhatsApp itself tells of the group."""
        sender, colon, body = said.partition(": ")
        if (colon and not body.startswith("\u200e") and not self._tells(sender)) or (colon and _MEDIA.search(body)):
            self._set(sender, is_here=True)
        else:
            self._event(text(body if colon and body.startswith("\u200e") else said))

    def _tells(self, sender: str) -> bool:
        """True where what stands before a colon is no sender: a group's own name may hold one."""
        return '"' in sender or "“" in sender

    def _event(self, said: str) -> None:
        event = said[:_LONGEST_EVENT].rstrip(" .")
        for what, pattern in _EVENTS:
            found = pattern.fullmatch(event)
            if found is None:
                continue
            groups = {name.rstrip("0123456789"): value for name, value in found.groupdict().items() if value}
            if what == "came" and pattern is _EVENTS[0][1]:
                self._is_whole = True
            if "old" in groups:
                self._set(groups["old"], is_here=False)
            for name in divided(groups["who"], r", (?:en |and |und )?| en | and | und ", self._is_name):
                self._set(name, is_here=what != "left")
            return

    def _set(self, name: str, *, is_here: bool) -> None:
        shown = text(name)
        if shown:
            self._here[shown] = is_here
