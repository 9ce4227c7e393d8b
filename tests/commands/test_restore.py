"""make restore asks only about a copy that is there, and its hint puts that very one back."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.commands.restore import bring_back
from outside.errors import Stop
from outside.excel.create import create_register
from outside.files.backups import keep_backup
from support.whole_round import lay_out


def test_an_older_copy_is_named_in_the_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an answer nothing happens; what is to be typed then brings back this one, not the newest."""
    settings = lay_out(tmp_path)
    backups = settings.paths.state / "backups"
    older = keep_backup(settings.workbook.path, backups)
    older = older.rename(older.with_name("register_2026-01-02_030405.xlsx"))
    keep_backup(settings.workbook.path, backups)
    assert bring_back(settings, "2026-01-02", sure=False) == 0
    assert f"make restore BACKUP={older.name} YES=1" in capsys.readouterr().out
    with pytest.raises(Stop, match="geen kopie gevonden"):
        bring_back(settings, "2025", sure=False)


def test_a_damaged_register_is_never_put_back(tmp_path: Path) -> None:
    """It was kept when a sound copy took its place, and would else be the newest at the next time."""
    settings = lay_out(tmp_path)
    path, backups = settings.workbook.path, settings.paths.state / "backups"
    sound = path.read_bytes()
    keep_backup(path, backups)
    with pytest.raises(Stop, match="Elke kopie is gelijk aan wat er nu in"):
        bring_back(settings, None, sure=True)
    path.write_bytes(b"niet meer te lezen")
    assert bring_back(settings, None, sure=True) == 0
    assert path.read_bytes() == sound
    (damaged,) = [copy for copy in backups.iterdir() if copy.read_bytes() != sound]
    for which in (None, damaged.name):
        with pytest.raises(Stop, match=rf"{damaged.name} is niet te lezen"):
            bring_back(settings, which, sure=True)
    assert path.read_bytes() == sound


@pytest.mark.parametrize("name", ["nieuw.xlsm", "nieuw", "nieuw.xls"])
def test_a_new_register_ends_on_xlsx(tmp_path: Path, name: str) -> None:
    """A file by another name would be called damaged by Excel."""
    with pytest.raises(Stop, match=r"eindigt op \.xlsx"):
        create_register(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
