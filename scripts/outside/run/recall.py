"""Finds how a contact is called that is gone from the register, in what we wrote for the admins and lies there yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from outside.files.atomic import below
from outside.ledger.files import FileStore
from roster.logbook import GivenCard, said_on_card
from roster.plan.history import History
from roster.planners.sync import BUNDLE_FOLDERS

_CARD = re.compile(r"^FN:(?P<name>[^\r\n]*)\r?\n(?:[^\r\n]*\r?\n)*?TEL;TYPE=CELL:(?P<number>\+\d+)", re.MULTILINE)
_GONE = re.compile(r"^- (?P<name>.+) \((?P<number>[+\d][\d-]+)\): ", re.MULTILINE)


def recall_from(out: Path, files: FileStore, history: History) -> Callable[[GivenCard, str], tuple[str, str] | None]:
    """What finds the name and the number (E.164) of a card that lay in a folder under out/, or None.

    A number may be somebody else's by now, whose card lies elsewhere: that one is nobody's to see here.
    Only files that still are what we wrote tell anything; they are read once it is asked, and never otherwise.
    """

    @cache
    def known() -> dict[str, list[tuple[str, str, str]]]:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for path, name, number in contacts_written(out, files):
            found.setdefault(history.identity(number), []).append((path, name, number))
        return found

    def recalled(card: GivenCard, folder: str) -> tuple[str, str] | None:
        told = known().get(card.mobile, [])
        named = [one for one in told if history.identity(said_on_card(one[1])) == card.name]
        return next((one[1:] for one in (*named, *told) if one in named or one[0].startswith(f"{folder}/")), None)

    return recalled


def contacts_written(out: Path, files: FileStore) -> Iterator[tuple[str, str, str]]:
    """The contacts in the files for admins that still are what we wrote: path under out/, name and number (E.164)."""
    for top in BUNDLE_FOLDERS:
        for path, digests in files.files_in(top).items():
            if not path.endswith((".vcf", ".txt")):
                continue
            with suppress(OSError):
                data = below(out, path).read_bytes()
                if files.digest(data) in digests:
                    for name, number in _contacts(data.decode("utf-8", "replace")):
                        yield path, name, number


def _contacts(text: str) -> Iterator[tuple[str, str]]:
    for card in _CARD.finditer(text):
        shown = re.sub(r"\\([\\;,])", r"\1", card["name"])
        yield shown.partition(" · ")[2] or shown, card["number"]
    for line in _GONE.finditer(text):
        number = line["number"].replace("-", "")
        yield line["name"], f"+31{number[1:]}" if number.startswith("0") else number
