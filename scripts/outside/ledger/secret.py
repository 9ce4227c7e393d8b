"""The secret that keys the ledger's digests: in a file of its own, for its owner alone, and never beside the ledger.

Dutch mobiles can be tried one by one, so whoever has ledger and secret has every number. The file holds one secret in
a line, for there may be more ledgers; each keeps a proof by which it knows its own.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path

from outside.config.settings import LEDGER_SECRET
from outside.errors import Stop
from outside.files.atomic import own_folder, stop_from, sync, sync_folder
from outside.files.private import keep_file

_SECRET = re.compile(rb"\b[0-9a-f]{64}\b")
_HEAD = b"# Zonder dit bestand is het logboek in de map state niet te lezen. Bewaar het, en geef het aan niemand.\n"


class LostSecret(Stop):
    """The ledger is sound, but nobody here knows the secret that it was made with."""


def secrets_in(file: Path) -> list[bytes]:
    """All secrets in a file, the oldest first; none where there is no file. Raises Stop where others may read it."""
    try:
        if not file.exists():
            return []
        keep_file(file)
        return [bytes.fromhex(one.decode()) for one in dict.fromkeys(_SECRET.findall(file.read_bytes()))]
    except OSError as error:
        raise stop_from(error, file.parent.name) from error


def keep_secret(file: Path, secret: bytes) -> None:
    """Add a secret to the file, unless it stands there: on the disk, and read back. Raises Stop.

    What stands there is never written over: another ledger, of another register perhaps, may live by it.
    """
    if secret in secrets_in(file):
        return
    try:
        own_folder(file.parent)
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            # One write, on a line of its own whatever a run that was cut off left before it.
            os.write(handle, (b"\n" if os.fstat(handle).st_size else _HEAD) + secret.hex().encode() + b"\n")
            sync(handle)
        finally:
            os.close(handle)
        sync_folder(file.parent)
    except OSError as error:
        raise stop_from(error, file.parent.name) from error
    if secret not in secrets_in(file):
        raise Stop(f"Het bestand {LEDGER_SECRET} kan niet worden geschreven.", "Kijk of de schijf niet vol is.")


def proof_of(secret: bytes) -> str:
    """What a ledger keeps of its secret: enough to know it again, and nothing to find it by."""
    return hmac.digest(secret, b"Buurtbeheer", "sha256").hex()[:32]


def secret_for(proof: str, file: Path) -> bytes:
    """The one of the secrets in the file that this proof is of. Raises LostSecret where none is, and Stop."""
    there = secrets_in(file)
    for secret in there:
        if hmac.compare_digest(proof_of(secret), proof):
            return secret
    raise LostSecret(
        f"Het geheim in {LEDGER_SECRET} hoort niet bij dit logboek. Er is niets gedaan."
        if there
        else f"Het geheim van het logboek is weg: het bestand {LEDGER_SECRET}. Er is niets gedaan.",
        "Zet dat bestand terug uit een eigen kopie van de map config. Komt de map state van een andere computer? Neem "
        "het dan daarvan mee.\nIs het nergens meer? Geef in de map state het bestand ledger.sqlite3 een andere naam, "
        "en probeer het opnieuw. Buurtbeheer begint dan een nieuw logboek. Wie volgens de kolom Welkom al bericht "
        "kreeg, krijgt het niet nog eens.",
    )


def keyed(secret: bytes, digest: str) -> str:
    """A digest of what we wrote ourselves, so that nobody can try what it was made of."""
    return hmac.digest(secret, digest.encode(), "sha256").hex()


def sealed(secret: bytes, word: str) -> str:
    """A word of at most 32 letters that must be known again, and that nobody reads without the secret."""
    once = secrets.token_hex(8)
    return once + _masked(secret, once, word.encode()).hex()


def unsealed(secret: bytes, text: str) -> str:
    """The word that was sealed."""
    return _masked(secret, text[:16], bytes.fromhex(text[16:])).decode()


def _masked(secret: bytes, once: str, word: bytes) -> bytes:
    mask = hmac.digest(secret, f"sealed {once}".encode(), "sha256")
    return bytes(one ^ other for one, other in zip(word, mask[: len(word)], strict=True))
