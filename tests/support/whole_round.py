"""A register of a few people as an .xlsx file, and whole rounds on it in this process: what people see, and what lies ready."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from openpyxl import load_workbook

from outside.config.choices import Choices
from outside.config.settings import Mail, Paths, Settings, WorkbookSettings
from outside.run.round import run
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import TAB
from roster.terms import Network
from support.excel_person import by_heading, type_under
from support.ground import register_at
from support.sheet_notation import TODAY, register

PEOPLE = """
    Voornaam | Achternaam | E-mail           | Rol       | Mobiel
    Anna     | Bakker     | anna@mail.example| beheerder | 06-23450001
    Piet     | Smit       | piet@mail.example|           | 06-23450002
    Kees     | Mol        |                  |           | 06-23450003
    Mies     | Post       |                  |           | 06-23450004
"""
"""An admin and a member who can be mailed, and two who are welcomed by hand."""


def lay_out(folder: Path, people: str = PEOPLE, *, title: str = "", **network: str) -> Settings:
    """A register in `folder` and its settings; `title` stands large on its front tab."""
    tables = register(people, staff="")
    rows = {
        name: [[table.cell(index, heading) for heading in TAB[name].headings] for index in range(len(table.rows))]
        for name, table in tables.items()
        if name != "Beheerders"
    }
    register_at(folder / "register.xlsx", rows, title=title)
    return settings_of(folder, **network)


def settings_of(folder: Path, **network: str) -> Settings:
    """Letters are put ready in a folder, and the number of the regiegroep is a real one unless said otherwise."""
    found: dict[str, str] = {"regiegroep_number": "06-23456789", **network}
    return Settings(
        workbook=WorkbookSettings(kind="excel", path=folder / "register.xlsx"),
        network=replace(Network(), **found),  # type: ignore[arg-type]  # keys of the table [network]
        mail=Mail(sender="Buurtwacht <buurt@mail.example>"),
        paths=Paths(out=folder / "out", state=folder / "state"),
        source=folder / "settings.toml",
    )


def choices(today: date = TODAY, *, force: bool = False) -> Choices:
    return Choices(None, yes=True, force=force, today=today)


def sync(settings: Settings, today: date = TODAY, *, force: bool = False) -> int:
    """One whole round; the exit code. With `force` also where the ledger is lost, or another laptop's first."""
    return run(settings, choices(today, force=force), PLANNERS, replaces=FOLDERS)


def letters(settings: Settings) -> dict[str, str]:
    """What lies ready in out/mail: Nr and act -> the plain text."""
    found = {}
    for path in sorted((settings.paths.out / "mail").glob("*.eml")):
        parts = email.message_from_bytes(path.read_bytes()).walk()
        body = next((part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/plain"), b"")
        name = path.name.rpartition("-")[0]
        assert name not in found, "two letters of one kind to one person"
        found[name] = body.decode() if isinstance(body, bytes) else ""
    return found


def without_logbook(path: Path) -> None:
    """The register as it was before it had a tab Logboek."""
    book = load_workbook(path)
    del book["Logboek"]
    book.save(path)


def column(settings: Settings, heading: str, tab: str = "Deelnemers") -> list[object]:
    """A column of the register, top to bottom."""
    return [row[heading] for row in by_heading(settings.workbook.path, tab) if any(row.values())]


def types(settings: Settings, row: int, tab: str = "Deelnemers", **cells: str | None) -> None:
    """A person types in a row (2 is the first below the headings): heading -> what. "E-mail" is written E_mail."""
    typed = {heading.replace("__", " ").replace("_", "-"): value for heading, value in cells.items()}
    type_under(settings.workbook.path, tab, row, typed)


def changes_front(settings: Settings, change: Callable[[object], None]) -> None:
    """A person changes something about the front tab."""
    book = load_workbook(settings.workbook.path)
    change(book["Lees mij"])
    book.save(settings.workbook.path)


def page(settings: Settings) -> list[str]:
    """The Nrs on the page of who is told by hand."""
    text = (settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")
    return re.findall(r'class="nr">(D-\d+)<', text)
