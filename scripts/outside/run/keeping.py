"""What a round remembers of the rows, what it clears that was kept long enough, and how people are forgotten here."""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from outside.config.settings import Settings
from outside.console import progress, say, warn
from outside.errors import Stop
from outside.excel.erase import erase
from outside.files.atomic import remove_leftovers, stop_from
from outside.files.places import (
    LEDGER_COPIES,
    REPLACED_LEDGERS,
    UNFINISHED_LEDGER,
    FilePlace,
    Tells,
    Traces,
    files_at,
    files_kept,
)
from outside.ledger.copies import keep_copy
from outside.ledger.forget import forget_in_ledger
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Letter, letter_file_name
from outside.run.person import Person, cells_of, copies_of_register, known_by, learn, traces_of
from outside.run.ready_letters import lie_ready
from roster.messages.audience import takes_mail_again, wants_no_mail
from roster.model import Status
from roster.plan.delivery_status import State
from roster.plan.steps import View
from roster.reading.row_ids import highest_seen
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS
from roster.sheet.dutch import counted

NEWEST = 3
"""So many copies of a register, and of a ledger, always stay, whatever their age."""

_COPY = re.compile(r"(?P<of>.+)_(?P<stamp>\d{4}-\d{2}-\d{2}_\d{6}(?:-\d+)?)(?P<ending>\.\w+)")
_TEST_LETTER = re.compile(r"PROEF-.+\.eml")


def clear_expired(ledger: Ledger, settings: Settings) -> None:
    """Remove what is past its day, and tell how much; letters that still lie ready stay, and are told. Raises Stop.

    The run log has its own look, when it is opened: it is kept also where no round gets this far.
    """
    try:
        kept = list(files_kept(settings.paths.out, settings.paths.state))
        found = [*_asked_for(kept, settings), *_copies(kept, settings)]
        for path in found:
            path.unlink(missing_ok=True)
        old = [path for path in lie_ready(ledger, settings) if _is_over(path, settings.privacy.keep_mail_days)]
    except OSError as error:
        raise stop_from(error, settings.paths.state.name) from error
    if found:
        say(f"Opgeruimd: {counted(len(found), 'bestand', 'bestanden')} van langer geleden.")
    if old:
        mails = counted(len(old), "mail ligt", "mails liggen")
        say(f"{mails} al langer dan {settings.privacy.keep_mail_days} dagen klaar in {settings.paths.out.name}/mail.")
        say("Hebt u alles verstuurd wat daar ligt? Typ: make sent OUTBOX=yes. De volgende make sync ruimt het dan op.")


def _asked_for(kept: Iterable[tuple[Path, FilePlace | None]], settings: Settings) -> Iterator[Path]:
    """What somebody once asked for in out/."""
    for path, place in kept:
        if place is None or place.days != "keep_out_days":
            continue
        is_ours = path.suffix != ".eml" or _TEST_LETTER.fullmatch(path.name) is not None
        if is_ours and _is_over(path, settings.privacy.keep_out_days):
            yield path


def _copies(kept: Iterable[tuple[Path, FilePlace | None]], settings: Settings) -> Iterator[Path]:
    """Copies with their day in their name, except the newest of each; and a ledger that another took the place of."""
    state, days = settings.paths.state, settings.privacy.keep_backup_days
    for old in _of_one_kind((state / "backups").glob("*")):
        yield from (path for stamp, path in old if date.fromisoformat(stamp[:10]) + timedelta(days=days) < date.today())
    yield from (path for path, place in kept if place is REPLACED_LEDGERS and _is_over(path, days))


def _of_one_kind(paths: Iterable[Path]) -> Iterator[list[tuple[str, Path]]]:
    """The dated copies of each file, the newest first and left out: (day and time, path)."""
    found: defaultdict[tuple[str, str], list[tuple[str, Path]]] = defaultdict(list)
    for path in paths:
        named = _COPY.fullmatch(path.name)
        if named and _is_day(named["stamp"][:10]):
            found[named["of"], named["ending"]].append((named["stamp"], path))
    for copies in found.values():
        yield sorted(copies, reverse=True)[NEWEST:]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_over(path: Path, days: int) -> bool:
    """True for a file that was written longer ago than that."""
    return path.stat().st_mtime + days * 86_400 < time.time()


def highest_numbers(view: View) -> dict[str, int]:
    """The highest Nr by prefix that stands there, also of another laptop's: none of them is ever given again."""
    tabs = {"D": view.roster.tables.get(DEELNEMERS.title), "B": view.roster.tables.get(BORDAANVRAGEN.title)}
    return {
        prefix: highest_seen(prefix, list(table.column("Nr")), view.history) for prefix, table in tabs.items() if table
    }


def identities(view: View) -> dict[str, str]:
    """Which Nr each identity goes by. Of a doubled mobile the row that counts: the active ones speak last."""
    identity, status = view.history.identity, view.statuses.member
    here = [(identity(member.mobile), member) for member in view.roster.members if member.mobile and not member.left]
    known, active = {mark: member.nr for mark, member in here}, Status.ACTIVE
    known.update({mark: member.nr for mark, member in here if status[member.place.key] is active})
    return known


def keep_refusals(view: View, ledger: Ledger) -> None:
    """Remember whose row says that no mail is wanted, and whose row takes that back."""
    history, members = view.history, [member for member in view.roster.members if member.email]
    again = [history.address_mark(member.email or "") for member in members if takes_mail_again(member, view)]
    if again:
        ledger.replies.mail_again(again)
    says = (member for member in members if wants_no_mail(member, view))
    refused = {history.address_mark(member.email or "") for member in says} - history.do_not_mail_digests
    if refused:
        ledger.replies.do_not_mail(sorted(refused))


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
