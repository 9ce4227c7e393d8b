"""Finds somebody in a file, in every spelling of number, address and name, also inside archives and encoded letters."""

from __future__ import annotations

import email
import html
import re
import zipfile
from collections.abc import Iterable, Iterator
from email.policy import SMTP
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

_BETWEEN = r"[-. /()\u00a0]{0,2}"
_FOLDED = re.compile("\r?\n[ \t]")
_ARCHIVE = b"PK\x03\x04"
_LEAST = 4
"""Letters of a name that is looked for; a shorter one stands in too many words."""


class Traces:
    """What tells of somebody: his mobiles (E.164), his addresses and his names, as they may be spelt."""

    def __init__(self, mobiles: Iterable[str], addresses: Iterable[str], names: Iterable[str]) -> None:
        looks = [_of_number(one) for one in mobiles if one]
        looks += [rf"(?<![\w.+-]){re.escape(one.casefold())}(?![\w-])" for one in addresses if one]
        looks += [rf"(?<!\w){_spaced(one)}(?!\w)" for one in names if len(one.strip()) >= _LEAST]
        self._look = re.compile("|".join(looks)) if looks else None

    def in_text(self, text: str) -> int:
        """How often he stands in a text."""
        return sum(1 for _ in self._look.finditer(text.casefold())) if self._look is not None else 0

    def in_data(self, data: bytes, name: str = "") -> int:
        """How often he stands in what a file holds: of letters the decoded parts, of archives all that is in them."""
        return sum(map(self.in_text, _texts(data, name)))

    def in_file(self, path: Path) -> int:
        """The same of a file. Raises OSError."""
        return self.in_data(path.read_bytes(), path.name)


def _of_number(mobile: str) -> str:
    """A Dutch mobile without 0 or +31 before it, whatever stands between its figures; another's with its country's."""
    figures = mobile.removeprefix("+31") if mobile.startswith("+316") else mobile.lstrip("+")
    return rf"(?<!\d)(?:(?:\+|00)?31{_BETWEEN})?(?:\(?0\)?{_BETWEEN})?{_BETWEEN.join(figures)}(?!\d)"


def _spaced(name: str) -> str:
    return r"\s+".join(map(re.escape, name.casefold().split()))


def _texts(data: bytes, name: str) -> Iterator[str]:
    if data.startswith(_ARCHIVE):
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                for entry in archive.infolist():
                    yield from _texts(archive.read(entry), entry.filename)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
            yield data.decode("utf-8", "replace")
        return
    if name.endswith(".eml"):
        letter = email.message_from_bytes(data, policy=SMTP)
        yield " ".join(f"{head}: {value}" for head, value in letter.items())
        for part in letter.walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield _plain(content.decode("utf-8", "replace"))
    yield _plain(data.decode("utf-8", "replace"))


def _plain(text: str) -> str:
    """A text as people read it: links and pages decoded, the lines of a card whole again."""
    if "%" in text:
        text = unquote(text)
    if "&" in text:
        text = html.unescape(text)
    return _FOLDED.sub("", text)
