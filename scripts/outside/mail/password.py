"""Finds the password of the mailbox: in the environment, in a file for its owner alone, or in the system's keyring."""

from __future__ import annotations

import os
import re
import string
import sys
from pathlib import Path

from outside.config.settings import Settings, home_of
from outside.errors import Stop
from outside.files.atomic import private_folder
from outside.files.private import keep_file

VARIABLE = "BUURTBEHEER_SMTP_PASSWORD"
SERVICE = "buurtbeheer"
"""The name of the password in the keyring, beside the user's own."""

FILE = "config/secrets/smtp-password"

_APP_PASSWORD = re.compile(r"[a-z]{4}(\s+[a-z]{4}){3}")
"""How Google shows an app password; its spaces, of whatever kind, are only for the eye (https://support.google.com/accounts/answer/185833)."""


def find_password(settings: Settings, account: str) -> str:
    """The password of `account`; "" where there is none. Raises Stop for a file that cannot be kept to its owner.

    It stands in no setting, no log and no message of an exception: whoever calls this keeps it so.
    """
    found = _typed(os.environ.get(VARIABLE, "")) or _from_file(password_file(settings)) or _from_keyring(account)
    return "".join(found.split()) if _APP_PASSWORD.fullmatch(found) else found


def no_password() -> Stop:
    """What to do where there is none; who had it in the keyring hears that the keyring is an extra."""
    from importlib.util import find_spec  # only who lacks a password needs it

    safe = (
        ""
        if find_spec("keyring")
        else (
            "\nStond het in de sleutelbos van deze computer? Typ dan eerst: "
            "python -m pip install --only-binary :all: keyring (met de python uit de map .venv)."
        )
    )
    return Stop(
        "Het wachtwoord van het mailpostvak is er niet.",
        f"Zet het in het bestand {FILE}, of in de omgeving als {VARIABLE}. In de HANDLEIDING staat hoe.{safe}",
    )


def password_file(settings: Settings) -> Path:
    """Where the file with the password lies, if there is one. Notepad writes .txt behind a name, unseen."""
    path = home_of(settings.source) / FILE
    behind = path.with_name(f"{path.name}.txt")
    return behind if behind.is_file() and not path.is_file() else path


def _from_file(path: Path) -> str:
    if not path.is_file():
        return ""
    if sys.platform == "win32":
        private_folder(path.parent)  # Windows hands the folder's rights down to the file
    keep_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Stop(
            f"Het bestand {FILE} is niet te lezen.",
            "Zet er alleen het wachtwoord in, op één regel, en bewaar het als UTF-8.",
        ) from None
    return _typed(text)


def _typed(text: str) -> str:
    """What was meant: pasting brings spaces and line ends along, some of which do not show."""
    return text.strip(f"{string.whitespace}\u00a0\u202f\u200b\ufeff")


def _from_keyring(account: str) -> str:
    try:
        import keyring  # 0.2 s, and only where the password stands nowhere else

        return _typed(keyring.get_password(SERVICE, account) or "")
    except Exception:  # noqa: BLE001  # a backend is somebody else's code and may raise anything, with the password in it
        return ""  # a computer without a keyring, or one that stayed locked or is broken
