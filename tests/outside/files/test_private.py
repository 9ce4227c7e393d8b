"""What holds people's data is its owner's alone: register, key, folders; and the doctor names who else could look."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import filelock
import pytest

from outside.backends import backend_of
from outside.commands.doctor import examine
from outside.commands.preview import show_mails
from outside.config.settings import Settings, load_settings
from outside.config.settings import WorkbookSettings as Book
from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from outside.files.atomic import private_folder
from outside.files.private import keep_file, synced_by
from outside.google.login import log_in
from outside.mail.secrets import FILE, find_password
from outside.run.prepare import dry_run
from roster.planners.sync import PLANNERS
from support.whole_round import choices, lay_out, sync

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights by folder")
ANOTHER = 54321
"""A user that no machine has."""

as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give files away")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("rights", [0o644, 0o640, 0o604, 0o666, 0o777])
def test_a_register_that_others_could_read_is_its_owners_again(
    tmp_path: Path, rights: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Excel and LibreOffice save it for everybody; a round takes that away, and says so once."""
    settings = lay_out(tmp_path)
    settings.workbook.path.chmod(rights)
    sync(settings)
    assert mode(settings.workbook.path) & 0o077 == 0
    assert "shared = true" in capsys.readouterr().out
    sync(settings)
    assert "shared = true" not in capsys.readouterr().out


def test_a_register_that_is_shared_on_purpose_stays_shared(tmp_path: Path) -> None:
    """And what stands in its folder is shared by whoever chose that."""
    settings = lay_out(tmp_path)
    shared = replace(settings, workbook=replace(settings.workbook, shared=True))
    settings.workbook.path.chmod(0o660)
    sync(shared)
    assert mode(settings.workbook.path) == 0o660


def test_looking_changes_no_rights(tmp_path: Path) -> None:
    """The dry run writes nothing anywhere."""
    from outside.run.prepare import dry_run  # what make check does
    from roster.planners.sync import PLANNERS
    from support.whole_round import choices

    settings = lay_out(tmp_path)
    settings.workbook.path.chmod(0o644)
    dry_run(settings, choices(), PLANNERS)
    assert mode(settings.workbook.path) == 0o644


