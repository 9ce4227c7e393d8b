"""Two folders with a memory each on one register file, as on a shared drive or a stick: nobody hears a thing twice."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from outside.commands.no_mail import record_wish
from outside.commands.sent import resolve_resend, resolve_sent
from outside.config.choices import Choices
from outside.config.settings import Settings
from outside.errors import Stop
from outside.ledger.ledger import Ledger
from roster.sheet.columns import DEELNEMERS, LOGBOEK
from support.sweeps import long, sweep
from support.two_folders import Ground, column, deleted, person, renamed, two, welcomed_by_one
from support.whole_round import choices

FEW = 20
TITLES = DEELNEMERS.headings


@pytest.fixture(scope="module", params=[60, pytest.param(300, marks=pytest.mark.long)])
def many(request: pytest.FixtureRequest) -> int:
    """Of how many members a story is played."""
    return int(request.param)


@pytest.fixture(scope="module")
def with_many(tmp_path_factory: pytest.TempPathFactory, many: int) -> Path:
    return welcomed_by_one(tmp_path_factory.mktemp("many"), many).one.workbook.path.parent


@pytest.fixture(scope="module")
def with_few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return welcomed_by_one(tmp_path_factory.mktemp("few"), FEW).one.workbook.path.parent


@pytest.fixture
def ground(with_many: Path, tmp_path: Path) -> Ground:
    """Many members, all welcomed by one laptop."""
    shutil.copytree(with_many, tmp_path, dirs_exist_ok=True)
    return two(tmp_path)


@pytest.fixture
def small(with_few: Path, tmp_path: Path) -> Ground:
    """Twenty, likewise."""
    shutil.copytree(with_few, tmp_path, dirs_exist_ok=True)
    return two(tmp_path)


@pytest.mark.parametrize("to", sweep(["Welkomstmail", ""]))
@pytest.mark.parametrize("who", ["one", "other"])
def test_a_heading_of_ours_that_became_another_is_asked_about(
    ground: Ground, many: int, to: str, who: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is done, whichever laptop it is, and both are named; once it is put back nobody is mailed again."""
    ground.edit(renamed("Welkom", to))
    there = ground.one.workbook.path.read_bytes()
    settings: Settings = getattr(ground, who)
    assert ground.sync(settings) == 1
    assert "ontbreekt de kolom 'Welkom'. Er is wel een kolom" in capfd.readouterr().err
    assert ground.one.workbook.path.read_bytes() == there
    with pytest.raises(Stop, match="kan zo niet worden bijgewerkt"):
        resolve_sent(settings, choices(), "D-0002")
    ground.edit(lambda sheet: setattr(sheet.cell(1, TITLES.index("Welkom") + 1), "value", "Welkom"))
    assert ground.sync(settings, force=True) == 0
    assert sum(ground.letters.values()) == many


@pytest.mark.parametrize(
    "change", sweep([deleted("Welkom"), deleted("Nr"), renamed("Welkom", "Kolom X")]), ids=["Welkom", "Nr", "renamed"]
)
def test_a_column_of_ours_that_is_gone_brings_nobody_a_second_letter(
    ground: Ground, many: int, change: Callable[[Worksheet], None]
) -> None:
    """The other laptop, which never saw this register, knows all from the tab, and puts back what was there."""
    before = ground.column("Nr")
    ground.edit(change)
    assert ground.sync(ground.other, force=True) == 0
    assert ground.twice == []
    assert ground.column("Nr") == before
    assert all(str(cell).startswith("klaargezet") for cell in ground.column("Welkom"))
    assert ground.sync(ground.other) == ground.sync(ground.one) == 0
    assert ground.twice == [] and len(ground.letters) == many


