"""Whoever is forgotten is nowhere any more, however he was spelt and wherever he stood; whoever kills it, presses again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.backends import backend_of
from outside.commands.forget import forget
from outside.commands.preview import show_mails
from outside.commands.show import show
from outside.config.settings import Settings
from outside.errors import Stop
from outside.files.places import FILE_PLACES, LEDGER_COPIES, REGISTER_COPIES, UNFINISHED_LEDGER, Tells, files_kept
from outside.google.client import Calls
from outside.ledger.ledger import LEDGER_FILE, Ledger
from roster.planners.sync import PLANNERS
from roster.sheet.columns import TAB
from servers.sheets_server import Book, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import sync as sync_google
from support.google_register import HURRIED, google_book, laptop, written_settings
from support.ground import laid_out
from support.kill import Running, begun, die_often
from support.pressed import SCRIPTS
from support.sheet_notation import TODAY, register
from support.sweeps import sweep
from support.traces_of_piet import NUMBERS, PIET, where_in
from support.whole_round import choices, lay_out, settings_of, sync, types

__all__ = ["sheets"]  # a fixture is found by its name in this module

PEOPLE = """
    Voornaam | Tussenvoegsel | Achternaam | E-mail              | Rol       | Mobiel         | Sticker
    Anna     |               | Bakker     | anna@mail.example   | beheerder | 06-23450001    | ja
    Piet     | van den       | Berg       | Piet.B@Mail.Example | beheerder | +31 6 23450002 | nee
    Kees     |               | Mol        | kees@mail.example   |           | 06-23450003    | ja
    Mies     |               | Post       |                     |           | 06-23450004    | ja
