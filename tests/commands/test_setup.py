"""How a register comes to be: empty, as an example, or as a demonstration, and never over one that there was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from outside.backends import backend_of
from outside.commands.setup import ensure_register, lay_out_demo
from outside.config.settings import Mail
from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from support.sheet_notation import TODAY
from support.whole_round import settings_of


def test_an_empty_register_is_made_once_and_left_alone_after_that(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert "is gemaakt" in backend_of(settings).set_up()[0]
    before = settings.workbook.path.read_bytes()
    assert backend_of(settings).set_up() == ["register.xlsx is compleet. Er is niets veranderd."]
    assert settings.workbook.path.read_bytes() == before


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
