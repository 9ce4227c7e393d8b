"""Finds how a contact is called that is gone from the register, in what we wrote for the admins and lies there yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from outside.files.atomic import below
from outside.ledger.files import FileStore
from outside.run.output_files import digest
from roster.plan.history import History
from roster.planners.sync import BUNDLE_FOLDERS

_CARD = re.compile(r"^FN:(?P<name>[^\r\n]*)\r?\n(?:[^\r\n]*\r?\n)*?TEL;TYPE=CELL:(?P<number>\+\d+)", re.MULTILINE)
_GONE = re.compile(r"^- (?P<name>.+) \((?P<number>[+\d][\d-]+)\): ", re.MULTILINE)


def recall_from(out: Path, files: FileStore, history: History) -> Callable[[str], tuple[str, str] | None]:
    """What finds a name and a number (E.164) by the digest of the number, or None.

    Only files that still are what we wrote tell anything; they are read once it is asked, and never otherwise.
    """

    @cache
    def known() -> dict[str, tuple[str, str]]:
        return {history.identity(number): (name, number) for name, number in _written(out, files)}

    return lambda mark: known().get(mark)


def _written(out: Path, files: FileStore) -> Iterator[tuple[str, str]]:
    for top in BUNDLE_FOLDERS:
        for path, digests in files.files_in(top).items():
            if not path.endswith((".vcf", ".txt")):
                continue
            with suppress(OSError):
                data = below(out, path).read_bytes()
                if digest(data) in digests:
                    yield from _contacts(data.decode("utf-8", "replace"))


def _contacts(text: str) -> Iterator[tuple[str, str]]:
    for card in _CARD.finditer(text):
        shown = re.sub(r"\\([\\;,])", r"\1", card["name"])
        yield shown.partition(" · ")[2] or shown, card["number"]
    for line in _GONE.finditer(text):
        number = line["number"].replace("-", "")
        yield line["name"], f"+31{number[1:]}" if number.startswith("0") else number
