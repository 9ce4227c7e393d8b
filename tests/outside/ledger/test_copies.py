"""A ledger that was lost: its round is doubted once, a copy is kept of every round, and restore puts it back."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from outside.commands.restore import bring_back
from outside.config.settings import Settings
from outside.errors import Stop
from outside.files.backups import KEPT
from outside.ledger import copies
from outside.run.prepare import dry_run
from roster.planners.sync import PLANNERS
from support.announced import announced
from support.ledgers import ledger_at
from support.sheet_notation import TODAY
from support.whole_round import choices, lay_out, letters, sync, without_logbook


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return lay_out(tmp_path)


def ledger(settings: Settings) -> Path:
    return settings.paths.state / "ledger.sqlite3"


def kept(settings: Settings) -> list[Path]:
    return sorted((settings.paths.state / "backups").glob("ledger_*.sqlite3"))


def lose(settings: Settings) -> None:
    for file in settings.paths.state.glob("ledger.sqlite3*"):
        file.unlink()


def damage(settings: Settings) -> None:
    ledger(settings).write_bytes(b"dit is geen logboek")


def begin_anew(settings: Settings) -> None:
    lose(settings)
    ledger_at(ledger(settings), TODAY).__exit__(None, None, None)


def test_a_ledger_that_is_new_on_a_register_in_use_is_doubted_once(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    """Lost, or another laptop's first: nothing is done, with numbers; check tells it too; FORCE=1 settles it."""
    assert sync(settings) == 0
    shutil.rmtree(settings.paths.state)
    without_logbook(settings.workbook.path)
    there = settings.workbook.path.read_bytes()
    capfd.readouterr()
    assert sync(settings) == 1
    told = capfd.readouterr().err
    assert "hebben 4 deelnemers al een Nr" in told and "bij 2 staat al iets in de kolom Welkom" in told
    assert "make sync FORCE=1" in told and "make restore" not in told
    assert settings.workbook.path.read_bytes() == there
    assert dry_run(settings, choices(), PLANNERS) == 1
    assert "hebben 4 deelnemers al een Nr" in capfd.readouterr().err
    assert not kept(settings), "an empty ledger is no copy worth the place of another"
    assert sync(settings, force=True) == 0
    assert "Met FORCE=1 gaat het door" in capfd.readouterr().err
    assert sync(settings) == 0
    assert len(letters(settings)) == 2


def test_a_new_register_an_example_and_a_known_one_are_not_doubted(tmp_path: Path, settings: Settings) -> None:
    """Without numbers and marks of ours there is nothing to have lost; a second round knows the first."""
    assert [sync(settings), sync(settings)] == [0, 0]
    (tmp_path / "other").mkdir()
    other = lay_out(tmp_path / "other", title="VOORBEELD")
    assert sync(replace(other, paths=replace(other.paths, state=tmp_path / "other" / "elsewhere"))) == 0


def test_a_first_round_that_was_cut_off_is_not_taken_for_a_lost_ledger(settings: Settings) -> None:
    """It has letters, though it counted nothing yet; what was only told by hand says nothing of a round."""
    assert sync(settings) == 0
    with sqlite3.connect(ledger(settings)) as connection:
        connection.execute("DELETE FROM seen")
    connection.close()
    assert sync(settings) == 0
    lose(settings)
    without_logbook(settings.workbook.path)
    with ledger_at(ledger(settings), TODAY) as opened:
        opened.messages.mark_by_hand(announced("", "D-0003", "welcome", "1", ""))
    assert sync(settings) == 1


def test_every_round_leaves_a_copy_that_is_its_owners_alone(settings: Settings) -> None:
    """As many as of the register; each is whole in one file."""
    for days in range(3):
        sync(settings, TODAY + timedelta(days=days))
    found = kept(settings)
    assert len(found) == 3
    if sys.platform != "win32":
        assert {stat.S_IMODE(copy.stat().st_mode) for copy in found} == {0o600}
    for copy in found:
        with sqlite3.connect(copy) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            assert connection.execute("SELECT count(*) FROM message").fetchone() == (2,)
        connection.close()
    with ledger_at(ledger(settings), TODAY) as opened:
        for _more in range(KEPT):
            copies.keep_copy(opened, settings.paths.state / "backups")
    assert len(kept(settings)) == KEPT


@pytest.mark.parametrize("harm", [lose, damage, begin_anew])
def test_restore_puts_a_ledger_back_that_is_missing_damaged_or_empty(
    settings: Settings, harm: Callable[[Settings], None], capfd: pytest.CaptureFixture[str]
) -> None:
    """The register stays as it is, and the next round is an ordinary one."""
    sync(settings)
    there = settings.workbook.path.read_bytes()
    harm(settings)
    try:
        assert sync(settings) == 1
        told = capfd.readouterr().err
    except Stop as stop:
        told = stop.remedy
    assert "make restore" in told
    assert bring_back(settings, None, sure=False) == 0, "nobody is there to agree"
    assert bring_back(settings, None, sure=True) == 0
    told = capfd.readouterr().out
    assert "is teruggezet" in told and "Het register is niet veranderd" in told
    assert settings.workbook.path.read_bytes() == there
    assert sync(settings) == 0
    assert len(letters(settings)) == 2
    if harm is damage:
        assert [file.read_bytes() for file in settings.paths.state.glob("*.oud")] == [b"dit is geen logboek"]


def test_a_sound_ledger_is_never_put_back_over(settings: Settings) -> None:
    """Restore is for the register then; and a copy that is damaged itself is passed over."""
    sync(settings)
    sync(settings, TODAY + timedelta(days=1))
    there = ledger(settings).read_bytes()
    register = settings.workbook.path.read_bytes()
    bring_back(settings, None, sure=True)
    assert ledger(settings).read_bytes() == there
    assert settings.workbook.path.read_bytes() != register
    kept(settings)[-1].write_bytes(b"half")
    lose(settings)
    assert bring_back(settings, None, sure=True) == 0
    with ledger_at(ledger(settings), TODAY) as opened:
        assert len(opened.history().deliveries) == 2
