"""Begins: the example that a newcomer sees first, a demonstration in a folder of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from outside.backends import backend_of
from outside.config.settings import Mail, Settings
from outside.console import progress, say
from outside.errors import Stop
from outside.files.atomic import own_folder, private_folder
from outside.front_tab import EXAMPLE as TITLE
from outside.ledger.ledger import Ledger
from roster.planners.safety import lost_headings
from roster.sheet.table import Table

_EXAMPLE = ("Alle mensen, nummers en adressen in dit bestand zijn verzonnen.",)
MEMBERS, SEED = 300, 1


def ensure_register(settings: Settings, today: date) -> None:
    """Where a newcomer has no register yet, make the example and say so.

    Raises Stop where the example has no place: when mail really leaves, or when there was a register before.
    """
    path = backend_of(settings).file
    if path is None or path.exists():
        return
    refuse_lost_register(path, settings)
    if settings.mail.leaves:
        raise Stop(
            f"Er is nog geen register: {path.name} ontbreekt.",
            "Maak een leeg register met: make setup",
        )
    make_example(path, MEMBERS, SEED, today, settings)
    say(f"Er was nog geen register. {path.name} is nu een VOORBEELD met verzonnen mensen.")
    say("Wilt u echt beginnen, met een leeg register? Typ: make begin")
    say()


def refuse_lost_register(path: Path, settings: Settings) -> None:
    """Raise Stop where there was a register before: an empty one, or the example, would hide that it is gone."""
    if Ledger.is_there(settings):
        raise Stop(
            f"Het register {path.name} is weg, terwijl het er eerder wel was.",
            "Zet het terug op zijn plaats, of haal de laatste kopie terug met: make restore",
        )


def ask_about_lost_headings(tables: dict[str, Table]) -> None:
    """Raises Stop where a heading of ours seems to stand there under another name: it would be added anew."""
    if lost := lost_headings(tables):
        raise Stop(
            "Het register is niet aangevuld.",
            "\n".join([*lost, "Is dat een kolom van uzelf? Typ: make setup FORCE=1"]),
        )


def lay_out_demo(settings: Settings, members: int, seed: int, today: date) -> Settings:
    """An example of any size in out/demo-<members>-<seed>, with settings that keep everything in that folder.

    What an earlier demonstration left there is replaced. Mail never leaves.
    """
    folder = private_folder(own_folder(settings.paths.out) / f"demo-{members}-{seed}")
    path = folder / "register.xlsx"
    state = folder / "state"
    mail, rules = folder / "out" / "mail", state / "spelregels"
    kept = (state / "backups").glob("ledger_*.sqlite3")
    for stale in (path, *state.glob("ledger.sqlite3*"), *kept, *rules.glob("*.md"), *mail.glob("*.eml")):
        stale.unlink(missing_ok=True)
    make_example(path, members, seed, today, settings)
    say(f"Voorbeeld met {members} verzonnen deelnemers: {path}")
    say()
    return replace(
        settings,
        workbook=replace(settings.workbook, kind="excel", path=path),
        mail=replace(settings.mail, transport="outbox") if settings.mail.sender else Mail(),
        paths=replace(settings.paths, out=folder / "out", state=folder / "state"),
    )


def make_example(path: Path, members: int, seed: int, today: date, settings: Settings | None = None) -> None:
    """A register full of made-up people; its title says so."""
    from outside.excel.create import create_register  # openpyxl takes 10 MB, and only a new register needs it
    from roster.example.register import example  # likewise, made-up names

    terms = (settings or Settings()).terms(today)
    with progress("Voorbeeld maken"):
        rows = example(members, seed, today, terms=terms)
        create_register(path, rows, title=TITLE, front_page=_EXAMPLE, terms=terms)
