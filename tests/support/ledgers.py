"""A ledger, and its secret, as they lie in the folder of an installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from outside.config.settings import LEDGER_SECRET
from outside.ledger.ledger import LEDGER_FILE, Ledger, utc_now


def ledger_in(home: Path, today: date, clock: Callable[[], datetime] = utc_now) -> Ledger:
    """The ledger in state/, whose secret lies in config/secrets."""
    return Ledger(home / "state" / LEDGER_FILE, home / LEDGER_SECRET, today, clock)


def ledger_at(path: Path, today: date, clock: Callable[[], datetime] = utc_now) -> Ledger:
    """The ledger at `path` in a state/ of that name, likewise."""
    return Ledger(path, path.parent.parent / LEDGER_SECRET, today, clock)
