"""Draws the documents of a plan: templates filled in, as Markdown or as a page."""

from __future__ import annotations

from typing import cast

from outside.by_hand import render_by_hand
from outside.settings import Settings
from outside.templates import find_text
from roster.plan import Document
from roster.welcome_desk import ByHand


def draw(document: Document, settings: Settings) -> str:
    """The whole text of a document. Raises Stop where its template is missing or wrong."""
    if document.act == "by_hand":
        return render_by_hand(cast("list[ByHand]", document.facts["people"]), settings)
    return find_text(document.act, document.language, settings.language).markdown(document.facts)
