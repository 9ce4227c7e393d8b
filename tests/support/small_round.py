"""A whole round on a JSON register: the corridor in small, with the real planners, ledger, outbox and apply.

Run as a program it is the victim of the crash tests: `python small_round.py alone|shared FOLDER`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email.parser import BytesHeaderParser
from email.policy import SMTP
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("scripts", "tests")]

from outside.config.settings import Mail, Settings
from outside.mail.compose import compose
from outside.mail.mailbox import Letter, Mailbox, Outbox, Outcome
from outside.run.apply import apply
from outside.run.deliver import resolve
from outside.run.letters import Report
from roster.messages.welcome import plan_missed_marks, plan_welcome
from roster.model import Area, Group, Member, Role, Roster, Status, Statuses
from roster.plan.history import History
from roster.plan.steps import Document, Part, Send, SetCell, Step, View, WriteFile
from roster.reading.row_ids import give_numbers
from roster.sheet.table import Place, Table, says
from roster.terms import Network, Terms
from support.json_register import JsonRegister
from support.ledgers import ledger_in

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
SETTINGS = Settings(mail=Mail(sender="Buurtwacht <buurt@mail.example>"))
TERMS = Terms(today=TODAY, network=Network(regiegroep_number="06-12345678"))


def view_of(table: Table, history: History, terms: Terms = TERMS) -> View:
    """Every row an active member of one sound group, whose first row is its admin."""
    area = Area(Place("Gebieden", 2, "=noord"), "Noord", "Den Helder")
    group = Group(Place("Groepen", 2, "=tuindorp"), "Tuindorp", "Noord", TODAY, TODAY)
    mobiles = [str(cell) for cell in table.column("Mobiel")]
    numbers = give_numbers("D", list(table.column("Nr")), mobiles, list(table.column("Nr")), history)
    members = [
        Member(
            table.place(index),
            numbers[index],
            first_name=str(table.cell(index, "Voornaam")),
            mobile=mobiles[index],
            email=str(table.cell(index, "E-mail")),
            group="Tuindorp",
            role=Role.MEMBER if index else Role.ADMIN,
        )
        for index in range(len(table.rows))
    ]
    standing = Statuses(
        member={member.place.key: Status.ACTIVE for member in members},
        group={group.place.key: Status.ACTIVE},
        active={"tuindorp": members},
        admins={"tuindorp": members[:1]},
    )
    roster = Roster({"Deelnemers": table}, [area], [group], [], members)
    return View(roster, standing, (), history, terms)


def plan_of(view: View) -> Iterator[Step]:
    """Nr, Status, letters, marks that were missed, and the bundle."""
    table = view.roster.tables["Deelnemers"]
    for index, member in enumerate(view.roster.members):
        for column, value in (("Nr", member.nr), ("Status", "actief")):
            was = table.cell(index, column)
            if not says(was, value):
                yield SetCell(member.place.at(column), value, was)
    yield from plan_missed_marks(view)
    yield from plan_welcome(view)
    cards = tuple(Part(member.place, card(member)) for member in view.roster.members)
    yield WriteFile("vcards/Noord/Tuindorp.vcf", cards, newline="\r\n")


def card(member: Member) -> str:
    """The least that is a card."""
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{member.name}\nTEL;TYPE=CELL:{member.mobile}\nEND:VCARD\n"


def letter_of(send: Send) -> Letter:
    """The real letter, dated at a fixed moment."""
    return compose(send, SETTINGS, NOW)


def draw(document: Document) -> str:
    """The small round has no documents of its own."""
    return str(document.facts["text"])


def identities_of(view: View) -> dict[str, str]:
    """Which Nr each mobile goes by."""
    return {view.history.identity(member.mobile): member.nr for member in view.roster.members if member.mobile}


def run(folder: Path, register: JsonRegister, mailbox: Mailbox | None = None, tries: int = 5) -> Report:
    """One round, and again where the register changed: what run.py does."""
    box = mailbox or Outbox(folder / "out" / "mail")
    report = Report()
    with ledger_in(folder, TODAY) as ledger:
        for _try in range(tries):
            resolve(ledger, box)
            view = view_of(register.read()["Deelnemers"], ledger.history(), replace(TERMS, mail_done=box.done))
            report = apply(
                list(plan_of(view)),
                register,
                box,
                folder / "out",
                ledger=ledger,
                compose=letter_of,
                draw=draw,
                identities=identities_of(view),
                replaces=("vcards",),
            ).after(report)
            if not report.again:
                break
    return report


READY = "klaargezet 23-11-2026 (versie 1)"
SENT = "verstuurd 23-11-2026 (versie 1)"


class Postman:
    """A mailbox as SMTP will be: every letter counts, and what is not said here is sent.

    `answers` tells what the server says to the letters in their order; `before` is called first.
    """

    done = "verstuurd"
    together = 1

    def __init__(
        self, answers: Mapping[int, Outcome] | None = None, before: Callable[[int], None] | None = None
    ) -> None:
        self.answers, self.before = answers or {}, before
        self.asked: list[str] = []
        self.arrived: list[str] = []

    def deliver(self, letter: Letter) -> Outcome:
        self.asked.append(letter.person)
        if self.before:
            self.before(len(self.asked))
        outcome = self.answers.get(len(self.asked), Outcome("verstuurd"))
        if outcome.state == "verstuurd":
            self.arrived.append(str(BytesHeaderParser(policy=SMTP).parsebytes(letter.data)["To"]))
        return outcome

    def flush(self) -> None:
        """Nothing is kept back."""

    def resolve(self, _message_id: str) -> Outcome | None:
        return Outcome("onzeker", "de verbinding brak af")

    def close(self) -> None:
        """Nothing is held open."""


def mails(folder: Path) -> list[str]:
    """Who has a letter in the outbox, once for each."""
    return sorted(path.name.split("-welcome-")[0] for path in (folder / "out" / "mail").glob("*.eml"))


def numbered(count: int) -> list[str]:
    return [f"D-{number:04d}" for number in range(1, count + 1)]


def carry_out(folder: Path, register: JsonRegister, steps: Sequence[Step] | None = None, **more: object) -> Report:
    """One apply without the corridor's second try; `steps` instead of the round's own plan, if given."""
    box = more.pop("mailbox", None) or Outbox(folder / "out" / "mail")
    with ledger_in(folder, TODAY) as ledger:
        view = view_of(register.read()["Deelnemers"], ledger.history())
        options: dict[str, object] = {"compose": letter_of, "draw": draw, "identities": identities_of(view), **more}
        plan = list(plan_of(view)) if steps is None else steps
        return apply(plan, register, box, folder / "out", ledger=ledger, **options)  # type: ignore[arg-type]  # a test's own choice of options


if __name__ == "__main__":
    home = next(Path(word) for word in sys.argv[1:] if word not in {"alone", "shared"})
    result = run(home, JsonRegister(home / "register.json", shared="shared" in sys.argv))
    sys.stdout.write(f"{result}\n")
    raise SystemExit(result.code)
