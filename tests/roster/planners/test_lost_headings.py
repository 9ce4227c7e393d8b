"""A heading of ours that is gone is asked about where its column seems to stand there, and nowhere else."""

from __future__ import annotations

import pytest

from roster.planners.lost_headings import lost_headings
from roster.sheet.headings import find_what_is_there
from roster.sheet.table import Cell, Sheet

TITLES = ("Nr", "Voornaam", "Straat", "Mobiel", "Groep", "Opmerking", "Welkom", "Vervolgmail", "Status")
ROW: tuple[Cell, ...] = (
    "D-0001",
    "An",
    "Laan",
    "06",
    "Noord",
    "",
    "verstuurd 1-3-2026 (D-0001, versie 1)",
    "",
    "actief",
)


def told(old: str, new: str, *cells: Cell) -> list[str]:
    """What is said of one heading that became another, above these cells instead of its own."""
    at = TITLES.index(old)
    rows = [list(ROW) for _ in cells or (ROW[at],)]
    for row, cell in zip(rows, cells, strict=False):
        row[at] = cell
    titles: list[Cell] = [new if title == old else title for title in TITLES]
    tables, _problems = find_what_is_there([Sheet("Leden", []), Sheet("Deelnemers", [titles, *rows])])
    return [line for line in lost_headings(tables) if f"kolom '{old}'" in line]


@pytest.mark.parametrize(
    ("old", "new", "cells", "named"),
    [
        ("Welkom", "Welkomstmail", (), "een kolom 'Welkomstmail'"),
        ("Welkom", "Verstuurd?", ("met de hand 1-3-2026", "klaargezet 1-3-2026 (versie 1); wil geen mail", None), "'Verstuurd?'"),
        ("Welkom", "Bericht", ("wil geen mail",), "'Bericht'"),
        ("Welkom", "", (), "een kolom zonder kopje (G)"),
        ("Welkom", "Welkom1", ("", ""), "'Welkom1'"),
        ("Nr", "Lid", (), "'Lid'"),
        ("Vervolgmail", "Later", ("naar groep Noord: verstuurd 1-3-2026 (D-0001)",), "'Later'"),
        ("Status", "Statuss", (), "'Statuss'"),
    ],
)  # fmt: skip
def test_one_that_became_another_is_named_with_it(old: str, new: str, cells: tuple[Cell, ...], named: str) -> None:
    [line] = told(old, new, *cells)
    assert named in line and f"Zet het kopje '{old}'" in line


@pytest.mark.parametrize(
    ("old", "new", "cells"),
    [
        ("Welkom", "Kennis", ("welkom geheten bij de koffie", "verstuurd")),
        ("Welkom", "", (None,)),
        ("Nr", "Huis", ("12", "14a")),
        ("Vervolgmail", "Later", ("bellen",)),
    ],
)
def test_what_is_not_ours_is_nobodys_heading(old: str, new: str, cells: tuple[Cell, ...]) -> None:
    assert told(old, new, *cells) == []


def test_a_register_with_all_its_headings_is_not_looked_through() -> None:
    assert told("Opmerking", "Welkom geheten door") == []
