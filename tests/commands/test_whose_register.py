"""Settings and register know each other by a name: another network's register is refused at every door."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.backends import backend_of
from outside.commands.setup import make_example
from outside.config.settings import Settings, load_settings
from outside.front_tab import WHOSE
from outside.google.client import Calls
from servers.sheets_server import Book, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from support.excel_person import rows_in, type_in
from support.google_register import EMAIL, HURRIED, TODAY, google_book, laptop
from support.ground import register_at
from support.pressed import press
from support.sweeps import long
from support.workbook_contract import PEOPLE, rows_of
from support.xlsx_by_hand import values

__all__ = ["sheets"]  # a fixture is found by its name in this module

OURS, THEIRS = "Buurtwacht Texel", "BuurtPreventieApp Wieringen"
DOORS = {
    "sync": (),
    "check": (),
    "preview": (),
    "setup": (),
    "sent": ("--nr", "D-0001"),
    "resend": ("--nr", "D-0001"),
    "no_mail": ("--nr", "D-0001"),
    "rules_update": (),
    "number_update": (),
    "move": ("--street", "Kerkstraat", "--group", "Noord"),
    "signs": (),
    "relay": ("--text", "Nu onraad"),
    "where": ("--address", "Kerkstraat 1"),
    "doctor": (),
}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)


def written(folder: Path, name: str = OURS, workbook: str = 'path = "register.xlsx"') -> Path:
    path = folder / "settings.toml"
    path.write_text(
        f'[workbook]\n{workbook}\n[network]\nname = "{name}"\nmunicipality = "Elders"\nplaces = ["Elders"]\n'
        'regiegroep_number = "06-23456789"\n[mail]\nsender = "buurt@mail.example"\n',
        encoding="utf-8",
    )
    return path


def of(name: str, folder: Path) -> Path:
    """A register of that network with some people in it, and settings that name the same."""
    register_at(folder / "register.xlsx", {"Deelnemers": rows_of("Deelnemers", PEOPLE)}, title=name, network=name)
    return written(folder, name)


def says(folder: Path, change: dict[str, str | None]) -> None:
    """Somebody types in the front tab: what stands there becomes another."""
    rows = rows_in(folder / "register.xlsx", "Lees mij")
    cells = [(row, column, cell) for row, line in enumerate(rows, 1) for column, cell in enumerate(line, 1)]
    typed = {(row, column): change[cell] for row, column, cell in cells if isinstance(cell, str) and cell in change}
    type_in(folder / "register.xlsx", "Lees mij", typed)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("more", [["--force", "--yes"], long([])])
def test_every_door_refuses_the_register_of_another_network(tmp_path: Path, door: str, more: list[str]) -> None:
    """Nothing is written, in it or beside it, and no FORCE=1 that is typed for another doubt lets it through."""
    of(THEIRS, tmp_path)
    before = (tmp_path / "register.xlsx").read_bytes()
    ended = press(door, "--settings", written(tmp_path, OURS), *DOORS[door], *more, cwd=tmp_path)
    told = ended.stdout + ended.stderr
    assert ended.returncode == (1 if door == "doctor" else 2), told
    assert f"Dit register is van '{THEIRS}', en de instellingen zijn van '{OURS}'" in told
    assert (tmp_path / "register.xlsx").read_bytes() == before and not (tmp_path / "out" / "mail").exists()


@pytest.mark.parametrize("door", [*DOORS, "backup"])
def test_every_door_refuses_another_networks_sheet_at_google(sheets: SheetsServer, tmp_path: Path, door: str) -> None:
    book = google_book(sheets, {"Deelnemers": rows_of("Deelnemers", PEOPLE)}, height=20)
    book.add_tab("Lees mij", [[None], [None, "Welkom"], [None, "register van:", THEIRS]])
    before = [(tab.title, tab.values()) for tab in book.tabs]
    settings = laptop(sheets, book, tmp_path)
    at = (
        f'kind = "google"\nspreadsheet = "{settings.workbook.spreadsheet}"\n'
        f'credentials = "{settings.workbook.credentials}"'
    )
    ended = press(door, "--settings", written(tmp_path, OURS, at), *DOORS.get(door, ()), "--force", cwd=tmp_path)
    told = ended.stdout + ended.stderr
    assert ended.returncode == (1 if door == "doctor" else 2) and f"van '{THEIRS}'" in told, told
    assert [(tab.title, tab.values()) for tab in book.tabs] == before


def hints(told: str) -> tuple[str, str]:
    """The name to type in the register, and the name to type in the settings, as the remedy gives them."""
    lines = told.splitlines()
    [here] = [line.split(f"achter '{WHOSE}': ")[1] for line in lines if f"achter '{WHOSE}'" in line]
    [there] = [line.split("achter name: ")[1] for line in lines if "achter name: " in line]
    return here, there


@pytest.mark.parametrize("in_register", [True, False])
def test_a_network_that_takes_another_name_goes_on_as_the_hint_says(tmp_path: Path, *, in_register: bool) -> None:
    """Also where somebody typed another name over the one in the register."""
    of(THEIRS, tmp_path)
    settings = written(tmp_path, OURS)
    here, there = hints(press("check", "--settings", settings, cwd=tmp_path).stderr)
    if in_register:
        says(tmp_path, {THEIRS: here})
    else:
        settings = written(tmp_path, there)
    ended = press("check", "--settings", settings, cwd=tmp_path)
    assert ended.returncode in (0, 1) and "Dit register is van" not in ended.stderr, ended.stderr


@pytest.mark.parametrize("typed", [OURS.upper(), "buurtwacht-texel ", "Buurtwacht  Téxel", None, ""])
def test_a_name_is_itself_with_other_capitals_and_marks_and_none_doubts_nothing(
    tmp_path: Path, typed: str | None
) -> None:
    settings = of(OURS, tmp_path)
    says(tmp_path, {OURS: typed})
    ended = press("check", "--settings", settings, cwd=tmp_path)
    assert ended.returncode in (0, 1) and "Dit register is van" not in ended.stderr, ended.stderr


def test_a_second_computer_with_the_same_name_works_on_the_same_register(tmp_path: Path) -> None:
    of(OURS, tmp_path)
    (tmp_path / "andere").mkdir()
    other = written(tmp_path / "andere", OURS, f'path = "{tmp_path / "register.xlsx"}"')
    assert press("sync", "--settings", written(tmp_path, OURS), cwd=tmp_path).returncode in (0, 1)
    ended = press("sync", "--settings", other, "--force", cwd=tmp_path)
    assert ended.returncode in (0, 1), ended.stderr


def older(folder: Path, *, front: bool) -> Settings:
    """A register that was made before it said whose it is, or that people made themselves."""
    register_at(folder / "register.xlsx", {"Deelnemers": rows_of("Deelnemers", PEOPLE)}, title="Onze buurt")
    if not front:
        book = load_workbook(folder / "register.xlsx")
        del book["Lees mij"]
        book.save(folder / "register.xlsx")
    return load_settings(written(folder, OURS))


@pytest.mark.parametrize("front", [True, False])
def test_an_older_register_learns_its_name_at_the_next_setup(tmp_path: Path, *, front: bool) -> None:
    settings = older(tmp_path, front=front)
    ended = press("check", "--settings", settings.source, cwd=tmp_path)
    assert ended.returncode in (0, 1) and "Register van" not in ended.stdout + ended.stderr
    assert "make setup" in press("doctor", "--settings", settings.source, cwd=tmp_path).stdout
    before = values(settings.workbook.path)
    assert any("van welk netwerk" in line for line in backend_of(settings).set_up())
    after = values(settings.workbook.path)
    assert {tab: {**after[tab], **cells} for tab, cells in before.items()} == {tab: after[tab] for tab in before}
    assert backend_of(settings).set_up() == ["register.xlsx is compleet. Er is niets veranderd."]
    assert "make setup" not in press("doctor", "--settings", settings.source, cwd=tmp_path).stdout
    assert press("check", "--settings", written(tmp_path, THEIRS), cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("front", [[["Onze buurt"], ["van alles"]], None])
def test_a_sheet_at_google_learns_its_name_at_the_next_setup(
    sheets: SheetsServer, tmp_path: Path, front: list[list[object]] | None
) -> None:
    """Right below what people keep in that tab, also where a full grid leaves no row."""
    book = google_book(sheets, {}, height=20)
    if front is not None:
        book.add_tab("Lees mij", front, rows=len(front))
    settings = laptop(sheets, book, tmp_path)
    assert any("van welk netwerk" in line for line in backend_of(settings).set_up())
    said = book.tab("Lees mij").values()
    assert said[: len(front or ())] == (front or []) and [None, WHOSE, settings.network.name] in said
    assert backend_of(settings).set_up() == ["Het Google-blad is compleet. Er is niets veranderd."]
    sheets.start_counting()
    assert backend_of(settings).open().read() and len(sheets.calls) == 2


def test_a_new_register_says_whose_it_is(sheets: SheetsServer, tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, OURS))
    backend_of(settings).set_up()
    assert [WHOSE, OURS] in [
        [cell for cell in row if cell] for row in load_workbook(settings.workbook.path)["Lees mij"].values
    ]
    book: Book = sheets.new_book(today=TODAY)
    book.writers |= {EMAIL, Person(book).email}
    there = laptop(sheets, book, tmp_path / "google")
    backend_of(there).set_up()
    assert [None, WHOSE, there.network.name] in book.tab("Lees mij").values()


def test_an_example_is_nobodys_so_that_a_town_may_first_look_round(tmp_path: Path) -> None:
    """Its own name comes into the settings afterwards, before or after a setup on the example."""
    settings = load_settings(written(tmp_path, OURS))
    make_example(settings.workbook.path, 20, 1, TODAY, settings)
    assert not any("van welk netwerk" in line for line in backend_of(settings).set_up())
    ended = press("check", "--settings", written(tmp_path, THEIRS), cwd=tmp_path)
    assert ended.returncode in (0, 1), ended.stderr
