"""Moves a street to another group, and says where an address belongs."""

from __future__ import annotations

from dataclasses import replace

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import agree, can_answer, say
from outside.errors import Changed, Stop
from outside.ledger.ledger import Ledger
from outside.run.prepare import look_up, prepare_dry
from roster.plan.steps import SetCell, View
from roster.planners.street_move import Move, Refusal, StreetPart, describe_move, plan_move, refuse_formulas
from roster.planners.whereabouts import where

_AGAIN = "Typ hetzelfde nog eens: wat al goed staat, blijft zo."


def move_street(settings: Settings, choices: Choices, part: StreetPart, group: str) -> int:
    """Show what moves and, on yes, change Groep of the street's rows and of who lives there. The exit code."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:

        def planned() -> tuple[View, Move]:
            view = look_up(workbook, settings, choices, ledger).view
            move = plan_move(view, part, group)
            if not isinstance(move, Refusal) and (filled := workbook.filled_by_formula(move.steps)):
                move = refuse_formulas(filled)
            if isinstance(move, Refusal):
                raise Stop(move.message, move.remedy)
            return view, move

        view, move = planned()
        for line in describe_move(view, part, move):
            say(line)
        if not move.steps:
            say("Alles staat al zo. Er is niets veranderd.")
            return 0
        if not choices.yes:
            if not can_answer():
                raise Stop(
                    "Er is niemand aan wie dit gevraagd kan worden. Er is niets veranderd.", "Typ erachter: YES=1"
                )
            if not agree("Verplaatsen?"):
                say("Er is niets veranderd.")
                return 0
            if _asked(planned()[1]) != _asked(move):  # she may have thought it over for long
                raise Stop("Het register is intussen gewijzigd. Er is niets veranderd.", _AGAIN)
        try:
            written = workbook.write(move.steps)
        except Changed:
            raise Stop("Het register wordt net gewijzigd. Er is niets veranderd.", _AGAIN, code=3) from None
        if written.left:
            some = f"{len(written.left)} van de {len(move.steps)} cellen"
            raise Stop(f"{some} zijn intussen gewijzigd, en bleven zoals ze waren.", _AGAIN, code=3)
    say("Verplaatst. Typ nu: make sync", "good")
    return 0


def _asked(move: Move) -> set[SetCell]:
    """What somebody agreed to, in whatever rows it stands."""
    return {replace(step, place=step.place._replace(row=0)) for step in move.steps}


def tell_where(settings: Settings, choices: Choices, address: str) -> int:
    """Say to which group an address leads. The exit code: 1 where that is not one."""
    found = where(prepare_dry(settings, choices, ()).view, address)
    for line in found.lines:
        say(line)
    return 0 if len(found.groups) == 1 else 1
