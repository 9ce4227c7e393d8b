"""Takes to heart what came back: tells the rows whose mail was refused, and leaves alone who asked for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from outside.backends import open_workbook
from outside.commands.no_mail import (
    SHOWN,
    People,
    address_of_wish,
    ask_about_wishes,
    is_old_news,
    numbers_of,
    people_of,
)
from outside.config.choices import Choices
from outside.config.settings import Mail, Settings
from outside.console import progress, say, warn
from outside.errors import Changed, Stop
from outside.inbox.bounces import Bounce, InboxReport, read_report
from outside.inbox.imap import read_mailbox
from outside.inbox.unsubscribe import StopAsked
from outside.ledger.ledger import Ledger
from outside.ledger.replies import MAY_HAVE_LEFT
from outside.run.confirm import A_DAY
from outside.run.keeping import keep_refusals
from outside.run.prepare import look_up
from roster.messages.notices import NUMBER_UPDATE
from roster.messages.sign_letters import plan_sign_marks
from roster.plan.history import Message
from roster.plan.steps import SetCell
from roster.planners.sync import MARKS
from roster.sheet.dutch import counted, first_few

LARGEST_FILE = 20_000_000


TIMES = 3
"""So often may the day's limit stop one letter. A report that comes for ever would stop all mail for ever."""

_NEAR = 0.8
"""The share of a day's letters from which on anybody may be believed who says that the day's limit was reached."""

CLOCKS = timedelta(minutes=5)
"""So much may the clocks of two computers differ."""

LIMIT = "het postvak kon de mail drie dagen niet versturen"


@dataclass(slots=True)
class InboxSummary:
    """What the messages told: letters that came back, that our own limit stopped, wishes to be left alone, answers.

    `unproven` are the letters (Message-ID and Nr) of which somebody says, and nothing shows, that the limit did.
    """

    read: int = 0
    refused: int = 0
    due: int = 0
    unproven: list[tuple[str, str]] = field(default_factory=list)
    opted_out: int = 0
    asked: int = 0
    untraced: int = 0
    of_numbers: bool = False
    unclear: list[str] = field(default_factory=list)
    look: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    strangers: int = 0
    answers: int = 0


def take_bounces(settings: Settings, choices: Choices, folder: Path | None) -> int:
    """Read the mailbox, or a folder of .eml files, and tell ledger and rows. The exit code.

    The ledger comes first. The rows follow from it, now or, where this is cut off, with any later round.
    """
    workbook = open_workbook(settings)
    with workbook.lock(), Ledger.of(settings, choices.today) as ledger:
        messages = _from_folder(folder) if folder is not None else read_mailbox(settings, choices.today, ledger)
        view = look_up(workbook, settings, choices, ledger).view
        keep_refusals(view, ledger)  # what another laptop's rows answer need not be asked here
        people = people_of(view)
        half_way: Stop | None = None
        try:
            process_messages(
                messages, ledger, people, settings.mail.imap_host, settings.mail.per_day, settings.mail.host
            )
        except Stop as stop:
            if stop.code != 3:
                raise
            half_way = stop  # what was read is told to the rows all the same
        ask_about_wishes(ledger, people)
        plan = look_up(workbook, settings, choices, ledger, (*MARKS, plan_sign_marks)).plan
        cells = [step for step in plan if isinstance(step, SetCell)]
        rows = 0
        try:
            rows = len(workbook.write(cells).done) if cells else 0
        except Changed:
            warn("Het register werd intussen gewijzigd. De rijen volgen bij de volgende ronde: make sync")
    say(counted(rows, "rij bijgewerkt.", "rijen bijgewerkt."))
    if half_way is not None:
        raise half_way
    return 0


def process_messages(
    messages: Iterable[bytes],
    ledger: Ledger,
    people: People,
    host: str = "",
    per_day: int = Mail().per_day,
    sends_by: str = "",
) -> InboxSummary:
    """Book what messages tell, each once, and say it. `host` is where the mailbox is read, `per_day` its limit;
    mail leaves by `sends_by`.

    What a message does lies on the disk, with the fact that it was heard, before the next one is read.
    """
    summary = InboxSummary()
    try:
        with progress("Teruggekomen mail lezen"):
            for data in messages:
                summary.read += 1
                report = read_report(data, host, sends_by)
                if report is not None and not ledger.replies.is_processed(report.digest):
                    _take(report, ledger, summary, people, per_day)
    except Stop:
        if summary.read:  # it will not be told again
            _tell(summary)
        raise
    _tell(summary)
    return summary