"""
ASKED = "Groep | Locatie 1 | Locatie 2 | Aangevraagd op | Aangevraagd door\nTuindorp | 52.9563, 4.7605 | 52.9573, 4.7625 | 3-3-2026 | Piet van den Berg"
SPELT = (
    *NUMBERS,
    *("Piet van den Berg", "PIET VAN DEN BERG", "Piet Berg", "Berg, Piet van den", "berg, piet"),
    *("piet.b@mail.example", "PIET.B@MAIL.EXAMPLE", "mailto:Piet.B@Mail.Example"),
)
"""All the ways in which he may stand in a file."""


def ground(folder: Path) -> Settings:
    """Months in which his row was typed in each way, so that every kind of copy and letter holds him."""
    settings = lay_out(folder, PEOPLE)
    (folder / "settings.toml").write_text(
        '[network]\nregiegroep_number = "06-23456789"\n[mail]\nsender = "buurt@mail.example"\n', encoding="utf-8"
    )
    book = load_workbook(settings.workbook.path)
    heads = [cell.value for cell in book["Bordaanvragen"][1]]
    for heading, value in zip(*([one.strip() for one in line.split("|")] for line in ASKED.splitlines()), strict=True):
        book["Bordaanvragen"].cell(2, heads.index(heading) + 1).value = value
    book.save(settings.workbook.path)
    for turn, number in enumerate(NUMBERS):
        types(settings, 3, Mobiel=int(number) if number.startswith("6") else number)
        backend_of(settings).back_up()
        sync(settings, TODAY + timedelta(days=turn), force=True)
    types(settings, 3, Voornaam="PIET", E_mail="PIET.B@MAIL.EXAMPLE")
    sync(settings, TODAY + timedelta(days=40), force=True)
    show_mails(settings, choices(), PLANNERS)
    show(settings, choices(), "D-0002")
    types(settings, 3, Afgemeld__op="1-2-2026")
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(laid_out("forgotten", tmp_path, ground))


def rows(settings: Settings, tab: str = "Deelnemers") -> list[tuple[object, ...]]:
    return [row for row in load_workbook(settings.workbook.path)[tab].values if any(row)]


def plant(settings: Settings) -> dict[str, Path]:
    """A file with all his spellings in each place that is made anew, as if a round had written it there."""
    planted = {}
    with Ledger.of(settings, TODAY) as ledger:
        for place in FILE_PLACES:
            if place.tells is not Tells.ANEW:
                continue
            name = place.path.replace("*", "geplant")
            path = settings.paths.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(SPELT), encoding="utf-8")
            made = {name: ledger.files.digest(path.read_bytes())}
            ledger.files.announce_files(made)
            ledger.files.remember_written(made)
            planted[place.path] = path
    return planted


def test_he_is_planted_in_every_store_and_afterwards_in_none(settings: Settings) -> None:
    """This walks the list of places: a new one is planted by its kind, and a kind that nobody knows here is told."""
    planted, home = plant(settings), settings.workbook.path.parent
    for word in SPELT:
        assert PIET.search(word), word
    backups, state = settings.paths.state / "backups", settings.paths.state
    shutil.copyfile(state / LEDGER_FILE, state / f"{LEDGER_FILE}.new")
    shutil.copyfile(state / LEDGER_FILE, state / f"{LEDGER_FILE}.2025-01-01_120000.oud")
    shutil.copyfile(min(backups.glob("register_*.xlsx")), backups / "register_van juli.xlsx")
    (settings.paths.out / "mail" / ".buurtbeheer-half").write_text("Piet van den Berg", encoding="utf-8")
    with Ledger.of(settings, TODAY) as ledger:
        history = ledger.history()
    marks = re.compile("|".join((history.identity("+31623450002"), history.address_mark("piet.b@mail.example"))))
    found, known = set(where_in(home)), set(where_in(home, marks))
    kinds = dict.fromkeys(Tells, False)
    for path, place in files_kept(settings.paths.out, state):
        name = path.relative_to(home).as_posix()
        if place is None or place.tells is Tells.NOBODY:
            assert name not in found, name
        else:
            kinds[place.tells] |= name in (known if place.tells is Tells.DIGESTS else found)
    assert all(kinds[kind] for kind in set(Tells) - {Tells.NOBODY}), kinds
    assert set(planted) == {place.path for place in FILE_PLACES if place.tells is Tells.ANEW}
    assert {place for _path, place in files_kept(settings.paths.out, state)} >= {
        *LEDGER_COPIES, REGISTER_COPIES, UNFINISHED_LEDGER,
    }  # fmt: skip
    numbers = {number for number in NUMBERS if where_in(home / "state", re.compile(re.escape(number)))}
    assert numbers == set(NUMBERS), "a copy with each way to write his number"
    before, asked = rows(settings), rows(settings, "Bordaanvragen")

    assert forget(settings, choices(), "D-0002") == 0

    assert where_in(home) == [] and where_in(home, marks) == []
    assert rows(settings) == [row for row in before if "PIET" not in row]
    assert [[cell for cell in row if cell != "Piet van den Berg"] for row in asked] == [
        list(filter_blanked(row, was)) for row, was in zip(rows(settings, "Bordaanvragen"), asked, strict=True)
    ]
    assert not list((settings.paths.out / "borden").rglob("*.pdf")), "in which nobody can be looked for"
    with closing(sqlite3.connect(state / LEDGER_FILE)) as ledger:
        assert ledger.execute("PRAGMA freelist_count").fetchone() == (0,)
    sync(settings, TODAY + timedelta(days=41), force=True)
    assert where_in(home) == [] and where_in(home, marks) == []


def filter_blanked(row: tuple[object, ...], was: tuple[object, ...]) -> list[object]:
    """The row without the cell that was emptied."""
    return [cell for cell, before in zip(row, was, strict=True) if before != "Piet van den Berg"]


def test_a_register_that_is_open_or_a_disk_that_is_full_leaves_the_row_for_the_next_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be done is done, it is said what was not, and the same words end it."""
    beside = settings.workbook.path.with_name("~$register.xlsx")
    beside.write_bytes(b"\x04Kim " + bytes(160))
    before = settings.workbook.path.read_bytes()
    with pytest.raises(Stop) as stop:
        forget(settings, choices(), "D-0002")
    assert stop.value.code in (2, 3) and settings.workbook.path.read_bytes() == before
    beside.unlink()
    with monkeypatch.context() as full:
        full.setattr("outside.ledger.copies.keep_backup", _no_room)
        with pytest.raises(Stop, match="schijf is vol") as stop:
            forget(settings, choices(), "D-0002")
        assert stop.value.code == 3 and "Typ dit daarna nog eens" in stop.value.remedy
    assert forget(settings, choices(), "D-0002") == 0
    assert where_in(settings.workbook.path.parent) == []


