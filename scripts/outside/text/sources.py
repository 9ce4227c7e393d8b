"""Fetches the texts under templates/ as they are written, and nothing else; tells what is wrong with one."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, TemplateError, TemplateSyntaxError, nodes

from outside.config.languages import Words
from outside.errors import Stop
from outside.text.environment import NotInAText, TooMuch, environment

SUBJECT, PREVIEW, VERSION = HEAD = ("Onderwerp", "Voorproef", "Versie")
"""What may stand above the first blank line of a text. The preview is what a list of mails shows behind the subject."""

TEMPLATE_FAULTS = (
    TemplateError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    MemoryError,
)
"""What can go wrong while a text is filled in: the text asks for something that is not there, or cannot be done."""

_LARGEST = 200_000
"""Bytes of one text; the longest of ours has 15,000."""

DEEPEST = 8
"""Pieces within pieces."""

_OURS = re.compile(r"(?:[A-Za-z][\w-]*/){0,3}[A-Za-z][\w-]*(?:\.screen)?\.(?:md|html|css|toml|svg|typ)")
"""The name of a text under templates/: it leads nowhere else, and is no other kind of file."""

_HEAD = re.compile(r"^(\w+):[ \t]*(.*)$")
_INCLUDE = re.compile(r'^\{%-?\s*include\s+"([^"\n]+)"\s*-?%\}[ \t]*$', re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:'(\w+)' is undefined$|No (?:filter|test) named '(\w+)')")


class Sources:
    """The files of the texts, as they are written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._home = folder.resolve()

    def read(self, name: str) -> str:
        """The text of a file of ours. Whatever a text asks for is fetched here, so nothing else is ever fetched."""
        path = self.folder / name
        try:
            if not _OURS.fullmatch(name) or not path.resolve().is_relative_to(self._home):
                raise Stop(
                    f"Een tekst in de map templates vraagt om een bestand dat daar niet bij hoort: {name[:80]}",
                    "Haal die regel uit de tekst. Kreeg u de tekst van iemand? Vraag dan waarom dat erin staat. "
                    "Er is niets verstuurd.",
                )
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                data = file.read(_LARGEST + 1)
            if found.st_nlink > 1:
                raise Stop(
                    f"De tekst templates/{name} is hetzelfde bestand als een bestand elders op deze computer. "
                    "Zo kan er iets in een mail komen wat daar niet hoort.",
                    "Kreeg u de tekst van iemand? Vraag dan waarom dat zo is. Anders: maak er een gewone kopie van, en "
                    "zet die ervoor in de plaats. Er is niets verstuurd.",
                )
            if len(data) > _LARGEST:
                raise fault_in(name, None, f"Een tekst heeft hoogstens {_LARGEST // 1000} kB.")
            return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except FileNotFoundError:
            raise Stop(
                f"De tekst templates/{name} ontbreekt.",
                "Zet het bestand terug, bijvoorbeeld met: git checkout templates",
            ) from None
        except (OSError, UnicodeDecodeError):
            raise Stop(
                f"De tekst templates/{name} kan niet worden gelezen.",
                "Open het bestand, sla het op als UTF-8, en probeer het opnieuw.",
            ) from None

    def head(self, name: str) -> dict[str, str]:
        """The lines above the first blank one, by name."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.read(name).split("\n"), 1):
            match = _HEAD.match(line)
            if match is None:
                return found
            key = match[1].capitalize()
            if key not in HEAD:
                raise fault_in(
                    name, number, f"'{match[1]}' is hier niet bekend. Bovenaan mag staan: {', '.join(HEAD)}."
                )
            found[key] = match[2].strip()
        return found

    def body(self, name: str) -> str:
        """The text below its head, which is left blank so that every line keeps its number."""
        source, above = self.read(name), len(self.head(name))
        return "\n" * above + "\n".join(source.split("\n")[above:])

    def whole(self, name: str) -> str:
        """The text with the pieces that it includes in their places; their Jinja is checked first."""
        for part in (name, *self.included(name)):
            self._check(part)
        return self._put_together(name)

    def included(self, name: str) -> list[str]:
        """The names of the pieces that a text includes, and those within these."""
        found: list[str] = []
        layer, depth = [name], 0
        while layer:
            layer = [piece for part in layer for piece in dict.fromkeys(_INCLUDE.findall(self.body(part)))]
            found += layer
            depth += 1
            if depth > DEEPEST or len(found) > _LARGEST // 1000:
                raise fault_in(name, None, f"De tekst vraagt met include om zichzelf, of dieper dan {DEEPEST} keer.")
        return list(dict.fromkeys(found))

    def _put_together(self, name: str) -> str:
        return _INCLUDE.sub(lambda match: self._put_together(match[1]).strip(), self.body(name))

    def version(self, name: str) -> str:
        """The version at the top of a piece; "" if it has none."""
        return self.head(name).get(VERSION, "")

    def environment(self, words: Words) -> Environment:
        """Where a text is filled in as it is written."""
        return environment(words, load=lambda name: (self.body(name), f"templates/{name}", lambda: True))

    def _check(self, name: str) -> None:
        body = self.body(name)
        try:
            for source in self.head(name).values():
                _includes_of(source)
            asked = _includes_of(body)
        except TemplateSyntaxError as wrong:
            raise fault_in(name, wrong.lineno, reason_for(wrong)) from None
        except TEMPLATE_FAULTS as wrong:
            raise fault_in(name, None, reason_for(wrong)) from None
        alone = {body.count("\n", 0, match.start()) + 1 for match in _INCLUDE.finditer(body)}
        for line in asked:
            if line not in alone:
                raise fault_in(name, line, 'Zet {% include "…" %} alleen op een eigen regel, zonder meer erin.')


@cache
def _includes_of(source: str) -> tuple[int, ...]:
    """The lines on which a sound text includes a piece; raises what Jinja raises. Most texts share their pieces."""
    jinja = environment(Words(), load=lambda name: ("", name, lambda: True))
    tree = jinja.parse(source)
    lines = tuple(include.lineno for include in tree.find_all(nodes.Include))
    jinja.compile(tree)
    return lines


def reason_for(wrong: Exception) -> str:
    """What went wrong, in Dutch and without the fact that it went wrong with."""
    unknown = _UNKNOWN.match(str(wrong))
    if unknown:
        return f"De naam '{unknown[1] or unknown[2]}' is niet bekend."
    if isinstance(wrong, NotInAText):
        return str(wrong.message)
    if isinstance(wrong, TooMuch | RecursionError | MemoryError):
        return "Aan deze tekst komt geen eind: een for of include staat te vaak in zichzelf."
    if isinstance(wrong, TemplateSyntaxError):
        return "De accolades kloppen niet. Bij elke {{ hoort een }}, en bij elke {% if … %} een {% endif %}."
    return f"De tekst kan hier niet worden ingevuld ({type(wrong).__name__})."


def fault_in(name: str, line: int | None, reason: str) -> Stop:
    where = f"templates/{name}" + (f", regel {line}" if line else "")
    return Stop(f"Er klopt iets niet in {where}. {reason}", "Herstel de tekst en begin opnieuw.")
