"""Shows mails before one leaves: all of the plan on a page, or each kind by mail, with made-up data."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from email.policy import SMTP
from io import TextIOWrapper
from pathlib import Path

from outside.config.choices import Choices
from outside.config.languages import Words, words_of
from outside.config.settings import Settings
from outside.config.values import address
from outside.console import progress, say, warn
from outside.errors import Stop
from outside.files.atomic import open_private, own_folder, remove_leftovers, replace, stop_from, sync_folder
from outside.ledger.ledger import Ledger
from outside.mail.compose import compose, subject_of
from outside.mail.mailbox import Letter
from outside.mail.secrets import watched
from outside.run.confirm import must_fit
from outside.run.letters import open_mailbox
from outside.run.overview import LettersPage
from outside.run.prepare import prepare_dry
from outside.run.ready_letters import FOLDER, lie_ready
from outside.text.environment import whatsapp_link
from outside.text.rules_archive import tell_changed_rules
from outside.text.templates import fill_page, rules_version
from roster.logbook import MAIL_KINDS
from roster.messages.bundles import BUNDLE
from roster.messages.contact_cards import admin_cards, cards_for, facts_of, regiegroep_at
from roster.messages.notices import ADMIN, MOVED, NUMBER_UPDATE, REGISTERED, RELAY
from roster.messages.recipient_history import WELCOME
from roster.messages.sign_letters import SIGNS, facts_of_places
from roster.model import Group, Location, Member, Role
from roster.plan.delivery_status import State
from roster.plan.steps import Planner, Send
from roster.planners.summary import describe_waiting
from roster.sheet.dutch import counted, short_moment
from roster.sheet.table import Place
from roster.terms import Terms

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
    say(_summary(len(sends), len(ready), settings.paths.out.name))
    for line in describe_waiting(prepared.view):
        say(line)
    tell_changed_rules(settings)
    return 0


def _summary(coming: int, lying: int, out: str) -> str:
    """What there is to look at, and where."""
    look = "Open dat bestand in uw browser. Er is niets verstuurd."
    if coming:
        behind = f" Daarachter: wat al klaarligt in {out}/{FOLDER} ({lying})." if lying else ""
        return f"{counted(coming, 'mail staat', 'mails staan')} in {out}/{PAGE}. {look}{behind}"
    lie = f" Wel {'ligt' if lying == 1 else 'liggen'} er al {lying} klaar: bekijk dat in {out}/{PAGE}. {look}"
    return "Bij de volgende ronde komen er geen mails bij." + (lie if lying else "")


def _ready(settings: Settings, choices: Choices) -> list[Path]:
    if not Ledger.is_there(settings):
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
    sync_folder(folder)


NUMBER, _MOBILE = "06-00000000", "+31600000000"
"""Nobody's number: it belongs to no series that is given out."""

_FOLDER = "proefmails"

_WITH_ADMINS = (WELCOME, ADMIN, MOVED)
_WITH_NUMBER = (*_WITH_ADMINS, REGISTERED, NUMBER_UPDATE, BUNDLE)
"""The kinds that the contacts of admins, and that of the regiegroep, go along with."""


def send_tests(settings: Settings, choices: Choices, to: str) -> int:
    """Send them all, in every language. The exit code."""
    whom = _recipient(to)
    now = datetime.now().astimezone()
    made = watched(lambda send: compose(send, settings, now), settings)
    letters = [_as_test(made(send)) for send in made_up(settings, choices, whom)]
    outcomes: list[str] = []
    mailbox = open_mailbox(settings, _FOLDER)
    with Ledger.of(settings, choices.today) as ledger, closing(mailbox):
        must_fit(len(letters), settings, ledger, f"test-mail TO={whom}", force=choices.force)
        for letter in letters:
            try:
                outcome = mailbox.deliver(letter)
            except Stop as stop:
                if outcomes:
                    warn(f"{_good(outcomes)} van de {len(letters)} proefmails gingen al weg.")
                raise Stop(stop.message, stop.remedy, code=3 if outcomes else stop.code) from None
            if mailbox.done == State.SENT and outcome.state not in ("wacht", "geweigerd"):
                ledger.departures.count(letter.message_id)
            subject = " ".join(str(letter.message["Subject"]).split())
            reason = f": {outcome.reason}" if outcome.reason else ""
            (say if outcome.state in (State.SENT, State.READY) else warn)(f"  {outcome.state}{reason} · {subject}")
            outcomes.append(outcome.state)
            if outcome.pause is not None:
                until = (ledger.now() + outcome.pause).astimezone()
                ledger.departures.pause_until(ledger.now() + outcome.pause)
                when = short_moment(until)
                warn(f"De mailserver vraagt om rust tot {when}. Tot dan gaat er niets weg.")
                break
        mailbox.flush()
    good = _good(outcomes)
    where = "verstuurd" if mailbox.done == State.SENT else f"klaargezet in {settings.paths.out.name}/{_FOLDER}"
    say(f"{good} van de {len(letters)} proefmails {where}. Alle namen en nummers erin zijn verzonnen.")
    return 0 if good == len(letters) else 1


