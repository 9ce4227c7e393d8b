"""Begins for real: moves an example away, with all that was made of it, and puts an empty register in its place.

Nothing is ever deleted, and nothing of a register that is not an example is touched. The register moves last: after
a run that was cut off the example still stands there, and the next try finishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from outside.backends import backend_of
from outside.commands.setup import refuse_lost_register
from outside.config.settings import DEFAULT, Settings, home_of
from outside.errors import Stop
from outside.excel.cells import open_register
from outside.excel.workbook import ExcelWorkbook
from outside.files.atomic import own_folder, replace, stop_from, sync_folder
from outside.front_tab import is_front_of_example
from outside.ledger.ledger import Ledger
from roster.example.register import strangers
from roster.plan.history import History
from roster.reading.roster import read_roster
from roster.sheet.dutch import counted
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Sheet


def begin_own(settings: Settings, today: date, *, force: bool = False) -> list[str]:
    """Move the example away and make an empty register. Tells in Dutch what was done.

    Raises Stop, and then nothing was moved, where the register is no example, is busy or open, or lies at Google;
    and, unless `force`, where real people stand in it, or where out/ and state/ may be of another register.
    """
    path = backend_of(settings).file
    if path is None:
        raise Stop(
            "Het register staat bij Google. Daar is geen voorbeeld om te bewaren; er is niets veranderd.",
            "Mist er iets in het blad? Typ: make setup",
        )
    state, out = settings.paths.state, settings.paths.out
    if not path.exists() and not path.is_symlink():
        refuse_lost_register(path, settings)
        return backend_of(settings).set_up()
    _check_that_it_can_move(settings)
    workbook = ExcelWorkbook(path, state / "backups")
    with workbook.lock():
        sheets = open_register(path)[1]
        _check_that_it_is_an_example(path.name, sheets)
        if not force:
            _check_that_nobody_is_real(path.name, sheets)
            _check_that_the_rest_belongs_to_it(sheets, settings, today)
    try:
        kept = [_move_away(thing, today) for thing in (out, state, path) if thing.exists()]
    except OSError as error:
        raise stop_from(error, state.name, code=3) from error
    report = [f"Het voorbeeld staat nu hier: {' en '.join(dict.fromkeys(str(place.parent) for place in kept))}"]
    return [*report, *backend_of(settings).set_up()]


def is_example(sheets: Iterable[Sheet]) -> bool:
    """True for a register that was made as an example: its front tab says so."""
    return any(map(is_front_of_example, sheets))


def _check_that_it_can_move(settings: Settings) -> None:
    """Raise Stop where moving would take along what is not ours, or would leave a link that leads nowhere."""
    path, folders = settings.workbook.path, (settings.paths.out, settings.paths.state)
    for thing in (path, *folders):
        if thing.is_symlink():
            raise Stop(
                f"{thing.name} is een verwijzing naar een andere plek.",
                "Verplaats het voorbeeld zelf naar een andere map, en typ daarna: make setup",
            )
    ours = [path, *folders, settings.source, DEFAULT, home_of(settings.source)]
    for folder in folders:
        if any(thing != folder and thing.resolve().is_relative_to(folder.resolve()) for thing in ours):
            raise Stop(
                f"In de map {folder} staat meer dan wat Buurtbeheer daar maakt.",
                "Kies in config/settings.toml bij [paths] voor out en state een eigen map.",
            )


def _check_that_it_is_an_example(name: str, sheets: Sequence[Sheet]) -> None:
    if not is_example(sheets):
        raise Stop(
            f"{name} is geen voorbeeld, maar een echt register. Er is niets veranderd.",
            "U bent dus al begonnen. Gewoon verder gaat het met: make sync",
        )


def _check_that_nobody_is_real(name: str, sheets: Sequence[Sheet]) -> None:
    members = find_what_is_there(list(sheets))[0].get("Deelnemers")
    real = strangers(members) if members is not None else 0
    if real:
        rows = counted(real, "rij die niet van het voorbeeld is", "rijen die niet van het voorbeeld zijn")
        raise Stop(
            f"{name} begon als voorbeeld, maar in Deelnemers {'staat' if real == 1 else 'staan'} nu ook {rows}. "
            "Er is niets veranderd.",
            "Wilt u het toch opzij zetten en met een leeg register beginnen? Er gaat niets verloren. "
            "Typ: make begin FORCE=1",
        )


def _check_that_the_rest_belongs_to_it(sheets: Sequence[Sheet], settings: Settings, today: date) -> None:
    """Raise Stop where state/ remembers another register: its backups are no examples, or it mailed other people."""
    path, state = settings.workbook.path, settings.paths.state
    if any(not _is_kept_example(copy, path) for copy in (state / "backups").glob("*.xls*")) or _mailed_others(
        sheets, settings, today
    ):
        raise Stop(
            f"{path.name} is een voorbeeld, maar de map {state.name} hoort bij een ander register. "
            "Er is niets veranderd.",
            "Zet het register terug dat erbij hoort (kijk met: make restore LIST=1), of kies in config/settings.toml "
            "bij [paths] een andere map voor state. Hoort de map toch bij het voorbeeld? Typ: make begin FORCE=1",
        )


def _is_kept_example(copy: Path, path: Path) -> bool:
    if copy.stem.rpartition("_")[0].rpartition("_")[0] != path.stem:
        return False
    try:
        return is_example(open_register(copy)[1])
    except Stop:
        return False


def _mailed_others(sheets: Sequence[Sheet], settings: Settings, today: date) -> bool:
    """True when most letters that the ledger knows were to people who do not stand in this register."""
    if not Ledger.is_there(settings):
        return False
    with Ledger.of(settings, today) as opened:
        history = opened.history()
    tables, _problems = find_what_is_there(list(sheets))
    roster = read_roster(tables, settings.terms(today), History())
    known = {history.identity(member.mobile) for member in roster.members if member.mobile}
    known |= {history.address_mark(member.email) for member in roster.members if member.email}
    ours = sum(not known.isdisjoint((*one.identities, one.address_mark)) for one in history.deliveries)
    return ours * 2 < len(history.deliveries)


def _move_away(thing: Path, today: date) -> Path:
    """Where it stands now: in a folder of that day beside it, on the same disk."""
    turn, folder = 1, thing.parent / f"voorbeeld-{today}"
    while (folder / thing.name).exists():
        turn += 1
        folder = thing.parent / f"voorbeeld-{today}-{turn}"
    own_folder(folder)
    replace(thing, folder / thing.name)
    sync_folder(folder)
    sync_folder(thing.parent)
    return folder / thing.name
