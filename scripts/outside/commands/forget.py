"""Forgets somebody wherever we keep things: a plan, one question, then everywhere; the row in the register goes last.

As long as the row stands, a run that was cut off finds him again and goes on: whatever was done is found done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from outside.backends import backend_of, open_workbook
from outside.commands.person import (
    Person,
    cells_of,
    copies_of_register,
    find_person,
    known_by,
    others_with,
    still_named,
    traces_of,
)
from outside.config.settings import Settings
from outside.console import agree, say, warn
from outside.errors import Changed, Stop
from outside.excel.erase import erase
from outside.excel.workbook import open_register
from outside.files.atomic import own_folder, private_folder, stop_from, write_private
from outside.files.places import GOOGLE_OPEN, LEDGER_COPIES, FilePlace, Tells, Traces, files_at, files_kept
from outside.ledger.copies import keep_copy
from outside.ledger.forget import forget_in_ledger
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter
from outside.mail.outbox import letter_file_name
from outside.run.dry_run import look_up
from outside.run.remember import highest_numbers
from roster.model import Status
from roster.plan.delivery_status import State
from roster.plan.steps import View
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import fold

if TYPE_CHECKING:
    from outside.config.choices import Choices


@dataclass(slots=True)
class Removed:
    """What was found and removed, by place, as the proof tells it; and what is left for people to do."""

    removed: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    dropped: bool = False

    def count(self, place: str, number: int) -> None:
        """So often he was found there, and is gone."""
        self.removed[place] = self.removed.get(place, 0) + number


def forget(settings: Settings, choices: Choices, typed: str) -> int:
    """Forget the person that is meant; the exit code, 1 where something is left for people to do. Raises Stop."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger(settings.paths.state / "ledger.sqlite3", choices.today) as ledger:
        view = look_up(workbook, settings, choices, ledger).view
        person = find_person(typed, view, settings)
        _check_that_he_left(person, view, force=choices.force)
        traces = traces_of(person, view)
        _tell_plan(person, traces, view, settings)
        if not choices.yes and not agree(f"{person.nr} overal vergeten? Dit kan niet ongedaan worden gemaakt."):
            say(f"Er is niets gedaan. Weet u het zeker? Typ: make forget WHO={person.nr} YES=1")
            return 0
        done = Removed()
        proof = _Proof(person.nr, choices, settings)
        if not (person.mobiles or person.addresses or person.names or proof.before):
            done.left.append(f"Nergens staat nog wie {person.nr} was. In bestanden en kopieën is dus niet gezocht.")
        try:
            _in_files(person, traces, ledger, settings, done)
            _in_copies(person, traces, settings, done)
            ledger.remember_numbers(highest_numbers(view), {})  # his Nr is never given again
            done.count("het logboek", forget_in_ledger(ledger, [known_by(person, view)]))
            _in_copies_of_ledger(ledger, settings, done)
            proof.keep(done, "het register zelf, als laatste.")
            _in_register(person, traces, settings, done)
            if done.dropped and backend_of(settings).file is not None:
                backend_of(settings).back_up()  # so that there is one
            proof.keep(done)
        except OSError as error:
            raise stop_from(error, settings.paths.state.name, code=3) from error
        except Stop as stop:
            remedy = f"{stop.remedy} Typ dit daarna nog eens: het gaat verder waar het was.".strip()
            raise Stop(stop.message, remedy, code=3) from stop
    return _tell_end(person, proof.path, settings, done)


def _check_that_he_left(person: Person, view: View, *, force: bool) -> None:
    if person.member is None or force:
        return
    if view.history.is_forgotten(person.nr, *person.mobiles, *person.addresses, *person.names):
        return  # an older register was put back
    if view.standing.member.get(person.member.place.key) is not Status.LEFT:
        raise Stop(
            f"{person.nr} doet nog mee. Er is niets gedaan.",
            "Stopt deze persoon? Vul op het tabblad Deelnemers in: Afgemeld op. Typ daarna make sync, zodat de "
            f"beheerder het hoort, en dan dit weer. Toch nu meteen? Typ: make forget WHO={person.nr} FORCE=1",
        )


