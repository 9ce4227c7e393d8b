"""Tab Logboek at Google: made by the first round, written in the batches that go anyway, whole after a lost answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.config.settings import Settings
from outside.google.client import Calls
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.smtp_server import Plan, mail_server
from support.google_matrix import column, mails, sync, two
from support.google_register import HURRIED
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module

LOCK = "Buurtbeheer is bezig"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, without the waiting between them."""
    monkeypatch.setattr(Calls, "patience", HURRIED)


def rows(book: Book) -> list[tuple[str, ...]]:
    """The rows of the tab, in the order in which they stand."""
    found = [tuple(str(cell or "") for cell in row) for row in book.tab("Logboek").values()[1:]]
    return [row for row in found if any(row)]


def stands(book: Book) -> dict[str, str]:
    """How the welcome of each Nr stands."""
    return {row[1]: row[4] for row in rows(book) if row[2] == "welkom"}


def told(book: Book) -> dict[str, str]:
    """The same as the members' rows tell it, also of those that were told before these rounds."""
    numbers, said = dict(column(book, "Nr")), dict(column(book, "Welkom"))
    return {str(numbers[name]): str(cell).split()[0] for name, cell in said.items() if cell}


def calls(sheets: SheetsServer, settings: Settings) -> list[str]:
    """The calls of one round."""
    sheets.start_counting()
    assert sync(settings)[0] in (0, 1)
    return [call.name for call in sheets.calls]


def test_the_tab_costs_no_call(sheets: SheetsServer, tmp_path: Path) -> None:
    """Neither to make it, nor to write in it, nor to read it: a quiet round reads twice, and sets and takes its lock."""
    book, one, _ = two(sheets, tmp_path / "there")
    there = calls(sheets, one)
    assert stands(book) == told(book) and len(told(book)) > 2
    assert sorted(set(stands(book).values())) == ["klaargezet"]
    book, one, _ = two(sheets, tmp_path / "made")
    book.tabs[:] = [tab for tab in book.tabs if tab.title != "Logboek"]
    assert calls(sheets, one) == there
    assert stands(book) == told(book)
    assert book.tabs[-1].title == "Logboek"
    calls(sheets, one)  # whom only the rows told of counts among the admins of his group from now on
    quiet = calls(sheets, one)
    assert quiet.count("batchUpdate") == 2 and len(quiet) == 4


@pytest.mark.parametrize("call", sweep([5, 7, 4, 6], quick=2))
def test_a_round_that_google_cuts_off_is_known_from_the_tab(sheets: SheetsServer, tmp_path: Path, call: int) -> None:
    """Before a mail leaves the tab says so, and the next round of the same laptop says how it went."""
    plan = Plan()
    with mail_server(plan) as (_plan, port):
        book, one, _other = two(sheets, tmp_path, port)
        sheets.start_counting()
        sheets.fail(call, Fault("503"), times=40)
        assert sync(one)[0] == 3
        left = {message["To"].addresses[0].addr_spec for message in plan.messages()}
        busy = stands(book) if any(tab.title == "Logboek" for tab in book.tabs) else {}
        assert not left or "bezig" in busy.values()
        sheets.start_counting()
        book.tabs[:] = [tab for tab in book.tabs if tab.title != LOCK]
        for _turn in range(2):
            sync(one)
    assert stands(book) == told(book)
    assert max(plan.by_message_id().values()) == 1


def test_people_may_do_with_it_what_they_like(sheets: SheetsServer, tmp_path: Path) -> None:
    """Sorted, a row copied and one deleted, and then two laptops that each know the same: each message has one row."""
    book, one, other = two(sheets, tmp_path)
    sync(one)
    whole = sorted(row[1:] for row in rows(book))
    person = Person(book)
    person.sorts("Logboek", "Stand", descending=True)
    person.copies_row("Logboek", 2, to=4)
    person.deletes_row("Logboek", 5)
    for settings in (other, one, other):
        assert sync(settings)[0] in (0, 1)
    assert sorted(row[1:] for row in rows(book)) == whole
    assert calls(sheets, one).count("batchUpdate") == 2


@pytest.mark.parametrize("call", sweep([5, 3, 4, 6]))
def test_a_tab_that_is_deleted_under_a_round_stops_nothing(sheets: SheetsServer, tmp_path: Path, call: int) -> None:
    """The letters go on, and when the round or the next one ends it stands there whole."""
    book, one, _other = two(sheets, tmp_path)
    sheets.start_counting()
    sheets.between(call, lambda found: Person(found).deletes_tab("Logboek"))
    assert sync(one)[0] in (0, 1)
    sheets.start_counting()
    sync(one)
    assert stands(book) == told(book) and len(told(book)) == 6


def test_a_letter_of_a_round_that_broke_off_is_made_anew(sheets: SheetsServer, tmp_path: Path) -> None:
    """A round on an earlier day than the clock's is cut off while its letters leave, as one that goes past midnight.

    That they were leaving is over once the next round tells how they went.
    """
    book, one, _other = two(sheets, tmp_path)
    sheets.start_counting()
    sheets.fail(6, Fault("503"), times=40)
    assert sync(one)[0] == 3
    assert set(stands(book).values()) == {"bezig"}
    sheets.start_counting()
    assert sync(one)[0] in (0, 1)
    before = mails(tmp_path / "one")
    person = Person(book)
    person.types("Deelnemers", person.row_with("Deelnemers", "Voornaam", "Cleo"), "Voornaam", "Cleopatra")
    code, said = sync(one)
    assert code in (0, 1) and "klopt niet meer" in said
    assert mails(tmp_path / "one") == before and "cleo@mail.example" in before
    assert stands(book) == told(book)
