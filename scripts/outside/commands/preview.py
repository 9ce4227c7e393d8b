"""Shows every mail of the plan on one page to leaf through, and sends none."""

from __future__ import annotations

from datetime import datetime
from html import escape
from io import TextIOWrapper
from typing import TYPE_CHECKING

from outside.config.settings import Settings
from outside.console import progress, say
from outside.files.atomic import open_private, own_folder, remove_leftovers, replace, settle_folder, stop_from
from outside.mail.compose import compose
from outside.mail.leaks import watched
from outside.mail.mailbox import Letter
from outside.run.round import prepare_dry
from outside.text.rules_archive import tell_changed_rules
from outside.text.templates import fill_page
from roster.plan.steps import Planner, Send
from roster.planners.summary import describe_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outside.config.choices import Choices

PAGE = "voorbeeld-mails.html"
HERE = "<!--mails-->"


def show_mails(settings: Settings, choices: Choices, planners: Sequence[Planner]) -> int:
    """Write out/voorbeeld-mails.html. The exit code."""
    prepared = prepare_dry(settings, choices, planners)
    sends = [step for step in prepared.plan if isinstance(step, Send)]
    try:
        _write(settings, sends)
    except OSError as error:
        raise stop_from(error, settings.paths.out.name) from error
    say(
        f"{len(sends)} {'mail staat' if len(sends) == 1 else 'mails staan'} in {settings.paths.out.name}/{PAGE}. "
        "Open dat bestand in uw browser. Er is niets verstuurd."
    )
    for line in describe_waiting(prepared.view):
        say(line)
    tell_changed_rules(settings)
    return 0


def _write(settings: Settings, sends: Sequence[Send]) -> None:
    """The page, one mail at a time: thousands of them need no memory."""
    now = datetime.now().astimezone()
    made = watched(lambda send: compose(send, settings, now), settings)
    facts = {"network": settings.network.name, "count": len(sends)}
    head, _here, foot = fill_page("preview.html", "nl", facts).partition(HERE)
    folder = own_folder(settings.paths.out)
    remove_leftovers(folder)
    unfinished = folder / ".buurtbeheer-preview"
    raw = open_private(unfinished)
    with progress("Mails maken", len(sends)) as done, TextIOWrapper(raw, encoding="utf-8") as page:
        page.write(head)
        for number, send in enumerate(sends, 1):
            page.write(_mail(number, made(send)))
            done(1)
        page.write(foot)
    replace(unfinished, folder / PAGE)
    settle_folder(folder)


def _mail(number: int, letter: Letter) -> str:
    """One mail: who and what, and behind it the mail itself in a frame that may do nothing but show."""
    message = letter.message
    body = message.get_body(("html",))
    screen = str(body.get_content()) if body is not None else ""
    subject, to = (escape(" ".join(str(message[heading]).split())) for heading in ("Subject", "To"))
    cards = [part.get_filename() or "" for part in message.iter_attachments()] if message.is_multipart() else []
    along = f'<p class="cards">Contacten erbij: {escape(", ".join(filter(None, cards)))}</p>' if any(cards) else ""
    return (
        f'<details name="mail"><summary><span>{number}</span><b>{to}</b><i>{subject}</i></summary>{along}'
        f'<iframe sandbox loading="lazy" title="Mail {number}" srcdoc="{escape(screen)}"></iframe></details>\n'
    )
