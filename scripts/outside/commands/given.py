"""Writes down that the contacts that lie ready were handed over to the admins of a group, or must be once more."""

from __future__ import annotations

from collections.abc import Sequence

from outside.backends import open_workbook
from outside.commands.sent import tell_register
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.config.values import bedoelde_u
from outside.console import say, warn
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.run.prepare import look_up
from roster.logbook import READY, Given
from roster.messages.bundles import bundles_of
from roster.plan.steps import View
from roster.reading.row_ids import number_typed
from roster.sheet.table import fold


def write_given(settings: Settings, choices: Choices, group: str, who: str, *, everybody: bool) -> int:
    """Of this group or of all, to all its admins or to one. The exit code."""
    if bool(group) is everybody:
        raise Stop("Van welke groep zijn de contacten gegeven?", "Typ make given GROUP=naam, of make given ALL=1")
    given, view = _write_down(settings, choices, group, who, anew=False)
    for title in dict.fromkeys(one.title for one in given):
        say(f"  {title}: gegeven aan {_named([one for one in given if one.title == title], view)}")
    say("Opgeschreven. Vanaf nu ligt klaar wat er daarna verandert. Typ make sync om de mappen bij te werken.")
    written, groups = {(one.person, one.circle) for one in given}, {one.circle for one in given}
    missed = [
        (circle.title, name)
        for circle in bundles_of(view).circles
        for person, name, _admin in circle.people
        if not who and (everybody or circle.key in groups) and (person, circle.key) not in written
    ]
    for title in dict.fromkeys(title for title, _name in missed):
        names = ", ".join(name for one, name in missed if one == title)
        warn(f"{title}: niet opgeschreven voor {names}. Daar ligt nu niets klaar, of een andere computer was eerder.")
    if missed:
        warn("Typ make sync. Geeft u het daarna, typ dan weer make given.", "plain")
    return 1 if missed else 0


def give_again(settings: Settings, choices: Choices, group: str, who: str) -> int:
    """All contacts once more for the admins of this group, or for one: a lost phone. The exit code."""
    found, view = _write_down(settings, choices, group, who, anew=True)
    say(f"Opgeschreven: {found[0].title}, alles opnieuw voor {_named(found, view)}.")
    say("Typ nu: make sync. Op de bladzijde van die groep staat dan dat zij alle contacten nodig hebben.")
    if settings.mail.bundles:
        say("Wie ze per mail krijgt, krijgt een mail met alles. Kreeg zij er vandaag al een? Dan gaat die morgen.")
    return 0


def _named(given: Sequence[Given], view: View) -> str:
    """To whom, by name: who is no admin there any more by his Nr."""
    names = {
        (person, circle.key): name for circle in bundles_of(view).circles for person, name, _admin in circle.people
    }
    return ", ".join(names.get((one.person, one.circle), one.person) for one in given)


def _write_down(
    settings: Settings, choices: Choices, group: str, who: str, *, anew: bool
) -> tuple[Sequence[Given], View]:
    """In the ledger, and in tab Logboek for every other laptop; where that cannot be now, the next round does it."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        lying = _lying(ledger, group, who)
        view, moment = look_up(workbook, settings, choices, ledger).view, ledger.moment()
        found = [one for one in lying if anew or not bundles_of(view).is_overtaken(one)]
        if not found:
            raise Stop(
                "Een andere computer schreef intussen iets op over deze contacten. Er is niets opgeschreven.",
                "Typ eerst make sync, en kijk in uitleg.html wat er nog te geven is.",
            )
        messages = [bundles_of(view).handed(one, moment, anew=anew) for one in found]
        day = choices.today.isoformat()
        held = [one._replace(kind=message.version, day=day) for one, message in zip(found, messages, strict=True)]
        (ledger.bundles.begin_anew if anew else ledger.bundles.give)(held)
        for message in messages:
            ledger.messages.mark_by_hand(message)
        tell_register(workbook, (), view, ledger)
    return found, view


def _lying(ledger: Ledger, group: str, who: str) -> Sequence[Given]:
    """What lies ready of this group, or of all where none is named, for one admin or all. Raises Stop."""
    lying = [one for one in ledger.bundles.all() if one.kind == READY]
    if not lying:
        raise Stop("Er liggen nog geen contacten klaar om te geven.", "Typ eerst: make sync")
    titles = dict.fromkeys(one.title for one in lying)
    found = [one for one in lying if not group or fold(one.title) == fold(group)]
    if not found:
        raise Stop(
            f'Voor de groep "{group}" liggen geen contacten klaar.',
            bedoelde_u(group, titles) or "Typ make sync, en kijk op het tabblad Groepen hoe de groep heet.",
        )
    wanted = fold(number_typed(who))
    there = ", ".join(sorted({one.person for one in found}))
    found = [one for one in found if not wanted or fold(one.person) == wanted]
    if not found:
        raise Stop(f"{who.strip()} is daar nu geen beheerder.", f"Er is: {there}")
    return found
