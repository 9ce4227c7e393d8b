"""One run at a time on a Google Sheet, from whatever laptop, and never a lock that nobody can get past."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from outside.backends import backend_of
from outside.errors import Stop
from outside.google import lock as google_lock
from outside.google.client import Calls
from outside.google.takeover import TITLE
from outside.workbook import STALE
from roster.plan.steps import SetCell
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.faults import KINDS
from servers.sheets_server.fixture import sheets
from servers.sheets_server.languages import language_of
from support.google_matrix import column, mails, new_book, sync
from support.google_register import EMAIL, HURRIED, laptop, opened, written_settings
from support.kill import Running, begun
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module
SYNC = Path(__file__).resolve().parents[3] / "scripts" / "sync.py"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, sheets: SheetsServer, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(Calls, "patience", HURRIED)
    sheets.language = language_of(request.node.name)


@pytest.fixture
def book(sheets: SheetsServer) -> Book:
    return new_book(sheets)


def titles(book: Book) -> list[str]:
    return [tab.title for tab in book.tabs]


def test_the_second_comer_hears_which_machine_is_busy(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """The first goes on undisturbed; once it is done there is room, and nothing stays behind."""
    one, other = laptop(sheets, book, tmp_path / "one"), laptop(sheets, book, tmp_path / "other")
    with opened(one).lock():
        tab = book.tab(TITLE)
        assert tab.properties["hidden"] and any("Laat dit tabblad staan" in str(row.value(0)) for row in tab.rows)
        with pytest.raises(Stop, match="al bezig met dit register vanaf de computer") as caught, opened(other).lock():
            pass
        assert "vanaf" in caught.value.remedy and caught.value.code == 2
        assert TITLE in titles(book)
    with opened(other).lock():
        pass
    assert TITLE not in titles(book)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is open")
def test_who_lets_go_of_the_lock_lets_go_of_the_line(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """A program that does many rounds would run out of lines: this one has two, and the server here their other ends.

    google-auth may have one of its own, which it lets go by itself.
    """
    here = Path("/proc/self/fd")
    workbook = opened(laptop(sheets, book, tmp_path))
    with workbook.lock():
        workbook.read()
        held = len(list(here.iterdir()))
    until = time.monotonic() + 10  # the server hears of it a moment later
    while len(list(here.iterdir())) > held - 4 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(list(here.iterdir())) <= held - 4


def test_a_lock_without_a_sign_of_life_is_taken_over_once(
    sheets: SheetsServer, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that lost it finds out at its next write, and writes nothing."""
    slow, quick = opened(laptop(sheets, book, tmp_path / "slow")), opened(laptop(sheets, book, tmp_path / "quick"))
    then = time.time
    with slow.lock():
        table = slow.read()["Deelnemers"]
        monkeypatch.setattr(google_lock.time, "time", lambda: then() + STALE + 5)
        with quick.lock():
            before = [row.values for row in book.tab("Deelnemers").rows]
            with pytest.raises(Stop, match="Iemand anders is intussen"):
                slow.write([SetCell(table.place(2, "Status"), "actief")])
            assert [row.values for row in book.tab("Deelnemers").rows] == before
            assert TITLE in titles(book)
    assert TITLE not in titles(book)


@pytest.mark.parametrize("off", [-3 * 3600, 3 * 3600])
def test_a_laptop_whose_clock_is_hours_off_writes_googles_time_in_the_lock(
    sheets: SheetsServer, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: int
) -> None:
    """Else a lock that it leaves behind would hold for hours, or be taken from it while it works."""
    monkeypatch.setattr(google_lock, "time", SimpleNamespace(time=lambda: time.time() + off))
    workbook = opened(laptop(sheets, book, tmp_path))
    with workbook.lock():
        for _ in range(2):
            since, seen, _ = str(book.tab(TITLE).row(5).value(1)).split()
            assert abs(float(since) - time.time()) < 60 and abs(float(seen) - time.time()) < 60
            table = workbook.read()["Deelnemers"]
            workbook.write([SetCell(table.place(2, "Status"), "actief", table.cell(2, "Status"))])