def test_the_setting_is_true_or_false(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[workbook]\nshared = true\n", encoding="utf-8")
    assert load_settings(file).workbook.shared
    file.write_text('[workbook]\nshared = "ja"\n', encoding="utf-8")
    with pytest.raises(Stop, match="shared"):
        load_settings(file)


def test_a_disk_that_keeps_no_rights_is_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stick shows everything to everybody, whatever is asked of it."""
    settings = lay_out(tmp_path)
    settings.workbook.path.chmod(0o777)
    monkeypatch.setattr(Path, "chmod", lambda *_args, **_more: None)
    with pytest.raises(Stop, match="anderen") as stop:
        backend_of(settings).prepare()
    assert "shared = true" in stop.value.remedy


@as_root
@pytest.mark.parametrize("what", ["register.xlsx", "out", "state", "state/backups"])
def test_what_is_another_users_is_refused(tmp_path: Path, what: str) -> None:
    """He could read it whatever we do, or lets us write where he likes."""
    settings = lay_out(tmp_path)
    place = tmp_path / what
    if not place.exists():
        place.mkdir(parents=True)
    os.chown(place, ANOTHER, ANOTHER)
    try:
        code, told = sync(settings), ""
    except Stop as stop:
        code, told = stop.code, stop.message  # a later part of the round tells it by its code
    assert code in (2, 3)
    assert "andere gebruiker" in told or what in ("out", "state/backups")


@as_root
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(0o700)
    os.chown(tmp_path / "a", ANOTHER, ANOTHER)
    with pytest.raises(Stop, match="andere gebruiker"):
        private_folder(tmp_path / "a")


@as_root
def test_a_password_and_a_key_of_another_user_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUURTBEHEER_SMTP_PASSWORD", raising=False)
    settings = Settings(source=tmp_path / "config" / "settings.toml")
    password = tmp_path / FILE
    password.parent.mkdir(parents=True)
    password.write_text("geheim")
    password.chmod(0o600)
    os.chown(password, ANOTHER, ANOTHER)
    with pytest.raises(Stop, match="andere gebruiker"):
        find_password(settings, "x")
    with pytest.raises(Stop, match="andere gebruiker"):
        keep_file(password)


def test_a_google_key_that_others_could_read_is_its_owners_again(tmp_path: Path) -> None:
    """As it comes from the browser it is everybody's."""
    key = tmp_path / "key.json"
    key.write_text('{"type": "service_account"}')
    key.chmod(0o644)
    with pytest.raises(Stop):
        log_in(Settings(workbook=Book(kind="google", spreadsheet="x", credentials=key)))
    assert mode(key) == 0o600


@pytest.mark.parametrize(
    ("place", "service"),
    [
        ("OneDrive", "OneDrive"),
        ("OneDrive - Stichting Buurt/Documenten", "OneDrive"),
        ("Dropbox (Persoonlijk)", "Dropbox"),
        ("Library/Mobile Documents/com~apple~CloudDocs/x", "iCloud"),
        ("iCloudDrive", "iCloud"),
        ("Google Drive/My Drive", "Google Drive"),
        ("Library/CloudStorage/GoogleDrive-a@mail.example/Mijn Drive", "Google Drive"),
        ("Nextcloud/buurt", "Nextcloud"),
        ("Mijn Drive", "Google Drive"),
        ("SynologyDrive/buurt", "Synology Drive"),
        ("MEGA", "MEGA"),
        ("MEGAsync/x", "MEGA"),
        ("Box/buurt", "Box"),
        ("pCloudDrive", "pCloud"),
        ("Sync", "Sync of Syncthing"),
        ("Megaplan/boxen/synchroon", ""),
        ("Documenten/buurt", ""),
        ("eenDrive", ""),
    ],
)
def test_a_folder_that_a_service_copies_is_known(tmp_path: Path, place: str, service: str) -> None:
    """By the names that these services give their folders."""
    folder = tmp_path / place / "state"
    folder.mkdir(parents=True)
    assert synced_by(folder) == service
    link = tmp_path / "elsewhere"
    link.symlink_to(folder)
    assert synced_by(link) == service


@pytest.mark.parametrize(
    ("mark", "service"), [(".stfolder", "Syncthing"), (".dropbox.cache", "Dropbox"), (".sync_ab12.db", "Nextcloud")]
)
def test_a_folder_of_another_name_is_known_by_what_lies_in_it(tmp_path: Path, mark: str, service: str) -> None:
    (tmp_path / "buurt" / "state").mkdir(parents=True)
    (tmp_path / mark).touch()
    assert synced_by(tmp_path / "buurt" / "state") == service


def test_the_doctor_names_the_service_and_who_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "OneDrive" / "buurt"
    lay_out(home)
    (home / "settings.toml").write_text('[workbook]\npath = "register.xlsx"\n', encoding="utf-8")
    (home / "register.xlsx").chmod(0o644)
    assert examine(home / "settings.toml") == 1
    said = capsys.readouterr().out
    assert "de map state staat in OneDrive" in said
    assert "De volgende make sync maakt het voor u alleen." in " ".join(said.split())


@pytest.mark.parametrize(
    "error", [NotImplementedError("no flock"), OSError(errno.ENOLCK, "x"), OSError(errno.EOPNOTSUPP, "x")]
)
def test_a_disk_without_locks_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Some network drives and sticks know none."""

    def refuse(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with (
        pytest.raises(Stop, match="kent geen slot") as stop,
        ExcelWorkbook(tmp_path / "r.xlsx", tmp_path / "state" / "backups").lock(),
    ):
        pass
    assert "[paths]" in stop.value.remedy


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here")
def test_git_passes_over_our_folders_by_any_name(tmp_path: Path) -> None:
    """The settings call them as they like; .gitignore of the house knows only out and state."""
    settings = lay_out(tmp_path)
    named = replace(
        settings, paths=replace(settings.paths, out=tmp_path / "uit", state=tmp_path / "geheugen" / "van ons")
    )
    sync(named)
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=env, check=True)
    seen = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=tmp_path, env=env, check=True, capture_output=True, text=True
    )
    assert "uit" not in seen.stdout and "geheugen" not in seen.stdout


@as_root
@pytest.mark.parametrize("door", ["backup", "check", "sync", "preview"])
def test_every_door_refuses_a_state_folder_of_another_user(tmp_path: Path, door: str) -> None:
    """In one sentence, before a copy of the register lies there."""
    settings = lay_out(tmp_path)
    settings.paths.state.mkdir(0o700)
    os.chown(settings.paths.state, ANOTHER, ANOTHER)
    doors = {
        "backup": lambda: backend_of(settings).back_up(),
        "check": lambda: dry_run(settings, choices(), PLANNERS),
        "sync": lambda: sync(settings),
        "preview": lambda: show_mails(
            replace(settings, paths=replace(settings.paths, out=settings.paths.state)), choices(), PLANNERS
        ),
    }
    with pytest.raises(Stop, match=r"De map .* is van een andere gebruiker van deze computer"):
        doors[door]()
    assert list(settings.paths.state.glob("**/*.xlsx")) == []


@pytest.mark.parametrize("there", ["out", "state", "state/backups"])
def test_a_file_where_a_folder_belongs_is_told_before_anything_is_done(
    tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the dry run, by the doctor, and by a round before it made a letter."""
    settings = lay_out(tmp_path)
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("")
    (tmp_path / "settings.toml").write_text('[workbook]\npath = "register.xlsx"\n', encoding="utf-8")
    before = settings.workbook.path.read_bytes()
    assert examine(tmp_path / "settings.toml") == 1
    assert "Geef dat een andere naam" in capsys.readouterr().out
    for door in (lambda: dry_run(settings, choices(), PLANNERS), lambda: sync(settings)):
        with pytest.raises(Stop) as stop:
            door()
        assert stop.value.code == 2 and "Geef dat een andere naam" in stop.value.remedy
    assert settings.workbook.path.read_bytes() == before and not list(tmp_path.rglob("*.eml"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"rommel" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
    ],
)
def test_the_doctor_opens_what_a_round_opens(
    tmp_path: Path, spoil: Callable[[Path], int], capsys: pytest.CaptureFixture[str]
) -> None:
    """A ledger that no round can use is nothing to be content with."""
    settings = lay_out(tmp_path)
    sync(settings)
    (tmp_path / "settings.toml").write_text('[workbook]\npath = "register.xlsx"\n', encoding="utf-8")
    examine(tmp_path / "settings.toml")
    assert "goed  Logboek" in capsys.readouterr().out
    spoil(settings.paths.state / "ledger.sqlite3")
    assert examine(tmp_path / "settings.toml") == 1
    assert "FOUT  Logboek" in capsys.readouterr().out


def test_the_first_door_that_makes_a_folder_lets_git_pass_over_it(tmp_path: Path) -> None:
    """Whichever it is: a copy, a page to leaf through."""
    settings = lay_out(tmp_path)
    named = replace(settings, paths=replace(settings.paths, out=tmp_path / "uit", state=tmp_path / "geheugen"))
    backend_of(named).back_up()
    assert (tmp_path / "geheugen" / ".gitignore").is_file() and mode(tmp_path / "geheugen") == 0o700
    show_mails(named, choices(), PLANNERS)
    assert (tmp_path / "uit" / ".gitignore").is_file()
