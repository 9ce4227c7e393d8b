"""Counts the calls of a sync on the loopback server: `python google_counts.py 10000 2000 [outbox|smtp]` prints JSON.

A register of that many members is synced once, and once more unchanged; then so many rows of it say
something else in Status, and it is synced a third time, each time by the door in a process of its own.
Without the last word nobody is due for a letter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(HERE.parent)]

from mailing import sink  # noqa: E402  # likewise

from roster.example.register import example  # noqa: E402  # likewise
from servers.sheets_server import Book, SheetsServer  # noqa: E402  # likewise
from support.google_matrix import mails  # noqa: E402  # found by the path just set
from support.google_register import TODAY, google_book, laptop  # noqa: E402  # likewise


def lay_out(server: SheetsServer, book: Book, folder: Path, transport: str, port: int) -> Path:
    """Key and settings of one machine; a network without a number of the regiegroep welcomes nobody."""
    by = f'transport = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nper_day = 2000\n'
    key = laptop(server, book, folder).workbook.credentials
    path = folder / "settings.toml"
    path.write_text(
        f'[workbook]\nkind = "google"\nspreadsheet = "{book.id}"\ncredentials = "{key}"\n'
        f'[network]\nregiegroep_number = "{"06-23456789" if transport else ""}"\n'
        f'[mail]\nsender = "Buurt <buurt@mail.example>"\n{by if transport == "smtp" else ""}',
        encoding="utf-8",
    )
    return path


def sync(server: SheetsServer, settings: Path) -> float:
    """One round by the door; its peak of memory in MB, or 0 where the system does not tell (only Linux does).

    getrusage would not do: it starts at the peak of the process that started it, which holds the server.
    """
    door = [sys.executable, SCRIPTS / "sync.py", "--settings", settings, "--yes", "--force", "--today", str(TODAY)]
    child = subprocess.Popen(door, env={**os.environ, **server.environment()}, stdout=subprocess.DEVNULL)
    told, peak = Path("/proc", str(child.pid), "status"), 0.0
    while child.poll() is None:
        if told.exists():
            lines = [line.split() for line in told.read_text().splitlines()]
            peak = max([peak, *(int(line[1]) * 1024 / 1e6 for line in lines if line[0] == "VmHWM:")])
        time.sleep(0.05)
    assert child.returncode in (0, 1), child.returncode
    return peak


def count(members: int, changed: int, transport: str) -> dict[str, float]:
    """Calls, seconds, peak and largest answer (MB) of the rounds, the largest request (MB), and how many mails went."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, SheetsServer() as server, sink() as (post, port):
        book = google_book(server, example(members, 1, TODAY))
        settings = lay_out(server, book, Path(folder), transport, port)
        for name in ("first", "settling", "unchanged", "changed"):
            server.start_counting()
            if name == "changed":
                tab = book.tab("Deelnemers")
                for row in range(1, changed + 1):
                    tab.put(row, tab.column("Status"), "iets")
            started = time.perf_counter()
            found[f"{name} peak"] = sync(server, settings)
            found[f"{name} seconds"] = round(time.perf_counter() - started, 1)
            found[name] = len(server.calls)
            found[f"{name} read"] = sum(call.answered for call in server.calls) / 1e6
            found[f"{name} sent"] = sum(call.sent for call in server.calls) / 1e6
            found[f"{name} answer"] = max(call.answered for call in server.calls) / 1e6
            found["request"] = max([found.get("request", 0), *(call.sent / 1e6 for call in server.calls)])
        found["mails"] = post.taken or sum(mails(Path(folder)).values())
    return found


if __name__ == "__main__":
    print(json.dumps(count(int(sys.argv[1]), int(sys.argv[2]), "".join(sys.argv[3:]))))
