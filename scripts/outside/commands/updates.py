"""Tells members what is new for all of them: another number of the regiegroep, or other spelregels."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.languages import words_of
from outside.config.settings import Settings
from outside.console import say
from outside.errors import Stop
from outside.files.atomic import own_folder, stop_from, write_private
from outside.ledger.ledger import Ledger
from outside.run.prepare import Prepared, prepare
from outside.run.ready_letters import remove_of_no_use, stale_letters, take_back, take_back_of_no_use, tell_stale
from outside.run.round import run
from outside.text.rules_archive import keep_rules, kept_rules
from roster.messages.follow_up import NumberRecipients, number_recipients, number_update_planner
from roster.messages.notices import NUMBER_UPDATE
from roster.messages.rules_update import Holder, holders, is_older, no_news, rules_update_planner, tells_rules_by_hand
from roster.messages.welcome import plan_by_hand
from roster.plan.delivery_status import State
from roster.planners.sync import LETTERS, MARKS
from roster.sheet.dutch import counted


def update_number(settings: Settings, choices: Choices, *, everybody: bool) -> int:
    """Count who has another number, and mail the one of the settings to them. The exit code."""
    with Ledger.of(settings, choices.today) as ledger:
        prepared = prepare(open_workbook(settings), settings, choices, (), ledger.history())
        taken_back = _take_back_older(prepared, ledger, settings, force=choices.force)
        view = replace(prepared.view, history=ledger.history())
    number = view.terms.network.regiegroep_number
    if not number:
        raise Stop(
            f"In {settings.source.name} staat nog geen echt nummer van de regiegroep.",
            "Vul het in bij regiegroep_number, en typ dan nog eens: make number-update",
        )
    found = number_recipients(view, everybody=everybody)
    say(f"Het nummer van de regiegroep is nu {number}.")
    for line in _counted(found, settings, everybody=everybody):
        say(line)
    if not found.mail:
        say(taken_back or "Er hoeft geen mail weg.")
        return 0
    if taken_back:
        say(taken_back)
    say()
    planners = (*MARKS, number_update_planner(everybody=everybody), plan_by_hand)
    return run(settings, choices, planners, word="number-update ALL=yes" if everybody else "number-update")


def _take_back_older(prepared: Prepared, ledger: Ledger, settings: Settings, *, force: bool) -> str:
    """Take back what lies ready with another number, also where nobody needs to hear of this one; what to type then."""
    view, number = prepared.view, prepared.view.terms.network.regiegroep_number
    if not number:
        return ""
    mark = view.history.number_mark(number)
    news = [one for one in ledger.messages.in_state(State.READY) if one.act == NUMBER_UPDATE]
    gone = take_back_of_no_use([one for one in news if not one.version.startswith(mark)], ledger, settings)
    if gone:
        remove_of_no_use(ledger, settings)
        mails = counted(gone, "mail met een ander nummer is", "mails met een ander nummer zijn")
        say(f"{mails} uit de map mail weggehaald.")
    if view.terms.mail_done != State.READY or (prepared.suspect and not force):
        return ""
    stale = stale_letters(view, tuple(LETTERS), ledger, settings)
    tell_stale(stale)
    if not stale.letters:
        return ""
    take_back(stale, ledger, settings)
    return "Typ nu: make sync. Dan komen er nieuwe mails voor in de plaats."


def _counted(found: NumberRecipients, settings: Settings, *, everybody: bool) -> list[str]:
    """How many hear of it, how, and of whom it is not known which number they have."""
    page = f"{settings.paths.out.name}/met-de-hand.html"
    lines = [
        f"  {len(people)} × {what}"
        for people, what in (
            (found.mail, "kreeg een ander nummer, en krijgt een mail"),
            (found.by_hand, f"kan geen mail krijgen: na make sync staat het nieuwe nummer in {page}"),
            (found.blocked, "is geblokkeerd: kijk bij Meldingen in die rij"),
            (found.do_not_mail, "wil geen mail: vertel het zelf"),
        )
        if people
    ]
    if found.unsure and not everybody:
        whom = counted(len(found.unsure), "deelnemer", "deelnemers")
        lines.append(
            f"Van {whom} is niet opgeschreven welk nummer in de welkomstmail stond: dat was voordat Buurtbeheer dat "
            "bijhield. Stond er een ander nummer in? Typ dan: make number-update ALL=yes"
        )
    return lines


LIST = "spelregels-versies.csv"


def update_rules(settings: Settings, choices: Choices) -> int:
    """List who has which version, and send the difference to whoever has an older one. The exit code."""
    keep_rules(settings)
    with Ledger.of(settings, choices.today) as ledger:
        history = ledger.history()
    view = prepare(open_workbook(settings), settings, choices, (), history).view
    found = holders(view, view.roster.members)
    current = view.terms.rules_version
    numbers = Counter(holder.version for holder in found)
    say(f"De spelregels hebben nu versie {current}.")
    for version, number in sorted(numbers.items()):
        behind = " (ouder)" if is_older(version, current) else ""
        say(f"  versie {version}{behind}: {counted(number, 'deelnemer', 'deelnemers')}")
    _write_list(settings, found)
    say(f"Wie welke versie heeft, staat in {settings.paths.out.name}/{LIST}.")
    older = sum(number for version, number in numbers.items() if is_older(version, current))
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
            f"{counted(len(by_hand), 'deelnemer kan', 'deelnemers kunnen')} geen mail krijgen. "
            f"Wat u hun vertelt, staat in {settings.paths.out.name}/met-de-hand.html."
        )
    say()
    return run(settings, choices, (*MARKS, rules_update_planner(rules), plan_by_hand), word="rules-update")


def _the_same(current: str, version: str, language: str, number: int) -> str:
    """Why somebody with an older version is not mailed: it says the same rules in his language."""
    name = words_of(language).name
    spoken = f"het {name}" if name else f"de taal '{language}'"
    whom = counted(number, "deelnemer krijgt", "deelnemers krijgen")
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
