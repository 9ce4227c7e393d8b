"""Mails the sign requests that can go, and writes down what became of one by hand."""

from __future__ import annotations

from outside.backends import open_workbook
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import say
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.run.prepare import prepare
from outside.run.round import run
from roster.messages.sign_letters import (
    ONCE,
    SIGNS,
    caretaker_address,
    is_due,
    known_letter,
    plan_sign_letters,
    plan_sign_marks,
    verstuurd,
)
from roster.model import SignRequest, Status
from roster.plan.delivery_status import State, mark_of, read_mark
from roster.plan.history import Message, Notice
from roster.plan.steps import SetCell, View
from roster.planners.sync import MARKS


def mail_requests(settings: Settings, choices: Choices) -> int:
    """Count which requests can go and how, and mail those that have an address to go to. The exit code."""
    with Ledger.of(settings, choices.today) as ledger:
        view = prepare(open_workbook(settings), settings, choices, (), ledger.history()).view
    concepts = [one for one in view.roster.requests if view.statuses.request.get(one.place.key) is Status.DRAFT]
    unnumbered = sum(not view.roster.bears_number(one) for one in concepts)
    due = [one for one in concepts if is_due(one, view)]
    by_hand = [one.nr for one in due if not caretaker_address(one, view)]
    if unnumbered:
        say("Een nieuwe aanvraag heeft nog geen Nr. Typ eerst: make sync")
    if by_hand:
        say(f"Zonder e-mailadres van de wijkconciërge, dus op papier: {', '.join(by_hand)}.")
        page = settings.paths.out / "borden" / by_hand[0] / "aanvraag.pdf"
        page = page if page.exists() else page.with_suffix(".html")
        say(f"Print {settings.paths.out.name}/borden/{by_hand[0]}/{page.name}. Weg? Typ: make sent NR={by_hand[0]}")
    letters = [known_letter(one, view) for one in concepts]
    lies_ready = view.terms.mail_done == State.READY and any(one and one.state == State.READY for one in letters)
    if not lies_ready and not any(True for _step in plan_sign_letters(view)):
        say("Er is geen aanvraag om te mailen.")
        return 0
    return run(settings, choices, (*MARKS, plan_sign_marks, plan_sign_letters), word="signs")


def request_with(nr: str, view: View) -> SignRequest:
    """The request with this Nr, in its own row. Raises Stop."""
    found = [one for one in view.roster.requests if one.nr == nr and view.roster.bears_number(one)]
    if not found:
        raise Stop(
            f"{nr} staat niet op het tabblad Bordaanvragen.", "Kijk daar in de kolom Nr. Is die leeg? Typ: make sync"
        )
    return found[0]


def _letter(request: SignRequest, view: View, ledger: Ledger) -> Message | None:
    """Its letter with its Message-ID, which no history knows."""
    known = known_letter(request, view)
    letters = ledger.messages.of_person(known.person) if known else []
    return next((one for one in reversed(letters) if one.act == SIGNS), None)


def request_went(nr: str, view: View, ledger: Ledger, choices: Choices) -> SetCell:
    """An uncertain letter did arrive, or the request went on paper, or what changed was told. Raises Stop."""
    request = request_with(nr, view)
    known, cell = _letter(request, view, ledger), verstuurd(request, view)
    status = view.statuses.request[request.place.key]
    mark = read_mark(cell)
    is_changed = status is Status.SUBMITTED and mark is not None and mark.version not in ("", request.asked)
    if status is Status.BLOCKED:
        raise Stop(f"Er klopt iets niet aan {nr}.", "Herstel eerst wat daar bij Meldingen staat.")
    if status is not Status.DRAFT and not is_changed:
        raise Stop(f"{nr} is al {status.value}. Er hoeft niets te worden opgeschreven.", "Kijk of het nummer klopt.")
    if known is not None and known.state == State.UNCERTAIN:
        ledger.messages.mark_sent([known.message_id])
        text = mark_of(State.SENT, choices.today, known.notice.group or request.asked, nr=nr).text
    else:
        message = Message(nr, SIGNS, ONCE, State.HAND, choices.today, notice=Notice(group=request.asked))
        ledger.messages.mark_by_hand(message)
        text = mark_of(State.HAND, choices.today, request.asked).text
    return SetCell(request.place.at("Verstuurd"), text, cell)


def request_again(nr: str, view: View, ledger: Ledger, choices: Choices) -> SetCell:
    """What is uncertain or was refused goes again with `make signs`; with force also what did go. Raises Stop."""
    request = request_with(nr, view)
    known, cell = _letter(request, view, ledger), verstuurd(request, view)
    mark = read_mark(cell)
    states = {State.UNCERTAIN, State.REFUSED, State.BUSY} | (
        {State.SENT, State.READY, State.HAND} if choices.force else set()
    )
    if known is not None and known.state in states:
        ledger.messages.mark_due([known.message_id])
    elif mark is None or mark.state not in states or (known is not None and known.state != State.WAITS):
        raise Stop(
            f"Bij {nr} is niets onzeker of teruggekomen.",
            f"Moet de mail toch opnieuw? Typ: make resend NR={nr} FORCE=1",
        )
    return SetCell(request.place.at("Verstuurd"), "", cell)