def _tell_plan(person: Person, traces: Traces, view: View, settings: Settings) -> None:
    member = person.member
    if member is None:
        say(f"{person.nr}: de rij is er niet meer. Wat er verder nog van deze persoon is, gaat weg.")
    else:
        say(f"{person.nr}: {member.name}, {member.street} {member.house_number}, groep {member.group}.")
        admins = view.standing.admins.get(fold(member.group), [])
        if [admin.nr for admin in admins] == [member.nr]:
            say("Dit is de enige beheerder van die groep. Zonder beheerder wachten daar de mails aan wie nieuw is.")
        for other in others_with(person, view):
            say(f"Ook {other} heeft dit nummer of adres. Die rij blijft staan, met dat nummer of adres.")
    if told := [path for path in (settings.paths.out / "groepen").rglob("weg*.txt") if traces.in_file(path)]:
        names = ", ".join(
            f"{settings.paths.out.name}/{path.relative_to(settings.paths.out).as_posix()}" for path in told
        )
        say(f"Een beheerder moet dit contact nog weghalen. Geef eerst door wat daarover staat in {names}.")
    say(
        f"Er wordt gezocht in het register, in de mappen {settings.paths.out.name} en {settings.paths.state.name}, in "
        "alle kopieën en in het logboek. Wat andere mensen typten, blijft staan."
    )


def _in_files(person: Person, traces: Traces, ledger: Ledger, settings: Settings, done: Removed) -> None:
    """In out/: what is made anew goes, and comes back without him; a letter of others that names him is due again."""
    out, due = settings.paths.out, list[str]()
    letters = _Letters(ledger)
    written = {path: digests for top in _tops(out) for path, digests in ledger.files.files_in(top).items()}
    for path, place in files_kept(out, settings.paths.state):
        if not path.is_relative_to(out) or (place is not None and place.tells is Tells.NOBODY):
            continue
        name = path.relative_to(out).as_posix()
        is_his = path.name.startswith(f"{person.nr}-") if place and place.tells is Tells.LETTER else False
        is_his = is_his or name == f"inzage/{person.nr}.html"
        if not is_his and not traces.in_file(path):
            continue
        if not _is_ours(path, name, place, written, letters):
            done.left.append(f"{out.name}/{name}: dit bestand is niet (meer) van Buurtbeheer. Verwijder het zelf.")
            continue
        if not is_his and path.name in letters.ready:
            due.append(letters.ready[path.name])
            ledger.messages.mark_due(due[-1:])
        path.unlink(missing_ok=True)
        done.count(f"de map {out.name}", 1)
    ledger.files.forget_ready(due)


class _Letters:
    """The letters in the outbox: which digest each was made with, and which still lie ready, by the file's name."""

    def __init__(self, ledger: Ledger) -> None:
        self.made = {one.name: one.digest for one in ledger.files.ready().values()}
        self.ready = {
            letter_file_name(Letter(one.message_id, one.person, b"", one.act)): one.message_id
            for one in ledger.messages.in_state(State.READY)
        }


def _tops(out: Path) -> list[str]:
    return [path.name for path in out.iterdir()] if out.is_dir() else []


def _is_ours(
    path: Path, name: str, place: FilePlace | None, written: Mapping[str, set[str]], letters: _Letters
) -> bool:
    """Whether a file is as we made it. What was asked for, and pages in out/ itself, are ours by their name."""
    if place is None:
        return False
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if place.tells is Tells.LETTER:
        return letters.made.get(path.name) == digest
    return "*" not in place.path or place.days != "" or digest in written.get(name, ())


def _in_copies(person: Person, traces: Traces, settings: Settings, done: Removed) -> None:
    """A copy that holds him is replaced by one without him; one in which he cannot be wiped out goes."""
    for copy in copies_of_register(settings):
        before = traces.in_file(copy)
        try:
            before = max(before, erase(copy, lambda tables: cells_of(person, traces, tables)))
        except Stop as stop:  # a full disk, a file that is open, a damaged one: no reason to let a copy go
            if before:
                done.left.append(f"De kopie {copy.name} houdt deze persoon nog. {stop.message} Typ dit daarna weer.")
            continue
        if not before:
            continue
        if traces.in_file(copy):
            copy.unlink()
            done.dropped = True
            say(f"De kopie {copy.name} is verwijderd: daarin was deze persoon niet te wissen.")
        done.count("de kopieën van het register", 1)
    for path in files_at((GOOGLE_OPEN,), settings.paths.out, settings.paths.state):
        if traces.in_file(path):
            done.left.append(
                f"{path.name}: daarin staat wat bij Google onderweg is. Typ make sync, en daarna dit weer."
            )


