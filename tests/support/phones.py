"""The phones of admins: address books made only of what each was given, by files or by mail, as her page tells her."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import vobject


@dataclass
class Phone:
    """One admin's. `book` counts each contact (name, number), so that a double one shows."""

    name: str
    book: Counter[tuple[str, str]] = field(default_factory=Counter)

    def takes_files(self, folder: Path) -> None:
        """She reads the page in her group's folder, and does what stands behind her name."""
        page = (folder / "uitleg.html").read_text(encoding="utf-8")
        line = next(
            re.sub("<[^>]+>", "", one) for one in re.findall(r"<li>.*?</li>", page, re.DOTALL) if self.name in one
        )
        if "heeft alles" in line or "per mail" in line:
            return
        files = re.findall(r"[\w-]+\.(?:vcf|txt)", line)
        self.does(page, [(one, (folder / one).read_text(encoding="utf-8")) for one in files])

    def reads(self, mail: EmailMessage) -> None:
        """A mail: what its words tell, and what is attached."""
        body = mail.get_body(("plain",))
        assert body is not None
        lines = str(body.get_content())
        words = " ".join(lines.split())
        files = [(str(one.get_filename()), str(one.get_content())) for one in mail.iter_attachments()]
        files.append(("weg.txt", words))
        renamed = re.sub(r"- (06-\d{8}): (.+)", r"<li>\1: <strong>\2</strong>", lines.replace("\r", ""))
        self.does(renamed, files)

    def does(self, told: str, files: list[tuple[str, str]]) -> None:
        """Take out, rename, and import; all contacts come in the place of those she had."""
        if any(name.startswith("alle") for name, _text in files):
            self.book.clear()
        for name, text in files:
            if name.endswith(".txt"):
                self.takes_out(re.findall(r"\((\+?[\d-]+)\): ", text))
        for number, called in re.findall(r"<li>\s*(\+?[\d-]{10,}): <strong[^>]*>(.*?)</strong>", told):
            for contact in [one for one in self.book if one[1] == as_dialled(number)]:
                self.book[html.unescape(called), contact[1]] = self.book.pop(contact)
        for name, text in files:
            if name.endswith(".vcf"):
                self.book.update(contacts(text))

    def takes_out(self, numbers: list[str]) -> None:
        for number in map(as_dialled, numbers):
            for contact in [one for one in self.book if one[1] == number]:
                del self.book[contact]


def contacts(text: str) -> list[tuple[str, str]]:
    """What a phone reads of a file: name behind the group's, and number."""
    return [(one.fn.value.partition(" · ")[2], one.tel.value) for one in vobject.readComponents(text)]


def as_dialled(number: str) -> str:
    """E.164 again."""
    return "+31" + number.replace("-", "")[1:] if number.startswith("0") else number
