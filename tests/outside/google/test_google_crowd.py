"""Two laptops and a crowd in the sheet, with a Google that falters: after every round the laws of the register hold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outside.config.settings import Settings
from outside.google import look
from outside.google.client import Calls
from outside.google.takeover import TITLE
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.faults import KINDS
from servers.sheets_server.fixture import sheets
from servers.smtp_server import Plan, mail_server
from support.google_matrix import EDITS, column, mails, member, new_book, peoples, sync, two
from support.google_register import HURRIED

__all__ = ["sheets"]  # a fixture is found by its name in this module

GAMES, ROUNDS = 100, 5

SPARED = {
    "adds a member at the foot": "it types in row 11, whoever stands there by then",
    "empties a Nr": "the Nr that its row gets anew is another",
    "types in our Status": "it stands there until a round ends well",
    "drags our column Nr to the end": "what is in the first names for a moment decides where a sort puts them",
    "inserts a row above the headings": "the person of the test server looks for a heading in the first row",
}
CROWD = sorted(EDITS.keys() - SPARED.keys())


class Game:
    """Rounds of two laptops on one sheet. A twin of the sheet sees what people do, and nothing of what we do."""

    def __init__(self, server: SheetsServer, folder: Path, seed: int, plan: Plan | None, port: int) -> None:
        self.server, self.folder, self.plan = server, folder, plan
        self.luck = random.Random(seed)
        self.book, *self.laptops = two(server, folder, port)
        self.twin = new_book(server)
        self.edits = self.luck.sample(CROWD, len(CROWD))
        self.newcomers: set[str] = set()
        self.typed = 0
        self.owner: Settings | None = None
        self.story: list[str] = []

    def both(self, what: str, edit: Callable[[Book], object]) -> Callable[[Book], None]:
        """An edit in the sheet and in its twin; what is not there any more is not edited."""

        def hook(book: Book) -> None:
            if "our Status" in what and "Status" not in self.twin.tab("Deelnemers").row(0).values:
                return  # deleted; only we put it back
            for one in (book, self.twin):
                try:
                    edit(one)
                except (StopIteration, ValueError, KeyError, IndexError):
                    assert one is book, f"{what} could be done in the sheet and not in its twin"
                    break
            self.story.append(what)

        return hook

    def newcomer(self) -> Callable[[Book], None]:
        """Somebody who is welcomed in the end, typed in below all others or in a row put in between."""
        name = f"Nieuw{chr(97 + self.typed)}"
        self.typed += 1
        line = member(name, 40 + self.typed)
        at = self.luck.choice([None, 2, 5])

        def typed(book: Book) -> None:
            self.newcomers.add(name)
            tab, person = book.tab("Deelnemers"), Person(book)
            names = [row.value(tab.column("Voornaam")) for row in tab.rows]
            row = at or max(turn for turn, text in enumerate(names, 1) if text) + 1
            person.inserts_row("Deelnemers", row)
            for heading, text in line.items():
                person.types("Deelnemers", row, heading, str(text))

        return self.both(f"newcomer {name}", typed)

    def round(self) -> list[str]:
        """One round of one of the laptops, disturbed; what of the laws does not hold after it."""
        luck, server = self.luck, self.server
        settings = self.owner or luck.choice(self.laptops)
        server.start_counting()
        doings = [self.newcomer()] if luck.random() < 0.7 else []
        for _edit in range(luck.choice([0, 1, 1, 2])):
            if self.edits:
                what = self.edits.pop()
                doings.append(self.both(what, EDITS[what]))
        for doing in doings:
            server.between(luck.randrange(9), doing)
        if self.owner is None and luck.random() < 0.5:
            outage = luck.random() < 0.3
            fault = Fault(luck.choice(KINDS), after=luck.random() < 0.5, seconds=1.0)
            call = luck.randrange(1, 10)
            self.story.append(f"{'outage' if outage else fault} at {call}")
            server.fail(call, Fault("503") if outage else fault, times=40 if outage else 1)
        code, _said = sync(settings)
        self.story.append(f"laptop {self.laptops.index(settings)} ended with {code}")
        locked = any(tab.title == TITLE for tab in self.book.tabs)
        # Only the laptop that broke off knows what it may have put where: it goes next.
        self.owner = settings if locked else None
        return [] if locked else list(self.laws())

    def laws(self) -> Iterator[str]:
        want, have = peoples(self.twin), peoples(self.book)
        for title, lines in want.items():
            if Counter(lines) != Counter(have.get(title, [])):
                yield f"people's cells on {title}: {[*(Counter(lines) - Counter(have[title]))]} became {[*(Counter(have[title]) - Counter(lines))]}"
        told = self.told()
        yield from (f"{whom} was mailed {count} times" for whom, count in told.items() if count > 1)
        for name, said in column(self.book, "Welkom"):
            if name in self.newcomers and str(said or "").startswith(("klaargezet", "verstuurd")):
                if told[f"{name.lower()}@mail.example"] != 1:
                    yield f"{name} is told of a letter that there is not: {said}"
            elif name in ("Elin", "Twee", "Nora") and said:
                yield f"{name} is told of a letter: {said}"
        numbers = [number for _, number in column(self.book, "Nr") if number]
        copies = {number for number, count in Counter(numbers).items() if count > 1}
        if copies - {"D-0004", "D-0008", "D-0009", "D-0010", "D-0011"}:
            yield f"a Nr is doubled: {copies}"

    def told(self) -> Counter[str]:
        """How often each was welcomed."""
        if self.plan is not None:
            return Counter(self.plan.recipients)
        return mails(self.folder / "one") + mails(self.folder / "other")

    def end(self) -> list[str]:
        """Quiet rounds of both: all laws hold, everybody was welcomed, and nothing is left to do."""
        for settings in [*([self.owner] if self.owner else []), *self.laptops, *self.laptops]:
            self.server.start_counting()
            code, said = sync(settings)
            self.story.append(f"quiet: {code} {said[-200:] if code not in (0, 1) else ''}")
        broken = list(self.laws())
        told = self.told()
        broken += [
            f"{name} was never welcomed" for name in sorted(self.newcomers) if not told[f"{name.lower()}@mail.example"]
        ]
        numbers = [number for _, number in column(self.book, "Nr")]
        if None in numbers or len(set(numbers)) < len(numbers):
            broken.append(f"a Nr is missing or doubled: {numbers}")
        if any(call.writes and call.body.get("responseRanges") for call in self.server.calls):
            broken.append("the last quiet round wrote cells")
        return broken


def played(server: SheetsServer, folder: Path, seed: int) -> list[str]:
    """What did not hold in one game, with its story before it."""
    plan = Plan() if seed % 2 else None
    with mail_server(plan or Plan()) as (_plan, port):
        game = Game(server, folder, seed, plan, port if plan else 0)
        for _round in range(ROUNDS):
            if broken := game.round():
                return [*game.story, *broken]
        broken = game.end()
    return [*game.story, *broken] if broken else []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(GAMES))
def test_two_laptops_and_a_crowd(
    sheets: SheetsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The first half of the games with looks at a few rows wherever those may be, the others with whole looks."""
    monkeypatch.setattr(Calls, "patience", HURRIED)
    if seed < GAMES // 2:
        monkeypatch.setattr(look, "_SMALL", -1)
        monkeypatch.setattr(look, "_PART", 1e9)
    assert played(sheets, tmp_path, seed) == []