def _take(report: InboxReport, ledger: Ledger, summary: InboxSummary, people: People, per_day: int) -> None:
    if isinstance(report.news, Bounce):
        _process_bounce(report.digest, report.news, ledger, summary, people, per_day)
    elif isinstance(report.news, StopAsked):
        _process_stop(report.digest, report.news, ledger, summary, people)
    elif _letters(report.news.message_ids, ledger):
        ledger.replies.mark_processed(report.digest)
        summary.answers += 1


def _process_bounce(
    digest: str, bounce: Bounce, ledger: Ledger, summary: InboxSummary, people: People, per_day: int
) -> None:
    """Booked is what holds a Message-ID of ours, which nobody can guess. Of all else a person is told."""
    letters = _letters(bounce.message_ids, ledger)
    if bounce.unclear:
        summary.unclear += [one.person for one in letters if one.state in MAY_HAVE_LEFT]
        ledger.replies.mark_processed(digest)
        return
    if not letters:
        _tell_untraced(digest, bounce, ledger, summary, people)
        return
    # Once the address was mended, a report about the old one may still come.
    named = {ledger.address_mark(address) for address in bounce.recipients}
    meant = next(
        (one for one in letters if one.state in MAY_HAVE_LEFT and (not named or one.address_mark in named)), None
    )
    if meant is None or _is_of_an_earlier_try(bounce, meant, ledger):
        ledger.replies.mark_processed(digest)
    elif bounce.limit and len(ledger.departures.of(meant.message_id)) < TIMES:
        _process_limit(digest, bounce, meant, ledger, summary, per_day)
    else:
        ledger.replies.process_refusal(digest, meant.message_id, LIMIT if bounce.limit else bounce.reason)
        summary.refused += 1


def _is_of_an_earlier_try(bounce: Bounce, letter: Message, ledger: Ledger) -> bool:
    """True for a report that was written before a letter left for the last of several times."""
    left = ledger.departures.of(letter.message_id)
    return len(left) > 1 and bounce.sent is not None and bounce.sent.astimezone() < left[-1] - CLOCKS


def _process_limit(
    digest: str, bounce: Bounce, letter: Message, ledger: Ledger, summary: InboxSummary, per_day: int
) -> None:
    """One such report stops all mail for a day, and whoever got a letter can make one up about it.

    So it is believed of our own provider, of letters to two people, and where so many left that it may well be so.
    """
    reported = _letters(ledger.replies.limits_reported(ledger.now() - 2 * A_DAY), ledger)
    others = {
        one.message_id for one in reported if one.person != letter.person and one.address_mark != letter.address_mark
    }
    if bounce.own or others or ledger.departures.since(ledger.now() - A_DAY) >= per_day * _NEAR:
        stopped = [letter.message_id, *sorted(others)]
        ledger.replies.process_limit(digest, stopped, ledger.now() + A_DAY)
        summary.due += len(stopped)
        summary.of_numbers |= any(one.act == NUMBER_UPDATE for one in (letter, *reported) if one.message_id in stopped)
        summary.unproven = [one for one in summary.unproven if one[0] not in others]
    else:
        ledger.replies.process_limit_report(digest, letter.message_id)
        summary.unproven.append((letter.message_id, letter.person))


def _tell_untraced(digest: str, bounce: Bounce, ledger: Ledger, summary: InboxSummary, people: People) -> None:
    """A report without a copy of our letter, or about somebody else's mail: whoever it names may not have got ours."""
    marks = dict.fromkeys(map(ledger.address_mark, sorted(bounce.recipients)))
    reached = [mark for mark in marks if ledger.messages.to_address(mark)]
    if reached:
        summary.look += [nr for mark in reached for nr in numbers_of(mark, ledger, people)]
    else:
        summary.untraced += 1
    ledger.replies.mark_processed(digest)


def _process_stop(digest: str, wish: StopAsked, ledger: Ledger, summary: InboxSummary, people: People) -> None:
    """Whoever is not in the register may be a member with another address: only a person can tell.

    So it is with a wish from the earlier address of a member: it may have been somebody else's, typed by mistake.
    """
    mark, proven = address_of_wish(wish, ledger, people)
    moved = people.today.get(mark, ()) if mark not in people.numbers else ()
    done = ledger.replies.wishes().keys()
    open_ones = [one for one in moved or [mark] if one not in done and not is_old_news(wish, one, people)]
    if not mark:
        ledger.replies.mark_processed(digest)
        summary.strangers += 1
    elif not open_ones:
        ledger.replies.mark_processed(digest)
    elif proven and not moved:
        ledger.replies.process_stop(digest, mark)
        summary.opted_out += 1
        summary.alone += numbers_of(mark, ledger, people)
    else:
        if proven:
            ledger.replies.do_not_mail([mark])
        ledger.replies.process_asked(digest, open_ones)
        summary.asked += 1


