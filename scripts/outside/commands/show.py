"""Shows somebody all that is kept of him: a page to hand over, made anew each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import say
from outside.files.atomic import own_folder, private_folder, stop_from, write_private
from outside.files.places import FilePlace, Tells, Traces, files_kept
from outside.ledger.ledger import Ledger
from outside.run.person import Person, find_person, known_by, learn, rows_of, still_named, traces_of
from outside.run.prepare import look_up
from outside.text.templates import fill_page
from roster.logbook import ACT_NAMES
from roster.messages.audience import wants_no_mail
from roster.plan.steps import View
from roster.sheet.dutch import short_day
from roster.sheet.table import Cell, is_blank


def show(settings: Settings, choices: Choices, typed: str) -> int:
    """Write out/inzage/<Nr>.html. The exit code. Raises Stop for nobody, and for several at once."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        view = look_up(workbook, settings, choices, ledger).view
        person = find_person(typed, view)
        learn([person], view, settings, ledger.files)
        traces = traces_of([person], view)
        try:
            folder = private_folder(own_folder(settings.paths.out) / "inzage")
            page = fill_page("show.html", "nl", _facts(person, traces, view, settings, choices.today))
            write_private(folder / f"{person.nr}.html", page.encode())
        except OSError as error:
            raise stop_from(error, settings.paths.out.name) from error
    say(f"Alles wat van {person.nr} bewaard wordt, staat in {settings.paths.out.name}/inzage/{person.nr}.html.")
    say(f"Geef dat alleen aan die persoon zelf. Na {settings.privacy.keep_out_days} dagen ruimt make sync het op.")
    return 0


def _facts(person: Person, traces: Traces, view: View, settings: Settings, today: date) -> dict[str, object]:
    tables = view.roster.tables
    persons = known_by([person], view)[0].persons or (person.nr,)
    rows = [
        {"title": title, "cells": [{"heading": heading, "text": _text(cell)} for heading, cell in cells]}
        for title, cells in rows_of(person, tables)
    ]
    named = list(still_named([person], traces, tables))
    letters = sorted((one for one in view.history.deliveries if one.person in persons), key=lambda one: one.day)
    return {
        "network": settings.network.name,
        "nr": person.nr,
        "day": today,
        "rows": rows,
        "named": named,
        "messages": [
            {"day": one.day, "what": ACT_NAMES.get(one.act, one.act), "state": str(one.state)} for one in letters
        ],
        "no_mail": person.member is not None and wants_no_mail(person.member, view),
        "files": list(_files(person, traces, settings)),
    }


def _files(person: Person, traces: Traces, settings: Settings) -> Iterator[dict[str, str]]:
    """Where he stands in out/ and state/, and how long that is kept."""
    homes = (settings.paths.out, settings.paths.state)
    for path, place in files_kept(*homes):
        if place is not None and place.tells in (Tells.NOBODY, Tells.DIGESTS):
            continue
        if path.name == f"{person.nr}.html" or not traces.in_file(path):
            continue
        name = next(f"{home.name}/{path.relative_to(home).as_posix()}" for home in homes if path.is_relative_to(home))
        what = place.what[:1].upper() + place.what[1:] if place is not None else "Een eigen bestand"
        yield {"name": name, "what": what, "kept": _kept(place, settings)}


def _kept(place: FilePlace | None, settings: Settings) -> str:
    if place is None:
        return "Hoe lang, bepaalt wie het daar zette."
    if place.tells is Tells.LETTER:
        return "Tot hij verstuurd is."
    if not place.days:
        return "Elke ronde wordt dit opnieuw gemaakt, van wie er dan is."
    days = getattr(settings.privacy, place.days)
    more = ", en de nieuwste drie altijd" if place.tells is Tells.COPY else ""
    return f"Dit blijft {days} dagen{more}."


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, datetime | date):
        return short_day(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if is_blank(cell) else str(cell)
