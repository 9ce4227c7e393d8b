"""Draws the documents of a plan: letters as pages to print, and the page of who is welcomed by hand, a card each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

from markupsafe import Markup, escape

from outside.config.languages import words_of
from outside.config.settings import Settings
from outside.text.environment import on_one_line, whatsapp_link
from outside.text.rules_archive import kept_rules
from outside.text.sign_page import sign_html, sign_pdf
from outside.text.templates import fill_page, find_text, rules_version
from roster.messages.rules_update import Difference, Rules, is_news
from roster.messages.sign_letters import SIGNS
from roster.messages.welcome_queue import ByHand
from roster.plan.steps import Document
from roster.sheet.dutch import shown_number

PAGES = {"start_pack": "bundle"}
"""What stands on the page of another act, by its own."""

CHANGES = {"admin": "nu beheerder", "moved": "andere groep", "number_update": "nieuw nummer van de regiegroep"}
"""What somebody is told who was welcomed before, by the act of the letter that cannot reach him."""


def draw(document: Document, settings: Settings) -> str | bytes | None:
    """A whole document: a text, or the bytes of a PDF, which may be none (told). Raises Stop where its template is
    missing or wrong."""
    if document.act == SIGNS:
        draw_as = sign_pdf if document.path.endswith(".pdf") else sign_html
        return draw_as(document.facts, document.language, settings)
    if document.act == "by_hand":
        people = cast("list[ByHand]", document.facts["people"])
        return render_by_hand(people, settings, rules=kept_rules(settings))
    if document.act == "stickers":
        return fill_page("stickers.html", "nl", document.facts)
    text = find_text(document.act, document.language, settings.language)
    page = {**document.facts, "letter": text.piece(document.facts), "language": text.language}
    return fill_page(f"{PAGES.get(document.act, document.act)}.html", text.language, page)


def render_by_hand(rows: Sequence[ByHand], settings: Settings, rules: Rules | None = None) -> str:
    """A whole HTML page, made for A4: a card for each of `rows` in their order, and the rules in every language in use.

    `rules` gives those of any version: who was told an older one is told the difference, where there is one.
    It fetches nothing, and what people typed stands in it literally. Raises Stop where a text is missing or wrong.
    """
    people = []
    languages: dict[str, None] = {}
    difference = Difference(rules or (lambda _version, _language: None), rules_version())
    network = settings.network
    for row in rows:
        news = difference.to(row.has_version, row.language) if row.has_version else {}
        if row.has_version and not is_news(news):
            continue
        kind = "by_hand_rules" if row.has_version else "by_hand_change" if row.change else "by_hand"
        text = find_text(kind, row.language, settings.language)
        languages[text.language] = None
        words = text.unwrapped({**_shown(row.facts), **news})
        people.append(  # in the order of page.html, which takes them without looking up a name for each
            (
                row.nr,
                row.name,
                row.address,
                row.mobile,
                shown_number(row.mobile),
                row.group,
                row.area,
                row.joined,
                text.language,
                _as_lines(words.strip()),
                whatsapp_link(row.mobile, words),
                row.why,
                "nieuwe spelregels" if row.has_version else CHANGES.get(row.change, ""),
            )
        )
    sheets = []
    for language in languages:
        said = words_of(language)
        footer = said.emergency
        if network.municipality and network.municipality_number:
            footer += f" {said.municipality} {network.municipality}: {network.municipality_number}."
        sheet = find_text("spelregels", language, settings.language)
        title = said.rules_title.format(sheet.number_of_rules)
        sheets.append({"language": language, "title": title, "footer": footer, "rules": sheet.piece({})})
    facts = {"people": people, "sheets": sheets, "network": network.name}
    return fill_page("by_hand.html", "nl", facts)


def _shown(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts with the admins' numbers behind their names, as people write them."""
    admins = cast("list[tuple[str, str]]", facts.get("admin_numbers", []))
    named = [f"{name} ({shown_number(mobile)})" if mobile else name for name, mobile in admins]
    return {"invitation": "", **facts, "admins": named or facts["admins"]}


def _as_lines(words: str) -> Markup:
    return Markup("".join(map(_line, words.split("\n"))))  # noqa: S704  # every line was escaped


_NUMBER = re.compile(r"\b\d{2,4}-\d{6,8}\b")
"""A telephone number, which no end of a line cuts in two."""


@lru_cache(maxsize=1024)
def _line(line: str) -> str:
    """A line of the words as HTML; most lines are the same for everybody."""
    words = _NUMBER.sub(r"<span>\g<0></span>", str(escape(on_one_line(line))))
    return f"<div>{words}</div>" if line else '<div class="gap"></div>'
