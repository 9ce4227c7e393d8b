"""A laptop that dies with its cells in wrong rows or columns, and who comes after it: another one, or the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from outside.config.settings import Settings
from outside.errors import Stop
from outside.google import lock as google_lock
from outside.google import takeover
from outside.google.client import Calls
from outside.google.takeover import TITLE
from outside.workbook import STALE
from roster.plan.steps import SetCell
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.sheets_server.languages import language_of
from support.google_matrix import EDITS, MEMBERS, column, mails, new_book, peoples, sync
from support.google_register import HURRIED, laptop, opened
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module

ROWS = (
    "sorts by first name, down",
    "inserts an empty row at the top",
    "inserts a member in the middle",
    "moves a member",
)
COLUMNS = ("inserts a column before our Status", "inserts a column before all")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, sheets: SheetsServer, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)
    sheets.language = language_of(request.node.name)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Twenty minutes pass, for laptops and for Google."""

    def pass_by() -> None:
        real = time.time
        monkeypatch.setattr(google_lock, "time", SimpleNamespace(time=lambda: real() + STALE + 60))
        monkeypatch.setattr(google_lock.Lock, "_look_at_clock", lambda _lock: 0.0)

    return pass_by


@dataclass
class Crash:
    """A round of laptop `one` whose cells went astray in call 5 or 7, after which it is no more."""

    book: Book
    one: Settings
    other: Settings
    expected: Book


def crashed(sheets: SheetsServer, folder: Path, edit: str, look: int = 6) -> Crash:
    book, expected = new_book(sheets), new_book(sheets)
    one, other = laptop(sheets, book, folder / "one"), laptop(sheets, book, folder / "other")
    sheets.start_counting()
    sheets.between(look, EDITS.get(edit, lambda _book: None))
    sheets.fail(look + 1, Fault("503", after=True))
    sheets.fail(look + 2, Fault("503"), times=60)
    assert sync(one)[0] == 3
    assert TITLE in [tab.title for tab in book.tabs]
    sheets.start_counting()
    EDITS.get(edit, lambda _book: None)(expected)
    return Crash(book, one, other, expected)


def laws(crash: Crash, folder: Path) -> list[str]:
    """What did not hold, once somebody ran a whole round."""
    broken = []
    if peoples(crash.book) != peoples(crash.expected):
        broken.append("people's cells changed")
    names = [name for name, _ in column(crash.book, "Nr")]
    old = {str(line["Voornaam"]): line.get("Nr") for line in MEMBERS if line.get("Nr")}
    for name, number in column(crash.book, "Nr"):
        if name in old and names.count(name) == 1 and number != old[name]:
            broken.append(f"{name} had Nr {old[name]}, now {number}")
    numbers = [number for _, number in column(crash.book, "Nr")]
    if len(set(numbers)) != len(numbers) or None in numbers:
        broken.append(f"a Nr is missing or doubled: {numbers}")
    sent = mails(folder / "one") + mails(folder / "other")
    number_of = dict(column(crash.book, "Nr"))
    for name, told in column(crash.book, "Welkom"):
        before = next((line.get("Welkom") for line in MEMBERS if line["Voornaam"] == name), None)
        waits = str(told).startswith("bezig") and f"({number_of[name]})" in str(told)  # for whoever announced it
        if told and not waits and not before and f"{name.lower()}@mail.example" not in sent:
            broken.append(f"{name} stands as welcomed and was not: {told}")
    if any(count > 1 for count in sent.values()):
        broken.append(f"mailed twice: {sent}")
    return broken


@pytest.mark.parametrize("look", sweep([6, 4]))
@pytest.mark.parametrize("edit", sweep(ROWS, quick=(0, 2)))
def test_another_laptop_puts_right_what_went_to_wrong_rows(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None], edit: str, look: int
) -> None:
    """Twenty minutes later, from what the lock tab says: no Nr moves, and nobody stands as welcomed who was not."""
    crash = crashed(sheets, tmp_path, edit, look)
    assert "al bezig" in sync(crash.other)[1]
    later()
    code, said = sync(crash.other)
    assert code in (0, 1), said
    assert laws(crash, tmp_path) == []
    assert sync(crash.one)[0] in (0, 1)
    assert laws(crash, tmp_path) == []
    assert TITLE not in [tab.title for tab in crash.book.tabs]


