"""Two laptops on one Google Sheet: news of another place leaves once, and the row says so to the other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from outside.google.client import Calls
from servers.sheets_server import Person, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.smtp_server import Plan, answers, mail_server
from support.google_matrix import column, sync, two
from support.google_register import HURRIED
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, without the waiting between them."""
    monkeypatch.setattr(Calls, "patience", HURRIED)


@pytest.mark.parametrize("put_off", sweep([True, False]))
def test_who_becomes_an_admin_hears_of_it_from_one_of_them(sheets: SheetsServer, tmp_path: Path, put_off: bool) -> None:
    """Also where the letter was put off once: its row says nothing of it until it left."""
    later = ["", "451 4.7.1 Greylisted"] if put_off else []
    with mail_server(Plan(answers=answers(cleo_RCPT=later))) as (plan, port):
        book, one, other = two(sheets, tmp_path, port)
        for settings in (one, other, one):
            assert sync(settings)[0] in (0, 1)
        Person(book).types("Deelnemers", Person(book).row_with("Deelnemers", "Voornaam", "Cleo"), "Rol", "beheerder")
        for settings in (one, other, one, other):
            assert sync(settings)[0] in (0, 1)
        told = str(dict(column(book, "Vervolgmail"))["Cleo"])
        assert told.startswith("beheerder van groep Noord: verstuurd")
        arrived = Counter(name.partition("@")[0] for name in plan.recipients)
        assert arrived["cleo"] == 2 and arrived["gijs"] == 1
        kinds = [
            str(message["Subject"]).split()[0] for message in plan.messages() if "cleo" in str(message["To"]).lower()
        ]
        assert kinds == ["Welkom", "U"]
