"""Passes news on: asks whether residents can act on it now, makes the page to paste from, and mails the admins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from markupsafe import escape

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import agree, can_answer, say
from outside.errors import Stop
from outside.files.atomic import own_folder, stop_from, write_private
from outside.ledger.ledger import Ledger
from outside.run.prepare import prepare
from outside.run.ready_letters import remove_of_no_use, take_back_of_no_use
from outside.run.round import run
from outside.text.environment import whatsapp_link
from outside.text.templates import fill_page, find_text
from roster.cells.personal import number_plates, phone_numbers
from roster.messages.notices import RELAY
from roster.model import Member
from roster.plan.delivery_status import State
from roster.plan.steps import View
from roster.planners.relay import LONGEST, Circulation, Recipients, circulation, recipients_of, relay_planner, tidy_news
from roster.planners.sync import MARKS
from roster.sheet.dutch import counted, first_few, short_moment

NEWS_PAGE = "doorgeven.html"
_EXAMPLE = 'Typ bijvoorbeeld: make relay TEXT="Wat er nu aan de hand is, en waar"'
_SHOWN = 20
"""How many admins are named who take no mail."""


def pass_on(settings: Settings, choices: Choices, text: str, area: str, *, by_mail: bool) -> int:
    """Make out/doorgeven.html and, `by_mail`, mail it to the admins of the area, or of all. The exit code."""
    news = tidy_news(text)
    if not news:
        raise Stop("Er staat nog niet wat er aan de hand is.", _EXAMPLE)
    with Ledger.of(settings, choices.today) as ledger:
        view = prepare(open_workbook(settings), settings, choices, (), ledger.history()).view
        of_before = [
            one for one in ledger.messages.in_state(State.READY) if one.act == RELAY and one.day < choices.today
        ]
        if take_back_of_no_use(of_before, ledger, settings):
            remove_of_no_use(ledger, settings)  # nobody can act on it any more
    found = _found(view, area)
    if not _may_go_on(news, settings, choices):
        say("Dan hoort het niet in de groepen. Er is niets gemaakt.")
        return 0
    texts = {kind: _text(kind, news, found, settings) for kind in ("regiegroep", "area", "group")}
    _write_page(texts, found, settings)
    say(f"De teksten staan in {settings.paths.out.name}/{NEWS_PAGE}. Open dat bestand in uw browser.")
    say("Plak ze in WhatsApp, en stuur niets door: een doorgestuurd bericht gaat maar naar één groep tegelijk.")
    if not by_mail:
        return 0
    recipients = recipients_of(view, found.admins, news)
    for line in _about_mail(recipients, found):
        say(line)
    if not recipients.due:
        return 0
    if not settings.mail.leaves:
        say(f"De mails komen in {settings.paths.out.name}/mail, met relay in hun naam. Verstuur ze meteen zelf.")
    message = texts["group"]
    facts = {
        "area": found.area,
        "message": [line for line in message.split("\n") if line],
        "link": whatsapp_link(None, message),
    }
    again = f'relay TEXT="…" AREA="{found.area}" MAIL=1' if found.area else 'relay TEXT="…" MAIL=1'
    say()
    return run(settings, choices, (*MARKS, relay_planner(news, found.area, facts)), word=again)


def _found(view: View, area: str) -> Circulation:
    """Whom the news is for. Raises Stop where that is nobody."""
    found = circulation(view, area)
    if isinstance(found, str):
        hint = f'Bedoelde u {found}? Typ dan: AREA="{found}"' if found else "Kijk op het tabblad Gebieden hoe het heet."
        raise Stop(f"Gebied {area} bestaat niet.", hint)
    if not found.groups:
        raise Stop(
            f"Er is {_where(found)} nog geen groep gestart. Er is niets gemaakt.", "Kijk op het tabblad Groepen."
        )
    return found


def _where(found: Circulation) -> str:
    return f"in gebied {found.area}" if found.area else "in het register"


def _may_go_on(news: tuple[str, ...], settings: Settings, choices: Choices) -> bool:
    """Whether residents can act on it now, and what stands in it that seldom belongs there. Raises Stop."""
    say("Is het nu gaande? Bel altijd eerst 112.")
    say("In de groepen komt alleen waar bewoners nu zelf iets mee kunnen, zoals iets verdachts in hun straat.")
    say("Niet: algemene berichten, ook niet van de politie, collectes, losse tegels, en wat al voorbij is.")
    suspect = list(_suspect(news, settings))
    for line in suspect:
        say(line, "careful")
    if choices.yes:
        return True
    if not can_answer():
        raise Stop("Er is niemand aan wie dit gevraagd kan worden. Er is niets gemaakt.", "Typ erachter: YES=1")
    if not agree("Kunnen bewoners hier nu iets mee?"):
        return False
    return not suspect or agree("Moet de tekst toch zo de groepen in?")


def _suspect(news: tuple[str, ...], settings: Settings) -> Iterator[str]:
    text, network = "\n".join(news), settings.network
    if len(text) > LONGEST:
        yield f"De tekst heeft {len(text)} tekens. Meer dan {LONGEST} leest niemand in een oogopslag: kan hij korter?"
    if phone_numbers(text, (network.regiegroep_number, network.municipality_number)):
        yield "In de tekst staat een telefoonnummer. Iedereen in de groepen ziet het, en kan het doorgeven."
    if number_plates(text):
        yield (
            "In de tekst staat wat op een kenteken lijkt. Dat hoort alleen in de groepen als het nodig is om iemand te "
            "herkennen die nu wordt gezocht."
        )


def _text(kind: str, news: tuple[str, ...], found: Circulation, settings: Settings) -> str:
    """One of the texts, as it is pasted."""
    facts = {"news": list(news), "area": found.area, "network": settings.network.name}
    return find_text(f"relay/{kind}", settings.language, settings.language).unwrapped(facts).strip()


def _write_page(texts: dict[str, str], found: Circulation, settings: Settings) -> None:
    to = {"regiegroep": [], "area": list(found.areas), "group": [one.name for one in found.groups]}
    now = datetime.now().astimezone()
    facts = {
        "network": settings.network.name,
        "area": found.area,
        "made": short_moment(now),
        "texts": [(kind, escape(text), whatsapp_link(None, text), to[kind]) for kind, text in texts.items()],
    }
    try:
        own_folder(settings.paths.out)
        write_private(settings.paths.out / NEWS_PAGE, fill_page("relay.html", "nl", facts).encode())
    except OSError as error:
        raise stop_from(error, settings.paths.out.name) from error


def _about_mail(recipients: Recipients, found: Circulation) -> Iterator[str]:
    """How many admins are mailed, had it already, or must be told otherwise."""
    if not (recipients.due or recipients.done or recipients.without_mail):
        yield f"Er is {_where(found)} nog geen beheerder om te mailen."
    if recipients.done:
        yield f"Al gedaan: voor {_admins(recipients.done)} is deze tekst vandaag al gemaild of klaargezet."
    if recipients.without_mail:
        names = [f"{one.name} ({one.group})" for one in recipients.without_mail]
        yield f"Zonder mail, dus bel of app zelf: {first_few(names, _SHOWN)}."


def _admins(those: tuple[Member, ...]) -> str:
    return counted(len(those), "beheerder", "beheerders")
