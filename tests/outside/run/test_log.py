"""The run log: a line per event, its owner's alone, nothing of a person in it, and never in the way of a round."""

from __future__ import annotations

import re
import stat
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from outside.commands import doctor
from outside.config.settings import Privacy, Settings
from outside.errors import Stop
from outside.run.log import event, logs_of, run_log
from servers.sheets_server import SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import new_book
from support.google_matrix import sync as google_sync
from support.google_register import laptop
from support.whole_round import lay_out, letters, sync

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return lay_out(tmp_path)


def lines(settings: Settings) -> list[str]:
    return [line.partition(" ")[2] for line in logs_of(settings.paths.state)[0].read_text().splitlines()]


def test_a_round_is_told_without_a_word_of_a_person(settings: Settings) -> None:
    """Begun, each letter by Nr, each write by its cells, ended with code and counts."""
    assert sync(settings) == 0
    told = lines(settings)
    assert told[0] == "begun word=sync"
    assert "letter nr=D-0001 kind=welcome state=klaargezet" in told
    assert any(line.startswith("written cells=") for line in told)
    assert told[-1].startswith("ended word=sync code=0 sent=2 waiting=0 held=0 uncertain=0 failed=0 cells=")
    assert " calls=0 seconds=" in told[-1]
    whole = "\n".join(told).casefold()
    assert not any(word in whole for word in ("anna", "bakker", "smit", "2345", "@", "mail.example"))
    if sys.platform != "win32":
        path = logs_of(settings.paths.state)[0]
        assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


@pytest.mark.parametrize(
    ("error", "told"),
    [(Stop("Jan mag niet", code=3), "error=Stop code=3 at=test_log.py:"), (KeyError("Jan"), "error=KeyError at=")],
)
def test_what_ends_a_round_is_told_by_its_kind_alone(settings: Settings, error: Exception, told: str) -> None:
    """A Stop and a bug both; afterwards nothing is logged any more."""
    with pytest.raises(type(error)), run_log(settings, "sync"):
        raise error
    event("letter", nr="D-0009")
    assert told in lines(settings)[-1] and "Jan" not in lines(settings)[-1]


@pytest.mark.parametrize("days", [40, 365])
def test_a_month_is_cleared_when_all_of_it_is_old_enough(settings: Settings, days: int) -> None:
    """A month whose last day is within the time stays whole; what is no log of ours stays too."""
    settings = replace(settings, privacy=Privacy(keep_log_days=days))
    folder = settings.paths.state / "log"
    folder.mkdir(parents=True, mode=0o700)
    old, young = (date.today() - timedelta(days=days + more) for more in (32, 0))
    for day in (old, young):
        (folder / f"{day:%Y-%m}.log").write_text("x")
    (folder / "eigen.log").write_text("x")
    with run_log(settings, "sync"):
        pass
    there = {path.name for path in folder.iterdir()}
    assert there == {f"{young:%Y-%m}.log", f"{datetime.now():%Y-%m}.log", "eigen.log"}


def test_the_calls_to_google_are_counted_and_the_doctor_names_the_newest_log(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    """A round at Google tells how many it took."""
    settings = laptop(sheets, new_book(sheets), tmp_path)
    assert google_sync(settings)[0] in (0, 1)
    found = re.search(r" calls=(\d+) seconds=", lines(settings)[-1])
    assert found is not None and int(found[1]) > 3
    assert any(logs_of(settings.paths.state)[0].name in one.message for one in doctor._disk(settings))


def test_a_log_that_cannot_be_written_stops_no_round(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """It is said, once."""
    settings.paths.state.mkdir(mode=0o700)
    (settings.paths.state / "log").write_text("in de weg")
    assert sync(settings) == 0 and len(letters(settings)) == 2
    assert capfd.readouterr().err.count("kan niet worden bijgeschreven") == 1
