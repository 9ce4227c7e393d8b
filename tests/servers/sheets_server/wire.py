"""The wire: connections, TLS, answers, and answers that go wrong on their way."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from servers.sheets_server import faults
from servers.sheets_server.door import HOSTS
from servers.sheets_server.faults import Fault
from servers.sheets_server.languages import Language
from servers.sheets_server.refusal import Json, Refused

JSON = "application/json; charset=UTF-8"


class Answering(Protocol):
    """Whoever answers what comes over the wire."""

    complaints: list[str]
    language: Language
    context: ssl.SSLContext
    stopping: threading.Event

    def answer(self, line: Line, host: str, body: bytes) -> None: ...


def dumped(answer: Json) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    sheets: Answering

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up (a fault of ours, or a killed door) is no news; a bug of this server is."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.sheets.complaints.append(f"the test server broke: {sys.exc_info()[1]!r}")
            super().handle_error(request, client_address)


MAPS = "service.pdok.nl"
"""Where a round with a sign request may ask for a map: there is none here, as where the network is down."""


class Line(BaseHTTPRequestHandler):
    """One connection: CONNECT to a host of Google's, then TLS, then calls until either side hangs up."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener
    host = ""

    def handle_one_request(self) -> None:
        """Acknowledge at once: to a proxy urllib3 leaves Nagle's algorithm on, and a body waits for that, 40 ms a call."""
        if hasattr(socket, "TCP_QUICKACK"):  # Linux alone
            with contextlib.suppress(OSError):
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        super().handle_one_request()

    def do_CONNECT(self) -> None:
        host, _, port = self.path.partition(":")
        if host not in HOSTS or port != "443":
            if host != MAPS:
                self.server.sheets.complaints.append(f"a call to {self.path}, which is not ours to answer")
            self.send_error(403)
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.connection = self.server.sheets.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.host, self.close_connection = host, False

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.host:
            self.send_error(400, "this is a proxy: CONNECT first")
            return
        self.server.sheets.answer(self, self.host, body)

    do_GET = do_POST = do_PUT = _do  # noqa: N815 - http.server names its methods so

    def send(
        self, status: int, content: bytes, kind: str, *, promised: int | None = None, retry: int | str | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if promised is None else promised))
        if retry is not None:
            self.send_header("Retry-After", str(retry))
        self.end_headers()
        self.wfile.write(content)

    def send_fault(self, fault: Fault, status: int, content: bytes, kind: str) -> int:
        """Answer as the fault will have it; gives the status that went out, 0 for none."""
        if fault.kind == "slow":
            self.server.sheets.stopping.wait(fault.seconds)
            self.send(status, content, kind)
            return status
        if fault.kind in ("timeout", "reset", "closed"):
            self.close_connection = True
            if fault.kind == "timeout":
                self.server.sheets.stopping.wait(fault.seconds)
            if fault.kind == "reset":
                linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            return 0
        if fault.kind in ("cut body", "cut json"):
            whole = content or b'{"spreadsheetId": "x", "replies": [{}, {}, {}]}'
            half = whole[: len(whole) // 2]
            self.send(200, half, JSON, promised=len(whole) if fault.kind == "cut body" else None)
            self.close_connection = fault.kind == "cut body"
            return 200
        if fault.kind in faults.TEXTS:
            code, message = faults.TEXTS[fault.kind]
            self.send(
                code, dumped(Refused(code, message).body(self.server.sheets.language)), JSON, retry=fault.retry_after
            )
            return code
        if fault.kind == "page":
            self.send(fault.status, fault.content, "text/html; charset=UTF-8", retry=fault.retry_after)
            return fault.status
        code = 200 if fault.kind == "html" else int(fault.kind)
        self.send(code, faults.HTML.format(code=code).encode(), "text/html; charset=UTF-8")
        return code

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Silent: the log is `SheetsServer.calls`."""
