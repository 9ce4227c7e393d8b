"""Tells members that the spelregels changed: first who has which version, then the letters."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

from outside.backends import open_workbook
from outside.config.languages import words_of
from outside.config.settings import Settings
from outside.console import say
from outside.files.atomic import own_folder, stop_from, write_private
from outside.ledger.ledger import Ledger
from outside.run.round import prepare, run
from outside.text.rules_archive import keep_rules, kept_rules
from roster.messages.registered import plan_registered_marks
from roster.messages.role_letters import plan_follow_up_marks
from roster.messages.rules_update import Holder, holders, is_older, no_news, rules_update_planner, tells_rules_by_hand
from roster.messages.welcome import plan_by_hand, plan_missed_marks

if TYPE_CHECKING:
    from outside.config.choices import Choices

LIST = "spelregels-versies.csv"


def update_rules(settings: Settings, choices: Choices) -> int:
    """List who has which version, and send the difference to whoever has an older one. The exit code."""
    keep_rules(settings)
    with Ledger.of(settings, choices.today) as ledger:
        history = ledger.history()
    view = prepare(open_workbook(settings), settings, choices, (), history).view
    found = holders(view, view.roster.members)
    current = view.terms.rules_version
    counted = Counter(holder.version for holder in found)
    say(f"De spelregels hebben nu versie {current}.")
    for version, number in sorted(counted.items()):
        behind = " (ouder)" if is_older(version, current) else ""
        say(f"  versie {version}{behind}: {number} {'deelnemer' if number == 1 else 'deelnemers'}")
    _write_list(settings, found)
    say(f"Wie welke versie heeft, staat in {settings.paths.out.name}/{LIST}.")
    older = sum(number for version, number in counted.items() if is_older(version, current))
    if not older:
        say("Niemand heeft een oudere versie. Er hoeft niets te worden verstuurd.")
        return 0
    rules = kept_rules(settings)
    same = no_news(found, rules, view)
    for (version, language), number in same.items():
        say(_the_same(current, version, language, number))
    if sum(same.values()) == older:
        say("Er hoeft niets te worden verstuurd.")
        return 0
    by_hand = [one for one in found if tells_rules_by_hand(one, view)]
    if by_hand:
        say(
            f"{'1 deelnemer kan' if len(by_hand) == 1 else f'{len(by_hand)} deelnemers kunnen'} geen mail krijgen. "
            f"Wat u hun vertelt, staat in {settings.paths.out.name}/met-de-hand.html."
        )
    say()
    marks = (plan_missed_marks, plan_registered_marks, plan_follow_up_marks)
    planners = (*marks, rules_update_planner(rules), plan_by_hand)
    return run(settings, choices, planners, word="rules-update")


def _the_same(current: str, version: str, language: str, number: int) -> str:
    """Why somebody with an older version is not mailed: it says the same rules in his language."""
    name = words_of(language).name
    spoken = f"het {name}" if name else f"de taal '{language}'"
    whom = "1 deelnemer krijgt" if number == 1 else f"{number} deelnemers krijgen"
    return f"Versie {current} zegt in {spoken} hetzelfde als versie {version}. {whom} daarom geen mail."


def _write_list(settings: Settings, found: list[Holder]) -> None:
    lines = io.StringIO(newline="")
    table = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    table.writerow(["Nr", "Naam", "Groep", "Versie"])
    for holder in found:
        cells = (holder.member.nr, holder.member.name, holder.member.group, holder.version)
        # Excel takes a cell that begins so for a formula.
        table.writerow([f"'{cell}" if cell[:1] in set("=+-@\t") else cell for cell in cells])
    try:
        own_folder(settings.paths.out)
        write_private(settings.paths.out / LIST, lines.getvalue().encode("utf-8-sig"))
    except OSError as error:
        raise stop_from(error, settings.paths.out.name) from error
