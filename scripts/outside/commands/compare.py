"""Holds what somebody copied from a WhatsApp group against the list, tells who is where, and writes it in the rows."""

from __future__ import annotations

import codecs
import io
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.config.values import bedoelde_u
from outside.console import agree, can_answer, say, warn
from outside.errors import Changed, Stop
from outside.files.atomic import stop_from
from outside.ledger.ledger import Ledger
from outside.run.prepare import look_up
from outside.workbook import Workbook
from roster.cells.text import Unreadable
from roster.compare.export import read_paste
from roster.compare.matching import Comparison, Matcher
from roster.compare.paste import Entry, Paste
from roster.messages.in_group import plan_in_group, was_seen
from roster.model import Group, Member, Status
from roster.plan.steps import SetCell, View
from roster.sheet.dutch import counted
from roster.sheet.table import fold

MOST_OCTETS = 50_000_000
"""Of what is read: a chat of many years."""

_BINARY = Stop(
    "Dit bestand kan niet worden gelezen: het is geen tekst.",
    "Plak de lijst van deelnemers in een tekstbestand, of geef een .vcf of het bestand van Chat exporteren.",
)


def compare(settings: Settings, choices: Choices, typed: str, source: str | None) -> int:
    """Compare a group with a paste from `source` (standard input without one); the exit code."""
    pasted = _decoded(_read(source))
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        view = look_up(workbook, settings, choices, ledger).view
        group = _group(typed, view)
        matcher = Matcher(group, view)
        try:
            paste = read_paste(pasted, matcher.is_name)
        except Unreadable as wrong:
            raise Stop(wrong.message, wrong.remedy) from None
        found = matcher.compare(paste)
        if found.looks_like is not None and not choices.force:
            raise _another(group, found)
        _tell(group, found, paste, view)
        return _write(workbook, _steps(group, found, view, is_whole=paste.is_whole), view, choices, found)


def _read(source: str | None) -> bytes:
    if source in (None, "", "-"):
        if can_answer():
            say(
                "Plak hier wat u uit WhatsApp kopieerde. Klaar? Druk op Enter, en op Ctrl-D (Windows: Ctrl-Z en Enter)."
            )
        raw = getattr(sys.stdin, "buffer", None)  # pythonw on Windows has none
        data = raw.read(MOST_OCTETS + 1) if raw is not None else b""
    else:
        path = Path(str(source)).expanduser()
        try:
            with path.open("rb") as opened:
                data = opened.read(MOST_OCTETS + 1)
        except FileNotFoundError:
            raise Stop(f"Het bestand {path.name} is er niet.", "Kijk de naam na, met de map ervoor.") from None
        except OSError as error:
            raise stop_from(error, path.name) from error
    if len(data) > MOST_OCTETS:
        raise Stop("Dit is te groot om te vergelijken.", "Plak alleen de lijst van deelnemers.")
    return data


def _decoded(data: bytes) -> str:
    """The text, however a telephone or a computer keeps it; also of the .zip that an iPhone makes of a chat."""
    if data[:4] == b"PK\x03\x04":
        data = _chat_in(data)
    wide = _wide(data)
    if wide:
        found = data.decode(wide, "replace").removeprefix("\ufeff")
    else:
        try:
            found = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            found = data.decode("cp1252", "replace")
    if any(mark < " " and mark not in "\t\r\n\f\v" for mark in found) or found.count("\ufffd") > 2:
        raise _BINARY
    if not found.strip("\ufeff\u200e\u200f\xa0 \t\r\n"):
        raise Stop("Er is niets om te vergelijken: het is leeg.", "Plak de lijst van deelnemers uit WhatsApp.")
    return found


def _wide(data: bytes) -> str:
    """How a text is written of which each letter takes two octets or more, also without a mark in front; else ""."""
    head = data[:400]
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[::2].count(0), head[1::2].count(0)
    many = len(head) // 4
    return "utf-16-le" if odd > many and not even else "utf-16-be" if even > many and not odd else ""


