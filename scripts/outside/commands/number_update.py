"""Tells that the regiegroep has another number: first how many must hear of it, then the letters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from outside.backends import open_workbook
from outside.config.settings import Settings
from outside.console import say
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.run.ready_letters import stale_letters, sweep_away, take_back, take_back_of_no_use, tell_stale
from outside.run.round import Prepared, prepare, run
from roster.messages.notices import NUMBER_UPDATE
from roster.messages.number_update import WhoHears, number_update_planner, who_hears_the_number
from roster.messages.registered import plan_registered_marks
from roster.messages.role_letters import plan_follow_up_marks
from roster.messages.welcome import plan_by_hand, plan_missed_marks
from roster.plan.delivery_status import State
from roster.planners.sync import LETTERS

if TYPE_CHECKING:
    from outside.config.choices import Choices


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
    found = who_hears_the_number(view, everybody=everybody)
    say(f"Het nummer van de regiegroep is nu {number}.")
    for line in _counted(found, settings, everybody=everybody):
        say(line)
    if not found.mail:
        say(taken_back or "Er hoeft geen mail weg.")
        return 0
    if taken_back:
        say(taken_back)
    say()
    planners = (
        plan_missed_marks,
        plan_registered_marks,
        plan_follow_up_marks,
        number_update_planner(everybody=everybody),
        plan_by_hand,
    )
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
        sweep_away(ledger, settings)
        mails = "1 mail met een ander nummer is" if gone == 1 else f"{gone} mails met een ander nummer zijn"
        say(f"{mails} uit de map mail weggehaald.")
    if view.terms.mail_done != State.READY or (prepared.doubted and not force):
        return ""
    stale = stale_letters(view, tuple(LETTERS), ledger, settings)
    tell_stale(stale)
    if not stale.letters:
        return ""
    take_back(stale, ledger, settings)
    return "Typ nu: make sync. Dan komen er nieuwe mails met het nieuwe nummer voor in de plaats."


def _counted(found: WhoHears, settings: Settings, *, everybody: bool) -> list[str]:
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
        whom = "1 deelnemer" if len(found.unsure) == 1 else f"{len(found.unsure)} deelnemers"
        lines.append(
            f"Van {whom} is niet opgeschreven welk nummer in de welkomstmail stond: dat was voordat Buurtbeheer dat "
            "bijhield. Stond er een ander nummer in? Typ dan: make number-update ALL=yes"
        )
    return lines
