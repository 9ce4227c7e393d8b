"""Takes people out of all that this computer keeps: files, copies of the register, the ledger and its copies."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from outside.config.settings import Settings
from outside.console import progress, say, warn
from outside.errors import Stop
from outside.excel.erase import erase
from outside.files.atomic import remove_leftovers, stop_from
from outside.files.places import LEDGER_COPIES, UNFINISHED_LEDGER, FilePlace, Tells, Traces, files_at, files_kept
from outside.ledger.copies import keep_copy
from outside.ledger.forget import forget_in_ledger
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter, letter_file_name
from outside.run.keeping import highest_numbers
from outside.run.person import Person, cells_of, copies_of_register, known_by, learn, traces_of
from roster.plan.delivery_status import State
from roster.plan.steps import View
from roster.sheet.dutch import counted


@dataclass(slots=True)
class Removed:
    """What was found and removed, by place, as the proof tells it; and what is left for people to do."""

    removed: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    dropped: bool = False

    def count(self, place: str, number: int) -> None:
        """So often they were found there, and are gone."""
        self.removed[place] = self.removed.get(place, 0) + number


def forget_here(
    people: Collection[Person], traces: Traces, view: View, ledger: Ledger, settings: Settings, done: Removed
) -> None:
    """Forget them wherever this computer keeps things, but for the register itself. May be done again.

    Raises OSError and Stop.
    """
    _in_files(people, traces, ledger, settings, done)
    in_copies(people, traces, settings, done)
    done.count("het logboek", forget_in_ledger(ledger, known_by(people, view)))
    _in_copies_of_ledger(ledger, settings, done)


def forgotten_elsewhere(view: View, ledger: Ledger, settings: Settings) -> bool:
    """Forget here whom another computer forgot, as tab Logboek tells it, once no row has his Nr; whether anybody was.

    That it is done is written down last: where it was cut off, or something is left, the next round does it again.
    """
    there = {member.nr for member in view.roster.members}
    people = [Person(nr) for nr in sorted(view.history.gone - there - view.history.forgotten.keys())]
    if not people:
        return False
    done = Removed()
    try:
        learn(people, view, settings, ledger.files)
        known, traces = known_by(people, view), traces_of(people, view)
        _in_files(people, traces, ledger, settings, done)
        in_copies(people, traces, settings, done)
        ledger.remember_numbers(highest_numbers(view), {})
        forget_in_ledger(ledger, [replace(one, forgotten=()) for one in known])
        _in_copies_of_ledger(ledger, settings, done)
        if not done.left:
            forget_in_ledger(ledger, known)
    except (OSError, Stop) as error:
        stop = stop_from(error, settings.paths.state.name) if isinstance(error, OSError) else error
        done.left.append(f"{stop.message} {stop.remedy}")
    for one in done.left:
        warn(one)
    tell_how_many_stay_forgotten(len(people))
    return True


def tell_how_many_stay_forgotten(count: int) -> None:
    """Say that so many who were forgotten stay so."""
    say(counted(count, "vergeten deelnemer blijft vergeten.", "vergeten deelnemers blijven vergeten."))


def _in_files(people: Collection[Person], traces: Traces, ledger: Ledger, settings: Settings, done: Removed) -> None:
    """In out/: what is made anew goes, and comes back without them; a letter of others that names them is due again."""
    out, due = settings.paths.out, list[str]()
    letters, nrs = _Letters(ledger), {one.nr for one in people}
    for home in (out, settings.paths.state):
        for folder, _folders, _names in os.walk(home):
            remove_leftovers(Path(folder))
    tops = [path.name for path in out.iterdir()] if out.is_dir() else []
    written = {path: digests for top in tops for path, digests in ledger.files.files_in(top).items()}
    for path, place in files_kept(out, settings.paths.state):
        if not path.is_relative_to(out) or (place is not None and place.tells is Tells.NOBODY):
            continue
        name = path.relative_to(out).as_posix()
        is_his = place is not None and place.tells is Tells.LETTER and "-".join(path.name.split("-")[:2]) in nrs
        is_his = is_his or (name.startswith("inzage/") and path.stem in nrs)
        if not is_his and not traces.in_file(path):
            continue
        digest = ledger.files.digest(path.read_bytes())
        if not _is_ours(name, place, digest, written, letters.made.get(path.name)):
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


def _is_ours(
    name: str, place: FilePlace | None, digest: str, written: Mapping[str, set[str]], letter: str | None
) -> bool:
    """Whether a file is as we made it. What was asked for, and pages in out/ itself, are ours by their name."""
    if place is None:
        return False
    if place.tells is Tells.LETTER:
        return letter == digest
    return "*" not in place.path or place.days != "" or digest in written.get(name, ())


def in_copies(people: Collection[Person], traces: Traces, settings: Settings, done: Removed) -> None:
    """A copy that holds them is replaced by one without them; one in which they cannot be wiped out goes."""
    copies = copies_of_register(settings)
    with progress("Kopieën nalopen", len(copies)) as looked:
        for copy in copies:
            looked(1)
            try:
                emptied = erase(copy, lambda tables: cells_of(people, traces, tables))
            except Stop as stop:  # a full disk, a file that is open, a damaged one: no reason to let a copy go
                if traces.in_file(copy):
                    done.left.append(f"De kopie {copy.name} is nog niet gewist. {stop.message} Typ dit daarna weer.")
                continue
            if left := traces.in_file(copy):
                copy.unlink()
                done.dropped = True
                say(f"De kopie {copy.name} is verwijderd: daarin was niet alles te wissen.")
            if emptied or left:
                done.count("de kopieën van het register", 1)


def _in_copies_of_ledger(ledger: Ledger, settings: Settings, done: Removed) -> None:
    """The copies of before go once there is one of now."""
    older = list(files_at((*LEDGER_COPIES, UNFINISHED_LEDGER), settings.paths.out, settings.paths.state))
    keep_copy(ledger, settings.paths.state / "backups")
    for path in older:
        path.unlink(missing_ok=True)
    done.count("de kopieën van het logboek", len(older))
