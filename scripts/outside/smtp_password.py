"""Finds the password of the mailbox: in the environment, in a file for its owner alone, or in the system's keyring."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from outside.files import private_folder
from outside.settings import Settings, home_of
from outside.stop import Stop

VARIABLE = "BUURTBEHEER_SMTP_PASSWORD"
SERVICE = "buurtbeheer"
"""The name of the password in the keyring, beside the user's own."""

FILE = "config/secrets/smtp-password"

_APP_PASSWORD = re.compile(r"[a-z]{4}( [a-z]{4}){3}")
"""How Google shows an app password; its spaces are only for the eye (https://support.google.com/accounts/answer/185833)."""


def find_password(settings: Settings, account: str) -> str:
    """The password of `account`; "" where there is none. Raises Stop for a file that others can read.

    It stands in no setting, no log and no message of an exception: whoever calls this keeps it so.
    """
    found = os.environ.get(VARIABLE, "") or _from_file(password_file(settings)) or _from_keyring(account)
    return found.replace(" ", "") if _APP_PASSWORD.fullmatch(found) else found


def password_file(settings: Settings) -> Path:
    """Where the file with the password lies, if there is one."""
    return home_of(settings.source) / FILE


def _from_file(path: Path) -> str:
    if not path.is_file():
        return ""
    if sys.platform == "win32":
        private_folder(path.parent)  # Windows hands the folder's rights down to the file
    elif path.stat().st_mode & 0o077:
        raise Stop(
            f"Ook anderen op deze computer kunnen het wachtwoord in {FILE} lezen.",
            f"Maak het bestand eerst voor u alleen, met: chmod 600 {FILE}",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Stop(
            f"Het bestand {FILE} is niet te lezen.",
            "Zet er alleen het wachtwoord in, op één regel, en bewaar het als UTF-8.",
        ) from None
    return text.strip("\r\n \t")


def _from_keyring(account: str) -> str:
    try:
        import keyring  # 0.2 s, and only where the password stands nowhere else
        from keyring.errors import KeyringError  # likewise
    except ImportError:
        return ""
    try:
        return keyring.get_password(SERVICE, account) or ""
    except KeyringError:
        return ""  # a computer without a keyring, or one that stayed locked