def _letters(message_ids: Iterable[str], ledger: Ledger) -> list[Message]:
    """Those of these Message-IDs that are letters of ours."""
    found = (ledger.messages.by_message_id(one) for one in message_ids)
    return [one for one in found if one is not None]


def _from_folder(folder: Path) -> Iterator[bytes]:
    if not folder.is_dir():
        raise Stop(f"De map {folder.name} is er niet.", "Geef de map op waarin de .eml-bestanden staan.")
    others: list[str] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        if path.suffix.casefold() != ".eml":
            others.append(path.name)
            continue
        try:
            if path.stat().st_size > LARGEST_FILE:
                warn(f"{path.name} is groter dan {LARGEST_FILE // 10**6} MB en is niet gelezen. Bekijk die mail zelf.")
            else:
                yield path.read_bytes()
        except OSError:
            raise Stop(f"{path.name} kan niet worden gelezen.", "Kijk of u het bestand mag openen.") from None
    if others:
        warn(f"Niet gelezen, want geen .eml: {_listed(others)}")


def _listed(names: Sequence[str]) -> str:
    """Names in a row, each once; of very many only the first."""
    return first_few(list(dict.fromkeys(names)), SHOWN)


def _tell(heard: InboxSummary) -> None:
    say(f"{counted(heard.read, 'bericht', 'berichten')} bekeken.")
    if heard.refused:
        say(f"  {heard.refused} × teruggekomen. In de kolom Welkom of Vervolgmail staat waarom.")
        say("    Verbeter het adres, dan gaat de mail vanzelf. Klopt het adres? Probeer het later nog eens met:")
        say("    make resend NR=…")
        say("    Ging het om nieuwe spelregels of een nieuw nummer? Typ daarna make rules-update of make number-update")
    if heard.unclear:
        warn(f"  {_listed(heard.unclear)}: over de mail kwam een bericht van een mailserver dat niet te begrijpen is.")
        warn("    Kijk zelf in het postvak.", "plain")
    if heard.look:
        warn(f"  {_listed(heard.look)}: er kwam bericht dat een mail aan dit adres niet aankwam. Kijk zelf.")
        warn("    Welke mail het was, staat er niet in. Klopt het adres niet? Verbeter het in het register.", "plain")
        warn("    Moet een mail nog eens weg? Typ: make resend NR=… FORCE=1", "plain")
    if heard.untraced:
        many = counted(heard.untraced, "× een mail die terugkwam", "× een mail die terugkwam")
        warn(f"  {many}, en waarbij hier geen mail te vinden is. Kijk zelf in het postvak.")
    if heard.due:
        say(f"  {heard.due} × niet verstuurd, want de daglimiet van het postvak was bereikt.")
        say("    Een dag lang gaat er geen mail weg. Daarna gaan deze vanzelf mee.")
        if heard.of_numbers:
            say("    Mails over een nieuw nummer gaan pas mee met: make number-update")
        say("    Weet u zeker dat het nu al kan? Typ: make sync FORCE=1")
    if heard.unproven:
        numbers = ", ".join(nr for _name, nr in heard.unproven[:SHOWN])
        more = " …" if len(heard.unproven) > SHOWN else ""
        warn(f"  {len(heard.unproven)} × zegt iemand dat de daglimiet van het postvak was bereikt ({numbers}{more}).")
        warn("    Niets wijst daarop, dus er verandert niets. Kijk zelf in het postvak.", "plain")
        warn(f"    Kwam die mail niet aan? Typ: make resend NR={heard.unproven[0][1]} FORCE=1", "plain")
    if heard.opted_out:
        say(f"  {heard.opted_out} × wil geen mail meer: {_listed(heard.alone)}. Dat blijft zo.")
        say("    Wil die persoon ook uit de groep? Vraag het. Terugnemen kan met: make no-mail NR=… UNDO=yes")
    if heard.strangers:
        warn(f"  {heard.strangers} × een afmelding van een adres dat niet in het register staat. Kijk in het postvak.")
    if heard.answers:
        say(f"  {heard.answers} × een antwoord om zelf te lezen.")
