"""Two folders with a memory each on one register file, as on a shared drive or a stick: nobody hears a thing twice."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from outside.commands.sent import settle_resend, settle_sent
from outside.config.choices import Choices
from outside.config.settings import Limits, Settings
from outside.errors import Stop
from outside.run.round import run
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import DEELNEMERS
from support.sheet_notation import TODAY
from support.whole_round import choices, lay_out, settings_of
from support.whole_round import column as tab_column

MANY, FEW = 300, 20
TITLES = DEELNEMERS.headings


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

    def newcomers(self, number: int, start: int = MANY + 1, like: dict[str, str] | None = None) -> None:
        """So many new rows at the foot, as people type them; with `like` all are the first, but for that."""

        def add(sheet: Worksheet) -> None:
            at = sheet.max_row
            while at > 1 and not sheet.cell(at, column(sheet, "Mobiel")).value:
                at -= 1
            before = {cell.column: cell.value for cell in sheet[2]}
            ours = {column(sheet, heading) for heading in DEELNEMERS.own if heading in [one.value for one in sheet[1]]}
            for turn in range(number):
                row = at + 1 + turn
                for place, value in before.items():
                    sheet.cell(row, place).value = None if place in ours else value
                typed = person(start + turn) if like is None else person(start) | (like if turn else {})
                for heading, value in typed.items():
                    sheet.cell(row, column(sheet, heading)).value = value

        self.edit(add)

    def rows(self, tab: str) -> list[dict[str, object]]:
        """The rows of a tab, by heading."""
        found = list(load_workbook(self.one.workbook.path)[tab].values)
        return [dict(zip(map(str, found[0]), row, strict=True)) for row in found[1:]]

    def write(self, tab: str, where: dict[str, str], what: dict[str, str]) -> None:
        """Other words in the cells of the rows that say so."""
        book = load_workbook(self.one.workbook.path)
        for row in range(2, book[tab].max_row + 1):
            if all(book[tab].cell(row, column(book[tab], heading)).value == said for heading, said in where.items()):
                for heading, said in what.items():
                    book[tab].cell(row, column(book[tab], heading)).value = said
        book.save(self.one.workbook.path)

    def column(self, heading: str) -> list[object]:
        """A column of tab Deelnemers."""
        return tab_column(self.one, heading)

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


def welcomed_by_one(home: Path, number: int) -> Path:
    """A folder in which one laptop welcomed all."""
    ground = two(home)
    lay_out(home, people(number))
    ground.sync(ground.one)
    assert len(ground.letters) == number
    return home


@pytest.fixture(scope="module")
def with_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return welcomed_by_one(tmp_path_factory.mktemp("many"), MANY)


@pytest.fixture(scope="module")
def with_few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return welcomed_by_one(tmp_path_factory.mktemp("few"), FEW)


@pytest.fixture
def ground(with_many: Path, tmp_path: Path) -> Ground:
    """300 members, all welcomed by one laptop."""
    shutil.copytree(with_many, tmp_path, dirs_exist_ok=True)
    return two(tmp_path)


@pytest.fixture
def small(with_few: Path, tmp_path: Path) -> Ground:
    """Twenty, likewise."""
    shutil.copytree(with_few, tmp_path, dirs_exist_ok=True)
    return two(tmp_path)


def two(home: Path) -> Ground:
    one = replace(settings_of(home), limits=Limits(group_size=2 * MANY))
    elsewhere = replace(one.paths, out=home / "elders" / "out", state=home / "elders" / "state")
    return Ground(one, replace(one, paths=elsewhere))


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


@pytest.mark.parametrize("to", ["Welkomstmail", ""])
@pytest.mark.parametrize("who", ["one", "other"])
def test_a_heading_of_ours_that_became_another_is_asked_about(
    ground: Ground, to: str, who: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is done, whichever laptop it is, and both are named; once it is put back nobody is mailed again."""
    ground.edit(renamed("Welkom", to))
    there = ground.one.workbook.path.read_bytes()
    settings: Settings = getattr(ground, who)
    assert ground.sync(settings) == 1
    assert "ontbreekt de kolom 'Welkom'. Er is wel een kolom" in capfd.readouterr().err
    assert ground.one.workbook.path.read_bytes() == there
    with pytest.raises(Stop, match="kan zo niet worden bijgewerkt"):
        settle_sent(settings, choices(), "D-0002")
    ground.edit(lambda sheet: setattr(sheet.cell(1, TITLES.index("Welkom") + 1), "value", "Welkom"))
    assert ground.sync(settings, force=True) == 0
    assert sum(ground.letters.values()) == MANY


