"""A register on the loopback server: made in one line, opened as another laptop would, run through the corridor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from outside.config.settings import Mail, Map, Paths, Settings, WorkbookSettings
from outside.google.client import Patience
from outside.google.tabs import Tab
from outside.google.workbook import GoogleWorkbook
from roster.sheet.columns import TABS
from roster.sheet.table import Cell, Table
from roster.terms import Network
from servers.sheets_server import Book, Person, SheetsServer

EMAIL = "rooster@buurt-project.iam.gserviceaccount.com"
HURRIED = Patience((5.0, 5.0), first_wait=0.0, first_wait_busy=0.0, longest_wait=0.0)
"""The same tries, without the waiting between them; where the machine is busy, a slow answer is no lost one."""

TODAY = date(2026, 3, 14)
DAY_ZERO = date(1899, 12, 30)


def as_sent(cell: Cell) -> str | int | float | bool | None:
    """A cell as Google keeps it: a day is a number."""
    return (cell - DAY_ZERO).days if isinstance(cell, date) else cell  # type: ignore[return-value,operator]  # no test here uses times


def google_book(
    server: SheetsServer,
    rows: Mapping[str, Sequence[Sequence[Cell]]],
    without: Sequence[str] = (),
    without_columns: Mapping[str, Sequence[str]] | None = None,
    height: int = 1000,
) -> Book:
    """A Google Sheet with the register's tabs and these rows, shared with us. Low tabs are painted quickly."""
    book = server.new_book(today=TODAY)
    book.writers |= {EMAIL, Person(book).email}
    for tab in TABS:
        if tab.title in without:
            continue
        gone = set((without_columns or {}).get(tab.title, ()))
        headings = (*tab.headings, *(column.heading for column in tab.at_google))
        kept = [turn for turn, heading in enumerate(headings) if heading not in gone]
        lines = [headings, *rows.get(tab.title, ())]
        cells = [[as_sent(line[turn]) if turn < len(line) else None for turn in kept] for line in lines]
        book.add_tab(tab.title, cells, rows=height)
    return book


def laptop(server: SheetsServer, book: Book, folder: Path, email: str = EMAIL) -> Settings:
    """The settings of one machine that keeps its state in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = server.tokens.service_account(folder / "key.json", email)
    Path(key).chmod(0o600)
    return Settings(
        workbook=WorkbookSettings(
            kind="google",
            spreadsheet=f"https://docs.google.com/spreadsheets/d/{book.id}/edit#gid=0",
            credentials=Path(key),
        ),
        network=Network(
            regiegroep_number="06-23456789", coordinator="Fenna Zandhoek", coordinator_email="coordinator@mail.example"
        ),
        mail=Mail(sender="Buurt <buurt@mail.example>"),
        map=Map(tiles=""),
        paths=Paths(out=folder / "out", state=folder / "state"),
        source=folder / "settings.toml",
    )


def opened(settings: Settings) -> GoogleWorkbook:
    """The register, not read yet."""
    return GoogleWorkbook(settings)


def a_tab(rows: list[list[Cell]]) -> Tab:
    headings: list[Cell] = ["Nr", "Voornaam", "Status"]
    table = Table(
        "Deelnemers", "Deelnemers", {"Nr": 0, "Voornaam": 1, "Status": 2}, rows, 2, frozenset({"Nr", "Status"})
    )
    return Tab(1, "Deelnemers", 100, 3, [headings, *rows], table)


def written_settings(settings: Settings, **changed: str) -> Path:
    """The same settings as a file."""
    book = {"spreadsheet": settings.workbook.spreadsheet, "credentials": str(settings.workbook.credentials)} | changed
    lines = "\n".join(f'{key} = "{value}"' for key, value in book.items())
    path = settings.paths.state.parent / "settings.toml"
    path.write_text(
        f'[workbook]\nkind = "google"\n{lines}\n[map]\ntiles = ""\n[mail]\nsender = "buurt@mail.example"\n[network]\nregiegroep_number = "06-23456789"\ncoordinator = "Kim"\n',
        encoding="utf-8",
    )
    return path
