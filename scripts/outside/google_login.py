"""Logs in at Google, as a service account or as a person, and says what to do where that is refused."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gspread
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials

from outside.settings import Settings
from outside.stop import Stop

SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are at Google. `email` is a service account's address; "" for a person, whose own is no matter of ours."""

    credentials: Any
    email: str = ""

    @property
    def how_to_share(self) -> str:
        """What the owner of the sheet must do to let us in."""
        if self.email:
            return f"Deel het blad met {self.email} als Bewerker (knop Delen rechtsboven in het blad)."
        return "Vraag de eigenaar het blad met uw Google-account te delen als Bewerker."


def key_file(settings: Settings) -> Path:
    """Where the key lies: by the settings, or else by GOOGLE_APPLICATION_CREDENTIALS. Raises Stop where it is not."""
    path = settings.workbook.credentials
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    if not path.is_file() and named:
        path = Path(named).expanduser()
    if not path.is_file():
        raise Stop(
            "Het sleutelbestand voor Google is niet gevonden.",
            f"Leg het bestand dat u van Google kreeg in {path.parent} en noem het {path.name}. "
            "In HANDLEIDING.md staat hoe u het krijgt.",
        )
    return path


def log_in(settings: Settings) -> Login:
    """Credentials by the key file: a service account's, a person's who logged in before, or an app's to log in with."""
    path = key_file(settings)
    wrong = Stop(
        f"Het sleutelbestand {path.name} kan niet worden gelezen.",
        "Maak bij Google een nieuwe sleutel van het type JSON, en leg die op dezelfde plaats.",
    )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise wrong from error
    if not isinstance(content, dict):
        raise wrong
    try:
        if content.get("type") == "service_account":
            found = Credentials.from_service_account_info(content, scopes=SCOPES)  # type: ignore[no-untyped-call]  # google-auth says nothing of its types here
            return Login(found, str(content.get("client_email", "")))
        if content.get("type") == "authorized_user":
            client, _ = gspread.oauth_from_dict(authorized_user_info=content, scopes=SCOPES)
            return Login(client.http_client.auth)
        if "installed" in content:
            kept = path.with_name("google-login.json")
            return Login(
                gspread.oauth(SCOPES, credentials_filename=path, authorized_user_filename=kept).http_client.auth
            )
    except GoogleAuthError as error:
        raise refused_login(error, Login(None)) from error
    except (ValueError, KeyError) as error:
        raise wrong from error
    raise wrong


def refused_login(error: Exception, login: Login) -> Stop:
    """What to do about a login that Google does not take."""
    said = str(error)
    if "reasonable timeframe" in said:
        return Stop(
            "De klok van deze computer loopt niet gelijk.", "Zet datum en tijd op automatisch, en probeer het opnieuw."
        )
    if login.email:
        return Stop(
            "Google weigert de sleutel van Buurtbeheer: hij is ingetrokken of verlopen.",
            f"Maak bij Google een nieuwe sleutel (JSON) voor {login.email}, en leg die in config/secrets.",
        )
    return Stop(
        "Uw inlog bij Google is verlopen of ingetrokken.",
        "Verwijder google-login.json uit config/secrets, en log opnieuw in door de opdracht nog eens te geven.",
    )