@pytest.mark.parametrize(
    "change", [deleted("Welkom"), deleted("Nr"), renamed("Welkom", "Kolom X")], ids=["Welkom", "Nr", "renamed"]
)
def test_a_column_of_ours_that_is_gone_brings_nobody_a_second_letter(
    ground: Ground, change: Callable[[Worksheet], None]
) -> None:
    """The other laptop, which never saw this register, knows all from the tab, and puts back what was there."""
    before = ground.column("Nr")
    ground.edit(change)
    assert ground.sync(ground.other, force=True) == 0
    assert ground.twice == []
    assert ground.column("Nr") == before
    assert all(str(cell).startswith("klaargezet") for cell in ground.column("Welkom"))
    assert ground.sync(ground.other) == ground.sync(ground.one) == 0
    assert ground.twice == [] and len(ground.letters) == MANY


@pytest.mark.parametrize(("who", "knows"), [("one", True), ("other", True), ("one", False)])
def test_this_mornings_version_put_back_brings_nobody_a_second_letter(
    ground: Ground, who: str, knows: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two newcomers of this afternoon were welcomed by one laptop. Where both know it, a third letter may be gone."""
    ground.newcomers(2)
    morning = ground.one.workbook.path.read_bytes()
    ground.today += timedelta(days=1)
    ground.sync(ground.one)
    assert len(ground.letters) == MANY + 2
    if knows:
        ground.newcomers(1, start=900)
        ground.sync(ground.other)
        ground.sync(ground.one)
    ground.one.workbook.path.write_bytes(morning)
    settings: Settings = getattr(ground, who)
    capfd.readouterr()
    if knows:
        assert ground.sync(settings) == 1
        assert "Op het tabblad Logboek ontbreken de laatste" in capfd.readouterr().err
        assert ground.one.workbook.path.read_bytes() == morning
    assert ground.sync(settings, force=knows) == 0
    assert ground.twice == []
    assert ground.column("Nr")[-2:] == [f"D-{MANY + 1:04d}", f"D-{MANY + 2:04d}"]
    ground.newcomers(1, start=910)
    assert [ground.sync(ground.other), ground.sync(ground.one)] == [0, 0] and ground.twice == []
    assert ground.column("Nr")[-1] == f"D-{MANY + 3 + knows:04d}"


def test_the_number_of_a_row_that_was_deleted_is_never_given_again(small: Ground) -> None:
    """The newest row goes, and the next newcomer is numbered by the other laptop."""
    small.newcomers(1)
    small.sync(small.one)
    small.edit(lambda sheet: sheet.delete_rows(FEW + 2))
    small.newcomers(1, start=900)
    small.sync(small.other)
    assert small.column("Nr")[-1] == f"D-{FEW + 2:04d}"
    assert small.letters["v900@mail.example"] == 1 and small.twice == []


@pytest.mark.parametrize("blank", ["", "Nr", "Welkom"])
@pytest.mark.parametrize("second", [{}, {"Voornaam": "V.", "E-mail": "anders@mail.example"}], ids=["alike", "other"])
def test_who_was_typed_twice_hears_once_whichever_row_is_first(
    small: Ground, second: dict[str, str], blank: str
) -> None:
    """One of the two rows is welcomed; then they are sorted the other way round, and the other laptop looks."""
    small.newcomers(2, start=FEW + 1, like=second)
    small.sync(small.one)
    assert len(small.letters) == FEW + 1

    def turn(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in sheet[row]] for row in (FEW + 2, FEW + 3)]
        for row, cells in zip((FEW + 3, FEW + 2), rows, strict=True):
            for at, cell in enumerate(cells, 1):
                sheet.cell(row, at).value = cell
        for row in (FEW + 2, FEW + 3) if blank else ():
            sheet.cell(row, column(sheet, blank)).value = None

    small.edit(turn)
    for settings in (small.other, small.one, small.other):
        small.sync(settings)
    assert len(small.letters) == FEW + 1 and small.twice == []


def test_a_welcomed_row_that_was_copied_and_typed_over_is_another_person(small: Ground) -> None:
    """Copied upwards: the newcomer gets one letter, the old member none, and nobody's Nr changes."""
    before = dict(zip(small.column("Mobiel"), small.column("Nr"), strict=True))

    def copy(sheet: Worksheet) -> None:
        cells = [cell.value for cell in sheet[18]]
        sheet.insert_rows(5)
        for at, cell in enumerate(cells, 1):
            sheet.cell(5, at).value = cell
        for heading, value in person(900).items():
            sheet.cell(5, column(sheet, heading)).value = value

    small.edit(copy)
    for settings in (small.other, small.one, small.other):
        assert small.sync(settings) == 0
    after = dict(zip(small.column("Mobiel"), small.column("Nr"), strict=True))
    assert {mobile: after[mobile] for mobile in before} == before
    assert small.letters["v900@mail.example"] == 1 and small.twice == []


@pytest.mark.parametrize("also", ["", "Welkom"])
def test_a_number_that_was_emptied_comes_back(small: Ground, also: str) -> None:
    """By the mark of the person, also where his Welkom is gone as well."""
    before = small.column("Nr")

    def empty(sheet: Worksheet) -> None:
        for row in (5, 6, 18):
            for heading in filter(None, ("Nr", also)):
                sheet.cell(row, column(sheet, heading)).value = None

    small.edit(empty)
    for settings in (small.other, small.one):
        assert small.sync(settings) == 0
    assert small.column("Nr") == before and small.twice == []


def test_two_folders_that_take_turns_welcome_each_newcomer_once(small: Ground) -> None:
    for turn, settings in enumerate((small.other, small.one, small.other, small.one)):
        small.newcomers(3, start=900 + 10 * turn)
        assert small.sync(settings) == 0
    assert small.twice == [] and len(small.letters) == FEW + 12
    assert len(set(small.column("Nr"))) == FEW + 12


@pytest.mark.parametrize("word", [settle_sent, settle_resend])
def test_a_letter_that_a_dead_laptop_had_in_hand_is_settled_by_the_other(
    small: Ground, word: Callable[[Settings, Choices, str], int], capfd: pytest.CaptureFixture[str]
) -> None:
    """Row and tab say "bezig". It is told until somebody says what became of it, and then it is over everywhere."""
    small.write("Deelnemers", {"Nr": "D-0002"}, {"Welkom": "bezig sinds 31-3-2026 10:00 (D-0002)"})
    small.write("Logboek", {"Nr": "D-0002"}, {"Stand": "bezig", "Dag": "31-3-2026 10:00"})
    for _turn in range(2):
        assert small.sync(small.other) == 1
        assert "make sent NR=D-0002" in capfd.readouterr().err
    assert len(small.letters) == FEW and small.twice == []
    assert word(small.other, choices(small.today), "D-0002") == 0
    assert [small.sync(small.other), small.sync(small.other)] == [0, 0]
    assert small.twice == (["v2@mail.example"] if word is settle_resend else [])
    [row] = [row for row in small.rows("Logboek") if row["Nr"] == "D-0002"]
    assert row["Stand"] == ("klaargezet" if word is settle_resend else "verstuurd")


def test_a_letter_of_the_other_laptop_can_be_sent_again_when_somebody_says_so(small: Ground) -> None:
    assert small.sync(small.other) == 0
    assert settle_resend(small.other, choices(small.today, force=True), "D-0003") == 0
    assert small.sync(small.other) == 0
    assert small.twice == ["v3@mail.example"]