def _chat_in(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            texts = [one for one in packed.infolist() if one.filename.lower().endswith(".txt")]
            if len(texts) != 1 or texts[0].file_size > MOST_OCTETS:
                raise _BINARY
            return packed.read(texts[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise _BINARY from None


def _group(typed: str, view: View) -> Group:
    """The group that is meant. Raises Stop where there is none of that name."""
    named = view.roster.group_named
    found = named.get(fold(typed))
    if found is not None:
        return found
    if not typed.strip():
        raise Stop("Over welke groep gaat het?", 'Typ bijvoorbeeld: make compare GROUP="Tuindorp" FROM=lijst.txt')
    raise Stop(
        f'De groep "{typed.strip()}" is er niet.',
        bedoelde_u(typed, [group.name for group in named.values()]) or "Kijk hoe de groep heet op het tabblad Groepen.",
    )


def _another(group: Group, found: Comparison) -> Stop:
    assert found.looks_like is not None  # asked by who calls this
    other, shown, participants = found.looks_like
    return Stop(
        f"Dit lijkt de lijst van groep {other.name}, niet van {group.name}: "
        f"{shown} van de {participants} deelnemers horen daar bij. Er is niets opgeschreven.",
        f'Hoort het bij die groep? Typ dan GROUP="{other.name}". Weet u zeker dat het {group.name} is? '
        "Zet er dan FORCE=1 achter.",
    )


def _steps(group: Group, found: Comparison, view: View, *, is_whole: bool) -> list[SetCell]:
    """What the rows should say. Who does not count is told as seen, and as not seen only who was seen before."""
    status = view.statuses.member
    listed = {one.place.key for one in (*found.both, *found.others)}
    maybe = {one.place.key for _entry, members in found.unclear for one in members}
    past = [
        one
        for one in view.roster.members
        if is_whole
        and fold(one.group) == fold(group.name)
        and status[one.place.key] is not Status.ACTIVE
        and one.place.key not in listed | maybe
        and was_seen(one, view)
    ]
    return list(plan_in_group(view, [*found.both, *found.others], [*found.missing, *past]))


def _tell(group: Group, found: Comparison, paste: Paste, view: View) -> None:
    """The four lists."""
    active = len(found.both) + len(found.missing) + len(found.unknown)
    say(f"Groep {group.name}: {len(paste.entries)} deelnemers in WhatsApp, {active} in de lijst.")
    _list("In de groep en in de lijst", sorted(one.name for one in found.both))
    strange = [f"{_named(one)}: {_why(one, view)}" for one in found.others]
    strange += [f"{one.shown}{_elsewhere(one, view)}" for one in found.strangers]
    _list("In de groep, en niet in de lijst", strange)
    _list("In de lijst, en niet in de groep", map(_named, found.missing))
    _list("Niet duidelijk", [f"{entry.shown}: {_or(members)}" for entry, members in found.unclear])
    if found.unknown:
        _list(
            "In de lijst, en hier niet te zien: dit laat niet de hele groep zien",
            map(_named, found.unknown),
        )


def _list(title: str, lines: Iterable[str]) -> None:
    shown = list(lines)
    say()
    say(f"{title}: {len(shown)}")
    for line in shown:
        say(f"  {line}")


def _named(member: Member) -> str:
    return f"{member.name} ({member.nr})"


def _or(members: Sequence[Member]) -> str:
    *first, last = map(_named, members)
    return f"kan {', '.join(first)} of {last} zijn" if first else f"lijkt {last}, die er al staat"


def _why(member: Member, view: View) -> str:
    return {
        Status.LEFT: "is afgemeld",
        Status.WAITING: "staat op de wachtlijst",
        Status.BLOCKED: "telt nog niet mee, zie Meldingen in die rij",
    }.get(view.statuses.member[member.place.key], "")


def _elsewhere(entry: Entry, view: View) -> str:
    """Where else in the register this number stands."""
    found = next((one for one in view.roster.members if entry.mobile and one.mobile == entry.mobile), None)
    return f": {_named(found)}, in groep {found.group}" if found is not None and found.group else ""


def _write(workbook: Workbook, steps: Sequence[SetCell], view: View, choices: Choices, found: Comparison) -> int:
    new = [one for one in (*found.both, *found.missing) if not view.roster.bears_number(one)]
    say()
    if not steps:
        say("In de kolom In de groep verandert niets.")
    elif (
        not choices.yes
        and can_answer()
        and not agree(f"Dit opschrijven in de kolom In de groep van {_rows(len(steps))}?")
    ):
        say("Er is niets opgeschreven.")
        return 0
    else:
        try:
            left = workbook.write(steps).left
        except Changed:
            left = tuple(steps)
        if len(left) < len(steps):
            say(f"Opgeschreven in de kolom In de groep van {_rows(len(steps) - len(left))}.")
        if left:
            warn(
                f"Van {_rows(len(left))} is niets opgeschreven: daar werd intussen in gewerkt. Typ het straks nog eens."
            )
            return 3 if len(left) == len(steps) else 1
    if new:
        have = "heeft" if len(new) == 1 else "hebben"
        warn(f"{_rows(len(new))} {have} nog geen Nr. Typ eerst make sync, en vergelijk daarna nog eens.")
        return 1
    return 0


def _rows(number: int) -> str:
    return counted(number, "rij", "rijen")
