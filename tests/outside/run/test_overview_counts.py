"""Every number on the coordinator's page of the example, counted again by other code from what stands in the register."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.config.settings import Settings
from outside.run.overview import OVERVIEW
from support.ground import example_at
from support.sheet_notation import TODAY
from support.whole_round import settings_of, sync

pytestmark = pytest.mark.long

Row = dict[str, object]
TOLD_APART = {("Groepen", "Beheerders"), ("Beheerders", "In regiegroep"), ("Beheerders", "In gebiedsgroep")}
REMARK = re.compile(r"^(Blokkeert|Let op) \(([^)]+)\): (.*)$", re.MULTILINE)
YES = {"ja", "j", "x", "✓", "1", "waar", "true", "yes"}
BOX = (52.8, 53.1, 4.6, 4.95)
"""Wider than the municipality, and too narrow for a latitude and a longitude that changed places."""


class Book:
    """The register as openpyxl reads it, and the page as text."""

    def __init__(self, settings: Settings) -> None:
        self.out = settings.paths.out
        self.page = re.sub(r'srcdoc="[^"]*"', "", (self.out / OVERVIEW).read_text(encoding="utf-8"))
        self.tabs = {sheet.title: list(_rows(sheet.values)) for sheet in load_workbook(settings.workbook.path)}
        self.groups = {key(row["Groep"]): row for row in reversed(self.tabs["Groepen"])}  # of two, the first counts

    def need(self, title: str) -> int:
        """How many the page says of that need; 0 where it does not stand there."""
        found = re.search(rf"<b>(\d+)</b><span>{re.escape(title)}", self.page)
        return int(found[1]) if found else 0

    def table(self, heading: str) -> list[list[str]]:
        """The cells of the table under that heading, as words."""
        part = self.page.split(f"<h2>{heading}</h2>", 1)[1].split("</table>", 1)[0].split("<tbody>", 1)[1]
        rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", part)]
        return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in rows]


def key(name: object) -> str:
    """A group's name as people mean it."""
    return " ".join(str(name).split()).lower()


def _rows(values: Iterator[tuple[object, ...]]) -> Iterator[Row]:
    head, *rest = values
    return (dict(zip(map(str, head), row, strict=True)) for row in rest if any(row))


def day(cell: object) -> date | None:
    """A day as the example writes it."""
    if isinstance(cell, datetime):
        return cell.date()
    parts = [int(part) for part in re.findall(r"\d+", str(cell))] if cell else []
    year, month, number = parts if parts and parts[0] > 31 else parts[::-1] if len(parts) == 3 else (0, 0, 0)
    try:
        return date(year + 2000 if year < 100 else year, month, number)
    except ValueError:
        return None


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """After two rounds on the example of 300: in the first our own columns are still empty."""
    folder = tmp_path_factory.mktemp("counts")
    example_at(folder / "register.xlsx", 300, 1, TODAY)
    settings = settings_of(folder)
    for _round in range(2):
        sync(settings)
    return Book(settings)


def test_groups_and_admins(book: Book) -> None:
    named = [str(row["Beheerders"] or "") for row in book.tabs["Groepen"]]
    admins = Counter(len(names.split(", ")) if names else 0 for names in named)
    assert admins[0] and book.need("Groepen zonder beheerder") == admins[0]
    assert admins[1] and book.need("Groepen met maar één beheerder") == admins[1]
    outside = [row for row in book.tabs["Beheerders"] if not (row["In regiegroep"] == row["In gebiedsgroep"] == "ja")]
    assert outside and book.need("Beheerders die nog niet in hun twee beheerdersgroepen zitten") == len(outside)
    slow = [
        row
        for row in book.groups.values()
        if (since := day(row["Aangemeld op"])) and not row["Gestart op"] and (TODAY - since).days > 30
    ]
    assert book.need("Groepen die langer dan 30 dagen zijn aangemeld") == len(slow)


def test_people(book: Book) -> None:
    people = book.tabs["Deelnemers"]
    by_hand = [
        row
        for row in people
        if row["Status"] == "actief" and not row["Welkom"] and book.groups[key(row["Groep"])]["Aangemeld op"]
    ]
    assert by_hand and book.need("Deelnemers die u met de hand welkom heet") == len(by_hand)
    gone = [row for row in people if (left := day(row["Afgemeld op"])) and (TODAY - left).days > 365]
    assert gone and book.need("Rijen voorbij hun bewaartijd: langer dan 365 dagen afgemeld") == len(gone)


def test_what_is_wrong(book: Book) -> None:
    """By tab, column and weight: as many as there are lines in Meldingen."""
    lines: Counter[tuple[str, str, str]] = Counter()
    stickers = 0
    for tab, rows in book.tabs.items():
        for weight, column, words in REMARK.findall("\n".join(str(row.get("Meldingen") or "") for row in rows)):
            if column == "Afgemeld op" and "langer dan" in words:
                continue
            if column == "Sticker" and "langer dan" in words:
                stickers += 1
            elif (tab, column) not in TOLD_APART:
                lines[tab, column, "geblokkeerd" if weight == "Blokkeert" else "let op"] += 1
    told: Counter[tuple[str, str, str]] = Counter()
    titles = re.findall(r"<b>(\d+)</b><span>(\w+), ([^(<]+) \((geblokkeerd|let op)\)", book.page)
    for count, tab, column, weight in titles:
        told[tab, column, weight] += int(count)
    assert told == lines and len(lines) > 20
    assert stickers and book.need("Deelnemers zonder sticker") == stickers


