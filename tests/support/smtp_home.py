"""A home of its own for whole rounds over a real mail server: settings, doors, what the rows say, and time that passes."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path

from conftest import RunDoor
from support.excel_person import rows_in, type_in
from support.marks import without_nr

TODAY = ("--today", "2026-11-23")


def lay_out(home: Path, port: int, per_day: int = 400, transport: str = "smtp") -> Path:
    """The settings for a server at that port."""
    path = home / "settings.toml"
    path.write_text(
        '[workbook]\npath = "register.xlsx"\n[network]\nregiegroep_number = "06-23456789"\n'
        f'[mail]\ntransport = "{transport}"\nsender = "Buurt <buurt@mail.example>"\nhost = "127.0.0.1"\nport = {port}\n'
        f'security = "none"\nper_day = {per_day}\n'
    )
    return path


def welkom(home: Path) -> dict[str, str]:
    """Nr -> what Welkom says, of the rows that say something; each names its own row, which is left out."""
    rows = rows_in(home / "register.xlsx", "Deelnemers")
    at = next(n for n, row in enumerate(rows) if "Welkom" in row)
    nr, mark = rows[at].index("Nr"), rows[at].index("Welkom")
    told = {str(row[nr]): str(row[mark]) for row in rows[at + 1 :] if row[mark]}
    assert all(f"({nr}" in mark for nr, mark in told.items() if mark.startswith("verstuurd"))
    return {nr: str(without_nr(mark)) for nr, mark in told.items()}


def age(home: Path, hours: float) -> None:
    """Let so many hours pass for all that the ledger remembers."""
    with sqlite3.connect(home / "state" / "ledger.sqlite3") as ledger:
        for table, column in (("departure", "at"), ("pause", "until"), ("message", "next_try")):
            for rowid, at in ledger.execute(
                f"SELECT {'rowid' if table != 'message' else 'message_id'}, {column} FROM {table}"
            ).fetchall():
                if at:
                    moved = (datetime.fromisoformat(at) - timedelta(hours=hours)).astimezone(UTC).isoformat()
                    key = "rowid" if table != "message" else "message_id"
                    ledger.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (moved, rowid))
    ledger.close()


def put_ready(home: Path, press_door: RunDoor) -> dict[str, str]:
    """Have a round put all letters ready: whose turn it is, by the name before the @, with the Nr."""
    sync(press_door, lay_out(home, 1, transport="outbox"))
    found = {}
    for path in sorted((home / "out" / "mail").glob("*.eml")):
        letter = BytesParser(policy=SMTP).parsebytes(path.read_bytes())
        found[str(letter["To"].addresses[0].username)] = "-".join(path.name.split("-")[:2])
    return found


def sync(press_door: RunDoor, settings: Path) -> subprocess.CompletedProcess[str]:
    return press_door("sync", "--settings", settings, "--yes", *TODAY)


def retype(home: Path, tab: str, column: str, which: Callable[[Sequence[object]], bool], value: str | None) -> None:
    """Type something else in a column of the rows that are meant."""
    rows = rows_in(home / "register.xlsx", tab)
    head = next(n for n, row in enumerate(rows) if column in row)
    at = rows[head].index(column) + 1
    typed = {(n, at): value for n, row in enumerate(rows[head + 1 :], head + 2) if which(row)}
    type_in(home / "register.xlsx", tab, typed)
