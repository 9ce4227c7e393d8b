"""What it means when Google does not do what was asked: told by status and reason, never by its words."""

from __future__ import annotations

import errno
import json
import re
import socket
from collections.abc import Iterator, Sequence
from typing import Any

from outside.errors import Stop
from outside.google.login import Login, refused_login

NO_ANSWER = Stop(
    "Google geeft op dit moment geen antwoord.", "Kijk of er internet is, en probeer het over een paar minuten opnieuw."
)
TOO_BUSY = Stop(
    "Google laat even geen nieuwe vragen toe: het was te druk.", "Wacht een paar minuten, en probeer het opnieuw."
)
_PASSING = {408, 409, 499}
_LONGEST = 200
"""Characters of Google's own words that are passed on."""

# Reasons as Google spells them in either of its two forms, without case and underscores.
_BUSY = {"ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "dailylimitexceeded", "resourceexhausted"}
_API_OFF = {"servicedisabled", "accessnotconfigured"}
_NO_SCOPE = {"accesstokenscopeinsufficient", "insufficientscope", "insufficientpermissions"}
_POLICY = ("policy", "orgrestriction", "vpcservicecontrols", "organization")


class Lost(Exception):
    """No usable answer came: a write may have arrived or not. `stop` is for who gives up.

    `certain` is True where it did not arrive for sure, `busy` where Google asks to slow down; `wait` is how many
    seconds it asks for.
    """

    def __init__(self, stop: Stop = NO_ANSWER, wait: float = 0.0, *, certain: bool = False, busy: bool = False) -> None:
        super().__init__(stop.message)
        self.stop = stop
        self.wait = wait
        self.certain = certain or busy
        self.busy = busy


class Refused(Exception):
    """Google did nothing of what was asked. `said` holds its words, which are for people's eyes and not for code.

    `requests` are those of the batch that was refused.
    """

    def __init__(self, said: str) -> None:
        super().__init__("Google refused a request")
        self.said = said
        self.requests: Sequence[Any] = ()

    @property
    def turn(self) -> int | None:
        """Which request of the batch was refused (0 = first), where Google says so; it does in every language."""
        found = re.match(r"Invalid requests\[(\d+)\]", self.said)
        return int(found[1]) if found else None

    def stop(self, message: str, remedy: str = "Probeer het over een paar minuten opnieuw.") -> Stop:
        """A Stop for a refusal of which no more is known than what Google says."""
        words = " ".join(re.sub(r"^Invalid requests\[\d+\]\.\w+:", "", self.said).split())[:_LONGEST]
        return Stop(message, f"Google zegt: “{words}” {remedy}" if words else remedy)


def never_left(error: BaseException | None) -> bool:
    """True where no line to Google was made (no such name, no way, nobody there): nothing can have arrived."""
    while error is not None:
        if isinstance(error, socket.gaierror | ConnectionRefusedError):
            return True
        if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN):
            return True
        error = error.__cause__ or error.__context__
    return False


def meaning(answer: Any, login: Login, *, reading: bool) -> Exception:
    """What to raise for an answer (of requests) that says no: Lost, Refused or Stop. What it holds may be anything."""
    error = _error_in(answer.content)
    code, found, words = answer.status_code, set(_reasons(error)), error.get("message")
    said = words if isinstance(words, str) else ""
    if code == 429 or (code == 403 and found & _BUSY):
        return Lost(TOO_BUSY, _retry_after(answer), busy=True)
    if code in _PASSING or code >= 500:
        return Lost(wait=_retry_after(answer))
    if code == 400:
        is_office = reading and error.get("status") == "FAILED_PRECONDITION"
        return no_google_sheet(login) if is_office else Refused(said)
    if code == 401:
        return refused_login(login)
    if code == 403:
        return _no_leave(found, login, reading=reading)
    if code == 404:
        return Stop(
            "Het Google-blad is niet gevonden.",
            "Kijk of het adres bij spreadsheet in config/settings.toml klopt, en of het blad niet in de prullenbak van "
            f"Google Drive ligt. {login.how_to_share}",
        )
    return Refused(said).stop("Google antwoordt iets dat Buurtbeheer niet kent.")


def no_google_sheet(login: Login) -> Stop:
    """What to say of a file of another kind; in practice an .xlsx that was uploaded and opened as it is."""
    return Stop(
        "Bij dit adres staat nog geen Google-blad, maar waarschijnlijk een Excel-bestand in Google Drive.",
        "Open het in de browser, kies Bestand, Opslaan als Google Spreadsheets, en zet het nieuwe adres bij "
        f"spreadsheet in config/settings.toml. {login.how_to_share}",
    )


def _no_leave(found: set[str], login: Login, *, reading: bool) -> Stop:
    """A 403, by its reason."""
    if found & _API_OFF:
        return Stop(
            "De Google Sheets API staat nog niet aan in uw Google-project.",
            "Zet hem aan op https://console.cloud.google.com/apis/library/sheets.googleapis.com, "
            "wacht vijf minuten, en probeer het opnieuw.",
        )
    if found & _NO_SCOPE and not login.email:
        return Stop(
            "Bij het inloggen kreeg Buurtbeheer geen toegang tot uw spreadsheets.",
            f"Verwijder het bestand {login.kept}, geef de opdracht nog eens, en zet op de pagina van Google het vinkje "
            "bij uw spreadsheets.",
        )
    if any("storage" in reason for reason in found):
        return Stop(
            "De opslag bij Google van de eigenaar van het blad is vol.",
            "Vraag de eigenaar ruimte te maken (drive.google.com/settings/storage), en probeer het opnieuw.",
        )
    if any("trash" in reason for reason in found):
        return Stop(
            "Het Google-blad ligt in de prullenbak.",
            "Vraag de eigenaar het terug te zetten (Google Drive, Prullenbak), en probeer het opnieuw.",
        )
    if any(word in reason for reason in found for word in _POLICY):
        return Stop(
            "Een regel van de organisatie bij Google laat Buurtbeheer niet toe in dit blad.",
            "Vraag de beheerder van die organisatie of het mag, of zet het register in een gewoon Google-account.",
        )
    if reading:
        return Stop("Buurtbeheer mag niet in het Google-blad.", login.how_to_share)
    return Stop(
        "Buurtbeheer mag niet in het Google-blad schrijven.",
        f"{login.how_to_share} Staat dat al goed? Kijk dan of het blad in de prullenbak ligt, en of de eigenaar bij "
        "Google nog opslag heeft.",
    )


def _error_in(content: bytes) -> dict[str, Any]:
    """What Google tells of an error; nothing where it sent a page, or something else that is none of Google's."""
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(error: Any) -> Iterator[str]:
    """Every reason and type that an error tells, in whichever of Google's forms."""
    if isinstance(error, dict):
        for name, value in error.items():
            if name in ("reason", "type") and isinstance(value, str):
                yield value.casefold().replace("_", "")
            elif name != "metadata":
                yield from _reasons(value)
    elif isinstance(error, list):
        for one in error:
            yield from _reasons(one)


def _retry_after(answer: Any) -> float:
    header = str(answer.headers.get("Retry-After", ""))
    return float(header) if header.isdecimal() else 0.0
