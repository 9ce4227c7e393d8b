"""A bad hour at Google and ten people in the sheet: between any two calls of a round the laws of the register hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from outside.google.client import Calls
from servers.sheets_server import Book, Fault, Person, SheetsServer
from servers.sheets_server.faults import KINDS
from servers.sheets_server.fixture import sheets
from servers.sheets_server.languages import language_of
from support.google_matrix import EDITS, Case
from support.google_register import HURRIED
from support.sweeps import long, sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module

CALLS = 9
"""A disturbed round takes at most so many calls that matter; later ones find nothing to disturb."""


WORST = (
    "inserts a member in the middle",
    "inserts an admin's row",
    "sorts by first name, down",
    "copies a member with Nr to the top",
    "retypes a new member's phone",
    "inserts a column before our Status",
    "inserts a column before all",
    "inserts a row above the headings",
)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, sheets: SheetsServer, request: pytest.FixtureRequest) -> None:
    """The same tries without the waiting between them, each case in a language of its own."""
    monkeypatch.setattr(Calls, "patience", HURRIED)
    sheets.language = language_of(request.node.name)


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


@pytest.mark.parametrize("edit", sweep(WORST, quick=(0, 5)))
def test_people_edit_between_our_look_and_our_write(sheets: SheetsServer, tmp_path: Path, edit: str) -> None:
    """The worst moment: what we know is already old when we write. The long tests try all edits at all moments."""
    assert edited(sheets, tmp_path, edit, 6) == []


@pytest.mark.parametrize(
    "fault", sweep([Fault("503", after=True), Fault("reset"), Fault("html", after=True), Fault("429")]), ids=str
)
def test_an_answer_to_our_write_is_lost(sheets: SheetsServer, tmp_path: Path, fault: Fault) -> None:
    assert failed(sheets, tmp_path, 7, fault) == []


def lost_between(sheets: SheetsServer, folder: Path, edits: Sequence[str], look: int) -> list[str]:
    """One edit before our write, one after it, and the answer that would tell is lost."""
    one, other = (EDITS[name] for name in edits)
    case = Case(sheets, folder)

    def arrange(server: SheetsServer) -> None:
        server.between(look, one)
        server.fail(look + 1, Fault("503", after=True))
        server.between(look + 1, other)

    def both(book: Book) -> None:
        one(book)
        other(book)

    case.go(arrange, both)
    return case.broken


@pytest.mark.parametrize(
    "edits",
    [
        ["inserts a column before all", "sorts by first name, down"],
        long(["sorts by house number", "inserts an empty row at the top"]),
        long(["copies a member with Nr to the top", "sorts by first name, down"]),
        long(["drags our column Nr to the end", "sorts by house number"]),
    ],
    ids="; ".join,
)
def test_rows_move_the_answer_is_lost_and_rows_move_again(
    sheets: SheetsServer, tmp_path: Path, edits: list[str]
) -> None:
    """Nobody tells where our cells landed; whose row says something that went to another's is found all the same."""
    assert lost_between(sheets, tmp_path, edits, 6) == []


@pytest.mark.parametrize("look", sweep([6, 4]))
@pytest.mark.parametrize(
    ("edit", "before"),
    sweep(
        [
            ("drags our column Nr to the end", "Status"),
            ("deletes our column Status", "Meldingen"),
            ("deletes the column Huisdier", "Postcode"),
        ]
    ),
)
def test_a_column_goes_and_another_comes_in_its_place(
    sheets: SheetsServer, tmp_path: Path, edit: str, before: str, look: int
) -> None:
    """The headings look as if somebody retyped one, and yet our cells landed beside their column."""
    case = Case(sheets, tmp_path)

    def put_in(book: Book) -> None:
        Person(book).inserts_column("Deelnemers", before, "Nieuw")

    def arrange(server: SheetsServer) -> None:
        server.between(look, EDITS[edit])
        server.fail(look + 1, Fault("503", after=True))
        server.between(look + 1, put_in)

    def both(book: Book) -> None:
        EDITS[edit](book)
        put_in(book)

    case.go(arrange, both)
    assert case.broken == []


@pytest.mark.parametrize("edit", sweep(["inserts an empty row at the top", "inserts a column before our Status"]))
def test_rows_that_move_at_every_look_leave_cells_for_later_and_nothing_wrong(
    sheets: SheetsServer, tmp_path: Path, edit: str
) -> None:
    """Nine times in a row; the plan is let go, what stands wrong is not."""
    case = Case(sheets, tmp_path)

    def again(book: Book) -> None:
        for _turn in range(9):
            EDITS[edit](book)

    case.go(lambda server: [server.between(call, EDITS[edit]) for call in range(6, 23, 2)], again)
    assert case.broken == []


