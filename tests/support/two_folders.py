"""Two folders with settings of their own on one register file, and what people do to it in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from outside.config.settings import Settings
from outside.run.round import run
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import DEELNEMERS
from roster.terms import Limits
from support.excel_person import by_heading, type_under
from support.sheet_notation import TODAY
from support.whole_round import choices, lay_out, settings_of


def people(number: int) -> str:
    """So many members with an address each; the first is the admin."""
    rows = [" | ".join(person(turn).values()) for turn in range(1, number + 1)]
    return "\n".join([" | ".join(person(1)), *rows])


def person(number: int) -> dict[str, str]:
    """What somebody types in his row."""
    return {
        "Voornaam": f"Voor{number}",
        "Achternaam": f"Achter{number}",
        "E-mail": f"v{number}@mail.example",
        "Rol": "beheerder" if number == 1 else "",
        "Mobiel": f"06-2345{number:04d}",
    }


@dataclass
class Ground:
    """One register, and two folders with settings that work on it."""

    one: Settings
    other: Settings
    code: int = 0
    today: date = TODAY

    def sync(self, settings: Settings, *, force: bool = False) -> int:
        self.code = run(settings, choices(self.today, force=force), PLANNERS, replaces=FOLDERS)
        return self.code

    def edit(self, change: Callable[[Worksheet], None]) -> None:
        """Somebody works on tab Deelnemers."""
        book = load_workbook(self.one.workbook.path)
        change(book["Deelnemers"])
        book.save(self.one.workbook.path)

    def newcomers(self, number: int, start: int, like: dict[str, str] | None = None) -> None:
        """So many new rows at the foot, as people type them; with `like` all are the first, but for that."""

        rows = self.rows("Deelnemers")
        at = max(turn for turn, row in enumerate(rows, 2) if row["Mobiel"])
        alike = {heading: None if heading in DEELNEMERS.own else said for heading, said in rows[0].items()}
        for turn in range(number):
            typed = person(start + turn) if like is None else person(start) | (like if turn else {})
            type_under(self.one.workbook.path, "Deelnemers", at + 1 + turn, alike | typed)

    def rows(self, tab: str) -> list[dict[str, object]]:
        """The rows of a tab, by heading."""
        return by_heading(self.one.workbook.path, tab)

    def write(self, tab: str, where: dict[str, str], what: dict[str, str | None]) -> None:
        """Other words in the cells of the rows that say so."""
        for row, said in enumerate(self.rows(tab), 2):
            if where.items() <= said.items():
                type_under(self.one.workbook.path, tab, row, what)

    def column(self, heading: str) -> list[object]:
        """A column of tab Deelnemers."""
        return [row[heading] for row in self.rows("Deelnemers") if row["Mobiel"]]

    @property
    def twice(self) -> list[str]:
        """Who has more than one letter."""
        return [to for to, number in self.letters.items() if number > 1]

    @property
    def letters(self) -> Counter[str]:
        """Who has how many letters lying ready, in both folders, by address."""
        found: Counter[str] = Counter()
        for settings in (self.one, self.other):
            for path in (settings.paths.out / "mail").glob("*.eml"):
                to = next(line for line in path.read_text("utf-8", "replace").splitlines() if line.startswith("To:"))
                found[to.partition("<")[2].rstrip(">") or to[4:]] += 1
        return found


def welcomed_by_one(home: Path, number: int) -> Ground:
    """A register in whose folder one laptop welcomed all."""
    ground = two(home)
    lay_out(home, people(number))
    ground.sync(ground.one)
    assert len(ground.letters) == number
    return ground


def two(home: Path) -> Ground:
    one = replace(settings_of(home), limits=Limits(group_size=1000))
    elsewhere = replace(one.paths, out=home / "elders" / "out", state=home / "elders" / "state")
    return Ground(one, replace(one, paths=elsewhere, source=home / "elders" / "settings.toml"))


def column(sheet: Worksheet, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == heading)


def renamed(heading: str, to: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.cell(1, column(sheet, heading)).value = to

    return change


def deleted(heading: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.delete_cols(column(sheet, heading))

    return change


def rows_of(sheet: Worksheet) -> list[dict[str, object]]:
    """The rows below the headings in which anything stands, by heading."""
    headings = [cell.value for cell in sheet[1]]
    found = [dict(zip(map(str, headings), row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    return [row for row in found if any(cell is not None for cell in row.values())]


def write_rows(sheet: Worksheet, rows: Sequence[dict[str, object]]) -> None:
    """The same rows in another order, or others, below the headings."""
    headings = [str(cell.value) for cell in sheet[1]]
    for at in range(2, max(sheet.max_row, len(rows) + 1) + 1):
        row = rows[at - 2] if at - 2 < len(rows) else {}
        for turn, heading in enumerate(headings, 1):
            sheet.cell(at, turn).value = row.get(heading)  # type: ignore[assignment]  # what a cell held