@pytest.mark.parametrize("edit", sweep(COLUMNS))
def test_where_peoples_cells_may_be_hit_another_laptop_stops_and_names_the_version(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None], edit: str
) -> None:
    """Nothing is changed; the laptop that died still puts all of it back when it comes again."""
    crash = crashed(sheets, tmp_path, edit)
    later()
    before = peoples(crash.book)
    code, said = sync(crash.other)
    assert code == 2 and "Versiegeschiedenis" in said and "'Deelnemers'" in said and "van vlak vóór" in said, said
    assert peoples(crash.book) == before and TITLE in [tab.title for tab in crash.book.tabs]
    assert sync(crash.one)[0] in (0, 1)
    assert laws(crash, tmp_path) == []


@pytest.mark.parametrize("edit", sweep([ROWS[0], "retypes a member's remark", ""], quick=2))
def test_of_a_very_large_register_only_the_written_rows_are_told(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """Where they stand, all is well; where they do not, people look."""
    monkeypatch.setattr(takeover, "MOST_DESCRIBED", 5)
    crash = crashed(sheets, tmp_path, edit)
    later()
    code, said = sync(crash.other)
    assert code in (0, 1) if edit != ROWS[0] else (code == 2 and "Versiegeschiedenis" in said), said
    assert sync(crash.one)[0] in (0, 1)
    assert laws(crash, tmp_path) == []


@pytest.mark.parametrize("edit", sweep(["", ROWS[0]]))
def test_of_a_write_that_is_too_large_to_tell_nothing_is_taken_to_be_well(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None], monkeypatch: pytest.MonkeyPatch, edit: str
) -> None:
    """It fits in the lock tab all the same, and people look."""
    monkeypatch.setattr(takeover, "MOST", 1_100)
    crash = crashed(sheets, tmp_path, edit)
    told = [cell for cell in crash.book.tab(TITLE).values()[6] if cell]
    assert told[0] == "Onderweg" and len("".join(map(str, told[1:]))) <= 1_100
    later()
    code, said = sync(crash.other)
    assert code == 2 and "Versiegeschiedenis" in said, said
    assert sync(crash.one)[0] in (0, 1)
    assert laws(crash, tmp_path) == []


def test_a_status_that_landed_in_the_column_of_the_numbers_is_not_taken_for_one(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None]
) -> None:
    """Only Status was under way, and columns moved by one: whose Nr it was, no other laptop can know."""
    book = new_book(sheets)
    one, other = opened(laptop(sheets, book, tmp_path / "one")), laptop(sheets, book, tmp_path / "other")
    lock = one.lock()
    lock.__enter__()
    table = one.read()["Deelnemers"]
    sheets.start_counting()
    sheets.between(1, EDITS["inserts a column before all"])
    sheets.fail(2, Fault("503", after=True))
    sheets.fail(3, Fault("503"), times=60)
    with pytest.raises(Stop):
        one.write([SetCell(table.place(0, "Status"), "afgemeld", table.cell(0, "Status"))])
    sheets.start_counting()
    assert book.tab("Deelnemers").row(1).value(book.tab("Deelnemers").column("Nr")) == "afgemeld"
    later()
    code, said = sync(other)
    assert code == 2 and "Versiegeschiedenis" in said
    lock.__exit__(None, None, None)


@pytest.mark.parametrize("edit", sweep(["", ROWS[0], ROWS[3]], quick=2))
def test_where_cells_of_people_were_written_in_rows_that_moved_people_look(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None], edit: str
) -> None:
    """As a forget does, or a move: what was hit, only the laptop that died knows. It puts that back."""
    book, expected = new_book(sheets), new_book(sheets)
    EDITS.get(edit, lambda _book: None)(expected)
    one, other = laptop(sheets, book, tmp_path / "one"), laptop(sheets, book, tmp_path / "other")
    workbook = opened(one)
    with workbook.lock():
        table = workbook.read()["Deelnemers"]
        steps = [
            SetCell(table.place(2, heading), "", table.cell(2, heading), of_people=True)
            for heading in ("Mobiel", "E-mail")
        ]
        sheets.start_counting()
        sheets.between(1, EDITS.get(edit, lambda _book: None))
        sheets.fail(2, Fault("503", after=True))
        sheets.fail(3, Fault("503"), times=60)
        with pytest.raises(Stop):
            workbook.write(steps)
    whose = Person(expected).row_with("Deelnemers", "Mobiel", table.cell(2, "Mobiel"))
    assert peoples(book) != peoples(expected), "somebody's cells were emptied"
    sheets.start_counting()
    later()
    code, said = sync(other)
    assert code in (0, 1) if not edit else (code == 2 and "Versiegeschiedenis" in said), said
    sync(one)
    if edit:
        assert peoples(book)["Deelnemers"] == peoples(expected)["Deelnemers"]
    else:
        for heading in ("Mobiel", "E-mail"):
            Person(expected).sets("Deelnemers", whose, heading, None)
        assert peoples(book)["Deelnemers"] == peoples(expected)["Deelnemers"]