@pytest.mark.parametrize(
    "edit",
    sweep(["sorts by first name, down", "inserts an empty row at the top", "inserts a column before our Status"]),
)
def test_a_run_that_ends_before_it_can_mend_is_mended_by_the_next(
    sheets: SheetsServer, tmp_path: Path, edit: str
) -> None:
    """Rows moved, our write landed in the wrong ones, and then there was no Google any more."""
    case = Case(sheets, tmp_path, breaks_off=True)

    def arrange(server: SheetsServer) -> None:
        server.between(6, EDITS[edit])
        server.fail(7, Fault("503", after=True))
        server.fail(8, Fault("503"), times=40)

    case.go(arrange, EDITS[edit])
    assert case.broken == []


@pytest.mark.long
@pytest.mark.parametrize("look", [4, 6])
@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("end", ["503", "403"])
def test_any_edit_before_a_run_that_ends_there_is_mended_by_the_next(
    sheets: SheetsServer, tmp_path: Path, edit: str, look: int, end: str
) -> None:
    """An outage, or a sheet that is no longer shared."""
    case = Case(sheets, tmp_path, breaks_off=True, renumbered=frozenset({"Daan"} if edit == "empties a Nr" else ()))

    def arrange(server: SheetsServer) -> None:
        server.between(look, EDITS[edit])
        server.fail(look + 1, Fault("503", after=True))
        server.fail(look + 2, Fault(end), times=40)  # type: ignore[arg-type]  # both are kinds

    case.go(arrange, EDITS[edit])
    assert case.broken == []


@pytest.mark.long
@pytest.mark.parametrize("look", [4, 6])
@pytest.mark.parametrize(
    "second", ["sorts by first name, down", "inserts an empty row at the top", "inserts a column before our Status"]
)
@pytest.mark.parametrize("first", EDITS)
def test_any_edit_a_lost_answer_and_another_edit(
    sheets: SheetsServer, tmp_path: Path, first: str, second: str, look: int
) -> None:
    """As above, for all edits."""
    if first == "empties a Nr":
        pytest.skip("its row is renumbered, which the comparison does not know here")
    if first == "drags our column Nr to the end" and "first name" in second:
        pytest.skip("what landed in the first names for a moment decides where their rows are sorted to")
    if first == "inserts a row above the headings" and "Opmerking" in second:
        pytest.skip("the person of the test server looks for a heading in the first row")
    assert lost_between(sheets, tmp_path, (first, second), look) == []


@pytest.mark.long
@pytest.mark.parametrize("after", range(CALLS))
@pytest.mark.parametrize("edit", EDITS)
def test_people_edit_between_any_two_calls(sheets: SheetsServer, tmp_path: Path, edit: str, after: int) -> None:
    assert edited(sheets, tmp_path, edit, after) == []


@pytest.mark.long
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, CALLS + 1))
@pytest.mark.parametrize("kind", KINDS)
def test_any_call_fails_before_or_after_it_took_effect(
    sheets: SheetsServer, tmp_path: Path, kind: str, call: int, after: bool
) -> None:
    assert failed(sheets, tmp_path, call, Fault(kind, after=after, seconds=1.0)) == []  # type: ignore[arg-type]  # KINDS are the kinds


@pytest.mark.long
@pytest.mark.parametrize("look", [4, 6])
@pytest.mark.parametrize("edit", EDITS)
def test_rows_move_and_the_answer_that_would_tell_is_lost(
    sheets: SheetsServer, tmp_path: Path, edit: str, look: int
) -> None:
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
    ("inserts a column before our Status", "inserts an empty row at the top"),
    ("inserts a column before all", "sorts by first name, down"),
    ("copies a member with Nr to the top", "moves a member"),
    ("moves a member", "inserts a column before our Status"),
    ("inserts a row above the headings", "sorts by first name, down"),
]


@pytest.mark.long
@pytest.mark.parametrize("second", [5, 6, 7])
@pytest.mark.parametrize("first", [4, 6])
@pytest.mark.parametrize("edits", TWICE, ids="; ".join)
def test_rows_move_again_while_we_mend(
    sheets: SheetsServer, tmp_path: Path, edits: tuple[str, str], first: int, second: int
) -> None:
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


def _namesake(book: Book) -> None:
    """Somebody new above all others, with a name and a cat that others have too."""
    person = Person(book)
    person.inserts_row("Deelnemers", 2)
    for heading, word in (("Voornaam", "Elin"), ("Achternaam", "Anders"), ("Huisdier", "kat 3")):
        person.sets("Deelnemers", 2, heading, word)


@pytest.mark.parametrize("second", sweep([8, 7, 9]))
@pytest.mark.parametrize(
    "dragged", sweep(["drags a column of people's to the front", "drags our column Nr to the end"])
)
def test_a_newcomer_keeps_a_name_that_was_just_put_back_in_anothers_row(
    sheets: SheetsServer, tmp_path: Path, dragged: str, second: int
) -> None:
    """What is taken back from a row that nobody knows are our own words, never those that we put back for people."""
    case = Case(sheets, tmp_path)

    def arrange(server: SheetsServer) -> None:
        server.between(6, EDITS[dragged])
        server.between(second, _namesake)

    def both(book: Book) -> None:
        EDITS[dragged](book)
        _namesake(book)

    case.go(arrange, both)
    assert case.broken == []