def test_requests_and_where_the_signs_stand(book: Book) -> None:
    requests = book.tabs["Bordaanvragen"]
    waiting = [row for row in requests if row["Status"] in ("concept", "ingediend")]
    assert waiting and book.need("Bordaanvragen zonder besluit") == len(waiting)
    spots = 0
    for row in [row for row in requests if row["Status"] != "geblokkeerd"]:
        for cell in (row["Locatie 1"], row["Locatie 2"]):
            found = re.search(r"(\d+\.\d+)(?:, ?|%2C)(\d+\.\d+)", str(cell or ""))
            north, east = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
            spots += BOX[0] < north < BOX[1] and BOX[2] < east < BOX[3]
    assert spots > 10 and book.page.count("<circle ") == spots


def test_areas_and_groups(book: Book) -> None:
    areas = {str(row["Gebied"]): row for row in book.tabs["Gebieden"]}
    admins = Counter(row["Gebied"] for row in book.tabs["Beheerders"])
    home = {name: row["Gebied"] for name, row in book.groups.items()}
    blocked = Counter(home.get(key(row["Groep"])) for row in book.tabs["Deelnemers"] if row["Status"] == "geblokkeerd")
    free: Counter[object] = Counter()
    for row in book.groups.values():
        free[row["Gebied"]] += int(str(row["Vrij"]))
    rows = {row[0]: list(map(int, row[1:])) for row in book.table("Gebieden")}
    assert areas.keys() <= rows.keys()
    for name, area in areas.items():
        assert rows[name] == [area["Groepen"], area["Aantal"], free[name], admins[name], blocked[name], 0], name
    told = {key(row[0].split("  ")[0]): row[1:] for row in book.table("Hoe vol zijn de groepen?")}
    assert len(told) == len(book.groups)
    for row in book.groups.values():
        share = f"{round(100 * int(str(row['Aantal'])) / 256)}%"
        assert [cell.strip() for cell in told[key(row["Groep"])]] == [row["Status"], str(row["Aantal"]), share]


def test_tab_overzicht(book: Book) -> None:
    """Each figure of the tab, counted in the rows of the other tabs."""
    people, home = book.tabs["Deelnemers"], {name: str(row["Gebied"]) for name, row in book.groups.items()}
    admins = Counter(key(row["Groep"]) for row in book.tabs["Beheerders"])

    def counted(names: set[str]) -> list[int]:
        mine = [row for row in people if key(row["Groep"]) in names]
        active = [row for row in mine if row["Status"] == "actief"]
        new = [row for row in active if (on := day(row["Aangemeld op"])) and 0 <= (TODAY - on).days < 30]
        return [
            len(active),
            sum(int(str(book.groups[name]["Vrij"])) for name in names),
            round(100 * len(active) / (256 * len(names))) if names else 0,
            sum(admins[name] for name in names),
            len(new),
            sum(row["Status"] == "geblokkeerd" for row in mine),
            sum(row["Status"] == "wachtlijst" for row in mine),
            sum(str(row["Sticker"]).strip().lower() in YES for row in active),
        ]

    told = [row for row in book.tabs["Overzicht"] if row["Naam"]]
    figures = {(row["Wat"], key(row["Naam"])): list(row.values())[2:10] for row in told}
    assert len(figures) == len(told) > 20
    for name in book.groups:
        assert figures["groep", name] == counted({name}), name
    for area in {str(row["Gebied"]) for row in book.tabs["Gebieden"]}:
        assert figures["gebied", key(area)] == counted({name for name in home if home[name] == area}), area
    whole = counted(set(book.groups))
    whole[5] = sum(row["Status"] == "geblokkeerd" for row in people)
    assert figures["alles", "samen"] == whole
    joined = Counter((on.year, on.month) for row in people if (on := day(row["Aangemeld op"])))
    months = [row for row in book.tabs["Overzicht"] if row["Maand"]]
    assert len(months) == 12
    for row in months:
        month, year = map(int, str(row["Maand"]).split("-"))
        assert row["Aanmeldingen"] == joined[year, month]


def test_months_letters_and_files(book: Book) -> None:
    joined = Counter((on.year, on.month) for row in book.tabs["Deelnemers"] if (on := day(row["Aangemeld op"])))
    told = re.findall(r"<li><b>(\d+)</b><i [^>]*></i><span>(\d+)-(\d+)</span>", book.page)
    assert len(told) == 12 and sum(int(count) for count, _month, _year in told)
    for count, month, year in told:
        assert joined[int(year), int(month)] == int(count), (year, month)
    ready = len(list((book.out / "mail").glob("*.eml")))
    assert f"Er liggen {ready} mails klaar" in book.page and ready > 200
    for name, count in re.findall(r">(\w+) \((\d+) bestand(?:en)?\)</a>", book.page):
        assert sum(len(files) for _folder, _folders, files in os.walk(Path(book.out, name))) == int(count)


def test_the_years_figures(book: Book) -> None:
    """Who came, and the signs, in the sum that stands below the table."""
    year = (book.out / f"jaarcijfers-{TODAY.year}.html").read_text(encoding="utf-8")
    sums = [list(map(int, re.findall(r"<td>(\d+)</td>", row))) for row in re.findall(r">Samen</th>(.*?)</tr>", year)]
    _groups, before, joined, left, now, admins = sums[0]
    assert before + joined - left == now
    came = [day(row["Aangemeld op"]) for row in book.tabs["Deelnemers"] if key(row["Groep"]) in book.groups]
    assert joined == sum(one is not None and one.year == TODAY.year and one <= TODAY for one in came)
    assert admins == len(book.tabs["Beheerders"])
    asked = [day(row["Aangevraagd op"]) for row in book.tabs["Bordaanvragen"]]
    assert sums[1][0] == sum(one is not None and one.year == TODAY.year for one in asked)
