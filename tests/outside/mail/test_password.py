"""Where the password of the mailbox is found, however it was pasted and whatever keeps it."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from outside.config.settings import Mail, Settings
from outside.mail.secrets import FILE, VARIABLE, find_password

USER = "buurt@mail.example"
APP = "abcdefghijklmnop"


class Safe(KeyringBackend):
    """A real backend, chosen as keyring's own setting would; it gives or raises what it is told to."""

    priority = 0  # type: ignore[assignment]  # keyring reads it as a property of the class
    gives: str | BaseException | None = None

    def get_password(self, service: str, username: str) -> str | None:
        assert (service, username) == ("buurtbeheer", USER)
        if isinstance(self.gives, BaseException):
            raise self.gives
        return self.gives

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Safe]:
    """An empty keyring, and no password in the environment."""
    monkeypatch.delenv(VARIABLE, raising=False)
    before, ours = keyring.get_keyring(), Safe()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def home(folder: Path, typed: str = "") -> Settings:
    """Settings of a folder, with a password file where there is something to put in."""
    if typed:
        (folder / FILE).parent.mkdir(parents=True)
        (folder / FILE).write_text(typed, encoding="utf-8", newline="")
        (folder / FILE).chmod(0o600)
    return Settings(source=folder / "config" / "settings.toml", mail=Mail(sender=USER))


PASTED = [
    ("abcd efgh ijkl mnop", APP),
    ("abcd\u00a0efgh\u00a0ijkl\u00a0mnop", APP),
    ("\ufeffabcd\u202fefgh\u202fijkl\u202fmnop\n", APP),
    ("abcd efgh\r\nijkl mnop\r\n", APP),
    (" abcd efgh ijkl mnop", APP),
    ("abcd efgh ijkl mnop\n", APP),
    ("\u200babcdefghijklmnop\u00a0", APP),
    ("een paar woorden\n", "een paar woorden"),
    ("g3heim\u00a0é", "g3heim\u00a0é"),
    (" \n", ""),
]


@pytest.mark.parametrize(("typed", "meant"), PASTED)
def test_a_pasted_password_is_understood(
    typed: str, meant: str, safe: Safe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the environment, a file and a keyring alike: spaces around it are never meant, nor those of an app password."""
    assert find_password(home(tmp_path, typed), USER) == meant
    (tmp_path / FILE).unlink()
    safe.gives = typed
    assert find_password(home(tmp_path), USER) == meant
    safe.gives = None
    monkeypatch.setenv(VARIABLE, typed)
    assert find_password(home(tmp_path), USER) == meant


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights by folder")
@pytest.mark.parametrize("rights", [0o644, 0o664, 0o640])
def test_a_file_as_a_file_manager_makes_it_is_kept_to_its_owner(safe: Safe, tmp_path: Path, rights: int) -> None:
    """Like the register: who types no commands has no chmod."""
    settings = home(tmp_path, APP)
    (tmp_path / FILE).chmod(rights)
    assert find_password(settings, USER) == APP
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_txt_that_notepad_hides_behind_the_name_is_understood(safe: Safe, tmp_path: Path) -> None:
    """The name without it goes first."""
    settings = home(tmp_path, APP)
    file = tmp_path / FILE
    file.rename(file.with_name("smtp-password.txt"))
    assert find_password(settings, USER) == APP
    file.write_text("een ander", encoding="utf-8")
    assert find_password(settings, USER) == "een ander"


def test_an_empty_environment_does_not_hide_the_file(
    safe: Safe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable may be set to nothing by whoever starts the round."""
    monkeypatch.setenv(VARIABLE, " \n")
    assert find_password(home(tmp_path, APP), USER) == APP


@pytest.mark.parametrize(
    "error", [RuntimeError("geheim"), OSError("geheim"), ValueError("geheim"), AttributeError("geheim")]
)
def test_a_broken_keyring_holds_no_password(error: Exception, safe: Safe, tmp_path: Path) -> None:
    """Whatever its backend raises: no traceback, and nothing of what it says."""
    safe.gives = error
    assert find_password(home(tmp_path), USER) == ""


def test_whoever_interrupts_a_waiting_keyring_is_obeyed(safe: Safe, tmp_path: Path) -> None:
    """It may wait for a question that nobody sees."""
    safe.gives = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        find_password(home(tmp_path), USER)


def test_who_had_it_in_the_keyring_hears_that_the_keyring_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update it is not there any more; who has it hears nothing of it."""
    from outside.mail.secrets import no_password

    assert "sleutelbos" not in no_password().remedy
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert "keyring" in no_password().remedy and FILE in no_password().remedy
