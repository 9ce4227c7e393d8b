"""Real doors on nasty registers: what can be read is written without a scratch, what cannot is refused in Dutch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from support.hostile.broken import BROKEN
from support.hostile.ground import TODAY, Hostile
from support.hostile.sound import SOUND, plain, soffice
from support.hostile.unharmed import harm
from support.pressed import press
from support.sweeps import sweep

SETTINGS = """\
[workbook]
kind = "excel"
path = "{register}"
[network]
regiegroep_number = "06-58765432"
coordinator_email = "coordinator@mail.example"
[mail]
sender = "Buurt <buurt@mail.example>"
"""


TELLING = {
    *("headings_spelt_freely", "a_title_above_the_headings", "formulas_with_their_outcomes", "tags_with_a_prefix"),
    *("everything_that_xlsxwriter_can", "macros_on_board", "text_that_bites", "own_columns_missing"),
}
"""Those that differ most from each other; the long tests take them all."""


def enter(door: str, register: Path) -> subprocess.CompletedProcess[str]:
    """Run a door on a register, as a coordinator does."""
    settings = register.with_name("settings.toml")
    settings.write_text(SETTINGS.format(register=register.name), encoding="utf-8")
    return press(door, "--settings", settings, "--yes", "--today", TODAY.isoformat(), cwd=register.parent)


def made(nasty: Hostile, folder: Path) -> Path:
    """The nasty register, in a folder of its own."""
    register = folder / f"register{nasty.suffix}"
    nasty.make(register)
    return register


def named(nasty: Hostile) -> str:
    """The name of a case."""
    return nasty.name


@pytest.mark.parametrize(
    "nasty", sweep(SOUND, quick=(at for at, one in enumerate(SOUND) if one.name in TELLING)), ids=named
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl says what it would lose; it does not write here
def test_a_sound_register_is_synced_without_a_scratch(nasty: Hostile, tmp_path: Path) -> None:
    """Every cell, tab and part of people's is the same afterwards, and both readers still open the file."""
    register = made(nasty, tmp_path)
    before = shutil.copyfile(register, register.with_stem("before"))
    ended = enter("sync", register)
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    assert register.read_bytes() != before.read_bytes()
    assert harm(before, register) == []
    rows = members_of(register)
    assert sum(row["Status"] == "actief" for row in rows) >= 30, [row["Meldingen"] for row in rows if row["Meldingen"]]
    assert all(row["Nr"] for row in rows if row["Mobiel"])


def members_of(register: Path) -> list[dict[str, object]]:
    """The rows of tab Deelnemers as calamine reads them, by plain heading."""
    book = CalamineWorkbook.from_path(register)
    title = next(name for name in book.sheet_names if name.strip().casefold() == "deelnemers")
    rows = book.get_sheet_by_name(title).to_python()
    top = next(at for at, row in enumerate(rows) if "Status" in row)
    headings = [{"MOBIEL": "Mobiel", "meldingen": "Meldingen"}.get(str(name).strip(), name) for name in rows[top]]
    return [dict(zip(headings, row, strict=True)) for row in rows[top + 1 :]]


@pytest.mark.long
@pytest.mark.parametrize("nasty", SOUND, ids=named)
def test_a_second_sync_writes_nothing(nasty: Hostile, tmp_path: Path) -> None:
    """Right after a sync there is nothing left to say: the file keeps every byte."""
    register = made(nasty, tmp_path)
    enter("sync", register)
    once = register.read_bytes()
    assert enter("sync", register).returncode in (0, 1)
    assert register.read_bytes() == once


@pytest.mark.parametrize("nasty", BROKEN, ids=named)
def test_a_broken_register_is_refused_in_dutch_and_left_as_it_was(nasty: Hostile, tmp_path: Path) -> None:
    """The run stops before it starts, says what to do, shows no traceback, and makes nothing."""
    register = made(nasty, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    ended = enter("sync", register)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2, said
    assert "Traceback" not in said
    assert len(said.strip()) > 30
    assert nasty.needle in said
    after = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {name: after.get(name) for name in before} == before
    assert not list(tmp_path.rglob("*.eml"))


@pytest.mark.parametrize("nasty", [SOUND[0], BROKEN[0], BROKEN[-1]], ids=named)
def test_check_writes_nothing(nasty: Hostile, tmp_path: Path) -> None:
    """`make check` says what a sync would, and leaves register and folder alone."""
    register = made(nasty, tmp_path)
    before = register.read_bytes() if register.is_file() else b""
    ended = enter("check", register)
    assert ended.returncode in ((0, 1) if nasty in SOUND else (2,)), ended.stdout + ended.stderr
    assert (register.read_bytes() if register.is_file() else b"") == before
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="rights of a file mean something else on Windows")
def test_a_register_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    """Read-only is told before anything leaves."""
    register = tmp_path / "register.xlsx"
    plain(register)
    register.chmod(0o400)
    ended = enter("sync", register)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.rglob("*.eml"))


@pytest.mark.long
@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", ["plain", "everything_that_xlsxwriter_can", "formulas_with_their_outcomes"])
@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl says what it would lose; it does not write here
def test_a_register_from_libreoffice_is_synced_without_a_scratch(name: str, tmp_path: Path) -> None:
    """LibreOffice writes a file its own way; and it opens what a sync made of it, with the same rows."""
    nasty = next(nasty for nasty in SOUND if nasty.name == name)
    register = by_libreoffice(made(nasty, tmp_path), tmp_path / "saved", "xlsx")
    before = shutil.copyfile(register, tmp_path / "before.xlsx")
    ended = enter("sync", register)
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    assert harm(before, register) == []
    again = by_libreoffice(register, tmp_path / "again", "xlsx")
    status = [row["Status"] for row in members_of(again)]
    assert status == [row["Status"] for row in members_of(register)]
    assert load_workbook(again).sheetnames == load_workbook(register).sheetnames


def by_libreoffice(source: Path, folder: Path, kind: str) -> Path:
    """A file as LibreOffice saves it."""
    profile = folder.parent / "libreoffice"
    program = soffice()
    assert program is not None  # the test is skipped without it
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
        str(source),
    ]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    return folder / f"{source.stem}.{kind}"


def test_no_letter_leaves_for_a_register_that_cannot_be_written(tmp_path: Path) -> None:
    """An array formula lies over our own column: that is told before anything happens, and nothing is put ready."""
    register = tmp_path / "register.xlsx"
    plain(register)
    book = load_workbook(register)
    sheet = book["Deelnemers"]
    status = next(cell.column_letter for cell in sheet[1] if cell.value == "Status")
    sheet[f"{status}2"] = ArrayFormula(f"{status}2:{status}9", '=IF(A2:A9="","","x")')
    book.save(register)
    before = register.read_bytes()
    ended = enter("sync", register)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "kan niet worden geschreven" in ended.stderr
    assert register.read_bytes() == before
    assert not list(tmp_path.glob("out/mail/*.eml"))
