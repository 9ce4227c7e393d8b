"""A network that grows, month by month, in either back end: what people do, what admins are given, and the law of it."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Protocol

from openpyxl import load_workbook

from outside.commands.given import write_given
from outside.config.settings import Settings
from roster.sheet.columns import TAB
from roster.sheet.table import Cell, fold
from servers.sheets_server import Book, Person
from servers.smtp_server import Plan, answers
from support.excel_person import rows_in, type_under
from support.ground import register_at
from support.phones import Phone, as_dialled
from support.sheet_notation import TODAY, register
from support.whole_round import choices, settings_of, sync

GROUPS = {"Tuindorp": "Kerkstraat", "Zuid": "Dorpsweg", "Haven": "Kade"}
"""The groups of the beginning, each with its street; "Haven" has nobody until a group splits."""

_GROEPEN = "Groep | Gebied | Aangemeld op | Gestart op\n" + "\n".join(
    f"{name} | Centrum | 1-2-2025 | 1-3-2025" for name in GROUPS
)
_STRATEN = "Straat | Plaats | Groep\n" + "\n".join(f"{street} | Den Helder | {name}" for name, street in GROUPS.items())
_PEOPLE = "Voornaam | Achternaam | E-mail | Rol | Mobiel | Groep | Straat\n" + "\n".join(
    f"{name} | {name}man | {f'{name.lower()}@mail.example' if turn % 5 < 3 else ''} | {'beheerder' if turn % 5 < 3 else ''}"
    f" | 06-23450{turn:03d} | {group} | {GROUPS[group]}"
    for turn, (name, group) in enumerate(
        (name, group)
        for group, names in (("Tuindorp", "Anna Bram Cleo Daan Elin"), ("Zuid", "Fien Gijs Hans Iris Joop"))
        for name in names.split()
    )
)


def ground_rows() -> dict[str, list[list[Cell]]]:
    """Two groups of three admins and two members each, and one that has nobody yet."""
    tables = register(_PEOPLE, groepen=_GROEPEN, straten=_STRATEN, beheerders="Nr", staff="")
    return {
        name: [[table.cell(index, heading) for heading in TAB[name].headings] for index in range(len(table.rows))]
        for name, table in tables.items()
        if name != "Beheerders"
    }


class Sheet(Protocol):
    """A register as people see it, in either back end."""

    def rows(self, tab: str) -> list[tuple[int, dict[str, str]]]:
        """The rows of a tab with their numbers, those that hold nothing left out."""

    def types(self, tab: str, row: int, cells: dict[str, str]) -> None:
        """A person types; "" empties a cell."""

    def deletes(self, tab: str, row: int) -> None:
        """A person deletes a row."""


@dataclass
class ExcelSheet:
    """The register in a file."""

    path: Path
    read: dict[tuple[str, int], list[tuple[int, dict[str, str]]]] = field(default_factory=dict)

    def rows(self, tab: str) -> list[tuple[int, dict[str, str]]]:
        """See Sheet; a file that stands as it stood is read once."""
        key = tab, self.path.stat().st_mtime_ns
        if key not in self.read:
            headings, *below = rows_in(self.path, tab)
            self.read[key] = _numbered(list(map(str, headings)), below)
        return self.read[key]

    def types(self, tab: str, row: int, cells: dict[str, str]) -> None:
        """See Sheet."""
        type_under(self.path, tab, row, cells)

    def deletes(self, tab: str, row: int) -> None:
        """See Sheet."""
        book = load_workbook(self.path)
        book[tab].delete_rows(row)
        book.save(self.path)


@dataclass
class GoogleSheet:
    """The register at Google."""

    book: Book

    def rows(self, tab: str) -> list[tuple[int, dict[str, str]]]:
        """See Sheet."""
        headings, *below = self.book.tab(tab).values()
        return _numbered(list(map(str, headings)), below)

    def types(self, tab: str, row: int, cells: dict[str, str]) -> None:
        """See Sheet."""
        for heading, text in cells.items():
            Person(self.book).types(tab, row, heading, f"'{text}" if text else "")

    def deletes(self, tab: str, row: int) -> None:
        """See Sheet."""
        Person(self.book).deletes_row(tab, row)


def _numbered(headings: list[str], below: Sequence[Sequence[object]]) -> list[tuple[int, dict[str, str]]]:
    rows = [{heading: str(cell or "") for heading, cell in zip_longest(headings, row)} for row in below]
    return [(number, row) for number, row in enumerate(rows, 2) if any(row.values())]


def in_excel(home: Path) -> tuple[ExcelSheet, list[Settings]]:
    """The ground in a file, and the settings of two laptops."""
    home.mkdir(exist_ok=True)
    register_at(home / "register.xlsx", ground_rows())
    one = settings_of(home)
    other = replace(one, paths=replace(one.paths, out=home / "other" / "out", state=home / "other" / "state"))
    return ExcelSheet(one.workbook.path), [one, other]


@dataclass
class Play:
    """Two laptops on one register, and a phone for each admin. `plan` is of the server that takes the mails, if any."""

    sheet: Sheet
    laptops: list[Settings]
    seed: int = 0
    plan: Plan | None = None
    phones: dict[str, Phone] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    today: date = TODAY
    months: int = 0
    number: int = 300

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.kept: dict[Path, Path] = {}

    def go(self, months: int) -> None:
        """So many months, each with what people do, a round or two, and the law after each."""
        self.round(self.laptops[0])
        for _month in range(months):
            self.months += 1
            self.today += timedelta(days=30)
            for act in self.chance.sample(self.acts, self.chance.randint(1, 4)):
                act()
            for settings in self.chance.sample(self.laptops, self.chance.choice((1, 1, 2))):
                self.round(settings)
                self.today += timedelta(days=1)

    def round(self, settings: Settings) -> None:
        """One laptop's; who comes by has her whole group afterwards, nobody twice, and what she took is written down."""
        self.done.append(f"round {self.laptops.index(settings)}")
        uncertain = self._one_is_lost()
        assert sync(settings, self.today, force=True) != 3, self.done
        mailed = self._reads_mails()
        for nr, row in self.admins():
            phone = self.phones.setdefault(nr, Phone(""))
            phone.name = _name(row)
            is_mailed = self.plan is not None and row["E-mail"] != ""
            if is_mailed and nr not in mailed and self.gone_astray(row, uncertain):
                continue
            if not is_mailed and self.chance.random() < 0.3:
                continue  # she does not come by this time
            if not is_mailed:
                phone.takes_files(self.folder(settings, row["Groep"]))
            self.law(phone, row["Groep"])
            if not is_mailed:
                write_given(settings, choices(self.today), row["Groep"], nr, everybody=False)

    def law(self, phone: Phone, group: str) -> None:
        """Her address book, of only what she was given, is who is active in her group."""
        lost, more = self.active(group) - phone.book, phone.book - self.active(group)
        assert not lost and not more, (phone.name, group, f"lost {lost}", f"too many {more}", self.done)

    def active(self, group: str) -> Counter[tuple[str, str]]:
        """Who is in a group, as the register itself tells it."""
        return Counter(
            (_name(row), as_dialled(row["Mobiel"]))
            for _number, row in self.people()
            if row["Status"] == "actief" and fold(row["Groep"]) == fold(group)
        )

    def people(self) -> list[tuple[int, dict[str, str]]]:
        """The rows of people."""
        return [one for one in self.sheet.rows("Deelnemers") if one[1]["Mobiel"]]

    def admins(self) -> list[tuple[str, dict[str, str]]]:
        """Whoever is given the contacts of her group, by Nr."""
        rows = [row for _number, row in self.people()]
        return [(row["Nr"], row) for row in rows if row["Rol"] == "beheerder" and row["Status"] == "actief"]

    def folder(self, settings: Settings, group: str) -> Path:
        """Where the files of a group lie."""
        return next(path for path in (settings.paths.out / "groepen").glob("*/*") if fold(path.name) == fold(group))

    def gone_astray(self, row: dict[str, str], uncertain: str) -> bool:
        """True for whose mail of this round was lost: it comes with the next."""
        return row["E-mail"] == uncertain

    def _one_is_lost(self) -> str:
        """Now and then the line breaks while a mail to some admin leaves."""
        if self.plan is None or self.chance.random() < 0.7:
            return ""
        address = self.chance.choice([row["E-mail"] for _nr, row in self.admins() if row["E-mail"]] or [""])
        self.plan.answers = answers(**{f"{address.partition('@')[0]}_END": "cut"}) if address else {}
        self.done.append(f"lost {address}")
        return address

    def _reads_mails(self) -> set[str]:
        """Each admin reads what came with contacts; who did."""
        if self.plan is None:
            return set()
        nr_of, read = {row["E-mail"]: nr for nr, row in self.admins()}, set()
        for mail in self.plan.messages():
            nr = nr_of.get(str(mail["To"].addresses[0].addr_spec))
            if nr is not None and "ontacten van" in str(mail["Subject"]):
                self.phones.setdefault(nr, Phone("")).reads(mail)
                read.add(nr)
        self.plan.arrived.clear()
        self.plan.answers = {}
        return read

    @property
    def acts(self) -> list[Callable[[], None]]:
        """All that happens in a network."""
        return [
            self.joins, self.joins, self.moves, self.leaves, self.comes_back, self.number_changes, self.name_changes,
            self.typed_in_capitals, self.promoted, self.steps_down, self.row_goes, self.splits, self.renamed,
            self.ledger_lost, self.ledger_kept, self.ledger_put_back,
        ]  # fmt: skip

    def _some(self, *, role: str = "", left: bool = False) -> tuple[int, dict[str, str]] | None:
        rows = [one for one in self.people() if one[1]["Rol"] == role and bool(one[1]["Afgemeld op"]) is left]
        return self.chance.choice(rows) if rows else None

    def _types(self, what: str, found: tuple[int, dict[str, str]] | None, **cells: str) -> None:
        if found is not None:
            typed = {heading.replace("_", " "): text for heading, text in cells.items()}
            self.sheet.types("Deelnemers", found[0], typed)
            self.done.append(f"{what} {found[1]['Voornaam']} {typed}")

    def _street(self, group: str) -> str:
        return next(row["Straat"] for _number, row in self.sheet.rows("Straten") if fold(row["Groep"]) == fold(group))

    def _groups(self) -> list[str]:
        return sorted({row["Groep"] for _nr, row in self.admins()})

    def _next_number(self) -> str:
        self.number += 1
        return f"06-23450{self.number}"

    def joins(self) -> None:
        """Somebody new, below all others."""
        group = self.chance.choice(self._groups())
        foot = max(number for number, _row in self.people()) + 1
        name = f"Nieuw{_letters(self.number)}"
        row = dict(zip(TAB["Deelnemers"].headings, [""] * 99, strict=False))
        typed = {
            "Voornaam": name, "Achternaam": f"{name}man", "Straat": self._street(group), "Huisnummer": "7",
            "Plaats": "Den Helder", "Mobiel": self._next_number(), "Groep": group, "18 jaar of ouder": "ja",
            "Akkoord spelregels": "ja", "Sticker": "ja", "Aangemeld op": "1-6-2025",
        }  # fmt: skip
        self.sheet.types("Deelnemers", foot, {heading: text for heading, text in (row | typed).items() if text})
        self.done.append(f"joins {name} {group}")

    def moves(self) -> None:
        """Somebody, an admin too, goes to live in the streets of another group."""
        found = self._some(role=self.chance.choice(("", "", "beheerder")))
        others = [one for one in self._groups() if found and fold(one) != fold(found[1]["Groep"])]
        if found and others and self._may_go(found[1]):
            group = self.chance.choice(others)
            self._types("moves", found, Groep=group, Straat=self._street(group))

    def leaves(self) -> None:
        """A member."""
        self._types("leaves", self._some(), Afgemeld_op="1-3-2026")

    def comes_back(self) -> None:
        """Who left."""
        self._types("back", self._some(left=True), Afgemeld_op="")

    def number_changes(self) -> None:
        """Of a member or an admin."""
        self._types("number", self._some(role=self.chance.choice(("", "beheerder"))), Mobiel=self._next_number())

    def name_changes(self) -> None:
        """Somebody marries."""
        found = self._some(role=self.chance.choice(("", "beheerder")))
        self._types("name", found, Achternaam=f"Naam{_letters(self.number + self.months)}")

    def typed_in_capitals(self) -> None:
        """A name, and a group that means the same."""
        found = self._some()
        if found:
            row = found[1]
            self._types("capitals", found, Voornaam=row["Voornaam"].swapcase(), Groep=row["Groep"].swapcase())

    def promoted(self) -> None:
        """A member becomes an admin too."""
        self._types("promoted", self._some(), Rol="beheerder")

    def steps_down(self) -> None:
        """An admin, where there are more."""
        found = self._some(role="beheerder")
        if found and self._may_go(found[1]):
            self._types("steps down", found, Rol="")

    def _may_go(self, row: dict[str, str]) -> bool:
        group = fold(row["Groep"])
        return row["Rol"] == "" or sum(fold(one["Groep"]) == group for _nr, one in self.admins()) > 1

    def row_goes(self) -> None:
        """Somebody deletes a row."""
        found = self._some()
        if found and len(self.people()) > 9:
            self.sheet.deletes("Deelnemers", found[0])
            self.done.append(f"row gone {found[1]['Voornaam']}")

    def splits(self) -> None:
        """Half of a group, an admin among them, becomes the group that had nobody."""
        there = [row["Groep"] for _number, row in self.sheet.rows("Straten")]
        if "Haven" in self._groups() or "Haven" not in there or self.months < 2:
            return
        group = self.chance.choice(self._groups())
        rows = [one for one in self.people() if fold(one[1]["Groep"]) == fold(group)]
        admins = [one for one in rows if one[1]["Rol"] == "beheerder" and one[1]["Status"] == "actief"]
        if len(admins) < 2:
            return
        others = [one for one in rows if one[1]["Rol"] == ""]
        for one in (admins[0], *others[: len(others) // 2]):
            self._types("splits", one, Groep="Haven", Straat=self._street("Haven"))

    def renamed(self) -> None:
        """A group gets another name, in every tab."""
        old, new = self.chance.choice(self._groups()), f"Wijk{_letters(self.number + self.months)}"
        for tab in ("Groepen", "Straten", "Deelnemers"):
            for number, row in self.sheet.rows(tab):
                if fold(row["Groep"]) == fold(old):
                    self.sheet.types(tab, number, {"Groep": new})
        self.done.append(f"renamed {old} {new}")

    def ledger_lost(self) -> None:
        """A disk breaks."""
        self._ledger_of(self.chance.choice(self.laptops)).unlink(missing_ok=True)
        self.done.append("ledger lost")

    def ledger_kept(self) -> None:
        """Somebody copies the folder."""
        for settings in self.laptops:
            path = self._ledger_of(settings)
            if path.exists():
                self.kept[path] = Path(shutil.copy(path, path.with_suffix(".kept")))
        self.done.append("ledger kept")

    def ledger_put_back(self) -> None:
        """And puts it back when it is long out of date."""
        for path, copy in self.kept.items():
            shutil.copy(copy, path)
            self.done.append("ledger put back")

    def _ledger_of(self, settings: Settings) -> Path:
        return settings.paths.state / "ledger.sqlite3"


def _name(row: dict[str, str]) -> str:
    return " ".join(filter(None, (row["Voornaam"], row.get("Tussenvoegsel", ""), row["Achternaam"])))


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))
