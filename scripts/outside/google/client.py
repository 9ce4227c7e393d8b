"""Talks to Google Sheets: one way to read, one way to write, and every answer that did not come in plain words."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import gspread
import tenacity
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from gspread.exceptions import APIError
from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL, SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL

from outside.errors import Stop
from outside.google.login import Login, refused_login
from roster.sheet.table import Cell

Json = dict[str, Any]

TIMEOUT = (10.0, 120.0)
"""Seconds to wait for a line, and for an answer. Google gives up by itself after 180."""

TRIES = 6
FIRST_WAIT = 0.8
"""Seconds before asking again; each time twice as long."""

LONGEST_WAIT = 60.0
"""Google's quota is counted by the minute."""

_PASSING = {-1, 408, 409, 429, 499, 500, 502, 503, 504}
_NO_ANSWER = Stop(
    "Google geeft op dit moment geen antwoord.",
    "Kijk of er internet is, en probeer het over een paar minuten opnieuw.",
)
_TOO_BUSY = Stop(
    "Google laat even geen nieuwe vragen toe: het was te druk.", "Wacht een paar minuten, en probeer het opnieuw."
)


class Lost(Exception):
    """No usable answer came: a write may have arrived or not. `stop` is for who gives up, `wait` in seconds."""

    def __init__(self, stop: Stop = _NO_ANSWER, wait: float = 0.0) -> None:
        super().__init__(stop.message)
        self.stop = stop
        self.wait = wait


class Refused(Exception):
    """Google did nothing of what was asked. `said` holds its words, which are for code and not for people's eyes."""

    def __init__(self, said: str) -> None:
        super().__init__("Google refused a request")
        self.said = said

    @property
    def turn(self) -> int | None:
        """Which request of the batch was refused (0 = first), where Google says so."""
        found = re.match(r"Invalid requests\[(\d+)\]", self.said)
        return int(found[1]) if found else None


