"""Two laptops on one Google Sheet, each with a ledger of its own: nobody is mailed twice, and nobody is forgotten."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from outside.google.client import Calls
from servers.sheets_server import Fault, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.sheets_server.languages import language_of
from servers.smtp_server import Plan, answers, mail_server
from support.google_matrix import column, mails, sync, two
from support.google_register import HURRIED
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch, sheets: SheetsServer, request: pytest.FixtureRequest) -> None:
    """The same tries without the waiting between them, each case in a language of its own."""
    monkeypatch.setattr(Calls, "patience", HURRIED)
    sheets.language = language_of(request.node.name)


@pytest.mark.parametrize("call", sweep([7, 5]))
def test_what_one_laptop_could_not_announce_the_other_mails_and_that_is_all(
    sheets: SheetsServer, tmp_path: Path, call: int
) -> None:
    """The first had written down who is due when Google fell silent, before or after its announcement arrived."""
    book, one, other = two(sheets, tmp_path)
    sheets.start_counting()
    sheets.fail(call, Fault("503"), times=40)
    assert sync(one)[0] == 3
    sheets.start_counting()
    book.tabs[:] = [
        tab for tab in book.tabs if tab.title != "Buurtbeheer is bezig"
    ]  # twenty minutes later it counts no more
    for settings in (other, one, other, one):
        assert sync(settings)[0] in (0, 1)
    together = mails(tmp_path / "one") + mails(tmp_path / "other")
    told = dict(column(book, "Welkom"))
    assert max(together.values()) == 1
    assert all(f"{name.lower()}@mail.example" in together or "bezig" in str(told[name]) for name in ("Cleo", "Gijs"))


def test_a_letter_that_one_laptop_had_to_put_off_the_other_sends_and_that_is_all(
    sheets: SheetsServer, tmp_path: Path
) -> None:
    """Greylisted on the one, taken on the other; refused on the one, sent to the better address by the other."""
    plan = Plan(answers=answers(cleo_RCPT=["451 4.7.1 Greylisted"], gijs_RCPT=["550 5.1.1 No such user"]))
    with mail_server(plan) as (_plan, port):
        book, one, other = two(sheets, tmp_path, port)
        sync(one)
        tab = book.tab("Deelnemers")
        row = next(at for at, line in enumerate(tab.rows) if line.value(1) == "Gijs")
        tab.put(row, tab.column("E-mail"), "gijs.beter@mail.example")
        for settings in (other, one, other, one):
            assert sync(settings)[0] in (0, 1)
    arrived = Counter(name.partition("@")[0] for name in plan.recipients)
    assert (arrived["cleo"], arrived["gijs"], arrived["gijs.beter"], max(arrived.values())) == (1, 0, 1, 1)
