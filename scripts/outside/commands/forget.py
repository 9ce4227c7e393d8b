"""Forgets people wherever we keep things: a plan, one question, then everywhere; the rows in the register go last.

As long as a row stands, a run that was cut off finds it again and goes on: whatever was done is found done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from outside.backends import backend_of
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.console import agree, say, warn
from outside.errors import Changed, Stop
from outside.files.atomic import own_folder, private_folder, stop_from, write_private
from outside.files.places import GOOGLE_OPEN, Traces, files_at
from outside.ledger.ledger import Ledger
from outside.run.keeping import Removed, forget_here, highest_numbers
from outside.run.person import Person, cells_of, find_person, learn, left_long_ago, others_with, still_named, traces_of
from outside.run.prepare import look_up
from outside.workbook import Workbook
from roster.model import Status
from roster.plan.steps import View
from roster.planners.logbook_tab import LogbookRows
from roster.sheet.dutch import short_day
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import fold

_SHOWN = 20
"""People that are told of one by one."""


def forget(settings: Settings, choices: Choices, typed: str = "") -> int:
    """Forget who is meant, or with nobody typed all whose row is past its time. Raises Stop.

    The exit code: 1 where something is left for people to do.
    """
    backend, homes = backend_of(settings), (settings.paths.out, settings.paths.state)
    workbook, file = backend.open(), backend.file
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        view, people = _meant(workbook, settings, choices, ledger, typed)
        if not people:
            say(f"Er is niemand die langer dan {settings.privacy.keep_left_days} dagen weg is. Er is niets gedaan.")
            return 0
        traces = traces_of(people, view)
        _tell_plan(people, traces, view, settings)
        if not choices.yes:
            if not agree(f"{_who(people)} overal vergeten? Dit kan niet ongedaan worden gemaakt."):
                meant = f"WHO={people[0].nr}" if typed else "LEFT=1"
                say(f"Er is niets gedaan. Weet u het zeker? Typ: make forget {meant} YES=1")
                return 0
            asked = [one.nr for one in people]
            view, people = _meant(workbook, settings, choices, ledger, typed)  # she may have thought it over for long
            if [one.nr for one in people] != asked:
                raise Stop("Het register is intussen gewijzigd. Er is niets gedaan.", "Typ hetzelfde nog eens.")
            traces = traces_of(people, view)
        done = Removed()
        proof, rows = _Proof(people, choices, settings), LogbookRows(view)
        _tell_unknown(people, view, done)
        try:
            ledger.remember_numbers(highest_numbers(view), {})  # such a Nr is never given again
            workbook.write([step for one in people for step in rows.forgotten(one.nr)])
            forget_here(people, traces, view, ledger, settings, done)
            proof.keep(done, "het register zelf, als laatste.")
            _in_register(people, traces, workbook, file, done)
            if done.dropped and file is not None:
                backend.back_up()  # so that there is one
            proof.keep(done)
        except OSError as error:
            raise stop_from(error, settings.paths.state.name, code=3) from error
        except Stop as stop:
            remedy = f"{stop.remedy} Typ dit daarna nog eens: het gaat verder waar het was.".strip()
            raise Stop(stop.message, remedy, code=3) from stop
    if left := [path for path in files_at((GOOGLE_OPEN,), *homes) if traces.in_file(path)]:
        message = f"{left[0].name}: daarin staat wat er bij Google gebeurde toen het misging. "
        message += (
            "Typ make sync, en daarna dit weer." if file is None else "Werkt u daar niet meer? Verwijder het zelf."
        )
        done.left.append(message)
        proof.keep(done)
    return _tell_end(people, proof, done, is_at_google=file is None)


def _meant(
    workbook: Workbook, settings: Settings, choices: Choices, ledger: Ledger, typed: str
) -> tuple[View, list[Person]]:
    """The register as it stands, and whom it is about, with all that they were known by. Raises Stop."""
    view = look_up(workbook, settings, choices, ledger).view
    people = [find_person(typed, view)] if typed else left_long_ago(view)
    if typed:
        _check_that_he_left(people[0], view, force=choices.force)
    elif undated := [one.nr for one in view.roster.members if one.left and one.left_on is None]:
        say(f"Niet te lezen is sinds wanneer weg zijn: {', '.join(undated)}. Zet daar bij Afgemeld op een dag.")
    learn(people, view, settings, ledger.files)
    return view, people


def _who(people: Sequence[Person]) -> str:
    return people[0].nr if len(people) == 1 else f"{len(people)} deelnemers"


def _check_that_he_left(person: Person, view: View, *, force: bool) -> None:
    if person.member is None or force:
        return
    if view.history.is_forgotten(person.nr, *person.mobiles, *person.addresses, *person.names):
        return  # an older register was put back
    if view.statuses.member.get(person.member.place.key) is not Status.LEFT:
        raise Stop(
            f"{person.nr} doet nog mee. Er is niets gedaan.",
            "Stopt deze persoon? Vul op het tabblad Deelnemers in: Afgemeld op. Typ daarna make sync, zodat de "
            f"beheerder het hoort, en dan dit weer. Toch nu meteen? Typ: make forget WHO={person.nr} FORCE=1",
        )


def _tell_plan(people: Sequence[Person], traces: Traces, view: View, settings: Settings) -> None:
    for person in people[:_SHOWN]:
        member = person.member
        if member is None:
            say(f"{person.nr}: de rij is er niet meer. Wat er verder nog van deze persoon is, gaat weg.")
            continue
        left = member.left_on
        since = f", afgemeld op {short_day(left)}" if left is not None else ""
        say(f"{person.nr}: {member.name}, {member.home}, groep {member.group}{since}.")
        admins = view.statuses.admins.get(fold(member.group), [])
        if [admin.nr for admin in admins] == [member.nr]:
            say("Dit is de enige beheerder van die groep. Zonder beheerder wachten daar de mails aan wie nieuw is.")
    if more := people[_SHOWN:]:
        say(f"En nog {len(more)}: {', '.join(one.nr for one in more)}.")
    for other in others_with(people, view):
        say(f"Ook {other} heeft zo'n nummer of adres. Die rij blijft staan, met dat nummer of adres.")
    if removals := [path for path in (settings.paths.out / "groepen").rglob("weg*.txt") if traces.in_file(path)]:
        names = ", ".join(
            f"{settings.paths.out.name}/{path.relative_to(settings.paths.out).as_posix()}" for path in removals
        )
        say(f"Een beheerder moet dit contact nog weghalen. Geef eerst door wat daarover staat in {names}.")
    say(
        f"Er wordt gezocht in het register, in de mappen {settings.paths.out.name} en {settings.paths.state.name}, in "
        "alle kopieën en in het logboek. Wat andere mensen typten, blijft staan."
    )


def _tell_unknown(people: Collection[Person], view: View, done: Removed) -> None:
    for one in people:
        if one.mobiles or one.addresses or one.names:
            continue
        message = f"Nergens staat nog wie {one.nr} was. In bestanden en kopieën is dus niet gezocht."
        if one.nr not in view.history.forgotten:
            done.left.append(message)
        else:  # that was done before; or it was cut off, and then somebody took the row away by hand
            say(f"{message} Haalde u de rij zelf weg? Kijk dan of de naam nog bij Aangevraagd door staat.")


def _in_register(
    people: Collection[Person], traces: Traces, workbook: Workbook, file: Path | None, done: Removed
) -> None:
    try:
        emptied, sheets = workbook.empty(lambda tables: cells_of(people, traces, tables))
    except Changed as changed:
        raise Stop(
            "Het register wordt net gewijzigd. De rij staat er nog.", "Typ dit straks nog eens.", code=3
        ) from changed
    done.count("het register (cellen)", emptied)
    tables = find_what_is_there(sheets)[0]
    named = list(still_named(people, traces, tables))
    done.left += [f"{place}: kijk of daar iets over deze persoon staat." for place in named]
    stand = {title: sorted(rows) for title, rows in cells_of(people, traces, tables).items() if rows}
    for title, rows in stand.items():
        done.left.append(f"{title}, rij {', '.join(map(str, rows))}: hier staat nog iets. Maak dat zelf leeg.")
    ours = {table.title for table in tables.values()}
    if file is not None and (count := traces.in_file(file)):
        often = "staat deze persoon misschien ook" if named else f"staat deze persoon nog {count} keer"
        done.left.append(
            f"{file.name}: buiten de rijen van Buurtbeheer {often}, bijvoorbeeld in een "
            "notitie of op een eigen tabblad. Zoek daar met Ctrl+F."
        )
    if file is None:
        own = [one.title for one in sheets if one.title not in ours and any(map(traces.in_text, map(str, one.cells)))]
        done.left += [f"Op tabblad {title} staat deze persoon nog. Zoek daar met Ctrl+F." for title in own]


class _Proof:
    """What was searched, how often they were found, and what is left; without a name, number or address.

    It is written before the last step as well: where that was cut off, nothing else tells any more who they were.
    """

    def __init__(self, people: Sequence[Person], choices: Choices, settings: Settings) -> None:
        day, more = choices.today, f"-en-{len(people) - 1}-meer" if len(people) > 1 else ""
        name = f"{day.isoformat()}-{people[0].nr}{more}.txt"
        self.path = private_folder(own_folder(settings.paths.out) / "vergeten") / name
        nrs = ", ".join(one.nr for one in people)
        self._head = f"Vergeten: {nrs}, op {short_day(day)}"
        self._kept = self.path.read_text(encoding="utf-8") + "\n" if self.path.exists() else ""

    def keep(self, done: Removed, to_come: str = "") -> None:
        """Write it down, on the disk."""
        left = [*done.left, *([to_come] if to_come else [])]
        lines = [self._head, "", "Gezocht, gevonden en weggehaald:"]
        lines += [f"  {place}: {number}" for place, number in done.removed.items()]
        lines += ["", *(["Nog te doen:", *(f"  {one}" for one in left)] if left else ["Over: 0"]), ""]
        write_private(self.path, (self._kept + "\n".join(lines)).encode())


def _tell_end(people: Sequence[Person], proof: _Proof, done: Removed, *, is_at_google: bool) -> int:
    for one in done.left:
        warn(one)
    where = "/".join(proof.path.parts[-3:])
    say(f"{_who(people)}: {'vergeten, op wat hierboven staat na' if done.left else 'vergeten'}. Het bewijs: {where}")
    say("Typ nu make sync: dan komen de kaartjes en overzichten er weer, zonder hen.")
    if is_at_google:
        say(
            "Google bewaart oude versies van het blad. Zien: Bestand, Versiegeschiedenis, Versiegeschiedenis bekijken. "
            "Weg gaan ze alleen met het hele blad: maak een kopie (Bestand, Een kopie maken), zet het adres daarvan in "
            "de instellingen, en verwijder het oude blad. Kijk in het blad ook naar notities en opmerkingen bij cellen."
        )
    say(
        "Wat Buurtbeheer niet kan: de map Verzonden van uw mail, telefoons, WhatsApp en eigen kopieën van het register."
    )
    say("Andere computers die met dit register werken, ruimen bij hun volgende make sync zelf op.")
    return 1 if done.left else 0
