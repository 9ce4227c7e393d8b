"""All that is known of one Nr, which of its letters can be meant, and what to say where nothing could be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.run.confirm import kind_of
from roster.messages.audience import has_address, wants_no_mail
from roster.messages.bundles import BUNDLE
from roster.messages.notices import NUMBER_UPDATE, RELAY
from roster.messages.recipient_history import IN_WELCOME, RULES_UPDATE, WELCOME, recipient_history_of
from roster.messages.rules_update import holders, tells_rules_by_hand
from roster.messages.sign_letters import COPY
from roster.messages.welcome import Change, changes_by_hand
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.model import Member, Status
from roster.plan.delivery_status import State, mark_of, read_mark
from roster.plan.history import NO_NOTICE, Message, row_of
from roster.plan.steps import SetCell, View
from roster.sheet.dutch import short_day
from roster.sheet.table import Cell


@dataclass(frozen=True, slots=True)
class Case:
    """One Nr: who has it now (None: nobody any more), and every letter to who has or had it, the latest last.

    `kind` is the one kind of letter that is meant, "" for any.
    """

    nr: str
    view: View
    member: Member | None
    letters: list[Message]
    kind: str = ""

    @property
    def meant(self) -> list[Message]:
        """The letters of the kind that is meant."""
        return [one for one in self.letters if self.is_meant(one.act)]

    def is_meant(self, act: str) -> bool:
        """True for a letter of the kind that is meant."""
        return self.kind in ("", kind_of(act))

    @property
    def welcome_state(self) -> WelcomeState | None:
        """Whether it is his turn to be welcomed."""
        return None if self.member is None else welcome_queue_of(self.view).state(self.member)

    @property
    def cell(self) -> Cell:
        """What his row says of its letters."""
        return None if self.member is None else recipient_history_of(self.view).cell(self.member, "Welkom")

    @property
    def row_version(self) -> str:
        """The version of the spelregels that the row names; else the one of today."""
        mark = read_mark(self.cell)
        return mark.version if mark is not None and mark.version else self.view.terms.rules_version

    @property
    def uncertain_elsewhere(self) -> str:
        """The state in which the row leaves a letter of which our own ledger knows nothing; "" where it is done."""
        if self.member is None:
            return ""
        mark = read_mark(recipient_history_of(self.view).row_says(self.member))
        return (
            mark.state
            if mark is not None and mark.state in (State.BUSY, State.UNCERTAIN, State.REFUSED, State.READY)
            else ""
        )

    def step(self, text: str) -> SetCell | None:
        """The step that has the row say so; None where nobody has the Nr any more."""
        if self.member is None:
            return None
        return SetCell(self.member.place.at("Welkom"), text, self.cell)


def case_of(nr: str, view: View, ledger: Ledger) -> Case:
    """All that is known of one Nr. Raises Stop where nobody ever had it."""
    member = next((one for one in view.roster.members if one.nr == nr), None)
    letters = [*_of_others(nr, view), *ledger.messages.of_person(nr)]
    letters = [one for one in letters if (one.act, one.state) != (BUNDLE, State.HAND)]  # contacts by hand are no mail
    if member is None and not letters:
        raise Stop(f"{nr} staat niet in het register.", "Kijk in de kolom Nr. Een nummer ziet eruit als D-0012.")
    return Case(nr, view, member, letters)


def _of_others(nr: str, view: View) -> Iterator[Message]:
    """What only tab Logboek tells of letters to whoever has or had this Nr; nobody here can know of one in hand."""
    for one in sorted(view.history.elsewhere, key=lambda one: (one.day, *one.key)):
        if row_of(one.person) == nr:
            state = State.UNCERTAIN if one.state == State.BUSY else one.state
            yield one._replace(state=state, message_id=" ".join(("Logboek", *one.key)))


def is_mine(letter: Message, case: Case) -> bool:
    """True for a letter to who stands in the row now."""
    return case.member is not None and letter.person == recipient_history_of(case.view).person(case.member)


def may_be_meant(letter: Message, case: Case) -> bool:
    """True for a letter that lies ready or was put off, and for a refused one of which no page by hand tells."""
    if (
        letter.act in IN_WELCOME
        and letter.state in (State.REFUSED, State.WAITS)
        and case.welcome_state in (WelcomeState.DUE, WelcomeState.NUMBER)
    ):
        return False  # it goes by itself
    put_off = letter.state == State.WAITS and case.view.terms.mail_done == State.SENT  # in the outbox it was taken back
    return letter.state == State.READY or put_off or (letter.state == State.REFUSED and letter.act not in IN_WELCOME)


def done_by_people(case: Case, *, force: bool) -> list[Change]:
    """What a person told this member in place of a mail; all that the page has of him."""
    member, state, elsewhere = case.member, case.welcome_state, case.uncertain_elsewhere
    if member is None or state is None or elsewhere in (State.BUSY, State.UNCERTAIN):
        return []
    view, queue, version = case.view, welcome_queue_of(case.view), case.view.terms.rules_version
    welcome = queue.is_by_hand(member, state) or state is WelcomeState.LEFT_ALONE
    if welcome or (state in (WelcomeState.DUE, WelcomeState.NUMBER) and (force or elsewhere == State.REFUSED)):
        return [Change(member, WELCOME, version, queue.notice(member))]
    has = next(iter(holders(view, [member])), None)
    rules = has is not None and tells_rules_by_hand(has, view)
    news = [Change(member, RULES_UPDATE, version, NO_NOTICE)] if rules else []
    return news + [one for one in changes_by_hand(view) if one.member is member]


def what_sends(case: Case, found: Iterable[Message]) -> tuple[str, ...]:
    """What to type, so that the letters go again: some news goes with a word of its own."""
    acts = {one.act for one in found} or {WELCOME}
    waits = _why_it_waits(case)
    if waits:
        return (f"{case.nr}: opgeschreven dat de mail opnieuw moet. {waits}",)
    lines = []
    if acts - {RULES_UPDATE, NUMBER_UPDATE, COPY, RELAY}:
        lines.append(f"{case.nr}: de mail gaat mee met de volgende ronde. Typ: make sync")
    if RULES_UPDATE in acts:
        lines.append(f"{case.nr}: de mail over de nieuwe spelregels gaat opnieuw. Typ: make rules-update")
    if NUMBER_UPDATE in acts:
        lines.append(f"{case.nr}: de mail over het nieuwe nummer gaat opnieuw. Typ: make number-update")
    if RELAY in acts:
        lines.append(f"{case.nr}: het nieuws gaat opnieuw als u vandaag weer make relay typt, met dezelfde tekst.")
    if COPY in acts:
        lines.append(f"{case.nr}: de kopie van de bordaanvraag gaat opnieuw. Typ: make signs")
    return tuple(lines)


def _why_it_waits(case: Case) -> str:
    """Why a letter does not go with the next round after all; "" where it does."""
    member = case.member
    if member is None:
        return "Maar dit nummer staat niet meer in het register, dus er gaat niets weg."
    status = case.view.statuses.member.get(member.place.key)
    if member.left or status is Status.LEFT:
        return "Maar deze deelnemer is afgemeld, dus er gaat niets weg."
    if status is Status.BLOCKED:
        return "Maar de rij is geblokkeerd. Herstel eerst wat bij Meldingen staat, en typ dan: make sync"
    if member.no_mail is None:
        return "Maar de cel bij Geen mail is niet te lezen, dus er gaat niets weg. Herstel die cel, of maak haar leeg."
    if wants_no_mail(member, case.view):
        return "Maar deze deelnemer wil geen mail, dus er gaat niets weg."
    if not has_address(member):
        return "Maar er is geen e-mailadres waar een mail kan komen. Vul dat in, of kijk in out/met-de-hand.html."
    return ""


def before(nr: str, letters: Iterable[Message], again: Sequence[Message]) -> str:
    """What Welkom says while letters go again: nothing, or for news of the spelregels what stood there before it."""
    if any(one.act == WELCOME for one in again):
        return ""
    earlier = [
        one
        for one in letters
        if one.act in IN_WELCOME and one not in again and one.state in (State.READY, State.SENT, State.HAND)
    ]
    return mark_of(earlier[-1].state, earlier[-1].day, earlier[-1].version, nr=nr).text if earlier else ""


def nothing_to_write(case: Case) -> Stop:
    """Why `make sent` has nothing to write down."""
    nr, state = case.nr, case.welcome_state
    if state in (WelcomeState.DUE, WelcomeState.NUMBER):
        when = (
            "met: make sync" if state is WelcomeState.DUE else "zodra het echte nummer van de regiegroep is ingevuld."
        )
        return Stop(
            f"{nr} krijgt de welkomstmail vanzelf, {when}",
            f"Hebt u {nr} al zelf welkom geheten? Typ dan: make sent NR={nr} FORCE=1",
        )
    if state in _NOT_YET:
        return Stop(f"{nr} kan nog niet welkom worden geheten: {_NOT_YET[state][0]}.", _NOT_YET[state][1])
    if state is WelcomeState.LEFT:
        return Stop(f"{nr} is afgemeld. Er hoeft niets te worden opgeschreven.", "Kijk of het nummer klopt.")
    return _settled(case)


def nothing_to_send(case: Case) -> Stop:
    """Why `make resend` has nothing to send again."""
    if case.welcome_state is WelcomeState.DUE:
        return Stop(f"De mail aan {case.nr} is nog niet weg.", "Die gaat vanzelf mee met: make sync")
    if not case.letters and read_mark(case.cell) is None:
        what = case.welcome_state.value if case.welcome_state is not None else "staat niet in het register"
        return Stop(f"Aan {case.nr} is nog niets verstuurd: {what}.", "Meer daarover ziet u met: make check")
    return _settled(case)


_NOT_YET = {
    WelcomeState.ROW: (
        "de eigen rij is geblokkeerd",
        "Herstel wat daar bij Meldingen staat, en typ het dan nog eens.",
    ),
    WelcomeState.LIST: ("de groep is vol, en dit is iemand van de wachtlijst", "Doe het zodra er een plaats vrij is."),
    WelcomeState.GROUP: ("de groep is geblokkeerd", "Herstel wat bij die groep staat, en typ het daarna nog eens."),
    WelcomeState.ADMIN: ("de groep heeft nog geen beheerder", "Doe het zodra de groep een beheerder heeft."),
    WelcomeState.REGISTRATION: (
        "de groep is nog niet aangemeld",
        "Vul daar Aangemeld op in, en typ het nog eens.",
    ),
    WelcomeState.REFUSED: (
        "de groep is nu geblokkeerd of wacht",
        "Kijk op het tabblad Groepen, en typ het dan nog eens.",
    ),
}
"""Why somebody is not welcomed yet, and what to do about it."""


def _settled(case: Case) -> Stop:
    """Nothing is uncertain of this one; what happened last."""
    nr, mark = case.nr, read_mark(case.cell)
    if case.member is None:
        return Stop(f"{nr} staat niet meer in het register.", "Er hoeft niets te worden opgeschreven.")
    latest = case.letters[-1] if case.letters else None
    if latest is not None:
        how = f"de laatste mail staat als {latest.state} op {short_day(latest.day)}"
        if latest.state == State.HAND:
            how = f"met de hand verteld op {short_day(latest.day)}"
        return Stop(
            f"Bij {nr} is niets onzeker: {how}.", f"Moet het toch nog een keer? Typ: make resend NR={nr} FORCE=1"
        )
    if mark is not None and mark.state in (State.READY, State.SENT, State.HAND):
        return Stop(
            f"Bij {nr} staat al: {replace(mark, nr='').text}.",
            "Dat schreef een andere computer op. U hoeft niets te doen.",
        )
    return Stop(f"Van {nr} is niets bekend om op te schrijven.", "Kijk in die rij bij Welkom en Meldingen.")
