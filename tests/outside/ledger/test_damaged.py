"""What somebody or something spoiled in our own memory is a Stop that says what to do, never a traceback."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from outside.errors import Stop
from outside.google.journal import Journal
from outside.google.takeover import TITLE
from outside.ledger.ledger import Ledger
from outside.workbook import STALE
from roster.sheet.table import Cell
from servers.sheets_server import SheetsServer
from servers.sheets_server.fixture import sheets
from support.announced import announced
from support.google_matrix import new_book
from support.google_register import a_tab, laptop, opened
from support.ledgers import ledger_at

__all__ = ["sheets"]  # a fixture is found by its name in this module
TODAY = date(2026, 11, 23)


def at_noon(path: Path) -> Ledger:
    return ledger_at(path, TODAY, lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE message SET day = 'gisteren'",
        "UPDATE message SET day = '2026-02-30'",
        "UPDATE message SET day = '23-11-2026'",
        "UPDATE message SET next_try = 'straks', state = 'wacht'",
        "UPDATE message SET next_try = '2026-11-23T12:00:00', state = 'wacht'",
        "UPDATE message SET attempts = 'vaak'",
        "UPDATE message SET identities = x'00ff'",
        "UPDATE message SET person = x'41'",
        "INSERT INTO pause VALUES ('ooit')",
        "INSERT INTO pause VALUES ('2026-11-23')",
        "UPDATE number SET highest = 'D-12'",
        "UPDATE seen SET count = 'veel'",
        "UPDATE proof SET mark = x'00'",
    ],
)
def test_a_ledger_with_what_we_never_write_is_damaged(tmp_path: Path, sql: str) -> None:
    """A day "gisteren", a moment without a zone, a word for a number; it stays as it is."""
    path = tmp_path / "state" / "ledger.sqlite3"
    with at_noon(path) as ledger:
        ledger.messages.book([], [announced("<a@b>", "D-0001", "welcome", "1", "x", ("y",))], "klaargezet")
        ledger.remember_numbers({"D": 3}, {"y": "D-0001"})
        ledger.remember_counts({"members": 3})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        connection.commit()
    with pytest.raises(Stop, match="beschadigd") as stop:
        at_noon(path)
    assert "reservekopie" in stop.value.remedy


def a_journal(state: Path) -> Path:
    """One that a run left behind; what it held under the lock of moment 5."""
    tab = a_tab([["D-1", "Anna", ""], ["D-2", "Bram", 3]])
    journal = Journal(state)
    journal.note(5, {"Deelnemers": tab}, {"Deelnemers": {1: {2: "actief"}}}, {})
    journal.close(keep=True)
    return state / "google-open.jsonl"


def change(number: int, **keys: object) -> Callable[[list[str]], list[str]]:
    """Other values in one line of the journal."""

    def changed(lines: list[str]) -> list[str]:
        lines[number] = json.dumps(json.loads(lines[number]) | keys)
        return lines

    return changed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: ["[]", *lines[1:]],
        lambda lines: ['"tekst"', *lines[1:]],
        lambda lines: ["5", *lines[1:]],
        lambda lines: [lines[0], "geen json", *lines[1:]],
        lambda lines: [lines[0], "null", *lines[1:]],
        change(1, rows=5),
        change(1, rows=[[1]]),
        change(1, rows=[["een", ["D-1"]]]),
        change(1, rows=[[0, "D-1"]]),
        change(1, rows=[[0, [["diep"]]]]),
        change(1, rows=[[10**9, ["x"]]]),
        change(1, tab=["x"]),
        change(2, length=10**15),
        change(2, length=-1),
        change(2, length="drie"),
        change(2, astray=4),
        change(2, columns=["a"]),
        change(2, reach="ver"),
        change(-1, sent=[[1, 2]]),
        change(-1, sent=[["a", "b", "c"]]),
        change(-1, sent={"a": 1}),
    ],
)
def test_a_spoiled_journal_is_a_stop(tmp_path: Path, spoil: Callable[[list[str]], list[str]]) -> None:
    """It says where to look, and that the file may go then; it is not thrown away unseen."""
    path = a_journal(tmp_path)
    path.write_text(
        "\n".join(spoil(path.read_text(encoding="utf-8").rstrip("\n").split("\n"))) + "\n", encoding="utf-8"
    )
    with pytest.raises(Stop, match=r"google-open\.jsonl.*beschadigd"):
        Journal(tmp_path).left_by(5, {"Deelnemers": a_tab([])})
    assert path.exists()


def test_bytes_that_are_no_text_are_a_stop(tmp_path: Path) -> None:
    a_journal(tmp_path).write_bytes(b'{"since": 5}\n\xff\xfe\n{"settled": true}\n')
    with pytest.raises(Stop, match="beschadigd"):
        Journal(tmp_path).left_by(5, {})


@pytest.mark.parametrize("rest", ['{"tab": "Deelnem', "\0\0\0\0", ""])
def test_a_last_line_that_was_cut_short_is_none(tmp_path: Path, rest: str) -> None:
    """The power went: what it tells of never left. All before it counts."""
    path = a_journal(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write(rest)
    found = Journal(tmp_path).left_by(5, {"Deelnemers": a_tab([])})
    assert found["Deelnemers"].sent == {1: {2: "actief"}}


@pytest.mark.parametrize(
    "told",
    [
        "² ³ laptop",
        "99999999999999999999 99999999999999999999 laptop",
        "1e400 nan laptop",
        "-5 -5 laptop",
        "٣ ٣ laptop",
        "0 9999999999 laptop",
        "x",
        "",
        "1 2 3 4 5 6",
    ],
)
def test_a_forged_lock_tab_keeps_nobody_out_for_ever_and_is_no_traceback(
    sheets: SheetsServer, tmp_path: Path, told: str
) -> None:
    """Whoever can type in the sheet can type there: a Stop, or a lock that counts no more."""
    book = new_book(sheets)
    lines: list[list[Cell]] = [
        ["Buurtbeheer is met dit register bezig.", ""],
        ["Vanaf", "een\nlaptop" * 50],
        ["", ""],
        ["", ""],
        ["", ""],
    ]
    book.add_tab(TITLE, [*lines, ["Voor Buurtbeheer zelf", told]])
    assert STALE > 0
    try:
        with opened(laptop(sheets, book, tmp_path)).lock():
            pass
    except Stop as stop:
        assert stop.remedy and len(stop.message) < 300  # noqa: PT017  # either way is good, a traceback is not


def test_a_round_on_a_ledger_that_contradicts_itself_is_a_stop(tmp_path: Path) -> None:
    """Sound to SQLite, and yet the next letter has the name of one that is there already: no traceback."""
    path = tmp_path / "state" / "ledger.sqlite3"
    intent = announced("<a@b>", "D-0001", "welcome", "1", "x", ("y",))
    with ledger_at(path, TODAY) as ledger:
        ledger.messages.book([], [intent], "klaargezet")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE message SET act = 'gisteren'")
        connection.commit()
    with pytest.raises(Stop, match=r"ledger\.sqlite3 is beschadigd") as stop, ledger_at(path, TODAY) as ledger:
        ledger.messages.book([], [intent], "klaargezet")
    assert stop.value.code == 3
    with pytest.raises(Stop, match="beschadigd"), ledger_at(path, TODAY):
        raise sqlite3.DatabaseError("malformed")
