"""Shows every mail of the plan, and those that lie ready, on one page to leaf through; sends none."""

from __future__ import annotations

from datetime import datetime
from io import TextIOWrapper
from typing import TYPE_CHECKING

from outside.config.settings import Settings
from outside.console import progress, say
from outside.files.atomic import open_private, own_folder, remove_leftovers, replace, settle_folder, stop_from
from outside.ledger.ledger import Ledger
from outside.mail.compose import compose, subject_of
from outside.mail.leaks import watched
from outside.run.dry_run import prepare_dry
from outside.run.overview import LettersPage
from outside.run.ready_letters import FOLDER, lie_ready
from outside.text.rules_archive import tell_changed_rules
from outside.text.templates import fill_page
from roster.plan.steps import Planner, Send
from roster.planners.summary import describe_waiting
from roster.sheet.dutch import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from outside.config.choices import Choices

PAGE = "voorbeeld-mails.html"
_HERE = "<!--mails-->"


def show_mails(settings: Settings, choices: Choices, planners: Sequence[Planner]) -> int:
    """Write out/voorbeeld-mails.html. The exit code."""
    prepared = prepare_dry(settings, choices, planners)
    sends = [step for step in prepared.plan if isinstance(step, Send)]
    try:
        ready = _ready(settings, choices)
        _write(settings, sends, ready)
    except OSError as error:
        raise stop_from(error, settings.paths.out.name) from error
    say(
        f"{counted(len(sends), 'mail staat', 'mails staan')} in {settings.paths.out.name}/{PAGE}. "
        "Open dat bestand in uw browser. Er is niets verstuurd."
    )
    if ready:
        say(f"Daarachter: wat al klaarligt in {settings.paths.out.name}/{FOLDER} ({len(ready)}).")
    for line in describe_waiting(prepared.view):
        say(line)
    tell_changed_rules(settings)
    return 0


def _ready(settings: Settings, choices: Choices) -> list[Path]:
    path = settings.paths.state / "ledger.sqlite3"
    if not path.exists():
        return []
    with Ledger.of(settings, choices.today) as ledger:
        return lie_ready(ledger, settings)


def _write(settings: Settings, sends: Sequence[Send], ready: Sequence[Path]) -> None:
    """The page, one mail at a time: thousands of them need no memory."""
    now = datetime.now().astimezone()
    made = watched(lambda send: compose(send, settings, now), settings)
    facts = {"network": settings.network.name, "count": len(sends), "ready": len(ready)}
    head, _here, foot = fill_page("preview.html", "nl", facts).partition(_HERE)
    folder = own_folder(settings.paths.out)
    remove_leftovers(folder)
    unfinished = folder / ".buurtbeheer-preview"
    raw = open_private(unfinished)
    pieces = LettersPage()
    with progress("Mails maken", len(sends)) as done, TextIOWrapper(raw, encoding="utf-8") as page:
        page.write(head)
        for send in sends:
            page.write(pieces.planned(send, lambda one: subject_of(one, settings), made))
            done(1)
        page.writelines(map(pieces.lying, ready))
        page.write(foot)
    replace(unfinished, folder / PAGE)
    settle_folder(folder)
