"""Google Sheets v4 on loopback: the calls, their log, and what goes wrong with them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import ssl
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, unquote

from servers.sheets_server import faults
from servers.sheets_server.book import Book
from servers.sheets_server.door import environment, make_certificates
from servers.sheets_server.faults import Fault
from servers.sheets_server.languages import Language
from servers.sheets_server.methods import METHODS, Query
from servers.sheets_server.refusal import Json, Refused, Unknown, Violation, bad
from servers.sheets_server.schema import check_body, check_query, cut, find_method, read_mask
from servers.sheets_server.tokens import Tokens
from servers.sheets_server.views import exported
from servers.sheets_server.wire import JSON, Line, Listener, dumped

EXPORT_LIMIT = 10_000_000
Hook = Callable[[Book], object]


@dataclass
class Call:
    """One call, as it came and as it was answered. `kinds` are the requests of a batchUpdate, in order."""

    number: int
    host: str
    method: str
    path: str
    name: str
    user: str = ""
    kinds: tuple[str, ...] = ()
    sent: int = 0
    answered: int = 0
    status: int = 0
    fault: Fault | None = None
    body: Json = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@cache
def _certificates() -> tuple[tempfile.TemporaryDirectory[str], Path, ssl.SSLContext]:
    """Those of all servers of a test run, and the folder that is theirs."""
    folder = tempfile.TemporaryDirectory()
    return folder, *make_certificates(Path(folder.name))


class SheetsServer:
    """Google as stock gspread and google-auth see it. Use as a context manager; all state is plain and open to tests.

    `calls` are those to Sheets and Drive, numbered from 1; `token_calls` those to the token endpoint.
    `complaints` are requests that Google would not have understood, or that this server does not know: a test that
    leaves any behind must fail (the fixture sees to it). `language` is that of the accounts.
    """

    def __init__(self) -> None:
        self.books: dict[str, Book] = {}
        self.tokens = Tokens()
        self.calls: list[Call] = []
        self.token_calls: list[Call] = []
        self.complaints: list[str] = []
        self.language: Language = "en"
        self.quota: int | None = None
        self.quota_seconds = 60.0
        self._faults: dict[int, Fault] = {}
        self._token_faults: list[Fault] = []
        self._hooks: dict[int, list[Hook]] = {}
        self._spent: dict[tuple[str, bool], list[float]] = {}
        self.lock = threading.RLock()
        self.stopping = threading.Event()

    # --- for tests ---

    def __enter__(self) -> Self:
        _, self._authority, self.context = _certificates()
        self._http = Listener(("127.0.0.1", 0), Line)
        self._http.sheets = self
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def environment(self) -> dict[str, str]:
        """For a subprocess: `env={**os.environ, **server.environment()}`."""
        return environment(self._http.server_port, self._authority)

    @contextlib.contextmanager
    def redirected(self) -> Iterator[None]:
        """Within it, this process reaches the server instead of Google."""
        before = dict(os.environ)
        os.environ.update(self.environment())
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def new_book(self, title: str = "Register", locale: str = "nl_NL", **more: Any) -> Book:
        """An empty spreadsheet with one tab, shared with nobody yet (`book.writers.add(email)`)."""
        book = Book(id=f"1{uuid.uuid4().hex}", **more)
        book.properties = {"title": title, "locale": locale, "timeZone": "Europe/Amsterdam"}
        book.add_tab("Blad1" if locale == "nl_NL" else "Sheet1")
        self.books[book.id] = book
        return book

    def fail(self, number: int, fault: Fault, times: int = 1) -> None:
        """The call of that number (from 1, since `start_counting`) goes wrong; with `times`, the next ones too."""
        self._faults |= dict.fromkeys(range(number, number + times), fault)

    def fail_token(self, *some: Fault) -> None:
        """The next calls to the token endpoint go wrong, in this order."""
        self._token_faults += some

    def between(self, number: int, hook: Hook) -> None:
        """Run hook(book) right after that call took effect and before any other; 0 is before the first."""
        self._hooks.setdefault(number, []).append(hook)

    def start_counting(self) -> None:
        """Forget calls, faults and hooks: the next call is number 1."""
        self.calls.clear()
        self.token_calls.clear()
        self._faults.clear()
        self._token_faults.clear()
        self._hooks.clear()
        self._spent.clear()

    # --- answering ---

    def answer(self, line: Line, host: str, body: bytes) -> None:
        """Do one call, with its faults and hooks, and answer it."""
        path, _, query = line.path.partition("?")
        call = Call(0, host, line.command, path, "", sent=len(body))
        with self.lock:
            if host == "iamcredentials.googleapis.com":
                line.send(404, dumped(Refused(404, "Requested entity was not found.").body()), JSON)
                return
            if host == "oauth2.googleapis.com":
                self.token_calls.append(call)
                call.fault = self._token_faults.pop(0) if self._token_faults else None
            else:
                self.calls.append(call)
                call.fault = self._faults.get(len(self.calls))
                if len(self.calls) == 1:
                    self._run_hooks(0, path)
            call.number = len(self.token_calls if host == "oauth2.googleapis.com" else self.calls)
            if call.fault and not call.fault.after and call.fault.kind != "slow":
                status, content, kind = 0, b"", ""
            else:
                status, content, kind = self._result(line, call, query, body)
            if host != "oauth2.googleapis.com":
                self._run_hooks(call.number, path)
        call.answered = len(content)
        if call.fault:
            call.status = line.send_fault(call.fault, status, content, kind)
        else:
            call.status = status  # before it is sent: a test may look as soon as it has its answer
            line.send(status, content, kind)

    def _run_hooks(self, number: int, path: str) -> None:
        for hook in self._hooks.pop(number, []):
            match = re.search(r"/(?:spreadsheets|files)/([^/:]+)", path)
            hook(self.books[match[1] if match else next(iter(self.books))])

    def _result(self, line: Line, call: Call, query_text: str, body: bytes) -> tuple[int, bytes, str]:
        try:
            if call.host == "oauth2.googleapis.com":
                call.name = "token"
                return 200, dumped(self.tokens.grant(dict(parse_qsl(body.decode())))), JSON
            authorization = line.headers.get("Authorization", "")
            if call.host == "www.googleapis.com":
                call.name = "drive"
                content, kind = self._exported(call, authorization, query_text)
                return 200, content, kind
            return 200, dumped(self._sheets(call, authorization, query_text, body)), JSON
        except Refused as refusal:
            if isinstance(refusal, Violation | Unknown):
                self.complaints.append(f"{call.method} {unquote(call.path)}: {refusal.message}")
            if call.name == "token":
                error, _, told = refusal.message.partition(": ")
                return refusal.code, dumped({"error": error, "error_description": told}), JSON
            return refusal.code, dumped(refusal.body(self.language)), JSON

    def _exported(self, call: Call, authorization: str, query_text: str) -> tuple[bytes, str]:
        match = re.fullmatch(r"/drive/v3/files/([^/]+)/export", call.path)
        if not match or call.method != "GET":
            raise Unknown(f"Drive's {call.method} {call.path}")
        call.user = self.tokens.caller(authorization, ("drive", "drive.readonly"))
        book = self._book(match[1], call.user)
        kind = parse_qs(query_text).get("mimeType", [""])[0]
        content = exported(book, kind)
        if len(content) > EXPORT_LIMIT:
            raise Refused(403, "This file is too large to be exported.", [{"reason": "exportSizeLimitExceeded"}])
        return content, kind

    def _book(self, number: str, user: str, writing: bool = False) -> Book:
        book = self.books.get(number)
        if book is None:
            raise Refused(404, "Requested entity was not found.")
        refused = book.says_no or (book.says_no_to_writing if writing else None)
        if refused:
            raise Refused(*faults.REFUSALS[refused])
        if not book.may_edit(user) and (writing or user not in book.readers):
            raise Refused(403, "The caller does not have permission")
        return book

    def _sheets(self, call: Call, authorization: str, query_text: str, body: bytes) -> Json:
        found = find_method(call.method, call.path)
        if not found:
            raise Refused(404, "The requested URL was not found on this server.")
        method, parts = found
        call.name = method["id"].removeprefix("sheets.spreadsheets.")
        reading = call.method == "GET"
        scopes = ("spreadsheets", "drive", "drive.file")
        call.user = self.tokens.caller(authorization, scopes + (("spreadsheets.readonly",) if reading else ()))
        self._spend(call)
        query: Query = parse_qs(query_text, keep_blank_values=True)
        check_query(query, method)
        mask = read_mask(query["fields"][0], method["response"]["$ref"]) if "fields" in query else {}
        asked: Json = {}
        if "request" in method and body:
            try:
                asked = check_body(json.loads(body), method["request"]["$ref"])
            except json.JSONDecodeError:
                raise bad("Invalid JSON payload received.") from None
        call.body = asked
        call.kinds = tuple(next(iter(request), "") for request in asked.get("requests", []))
        if call.name not in METHODS:
            raise Unknown(f"the method {method['id']}")
        parts = {name: unquote(part) for name, part in parts.items()}
        book = self._book(parts["spreadsheetId"], call.user, writing=not reading)
        answer = METHODS[call.name](book, call.user, parts.get("range", ""), query, asked, mask)
        kept = cut(answer, mask)
        return kept if isinstance(kept, dict) else answer

    def _spend(self, call: Call) -> None:
        if self.quota is None:
            return
        now = time.monotonic()
        spent = self._spent.setdefault((call.user, call.writes), [])
        spent[:] = [moment for moment in spent if moment > now - self.quota_seconds]
        if len(spent) >= self.quota:
            what = "Write requests" if call.writes else "Read requests"
            raise Refused(429, faults.QUOTA.format(what))
        spent.append(now)
