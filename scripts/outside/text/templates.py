"""Knows the texts under templates/: finds one by act and language, and fills it in for one person."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from jinja2 import Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from outside.config.settings import Settings
from outside.errors import Stop
from outside.text.environment import environment, spoken_number
from outside.text.markdown import Unsettable, piece_source, plain_source, screen_source

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
"""Where the texts live: templates/<act>/<language>.md."""

SUBJECT, VERSION = "Onderwerp", "Versie"
"""What may stand above the first blank line of a text."""

FAULTS = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What can go wrong while a text is filled in: the text asks for something that is not there, or cannot be done."""

_OURS = re.compile(r"(?:[A-Za-z][\w-]*/){0,3}[A-Za-z][\w-]*(?:\.screen)?\.(?:md|html|css|toml)")
"""The name of a text under templates/: it leads nowhere else, and is no other kind of file."""

_HEAD = re.compile(r"^(\w+):[ \t]*(.*)$")
_INCLUDE = re.compile(r'^\{%-?\s*include\s+"([^"\n]+)"\s*-?%\}[ \t]*$', re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:'(\w+)' is undefined$|No (?:filter|test) named '(\w+)')")
_RULE = re.compile(r"^\d+\.[ \t]", re.MULTILINE)
_NUMBER_OF_RULES = re.compile(r"\{\{\s*number_of_rules\s*\}\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text filled in for one person: one line of subject, plain lines, a whole HTML page."""

    subject: str
    plain: str
    screen: str


class Text:
    """One text in one language, ready to be filled in. Every fact stands in it literally, on one line.

    `version` is the one at its top, or of the piece that it includes ("" if none has one). Filling in
    raises Stop, naming file and line, where the text asks for what it cannot have. `number_of_rules`, in words,
    may stand in it: it counts the numbered rules in the text and the pieces that it includes.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.language = Path(name).stem
        sources = _Sources(folder)
        head = sources.head(name)
        self.version = head.get(VERSION, "") or next(filter(None, map(sources.version, sources.included(name))), "")
        self._sources = sources
        self._subject_source = head.get(SUBJECT, "")
        whole = sources.whole(name)
        self.number_of_rules = spoken_number(len(_RULE.findall(whole)), self.language)
        # Before the text is set, so that a heading with the number in it is underlined as any other.
        self._body = _NUMBER_OF_RULES.sub(self.number_of_rules, whole)

    def fill(self, facts: Mapping[str, object]) -> Filled:
        """The text as a mail."""
        subject = " ".join(self._filled(self._subject, facts).split())
        return Filled(subject, _tidy(self._filled(self._plain, facts)), self._filled(self._screen, facts))

    def unwrapped(self, facts: Mapping[str, object]) -> str:
        """The text as plain lines of any length, for a program that wraps them itself."""
        return _tidy(self._filled(self._unwrapped, facts))

    def piece(self, facts: Mapping[str, object]) -> Markup:
        """The text as HTML for a page with a style of its own."""
        return Markup(self._filled(self._piece, facts))  # noqa: S704  # every fact in it was escaped

    def markdown(self, facts: Mapping[str, object]) -> str:
        """The source itself filled in, for a file that people read as Markdown."""
        return _tidy(self._filled(self._source, facts))

    @cached_property
    def _source(self) -> Template:
        return self._sources.environment(self.language).get_template(self.name)

    @cached_property
    def _subject(self) -> Template:
        return _compiled(self.language, self.name, self._subject_source)

    @cached_property
    def _plain(self) -> Template:
        return _compiled(self.language, self.name, plain_source(self._body))

    @cached_property
    def _unwrapped(self) -> Template:
        return _compiled(self.language, self.name, plain_source(self._body, sys.maxsize))

    @cached_property
    def _piece(self) -> Template:
        return self._set(lambda: piece_source(self._body))

    @cached_property
    def _screen(self) -> Template:
        shell, css, screen_css = map(self._sources.read, ("letter.html", "letter.css", "letter.screen.css"))
        return self._set(
            lambda: screen_source(
                self._body,
                language=self.language,
                subject=self._subject_source,
                shell=shell,
                css=css,
                screen_css=screen_css,
            )
        )

    def _set(self, make: Callable[[], str]) -> Template:
        try:
            return _compiled(self.language, self.name, make(), html=True, trim=False)
        except Unsettable as wrong:
            raise _stop(self.name, None, wrong.reason) from None

    def _filled(self, template: Template, facts: Mapping[str, object]) -> str:
        try:
            return template.render(facts)
        except FAULTS as wrong:
            raise self._diagnosis(wrong, facts) from None

    def _diagnosis(self, wrong: Exception, facts: Mapping[str, object]) -> Stop:
        """What is wrong, and where. The set forms have lines of their own, so the source is filled in to find it."""
        try:
            self._source.render({"number_of_rules": self.number_of_rules, **facts})
        except FAULTS as found:
            frames = traceback.extract_tb(found.__traceback__)
            for frame in reversed(frames):
                if frame.filename.startswith("templates/"):
                    return _stop(frame.filename.removeprefix("templates/"), frame.lineno, _reason(found))
        return _stop(self.name, 1 if self._subject_source else None, _reason(wrong))


class _Sources:
    """The files of the texts, as they are written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> str:
        """The text of a file of ours. Whatever a text asks for is fetched here, so nothing else is ever fetched."""
        path = self.folder / name
        try:
            if not _OURS.fullmatch(name) or not path.resolve().is_relative_to(self.folder.resolve()):
                raise Stop(
                    f"Een tekst in de map templates vraagt om een bestand dat daar niet bij hoort: {name[:80]}",
                    "Haal die regel uit de tekst. Kreeg u de tekst van iemand? Vraag dan waarom dat erin staat. "
                    "Er is niets verstuurd.",
                )
            return path.read_text(encoding="utf-8-sig")
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
            if key not in (SUBJECT, VERSION):
                raise _stop(name, number, f"'{match[1]}' is hier niet bekend. Bovenaan mag staan: Onderwerp, Versie.")
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
        return _INCLUDE.sub(lambda match: self.body(match[1]).strip(), self.body(name))

    def included(self, name: str) -> list[str]:
        """The names of the pieces that a text includes."""
        return _INCLUDE.findall(self.body(name))

    def version(self, name: str) -> str:
        """The version at the top of a piece; "" if it has none."""
        return self.head(name).get(VERSION, "")

    def environment(self, language: str) -> SandboxedEnvironment:
        """Where a text is filled in as it is written."""
        return environment(language, load=lambda name: (self.body(name), f"templates/{name}", lambda: True))

    def _check(self, name: str) -> None:
        jinja = self.environment("")
        for source in (self.head(name).get(SUBJECT, ""), self.body(name)):
            try:
                jinja.compile(source)
            except TemplateSyntaxError as wrong:
                raise _stop(name, wrong.lineno, _reason(wrong)) from None


@cache
def find_text(act: str, language: str, default: str, folder: Path = TEMPLATES) -> Text:
    """The text of an act in a language, or in the default where there is none in that one. Raises Stop."""
    for wanted in (language.strip().casefold(), default):
        if wanted.isalpha() and (folder / act / f"{wanted}.md").is_file():
            return Text(f"{act}/{wanted}.md", folder)
    raise Stop(
        f"Er is geen tekst in de taal '{default}': templates/{act}/{default}.md ontbreekt.",
        "Zet het bestand terug, of kies in de instellingen bij 'language' een taal die er wel is.",
    )


def languages(folder: Path = TEMPLATES) -> tuple[str, ...]:
    """The languages that there are spelregels in, in a fixed order."""
    return tuple(sorted(path.stem for path in folder.glob("spelregels/*.md")))


def facts_of_municipality(settings: Settings) -> dict[str, object]:
    """What a text may say of the municipality: its name, and the number as it is shown and as it is called."""
    network = settings.network
    number = network.municipality_number
    return {
        "municipality": network.municipality,
        "municipality_number": number,
        "municipality_tel": re.sub(r"[^+\d]", "", number),
    }


def rules_version(folder: Path = TEMPLATES) -> str:
    """The version of the spelregels, which all languages share. Raises Stop where they differ or have none."""
    sources = _Sources(folder)
    versions = {path.name: sources.version(f"spelregels/{path.name}") for path in folder.glob("spelregels/*.md")}
    if len(set(versions.values())) != 1 or not all(versions.values()):
        told = ", ".join(f"{name}: {version or 'geen'}" for name, version in sorted(versions.items()))
        raise Stop(
            f"De spelregels hebben niet in elke taal dezelfde versie ({told or 'er zijn geen spelregels'}).",
            "Zet in elk bestand in templates/spelregels/ dezelfde regel bovenaan, bijvoorbeeld: Versie: 2",
        )
    return next(iter(versions.values()))


def fill_page(name: str, language: str, facts: Mapping[str, object], folder: Path = TEMPLATES) -> str:
    """An HTML page under templates/ filled in, every fact escaped. Raises Stop, naming file and line."""
    source = _Sources(folder).read(name)
    page = _compiled(language, name, source, html=True)
    try:
        return page.render(facts)
    except FAULTS as wrong:
        frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == f"templates/{name}"]
        raise _stop(name, frames[-1].lineno if frames else None, _reason(wrong)) from None


