"""A register in a JSON file: the smallest real Workbook, so that apply is tried without any spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from outside.errors import Changed
from outside.files.atomic import write_private
from outside.workbook import Choose, Written
from roster.plan.steps import AddRow, SetCell
from roster.sheet.columns import DEELNEMERS
from roster.sheet.table import Sheet, Table, says
from support.marks import without_nr

HEADINGS = ("Nr", "Voornaam", "Mobiel", "E-mail", "Status", "Welkom")


class JsonRegister:
    """One tab, Deelnemers; a list of rows in a file, replaced whole at each write."""

    name = "register.json"

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path, self.shared = path, shared
        self.seen = b""
        self.writes: list[list[SetCell | AddRow]] = []
        self.aliases: dict[str, str] = {}

    @contextmanager
    def lock(self) -> Iterator[None]:
        yield

    def read(self) -> dict[str, Table]:
        self.seen = self.path.read_bytes()
        self.aliases = {}
        return {"Deelnemers": self.table()}

    def link(self, tab: str, column: int, row: int) -> tuple[str, str]:
        """No program opens it."""
        return f"{tab} {column} {row}", ""

    def empty(self, choose: Choose) -> tuple[int, list[Sheet]]:
        raise NotImplementedError(choose)

    def filled_by_formula(self, steps: Sequence[SetCell]) -> list[SetCell]:  # noqa: ARG002  # it holds no formulas
        return []

    def rehearse(self, steps: Sequence[SetCell | AddRow]) -> None:
        """It takes everything."""

    def write(self, steps: Sequence[SetCell | AddRow]) -> Written:
        if not self.shared and self.path.read_bytes() != self.seen:
            raise Changed
        table = self.table()
        rows = {key: index for index, key in enumerate(table.keys)}
        done: list[SetCell | AddRow] = []
        left: list[SetCell | AddRow] = []
        for step in steps:
            assert isinstance(step, SetCell)
            index = rows.get(step.place.key, rows.get(self.aliases.get(step.place.key, "")))
            if index is not None and says(table.cell(index, step.place.column), step.value):
                done.append(step)
                continue
            if index is None or not _holds(table.cell(index, step.place.column), step.was):
                left.append(step)
                continue
            table.rows[index][table.columns[step.place.column]] = step.value
            done.append(step)
            if step.place.column == "Nr" and index is not None:
                self.aliases[step.place.key] = str(step.value)
        write_private(self.path, json.dumps(table.rows).encode())
        self.seen = self.path.read_bytes()
        self.writes.append(list(steps))
        return Written(tuple(done), tuple(left))

    def table(self) -> Table:
        """The tab as it stands in the file now."""
        columns = {heading: position for position, heading in enumerate(HEADINGS)}
        return Table("Deelnemers", "Deelnemers", columns, json.loads(self.path.read_bytes()), 2, DEELNEMERS.own)

    def column(self, heading: str) -> list[object]:
        """What a column says now, top to bottom, without the Nr that a mark names."""
        return [without_nr(cell) for cell in self.table().column(heading)]


def _holds(cell: object, was: object) -> bool:
    return cell == was or says(cell, "" if was is None else was)  # type: ignore[arg-type]  # a JSON cell is a Cell


def new_register(path: Path, people: int, *, shared: bool = False) -> JsonRegister:
    """A register of made-up people: no Nr yet, each with a mobile and an address."""
    rows = [
        ["", f"Persoon {n}", f"+316{20_000_000 + n}", f"persoon{n}@mail.example", "", ""] for n in range(1, people + 1)
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    return JsonRegister(path, shared=shared)
