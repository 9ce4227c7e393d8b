"""A small register in use, all that people do to it, and the laws that hold whatever they do and whatever fails."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path

from outside.config.choices import Choices
from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.run.round import run
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import TAB, TABS
from roster.sheet.table import Cell
from servers.sheets_server import Book, Person, SheetsServer
from support.google_register import TODAY, google_book, laptop
from support.workbook_contract import rows_of

HEADERS = BytesHeaderParser()
Line = dict[str, Cell]
SOUND: Line = {
    "Straat": "Duinweg", "Plaats": "Den Helder", "Groep": "Noord", "18 jaar of ouder": "ja",
    "Akkoord spelregels": "ja", "Sticker": "ja", "Aangemeld op": "1-3-2026",
}  # fmt: skip


def member(name: str, number: int, **more: Cell) -> Line:
    """Somebody without a fault, of that house number."""
    return SOUND | {
        "Voornaam": name, "Achternaam": f"van {name}", "Huisnummer": number, "Mobiel": f"06-587654{number:02d}",
        "E-mail": f"{name.lower()}@mail.example",
    } | more  # fmt: skip


MEMBERS = (
    member("Anna", 11, Nr="D-0001", Rol="beheerder", Status="actief", Welkom="klaargezet 2-3-2026 (versie 1)"),
    member("Bram", 12, Nr="D-0002", Status="actief", Welkom="klaargezet 2-3-2026 (versie 1)", Opmerking="hond"),
    member("Cleo", 13),
    member("Daan", 14, Nr="D-0004", Status="actief", Meldingen="Let op: iets dat al voorbij is."),
    member("Elin", 15, **{"18 jaar of ouder": "", "Opmerking": 7}),
    member("Twee", 16, **{"E-mail": "", "Mobiel": ""}),
    member("Twee", 16, **{"E-mail": "", "Mobiel": ""}),
    member("Fien", 17, Nr="D-0007", Status="geblokkeerd", Rol="beheerder"),
    member("Gijs", 18, Opmerking="=tekst"),
)
"""Old and new, sound and blocked, and two new rows that say the same."""

OTHERS: dict[str, list[Line]] = {
    "Groepen": [{"Groep": "Noord", "Gebied": "Kust", "Aangemeld op": "1-2-2026", "Gestart op": "2-2-2026"}],
    "Straten": [
        {"Straat": "Duinweg", "Plaats": "Den Helder", "Groep": "Noord"},
        {"Straat": "Zandpad", "Plaats": "Den Helder", "Groep": "Zuid"},
    ],
    "Gebieden": [{"Gebied": "Kust", "Plaats": "Den Helder", "Wijkconciërge": "Piet Voorbeeld"}],
    "Bordaanvragen": [
        {"Groep": "Noord", "Locatie 1": "52.9563, 4.7605", "Locatie 2": "52.9573, 4.7625", "Aangevraagd op": "3-3-2026"}
    ],
    "Beheerders": [
        {"Nr": "D-0001", "Naam": "Anna van Anna", "In regiegroep": "ja"},
        {"Nr": "D-0099", "Naam": "Oud Lid"},
    ],
}


def new_book(server: SheetsServer) -> Book:
    """The register of all these tests, with a column of people's own among ours."""
    book = google_book(
        server,
        {"Deelnemers": rows_of("Deelnemers", MEMBERS), **{tab: rows_of(tab, lines) for tab, lines in OTHERS.items()}},
    )
    tab = book.tab("Deelnemers")
    among_ours = tab.column("Vervolgmail")
    tab.put(0, among_ours, "Huisdier")
    for row in range(1, 10):
        tab.put(row, among_ours, f"kat {row}")
    return book


def _row(book: Book, name: str) -> int:
    return Person(book).row_with("Deelnemers", "Voornaam", name)


def _sees(edit: Callable[[Book, Person], object]) -> Callable[[Book], object]:
    return lambda book: edit(book, Person(book))


