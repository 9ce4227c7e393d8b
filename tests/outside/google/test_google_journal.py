"""A run that dies after its write landed in rows that had moved: the next run on that machine puts all of it right."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from outside.google.journal import Journal
from outside.google.row_matching import UnverifiedWrite
from servers.sheets_server import Book, SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_matrix import EDITS, column, mails, new_book, peoples, sync
from support.google_register import TODAY, a_tab, laptop
from support.kill import Running, begun
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


class Door:
    """Sync as a real process of one laptop, which is killed while it runs."""

    def __init__(self, sheets: SheetsServer, book: Book, folder: Path) -> None:
        self.settings = laptop(sheets, book, folder)
        key = self.settings.workbook.credentials
        self.folder, self.env = folder, {**os.environ, **sheets.environment(), "PYTHONPATH": str(SCRIPTS)}
        (folder / "settings.toml").write_text(
            f'[workbook]\nkind = "google"\nspreadsheet = "{book.id}"\ncredentials = "{key}"\n'
            '[network]\nregiegroep_number = "06-23456789"\n[mail]\nsender = "Buurt <buurt@mail.example>"\n'
        )
        self.running: Running | None = None

    def die(self) -> int:
        """A round that somebody kills; its exit code."""
        door = [
            sys.executable,
            SCRIPTS / "sync.py",
            "--settings",
            self.folder / "settings.toml",
            "--yes",
            "--force",
            "--today",
            str(TODAY),
        ]
        self.running = begun(door, self.env)
        return self.running.wait(60)

    def kill(self, _book: Book) -> None:
        """The power fails."""
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait(10)


@pytest.mark.parametrize(
    "edit",
    sweep(
        [
            "sorts by first name, down",
            *(name for name in EDITS if name not in ("sorts by first name, down", "empties a Nr")),
        ]
    ),
)
def test_what_a_killed_run_left_in_wrong_rows_is_put_right_by_the_next(
    sheets: SheetsServer, tmp_path: Path, edit: str
) -> None:
    """No cell of a person, no Nr and no letter suffers from it; and the journal is gone once nothing is in doubt."""
    book, expected = new_book(sheets), new_book(sheets)
    door = Door(sheets, book, tmp_path / "one")
    sheets.start_counting()
    sheets.between(6, EDITS[edit])
    sheets.between(7, door.kill)
    assert door.die() == -signal.SIGKILL
    assert stat.S_IMODE((tmp_path / "one" / "state" / "google-open.jsonl").stat().st_mode) == 0o600
    sheets.start_counting()
    assert sync(door.settings)[0] in (0, 1)
    EDITS[edit](expected)
    sync(laptop(sheets, expected, tmp_path / "other"))
    assert peoples(book) == peoples(expected)
    names = [name for name, _ in column(expected, "Nr")]
    kept = {
        name: number
        for name, number in column(expected, "Nr")
        if name in ("Anna", "Bram", "Daan", "Fien") and names.count(name) == 1
    }
    assert {name: number for name, number in column(book, "Nr") if name in kept} == kept
    assert len({number for _, number in column(book, "Nr")}) == len(column(book, "Nr"))
    assert max(mails(tmp_path / "one").values()) == 1
    assert not (tmp_path / "one" / "state" / "google-open.jsonl").exists()


def test_a_journal_tells_what_was_on_its_way_and_nothing_else(tmp_path: Path) -> None:
    """Only to a run on the same sheet; and nothing of what was settled, or of a line cut short."""
    first, second = (
        a_tab([["D-1", "Anna", ""], ["D-2", "Bram", 3]]),
        a_tab([["D-2", "Bram", 3], ["D-1", "Anna", "actief"]]),
    )
    journal = Journal(tmp_path)
    journal.note("sheet", {"Deelnemers": first}, {"Deelnemers": {1: {2: "actief"}}}, {})
    journal.confirm()
    journal.note(
        "sheet",
        {"Deelnemers": second},
        {"Deelnemers": {1: {2: "vol"}, 2: {2: ""}}},
        {"Deelnemers": UnverifiedWrite(second, {}, {(True, "weg")}, {1}, 2)},
    )
    journal.close(keep=True)
    tabs = {"Deelnemers": a_tab([])}
    assert Journal(tmp_path).left_by("other", tabs) == {}
    found = Journal(tmp_path).left_by("sheet", tabs)["Deelnemers"]
    assert found.meant.cells == second.cells
    assert (found.sent, found.values, found.columns, found.column_shift) == (
        {1: {2: "vol"}, 2: {2: ""}},
        {(True, "weg"), (True, "vol"), (True, "")},
        {1, 2},
        2,
    )
    path = tmp_path / "google-open.jsonl"
    path.write_bytes(path.read_bytes()[:-4])
    cut = Journal(tmp_path).left_by("sheet", tabs)["Deelnemers"]
    assert (cut.sent, cut.values) == ({}, {(True, "weg")})
    Journal(tmp_path).close(keep=False)
    assert Journal(tmp_path).left_by("sheet", tabs) == {}
