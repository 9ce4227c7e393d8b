"""Draws the documents of a plan: templates filled in, as Markdown or as a page."""

from __future__ import annotations

from typing import cast

from outside.config.settings import Settings
from outside.text.by_hand import render_by_hand
from outside.text.rules_archive import kept_rules
from outside.text.templates import find_text
from roster.messages.welcome_queue import ByHand
from roster.plan.steps import Document


def draw(document: Document, settings: Settings) -> str:
    """The whole text of a document. Raises Stop where its template is missing or wrong."""
    if document.act == "by_hand":
        people = cast("list[ByHand]", document.facts["people"])
        return render_by_hand(people, settings, rules=kept_rules(settings))
    return find_text(document.act, document.language, settings.language).markdown(document.facts)
