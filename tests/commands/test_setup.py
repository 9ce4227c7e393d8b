"""How a register comes to be: empty, as an example, or as a demonstration, and never over one that there was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.backends import backend_of
from outside.commands.setup import ensure_register, lay_out_demo
from outside.config.settings import Mail
from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from support.pressed import press
from support.sheet_notation import TODAY
from support.whole_round import settings_of


def test_an_empty_register_is_made_once_and_left_alone_after_that(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert "is gemaakt" in backend_of(settings).set_up()[0]
    before = settings.workbook.path.read_bytes()
    assert backend_of(settings).set_up() == ["register.xlsx is compleet. Er is niets veranderd."]
    assert settings.workbook.path.read_bytes() == before


def test_a_heading_of_ours_is_not_added_while_its_column_stands_there_under_another(tmp_path: Path) -> None:
    """It is asked about, as a round does; people's own column is added all the same, once they say so."""
    settings = settings_of(tmp_path)
    backend_of(settings).set_up()
    book = load_workbook(settings.workbook.path)
    [cell] = [one for one in book["Deelnemers"][1] if one.value == "Welkom"]
    cell.value = "Welkomst"
    book.save(settings.workbook.path)
    before, file = settings.workbook.path.read_bytes(), tmp_path / "settings.toml"
    file.write_text(f'[workbook]\npath = "{settings.workbook.path}"\n', encoding="utf-8")
    ended = press("setup", "--settings", file, cwd=tmp_path)
    told = " ".join(ended.stderr.split())
    assert ended.returncode == 2 and "Er is wel een kolom 'Welkomst': bedoelde u die?" in told, told
    assert "make setup FORCE=1" in told and settings.workbook.path.read_bytes() == before
    ended = press("setup", "--settings", file, "--force", cwd=tmp_path)
    assert ended.returncode == 0 and "Tabblad Deelnemers: toegevoegd Welkom." in ended.stdout


def test_an_example_comes_only_where_nothing_real_can_be_meant(tmp_path: Path) -> None:
    """Not where mail really leaves, nor where there was a register before."""
    settings = settings_of(tmp_path)
    with pytest.raises(Stop, match="Er is nog geen register"):
        ensure_register(replace(settings, mail=Mail(transport="smtp", sender="buurt@mail.example")), TODAY)
    ensure_register(settings, TODAY)
    made = ExcelWorkbook(settings.workbook.path, tmp_path / "backups")
    made.read()
    assert made.is_example
    settings.workbook.path.unlink()
    settings.paths.state.mkdir(exist_ok=True)
    (settings.paths.state / "ledger.sqlite3").touch()
    with pytest.raises(Stop, match="is weg"):
        ensure_register(settings, TODAY)


def test_a_demonstration_keeps_all_in_a_folder_of_its_own(tmp_path: Path) -> None:
    """Whatever the settings say: it is a file, and its mail never leaves."""
    settings = replace(settings_of(tmp_path), mail=Mail(transport="smtp", sender="buurt@mail.example"))
    demo = lay_out_demo(settings, 20, 1, TODAY)
    folder = settings.paths.out / "demo-20-1"
    assert {demo.workbook.path.parent, demo.paths.out.parent, demo.paths.state.parent} == {folder}
    assert demo.mail.transport == "outbox" and not settings.workbook.path.exists()