def _no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


DOOR = (sys.executable, "-B", str(SCRIPTS / "forget.py"), "--yes", "--force", "--who", "D-0002", "--today", str(TODAY))


@pytest.mark.parametrize("rounds", sweep((2, 60)))
def test_killed_at_any_moment_the_same_words_end_it(tmp_path: Path, rounds: int) -> None:
    """A real door, a real kill: pressed again he is nowhere, also in no file that was half made."""
    home = tmp_path / "home"
    laid_out("forgotten", tmp_path / "made", ground)
    settings, others = settings_of(home), [row[:2] for row in rows(settings_of(tmp_path / "made")) if "PIET" not in row]

    def lay_out_again() -> None:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(tmp_path / "made", home)

    def look_over() -> None:
        (home / ".register.xlsx.bezig").unlink(missing_ok=True)  # of one that died before it signed it: 20 minutes pass
        assert forget(settings, choices(force=True), "D-0002") == 0
        assert where_in(home) == []
        assert [row[:2] for row in rows(settings)] == others
        with Ledger.of(settings, TODAY) as ledger:
            assert ledger.history().highest["D"] == 4 and ledger.forgotten() == ["D-0002"]

    command = [*DOOR, "--settings", str(home / "settings.toml")]
    assert die_often(command, lay_out_again, look_over, rounds) >= rounds // 2


def at_google(sheets: SheetsServer, folder: Path) -> tuple[Book, Settings]:
    """The same people in a sheet."""
    tables = register(PEOPLE, staff="", bordaanvragen=ASKED)
    cells = {
        name: [[table.cell(index, heading) for heading in TAB[name].headings] for index in range(len(table.rows))]
        for name, table in tables.items()
        if name != "Beheerders"
    }
    book = google_book(sheets, cells, height=20)
    settings = laptop(sheets, book, folder)
    sync_google(settings)
    return book, settings


def typed_in(book: Book) -> list[str]:
    """What people typed in tab Deelnemers, row by row, in whatever order they stand."""
    head, *lines = book.tab("Deelnemers").values()
    peoples = [turn for turn, heading in enumerate(head) if heading not in TAB["Deelnemers"].own]
    found = ["|".join(str(row[turn] or "") for turn in peoples if turn < len(row)) for row in lines]
    return sorted(one for one in found if one.strip("|"))


@pytest.mark.parametrize(
    ("call", "moves"), sweep([(call, moves) for call in range(1, 20) for moves in (False, True)], quick=(17, 24))
)
def test_killed_at_google_the_same_words_end_it(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int, moves: bool
) -> None:
    """Right after a call took effect, of which nobody heard; nobody else's cell is other than it was.

    Also where rows moved just before it, so that somebody else's cells were hit, and nobody was left to see that.
    """
    monkeypatch.setattr(Calls, "patience", HURRIED)
    book, settings = at_google(sheets, tmp_path)
    others = [one for one in typed_in(book) if "Piet" not in one]
    running: list[Running] = []
    sheets.start_counting()
    if moves:
        sheets.between(call - 1, lambda _book: Person(book).sorts("Deelnemers", "Voornaam", descending=True))
    sheets.between(call, lambda _book: (running[0].kill(), running[0].wait(10)))
    command = [*DOOR, "--settings", str(written_settings(settings))]
    running.append(begun(command, {**os.environ, **sheets.environment()}))
    assert running[0].wait(60) == -signal.SIGKILL
    sheets.start_counting()
    assert forget(settings, choices(force=True), "D-0002") == 0
    assert where_in(tmp_path) == []
    stands = {tab.title: tab.values() for tab in book.tabs}
    assert PIET.search(str(stands)) is None
    assert typed_in(book) == others
    assert [row[2] for row in stands["Logboek"] if "D-0002" in row] == ["vergeten"]
    sync_google(settings)
    assert where_in(tmp_path) == [] and PIET.search(str([tab.values() for tab in book.tabs])) is None