@pytest.mark.parametrize("edit", sweep([ROWS[0], COLUMNS[0], ROWS[1], COLUMNS[1]], quick=2))
def test_the_same_laptop_mends_also_where_somebody_deleted_the_lock_tab(
    sheets: SheetsServer, tmp_path: Path, edit: str
) -> None:
    """Its journal counts without it."""
    crash = crashed(sheets, tmp_path, edit)
    Person(crash.book).deletes_tab(TITLE)
    assert sync(crash.one)[0] in (0, 1)
    assert laws(crash, tmp_path) == []
    assert not (tmp_path / "one" / "state" / "google-open.jsonl").exists()


def test_a_journal_does_not_count_any_more_once_another_has_given_numbers(sheets: SheetsServer, tmp_path: Path) -> None:
    """What the other did is newer: none of it is taken back."""
    crash = crashed(sheets, tmp_path, ROWS[0])
    Person(crash.book).deletes_tab(TITLE)
    assert sync(crash.other)[0] in (0, 1)
    numbers, sent = sorted(map(str, column(crash.book, "Nr"))), mails(tmp_path / "one")
    assert sync(crash.one)[0] in (0, 1)
    assert sorted(map(str, column(crash.book, "Nr"))) == numbers
    assert not mails(tmp_path / "one") - sent


def test_a_round_whose_cells_all_stand_leaves_nothing_to_put_right(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None]
) -> None:
    """It died between its last write and the end; people have sorted and typed since."""
    book = new_book(sheets)
    one, other = laptop(sheets, book, tmp_path / "one"), laptop(sheets, book, tmp_path / "other")
    sheets.start_counting()
    sheets.fail(8, Fault("503"), times=60)
    assert sync(one)[0] in (0, 1)
    assert TITLE in [tab.title for tab in book.tabs]
    sheets.start_counting()
    person = Person(book)
    person.sorts("Deelnemers", "Voornaam", descending=True)
    person.sets("Deelnemers", person.row_with("Deelnemers", "Voornaam", "Gijs"), "Opmerking", "verhuist")
    numbers = sorted(map(str, column(book, "Nr")))
    later()
    sheets.start_counting()
    assert sync(other)[0] in (0, 1)
    assert sorted(map(str, column(book, "Nr"))) == numbers
    assert max((mails(tmp_path / "one") + mails(tmp_path / "other")).values()) == 1


@pytest.mark.long
@pytest.mark.parametrize("look", [4, 6])
@pytest.mark.parametrize("edit", EDITS)
def test_after_any_edit_another_laptop_mends_or_stops(
    sheets: SheetsServer, tmp_path: Path, later: Callable[[], None], edit: str, look: int
) -> None:
    """And once the laptop that died has run again, all is well in any case."""
    if edit == "empties a Nr":
        pytest.skip("its row is renumbered, which the comparison does not know here")
    crash = crashed(sheets, tmp_path, edit, look)
    later()
    before = peoples(crash.book)
    code, said = sync(crash.other)
    if code == 2:
        assert "Versiegeschiedenis" in said and peoples(crash.book) == before, said
    else:
        assert sync(crash.other)[0] in (0, 1)  # two new rows that say the same are numbered one after the other
        assert code in (0, 1) and laws(crash, tmp_path) == [], said
    assert sync(crash.one)[0] in (0, 1)
    assert laws(crash, tmp_path) == []
    assert TITLE not in [tab.title for tab in crash.book.tabs]
