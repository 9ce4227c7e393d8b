"""Puts an earlier version of the register back."""

from __future__ import annotations

from datetime import date

from outside.backends import backend_of
from outside.config.settings import Settings
from outside.console import agree, say, warn
from outside.ledger.copies import has_copies, moment_of, put_back, what_is_wrong
from outside.ledger.ledger import Ledger
from outside.run.keeping import tell_how_many_stay_forgotten


def tell_backups(settings: Settings) -> int:
    """Show which backups there are, newest first; the exit code."""
    backups = backend_of(settings).backups()
    if not backups:
        say("Er zijn nog geen kopieën.")
    for backup in backups:
        say(f"  {backup.name}")
    return 0


def bring_back(settings: Settings, which: str | None, *, sure: bool) -> int:
    """Put one back, after a question unless `sure`; the exit code. Raises Stop where there is none or a run is busy.

    A ledger that is lost goes first, and then the register stays as it is, unless that is lost too or named by `which`.
    """
    if which is None and _bring_ledger_back(settings, sure=sure) and _has_register(settings):
        return 0
    backend = backend_of(settings)
    name, wanted = settings.workbook.path.name, backend.backup(which).name
    if not sure and not agree(f"{name} vervangen door {wanted}?"):
        say(f"Er is niets gedaan. Weet u het zeker? Typ: make restore {f'BACKUP={wanted} ' if which else ''}YES=1")
        return 0
    restored = backend.restore(wanted)
    say(f"{restored.name} is teruggezet als {name}. Wat er stond, is eerst zelf bewaard.")
    return 0


def _bring_ledger_back(settings: Settings, *, sure: bool) -> bool:
    """Put the ledger back where it is missing, damaged or empty; False where there was no need, or nothing to put."""
    wrong = what_is_wrong(settings) if has_copies(settings) else ""
    if not wrong:
        return False
    if not sure and not agree(f"Het logboek {wrong}. De laatste kopie terugzetten?"):
        say("Er is niets gedaan. Weet u het zeker? Typ: make restore YES=1")
        return True
    copy = put_back(settings)
    if copy is None:
        warn(f"Het logboek {wrong}, en de kopieën ervan zijn ook niet te lezen. Er is niets veranderd.")
        return False
    made = moment_of(copy)
    say(f"Het logboek {wrong.replace('is', 'was', 1)}. De kopie van {made:%d-%m-%Y %H:%M} is teruggezet.")
    say("Wat er daarna nog gebeurde, staat er niet in. Typ eerst: make check")
    say("Welke contacten beheerders al kregen, is niet zeker meer: voor elke groep ligt straks alles weer klaar.")
    with Ledger.of(settings, date.today()) as ledger:
        gone = len(ledger.forgotten())
    if gone:
        tell_how_many_stay_forgotten(gone)
    if _has_register(settings):
        say("Het register is niet veranderd. Wilt u ook daarvan een kopie terugzetten? Typ nog eens: make restore")
    return True


def _has_register(settings: Settings) -> bool:
    file = backend_of(settings).file
    return file is None or file.exists()
