"""Writes down that the contacts that lie ready were handed over to the admins of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outside.config.settings import Settings
from outside.config.values import bedoelde_u
from outside.console import say
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from roster.plan.given import READY
from roster.sheet.table import fold

if TYPE_CHECKING:
    from outside.config.choices import Choices


def write_given(settings: Settings, choices: Choices, group: str, who: str, *, everybody: bool) -> int:
    """Of this group or of all, to all its admins or to one. The exit code."""
    if bool(group) is everybody:
        raise Stop("Van welke groep zijn de contacten gegeven?", "Typ make given GROUP=naam, of make given ALL=1")
    with Ledger(settings.paths.state / "ledger.sqlite3", choices.today) as ledger:
        lying = [one for one in ledger.bundles.all() if one.kind == READY]
        titles = {one.circle: one.title for one in lying}
        if not titles:
            raise Stop("Er liggen nog geen contacten klaar om te geven.", "Typ eerst: make sync")
        circles = [key for key, title in titles.items() if everybody or fold(title) == fold(group)]
        if not circles:
            raise Stop(
                f'Voor de groep "{group}" liggen geen contacten klaar.',
                bedoelde_u(group, titles.values()) or "Kijk hoe de groep heet op het tabblad Groepen.",
            )
        wanted = who.strip().upper()
        there = sorted({one.person for one in lying if one.circle in circles})
        if wanted and wanted not in there:
            raise Stop(f"{wanted} is daar nu geen beheerder.", f"Er is: {', '.join(there)}")
        given = ledger.bundles.give(circles, wanted)
    for circle in circles:
        people = [one.person for one in given if one.circle == circle]
        if people:
            say(f"  {titles[circle]}: gegeven aan {', '.join(people)}")
    say("Opgeschreven. Vanaf nu ligt klaar wat er daarna verandert. Typ make sync om de mappen bij te werken.")
    return 0