def _in_copies_of_ledger(ledger: Ledger, settings: Settings, done: Removed) -> None:
    """The copies of before go once there is one of now."""
    older = list(files_at(LEDGER_COPIES, settings.paths.out, settings.paths.state))
    keep_copy(ledger, settings.paths.state / "backups")
    for path in older:
        path.unlink(missing_ok=True)
    done.count("de kopieën van het logboek", len(older))


def _in_register(person: Person, traces: Traces, settings: Settings, done: Removed) -> None:
    path = backend_of(settings).file
    if path is None:
        if person.member is not None:
            done.left.append(
                f"Het Google-blad: verwijder daar zelf op tabblad Deelnemers de rij van {person.nr} (rij "
                f"{person.member.place.row}), en op de tabbladen Beheerders en Logboek de rijen met {person.nr}. Kijk "
                "ook bij Bordaanvragen, Aangevraagd door. Google bewaart oude versies: Bestand, Versiegeschiedenis."
            )
        return
    try:
        emptied = erase(path, lambda tables: cells_of(person, traces, tables), expected=True)
    except Changed as changed:
        raise Stop(
            "Het register wordt net gewijzigd. De rij staat er nog.", "Typ dit straks nog eens.", code=3
        ) from changed
    done.count("het register (cellen)", emptied)
    named = list(still_named(person, traces, find_what_is_there(open_register(path)[1])[0]))
    done.left += [f"{place}: kijk of daar iets over deze persoon staat." for place in named]
    if count := traces.in_file(path):
        often = "staat deze persoon misschien ook" if named else f"staat deze persoon nog {count} keer"
        done.left.append(
            f"{path.name}: buiten de rijen van Buurtbeheer {often}, bijvoorbeeld in een "
            "notitie of op een eigen tabblad. Zoek daar met Ctrl+F."
        )


class _Proof:
    """What was searched, how often he was found, and what is left; without a name, number or address.

    It is written before the last step as well: where that was cut off, nothing else tells any more who he was.
    """

    def __init__(self, nr: str, choices: Choices, settings: Settings) -> None:
        day = choices.today
        self.path = private_folder(own_folder(settings.paths.out) / "vergeten") / f"{day.isoformat()}-{nr}.txt"
        self.before = "".join(one.read_text(encoding="utf-8") for one in sorted(self.path.parent.glob(f"*-{nr}.txt")))
        self._head = f"Vergeten: {nr}, op {day.day}-{day.month}-{day.year}"
        self._kept = self.path.read_text(encoding="utf-8") + "\n" if self.path.exists() else ""

    def keep(self, done: Removed, to_come: str = "") -> None:
        """Write it down, on the disk."""
        left = [*done.left, *([to_come] if to_come else [])]
        lines = [self._head, "", "Gezocht, gevonden en weggehaald:"]
        lines += [f"  {place}: {number}" for place, number in done.removed.items()]
        lines += ["", *(["Nog te doen:", *(f"  {one}" for one in left)] if left else ["Over: 0"]), ""]
        write_private(self.path, (self._kept + "\n".join(lines)).encode())


def _tell_end(person: Person, proof: Path, settings: Settings, done: Removed) -> int:
    for one in done.left:
        warn(one)
    where = f"{settings.paths.out.name}/vergeten/{proof.name}"
    say(f"{person.nr}: {'vergeten, op wat hierboven staat na' if done.left else 'vergeten'}. Het bewijs: {where}")
    say("Typ nu make sync: dan komen de kaartjes en overzichten er weer, zonder deze persoon.")
    say(
        "Wat Buurtbeheer niet kan: de map Verzonden van uw mail, telefoons, WhatsApp en eigen kopieën van het register."
    )
    say("Werkt u met meer computers op dit register? Typ dit op elk daarvan, met hetzelfde Nr.")
    return 1 if done.left else 0
