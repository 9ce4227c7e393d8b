"""What a round remembers of the rows, and what it clears that was kept long enough: never somebody's own."""

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
from roster.messages.audience import takes_mail_again, wants_no_mail
from roster.model import Status
from roster.plan.steps import View
from roster.reading.row_ids import highest_seen
from roster.sheet.columns import BORDAANVRAGEN, DEELNEMERS
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


def highest_numbers(view: View) -> dict[str, int]:
    """The highest Nr by prefix that stands there, also of another laptop's: none of them is ever given again."""
    tabs = {"D": view.roster.tables.get(DEELNEMERS.title), "B": view.roster.tables.get(BORDAANVRAGEN.title)}
    return {
        prefix: highest_seen(prefix, list(table.column("Nr")), view.history) for prefix, table in tabs.items() if table
    }


def identities(view: View) -> dict[str, str]:
    """Which Nr each identity goes by. Of a doubled mobile the row that counts: the active ones speak last."""
    identity, status = view.history.identity, view.standing.member
    here = [(identity(member.mobile), member) for member in view.roster.members if member.mobile and not member.left]
    known, active = {mark: member.nr for mark, member in here}, Status.ACTIVE
    known.update({mark: member.nr for mark, member in here if status[member.place.key] is active})
    return known


def keep_refusals(view: View, ledger: Ledger) -> None:
    """Remember whose row says that no mail is wanted, and whose row takes that back."""
    history, members = view.history, [member for member in view.roster.members if member.email]
    again = [history.address_mark(member.email or "") for member in members if takes_mail_again(member, view)]
    if again:
        ledger.replies.mail_again(again)
    says = (member for member in members if wants_no_mail(member, view))
    refused = {history.address_mark(member.email or "") for member in says} - history.do_not_mail_digests
    if refused:
        ledger.replies.do_not_mail(sorted(refused))
