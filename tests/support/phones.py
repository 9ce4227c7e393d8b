"""The phones of admins: address books made only of what each was given, by files or by mail, as her page tells her."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
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
        if "niets te doen" in line or "per mail" in line:
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
    """What a phone reads of a file: name behind the group's, and number. Two readers find the same."""
    found = [(one.fn.value, one.tel.value) for one in vobject.readComponents(text)]
    assert found == list(second_reader(text)), text
    return [(name.partition(" · ")[2], number) for name, number in found]


def second_reader(text: str) -> Iterator[tuple[str, str]]:
    """Names and numbers of vCards, by RFC 2426 and 2425 alone: folded lines, groups, parameters and escapes."""
    card: dict[str, list[str]] | None = None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, _colon, value = line.partition(":")
        name = head.partition(";")[0].rpartition(".")[2].upper()
        if (name, value.upper()) == ("BEGIN", "VCARD"):
            assert card is None, "a card within a card"
            card = {}
        elif (name, value.upper()) == ("END", "VCARD"):
            assert card is not None and card["VERSION"] == ["3.0"] and {"N", "UID"} <= card.keys()
            assert len(card["FN"]) == len(card["TEL"]) == len(card["N"]) == 1 and len(value_parts(card["N"][0])) == 5
            yield plain_text(card["FN"][0]), plain_text(card["TEL"][0])
            card = None
        else:
            assert card is not None and name, f"a line outside a card: {line}"
            card.setdefault(name, []).append(value)
    assert card is None, "a card without its end"


def value_parts(value: str) -> list[str]:
    """A value of several parts, as N."""
    return re.split(r"(?<!\\)(?:\\\\)*;", value)


def plain_text(value: str) -> str:
    """A value without its escapes."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def as_dialled(number: str) -> str:
    """E.164 again."""
    return "+31" + number.replace("-", "")[1:] if number.startswith("0") else number
