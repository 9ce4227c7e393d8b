"""Beginning for real: an example goes away whole, a real register is never touched, and nothing is ever deleted."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import CHECKOUT, files_of_the_house
from outside.commands.begin import begin_own
from outside.commands.setup import ensure_register, make_example
from outside.config.choices import Choices
from outside.config.settings import Settings, load_settings
from outside.errors import Stop
from outside.excel.create import create_register
from outside.run.round import run
from outside.xlsx.text import column_letters
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import TAB
from support.ground import example_at

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a newcomer pressed sync: an example, a small one, with what was made of it."""
    folder = tmp_path_factory.mktemp("begin") / "buurt"
    (folder / "config").mkdir(parents=True)
    shutil.copy(CHECKOUT / "config" / "settings.toml", folder / "config")
    settings = load_settings(folder / "config" / "settings.toml")
    make_example(settings.workbook.path, 60, 1, TODAY, settings)
    run(settings, Choices(None, yes=True, force=False, today=TODAY), PLANNERS, FOLDERS)
    return folder


@pytest.fixture
def house(played: Path, tmp_path: Path) -> Settings:
    """That folder, to do with as a test likes."""
    shutil.copytree(played, tmp_path / "buurt")
    return load_settings(tmp_path / "buurt" / "config" / "settings.toml")


def everything(settings: Settings) -> dict[str, bytes]:
    """All files of a house by their path; the file of a lock, and what an installation goes by, tell nothing."""
    home = settings.workbook.path.parent
    return {
        str(file.relative_to(home)): file.read_bytes()
        for file in home.rglob("*")
        if file.is_file() and file.suffix != ".lock" and file.name not in ("installation", ".gitignore")
    }


def refused(settings: Settings, told: str) -> None:
    """Beginning stops with these words, and every file stands where it stood."""
    before = everything(settings)
    with pytest.raises(Stop) as stop:
        begin_own(settings, TODAY)
    assert told in f"{stop.value.message} {stop.value.remedy}"
    assert everything(settings) == before


def type_in(path: Path, tab: str, cells: dict[str, object]) -> None:
    """What somebody types and saves."""
    book = load_workbook(path)
    for cell, value in cells.items():
        book[tab][cell] = value
    book.save(path)


def test_nothing_that_people_read_teaches_to_delete() -> None:
    """A year later the same line would take the register, its backups and the ledger."""
    taught = [
        file.name
        for file in files_of_the_house()
        if file.suffix in {".md", ".toml"} or file.parent.name in {"outside", "roster", "scripts"}
        if "rm -r" in file.read_text(encoding="utf-8")
    ]
    assert taught == []


def test_a_newcomer_is_told_the_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first screen names make begin; and nothing else that moves or deletes."""
    (tmp_path / "settings.toml").write_text('[workbook]\nkind = "excel"\n', encoding="utf-8")
    settings = load_settings(tmp_path / "settings.toml")
    ensure_register(settings, TODAY)
    assert "make begin" in capsys.readouterr().out


def test_an_example_goes_away_whole_and_an_empty_register_comes(house: Settings) -> None:
    """Register, state and out, every byte, into a folder of that day that git passes over."""
    before = everything(house)
    told = "\n".join(begin_own(house, TODAY))
    home = house.workbook.path.parent
    kept = home / "voorbeeld-2026-11-23"
    assert str(kept) in told
    after = everything(house)
    moved = {name: data for name, data in before.items() if not name.startswith("config")}
    assert {name: after[f"{kept.name}/{name}"] for name in moved} == moved
    assert (kept / ".gitignore").read_text(encoding="utf-8").endswith("\n*\n")
    assert kept.stat().st_mode & 0o077 == 0
    assert not house.paths.out.exists() and not (house.paths.state / "ledger.sqlite3").exists()
    assert load_workbook(house.workbook.path)["Deelnemers"].max_row <= 2
    refused(house, "geen voorbeeld")


def test_a_second_example_on_one_day_gets_a_folder_of_its_own(house: Settings) -> None:
    """Nothing of the first is overwritten."""
    copy = house.workbook.path.read_bytes()
    begin_own(house, TODAY)
    house.workbook.path.write_bytes(copy)
    begin_own(house, TODAY)
    home = house.workbook.path.parent
    assert (home / "voorbeeld-2026-11-23" / "register.xlsx").read_bytes() == copy
    assert (home / "voorbeeld-2026-11-23-2" / "register.xlsx").read_bytes() == copy


@pytest.mark.parametrize("title", ["Onze buurt", "VOORBEELDSTRAAT", ""])
def test_a_real_register_is_refused(house: Settings, title: str) -> None:
    """It is known by its front tab, and by nothing else."""
    house.workbook.path.unlink()
    create_register(house.workbook.path, title=title)
    refused(house, "geen voorbeeld")


def test_an_example_in_which_real_people_were_typed_is_refused(house: Settings) -> None:
    """It became somebody's register. With a second word it still only moves."""
    type_in(
        house.workbook.path,
        "Deelnemers",
        {f"{column_letters(1 + TAB['Deelnemers'].headings.index('E-mail'))}2": "iemand@gmail.com"},
    )
    refused(house, "make begin FORCE=1")
    begin_own(house, TODAY, force=True)
    assert (house.workbook.path.parent / "voorbeeld-2026-11-23" / "register.xlsx").exists()