@pytest.mark.parametrize(("who", "knows"), sweep([("other", True), ("one", True), ("one", False)]))
def test_this_mornings_version_put_back_brings_nobody_a_second_letter(
    ground: Ground, many: int, who: str, knows: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two newcomers of this afternoon were welcomed by one laptop. Where both know it, a third letter may be gone."""
    ground.newcomers(2, start=many + 1)
    morning = ground.one.workbook.path.read_bytes()
    ground.today += timedelta(days=1)
    ground.sync(ground.one)
    assert len(ground.letters) == many + 2
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
    assert ground.column("Nr")[-2:] == [f"D-{many + 1:04d}", f"D-{many + 2:04d}"]
    ground.newcomers(1, start=910)
    assert [ground.sync(ground.other), ground.sync(ground.one)] == [0, 0] and ground.twice == []
    assert ground.column("Nr")[-1] == f"D-{many + 3 + knows:04d}"


def test_the_number_of_a_row_that_was_deleted_is_never_given_again(small: Ground) -> None:
    """The newest row goes, and the next newcomer is numbered by the other laptop."""
    small.newcomers(1, start=FEW + 1)
    small.sync(small.one)
    small.edit(lambda sheet: sheet.delete_rows(FEW + 2))
    small.newcomers(1, start=900)
    small.sync(small.other)
    assert small.column("Nr")[-1] == f"D-{FEW + 2:04d}"
    assert small.letters["v900@mail.example"] == 1 and small.twice == []


@pytest.mark.parametrize("blank", sweep(["", "Nr", "Welkom"]))
@pytest.mark.parametrize(
    "second", sweep([{"Voornaam": "V.", "E-mail": "anders@mail.example"}, {}]), ids=["other", "alike"]
)
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


@pytest.mark.parametrize("second", sweep([{}, {"Voornaam": "V."}]), ids=["alike", "other"])
@pytest.mark.parametrize("gone", sweep([0, 1]), ids=["the told one goes", "both stay"])
def test_who_was_typed_twice_keeps_the_letter_that_the_other_knows_of(
    small: Ground, second: dict[str, str], gone: int
) -> None:
    """The row that was welcomed goes or is sorted down; the other laptop tells the row that is left."""
    small.newcomers(2, start=FEW + 1, like=second)
    small.sync(small.one)
    [told] = [at for at in (FEW + 2, FEW + 3) if small.column("Welkom")[at - 2]]

    def change(sheet: Worksheet) -> None:
        cells = [cell.value for cell in sheet[told]]
        sheet.delete_rows(told)
        for at, cell in enumerate(cells, 1) if gone else ():
            sheet.cell(FEW + 3, at).value = cell

    small.edit(change)
    for settings in (small.other, small.one, small.other, small.one):
        small.today += timedelta(days=1)
        small.sync(settings)
        assert small.letters[f"v{FEW + 1}@mail.example"] == 1 and small.twice == []


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


@pytest.mark.parametrize("also", sweep(["Welkom", ""]))
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


@pytest.mark.parametrize("word", [resolve_sent, resolve_resend])
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
    assert small.twice == (["v2@mail.example"] if word is resolve_resend else [])
    [row] = [row for row in small.rows("Logboek") if row["Nr"] == "D-0002"]
    assert row["Stand"] == ("klaargezet" if word is resolve_resend else "verstuurd")


def test_a_letter_of_the_other_laptop_can_be_sent_again_when_somebody_says_so(small: Ground) -> None:
    assert small.sync(small.other) == 0
    assert resolve_resend(small.other, choices(small.today, force=True), "D-0003") == 0
    assert small.sync(small.other) == 0
    assert small.twice == ["v3@mail.example"]


@pytest.mark.parametrize("who", ["one", "other"])
def test_a_letter_that_one_laptop_sends_again_leaves_once_when_the_other_is_first(small: Ground, who: str) -> None:
    """Asked for on the day that it left, so that its day does not tell the two letters apart."""
    assert small.sync(small.other) == 0
    asked: Settings = getattr(small, who)
    there = small.other if who == "one" else small.one
    assert resolve_resend(asked, choices(small.today, force=True), "D-0003") == 0
    if who == "one":
        small.one.paths.out.rename(small.one.paths.out.with_name("weg"))  # what lay ready there was sent
    for settings in (there, asked, there, asked):
        assert small.sync(settings) == 0
    assert small.letters["v3@mail.example"] == (1 if who == "one" else 2)


@pytest.mark.parametrize("lost", [["Nr", "Welkom"], long(["Welkom"])])
def test_what_only_the_rows_tell_is_remembered_in_the_tab(small: Ground, lost: list[str]) -> None:
    """Tab Logboek was gone when the other laptop looked first; then a row loses its own word as well."""
    book = load_workbook(small.one.workbook.path)
    del book["Logboek"]
    book.save(small.one.workbook.path)
    assert small.sync(small.other, force=True) == 0
    assert sum(row["Bericht"] == "welkom" for row in small.rows("Logboek")) == FEW

    def empty(sheet: Worksheet) -> None:
        for heading in lost:
            sheet.cell(5, column(sheet, heading)).value = None

    small.edit(empty)
    assert [small.sync(small.other), small.sync(small.one), small.sync(small.other)] == [0, 0, 0]
    assert small.twice == [] and len(small.letters) == FEW
    assert small.column("Nr")[3] == "D-0004" and str(small.column("Welkom")[3]).startswith("klaargezet")


@pytest.mark.parametrize("heading", sweep(LOGBOEK.headings))
@pytest.mark.parametrize("to", ["", "Iets"])
def test_a_heading_of_the_logbook_that_is_gone_takes_no_memory_with_it(small: Ground, heading: str, to: str) -> None:
    """The other laptop, which never saw this register, knows its columns by what stands in them."""
    book = load_workbook(small.one.workbook.path)
    renamed(heading, to)(book["Logboek"])
    deleted("Welkom")(book["Deelnemers"])
    book.save(small.one.workbook.path)
    for settings in (small.other, small.other, small.one):
        assert small.sync(settings, force=True) == 0
    assert small.twice == [] and len(small.letters) == FEW
    assert {"Nr": "D-0007", "Stand": "klaargezet"}.items() <= next(
        row.items() for row in small.rows("Logboek") if row["Nr"] == "D-0007" and row["Bericht"] == "welkom"
    )


def test_half_a_logbook_and_no_column_welkom_are_doubted(
    ground: Ground, many: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """The other laptop is new, and for half of them nothing in the register tells that they were mailed."""
    book = load_workbook(ground.one.workbook.path)
    book["Logboek"].delete_rows(3, many // 2)
    deleted("Welkom")(book["Deelnemers"])
    book.save(ground.one.workbook.path)
    there = ground.one.workbook.path.read_bytes()
    assert ground.sync(ground.other) == 1
    assert "deelnemers stonden al eerder in het register en zouden" in capfd.readouterr().err
    assert ground.twice == [] and ground.one.workbook.path.read_bytes() == there
    assert [ground.sync(ground.one), ground.sync(ground.other)] == [0, 0]  # the laptop that knows puts all back
    assert ground.twice == []


NEW = f"D-{FEW + 1:04d}"
TO = "v900@mail.example"


def emptied(heading: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet.cell(FEW + 2, column(sheet, heading)).value = None

    return change


def typed_anew(sheet: Worksheet) -> None:
    """His row is taken out, and he stands in another."""
    cells = {cell.column: cell.value for cell in sheet[FEW + 2]}
    sheet.delete_rows(FEW + 2)
    for heading in DEELNEMERS.own:
        cells[column(sheet, heading)] = None
    for at, cell in cells.items():
        sheet.cell(FEW + 2, at).value = cell


def with_newcomer(small: Ground) -> None:
    """Somebody with a Nr and without a letter: his address came later."""
    small.newcomers(1, start=900, like={})
    small.write("Deelnemers", {"E-mail": TO}, {"E-mail": None})
    assert small.sync(small.one) == 0
    small.write("Deelnemers", {"Nr": NEW}, {"E-mail": TO})


def wishes(small: Ground) -> list[tuple[object, ...]]:
    rows = [row for row in small.rows("Logboek") if row["Bericht"] == "geen mail"]
    return [(row["Nr"], row["Stand"]) for row in rows]


@pytest.mark.parametrize(
    ("how", "change"),
    sweep(
        itertools.product(["typed", "heard", "in the row"], [emptied("Welkom"), deleted("Welkom"), typed_anew]),
        quick=(0, 4, 8),
    ),
)
def test_a_wish_that_one_laptop_heard_is_known_to_the_other(
    small: Ground, how: str, change: Callable[[Worksheet], None]
) -> None:
    """Whatever became of the words in his row; until it is taken back, on whichever laptop."""
    with_newcomer(small)
    if how == "typed":
        record_wish(small.one, choices(small.today), NEW, undo=False)
    elif how == "heard":
        with Ledger.of(small.one, small.today) as ledger:
            ledger.replies.do_not_mail([ledger.address_mark(TO)])
        assert small.sync(small.one) == 0
    else:
        small.edit(lambda sheet: setattr(sheet.cell(1, sheet.max_column + 1), "value", "Geen mail"))
        small.write("Deelnemers", {"Nr": NEW}, {"Geen mail": "ja"})
        assert small.sync(small.one) == 0
        small.write("Deelnemers", {"Nr": NEW}, {"Geen mail": None})
    assert wishes(small) == [(NEW, "wil geen mail")]
    small.edit(change)
    assert small.sync(small.other, force=True) == 0
    assert small.letters[TO] == 0
    quiet = small.one.workbook.path.read_bytes()
    assert small.sync(small.other) == small.sync(small.one) == 0
    assert small.one.workbook.path.read_bytes() == quiet
    nr = str(small.column("Nr")[-1])
    record_wish(small.one, choices(small.today), nr, undo=True)
    assert [row[1] for row in wishes(small)] == ["wil weer mail"]
    small.write("Deelnemers", {"Nr": nr}, {"Welkom": None})
    assert small.sync(small.other) == small.sync(small.one) == 0
    assert small.letters[TO] == 1 and small.twice == []
    record_wish(small.other, choices(small.today), nr, undo=False)
    assert [row[1] for row in wishes(small)] == ["wil geen mail"]


def test_a_wish_of_before_the_tab_told_of_it_is_told_by_the_row(small: Ground) -> None:
    """Also that it was taken back, so that an old ledger elsewhere keeps nobody waiting."""
    with_newcomer(small)
    record_wish(small.one, choices(small.today), NEW, undo=False)
    small.sync(small.other)
    book = load_workbook(small.one.workbook.path)
    del book["Logboek"]
    book.save(small.one.workbook.path)
    assert small.sync(small.other, force=True) == 0
    assert wishes(small) == [(NEW, "wil geen mail")]
    record_wish(small.one, choices(small.today), NEW, undo=True)
    assert wishes(small) == [(NEW, "wil weer mail")] and small.letters[TO] == 0
    told = " ".join(str(cell) for row in small.rows("Logboek") for cell in row.values())
    assert not any(word in told for word in ("Voor900", "Achter900", "2345", "@"))


@pytest.mark.parametrize("harm", sweep(["older copy", "no heading", "morning"]))
def test_a_wish_outlives_what_is_done_to_the_tab(small: Ground, harm: str) -> None:
    """A copy that says what was so before, a heading that is gone, or this morning's version put back."""
    with_newcomer(small)
    morning = small.one.workbook.path.read_bytes()
    record_wish(small.one, choices(small.today), NEW, undo=False)
    small.sync(small.other)
    if harm == "morning":
        small.one.workbook.path.write_bytes(morning)
    else:
        book = load_workbook(small.one.workbook.path)
        tab = book["Logboek"]
        [row] = [row for row in tab.iter_rows(min_row=2) if row[column(tab, "Bericht") - 1].value == "geen mail"]
        if harm == "no heading":
            renamed("Stand", "")(tab)
        else:
            older = {"Stand": "wil weer mail", "Dag": "1-1-2020 10:00:00"}
            cells = [older.get(str(tab.cell(1, at).value), cell.value) for at, cell in enumerate(row, 1)]
            tab.insert_rows(2)
            for at, value in enumerate(cells, 1):
                tab.cell(2, at).value = value
        emptied("Welkom")(book["Deelnemers"])
        book.save(small.one.workbook.path)
    for settings in (small.other, small.one):
        assert small.sync(settings, force=True) == 0
    assert small.letters[TO] == 0 and wishes(small) == [(NEW, "wil geen mail")]


def test_a_wish_of_who_was_typed_twice_is_one_row(small: Ground) -> None:
    """And either row is left alone."""
    small.newcomers(2, start=900, like={})
    small.write("Deelnemers", {"Voornaam": "Voor900"}, {"E-mail": ""})
    small.sync(small.one)
    small.write("Deelnemers", {"Voornaam": "Voor900"}, {"E-mail": TO})
    record_wish(small.one, choices(small.today), NEW, undo=False)
    assert wishes(small) == [(NEW, "wil geen mail")]
    small.write("Deelnemers", {"Voornaam": "Voor900"}, {"Welkom": ""})
    small.sync(small.other, force=True)
    assert small.letters[TO] == 0 and len(wishes(small)) == 1
