"""What was kept long enough goes with a round: copies, lists and sent letters; never the newest, nor somebody's own."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from outside.commands.sent import resolve_outbox
from outside.config.settings import Privacy, Settings
from support.ground import laid_out
from support.sheet_notation import TODAY
from support.whole_round import choices, lay_out, settings_of, sync


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(laid_out("welcomed", tmp_path, lambda folder: sync(lay_out(folder))))


def made_at(path: Path, days: int) -> Path:
    """A file that was written that many days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"x")
    then = (datetime.now() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
    return path


def copy_of(settings: Settings, days: int, name: str = "register", ending: str = ".xlsx") -> Path:
    day = (datetime.now() - timedelta(days=days)).strftime("%Y-%m-%d_%H%M%S")
    return made_at(settings.paths.state / "backups" / f"{name}_{day}{ending}", days)


def test_copies_go_after_their_days_and_the_newest_three_never_do(settings: Settings) -> None:
    old = [copy_of(settings, days) for days in (91, 92, 400)]
    of_another = [copy_of(settings, days, "oud") for days in (500, 501, 502, 503)]
    ledgers = [copy_of(settings, days, "ledger", ".sqlite3") for days in (95, 96, 97)]
    young = copy_of(settings, 89)
    while len(list(young.parent.glob("register_*"))) < 6:
        copy_of(settings, len(list(young.parent.glob("register_*"))))
    sync(settings, TODAY)
    assert [path.exists() for path in old] == [False] * 3
    assert [path.exists() for path in of_another] == [True, True, True, False]
    assert young.exists() and sum(path.exists() for path in ledgers) == 1  # with two rounds' copies they are three


def test_what_is_somebodys_own_stays(settings: Settings) -> None:
    own = [
        made_at(settings.paths.out / "proefmails" / "mijn brief.eml", 400),
        made_at(settings.paths.out / "mijn lijst.csv", 400),
        made_at(settings.paths.state / "backups" / "voor de vakantie.xlsx", 400),
        made_at(settings.paths.state / "backups" / "register_2025-99-99_120000.xlsx", 400),
    ]
    ours = [
        made_at(settings.paths.out / "proefmails" / "PROEF-1-welcome-a.eml", 91),
        made_at(settings.paths.out / "voorbeeld-mails.html", 91),
        made_at(settings.paths.out / "spelregels-versies.csv", 91),
        made_at(settings.paths.state / "ledger.sqlite3.2025-01-01_120000.oud-wal", 91),
    ]
    kept = made_at(settings.paths.out / "proefmails" / "PROEF-2-welcome-b.eml", 89)
    sync(settings)
    assert all(path.exists() for path in (*own, kept))
    assert not any(path.exists() for path in ours)


def test_a_letter_goes_once_it_was_sent_and_one_that_lies_ready_long_is_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lying = sorted((settings.paths.out / "mail").glob("*.eml"))
    for path in lying:
        made_at(path, 91)
    capsys.readouterr()
    sync(settings)
    assert f"{len(lying)} mails liggen al langer dan 90 dagen klaar in out/mail" in capsys.readouterr().out
    assert all(path.exists() for path in lying)
    lying[0].write_bytes(lying[0].read_bytes() + b"\r\nHartelijke groet")  # changed by hand: hers
    resolve_outbox(settings, choices())
    sync(settings)
    assert [path.exists() for path in lying] == [True, False]
    assert "langer dan" not in capsys.readouterr().out


def test_the_days_are_a_setting(settings: Settings) -> None:
    path = made_at(settings.paths.out / "voorbeeld-mails.html", 20)
    sync(settings)
    assert path.exists()
    sync(replace(settings, privacy=Privacy(keep_out_days=10)))
    assert not path.exists()
