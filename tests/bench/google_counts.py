"""Counts the calls of a sync on the loopback server: `python google_counts.py 10000 2000 [mails]` prints them as JSON.

A register of that many members is synced once, and once more unchanged; then so many rows of it say
something else in Status, and it is synced a third time. Without "mails" nobody is due for a letter.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "scripts"), str(HERE.parent)]

from google_matrix import mails, sync  # noqa: E402  # found by the path just set
from google_register import TODAY, google_book, laptop  # noqa: E402  # likewise
from roster.demo import example  # noqa: E402  # likewise
from sheets_server import SheetsServer  # noqa: E402  # likewise


def count(members: int, changed: int, *, mailing: bool) -> dict[str, float]:
    """The calls of the three rounds, the largest request in bytes, and how many mails the first one made."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, SheetsServer() as server, server.redirected():
        book = google_book(server, example(members, 1, TODAY))
        settings = laptop(server, book, Path(folder))
        if not mailing:
            settings = replace(settings, network=replace(settings.network, regiegroep_number=""))
        for name in ("first", "settling", "unchanged", "changed"):
            server.start_counting()
            if name == "changed":
                tab = book.tab("Deelnemers")
                for row in range(1, changed + 1):
                    tab.put(row, tab.column("Status"), "iets")
            started = time.perf_counter()
            code, said = sync(settings)
            assert code in (0, 1), said
            found[name] = len(server.calls)
            found[f"{name} seconds"] = round(time.perf_counter() - started, 1)
            found["largest request"] = max([found.get("largest request", 0), *(call.sent for call in server.calls)])
        found["mails"] = sum(mails(Path(folder)).values())
        found["peak MB, server included"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return found


if __name__ == "__main__":
    print(json.dumps(count(int(sys.argv[1]), int(sys.argv[2]), mailing="mails" in sys.argv)))
