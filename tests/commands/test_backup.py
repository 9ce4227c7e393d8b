"""A copy of the register when somebody asks, and the one that is wanted put back: never without leave, never over a run."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from outside.backends import backend_of
from outside.commands.restore import bring_back, tell_backups
from outside.config.settings import Settings
from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from support.whole_round import column, lay_out, settings_of, types


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return lay_out(tmp_path)


def test_what_was_kept_is_what_comes_back(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest, byte for byte; and what stood there is kept itself, so that this can be undone as well."""
    before = settings.workbook.path.read_bytes()
    kept = backend_of(settings).back_up()
    types(settings, 2, Voornaam="Verkeerd")
    assert bring_back(settings, None, sure=True) == 0
    assert settings.workbook.path.read_bytes() == kept.read_bytes() == before
    assert f"{kept.name} is teruggezet" in capsys.readouterr().out
    tell_backups(settings)
    newest = capsys.readouterr().out.split()[0]
    assert bring_back(settings, newest, sure=True) == 0 and column(settings, "Voornaam")[0] == "Verkeerd"


def test_nothing_is_put_back_without_leave(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to be asked: it stays as it is."""
    backend_of(settings).back_up()
    types(settings, 2, Voornaam="Blijft")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert bring_back(settings, None, sure=False) == 0
    assert column(settings, "Voornaam")[0] == "Blijft"


def test_nothing_is_put_back_under_a_run(settings: Settings) -> None:
    """It would write over it."""
    backend_of(settings).back_up()
    other = ExcelWorkbook(settings.workbook.path, settings.paths.state / "backups")
    with other.lock(), pytest.raises(Stop):
        bring_back(settings, None, sure=True)


def test_what_is_not_there_is_told_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No register to copy, no copies to choose from, and a register at Google, that keeps its own."""
    empty = settings_of(tmp_path)
    with pytest.raises(Stop) as stop:
        backend_of(empty).back_up()
    assert stop.value.remedy == "Maak een leeg register met: make setup"
    assert tell_backups(empty) == 0 and capsys.readouterr().out == "Er zijn nog geen kopieën.\n"
    with pytest.raises(Stop):
        bring_back(empty, None, sure=True)
    google = replace(empty, workbook=replace(empty.workbook, kind="google"))
    for act in (lambda: tell_backups(google), lambda: bring_back(google, None, sure=True)):
        with pytest.raises(Stop) as stop:
            act()
        assert "Versiegeschiedenis" in stop.value.remedy