def _tidy(text: str) -> str:
    """No two blank lines in a row, none at the edges."""
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


def _compiled(language: str, name: str, source: str, *, html: bool = False, trim: bool = True) -> Template:
    filled_by = environment(language, html=html, trim=trim)
    try:
        code = filled_by.compile(source, name, f"templates/{name}")
    except TemplateSyntaxError as wrong:
        # The source itself was sound, so a tag stands where Markdown divides what belongs together.
        reason = "Een blok tussen {% en %} loopt over de rand van een alinea of lijst. Zet die tags op een eigen regel."
        raise _stop(name, None, reason) from wrong
    return Template.from_code(filled_by, code, filled_by.make_globals(None))


def _reason(wrong: Exception) -> str:
    """What went wrong, in Dutch and without the fact that it went wrong with."""
    unknown = _UNKNOWN.match(str(wrong))
    if unknown:
        return f"De naam '{unknown[1] or unknown[2]}' is niet bekend."
    if isinstance(wrong, TemplateSyntaxError):
        return "De accolades kloppen niet. Bij elke {{ hoort een }}, en bij elke {% if … %} een {% endif %}."
    return f"De tekst kan hier niet worden ingevuld ({type(wrong).__name__})."


def _stop(name: str, line: int | None, reason: str) -> Stop:
    where = f"templates/{name}" + (f", regel {line}" if line else "")
    return Stop(f"Er klopt iets niet in {where}. {reason}", "Herstel de tekst en begin opnieuw.")