def _good(outcomes: list[str]) -> int:
    return sum(state in (State.SENT, State.READY) for state in outcomes)


def _recipient(typed: str) -> str:
    """The address to try it on. Raises Stop for what is none, or what no mail can carry."""
    example = "Typ bijvoorbeeld: make test-mail TO=naam@voorbeeld.nl"
    if not typed.rpartition("@")[0].isascii():
        raise Stop(
            "In dit adres staat vóór het apenstaartje een letter met een accent. Veel postvakken nemen dat niet aan.",
            f"Neem een ander adres. {example}",
        )
    try:
        whom = address(typed)
        whom.rpartition("@")[2].encode("idna")
    except ValueError:
        whom = ""
    if not whom:
        raise Stop("Dat is geen e-mailadres.", example)
    return whom


def made_up(settings: Settings, choices: Choices, to: str) -> Iterator[Send]:
    """Each kind in each language, about people who do not exist; a welcome to an admin too."""
    terms = settings.terms(choices.today)
    for language in terms.languages:
        facts = _facts(terms, words_of(language))
        for act in MAIL_KINDS:
            yield _send(act, language, to, terms, facts)
        yield _send(WELCOME, language, to, terms, facts | {"is_admin": True})


def _send(act: str, language: str, to: str, terms: Terms, facts: dict[str, object]) -> Send:
    place = Place("Bordaanvragen" if act == SIGNS else "Deelnemers")
    admin = Member(place, "PROEF", first_name="Jan", surname="Voorbeeld", mobile=_MOBILE, role=Role.ADMIN)
    made = admin_cards(Group(place, "Proefgroep"), [admin], terms) if act in _WITH_ADMINS else ()
    admins = cards_for(Member(place, ""), made)
    regiegroep = regiegroep_at(_MOBILE, terms) if act in _WITH_NUMBER else ()
    area = {"area": ""} if act == RELAY else {}  # such news is for all areas
    return Send(
        about=place,
        act=act,
        version=rules_version(),
        language=language,
        person=f"PROEF-{secrets.token_hex(4)}",
        to_name="Sanne de Proef",
        to_address=to,
        facts=facts | area | facts_of(admins, regiegroep),
        mark=place,
        cards=(*admins, *regiegroep),
    )


def _facts(terms: Terms, words: Words) -> dict[str, object]:
    """All that a text may ask for, of whichever kind of mail."""
    network, (latitude, longitude) = terms.network, terms.network.bounds.spot
    places = Location(latitude, longitude), Location(latitude + 0.001, longitude + 0.002)
    contact = {"name": "Jan Voorbeeld", "street": "Proefstraat 1", "mobile": _MOBILE, "shown": NUMBER, "invitation": ""}
    to_whom: dict[str, object] = {"greeting": "Sanne", "name": "Sanne de Proef", "is_admin": False, "moved": False}
    about: dict[str, object] = {
        "group": "Proefgroep",
        "area": f"Proefgebied {network.places[0]}",
        "admins": ["Jan Voorbeeld"],
        "announce": True,
        "keep_left_days": terms.left_days,
        "network": network.name,
        "short_name": network.short_name,
        "coordinator": network.coordinator,
        "regiegroep_number": NUMBER,
        "regiegroep_tel": NUMBER.replace("-", ""),
    }
    news: dict[str, object] = {"message": [words.example_news], "link": whatsapp_link(None, words.example_news)}
    rules = {"whole": False, "changed": [{"number": 5, "text": words.example_rule}], "dropped": []}
    contacts: dict[str, object] = {
        "title": "Proefgroep",
        "prefix": "Proefgroep",
        "total": 12,
        "known": True,
        "mail": True,
        "people": [contact],
        "gone": [{"name": "Piet Proef", "number": NUMBER, "why": "is afgemeld"}],
        **dict.fromkeys(("renamed", "notes", "files", "needs", "former"), ()),
        "starts": False,
        "new": 1,
        "doubted": False,
    }
    request: dict[str, object] = {
        "nr": "B-PROEF",
        "answer_to": network.coordinator_email,
        "town": network.places[0],
        "caretaker": "Sanne de Proef",
        "streets": ["Proefstraat", "Voorbeeldlaan"],
        "registered": terms.today,
        "started": terms.today,
        "members": 12,
        "requested_on": terms.today,
        "requested_by": "Jan Voorbeeld",
        "explanation": "",
        **facts_of_places(places, ("Proefstraat, bij nummer 1", "Voorbeeldlaan, bij de brug")),
    }
    return {**to_whom, **about, **news, **rules, **contacts, **request}


def _as_test(letter: Letter) -> Letter:
    """The same letter with a subject that says what it is."""
    message = letter.message
    subject = " ".join(str(message["Subject"]).split())
    del message["Subject"]
    message["Subject"] = f"Proef: {subject}"
    return Letter(letter.message_id, letter.person, message.as_bytes(policy=SMTP), letter.act)