@pytest.mark.parametrize(
    ("off", "age", "is_free"), [(3 * 3600, 60, False), (-3 * 3600, STALE + 60, True), (0, -3 * 3600, True)]
)
def test_the_age_of_a_lock_is_told_by_googles_clock(
    sheets: SheetsServer, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: int, age: int, is_free: bool
) -> None:
    """Whatever the clock of the one who comes says; and a sign of life from the future is none."""
    hung = opened(laptop(sheets, book, tmp_path / "hung")).lock()
    hung.__enter__()
    moment = f"{time.time() - age:.0f}"
    book.tab(TITLE).put(5, 1, f"{moment} {moment} another")
    monkeypatch.setattr(google_lock, "time", SimpleNamespace(time=lambda: time.time() + off))
    expected = contextlib.nullcontext() if is_free else pytest.raises(Stop, match="al bezig")
    with expected, opened(laptop(sheets, book, tmp_path / "late")).lock():
        assert str(book.tab(TITLE).row(5).value(1)).split()[2] != "another"
    hung.__exit__(None, None, None)


def test_a_lock_tab_that_somebody_renames_still_keeps_others_out(
    sheets: SheetsServer, book: Book, tmp_path: Path
) -> None:
    """The next write gives it its name back; where another run took that name meanwhile, nothing is written."""
    one, other = opened(laptop(sheets, book, tmp_path / "one")), opened(laptop(sheets, book, tmp_path / "other"))
    with one.lock():
        table = one.read()["Deelnemers"]
        step = SetCell(table.place(2, "Status"), "actief", table.cell(2, "Status"))
        Person(book).renames_tab(TITLE, "Van mij?")
        one.write([step])
        assert TITLE in titles(book) and "Van mij?" not in titles(book)
        Person(book).renames_tab(TITLE, "Van mij?")
        with other.lock(), pytest.raises(Stop, match="Iemand anders is intussen"):
            one.write([SetCell(table.place(2, "Status"), "afgemeld", "actief")])
        book.tabs.remove(book.tab("Van mij?"))
    assert TITLE not in titles(book)


