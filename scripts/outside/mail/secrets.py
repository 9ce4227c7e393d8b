"""Where the password of the mailbox is found; and that it, or another secret of ours, leaves the house in no letter."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import string
import sys
from collections.abc import Callable, Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from functools import cached_property, lru_cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from outside.config.settings import Settings, home_of
from outside.errors import Stop
from outside.files.atomic import private_folder
from outside.files.private import keep_file
from outside.mail.mailbox import Letter
from roster.plan.steps import Send

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


_SHORTEST = 4
"""A secret of fewer marks is none: it would stand in half of all words."""

LOOSE = 8
"""From so many marks on, spaces and line ends between them do not hide a secret."""

_GOOGLE = ("private_key", "private_key_id", "refresh_token", "client_secret", "token")
"""What is secret in the files with which one logs in at Google."""

_PIECE = 256
"""Small letters are made of so many marks at a time: where all of these are ASCII, in a tenth of the time."""

_OF_LEDGER = re.compile(r"\b[0-9a-f]{64}\b")

_BASE64 = re.compile(rb"base64\r?\n(?:[^\r\n]+\r?\n)*\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)")
_ENCODED = re.compile(r"=\?[^?\s]+\?[BbQq]\?[^?]*\?=(?:\s+=\?[^?\s]+\?[BbQq]\?[^?]*\?=)*")


def watched(compose: Callable[[Send], Letter], settings: Settings) -> Callable[[Send], Letter]:
    """The same, but raising Stop instead of giving a letter that holds a secret."""
    secrets = _Secrets(settings)

    def make(send: Send) -> Letter:
        letter = compose(send)
        if holds(letter.data, secrets.known):
            raise leak()
        return letter

    return make


def leak(code: int = 2) -> Stop:
    """What to say; never which secret, nor to whom it would have gone."""
    return Stop(
        "In een mail staat een wachtwoord of sleutel van Buurtbeheer. Die mail is niet verstuurd.",
        "Kijk in de map templates of er iets in de teksten staat dat u niet kent, en haal het weg. Is uw wachtwoord "
        "een gewoon woord dat ook in de tekst hoort? Kies dan een ander wachtwoord.",
        code=code,
    )


def holds(data: bytes, secrets: Iterable[str]) -> bool:
    """True for a mail in which one of the secrets stands, in whatever form mail programs read: a header, a part as it
    is, quoted-printable, base64, HTML or percent-encoded."""
    wanted = [secret for secret in secrets if len(secret) >= _SHORTEST]
    if not wanted:
        return False
    plain = all("".join(secret.split()).isalnum() for secret in wanted)
    for text in _readable(data, escaped=not plain):
        folded = "".join([text[start : start + _PIECE].casefold() for start in range(0, len(text), _PIECE)])
        if any(_stands_in(text, folded, secret) for secret in wanted):
            return True
    return False


def _readable(data: bytes, *, escaped: bool) -> Iterator[str]:
    """The mail as a person would come to read it; `escaped` also where HTML and links write a mark otherwise."""
    text = binascii.a2b_qp(data).decode("utf-8", "replace")  # the whole: what is not encoded comes out as it went in
    yield text
    if escaped:
        yield unescape(text)
        yield unquote_to_bytes(text.encode()).decode("utf-8", "replace")
    head = data.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    for found in _ENCODED.findall(head):
        yield _words(found)
    if b"base64" in data:
        for block in _BASE64.findall(data):
            yield _decoded(block)


@lru_cache(maxsize=256)
def _words(encoded: str) -> str:
    try:
        return str(make_header(decode_header(encoded)))
    except (HeaderParseError, LookupError, ValueError):
        return ""


@lru_cache(maxsize=256)  # the cards along with a letter are the same for a whole group
def _decoded(block: bytes) -> str:
    try:
        return base64.b64decode(block).decode("utf-8", "replace")
    except ValueError:
        return ""


def _stands_in(text: str, folded: str, secret: str) -> bool:
    if secret in text:
        return True
    if len(secret) < LOOSE:
        return False
    # Wrapped, or in the groups of four in which Google shows it: a first piece must stand there at the least.
    piece = secret[:4].casefold()
    return piece in folded and "".join(secret.split()).casefold() in "".join(folded.split())


class _Secrets:
    """What nobody may be told. Looked up when the first letter was made, and not before."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def known(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(secret for secret in self._all() if secret))

    def _all(self) -> Iterator[str]:
        settings = self._settings
        if settings.mail.leaves and settings.mail.username:
            yield find_password(settings, settings.mail.username)
        for typed in (os.environ.get(VARIABLE, ""), _text(password_file(settings))):
            yield typed.strip()
            yield "".join(typed.split())
        yield from _OF_LEDGER.findall(_text(settings.ledger_secret))
        keys = settings.workbook.credentials
        for path in {keys, *keys.parent.glob("*.json")}:
            yield from _of_google(path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _of_google(path: Path) -> Iterator[str]:
    """The secrets in a key file; a long key by each of its lines."""
    try:
        content: Any = json.loads(_text(path))
    except ValueError:
        return
    held = [content, *content.values()] if isinstance(content, dict) else []
    for place in held:
        if isinstance(place, dict):
            for name in _GOOGLE:
                yield from (line for line in str(place.get(name, "")).splitlines() if len(line) > 20)
