"""Clears what was kept long enough: files of ours by name and place, and never somebody's own."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from outside.config.settings import Settings
from outside.console import say
from outside.files.atomic import stop_from
from outside.files.places import REPLACED_LEDGERS, files_at, files_kept
from outside.ledger.ledger import Ledger
from outside.run.ready_letters import lie_ready
from roster.sheet.dutch import counted

NEWEST = 3
"""So many copies of a register, and of a ledger, always stay, whatever their age."""

_COPY = re.compile(r"(?P<of>.+)_(?P<stamp>\d{4}-\d{2}-\d{2}_\d{6}(?:-\d+)?)(?P<ending>\.\w+)")
_TEST_LETTER = re.compile(r"PROEF-.+\.eml")


def clear_expired(ledger: Ledger, settings: Settings) -> None:
    """Remove what is past its day, and tell how much; letters that still lie ready stay, and are told. Raises Stop.

    The run log has its own look, when it is opened: it is kept also where no round gets this far.
    """
    try:
        found = [*_asked_for(settings), *_copies(settings)]
        for path in found:
            path.unlink(missing_ok=True)
        old = [path for path in lie_ready(ledger, settings) if _is_over(path, settings.privacy.keep_mail_days)]
    except OSError as error:
        raise stop_from(error, settings.paths.state.name) from error
    if found:
        say(f"Opgeruimd: {counted(len(found), 'bestand', 'bestanden')} van langer geleden.")
    if old:
        mails = counted(len(old), "mail ligt", "mails liggen")
        say(f"{mails} al langer dan {settings.privacy.keep_mail_days} dagen klaar in {settings.paths.out.name}/mail.")
        say("Hebt u alles verstuurd wat daar ligt? Typ: make sent OUTBOX=yes. De volgende make sync ruimt het dan op.")


def _asked_for(settings: Settings) -> Iterator[Path]:
    """What somebody once asked for in out/."""
    for path, place in files_kept(settings.paths.out, settings.paths.state):
        if place is None or place.days != "keep_out_days":
            continue
        is_ours = path.suffix != ".eml" or _TEST_LETTER.fullmatch(path.name) is not None
        if is_ours and _is_over(path, settings.privacy.keep_out_days):
            yield path


def _copies(settings: Settings) -> Iterator[Path]:
    """Copies with their day in their name, except the newest of each; and a ledger that another took the place of."""
    state, days = settings.paths.state, settings.privacy.keep_backup_days
    for old in _of_one_kind((state / "backups").glob("*")):
        yield from (path for stamp, path in old if date.fromisoformat(stamp[:10]) + timedelta(days=days) < date.today())
    replaced = files_at((REPLACED_LEDGERS,), settings.paths.out, state)
    yield from (path for path in replaced if _is_over(path, days))


def _of_one_kind(paths: Iterable[Path]) -> Iterator[list[tuple[str, Path]]]:
    """The dated copies of each file, the newest first and left out: (day and time, path)."""
    found: defaultdict[tuple[str, str], list[tuple[str, Path]]] = defaultdict(list)
    for path in paths:
        named = _COPY.fullmatch(path.name)
        if named and _is_day(named["stamp"][:10]):
            found[named["of"], named["ending"]].append((named["stamp"], path))
    for copies in found.values():
        yield sorted(copies, reverse=True)[NEWEST:]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_over(path: Path, days: int) -> bool:
    """True for a file that was written longer ago than that."""
    return path.stat().st_mtime + days * 86_400 < time.time()
