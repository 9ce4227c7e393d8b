"""Examines everything that a round needs, and tells each part in one line: good, or bad with what to do."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from outside.backends import backend_of
from outside.commands.doctor_settings import examine_sender, examine_settings
from outside.config.settings import LEDGER_SECRET, Settings, load_settings
from outside.console import say
from outside.errors import Stop
from outside.files.atomic import check_folder
from outside.files.places import files_kept
from outside.files.private import synced_by
from outside.ledger.ledger import Ledger
from outside.run.causes import Memory
from outside.run.letters import open_mailbox
from outside.run.log import logs_of
from outside.text.rules_archive import why_not_kept
from outside.text.templates import rules_version
from outside.workbook import Health
from roster.sheet.dutch import first_few

ENOUGH = 500_000_000
"""Bytes on the disk: a register's backups, and a large round's mails."""


def examine(source: Path | None) -> int:
    """Show how everything is; 0 where all is good, 1 where something is not."""
    try:
        settings = load_settings(source)
    except Stop as stop:
        return _show([Health("Instellingen", stop.message, stop.remedy or "Herstel config/settings.toml.")])
    found = [Health("Instellingen", f"{settings.source.name} klopt.")]
    for part, look in (
        ("Register", _register),
        ("Spelregels", _rules),
        ("Logboek", _ledger),
        ("Mail", _mail),
        ("Schijf", _disk),
    ):
        try:
            found += look(settings)
        except Stop as stop:
            found.append(Health(part, stop.message, stop.remedy or "Probeer het later nog eens."))
    return _show(found)


def _show(found: list[Health]) -> int:
    for one in found:
        if one.let_op:
            say(f"let op  {one.part}: {one.message}", "careful")
        else:
            say(f"{'FOUT' if one.remedy else 'goed'}  {one.part}: {one.message}", "bad" if one.remedy else "good")
        for line in one.remedy.splitlines():
            say(f"      {line}")
    bad = sum(bool(one.remedy) and not one.let_op for one in found)
    say()
    say("Alles is in orde." if not bad else f"Er {'is 1 ding' if bad == 1 else f'zijn {bad} dingen'} om te herstellen.")
    return int(bool(bad))


def _register(settings: Settings) -> Iterator[Health]:
    return backend_of(settings).health(lambda example: examine_settings(settings, is_example=example))


def _rules(settings: Settings) -> Iterator[Health]:
    stop = why_not_kept(settings)
    if stop is not None:
        raise stop
    yield Health("Spelregels", f"de tekst heeft versie {rules_version()}.")


def _ledger(settings: Settings) -> Iterator[Health]:
    if not Ledger.is_there(settings):
        return
    with Ledger.of(settings, date.today()) as ledger:
        ledger.history()
    yield Health("Logboek", f"wat al verstuurd is, is goed te lezen. Het geheim ervan staat apart: {LEDGER_SECRET}.")


def _mail(settings: Settings) -> Iterator[Health]:
    for message, remedy in examine_sender(settings):
        yield Health("Afzender", message, remedy, let_op=True)
    yield Health("Mail", open_mailbox(settings).try_out())


def _disk(settings: Settings) -> Iterator[Health]:
    service = synced_by(settings.paths.state)
    if service:
        yield Health(
            "Schijf",
            f"de map state staat in {service}. Twee computers kunnen dan in elkaars geheugen schrijven, en de kopieën "
            "van het register gaan ook naar dat bedrijf.",
            "Zet Buurtbeheer in een gewone map, of kies bij [paths] voor state een map daarbuiten. Verplaats de map "
            "state dan zelf mee: daarin staat wie al mail kreeg.",
        )
    paths = settings.paths
    for name, folder in (("out", paths.out), ("state", paths.state), ("state/backups", paths.state / "backups")):
        try:
            check_folder(folder)
        except Stop as stop:
            yield Health("Schijf", stop.message, stop.remedy)
            continue
        there = next(place for place in (folder, *folder.parents) if place.is_dir())
        if not _can_write(there):
            yield Health(
                "Schijf", f"in de map {name} kan niet worden geschreven.", f"Geef uzelf schrijfrechten op {folder}."
            )
        elif sys.platform != "win32" and folder.is_dir() and folder.stat().st_mode & 0o077:
            yield Health(
                "Schijf", f"anderen op deze computer kunnen in de map {name} kijken.", f"Typ: chmod 700 {folder}"
            )
        else:
            yield Health(
                "Schijf", f"de map {name} is van u alleen." if folder.is_dir() else f"de map {name} kan worden gemaakt."
            )
    yield from _strange_files(paths.out, paths.state)
    if last := Memory.read(settings.paths.state).last:
        yield Health("Vanzelf", f"de laatste ronde die vanzelf liep, was op {last}.")
    for log in logs_of(settings.paths.state)[:1]:
        yield Health(
            "Verslag", f"het nieuwste verslag van de rondes staat in {settings.paths.state.name}/log/{log.name}."
        )
    place = next(place for place in (settings.paths.state, *settings.paths.state.parents) if place.is_dir())
    free = shutil.disk_usage(place).free
    if free < ENOUGH:
        yield Health(
            "Schijf", f"er is nog maar {free // 10**6} MB vrij.", "Maak ruimte vrij, liefst een paar gigabyte."
        )
    else:
        yield Health("Schijf", f"er is {free // 10**9} GB vrij.")


def _strange_files(out: Path, state: Path) -> Iterator[Health]:
    names = [
        f"{home.name}/{file.relative_to(home).as_posix()}"
        for file, known in files_kept(out, state)
        if known is None
        for home in (out, state)
        if home in file.parents
    ]
    if names:
        yield Health(
            "Schijf",
            f"in de mappen out en state staat wat Buurtbeheer er niet zelf in zette: {first_few(names, 3)}.",
            "Staan daar gegevens van deelnemers in? Buurtbeheer ruimt dat niet op. Doe dat zelf, als u het niet meer "
            "nodig hebt.",
            let_op=True,
        )


def _can_write(folder: Path) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
