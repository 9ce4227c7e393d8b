"""What the mail rows of the bench run on: a loopback server that takes everything, and mailmerge's own files."""

from __future__ import annotations

import csv
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "scripts")]

from outside.text.templates import find_text  # noqa: E402  # the path above comes first
from roster.terms import Network, Terms  # noqa: E402  # likewise


class Sink(socketserver.StreamRequestHandler):
    """One conversation of SMTP with a server that likes everything."""

    def handle(self) -> None:
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.wfile.write(b"220 sink.example\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go ahead\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.server.taken += 1  # type: ignore[attr-defined]  # our own server has it
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


class Server(socketserver.ThreadingTCPServer):
    """Counts what it takes."""

    daemon_threads = True
    taken = 0


@contextmanager
def sink() -> Iterator[tuple[Server, int]]:
    """The server for as long as the block runs, and its port."""
    with Server(("127.0.0.1", 0), Sink) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server, int(server.server_address[1])
        server.shutdown()
        thread.join()


def our_settings(folder: Path, port: int, letters: int) -> Path:
    """SMTP to the sink, so many letters."""
    path = folder / "settings.toml"
    path.write_text(
        '[workbook]\npath = "register.xlsx"\n[network]\nregiegroep_number = "06-23456789"\n[mail]\ntransport = "smtp"\n'
        f'sender = "Buurt <buurt@mail.example>"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nper_day = {letters}\n',
        encoding="utf-8",
    )
    return path


def their_files(folder: Path, port: int, letters: int) -> None:
    """mailmerge's template, people and server: the same welcome, plain and Markdown, to as many."""
    terms = Terms(today=date.today(), network=Network(regiegroep_number="06-23456789"))
    facts = {
        "greeting": "@@greeting@@",
        "name": "x",
        "group": "Tuindorp",
        "area": "Noord",
        "admins": ["Jan Voorbeeld"],
        "is_admin": False,
        "regiegroep_number": "06-23456789",
        "regiegroep_tel": "0623456789",
        "network": terms.network.name,
        "short_name": "BPA",
        "keep_left_days": 365,
        "coordinator": "",
        "version": "1",
        "reply_to": "buurt@mail.example",
        "website": "",
        "website_link": "",
        "number_of_rules": "negen",
        "municipality": "Zilverdam",
        "municipality_number": "14 0199",
        "municipality_tel": "140199",
    }
    body = find_text("welcome", "nl", "nl").markdown(facts).replace("@@greeting@@", "{{greeting}}")
    (folder / "mailmerge_template.txt").write_text(
        "TO: {{email}}\nSUBJECT: Welkom bij uw buurtgroep\nFROM: Buurt <buurt@mail.example>\nCONTENT-TYPE: text/markdown\n\n"
        + body,
        encoding="utf-8",
    )
    with (folder / "mailmerge_database.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["email", "greeting"])
        table.writerows([f"persoon{n}@mail.example", f"Persoon {n}"] for n in range(letters))
    (folder / "mailmerge_server.conf").write_text(f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\n", encoding="utf-8")
