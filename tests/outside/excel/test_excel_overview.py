"""Tab Overzicht in a file: its figures counted again, its charts, what people do to it, and when it was brought up to date."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from outside.config.settings import Settings
from outside.excel.create import complete_register
from roster.sheet.columns import OVERZICHT
from support.excel_person import by_heading
from support.sheet_notation import TODAY
from support.whole_round import lay_out, settings_of, sync, types

CHARTS = re.compile(r"<(?:c:)?f>([^<]+)<")
STAMP = re.compile(r"Bijgewerkt (\d+)-(\d+) \d\d:\d\d")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one round was done on a register of four people."""
    home = tmp_path_factory.mktemp("overview")
    assert sync(lay_out(home)) == 0
    return home


@pytest.fixture
def settings(kept: Path, tmp_path: Path) -> Settings:
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return settings_of(tmp_path)


def book_of(settings: Settings) -> Workbook:
    return load_workbook(settings.workbook.path)


def rows(settings: Settings, title: str = "Overzicht") -> list[dict[str, object]]:
    return [row for row in by_heading(settings.workbook.path, title) if any(cell is not None for cell in row.values())]


def spans(settings: Settings) -> list[str]:
    """What the charts look at."""
    with zipfile.ZipFile(settings.workbook.path) as file:
        parts = sorted(name for name in file.namelist() if name.startswith("xl/charts/chart"))
        return [found for part in parts for found in CHARTS.findall(file.read(part).decode())]


def stamp(settings: Settings) -> str:
    cells = [str(cell) for row in book_of(settings)["Lees mij"].values for cell in row if cell]
    [found] = [cell for cell in cells if cell.startswith("Bijgewerkt")]
    return found


def test_the_figures_are_counted_again_from_the_register(settings: Settings) -> None:
    people = rows(settings, "Deelnemers")
    groups = {str(row["Groep"]): row for row in rows(settings, "Groepen")}
    for line in [row for row in rows(settings) if row["Wat"] == "groep"]:
        mine = [row for row in people if row["Groep"] == line["Naam"]]
        active = [row for row in mine if row["Status"] == "actief"]
        group = groups[str(line["Naam"])]
        assert (
            (line["Deelnemers"], line["Vrij"]) == (len(active), 256 - len(active)) == (group["Aantal"], group["Vrij"])
        )
        assert line["Stickers"] == sum(row["Sticker"] == "ja" for row in active)
        assert line["Beheerders"] == len(str(group["Beheerders"]).split(", "))
        assert line["Geblokkeerd"] == len(mine) - len(active) and line["Vol in %"] == round(100 * len(active) / 256)
    sums: Counter[str] = Counter()
    for row in rows(settings):
        if row["Wat"] == "gebied":
            sums.update({one: int(str(row[one])) for one in ("Deelnemers", "Vrij", "Stickers", "Geblokkeerd")})
    [whole] = [row for row in rows(settings) if row["Wat"] == "alles"]
    assert whole["Deelnemers"] == 4 and {one: whole[one] for one in sums} == dict(sums)


def test_a_second_round_writes_nothing(settings: Settings) -> None:
    before = settings.workbook.path.read_bytes()
    assert sync(settings) == 0
    assert settings.workbook.path.read_bytes() == before


def test_the_charts_reach_over_all_rows_and_no_further_than_the_months(settings: Settings) -> None:
    last = 1 + len(rows(settings))
    names, values = OVERZICHT.headings.index("Naam"), OVERZICHT.headings.index("Vol in %")
    assert spans(settings) == [
        "'Overzicht'!$K$2:$K$13",
        "'Overzicht'!$L$2:$L$13",
        f"'Overzicht'!${chr(65 + names)}$2:${chr(65 + names)}${last}",
        f"'Overzicht'!${chr(65 + values)}$2:${chr(65 + values)}${last}",
    ]
    assert len(book_of(settings)["Overzicht"]._charts) == 2  # type: ignore[attr-defined]  # openpyxl has no other way


