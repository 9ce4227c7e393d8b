"""Asks Google: one way for every call, and one policy for how often and how long it is asked again."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import gspread
import tenacity
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL, SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL

from outside.console import sign_of_life, warn
from outside.errors import Stop
from outside.google.answers import Lost, Refused, meaning, never_left, no_google_sheet
from outside.google.login import Login, refused_login
from roster.sheet.table import Cell

_T = TypeVar("_T")

WAITING_FOR_GOOGLE = "Nog even geduld: Buurtbeheer wacht op Google."


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a line and for an answer; how often to ask, and the seconds before the second time.

    Each time it is twice as long. Where Google is too busy it lasts longer than a minute in all: its quota is
    counted by the minute. Google itself gives an answer up after 180 seconds.
    """

    timeout: tuple[float, float] = (10.0, 120.0)
    tries: int = 6
    first_wait: float = 0.8
    tries_busy: int = 8
    first_wait_busy: float = 2.0
    longest_wait: float = 60.0

    def until_answered(self, ask: Callable[[], _T]) -> _T:
        """What `ask` gives, asked again for as long as it raises Lost. Raises Stop once patience is at an end."""
        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Lost),
            stop=lambda state: state.attempt_number >= (self.tries_busy if _lost(state).busy else self.tries),
            wait=self._wait,
            before_sleep=_tell,
            sleep=_rest,
            reraise=True,
        )
        try:
            return again(ask)
        except Lost as lost:
            raise lost.stop from lost

    def _wait(self, state: tenacity.RetryCallState) -> float:
        lost = _lost(state)
        first = self.first_wait_busy if lost.busy else self.first_wait
        asked = max(lost.wait, first * 2.0 ** (state.attempt_number - 1))
        spread = random.uniform(1.0, 1.3)  # noqa: S311  # only keeps a crowd from asking all at once
        return min(self.longest_wait, asked) * spread


def _lost(state: tenacity.RetryCallState) -> Lost:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Lost)
    return error


def _tell(state: tenacity.RetryCallState) -> None:
    if _lost(state).busy and state.attempt_number == 1:
        warn("Google vraagt om even te wachten. Buurtbeheer gaat vanzelf verder, meestal binnen een minuut.")


def _rest(seconds: float) -> None:
    with sign_of_life(WAITING_FOR_GOOGLE):
        tenacity.nap.sleep(seconds)


Json = dict[str, Any]


class Calls:
    """All calls to one spreadsheet. `answered` is when the last answer came, by Google's clock; `made` counts them."""

    patience = Patience()

    def __init__(self, spreadsheet: str, login: Login) -> None:
        self.spreadsheet = spreadsheet_id(spreadsheet, login)
        self.login = login
        self.made = 0
        self.answered: float | None = None
        self._line = gspread.Client(auth=login.credentials).http_client.session

    def close(self) -> None:
        """Let go of the connections; a call after that makes them anew."""
        self._line.close()

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """The spreadsheet itself, or some ranges of it, as far as the mask says. Raises Stop; Refused for a range."""
        url = SPREADSHEET_URL % self.spreadsheet
        params: Json = {"fields": fields, **({"ranges": list(ranges)} if ranges else {})}
        try:
            return self.until_answered(lambda: self._send("get", url, "sheets", params=params))
        except Refused as refused:
            if ranges:
                raise
            raise refused.stop("Google laat het blad niet lezen.") from refused

    def values(self, ranges: Sequence[str]) -> list[tuple[str, list[list[Cell]]]]:
        """What stands in each range: Google's name for it, and its rows. Raises Stop; Refused where it is not there."""
        params = {
            "ranges": list(ranges),
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "fields": "valueRanges(range,values)",
        }
        url = SPREADSHEET_VALUES_BATCH_URL % self.spreadsheet
        found = self.until_answered(lambda: self._send("get", url, "valueRanges", params=params))["valueRanges"]
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
        url = SPREADSHEET_BATCH_UPDATE_URL % self.spreadsheet
        try:
            return self._send("post", url, params={"fields": fields}, json=body)
        except Refused as refused:
            refused.requests = batch
            raise

    def until_answered(self, ask: Callable[[], _T]) -> _T:
        """What `ask` gives, asked again for as long as it raises Lost. Raises Stop once patience is at an end."""
        return self.patience.until_answered(ask)

    def _send(self, method: str, url: str, asked: str = "", **what: Any) -> Json:
        """One call. An answer without what was `asked` for is none."""
        self.made += 1
        try:
            with sign_of_life(WAITING_FOR_GOOGLE):
                answer = self._ask(method, url, what)
            self._note_clock(answer)
            if not answer.ok:
                raise meaning(answer, self.login, reading=method == "get")
            found = json.loads(answer.content, object_hook=plain_cells)
        except RefreshError as error:
            if error.retryable:
                raise Lost(certain=True) from error
            raise refused_login(self.login) from error
        except TransportError as error:  # no token came, and so nothing was asked
            raise Lost(certain=True) from error
        except (OSError, ValueError) as error:  # all that requests raises is one of these
            raise Lost(certain=never_left(error)) from error
        except GoogleAuthError as error:
            raise refused_login(self.login) from error
        if not isinstance(found, dict) or "error" in found or not (found.get(asked) if asked else found):
            raise Lost
        return found

    def _ask(self, method: str, url: str, what: Json) -> Any:
        try:
            return self._line.request(method, url, timeout=self.patience.timeout, **what)
        except TypeError as error:  # google-auth takes a page that came for a token to be one; nothing was asked
            raise Lost(certain=True) from error

    def _note_clock(self, answer: Any) -> None:
        try:
            self.answered = parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
        except (TypeError, ValueError):
            self.answered = None


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


def spreadsheet_id(text: str, login: Login) -> str:
    """The id in an address or by itself. Raises Stop where there is none, or where it is of an uploaded .xlsx."""
    found = re.search(r"/d/([A-Za-z0-9_-]{10,})", text) or re.fullmatch(r"\s*([A-Za-z0-9_-]{10,})\s*", text)
    if found is None:
        raise Stop(
            "Het adres van het Google-blad klopt niet.",
            "Plak bij spreadsheet in config/settings.toml het hele adres, dat begint met "
            "https://docs.google.com/spreadsheets/d/",
        )
    if re.search(r"[?&#]rtpof=true", text):  # Google's own mark of an Office file that is edited as it is
        raise no_google_sheet(login)
    return found[1]


def new_id() -> int:
    """The id of a tab that is to be added: two of us never draw the same."""
    return random.SystemRandom().randrange(10**8, 2 * 10**9)
