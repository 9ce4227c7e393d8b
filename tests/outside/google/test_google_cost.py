"""What a round costs at Google: calls are counted by the minute, and a large tab is not read again for each letter."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from outside.config.settings import Mail
from outside.google import look
from outside.google.client import Calls
from roster.example.register import example
from servers.sheets_server import Book, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.sheets_server.server import Call
from servers.smtp_server import Plan, mail_server
from support.google_matrix import mails, sync
from support.google_register import HURRIED, TODAY, google_book, laptop

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, without the waiting between them; and a tab of 300 counts as a large one."""
    monkeypatch.setattr(Calls, "patience", HURRIED)
    monkeypatch.setattr(look, "_SMALL", 50)


def by_smtp(server: SheetsServer, book: Book, folder: Path, port: int) -> object:
    mail = Mail(transport="smtp", sender="Buurt <buurt@mail.example>", host="127.0.0.1", port=port, security="none")
    return replace(laptop(server, book, folder), mail=mail)


def looks(server: SheetsServer) -> list[Call]:
    """What was read after the first two calls that read the register."""
    return [call for call in server.calls if call.name == "values.batchGet"][1:]


def test_a_first_round_with_the_outbox_takes_at_most_twelve_calls_and_a_quiet_one_four(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    book = google_book(sheets, example(120, 1, TODAY))
    settings = laptop(sheets, book, tmp_path)
    counts = []
    for _round in range(3):
        sheets.start_counting()
        sync(settings)
        counts.append(len(sheets.calls))
    assert sum(mails(tmp_path).values()) > 60
    assert counts[0] <= 12
    assert counts[2] == 4


def test_a_first_round_by_smtp_takes_two_calls_for_fifty_letters_and_reads_their_rows_alone(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    book = google_book(sheets, example(300, 1, TODAY))
    with mail_server(Plan()) as (plan, port):
        sheets.start_counting()
        sync(by_smtp(sheets, book, tmp_path, port))
    letters = len(plan.recipients)
    assert letters > 150 and len(set(plan.recipients)) == letters
    assert len(sheets.calls) <= 2 * math.ceil(letters / 50) + 6
    first, *between, _last = [call.answered for call in looks(sheets)]
    assert max(between) < 0.8 * first and sum(between) < 0.7 * len(between) * first