def test_new_groups_stretch_the_chart(settings: Settings) -> None:
    """Ten groups more than there is room for beside the months."""
    for turn in range(14):
        types(settings, 3 + turn, tab="Groepen", Groep=f"Groep {turn}", Gebied="Centrum")
    sync(settings)
    last = 1 + len(rows(settings))
    assert last > 15 and spans(settings)[2:] == [f"'Overzicht'!$A$2:$A${last}", f"'Overzicht'!$E$2:$E${last}"]
    assert spans(settings)[:2] == ["'Overzicht'!$K$2:$K$13", "'Overzicht'!$L$2:$L$13"]


def test_a_tab_that_was_deleted_comes_back_with_its_charts(settings: Settings) -> None:
    before, drawn = rows(settings), spans(settings)
    book = book_of(settings)
    del book["Overzicht"]
    book.save(settings.workbook.path)
    assert spans(settings) == []
    sync(settings)
    assert rows(settings) == before and spans(settings) == drawn
    assert complete_register(settings.workbook.path, settings.paths.state / "backups") == []


def test_a_tab_without_charts_gets_them_from_setup_and_one_with_a_picture_keeps_to_it(settings: Settings) -> None:
    drawn = spans(settings)
    book = book_of(settings)
    book["Overzicht"]._charts.clear()  # type: ignore[attr-defined]  # as above
    book.save(settings.workbook.path)
    told = complete_register(settings.workbook.path, settings.paths.state / "backups")
    assert told == ["Tabblad Overzicht: de grafieken zijn toegevoegd."] and spans(settings) == drawn
    book = book_of(settings)
    book["Overzicht"]._charts.pop()  # type: ignore[attr-defined]  # as above
    book.save(settings.workbook.path)
    assert complete_register(settings.workbook.path, settings.paths.state / "backups") == []


def test_a_tab_of_that_name_that_is_peoples_own_is_left_alone(tmp_path: Path) -> None:
    settings = lay_out(tmp_path)
    book = book_of(settings)
    del book["Overzicht"]
    sheet = book.create_sheet("Overzicht")
    sheet.append(["Naam", "Beheerders", "Taak"])
    sheet.append(["Jan", 3, "koffie"])
    book.save(settings.workbook.path)
    told = complete_register(settings.workbook.path, settings.paths.state / "backups")
    assert [line for line in told if "van uzelf" in line] == told
    assert sync(settings) == 0
    assert [list(row) for row in book_of(settings)["Overzicht"].values] == [
        ["Naam", "Beheerders", "Taak"],
        ["Jan", 3, "koffie"],
    ]


def test_the_front_tab_says_when_something_was_written(tmp_path: Path) -> None:
    settings = lay_out(tmp_path)
    assert stamp(settings) == "Bijgewerkt: nog niet"
    sync(settings)
    found = STAMP.fullmatch(stamp(settings))
    assert found and (int(found[1]), int(found[2])) == (datetime.now().day, datetime.now().month)
    book = book_of(settings)
    front = book["Lees mij"]
    front.insert_rows(1)
    [place] = [cell for row in front.iter_rows() for cell in row if str(cell.value).startswith("Bijgewerkt")]
    place.value = "Bijgewerkt 1-1 00:00"
    book.save(settings.workbook.path)
    sync(settings)
    assert stamp(settings) == "Bijgewerkt 1-1 00:00", "a quiet round writes nothing"
    types(settings, 5, Sticker="nee")
    sync(settings, TODAY)
    assert STAMP.fullmatch(stamp(settings)) and stamp(settings) != "Bijgewerkt 1-1 00:00"


def test_a_front_tab_of_before_gets_its_line_and_loses_none(tmp_path: Path) -> None:
    settings = lay_out(tmp_path)
    book = book_of(settings)
    front = book["Lees mij"]
    [place] = [cell for row in front.iter_rows() for cell in row if cell.value == "Bijgewerkt: nog niet"]
    place.value = None
    book.save(settings.workbook.path)
    before = [cell for row in front.values for cell in row if cell]
    told = complete_register(settings.workbook.path, settings.paths.state / "backups")
    assert any("bijgewerkt" in line for line in told)
    after = [cell for row in book_of(settings)["Lees mij"].values for cell in row if cell]
    assert stamp(settings) == "Bijgewerkt: nog niet" and [cell for cell in after if cell in before] == before