class Calls:
    """All calls to one spreadsheet. `answered` is when the last answer came, by Google's clock; `made` counts them."""

    def __init__(self, spreadsheet: str, login: Login) -> None:
        self.spreadsheet = spreadsheet_id(spreadsheet)
        self.login = login
        self.made = 0
        self.answered: float | None = None
        self._http = gspread.Client(auth=login.credentials).http_client
        self._http.set_timeout(TIMEOUT)

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """The spreadsheet itself, or some ranges of it, as far as the mask says. Raises Stop."""
        url = SPREADSHEET_URL % self.spreadsheet
        params: Json = {"fields": fields, **({"ranges": list(ranges)} if ranges else {})}
        return self._patiently(lambda: self._send("get", url, params=params))

    def values(self, ranges: Sequence[str]) -> list[tuple[str, list[list[Cell]]]]:
        """What stands in each range: Google's name for it, and its rows. Raises Stop; Refused where it is not there."""
        params = {
            "ranges": list(ranges),
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "fields": "valueRanges(range,values)",
        }
        url = SPREADSHEET_VALUES_BATCH_URL % self.spreadsheet
        found = self._patiently(lambda: self._send("get", url, params=params)).get("valueRanges", [])
        return [(part.get("range", ""), part.get("values", [])) for part in found]

    def change(self, batch: Sequence[Json], ranges: Sequence[str] = (), fields: str = "spreadsheetId") -> Json:
        """Carry out a batch, once, all or nothing. Raises Lost where nobody knows, Refused where nothing was done.

        With `ranges` the answer holds what stands there after it, as cells (`plain_cells`).
        """
        body: Json = {"requests": list(batch)}
        if ranges:
            body |= {
                "includeSpreadsheetInResponse": True,
                "responseIncludeGridData": True,
                "responseRanges": list(ranges),
            }
        return self._send("post", SPREADSHEET_BATCH_UPDATE_URL % self.spreadsheet, params={"fields": fields}, json=body)

    def pause(self, turn: int, lost: Lost) -> None:
        """Wait before asking again; longer at every turn (from 1)."""
        least = FIRST_WAIT * 2 ** (turn - 1)
        spread = random.uniform(1.0, 1.3)  # noqa: S311  # only keeps a crowd from asking all at once
        time.sleep(min(LONGEST_WAIT, max(lost.wait if FIRST_WAIT else 0.0, least)) * spread)

    def _patiently(self, ask: Callable[[], Json]) -> Json:
        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Lost),
            stop=tenacity.stop_after_attempt(TRIES),
            sleep=lambda _: None,  # `before_sleep` waits, for as long as what was said asks
            before_sleep=self._rest,
            reraise=True,
        )
        try:
            return again(ask)
        except Lost as lost:
            raise lost.stop from lost

    def _rest(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Lost):
            self.pause(state.attempt_number, error)

    def _send(self, method: str, url: str, **what: Any) -> Json:
        self.made += 1
        try:
            answer = self._http.request(method, url, **what)
            self._note_clock(answer)
            found = json.loads(answer.content, object_hook=plain_cells)
        except APIError as error:
            self._note_clock(error.response)
            raise self._meant(error) from error
        except RefreshError as error:
            if error.retryable:
                raise Lost from error
            raise refused_login(error, self.login) from error
        except (TransportError, OSError, ValueError) as error:  # all that requests raises is an OSError or a ValueError
            raise Lost from error
        except GoogleAuthError as error:
            raise refused_login(error, self.login) from error
        if not isinstance(found, dict):
            raise Lost
        return found

    def _note_clock(self, answer: Any) -> None:
        try:
            self.answered = parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
        except (TypeError, ValueError):
            self.answered = None

    def _meant(self, error: APIError) -> Exception:
        code, said = error.code, str(error.error.get("message", ""))
        if code == 429:
            return Lost(_TOO_BUSY, _seconds(error.response, 2.0))
        if code in _PASSING:
            return Lost(wait=_seconds(error.response, 0.0))
        if code == 400:
            return Refused(said)
        if code == 401:
            return refused_login(error, self.login)
        if code == 403:
            if "quota" in said.lower() or "rate limit" in said.lower():
                return Lost(_TOO_BUSY, 2.0)
            if "has not been used in project" in said or "SERVICE_DISABLED" in str(error.error.get("details", "")):
                return Stop(
                    "De Google Sheets API staat nog niet aan in uw Google-project.",
                    "Zet hem aan op https://console.cloud.google.com/apis/library/sheets.googleapis.com, "
                    "wacht vijf minuten, en probeer het opnieuw.",
                )
            return Stop("Buurtbeheer mag niet in het Google-blad schrijven.", self.login.how_to_share)
        if code == 404:
            return Stop(
                "Het Google-blad is niet gevonden.",
                f"Kijk of het adres bij spreadsheet in config/settings.toml klopt. {self.login.how_to_share}",
            )
        return RuntimeError(f"Google answered with status {code}")


def _seconds(answer: Any, least: float) -> float:
    told = str(answer.headers.get("Retry-After", ""))
    return max(least, float(told)) if told.isdigit() else least


def plain_cells(found: Json) -> Any:
    """While JSON is read: a cell with its value becomes that value, so that a large answer stays small in memory."""
    if len(found) == 1:
        [(name, value)] = found.items()
        if name in ("stringValue", "numberValue", "boolValue", "effectiveValue"):
            return value
        if name == "errorValue":
            return ERROR
    return found


ERROR = "#"
"""A cell whose formula fails; `values` has Google's word for it, which also begins so."""


def spreadsheet_id(text: str) -> str:
    """The id in an address or by itself. Raises Stop where there is none."""
    found = re.search(r"/d/([A-Za-z0-9_-]{10,})", text) or re.fullmatch(r"\s*([A-Za-z0-9_-]{10,})\s*", text)
    if found is None:
        raise Stop(
            "Het adres van het Google-blad klopt niet.",
            "Plak bij spreadsheet in config/settings.toml het hele adres, dat begint met "
            "https://docs.google.com/spreadsheets/d/",
        )
    return found[1]
