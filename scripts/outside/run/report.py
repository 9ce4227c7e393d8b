"""Tells how a round ended: the closing sum, what waits and why, what to press next; and gives the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from outside.backends import backend_of
from outside.config.settings import Settings
from outside.console import Tone, say, warn
from outside.ledger.ledger import Ledger
from outside.run.causes import because
from outside.run.confirm import tell_unasked, tell_uncertain, tell_uncertain_elsewhere, tell_waiting
from outside.run.letters import Report
from outside.run.overview import OVERVIEW
from outside.run.ready_letters import lie_ready, taken_away
from roster.finding import Finding, Weight
from roster.messages.contact_cards import BEFORE, admin_mark, taken_over
from roster.messages.welcome import news_by_hand, waiting_for_welcome
from roster.messages.welcome_queue import WelcomeState, welcome_queue_of
from roster.plan.delivery_status import State
from roster.plan.hold_back import Held
from roster.plan.steps import Step, View
from roster.planners.safety import WAITING, counts
from roster.planners.summary import describe, describe_plan, describe_waiting, kinds
from roster.sheet.dutch import counted, first_few
from roster.sheet.table import Place

WHOLE = ("sync", "demo")
"""The words that plan all letters: what waits after another word says nothing of these."""


_PLACES = 5
"""Cells that are named one by one."""

TONES: dict[Weight | None, Tone] = {None: "plain", Weight.BLOCKS: "bad", Weight.NOTICE: "careful"}
"""How a line about a finding is meant."""

_GONE = 10
"""Of mails that lie ready no more: so many are named at once."""


def tell_plan(view: View, plan: Sequence[Step], held: Held, *, whole: bool = False) -> None:
    """Step 7: what is there, what is wrong (`whole`: one by one) and what will happen."""
    for text, weight in describe(view, plan, held, whole=whole):
        say(text, TONES[weight], one_line=weight is not None and not whole)
    for line in describe_waiting(view):
        say(line)


def tell_again(view: View, plan: Sequence[Step], held: Held) -> None:
    """What a later try means to do: the register is another than was told of."""
    warn("Het register werd intussen gewijzigd en is opnieuw gelezen.")
    for line in describe_plan(view, plan, held):
        say(line)


def refuse(suspect: Sequence[str], word: str = "sync", so: str = "Daarom is er niets gedaan.") -> int:
    """Tell why this plan is not carried out without a second word, and what `so` is the matter."""
    warn(f"Er verandert opvallend veel tegelijk. {so}", "bad")
    for line in suspect:
        warn(f"  {line}", "plain")
    mends = f"Kijk het register na. Klopt het toch? Typ: make {word} FORCE=1"
    warn(mends, "plain")
    because("Er verandert opvallend veel tegelijk.", *suspect, mends)
    return 1


def refuse_new_ledger(suspect: str, word: str, *, copies: bool) -> int:
    """Tell that the ledger is new while the register is not, and what to do in either case."""
    warn("Dit register is al in gebruik, en het logboek is nieuw. Daarom is er niets gedaan.", "bad")
    warn(f"  {suspect}", "plain")
    lost = "Zet een kopie terug met: make restore" if copies else "Zet een reservekopie van de map state terug."
    warn(f"Was er op deze computer wel een logboek? {lost}", "plain")
    first = f"Is dit de eerste ronde op deze computer, of is er geen kopie? Typ: make {word} FORCE=1"
    warn(first, "plain")
    because("Het register is al in gebruik, en het logboek van deze computer is nieuw.", lost, first)
    return 1


def tell_forced(suspect: Sequence[str]) -> None:
    """What is doubted and goes on because somebody said so: she may have meant another doubt."""
    warn("Er verandert opvallend veel tegelijk. Met FORCE=1 gaat het door.")
    for line in suspect:
        warn(f"  {line}", "plain")


def tell_report(report: Report, mail_done: str) -> None:
    """The closing sum."""
    say()
    for line in describe_report(report, mail_done):
        say(line)


def describe_report(report: Report, mail_done: str = State.READY) -> list[str]:
    """What a run did, in sums that add up; `mail_done` is the state of a letter that the mailbox took."""
    cells, rows = counted(report.cells_written, "cel", "cellen"), counted(report.rows_added, "rij", "rijen")
    parts = [f"{cells} bijgewerkt", *([f"{rows} toegevoegd"] if report.rows_added else [])]
    if report.files_checked:
        checked = counted(report.files_checked, "bestand", "bestanden")
        parts.append(f"{checked} nagekeken, waarvan {report.files_written} (opnieuw) geschreven")
    lines = [f"{'Gedaan tot nu toe' if report.code == 3 else 'Klaar'}: {', '.join(parts)}."]
    if report.due:
        rest = (
            (report.waiting, "wacht" if report.waiting == 1 else "wachten"),
            *((report.held, "aangehouden"), (report.uncertain, "onzeker"), (report.failed, "geweigerd")),
        )
        parts = [f"{report.sent} {mail_done}", *(f"{number} {how}" for number, how in rest if number)]
        lines.append(f"Mails: {report.due} aan de beurt. Daarvan {', '.join(parts)}.")
    if report.sent and mail_done == State.READY and report.code == 3:
        lines.append("Wat is klaargezet, is nog niet verstuurd: het ligt in de map mail.")
    if report.cells_left:
        lines.append(
            f"{counted(report.cells_left, 'cel is', 'cellen zijn')} overgeslagen, meestal omdat daar intussen iets "
            "veranderde. De volgende ronde probeert het opnieuw."
        )
    if report.merged:
        lines.append(
            f"{counted(len(report.merged), 'cel is', 'cellen zijn')} niet ingevuld, want samengevoegd met een andere "
            f"cel: {_places(report.merged)}. Maak dat samenvoegen ongedaan; de volgende ronde vult ze in."
        )
    lines.extend(f"Dit bestand is door iemand gewijzigd en daarom blijven staan: {path}" for path in report.kept)
    return lines


def _places(places: Sequence[Place]) -> str:
    """Where cells stand, the first few of them: "Deelnemers rij 5 (Status)"."""
    named = [
        f"{place.tab} rij {place.row} ({place.column})" if place.row else f"onderaan {place.tab}" for place in places
    ]
    return first_few(named, _PLACES)


def conclude(report: Report, view: View, settings: Settings, ledger: Ledger, word: str, *, has_page: bool) -> int:
    """The closing sum, what to do next, and the exit code. `has_page`: this round made the coordinator's page."""
    if report.is_whole:
        waiting = report.waiting + waiting_for_welcome(view).get(WelcomeState.NUMBER, 0)
        ledger.agree_to_admins(admin_mark(view, admin) for admin in taken_over(view))
        seen = counts(view) | {WAITING: waiting} if word in WHOLE else counts(view)
        ledger.remember_counts(seen | kinds(view.findings, view.history.counts) | {BEFORE: 0})
    tell_report(report, view.terms.mail_done)
    _note_causes(report, word)
    tell_waiting(report.waiting - report.unasked, settings, ledger, word)
    tell_unasked(report.unasked, word)
    if any(
        state == State.REFUSED and act != "registered" for (_person, act, _version), state in report.letters.items()
    ):
        say(f"Wie de mail weigerde, staat na de volgende make sync in {settings.paths.out.name}/met-de-hand.html.")
    unsure = tell_uncertain(ledger) + tell_uncertain_elsewhere(ledger, view)
    if unsure:
        of = counted(unsure, "mail is niet zeker of die aankwam", "mails is niet zeker of ze aankwamen")
        because(
            f"Van {of}.",
            f"Typ: make {word}. Dan ziet u waar u kunt zoeken, en wat u daarna typt.",
            whole=True,
            name="uncertain",
        )
    if report.stop is not None:
        warn(report.stop.message, "bad")
        if report.stop.remedy:
            warn(report.stop.remedy, "plain")
    if report.suspect:
        refuse(report.suspect, word, "Daarom is de ronde gestopt. Wat hierboven staat, is gedaan.")
    if report.again:
        warn("Het register werd steeds opnieuw gewijzigd. Probeer het straks nog eens.", "bad")
    if report.code == 3 and not (report.suspect or report.unasked):
        warn(f"De ronde is niet af. Typ nog een keer: make {word}", "plain")
    if report.code == 0:
        _tell_what_now(view, settings, ledger, word, has_page=has_page)
    return max(report.code, int(unsure > 0), exit_code(view.findings))


