"""Two folders with a memory each on one register file, as on a shared drive or a stick: nobody hears a thing twice."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from outside.commands.sent import settle_sent
from outside.config.settings import Limits, Settings
from outside.errors import Stop
from outside.run.round import run
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import DEELNEMERS
from support.whole_round import choices, lay_out, settings_of

MANY = 300
TITLES = DEELNEMERS.headings


def people(number: int) -> str:
    """So many members with an address each; the first is the admin."""
    rows = [
        f"Voor{n} | Achter{n} | v{n}@mail.example | {'beheerder' if n == 1 else ''} | 06-2345{n:04d}"
        for n in range(1, number + 1)
    ]
    return "\n".join(["Voornaam | Achternaam | E-mail | Rol | Mobiel", *rows])


@dataclass
class Ground:
    """One register, and two folders with settings that work on it."""

    one: Settings
    other: Settings
    code: int = 0

    def sync(self, settings: Settings, *, force: bool = False) -> int:
        self.code = run(settings, choices(force=force), PLANNERS, replaces=FOLDERS)
        return self.code

    def edit(self, change: Callable[[Worksheet], None]) -> None:
        """Somebody works on tab Deelnemers."""
        book = load_workbook(self.one.workbook.path)
        change(book["Deelnemers"])
        book.save(self.one.workbook.path)

    @property
    def letters(self) -> Counter[str]:
        """Who has how many letters lying ready, in both folders, by address."""
        found: Counter[str] = Counter()
        for settings in (self.one, self.other):
            for path in (settings.paths.out / "mail").glob("*.eml"):
                to = next(line for line in path.read_text("utf-8", "replace").splitlines() if line.startswith("To:"))
                found[to.partition("<")[2].rstrip(">") or to[4:]] += 1
        return found


@pytest.fixture(scope="module")
def welcomed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one laptop welcomed all 300."""
    home = tmp_path_factory.mktemp("welcomed")
    ground = two(home)
    lay_out(home, people(MANY))
    ground.sync(ground.one)
    assert len(ground.letters) == MANY
    return home


@pytest.fixture
def ground(welcomed: Path, tmp_path: Path) -> Ground:
    shutil.copytree(welcomed, tmp_path, dirs_exist_ok=True)
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
