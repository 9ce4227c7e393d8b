"""Logs in at Google, as a service account or as a person, and says what to do where that is refused."""

from __future__ import annotations

import json
import os
import webbrowser
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gspread
from google.auth.exceptions import GoogleAuthError
from google.oauth2.service_account import Credentials
from gspread.auth import DEFAULT_AUTHORIZED_USER_FILENAME, DEFAULT_CREDENTIALS_FILENAME

from outside.config.settings import Settings
from outside.console import say
from outside.errors import Stop
from outside.files.atomic import private_folder, write_private
from outside.files.private import keep_file

SCOPES = ["https://www.googleapis.com/auth/spreadsheets"]

LOGIN = "google-login.json"
"""What a person's own login leaves, beside the file of the app."""

_AUDIENCE = "https://console.cloud.google.com/auth/audience"
"""Where it stands who may log in with an app: until it is in production its test users, for seven days each time."""

LOGIN_SECONDS = 300
"""How long the browser is waited for."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are at Google. `email` is a service account's address; "" for a person, whose own is no matter of ours.

    `kept` is the file that holds a person's login.
    """

    credentials: Any
    email: str = ""
    kept: str = LOGIN

    @property
    def how_to_share(self) -> str:
        """What the owner of the sheet must do to let us in."""
        if self.email:
            return f"Deel het blad met {self.email} als Bewerker (knop Delen rechtsboven in het blad)."
        return "Vraag de eigenaar het blad met uw Google-account te delen als Bewerker."


def key_file(settings: Settings) -> Path:
    """Where the key lies: by the settings, by GOOGLE_APPLICATION_CREDENTIALS, or where gspread.oauth keeps a person's.

    Raises Stop where there is none.
    """
    path = settings.workbook.credentials
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    places = [path, *([Path(named).expanduser()] if named else [])]
    places += [DEFAULT_AUTHORIZED_USER_FILENAME, DEFAULT_CREDENTIALS_FILENAME]
    for place in places:
        if place.is_file():
            return place
    raise Stop(
        "Het sleutelbestand voor Google is niet gevonden.",
        f"Leg het bestand dat u van Google kreeg in {path.parent} en noem het {path.name}. "
        "In HANDLEIDING.md staat hoe u het krijgt.",
    )


def log_in(settings: Settings) -> Login:
    """Credentials by the key file: a service account's, a person's who logged in before, or an app's to log in with."""
    path = key_file(settings)
    keep_file(path)
    wrong = Stop(
        f"Het sleutelbestand {path.name} kan niet worden gelezen.",
        "Maak bij Google een nieuwe sleutel van het type JSON, en leg die op dezelfde plaats.",
    )
    try:
        content = _read(path)
        if content.get("type") == "service_account":
            found = Credentials.from_service_account_info(content, scopes=SCOPES)  # type: ignore[no-untyped-call]  # google-auth says nothing of its types here
            return Login(found, str(content.get("client_email", "")))
        if "refresh_token" in content:
            return _as_person(path, content)
        if "installed" in content:
            kept = path.with_name(LOGIN)
            return _as_person(kept, _read(kept)) if kept.is_file() else _for_the_first_time(content, kept)
    except GoogleAuthError as error:
        raise refused_login(Login(None)) from error
    except (OSError, ValueError, KeyError) as error:
        raise wrong from error
    raise wrong


def _read(path: Path) -> dict[str, Any]:
    """What a key file holds. Raises OSError or ValueError."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("a key file that holds no key")
    return content


def _as_person(path: Path, info: dict[str, Any]) -> Login:
    client, _info = gspread.oauth_from_dict(authorized_user_info=info, scopes=SCOPES)
    return Login(client.http_client.auth, kept=path.name)


def _for_the_first_time(app: dict[str, Any], kept: Path) -> Login:
    """Let a person log in with the browser, and keep that login for its owner alone."""
    client, info = gspread.oauth_from_dict(credentials=app, scopes=SCOPES, flow=_with_the_browser)
    private_folder(kept.parent)
    write_private(kept, str(info).encode())  # gspread promises a dict, and gives the JSON of one
    return Login(client.http_client.auth)


def _with_the_browser(client_config: Mapping[str, Any], scopes: Iterable[str], port: int = 0) -> Any:
    """Google's own page asks a person for leave, and brings what it gave to a door on this machine."""
    from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError  # only a first login needs it
    from oauthlib.oauth2 import OAuth2Error  # likewise

    try:
        webbrowser.get()
        has_browser = True
    except webbrowser.Error:
        has_browser = False
    say("Log in bij Google en geef Buurtbeheer toegang tot uw spreadsheets. Uw browser vraagt dat eenmalig.")
    try:
        return InstalledAppFlow.from_client_config(client_config, scopes).run_local_server(
            port=port,
            open_browser=has_browser,
            authorization_prompt_message="Gaat er niets open? Plak dan dit adres in uw browser:\n{url}",
            success_message="Gelukt. U kunt dit venster sluiten en teruggaan naar Buurtbeheer.",
            timeout_seconds=LOGIN_SECONDS,
        )
    except (WSGITimeoutError, OAuth2Error, Warning) as error:  # a Warning: the tick at "spreadsheets" was left out
        raise Stop(
            "Het inloggen bij Google is niet afgemaakt.",
            "Geef de opdracht nog eens. Zet op de pagina van Google het vinkje bij uw spreadsheets. Zei Google dat de "
            f"toegang is geblokkeerd? Zet uw adres dan bij Testgebruikers, of de app op In productie: {_AUDIENCE}",
        ) from error


def refused_login(login: Login) -> Stop:
    """What to do about a login that Google does not take."""
    if login.email:  # its key is signed with the time of day
        return Stop(
            "Google weigert de sleutel van Buurtbeheer.",
            "Zet datum en tijd van deze computer op automatisch, en probeer het opnieuw. Helpt dat niet, dan is de "
            f"sleutel ingetrokken of verlopen. Maak bij Google een nieuwe sleutel (JSON) voor {login.email}, en leg "
            "die in config/secrets.",
        )
    return Stop(
        "Uw inlog bij Google is verlopen of ingetrokken.",
        f"Hield hij het maar een week? Zet de app bij Google dan eerst op In productie: {_AUDIENCE}, App publiceren. "
        f"Verwijder dan het bestand {login.kept}, en log opnieuw in door de opdracht nog eens te geven.",
    )