def test_two_who_take_over_at_once_do_not_both_win(
    sheets: SheetsServer, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the stale lock and the take-over, another laptop takes it over."""
    hung = opened(laptop(sheets, book, tmp_path / "stale")).lock()
    hung.__enter__()
    then = time.time
    monkeypatch.setattr(google_lock.time, "time", lambda: then() + STALE + 5)

    def win(book: Book) -> None:
        book.tab(TITLE).properties["sheetId"] = 12345
        book.tab(TITLE).put(5, 1, f"{then() + STALE:.0f} {then() + STALE:.0f} another")

    sheets.start_counting()
    sheets.between(3, win)
    with pytest.raises(Stop, match="al bezig"), opened(laptop(sheets, book, tmp_path / "late")).lock():
        pass
    assert [tab.id for tab in book.tabs if tab.title == TITLE] == [12345]
    hung.__exit__(None, None, None)
    assert [tab.id for tab in book.tabs if tab.title == TITLE] == [12345]


def test_a_renamed_lock_tab_is_a_lost_race(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """Google sometimes gives the second one another title instead of refusing it."""
    book.renames_collisions = True
    with opened(laptop(sheets, book, tmp_path / "one")).lock():
        with pytest.raises(Stop, match="al bezig"), opened(laptop(sheets, book, tmp_path / "other")).lock():
            pass
        assert [title for title in titles(book) if "bezig" in title] == [TITLE]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        "503",
        "cut json",
        *(
            pytest.param(kind, marks=pytest.mark.long)
            for kind in KINDS
            if kind not in ("401", "403", "slow", "503", "cut json")
        ),
    ],
)
def test_a_lock_whose_answer_is_lost_is_held_and_released_all_the_same(
    sheets: SheetsServer, book: Book, tmp_path: Path, kind: str, after: bool
) -> None:
    fault = Fault(kind, after=after, seconds=1.0)  # type: ignore[arg-type]  # KINDS are the kinds
    sheets.fail(1, fault)
    with opened(laptop(sheets, book, tmp_path)).lock():
        assert titles(book).count(TITLE) == 1
        sheets.start_counting()
        sheets.fail(1, fault)
    assert TITLE not in titles(book)


def test_a_lock_that_google_refuses_to_take_away_for_no_reason_goes_on_the_next_try(
    sheets: SheetsServer, book: Book, tmp_path: Path
) -> None:
    """Such a refusal says nothing of the tab; it would keep the other laptops out for twenty minutes."""
    odd = b'{"error": {"code": 400, "message": "Request contains an invalid argument.", "status": "INVALID_ARGUMENT"}}'
    with opened(laptop(sheets, book, tmp_path)).lock():
        sheets.start_counting()
        sheets.fail(1, Fault("page", status=400, content=odd))
    assert TITLE not in titles(book)


def test_a_tab_of_that_name_that_a_person_made_is_never_deleted(
    sheets: SheetsServer, book: Book, tmp_path: Path
) -> None:
    book.add_tab(TITLE, [["van mij"]])
    with pytest.raises(Stop, match="niet van Buurtbeheer"), opened(laptop(sheets, book, tmp_path)).lock():
        pass
    assert book.tab(TITLE).values() == [["van mij"]]


def stopped_in_call(server: SheetsServer, number: int, how: signal.Signals, settings_file: Path) -> int:
    """Start the door as a process of its own, and end it in that call, after it took effect. What it ended with."""
    doors: list[Running] = []
    server.fail(number, Fault("slow", after=True, seconds=1.5))
    server.between(number, lambda _: doors[0].send_signal(how))
    command = [sys.executable, SYNC, "--yes", "--force", "--today", "2026-03-14", "--settings", settings_file]
    doors.append(begun(command, {**os.environ, **server.environment()}))
    return doors[0].wait(60)


@pytest.mark.parametrize(
    "number", [5, *(pytest.param(number, marks=pytest.mark.long) for number in (1, 2, 3, 4, 6, 7))]
)
def test_after_ctrl_c_the_lock_is_gone_and_the_next_round_goes_on(
    sheets: SheetsServer, book: Book, tmp_path: Path, number: int
) -> None:
    settings = laptop(sheets, book, tmp_path)
    assert stopped_in_call(sheets, number, signal.SIGINT, written_settings(settings)) > 0
    assert TITLE not in titles(book)
    sheets.start_counting()
    assert sync(settings)[0] in (0, 1)
    assert set(mails(tmp_path).values()) == {1}
    assert None not in [number for _, number in column(book, "Nr")]


@pytest.mark.parametrize(
    "number", [5, *(pytest.param(number, marks=pytest.mark.long) for number in (1, 2, 3, 4, 6, 7))]
)
def test_a_killed_round_does_not_lock_its_own_laptop_out(
    sheets: SheetsServer, book: Book, tmp_path: Path, number: int
) -> None:
    """Another laptop waits until the lock has grown old; the same one simply runs again."""
    settings = laptop(sheets, book, tmp_path / "one")
    assert stopped_in_call(sheets, number, signal.SIGKILL, written_settings(settings)) == -signal.SIGKILL
    assert TITLE in titles(book)
    sheets.start_counting()
    code, said = sync(laptop(sheets, book, tmp_path / "other"))
    assert code == 2 and "al bezig" in said
    assert sync(settings)[0] in (0, 1)
    assert TITLE not in titles(book)
    assert set(mails(tmp_path / "one").values()) == {1}


def test_a_run_that_loses_its_access_says_so(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """In mid-run the sheet is no longer shared; once it is again, a new round finishes the work."""
    settings = laptop(sheets, book, tmp_path)
    sheets.between(4, lambda book: book.writers.remove(EMAIL))
    code, said = sync(settings)
    assert code in (2, 3) and f"Deel het blad met {EMAIL} als Bewerker" in said
    assert TITLE in titles(book) and said.count("Het slot op het register kon niet weg. Over 20 minuten") == 1
    book.writers.add(EMAIL)
    assert sync(settings)[0] in (0, 1)
    assert set(mails(tmp_path).values()) == {1}
    assert TITLE not in titles(book)


def test_who_has_no_access_hears_nothing_of_a_lock(sheets: SheetsServer, book: Book, tmp_path: Path) -> None:
    """None was written, so none stays behind."""
    book.writers.remove(EMAIL)
    code, said = sync(laptop(sheets, book, tmp_path))
    assert code == 2 and "Deel het blad" in said and "slot" not in said


@pytest.mark.parametrize("call", sweep([6, 4, 7]))
def test_setting_up_stops_where_somebody_deletes_the_lock_tab(sheets: SheetsServer, tmp_path: Path, call: int) -> None:
    """In plain words; run again it goes on where it was."""
    book = sheets.new_book()
    book.writers.add(EMAIL)
    settings = laptop(sheets, book, tmp_path / "home")
    sheets.between(call, lambda book: book.tabs.remove(book.tab(TITLE)))
    with pytest.raises(Stop, match="of het tabblad van het slot is verwijderd"):
        backend_of(settings).set_up()
    backend_of(settings).set_up()
    assert backend_of(settings).set_up() == ["Het Google-blad is compleet. Er is niets veranderd."]
    assert TITLE not in titles(book)