def test_state_of_another_register_is_refused(house: Settings) -> None:
    """An example was put in a register's place, and state/ still holds its backups."""
    other = house.paths.state / "backups" / "register_2026-11-01_120000.xlsx"
    create_register(other, title="Onze buurt")
    refused(house, "hoort bij een ander register")


def test_a_ledger_that_mailed_other_people_is_refused(house: Settings) -> None:
    """The same without a backup: the ledger's letters went to nobody of this example."""
    house.workbook.path.unlink()
    example_at(house.workbook.path, 20, 7, TODAY)
    shutil.rmtree(house.paths.state / "backups")
    refused(house, "hoort bij een ander register")


def test_a_register_that_is_gone_is_not_begun_anew(house: Settings) -> None:
    """The ledger knows that there was one."""
    house.workbook.path.unlink()
    refused(house, "make restore")


def test_an_open_register_is_refused(house: Settings) -> None:
    """What somebody is typing would be saved into nothing."""
    house.workbook.path.with_name("~$register.xlsx").touch()
    refused(house, "staat nog open")


def test_a_register_at_google_is_refused(house: Settings) -> None:
    """There is no example there, and state/ belongs to it."""
    toml = house.source.read_text(encoding="utf-8").replace('kind = "excel"', 'kind = "google"\nspreadsheet = "x"')
    house.source.write_text(toml, encoding="utf-8")
    refused(load_settings(house.source), "bij Google")


@pytest.mark.parametrize("folder", [".", "config/.."])
def test_a_folder_that_holds_more_than_ours_is_refused(house: Settings, folder: str) -> None:
    """With out = "." all of Buurtbeheer would move."""
    toml = house.source.read_text(encoding="utf-8").replace('out = "out"', f'out = "{folder}"')
    house.source.write_text(toml, encoding="utf-8")
    refused(load_settings(house.source), "een eigen map")


@pytest.mark.parametrize("what", ["out", "state"])
def test_a_run_that_was_cut_off_is_finished_by_the_next(house: Settings, what: str) -> None:
    """Killed after a move: the register moves last, so that it still is an example that begin knows."""
    home = house.workbook.path.parent
    moved = ("out",) if what == "out" else ("out", "state")
    for name in moved:
        (home / "voorbeeld-2026-11-23").mkdir(exist_ok=True)
        (home / name).rename(home / "voorbeeld-2026-11-23" / name)
    begin_own(house, TODAY)
    assert (home / "voorbeeld-2026-11-23" / "register.xlsx").exists()
    assert load_workbook(house.workbook.path)["Deelnemers"].max_row <= 2


def test_without_an_example_it_makes_an_empty_register(tmp_path: Path) -> None:
    """Killed after the last move, or pressed first of all."""
    (tmp_path / "settings.toml").write_text("", encoding="utf-8")
    settings = load_settings(tmp_path / "settings.toml")
    assert "leeg register" in "\n".join(begin_own(settings, TODAY))


def test_git_passes_over_what_moved(house: Settings) -> None:
    """Also where the folders are called otherwise."""
    home = house.workbook.path.parent
    begin_own(house, TODAY)
    if shutil.which("git") is None:
        pytest.skip("git is not installed here")
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "init", "-q"], cwd=home, env=env, check=True)
    seen = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=home, env=env, check=True, capture_output=True, text=True
    ).stdout
    assert "voorbeeld-" not in seen
