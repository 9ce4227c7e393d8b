"""Looks through the letters that lie ready in out/mail, and takes back those that tell what is so no more.

A letter that somebody changed, moved or ticked off is hers, and is left as it is.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from outside.config.settings import Settings
from outside.console import say, warn
from outside.files.atomic import stop_from
from outside.ledger.files import ReadyFile
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter, letter_file_name
from roster.messages.audience import is_placeholder
from roster.messages.stale import as_if_due, facts_in, reported_elsewhere, unreported
from roster.plan.delivery_status import State
from roster.plan.history import Message, MessageKey, row_of
from roster.plan.hold_back import sends_left
from roster.plan.steps import Planner, Send, View
from roster.planners.sync import LETTERS
from roster.sheet.dutch import counted

FOLDER = "mail"

_NUMBER = re.compile(r"\+?\d[\d \-()]{7,18}\d")


@dataclass(frozen=True, slots=True)
class Stale:
    """Letters that say what is so no more: those that are ours to make anew, and the files that somebody changed.

    `older` are those among ours of which nothing was remembered when they were put ready.
    """

    letters: Mapping[MessageKey, str]
    changed: Sequence[str] = ()
    older: Sequence[ReadyFile] = ()


def lying_as(send: Send, letter: Letter, ledger: Ledger) -> ReadyFile:
    """What is to be remembered of a letter before it is put ready."""
    return ReadyFile(
        letter.message_id, letter_file_name(letter), ledger.files.digest(letter.data), facts_mark(send, ledger)
    )


def facts_mark(send: Send, ledger: Ledger) -> str:
    """A keyed digest of what a letter says: it tells nobody what."""
    return hmac.digest(ledger.secret, facts_in(send), "sha256").hex()


def stale_letters(view: View, planners: Sequence[Planner], ledger: Ledger, settings: Settings) -> Stale:
    """Which letters lie ready and would be others today, or none; of those that these planners plan."""
    folder = settings.paths.out / FOLDER
    lies = {path.name for path in folder.glob("*.eml")}
    if not lies:
        return Stale({})
    ours = {planner: LETTERS[planner] for planner in planners if planner in LETTERS}
    acts = {act for found in ours.values() for act in found}
    known = ledger.files.ready()
    ready = [(key, message_id) for key, message_id in ledger.messages.ready() if key[1] in acts]
    lying = {key: known[message_id] for key, message_id in ready if message_id in known}
    unknown = [(key, message_id) for key, message_id in ready if message_id not in known]
    older = (
        {} if is_placeholder(view.terms.network.regiegroep_number) else _with_example_number(unknown, folder, ledger)
    )
    leaving = unreported(view)
    # What somebody took away was told, so it counts as done for the others.
    lying = {key: one for key, one in (lying | older).items() if key not in leaving and one.name in lies}
    there = {act for _person, act, _version in lying}
    chosen = [planner for planner, found in ours.items() if not there.isdisjoint(found)]
    changed: list[str] = []
    while True:  # and so does what somebody changed
        stale = _unlike(lying, lying, view, chosen, ledger)
        hers = {
            key: stands for key in stale if (stands := _stands(folder / lying[key].name, ledger)) != lying[key].digest
        }
        changed += [f"{settings.paths.out.name}/{FOLDER}/{lying[key].name}" for key, stands in hers.items() if stands]
        if not hers:
            break
        lying = {key: one for key, one in lying.items() if key not in hers}
    # What would be made again just as it lies there, beside all that stays, may stay itself.
    stale = _unlike(stale, lying, view, chosen, ledger) if stale else stale
    return Stale({key: lying[key].message_id for key in stale}, changed, [older[key] for key in stale if key in older])


def _with_example_number(
    letters: Iterable[tuple[MessageKey, str]], folder: Path, ledger: Ledger
) -> dict[MessageKey, ReadyFile]:
    """Letters of an earlier version of the software that tell people to call the example number: nobody means that."""
    found: dict[MessageKey, ReadyFile] = {}
    for key, message_id in letters:
        name = _name(key, message_id)
        with suppress(FileNotFoundError):
            data = (folder / name).read_bytes()
            text = text_of_letter(data)
            if any(is_placeholder(number[0]) for number in _NUMBER.finditer(text)):
                found[key] = ReadyFile(message_id, name, ledger.files.digest(data), "")
    return found


def text_of_letter(data: bytes) -> str:
    """What a letter says, as plain text; "" where it does not say."""
    body = Letter("", "", data).message.get_body(("plain",))
    try:
        return str(body.get_content()) if body is not None else ""
    except (LookupError, ValueError):
        return ""


def _unlike(
    due: Collection[MessageKey],
    lying: Mapping[MessageKey, ReadyFile],
    view: View,
    planners: Sequence[Planner],
    ledger: Ledger,
) -> list[MessageKey]:
    """Those of the letters `due` that would be others, or would not be, if none of these had been made."""
    if not due:
        return []
    whom = frozenset(person for person, _act, _version in due)
    there = replace(view, history=as_if_due(view.history, due), people=view, whom=whom)
    planned = (step for planner in planners for step in planner(there))
    today = {send.key: facts_mark(send, ledger) for send in sends_left(planned, view.findings)}
    unlike = [key for key in due if today.get(key) != lying[key].facts]
    stay = reported_elsewhere(there) if unlike else ()
    there.kept.clear()  # else it all stays until the garbage is looked through
    return [key for key in unlike if key not in stay]


def take_back(stale: Stale, ledger: Ledger, settings: Settings) -> None:
    """Let these letters be due again, and remove their files. The ledger hears of it first."""
    if stale.older:
        ledger.files.remember_ready(stale.older)
    ledger.messages.mark_due(stale.letters.values())
    remove_of_no_use(ledger, settings)


def remove_of_no_use(ledger: Ledger, settings: Settings) -> None:
    """Remove what lies ready of letters that were sent, are due again or came back, where nobody changed it."""
    gone = ledger.files.of_no_use()
    for one in gone:
        place = settings.paths.out / FOLDER / one.name
        try:
            if _stands(place, ledger) == one.digest:
                place.unlink()
        except OSError as error:
            raise stop_from(error, FOLDER) from error
    ledger.files.forget_ready(one.message_id for one in gone)


def take_back_of_no_use(letters: Iterable[Message], ledger: Ledger, settings: Settings) -> int:
    """Let those of these letters that lie as made wait again; how many. `remove_of_no_use` takes the files."""
    known, folder = ledger.files.ready(), settings.paths.out / FOLDER
    ours = [known[one.message_id] for one in letters if one.state == State.READY and one.message_id in known]
    gone = [one.message_id for one in ours if _stands(folder / one.name, ledger) == one.digest]
    ledger.messages.mark_due(gone)
    return len(gone)


def tell_stale(stale: Stale) -> None:
    """Say how many letters are taken back, and which are not because somebody changed them."""
    if stale.letters:
        number = len(stale.letters)
        mails = counted(number, "mail in de map mail klopt", "mails in de map mail kloppen")
        say(f"{mails} niet meer, want er is iets veranderd. Wie aan de beurt is, krijgt een nieuwe in plaats daarvan.")
        say("Verstuurt u ze zelf? Typ daarna steeds: make sent OUTBOX=yes. Wat verstuurd is, wordt niet vervangen.")
    for name in stale.changed[:10]:
        warn(f"Deze mail klopt niet meer, maar is door iemand gewijzigd en daarom blijven liggen: {name}", "plain")


def lie_ready(ledger: Ledger, settings: Settings) -> list[Path]:
    """The files of the letters that somebody is still to send, by name; what was ticked off may lie there as well."""
    if settings.mail.leaves:
        return []
    there = sorted((settings.paths.out / FOLDER).glob("*.eml"))
    names = {name or _name(key, message_id) for key, message_id, name in ledger.files.lying()} if there else ()
    return [path for path in there if path.name in names]


def taken_away(ledger: Ledger, settings: Settings) -> list[str]:
    """The Nrs of whose letter this computer put ready where it does not lie any more, and nobody said that it went."""
    if settings.mail.leaves:
        return []
    there = {path.name for path in (settings.paths.out / FOLDER).glob("*.eml")}
    gone = (row_of(key[0]) for key, _message_id, name in ledger.files.lying() if name and name not in there)
    return list(dict.fromkeys(gone))


def _name(key: MessageKey, message_id: str) -> str:
    return letter_file_name(Letter(message_id, key[0], b"", key[1]))


def _stands(place: Path, ledger: Ledger) -> str:
    """The digest of what stands there; "" where nothing does."""
    with suppress(FileNotFoundError):
        return ledger.files.digest(place.read_bytes())
    return ""
