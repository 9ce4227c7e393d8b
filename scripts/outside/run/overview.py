"""Writes the coordinator's page, the year's figures and the page about privacy, with letters to leaf through."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import SMTP
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from outside.config.settings import Settings
from outside.files.atomic import stop_from
from outside.ledger.ledger import Ledger
from outside.mail.compose import address_for_answers
from outside.mail.mailbox import Letter
from outside.run.output_files import OutputFiles
from outside.run.ready_letters import lie_ready
from outside.text.documents import draw
from outside.text.templates import fill_page
from outside.workbook import Workbook
from roster.plan.steps import Document, Send, View
from roster.planners.figures import Figures
from roster.planners.overview import Overview
from roster.sheet.dutch import counted, short_moment

_HEADERS = BytesHeaderParser(policy=SMTP)


class LettersPage:
    """Makes the pieces of a page, a letter each, numbered in the order in which they are asked for.

    A letter is shown as it looks where it is the first of its kind, language and role; with thousands of whole
    letters no browser opens the page. They are `<details>` of one name, so that one is open at a time.
    """

    def __init__(self) -> None:
        self._examples: dict[tuple[str, str, bool], int] = {}
        self._count = 0

    def planned(self, send: Send, subject: Callable[[Send], str], compose: Callable[[Send], Letter]) -> str:
        """A letter that the next round makes; only one that is shown whole is composed."""
        kind = send.act, send.language, bool(send.facts.get("is_admin"))
        whole = compose(send) if self._is_first(kind) else None
        admins = send.facts.get("admins")
        details = {
            "groep": str(send.facts.get("group") or ""),
            "beheerders": ", ".join(map(str, admins)) if isinstance(admins, list) else "",
            "contacten erbij": ", ".join(name for name, _text in send.cards),
        }
        more = "; ".join(f"{what}: {value}" for what, value in details.items() if value)
        to = f"{send.to_name} <{send.to_address}>" if send.to_name else send.to_address
        return self._piece(kind, to, subject(send), escape(more[:1].upper() + more[1:]), whole)

    def lying(self, file: Path) -> str:
        """A letter that lies ready as a file, in a folder beside the page."""
        letter = Letter("", "", file.read_bytes())
        head = _HEADERS.parsebytes(letter.data.partition(b"\r\n\r\n")[0])
        kind = _act_in(file), str(head["Content-Language"]), False
        link = f'<a href="{escape(quote(f"{file.parent.name}/{file.name}"))}">Open deze mail</a>'
        whole = letter if self._is_first(kind) else None
        return self._piece(kind, str(head["To"]), str(head["Subject"]), link, whole)

    def _is_first(self, kind: tuple[str, str, bool]) -> bool:
        return kind not in self._examples

    def _piece(self, kind: tuple[str, str, bool], to: str, subject: str, more: str, whole: Letter | None) -> str:
        self._count += 1
        number, example = self._count, self._examples.setdefault(kind, self._count)
        shown = f'<p>Verder zoals <a href="#m{example}">mail {example}</a>.</p>'
        if whole is not None:
            screen = escape(_screen_of(whole.data))
            shown = f'<iframe sandbox loading="lazy" title="Mail {number}" srcdoc="{screen}"></iframe>'
        name, opened, address = " ".join(to.split()).rpartition(" <")
        who = f"<b>{escape(name)}</b><i>{escape(address.rstrip('>'))}</i>" if opened else f"<b>{escape(address)}</b>"
        what = escape(" ".join(subject.split()))
        return (
            f'<details name="mail" id="m{number}"><summary><span>{number}</span>{who}<i>{what}</i></summary>'
            f"{f'<p>{more}</p>' if more else ''}{shown}</details>\n"
        )


def _screen_of(mail: bytes) -> str:
    """The HTML of a mail of ours. Its headers need no reading for that, and those are what costs."""
    for part in message_from_bytes(mail).walk():
        if part.get_content_type() == "text/html":
            return bytes(part.get_payload(decode=True)).decode()
    return ""


def _act_in(file: Path) -> str:
    """The kind of mail that a file's name tells: "D-0012-welcome-0a1b2c.eml"."""
    return file.stem.rpartition("-")[0].rpartition("-")[2]


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
        "made": short_moment(now),
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
        Document(PRIVACY, "privacy", settings.language, {**shared, **_of_privacy(settings, workbook)}),
    ]

    def filled(one: Document) -> str | bytes | None:
        return draw(one, settings) if one.path == PRIVACY else fill_page(f"{one.act}.html", one.language, one.facts)

    try:
        OutputFiles(out, documents, filled).write(ledger.files)
    except OSError as error:
        raise stop_from(error, out.name) from error


def _of_privacy(settings: Settings, workbook: Workbook) -> dict[str, object]:
    """What the page about privacy may tell: days from the settings, so that it is never untrue, and of nobody but who
    coordinates."""
    kept = settings.privacy
    return {
        "is_page": True,
        "coordinator": settings.network.coordinator,
        "reply_to": address_for_answers(settings),
        "at_google": workbook.shared,
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
        name = f"{place.name} ({counted(count, 'bestand', 'bestanden')})" if place.is_dir() else place.name
        found.append((name, quote(place.name) + ("/" if place.is_dir() else "")))
    return found
