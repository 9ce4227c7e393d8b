"""A server of map tiles on loopback, real HTTP: good ones, or what other servers give instead."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer


def png(shade: int, side: int = 256, depth: int = 8) -> bytes:
    """A whole PNG of one grey; of another depth than 8 its picture is too short."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = side.to_bytes(4) * 2 + bytes((depth, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes([shade]) * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Tiles:
    """What it gives (`status` and `body`; none: a tile), after how long, and what it was asked, with the headers."""

    def __init__(self) -> None:
        self.status, self.wait = 200, 0.0
        self.body: bytes | None = None
        self.asked: list[str] = []
        self.headers: list[str] = []
        self.over = threading.Event()


@contextmanager
def tile_server() -> Iterator[tuple[Tiles, str]]:
    """The server, and its address as the settings name it."""
    tiles = Tiles()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tiles.asked.append(self.path)
            tiles.headers.append(str(self.headers))
            tiles.over.wait(tiles.wait)
            body = png(len(tiles.asked) * 20 % 256) if tiles.body is None else tiles.body
            self.send_response(tiles.status)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """On no screen."""

    class Server(ThreadingTCPServer):  # http.server's own asks the network for its name, which takes seconds
        daemon_threads = True

        def handle_error(self, *_whom: object) -> None:
            """Who was asked too long has gone."""

    server = Server(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield tiles, f"http://127.0.0.1:{server.server_address[1]}/{{z}}/{{x}}/{{y}}.png"
    finally:
        tiles.over.set()
        server.shutdown()
        server.server_close()
