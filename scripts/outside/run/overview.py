"""Writes the coordinator's page, the year's figures and the page about privacy, as they are once a round has ended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from outside.config.settings import Settings
from outside.files.atomic import stop_from
from outside.ledger.ledger import Ledger
from outside.mail.compose import address_for_answers
from outside.run.letters_page import LettersPage
from outside.run.output_files import OutputFiles
from outside.run.ready_letters import lie_ready
from outside.text.documents import draw
from outside.text.templates import fill_page
from outside.workbook import Workbook
from roster.plan.steps import Document, View
from roster.planners.figures import Figures
from roster.planners.overview import Overview

OVERVIEW, PRIVACY = "overzicht.html", "privacyverklaring.html"

_SHOWN_LETTERS = 25
"""Letters that lie ready on the page itself; `make preview` shows all."""


def write_overview(view: View, workbook: Workbook, settings: Settings, ledger: Ledger, *, otherwise: bool) -> None:
    """Make out/overzicht.html, out/jaarcijfers-<year>.html and what is for the website anew; `otherwise`: letters went
    wrong.

    Raises Stop where the disk does not take them.
    """
    now = datetime.now().astimezone()
    year = view.terms.today.year
    figures_name = f"jaarcijfers-{year}.html"
    # Who is whose turn is known already, and is worked out again only where a letter went otherwise than planned.
    needs = Overview(replace(view, history=ledger.history()) if otherwise else view, workbook.link).needs()
    figures = Figures(view)
    out = settings.paths.out
    shared: dict[str, object] = {"network": settings.network.name, "municipality": settings.network.municipality}
    letters = lie_ready(ledger, settings)
    pieces = LettersPage()
    files = _files(out, figures_name, PRIVACY)
    page: dict[str, object] = {
        **shared,
        "made": f"{now.day}-{now.month}-{now.year} {now:%H:%M}",
        "needs": needs,
        "areas": figures.areas,
        "groups": figures.groups,
        "months": figures.months(),
        "signs": figures.signs(),
        "letters": Markup("".join(map(pieces.lying, letters[:_SHOWN_LETTERS]))),  # noqa: S704  # made with every word escaped
        "ready": len(letters),
        "shown": min(len(letters), _SHOWN_LETTERS),
        "files": files,
        "beside": {unquote(link).rstrip("/"): link for _name, link in files},
    }
    of_year: dict[str, object] = {**shared, "year": year, "rows": figures.year(year), "day": view.terms.today}
    documents = [
        Document(OVERVIEW, "overview", "nl", page),
        Document(figures_name, "year", "nl", of_year),
        Document(PRIVACY, "privacy", settings.language, {**shared, **_of_privacy(settings)}),
    ]

    def filled(one: Document) -> str | bytes | None:
        return draw(one, settings) if one.path == PRIVACY else fill_page(f"{one.act}.html", one.language, one.facts)

    try:
        OutputFiles(out, documents, filled).write(ledger.files)
    except OSError as error:
        raise stop_from(error, out.name) from error


def _of_privacy(settings: Settings) -> dict[str, object]:
    """What the page about privacy may tell: days from the settings, so that it is never untrue, and of nobody but who
    coordinates."""
    kept = settings.privacy
    return {
        "is_page": True,
        "coordinator": settings.network.coordinator,
        "reply_to": address_for_answers(settings),
        "at_google": settings.workbook.kind == "google",
        "mails_leave": settings.mail.leaves,
        "keep_left_days": kept.keep_left_days,
        "keep_mail_days": kept.keep_mail_days,
        "keep_out_days": kept.keep_out_days,
        "keep_backup_days": kept.keep_backup_days,
    }


def _files(out: Path, *coming: str) -> Sequence[tuple[str, str]]:
    """What stands beside the page, or is `coming`: name and link, a folder with how many files it holds."""
    found = []
    for place in sorted({*(out / one for one in coming), *(out.iterdir() if out.is_dir() else ())}):
        if place.name.startswith((".", OVERVIEW)) or (place.is_dir() and (place / "register.xlsx").exists()):
            continue  # a demonstration has a page of its own
        count = sum(len(files) for _folder, _folders, files in os.walk(place)) if place.is_dir() else 1
        name = f"{place.name} ({count} {'bestand' if count == 1 else 'bestanden'})" if place.is_dir() else place.name
        found.append((name, quote(place.name) + ("/" if place.is_dir() else "")))
    return found
