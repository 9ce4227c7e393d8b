"""Whoever can type in the sheet can call himself an admin: he is named before letters leave, and his card waits."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from outside.ledger.schema import MIGRATIONS
from outside.mail.mailbox import Letter, Outcome
from support.asked_round import LAST, at_the_keyboard, go, people
from support.ledgers import ledger_in
from support.sheet_notation import TODAY, register
from support.small_round import Postman
from support.table_register import Screen, TableRegister, Tables, with_cell, with_members

ONE_KNOWN = """
    Nr     | In regiegroep | In gebiedsgroep
    D-9001 | ja            | ja
    D-9002 |               | ja
"""
"""Ada was taken into the regiegroep; of Bo nobody said anything."""

NAMED = "Nieuw als beheerder: Bo Jansen (Tuindorp)."


class Keeping(Postman):
    """Keeps which admins' cards each letter had along."""

    def __init__(self, done: str = "verstuurd") -> None:
        super().__init__(dict.fromkeys(range(1, 99), Outcome(done)))
        self.done = done
        self.cards: list[str] = []

    def deliver(self, letter: Letter) -> Outcome:
        names = [part.get_filename() or "" for part in letter.message.walk()]
        self.cards.append("".join(name for name in ("Ada", "Bo") if any(one.startswith(name) for one in names)))
        return super().deliver(letter)


def known(first: int = 1, last: int = 3, beheerders: str = ONE_KNOWN) -> Tables:
    return register(people(first, last), beheerders=beheerders)


def test_a_new_admin_is_agreed_to_in_the_same_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named before it; then his card goes along, and he is not new any more."""
    screen, box = at_the_keyboard(monkeypatch, "j"), Keeping()
    workbook = TableRegister(known())
    assert go(tmp_path, workbook, box) == 0
    assert NAMED in capsys.readouterr().out and "3 mails versturen, en klopt die beheerder?" in screen.shown
    assert box.cards == ["AdaBo"] * 3
    again, later = at_the_keyboard(monkeypatch, "j"), Keeping()
    workbook.tables = with_members(people(4, 4), 10)(workbook.tables)
    assert go(tmp_path, workbook, later) == 0
    assert "1 mail versturen?" in again.shown and later.cards == ["AdaBo"] and NAMED not in capsys.readouterr().out


def test_no_to_a_new_admin_lets_nothing_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And he is named again the next time."""
    workbook = TableRegister(known())
    for _time in range(2):
        box = Keeping()
        at_the_keyboard(monkeypatch, "n")
        assert go(tmp_path, workbook, box) == 0
        assert box.cards == [] and NAMED in capsys.readouterr().out


@pytest.mark.parametrize(
    ("beheerders", "cards"),
    [(ONE_KNOWN, "Ada"), (ONE_KNOWN.replace("D-9002 |    ", "D-9002 | ja "), "AdaBo"), ("Nr", "")],
)
def test_without_a_question_only_cards_of_whom_the_regiegroep_knows_go_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], beheerders: str, cards: str
) -> None:
    """YES=1 says yes to mails, and to nobody as an admin; what to do is told."""
    box = Keeping()
    assert go(tmp_path, TableRegister(known(beheerders=beheerders)), box, yes=True) == 0
    told = capsys.readouterr().out
    assert box.cards == [cards] * 3
    assert ("Nieuw als beheerder: " in told) is (cards != "AdaBo") is ("bij In regiegroep ja" in told)
    assert (NAMED in told) is (cards == "Ada")


def test_in_the_outbox_his_card_goes_along_and_he_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person looks before she sends."""
    box = Keeping("klaargezet")
    workbook = TableRegister(known(beheerders="Nr\nD-9001"))
    assert go(tmp_path, workbook, box, transport="outbox") == 0
    assert box.cards == ["AdaBo"] * 3 and NAMED in capsys.readouterr().out
    assert go(tmp_path, workbook, box, transport="outbox") == 0
    assert "Nieuw als beheerder" not in capsys.readouterr().out


@pytest.mark.parametrize(("heading", "value"), [("Mobiel", "06-29999999"), ("Rol", "beheerder")])
def test_another_number_or_another_admin_is_named_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], heading: str, value: str
) -> None:
    """Agreed was to this number in this group."""
    at_the_keyboard(monkeypatch, "j")
    workbook = TableRegister(known())
    go(tmp_path, workbook, Keeping())
    row = next(
        n for n, name in enumerate(workbook.column("Voornaam"), 2) if name == ("Bo" if heading == "Mobiel" else "Voor1")
    )
    workbook.tables = with_members(people(4, 4), 10)(with_cell(row, heading, value)(workbook.tables))
    capsys.readouterr()
    at_the_keyboard(monkeypatch, "n")
    go(tmp_path, workbook, Keeping())
    assert (
        f"Nieuw als beheerder: {'Bo' if heading == 'Mobiel' else 'Voor1'} Jansen (Tuindorp)." in capsys.readouterr().out
    )


def test_an_admin_who_comes_up_between_two_tries_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The letters would say something else now."""
    screen: Screen = at_the_keyboard(monkeypatch, "j", "n")
    box = Keeping()
    both = ONE_KNOWN.replace("D-9002 |    ", "D-9002 | ja ")
    workbook = TableRegister(known(beheerders=both), {1: with_cell(4, "Rol", "beheerder")})
    assert go(tmp_path, workbook, box) == 3
    assert (screen.answers, box.cards) == ([], [])
    assert "en klopt die beheerder?" in screen.shown.split("versturen?", 1)[1]
    assert LAST == 2


@pytest.mark.parametrize("mobile", ["+31629000002", "+31629999999"])
def test_whoever_was_an_admin_before_anybody_was_asked_is_not_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mobile: str
) -> None:
    """A register in use, with its rows in tab Beheerders; another number than the row knew is new all the same."""
    with ledger_in(tmp_path, TODAY) as ledger:
        ledger.remember_counts({"admins_before": 7})
    stood = f"Nr | Mobiel | In regiegroep\nD-9001 | +31629000001 |\nD-9002 | {mobile} |"
    box, workbook = Keeping(), TableRegister(known(beheerders=stood))
    assert go(tmp_path, workbook, box, yes=True) == 0
    same = mobile == "+31629000002"
    assert box.cards == ["AdaBo" if same else "Ada"] * 3 and (NAMED in capsys.readouterr().out) is not same
    workbook.tables = with_members(people(4, 4), 10)(workbook.tables)
    assert go(tmp_path, workbook, box, yes=True) == 0
    assert box.cards[-1] == ("AdaBo" if same else "Ada")


@pytest.mark.parametrize("letters", [0, 2])
def test_only_a_ledger_that_was_in_use_takes_admins_over(letters: int) -> None:
    """A new one has none to take over."""
    step = next(n for n, statements in enumerate(MIGRATIONS) if "admins_before" in statements[0])
    with closing(sqlite3.connect(":memory:")) as ledger:
        for statement in (statement for statements in MIGRATIONS[:step] for statement in statements):
            ledger.execute(statement)
        for n in range(letters):
            letter = (
                f"D-{n}",
                "welcome",
                "1",
                f"<{n}@b>",
                "x",
                "",
                "verstuurd",
                "",
                "verstuurd",
                "2026-01-01",
                "",
                "",
                1,
                "",
                "",
            )
            ledger.execute(f"INSERT INTO message VALUES ({', '.join('?' * len(letter))})", letter)
        for statement in MIGRATIONS[step]:
            ledger.execute(statement)
        assert ledger.execute("SELECT count FROM seen WHERE what = 'admins_before'").fetchall() == [(letters,)] * bool(
            letters
        )
