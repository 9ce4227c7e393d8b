"""Takes to heart what came back: tells the rows whose mail was refused, and leaves alone who asked for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from outside.imap import read_mailbox
from outside.ledger import Ledger
from outside.opening import open_workbook
from outside.reports import Answer, Bounce, read_report
from outside.run import prepare
from outside.screen import progress, say, warn
from outside.settings import Settings
from outside.stop import Changed, Stop
from roster.plan import SetCell
from roster.registered import plan_registered_marks
from roster.welcome_mark import READY, SENT, UNCERTAIN
from roster.welcome_told import plan_missed_marks

if TYPE_CHECKING:
    from outside.door import Choices

LARGEST = 20_000_000


@dataclass(slots=True)
class Heard:
    """What the messages told: letters that came back, that our own limit stopped, wishes to be left alone, answers."""

    read: int = 0
    refused: int = 0
    due: int = 0
    left_alone: int = 0
    strangers: int = 0
    answers: int = 0
    digests: list[str] = field(default_factory=list)


def take_bounces(settings: Settings, choices: Choices, folder: Path | None) -> int:
    """Read the mailbox, or a folder of .eml files, and tell ledger and rows. The exit code."""
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger(settings.paths.state / "ledger.sqlite3", choices.today) as ledger:
        messages = _from_folder(folder) if folder is not None else read_mailbox(settings, choices.today)
        known = {
            member.email.casefold()
            for member in prepare(workbook, settings, choices, (), ledger.history()).view.roster.members
            if member.email
        }
        heard = hear(messages, ledger, known)
        planners = (plan_missed_marks, plan_registered_marks)
        plan = prepare(workbook, settings, choices, planners, ledger.history()).plan
        cells = [step for step in plan if isinstance(step, SetCell)]
        try:
            written = workbook.write(cells) if cells else None
        except Changed:
            written = None
            warn("Het register werd intussen gewijzigd. De rijen volgen bij de volgende ronde: make sync")
        ledger.letters.remember_heard(heard.digests)
    _tell(heard, len(written.done) if written else 0)
    return 0


def hear(messages: Iterable[bytes], ledger: Ledger, known: set[str]) -> Heard:
    """Book what messages tell, each once. `known` are the addresses in the register (small letters)."""
    heard = Heard()
    with progress("Teruggekomen mail lezen"):
        for data in messages:
            heard.read += 1
            report = read_report(data)
            if report is None or ledger.letters.was_heard(report.digest) or report.digest in heard.digests:
                continue
            if isinstance(report.news, Bounce):
                if not _book(report.news, ledger, heard):
                    continue
            elif isinstance(report.news, Answer):
                if not any(ledger.letters.by_message_id(one) for one in report.news.message_ids):
                    continue
                heard.answers += 1
            elif ledger.letters.knows_address(ledger.address_mark(report.news.address)) or (
                report.news.address.casefold() in known
            ):
                ledger.never_mail(report.news.address)
                heard.left_alone += 1
            else:
                heard.strangers += 1
            heard.digests.append(report.digest)
    return heard


def _book(bounce: Bounce, ledger: Ledger, heard: Heard) -> bool:
    """Whether the report is about a letter of ours that was thought to have arrived."""
    for message_id in bounce.message_ids:
        entry = ledger.letters.by_message_id(message_id)
        if entry is None:
            continue
        if entry.state in (SENT, UNCERTAIN, READY):
            if bounce.limit:
                ledger.letters.mark_due([message_id])
                heard.due += 1
            else:
                ledger.letters.mark_refused(message_id, bounce.reason)
                heard.refused += 1
        return True
    return False


def _from_folder(folder: Path) -> Iterator[bytes]:
    if not folder.is_dir():
        raise Stop(f"De map {folder.name} is er niet.", "Geef de map op waarin de .eml-bestanden staan.")
    for path in sorted(folder.rglob("*")):
        if path.suffix.casefold() == ".eml" and path.is_file():
            try:
                if path.stat().st_size <= LARGEST:
                    yield path.read_bytes()
            except OSError:
                raise Stop(f"{path.name} kan niet worden gelezen.", "Kijk of u het bestand mag openen.") from None


def _tell(heard: Heard, rows: int) -> None:
    say(f"{heard.read} {'bericht' if heard.read == 1 else 'berichten'} bekeken, {rows} rijen bijgewerkt.")
    if heard.refused:
        say(f"  {heard.refused} × teruggekomen. In de kolom Welkom staat waarom.")
        say("    Verbeter het adres, dan gaat de mail vanzelf. Klopt het adres? Probeer het later nog eens met:")
        say("    make resend NR=…")
    if heard.due:
        say(f"  {heard.due} × niet weg door de daglimiet van het postvak. Die gaan mee met een volgende ronde.")
    if heard.left_alone:
        say(f"  {heard.left_alone} × wil geen mail meer. Dat blijft zo. Wil die persoon ook uit de groep? Vraag het.")
    if heard.strangers:
        warn(f"  {heard.strangers} × een afmelding van een adres dat niet in het register staat. Kijk in het postvak.")
    if heard.answers:
        say(f"  {heard.answers} × een antwoord om zelf te lezen.")