def note_unasked(number: int, word: str) -> None:
    """Letters wait for her yes."""
    wait = "Er wacht 1 mail op uw ja." if number == 1 else f"Er wachten {number} mails op uw ja."
    asks = f"Typ: make {word}. Dan ziet u om welke groepen het gaat, en wordt het gevraagd."
    because(wait, asks, whole=True, name="unasked")


def _note_causes(report: Report, word: str) -> None:
    """What this round needs its coordinator for, beside what is doubted."""
    if report.unasked:
        note_unasked(report.unasked, word)
    if report.stop is not None:
        because(report.stop.message, *report.stop.remedy.splitlines())
    if report.again:
        because("Het register werd steeds opnieuw gewijzigd.", f"Probeer het op een rustig moment: make {word}")
    if report.interrupted:
        because("De ronde werd afgebroken.", f"Typ: make {word}. Dan gaat het verder waar het bleef.")


def _tell_what_now(view: View, settings: Settings, ledger: Ledger, word: str, *, has_page: bool) -> None:
    """What is left for a person to do after a whole round, in the order in which it does good."""
    out, own = _from_here(settings.paths.out), word != "demo"  # that has settings of its own, which make does not know
    places = [finding.place for finding in view.findings if finding.blocks]
    rows = len({(place.tab, place.key) for place in places if place.key})
    file = backend_of(settings).file
    where = _from_here(file) if file else "het register bij Google"
    ready = len(lie_ready(ledger, settings))
    queue = welcome_queue_of(view)
    by_hand = sum(queue.is_by_hand(member, turn) for member, turn in queue.turns)
    todo = []
    if not view.roster.members:
        tabs = "het tabblad Deelnemers" if view.roster.groups else "eerst Gebieden, dan Groepen, Straten en Deelnemers"
        todo.append(f"Vul {where} in: {tabs}. Typ daarna weer: make sync")
    if rows:
        held = "in 1 rij houdt een melding" if rows == 1 else f"in {rows} rijen houdt een melding"
        todo.append(f"Open {where}: {held} iets tegen. In de kolom Meldingen staat wat u kunt doen.")
    if ready:
        lie = "ligt 1 mail" if ready == 1 else f"liggen {ready} mails"
        look = "Bekijk ze met: make preview. Zelf verstuurd? Typ daarna: make sent OUTBOX=yes" if own else ""
        todo.append(f"In {out}/mail {lie} klaar; er is nog niets verstuurd. {look}".rstrip())
    if gone := taken_away(ledger, settings) if own else []:
        lie = "De mail die klaarlag, ligt" if len(gone) == 1 else "De mails die klaarlagen, liggen"
        nrs = gone[0] if len(gone) == 1 else f'"{" ".join(gone[:_GONE])}"'
        more = f" (en nog {len(gone) - _GONE}, daarna)" if len(gone) > _GONE else ""
        todo.append(
            f"{lie} niet meer in {out}/mail. Verstuurd? Typ: make sent NR={nrs}. "
            f"Niet verstuurd? Typ: make resend NR={nrs} FORCE=1{more}"
        )
    if by_hand:
        people = counted(by_hand, "deelnemer heet u", "deelnemers heet u")
        todo.append(f"{people} met de hand welkom: open {out}/met-de-hand.html.")
    news = len(news_by_hand(view))
    if news:
        people = counted(news, "deelnemer vertelt u", "deelnemers vertelt u")
        todo.append(f"{people} zelf iets nieuws: open {out}/met-de-hand.html.")
    if todo:
        if has_page:
            todo.append(f"Bekijk {out}/{OVERVIEW}: daar staat alles wat er te doen is, het dringendste eerst.")
        say()
        say("Nu u:")
    for number, line in enumerate(todo, 1):
        say(f"  {number}. {line}")


def _from_here(path: Path) -> str:
    """How a file is opened from where one types; elsewhere its name is enough, for that is where she keeps it."""
    here = Path.cwd()
    return path.resolve().relative_to(here).as_posix() if path.resolve().is_relative_to(here) else path.name


def exit_code(findings: Sequence[Finding]) -> int:
    """1 where a finding blocks, else 0."""
    return int(any(finding.blocks for finding in findings))