EDITS: dict[str, Callable[[Book], object]] = {
    "inserts an empty row at the top": _sees(lambda _, person: person.inserts_row("Deelnemers", 2)),
    "inserts a member in the middle": _sees(lambda book, person: person.inserts_row("Deelnemers", _row(book, "Daan"), "van Nora", "Nora")),
    "adds a member at the foot": _sees(lambda _, person: (person.types("Deelnemers", 11, "Voornaam", "Nora"), person.types("Deelnemers", 11, "Achternaam", "van Nora"))),
    "inserts an admin's row": _sees(lambda _, person: person.inserts_row("Beheerders", 2)),
    "deletes a member": _sees(lambda book, person: person.deletes_row("Deelnemers", _row(book, "Bram"))),
    "deletes a new member": _sees(lambda book, person: person.deletes_row("Deelnemers", _row(book, "Cleo"))),
    "deletes one of two that say the same": _sees(lambda book, person: person.deletes_row("Deelnemers", _row(book, "Twee"))),
    "sorts by first name, down": _sees(lambda _, person: person.sorts("Deelnemers", "Voornaam", descending=True)),
    "sorts by house number": _sees(lambda _, person: person.sorts("Deelnemers", "Huisnummer", descending=True)),
    "copies a member with Nr to the top": _sees(lambda book, person: person.copies_row("Deelnemers", _row(book, "Daan"), to=2)),
    "copies a new member": _sees(lambda book, person: person.copies_row("Deelnemers", _row(book, "Cleo"), to=_row(book, "Bram"))),
    "moves a member": _sees(lambda book, person: person.cuts_row("Deelnemers", _row(book, "Gijs"), to=3)),
    "retypes a new member's phone": _sees(lambda book, person: person.types("Deelnemers", _row(book, "Cleo"), "Mobiel", "'06-58765477")),
    "retypes a member's remark": _sees(lambda book, person: person.types("Deelnemers", _row(book, "Bram"), "Opmerking", "kat")),
    "types in our Status": _sees(lambda book, person: person.types("Deelnemers", _row(book, "Daan"), "Status", "weg ermee")),
    "empties a Nr": _sees(lambda book, person: person.types("Deelnemers", _row(book, "Daan"), "Nr", "")),
    "filters": _sees(lambda _, person: person.filters("Deelnemers", "Status", "actief")),
    "inserts a column before our Status": _sees(lambda _, person: person.inserts_column("Deelnemers", "Status", "Nieuw")),
    "inserts a column before all": _sees(lambda _, person: person.inserts_column("Deelnemers", "A", "Voorop")),
    "inserts a row above the headings": _sees(lambda _, person: person.inserts_row("Deelnemers", 1)),
    "drags our column Nr to the end": _sees(lambda _, person: person.drags_column("Deelnemers", "Nr", to=26)),
    "drags a column of people's to the front": _sees(lambda _, person: person.drags_column("Deelnemers", "Opmerking", to=0)),
    "deletes the column Huisdier": _sees(lambda _, person: person.deletes_column("Deelnemers", "Huisdier")),
    "deletes our column Status": _sees(lambda _, person: person.deletes_column("Deelnemers", "Status")),
    "inserts a street": _sees(lambda _, person: person.inserts_row("Straten", 2, "Kade", "Den Helder")),
    "renames a tab of his own": lambda book: book.tab("Blad1").properties.update(title="Van mij"),
}  # fmt: skip

OWN = {tab.title: tab.own for tab in TABS}


def peoples(book: Book) -> dict[str, list[tuple[object, ...]]]:
    """What stands in the cells of people, row by row, blank rows left out. Headings of ours count where people typed them."""
    found = {}
    for tab in book.tabs:
        if tab.title == "Buurtbeheer is bezig":
            continue
        cells = tab.values()
        head = next(
            (
                row
                for row in cells[:3]
                if sum(isinstance(cell, str) and cell in TAB.get(tab.title, TABS[0]).headings for cell in row) > 2
            ),
            [],
        )
        own = OWN.get(tab.title, frozenset())
        lines = []
        for row in cells:
            line = [cell for turn, cell in enumerate(row) if not (turn < len(head) and head[turn] in own)]
            while line and line[-1] is None:
                line.pop()
            if any(cell is not None for cell in line):
                lines.append(tuple(line))
        found[tab.title] = lines
    return found


def column(book: Book, heading: str) -> list[tuple[str, Cell]]:
    """A column of tab Deelnemers beside the first names; rows without a name left out."""
    tab = book.tab("Deelnemers")
    cells = [list(row.values) for row in tab.rows]
    head = next(row for row in cells if "Voornaam" in row)
    name, at = head.index("Voornaam"), head.index(heading) if heading in head else 10_000
    below = cells[cells.index(head) + 1 :]
    return [(str(row[name]), row[at] if at < len(row) else None) for row in below if name < len(row) and row[name]]


