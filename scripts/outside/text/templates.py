"""Knows the texts under templates/: finds one by act and language, and fills it in for one person."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from jinja2 import Template, TemplateSyntaxError
from markupsafe import Markup

from outside.config.languages import TEMPLATES, Words, languages, words_of
from outside.config.settings import Settings
from outside.errors import Stop
from outside.text.environment import environment, render, spoken_number
from outside.text.markdown import Unsettable, piece_source, plain_source, screen_source
from outside.text.sources import PREVIEW, SUBJECT, TEMPLATE_FAULTS, VERSION, Sources, fault_in, reason_for

_RULE = re.compile(r"^\d+\.[ \t]", re.MULTILINE)
_SHARED = {"<!-- page_head.html -->": "page_head.html", "/* page.css */": "page.css"}
"""What all pages share: the line that asks for it, and the file in which it stands."""

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
        self.language = Path(name).parts[0]
        sources = Sources(folder)
        head = sources.head(name)
        self.version = head.get(VERSION, "") or next(filter(None, map(sources.version, sources.included(name))), "")
        self._sources = sources
        self._subject_source = head.get(SUBJECT, "")
        self._preview_source = head.get(PREVIEW, "")
        whole = sources.whole(name)
        self._words = words_of(self.language, folder)
        self.number_of_rules = spoken_number(len(_RULE.findall(whole)), self._words)
        # Before the text is set, so that a heading with the number in it is underlined as any other.
        self._body = _NUMBER_OF_RULES.sub(self.number_of_rules, whole)

    def fill(self, facts: Mapping[str, object]) -> Filled:
        """The text as a mail."""
        return Filled(self.subject(facts), _tidy(self._filled(self._plain, facts)), self._filled(self._screen, facts))

    def subject(self, facts: Mapping[str, object]) -> str:
        """Its subject alone, on one line."""
        return " ".join(self._filled(self._subject, facts).split())

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
        return self._sources.environment(self._words).get_template(self.name)

    @cached_property
    def _subject(self) -> Template:
        return _compiled(self._words, self.name, self._subject_source)

    @cached_property
    def _plain(self) -> Template:
        return _compiled(self._words, self.name, plain_source(self._body))

    @cached_property
    def _unwrapped(self) -> Template:
        return _compiled(self._words, self.name, plain_source(self._body, sys.maxsize))

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
                preview=self._preview_source,
                shell=shell,
                css=css,
                screen_css=screen_css,
            )
        )

    def _set(self, make: Callable[[], str]) -> Template:
        try:
            return _compiled(self._words, self.name, make(), html=True, trim=False)
        except Unsettable as wrong:
            raise fault_in(self.name, None, wrong.reason) from None

    def _filled(self, template: Template, facts: Mapping[str, object]) -> str:
        try:
            return render(template, facts)
        except TEMPLATE_FAULTS as wrong:
            raise self._diagnosis(wrong, facts) from None

    def _diagnosis(self, wrong: Exception, facts: Mapping[str, object]) -> Stop:
        """What is wrong, and where. The set forms have lines of their own, so the source is filled in to find it."""
        try:
            render(self._source, {"number_of_rules": self.number_of_rules, **facts})
        except TEMPLATE_FAULTS as found:
            frames = traceback.extract_tb(found.__traceback__)
            for frame in reversed(frames):
                if frame.filename.startswith("templates/"):
                    return fault_in(frame.filename.removeprefix("templates/"), frame.lineno, reason_for(found))
        return fault_in(self.name, 1 if self._subject_source else None, reason_for(wrong))


@cache
def find_text(act: str, language: str, default: str, folder: Path = TEMPLATES) -> Text:
    """The text of an act in a language, or in the default where there is none in that one. Raises Stop."""
    for wanted in (language.strip().casefold(), default):
        if wanted.isalpha() and (folder / wanted / f"{act}.md").is_file():
            return Text(f"{wanted}/{act}.md", folder)
    raise Stop(
        f"Er is geen tekst in de taal '{default}': templates/{default}/{act}.md ontbreekt.",
        "Zet het bestand terug, of kies in de instellingen bij 'language' een taal die er wel is.",
    )


def facts_of_municipality(settings: Settings) -> dict[str, object]:
    """What a text may say of the municipality: its name, and the number as it is shown and as it is called."""
    network = settings.network
    number = network.municipality_number if network.municipality else ""
    return {
        "municipality": network.municipality,
        "municipality_number": number,
        "municipality_tel": re.sub(r"[^+\d]", "", number),
    }


def rules_version(folder: Path = TEMPLATES) -> str:
    """The version of the spelregels, which all languages share. Raises Stop where they differ or have none."""
    sources = Sources(folder)
    versions = {language: sources.version(f"{language}/spelregels.md") for language in languages(folder)}
    if len(set(versions.values())) != 1 or not all(versions.values()):
        listed = ", ".join(f"{name}: {version or 'geen'}" for name, version in versions.items())
        raise Stop(
            f"De spelregels hebben niet in elke taal dezelfde versie ({listed or 'er zijn geen spelregels'}).",
            "Zet in het bestand spelregels.md van elke taal dezelfde regel bovenaan, bijvoorbeeld: Versie: 2",
        )
    return next(iter(versions.values()))


def fill_page(name: str, language: str, facts: Mapping[str, object], folder: Path = TEMPLATES) -> str:
    """An HTML page under templates/ filled in, every fact escaped. Raises Stop, naming file and line.

    What all pages share comes on the one line that asks for it, so that a fault is told by the page's own lines.
    """
    try:
        return render(_page(name, language, folder), facts)
    except TEMPLATE_FAULTS as wrong:
        frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if frame.filename == f"templates/{name}"]
        raise fault_in(name, frames[-1].lineno if frames else None, reason_for(wrong)) from None


@cache  # as `find_text`: a round makes the same page for each group
def _page(name: str, language: str, folder: Path) -> Template:
    sources = Sources(folder)
    source = sources.read(name)
    for asked, file in _SHARED.items():
        if asked in source:
            source = source.replace(asked, " ".join(sources.read(file).split()))
    return _compiled(words_of(language, folder), name, source, html=True)


def _tidy(text: str) -> str:
    """No two blank lines in a row, none at the edges."""
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


def _compiled(words: Words, name: str, source: str, *, html: bool = False, trim: bool = True) -> Template:
    filled_by = environment(words, html=html, trim=trim)
    try:
        code = filled_by.compile(source, name, f"templates/{name}")
    except TemplateSyntaxError as wrong:
        # The source itself was sound, so a tag stands where Markdown divides what belongs together.
        reason = "Een blok tussen {% en %} loopt over de rand van een alinea of lijst. Zet die tags op een eigen regel."
        raise fault_in(name, None, reason) from wrong
    return Template.from_code(filled_by, code, filled_by.make_globals(None))
