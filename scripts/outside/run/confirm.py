"""What is told and asked before mail really leaves, and afterwards what waits and what nobody can know."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import agree, can_answer, say, warn
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter, Mailbox
from outside.run.letters import DeliveryLog, select
from roster.messages.contact_cards import admin_mark, describe_new_admins, unvouched
from roster.plan.delivery_status import State, WelcomeMark, read_mark
from roster.plan.steps import Send, View
from roster.reading.row_ids import number_said
from roster.sheet.columns import DEELNEMERS
from roster.sheet.dutch import counted, short_moment

A_DAY = timedelta(hours=24)
HALF_A_DAY = timedelta(hours=12)

GROUPS, _LINES = 12, 40
"""How many groups, and how many lines of the example, are shown before the question."""

_SHOWN = 10
"""How many uncertain letters are told one by one."""


def allowance(settings: Settings, ledger: Ledger, past: datetime | None = None) -> int | None:
    """How many letters may leave now, counted over the last 24 hours and all runs; None where there is no limit.

    `past` is a pause that somebody chose to go on through.
    """
    if not settings.mail.leaves:
        return None
    if ledger.departures.pause() not in (None, past):
        return 0
    return max(0, settings.mail.per_day - ledger.departures.since(ledger.now() - A_DAY))


def must_fit(number: int, settings: Settings, ledger: Ledger, word: str, *, force: bool) -> None:
    """Raise Stop where so many mails of another kind do not fit in what may leave now, unless somebody says so."""
    room = allowance(settings, ledger)
    if room is None or room >= number or force:
        return
    until = ledger.departures.pause()
    if until is not None:
        why = f"De mailserver vroeg om rust tot {_moment(until)}. Tot dan gaat er niets weg."
    else:
        why = f"Binnen 24 uur {'mag' if room == 1 else 'mogen'} er nog {_mails(room)} weg, en dit zijn er {number}."
    raise Stop(why, f"Typ later weer: make {word}. Weet u zeker dat het nu al kan? Typ: make {word} FORCE=1")


class Leave:
    """The leave of a round's letters: how many the day's limit allows, and to which of them somebody said yes.

    Every try of a round asks it. What was agreed to is remembered letter by letter, by whom it goes to and what it
    says, so that a try whose letters are others asks again for the new ones; without a yes those wait. The outbox
    needs no leave, and YES is one that was given beforehand. `again` is the word behind make. With FORCE the pause that
    stands now (`past`) holds nothing up, but one that the mailbox asks for meanwhile does. Unattended all that needs
    leave waits, and the rest of the round is done.
    """

    def __init__(self, settings: Settings, ledger: Ledger, mailbox: Mailbox, choices: Choices, again: str) -> None:
        self._settings, self._ledger, self._mailbox = settings, ledger, mailbox
        self.past = ledger.departures.pause() if choices.force or not settings.mail.leaves else None
        self._given = choices.yes or not settings.mail.leaves
        self._again = again
        self._unattended = choices.unattended
        self._agreed: set[str] = set()
        self._declined: set[str] = set()

    @property
    def at_most(self) -> int | None:
        """How many may leave at this moment."""
        return allowance(self._settings, self._ledger, self.past)

    def may(self, send: Send) -> bool:
        """Whether somebody agreed to this letter, as it stands."""
        return self._given or says_what(send) in self._agreed

    def ask(self, sends: Sequence[Send], compose: Callable[[Send], Letter], view: View, *, first: bool) -> bool:
        """Ask for the letters that would leave now and that nobody agreed to yet. False where none may leave at all.

        Who is new as an admin of the `view` is agreed to in the same question, because his card goes along. On the
        `first` try, of which nothing was done yet, Stop is raised where nobody can answer: mail never leaves by
        accident.
        """
        if self._given:
            return True
        posted = DeliveryLog()
        going = select(sends, self._ledger, self._mailbox, posted, self.at_most, self._is_open, past=self.past)
        asked = {says_what(send): send for send in going}
        others = {mark: send for mark, send in asked.items() if mark not in self._agreed}
        if not others:
            return True
        if self._unattended or not can_answer():
            if first and not self._unattended:
                raise _nobody_there(len(others), self._again)
            return True
        waiting = len(sends) - len(going) - posted.held - len(posted.known)
        _show(list(others.values()), waiting, compose, more=bool(self._agreed))
        new = unvouched(view)
        for line in describe_new_admins(view):
            say(line)
        sure = f", en {'klopt die beheerder' if len(new) == 1 else 'kloppen die beheerders'}" if new else ""
        yes = agree(f"{_mails(len(others))} {'erbij ' if self._agreed else ''}versturen{sure}?")
        (self._agreed if yes else self._declined).update(others)
        if yes and new:
            self._ledger.agree_to_admins(admin_mark(view, admin) for admin in new)
        return bool(self._agreed)

    def _is_open(self, send: Send) -> bool:
        return not self._declined or says_what(send) not in self._declined


def says_what(send: Send) -> str:
    """A digest of a letter as somebody agrees to it: to whom it goes, and all that it says."""
    content = send.person, send.act, send.version, send.to_name, send.to_address, send.language, send.facts, send.cards
    return hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()


def _nobody_there(number: int, again: str) -> Stop:
    return Stop(
        f"Er {_stand(number)} klaar om echt te versturen, en er is niemand aan wie dat gevraagd kan worden. "
        "Er is niets gedaan.",
        f"Mag het zonder vraag? Typ: make {again} YES=1."
        + (" Wilt u de mails eerst zien? Typ: make preview" if again == "sync" else ""),
    )


def _show(going: Sequence[Send], waiting: int, compose: Callable[[Send], Letter], *, more: bool) -> None:
    """How many letters, to which groups, and one example."""
    groups = Counter(str(send.facts.get("group") or "zonder groep") for send in going)
    say()
    if more:
        say(f"Er {_stand(len(going))} klaar die u nog niet zag, of die nu iets anders zeggen:")
    else:
        say(f"Er {_stand(len(going))} klaar om echt te versturen:")
    for group, number in groups.most_common(GROUPS):
        say(f"  {number} × {group}")
    if len(groups) > GROUPS:
        say(f"  … en {len(groups) - GROUPS} andere groepen")
    if waiting:
        say(f"  (nog {counted(waiting, 'wacht', 'wachten')} op een volgende ronde)")
    say()
    say("Zo ziet de eerste eruit:")
    for line in _example(compose(going[0])):
        say(f"  | {line}")


def tell_unasked(number: int, word: str) -> None:
    """Letters that wait because nobody gave leave for them, and what to press."""
    if number:
        wait = f"{_mails(number)} {'wacht' if number == 1 else 'wachten'} nog: niemand gaf daar toestemming voor."
        warn(f"{wait} Typ weer: make {word}. Dan wordt het gevraagd. Zonder vraag: make {word} YES=1")


def tell_waiting(waiting: int, settings: Settings, ledger: Ledger, word: str) -> None:
    """How many letters wait, until when, and how many days all of them take where a day's limit holds them up."""
    if not settings.mail.leaves or not waiting:
        return
    wait = f"{_mails(waiting)} {'wacht' if waiting == 1 else 'wachten'} nog."
    until = ledger.departures.pause()
    if until is not None:
        warn(f"De mailserver vroeg om rust tot {_moment(until)}. Tot dan gaat er niets weg.")
        warn(f"Weet u zeker dat het nu al kan? Typ: make {word} FORCE=1", "plain")
        if until - ledger.now() < HALF_A_DAY:
            say(f"{wait} Typ daarna weer: make {word}")
            return
    elif waiting <= (allowance(settings, ledger) or 0):
        after = ledger.messages.next_try()
        say(f"{wait} Typ {f'na {_moment(after)}' if after else 'straks'} weer: make {word}")
        return
    days = -(-waiting // settings.mail.per_day)
    say(
        f"{wait} Er gaan er hoogstens {settings.mail.per_day} per 24 uur weg, "
        f"dus dat duurt {'nog een dag' if days == 1 else f'{days} dagen'}. "
        f"Ze gaan vanzelf mee met een volgende ronde: typ morgen weer make {word}"
    )


def kind_of(act: str) -> str:
    """How a kind of mail is typed behind make: "number-update"."""
    return act.replace("_", "-")


def tell_uncertain(ledger: Ledger) -> int:
    """Every letter of which nobody knows whether it arrived: where to look, and what to press then. How many."""
    found = ledger.messages.in_state(State.UNCERTAIN)
    if not found:
        return 0
    warn(f"Van {_mails(len(found))} is niet zeker of {'die aankwam' if len(found) == 1 else 'ze aankwamen'}:")
    several = {person for person, number in Counter(one.person for one in found).items() if number > 1}
    for entry in found[:_SHOWN]:
        which = f" (KIND={kind_of(entry.act)})" if entry.person in several else ""
        warn(f"  {entry.person}{which}: zoek bij Verzonden naar rfc822msgid:{entry.message_id.strip('<>')}", "plain")
    if len(found) > _SHOWN:
        warn(f"  … en nog {len(found) - _SHOWN}. In de kolom Welkom of Vervolgmail staat bij hen: onzeker.", "plain")
    whom = found[0].person + (f" KIND={kind_of(found[0].act)}" if found[0].person in several else "")
    warn(
        f"Staat de mail bij Verzonden? Typ: make sent NR={whom}. Staat hij er niet? Typ: make resend NR={whom}",
        "plain",
    )
    return len(found)


def tell_uncertain_elsewhere(ledger: Ledger, view: View) -> int:
    """Every row that another computer left uncertain: of that letter our ledger knows nothing, nor its Message-ID.

    Where to look, and what to press then. How many.
    """
    found = [(nr, mark) for nr, mark in _uncertain_rows(view) if not ledger.messages.of_person(nr)]
    if not found:
        return 0
    went = "die aankwam" if len(found) == 1 else "ze aankwamen"
    warn(f"Van {_mails(len(found))} is niet zeker of {went}. Een andere computer was ermee bezig:")
    for nr, mark in found[:_SHOWN]:
        warn(f"  {nr}: {replace(mark, reason='', nr='').text}", "plain")
    if len(found) > _SHOWN:
        warn(f"  … en nog {len(found) - _SHOWN}. In de kolom Welkom staat bij hen: bezig of onzeker.", "plain")
    nr = found[0][0]
    warn("Zoek bij Verzonden van het postvak op het e-mailadres of de naam in die rij.", "plain")
    warn(f"Staat de mail er? Typ: make sent NR={nr}. Staat hij er niet? Typ: make resend NR={nr}", "plain")
    return len(found)


def _uncertain_rows(view: View) -> Iterator[tuple[str, WelcomeMark]]:
    """The Nr and the Welkom of each row that tells of a letter of which nobody can know whether it arrived."""
    table = view.roster.tables[DEELNEMERS.title]
    seen: set[str] = set()
    for index, cell in enumerate(table.column("Welkom")):
        mark = read_mark(cell) if isinstance(cell, str) else None
        if mark is None or mark.state not in (State.BUSY, State.UNCERTAIN):
            continue
        nr = number_said(table.cell(index, "Nr"))
        if nr and nr not in seen and mark.is_of(nr):  # a copied row has the Nr or the mark of the one that was copied
            seen.add(nr)
            yield nr, mark


def _example(letter: Letter) -> list[str]:
    """The first lines of a letter as its recipient reads it."""
    message = letter.message
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    lines = [f"{heading}: {' '.join(str(message[heading]).split())}" for heading in ("From", "To", "Subject")]
    whole = [*lines, "", *str(text).splitlines()]
    return whole if len(whole) <= _LINES else [*whole[:_LINES], "…"]


def _moment(moment: datetime) -> str:
    there = moment.astimezone()
    return short_moment(there)


def _mails(number: int) -> str:
    return counted(number, "mail", "mails")


def _stand(number: int) -> str:
    return "staat 1 mail" if number == 1 else f"staan {number} mails"
