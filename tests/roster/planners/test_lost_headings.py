"""A heading of ours that is gone is asked about where its column seems to stand there, and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest

from roster.plan.delivery_status import State, mark_of
from roster.planners.safety import lost_headings, taken_headings
from roster.sheet.columns import TAB
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


def on_tab(title: str, heading: str, *cells: Cell) -> list[str]:
    """What is said of a register in which people keep a column of that heading."""
    own = TAB[title]
    headings: list[Cell] = [column.heading for column in own.columns if not column.own]
    rows: list[list[Cell]] = [["x"] * len(headings) + [cell] for cell in cells]
    tables, _problems = find_what_is_there([Sheet(title, [[*headings, heading], *rows])])
    return [*lost_headings(tables), *taken_headings(tables)]


@pytest.mark.parametrize(
    ("title", "heading", "cells"),
    [
        ("Groepen", "Contact", ("Piet", None)),
        ("Groepen", "Contactpersoon", ("Mieke",)),
        ("Bordaanvragen", "Verstuurd op", ("5-3-2026", date(2026, 3, 5))),
        ("Deelnemers", "In groep", ("ja", "nee")),
    ],
)
def test_a_column_that_people_kept_themselves_is_not_one_of_a_new_version(
    title: str, heading: str, cells: tuple[Cell, ...]
) -> None:
    """An upgrade stops no round for it, and nobody is told to put our heading above what is hers."""
    assert on_tab(title, heading, *cells) == []


@pytest.mark.parametrize(
    ("title", "heading", "hers", "ours"),
    [
        ("Groepen", "Contacten", "Piet en An", "3 nieuw, 1 weg; gemaild 28-11-2026 aan 2 beheerders"),
        ("Bordaanvragen", "Verstuurd", "5-3-2026", mark_of(State.SENT, date(2026, 3, 5), "abc123", "", "B-0001").text),
        ("Deelnemers", "In de groep", "ja", "gezien 28-11-2026"),
    ],
)
def test_a_heading_of_a_new_version_that_people_used_is_asked_about(
    title: str, heading: str, hers: str, ours: str
) -> None:
    """What she kept under it is not written over in silence; once ours stands there, what is typed beside it is."""
    [line] = on_tab(title, heading, None, hers)
    assert f"'{heading}'" in line and f"'{heading} (eigen)'" in line
    assert on_tab(title, heading, hers, ours) == on_tab(title, heading, None) == []
    assert on_tab(title, f"{heading} (eigen)", hers) == []
