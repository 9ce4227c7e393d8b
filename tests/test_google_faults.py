"""A bad hour at Google and ten people in the sheet: between any two calls of a round the laws of the register hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from google_matrix import EDITS, Case
from outside import google_calls
from sheets_server import Book, Fault, SheetsServer
from sheets_server.faults import KINDS
from sheets_server.fixture import sheets

__all__ = ["sheets"]  # a fixture is found by its name in this module

CALLS = 9
"""A disturbed round takes at most so many calls that matter; later ones find nothing to disturb."""


WORST = (
    "inserts a member in the middle",
    "inserts an admin's row",
    "sorts by first name, down",
    "copies a member with Nr to the top",
    "retypes a new member's phone",
    "inserts a column before Opmerking",
    "inserts a column before all",
    "inserts a row above the headings",
)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, without the waiting between them."""
    monkeypatch.setattr(google_calls, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(google_calls, "TIMEOUT", (2.0, 0.6))


def edited(sheets: SheetsServer, folder: Path, edit: str, after: int) -> list[str]:
    case = Case(sheets, folder, renumbered=frozenset({"Daan"} if edit == "empties a Nr" else ()))
    case.go(lambda server: server.between(after, EDITS[edit]), EDITS[edit])
    return case.broken


def failed(sheets: SheetsServer, folder: Path, call: int, fault: Fault) -> list[str]:
    case = Case(sheets, folder)
    case.go(lambda server: server.fail(call, fault))
    return case.broken


def test_nothing_goes_wrong_when_nothing_happens(sheets: SheetsServer, tmp_path: Path) -> None:
    case = Case(sheets, tmp_path)
    case.go(lambda _: None)
    assert case.broken == []


@pytest.mark.parametrize("edit", WORST)
def test_people_edit_between_our_look_and_our_write(sheets: SheetsServer, tmp_path: Path, edit: str) -> None:
    """The worst moment: what we know is already old when we write. The long tests try all edits at all moments."""
    assert edited(sheets, tmp_path, edit, 6) == []


@pytest.mark.parametrize("fault", [Fault("503", after=True), Fault("reset"), Fault("html", after=True), Fault("429")], ids=str)
def test_an_answer_to_our_write_is_lost(sheets: SheetsServer, tmp_path: Path, fault: Fault) -> None:
    assert failed(sheets, tmp_path, 7, fault) == []


@pytest.mark.long
@pytest.mark.parametrize("after", range(CALLS))
@pytest.mark.parametrize("edit", EDITS)
def test_people_edit_between_any_two_calls(sheets: SheetsServer, tmp_path: Path, edit: str, after: int) -> None:
    assert edited(sheets, tmp_path, edit, after) == []


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
@pytest.mark.parametrize("kind", KINDS)
def test_any_call_fails_before_or_after_it_took_effect(sheets: SheetsServer, tmp_path: Path, kind: str, call: int, after: bool) -> None:
    assert failed(sheets, tmp_path, call, Fault(kind, after=after, seconds=1.0)) == []  # type: ignore[arg-type]  # KINDS are the kinds


@pytest.mark.long
@pytest.mark.parametrize("look", [4, 6])
@pytest.mark.parametrize("edit", EDITS)
def test_rows_move_and_the_answer_that_would_tell_is_lost(sheets: SheetsServer, tmp_path: Path, edit: str, look: int) -> None:
    """What we wrote has arrived in the wrong rows, and nobody tells us."""
    case = Case(sheets, tmp_path, renumbered=frozenset({"Daan"} if edit == "empties a Nr" else ()))

    def arrange(server: SheetsServer) -> None:
        server.between(look, EDITS[edit])
        server.fail(look + 1, Fault("503", after=True))

    case.go(arrange, EDITS[edit])
    assert case.broken == []


TWICE = [
    ("sorts by first name, down", "sorts by house number"),
    ("inserts an empty row at the top", "inserts a member in the middle"),
    ("deletes a member", "sorts by first name, down"),
    ("inserts a column before Opmerking", "inserts an empty row at the top"),
    ("inserts a column before all", "sorts by first name, down"),
    ("copies a member with Nr to the top", "moves a member"),
    ("moves a member", "inserts a column before Opmerking"),
    ("inserts a row above the headings", "sorts by first name, down"),
]


@pytest.mark.long
@pytest.mark.parametrize("second", [5, 6, 7])
@pytest.mark.parametrize("first", [4, 6])
@pytest.mark.parametrize("edits", TWICE, ids="; ".join)
def test_rows_move_again_while_we_mend(sheets: SheetsServer, tmp_path: Path, edits: tuple[str, str], first: int, second: int) -> None:
    """The second edit comes between our look and our repair, or just before or after them."""
    one, other = (EDITS[name] for name in edits)
    case = Case(sheets, tmp_path)

    def arrange(server: SheetsServer) -> None:
        server.between(first, one)
        server.between(first + second - 4, other)

    def both(book: Book) -> None:
        one(book)
        other(book)

    case.go(arrange, both)
    assert case.broken == []
