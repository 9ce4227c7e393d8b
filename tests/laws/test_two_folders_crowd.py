"""Two folders on one register file while people do to it what they like: nobody hears twice, no Nr goes to two."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from support.two_folders import Ground, column, person, rows_of, welcomed_by_one, write_rows

FEW = 8


class Crowd:
    """People at one register, and whose Nr each mobile ever had."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.chance = ground, random.Random(seed)
        self.next, self.nr_of, self.holder, self.versions = 100, {}, {}, []  # type: ignore[var-annotated]  # filled below
        self.done: list[str] = []
        self.doubled: set[object] = set()

    def go(self, rounds: int) -> None:
        for _round in range(rounds):
            for _act in range(self.chance.randint(1, 3)):
                act = self.chance.choice(self.acts)
                self.done.append(act.__name__)
                act()
            self.sync(self.chance.choice((self.ground.one, self.ground.other)))
        self.both_know()
        here = {str(row["E-mail"]) for row in self.rows() if row["E-mail"] and row["Status"] == "actief"}
        assert here <= self.ground.letters.keys(), (here - self.ground.letters.keys(), self.done)

    def sync(self, settings: object) -> None:
        name = "one" if settings is self.ground.one else "other"
        self.done.append(f"sync {name}")
        assert self.ground.sync(settings, force=True) in (0, 1), self.done  # type: ignore[arg-type]  # one of the two
        assert self.ground.twice == [], (self.ground.twice, self.done)
        for row in self.rows():
            mobile, nr = row["Mobiel"], row["Nr"]
            if mobile and nr and row["Status"] == "actief" and mobile not in self.doubled:
                assert self.nr_of.setdefault(mobile, nr) == nr, (mobile, self.nr_of[mobile], nr, self.done)
                assert self.holder.setdefault(nr, mobile) == mobile, (nr, self.holder[nr], mobile, self.done)
        self.ground.today += timedelta(days=1)
        self.versions.append(self.ground.one.workbook.path.read_bytes())

    def rows(self) -> list[dict[str, object]]:
        return [row for row in self.ground.rows("Deelnemers") if row["Mobiel"]]

    @property
    def acts(self) -> list[Callable[[], None]]:
        return [
            self.newcomer, self.newcomer, self.copied, self.typed_twice, self.row_gone, self.sorted, self.sorted,
            self.no_nr, self.no_welkom, self.column_gone, self.logbook_sorted, self.logbook_rows_gone, self.older,
        ]  # fmt: skip

    def newcomer(self) -> None:
        self.ground.newcomers(1, start=self.next)
        self.next += 1

    def copied(self) -> None:
        """A row copied upwards and typed over by a newcomer."""

        def change(rows: list[dict[str, object]]) -> None:
            at = self.chance.randrange(2, len(rows))
            rows.insert(self.chance.randrange(1, at), rows[at] | person(self.next))
            self.next += 1

        self.edit(change)

    def typed_twice(self) -> None:
        def change(rows: list[dict[str, object]]) -> None:
            again = dict(self.chance.choice(rows[1:]))
            self.doubled.add(again["Mobiel"])  # such a one has two Nrs from now on
            again |= dict.fromkeys(("Nr", "Status", "Meldingen", "Welkom", "Vervolgmail"))
            if self.chance.random() < 0.5:
                again["Voornaam"] = "V."
            rows.insert(self.chance.randrange(1, len(rows) + 1), again)

        self.edit(change)

    def row_gone(self) -> None:
        self.edit(lambda rows: rows.__delitem__(self.chance.randrange(1, len(rows))) if len(rows) > 4 else None)

    def sorted(self) -> None:
        """The admin's row stays in front."""
        heading = self.chance.choice(("Achternaam", "Mobiel", "Welkom", "Nr"))

        def change(rows: list[dict[str, object]]) -> None:
            rows[1:] = sorted(rows[1:], key=lambda row: str(row.get(heading)), reverse=self.chance.random() < 0.5)

        self.edit(change)

    def no_nr(self) -> None:
        self.edit(lambda rows: self.chance.choice(rows).update({"Nr": None}))

    def no_welkom(self) -> None:
        self.edit(lambda rows: self.chance.choice(rows).update({"Welkom": None}))

    def column_gone(self) -> None:
        heading = self.chance.choice(("Nr", "Welkom"))

        def change(sheet: Worksheet) -> None:
            if any(cell.value == heading for cell in sheet[1]):
                sheet.delete_cols(column(sheet, heading))

        self.ground.edit(change)

    def logbook_sorted(self) -> None:
        self.edit(self.chance.shuffle, "Logboek")

    def logbook_rows_gone(self) -> None:
        """Once both know what stood there."""
        self.both_know()
        self.edit(lambda rows: rows.__delitem__(slice(self.chance.randrange(len(rows)), None)), "Logboek")

    def older(self) -> None:
        """An older version is put back, once both know what it lacks."""
        self.both_know()
        self.ground.one.workbook.path.write_bytes(self.chance.choice(self.versions[-6:]))

    def both_know(self) -> None:
        for settings in (self.ground.one, self.ground.other, self.ground.one):
            self.sync(settings)

    def edit(self, change: Callable[[list[dict[str, object]]], object], tab: str = "Deelnemers") -> None:
        book = load_workbook(self.ground.one.workbook.path)
        rows = rows_of(book[tab])
        if len(rows) > 3:
            change(rows)
            write_rows(book[tab], rows)
            book.save(self.ground.one.workbook.path)


@pytest.mark.parametrize(
    ("seed", "rounds"), [(1, 6), *(pytest.param(seed, 25, marks=pytest.mark.long) for seed in range(2, 22))]
)
def test_a_crowd_at_one_file(tmp_path: Path, seed: int, rounds: int) -> None:
    """Rows copied, sorted, doubled and deleted, columns of ours gone, the tab spoiled, older versions put back."""
    Crowd(welcomed_by_one(tmp_path, FEW), seed).go(rounds)
