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


@pytest.mark.parametrize("name", ["nieuw.xlsm", "nieuw", "nieuw.xls"])
def test_a_new_register_ends_on_xlsx(tmp_path: Path, name: str) -> None:
    """A file by another name would be called damaged by Excel."""
    with pytest.raises(Stop, match=r"eindigt op \.xlsx"):
        create_register(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