def sync(settings: Settings) -> tuple[int, str]:
    """A round, in this process: its exit code, and what it said. The exit code of a Stop is its own."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = run(settings, Choices(None, True, True, TODAY), PLANNERS, FOLDERS)
        except Stop as stop:
            return stop.code, said.getvalue() + stop.message + stop.remedy
    return code, said.getvalue()


def mails(folder: Path) -> Counter[str]:
    """Who has a letter in the outbox, and how many."""
    found: Counter[str] = Counter()
    for path in (folder / "out" / "mail").rglob("*.eml"):
        found[parseaddr(HEADERS.parsebytes(path.read_bytes())["To"])[1]] += 1
    return found


@dataclass
class Case:
    """One disturbed round and the two quiet ones after it. `broken` gathers the laws that did not hold.

    `renumbered` are people whose Nr was taken away by hand. Where the disturbed round `breaks_off` before it can
    mend, the laws hold again after the next one.
    """

    server: SheetsServer
    folder: Path
    broken: list[str] = field(default_factory=list)
    renumbered: frozenset[str] = frozenset()
    breaks_off: bool = False

    def go(self, arrange: Callable[[SheetsServer], object], edit: Callable[[Book], object] | None = None) -> None:
        """Run the case. `arrange` sets faults and hooks; `edit` is what people do meanwhile, for the comparison."""
        book = new_book(self.server)
        settings = laptop(self.server, book, self.folder)
        self.server.start_counting()
        arrange(self.server)
        code, said = sync(settings)
        self.server.start_counting()
        expected = new_book(self.server)
        if edit is not None:
            edit(expected)
        if self.breaks_off:
            sync(settings)
            self.server.start_counting()
        self._people(expected, book, "after the disturbed round")
        self._rows(book)
        numbers = dict(column(book, "Nr"))
        for turn in (2, 3):
            again, told = sync(settings)
            self.law(
                again in (0, 1),
                f"round {turn} ended with {again}: {told[-300:]} (the first said {code}: {said[-300:]})",
            )
        self._people(expected, book, "at the end")
        self.law(
            not any(call.writes and call.body.get("responseRanges") for call in self._last_round()),
            "the third round wrote cells",
        )
        self._numbers(book, numbers)
        self.law(all(count == 1 for count in mails(self.folder).values()), f"mailed twice: {mails(self.folder)}")
        there = {str(name) for name, _ in column(book, "Voornaam")}
        missed = {
            name
            for name in ("Cleo", "Gijs")
            if name in there and f"{name.lower()}@mail.example" not in mails(self.folder)
        }
        self.law(not missed, f"never mailed: {missed}")
        self.law(all(tab.title != "Buurtbeheer is bezig" for tab in book.tabs), "the lock stayed")

    def law(self, holds: bool, what: str) -> None:
        if not holds:
            self.broken.append(what)

    def _last_round(self) -> list[object]:
        last = [turn for turn, call in enumerate(self.server.calls) if "addSheet" in call.kinds][-1]
        return list(self.server.calls[last:])

    def _people(self, expected: Book, book: Book, when: str) -> None:
        want, have = peoples(expected), peoples(book)
        for title in want:
            self.law(
                want[title] == have.get(title),
                f"{when}, tab {title}: people's cells changed: {_differences(want[title], have.get(title, []))}",
            )

    def _rows(self, book: Book) -> None:
        """Right after the disturbed round: what stands in our cells of a row is of that row, new or as it was."""
        status = {
            "Anna": "actief",
            "Bram": "actief",
            "Cleo": "actief",
            "Daan": "actief",
            "Elin": "geblokkeerd",
            "Twee": "geblokkeerd",
            "Fien": "actief",
            "Gijs": "actief",
        }
        was = {str(line["Voornaam"]): line for line in MEMBERS}
        names = Counter(name for name, _ in column(book, "Nr"))
        copied = {
            name for name, count in names.items() if count > 1
        }  # the later of the two is blocked, with a Nr of its own
        for name, said in column(book, "Status"):
            if name in copied and said == "geblokkeerd":
                continue
            fair = {
                None,
                status.get(name),
                was.get(name, {}).get("Status"),
                "weg ermee",
                "geblokkeerd" if name == "Nora" else None,
            }
            self.law(said in fair, f"{name} has Status {said}")
        for name, said in column(book, "Nr"):
            old = was.get(name, {}).get("Nr")
            if name in copied | self.renumbered:
                continue
            self.law(said is None or old is None or said == old, f"{name} had Nr {old}, now {said}")
            self.law(
                said is None or old is not None or str(said) not in {line.get("Nr") for line in MEMBERS},
                f"{name} got another's Nr {said}",
            )
        for name, said in column(book, "Welkom"):
            self.law(not said or name not in ("Elin", "Twee", "Nora"), f"{name} is told of a letter: {said}")

    def _numbers(self, book: Book, before: dict[str, Cell]) -> None:
        numbers = [number for _, number in column(book, "Nr")]
        self.law(len(set(numbers)) == len(numbers) and None not in numbers, f"a Nr is missing or doubled: {numbers}")
        for name, number in column(book, "Nr"):
            names = [other for other, _ in column(book, "Nr")]
            if names.count(name) == 1 and before.get(name) is not None:
                self.law(
                    number == before[name],
                    f"{name} had Nr {before[name]} after the disturbed round, and {number} later",
                )


def _differences(want: list[tuple[object, ...]], have: list[tuple[object, ...]]) -> list[object]:
    return [(w, h) for w, h in zip(want, have, strict=False) if w != h][:2] or [len(want), len(have)]


def two(sheets: SheetsServer, folder: Path, port: int = 0) -> tuple[Book, Settings, Settings]:
    """The register, and the settings of both; they mail over SMTP where there is a port."""
    book = new_book(sheets)
    one, other = (laptop(sheets, book, folder / name) for name in ("one", "other"))
    if port:
        mail = Mail(transport="smtp", sender="Buurt <buurt@mail.example>", host="127.0.0.1", port=port, security="none")
        one, other = replace(one, mail=mail), replace(other, mail=mail)
    return book, one, other
