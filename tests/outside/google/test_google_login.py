"""Every way in at Google: a service account, a person's own login, the first one with a real door and a browser."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from outside.config.settings import Settings, WorkbookSettings
from outside.google.login import key_file
from servers.sheets_server import Book, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_register import google_book
from support.pressed import press

__all__ = ["sheets"]  # a fixture is found by its name in this module

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
PERSON = "fenna@mail.example"
BROWSER = """\
import sys, urllib.parse, urllib.request
asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(sys.argv[1]).query))
assert asked["scope"] == "https://www.googleapis.com/auth/spreadsheets", asked
brought = {"state": asked["state"], "scope": asked["scope"], **(%r)}
urllib.request.urlopen(asked["redirect_uri"] + "?" + urllib.parse.urlencode(brought)).read()
"""


def check(sheets: SheetsServer, folder: Path, book: Book, key: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The door `check` with nothing of this machine's own in its home: with `more` in its environment as a real process."""
    settings = folder / "settings.toml"
    settings.write_text(f'[workbook]\nkind = "google"\nspreadsheet = "{book.id}"\ncredentials = "{key}"\n')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GOOGLE")}
    env = {**kept, **sheets.environment(), "HOME": str(folder), **more}
    given = ["--settings", settings, "--today", "2026-03-14"]
    if not more:
        with patch.dict(os.environ, env, clear=True):
            return press("check", *given, cwd=folder)
    door, env = [sys.executable, SCRIPTS / "check.py", *given], {**env, "PYTHONPATH": str(SCRIPTS)}
    return subprocess.run(door, env=env, capture_output=True, text=True, check=False, timeout=60)


def browser(folder: Path, **brought: str) -> str:
    """What BROWSER must say for a person who does this on Google's page."""
    script = folder / "browser.py"
    script.write_text(BROWSER % brought)
    return f"{sys.executable} {script} %s &"


@pytest.fixture
def book(sheets: SheetsServer) -> Book:
    """A register that one person may edit."""
    made = google_book(sheets, {})
    made.writers.add(PERSON)
    return made


def test_a_person_logs_in_once_with_the_browser(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """The first door asks, the second does not; what is kept is for its owner alone."""
    key = sheets.tokens.app(tmp_path / "client.json")
    first = check(sheets, tmp_path, book, key, BROWSER=browser(tmp_path, code=sheets.tokens.leave_of(PERSON)))
    assert first.returncode == 0, first.stderr
    assert "Log in bij Google" in first.stdout
    kept = tmp_path / "google-login.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "refresh" in json.loads(kept.read_text())["refresh_token"]
    second = check(sheets, tmp_path, book, key)
    assert second.returncode == 0, second.stderr
    assert "Log in bij Google" not in second.stdout


def test_whoever_says_no_to_google_hears_how_to_go_on(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """No traceback, and nothing kept."""
    key = sheets.tokens.app(tmp_path / "client.json")
    ended = check(sheets, tmp_path, book, key, BROWSER=browser(tmp_path, error="access_denied"))
    assert ended.returncode == 2 and "niet afgemaakt" in ended.stderr and "Traceback" not in ended.stderr
    assert "Testgebruikers" in ended.stderr
    assert not (tmp_path / "google-login.json").exists()


def test_a_login_that_was_taken_back_is_told(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """By its owner, on Google's own pages."""
    key = sheets.tokens.authorized_user(tmp_path / "login.json", PERSON)
    assert check(sheets, tmp_path, book, key).returncode == 0
    sheets.tokens.revoked.add(PERSON)
    ended = check(sheets, tmp_path, book, key)
    told = " ".join(ended.stderr.split())
    assert ended.returncode == 2 and "verlopen of ingetrokken" in told
    assert "Verwijder dan het bestand login.json" in told
    assert "op In productie: https://console.cloud.google.com/auth/audience, App publiceren." in told


def test_a_person_who_left_out_the_tick_hears_which_file_to_delete(
    sheets: SheetsServer, book: Book, tmp_path: Path
) -> None:
    """A service account has no page with a tick, and no such file."""
    book.says_no = "scope"
    ended = check(sheets, tmp_path, book, sheets.tokens.authorized_user(tmp_path / "login.json", PERSON))
    told = " ".join(ended.stderr.split())
    assert ended.returncode == 2 and "Verwijder het bestand login.json" in told and "het vinkje" in told


def test_the_login_that_gspread_keeps_is_found(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """In its own folder, written by gspread itself, which names no type."""
    folder = tmp_path / ".config" / "gspread"
    folder.mkdir(parents=True)
    written = json.loads(sheets.tokens.authorized_user(folder / "authorized_user.json", PERSON).read_text())
    del written["type"]
    (folder / "authorized_user.json").write_text(json.dumps(written))
    ended = check(sheets, tmp_path, book, tmp_path / "absent.json", XDG_CONFIG_HOME="", APPDATA="")
    assert ended.returncode == 0, ended.stderr


def test_the_settings_go_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that the settings name, or else the one of GOOGLE_APPLICATION_CREDENTIALS."""
    named, other = tmp_path / "named.json", tmp_path / "other.json"
    other.write_text("{}")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(other))
    settings = Settings(workbook=WorkbookSettings(kind="google", spreadsheet="x" * 20, credentials=named))
    assert key_file(settings) == other
    named.write_text("{}")
    assert key_file(settings) == named
