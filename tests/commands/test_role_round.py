"""The letters after the welcome in whole rounds over a real mail server: on the first one after an upgrade, and later."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest

from outside.commands.updates import update_number
from outside.config.choices import Choices
from outside.config.settings import load_settings
from outside.run.round import run
from roster.planners.sync import FOLDERS, PLANNERS
from servers.smtp_server import Plan, mail_server
from support.excel_person import rows_in
from support.ground import example_at
from support.smtp_home import lay_out, retype


class Ground:
    """A register whose members were welcomed, and what arrives from then on."""

    def __init__(self, home: Path, plan: Plan, port: int) -> None:
        example_at(home / "register.xlsx", 16, 3, date(2026, 11, 23))
        self.home, self.plan, self.settings = home, plan, lay_out(home, port)
        self.seen = 0
        self.sync(day=23)
        self.news()

    def news(self) -> list[EmailMessage]:
        """What arrived since this was asked last."""
        found = self.plan.messages()[self.seen :]
        self.seen += len(found)
        return found

    def told(self) -> dict[str, tuple[str, str, str]]:
        """E-mail -> Nr, Rol and Vervolgmail of everybody who was welcomed."""
        rows = rows_in(self.home / "register.xlsx", "Deelnemers")
        at = next(n for n, row in enumerate(rows) if "Welkom" in row)
        where = {heading: place for place, heading in enumerate(rows[at])}
        return {
            str(row[where["E-mail"]]).casefold(): tuple(
                str(row[where[one]] or "") for one in ("Nr", "Rol", "Vervolgmail")
            )  # type: ignore[misc]  # three of them
            for row in rows[at + 1 :]
            if str(row[where["Welkom"]] or "").startswith("verstuurd")
        }

    def sync(self, *, day: int = 24, force: bool = False) -> str:
        """A whole round; what it says on the screen."""
        choices = Choices(None, yes=True, force=force, today=date(2026, 11, day))
        return self._said(lambda: run(load_settings(self.settings), choices, PLANNERS, FOLDERS))

    def number_update(self) -> str:
        """What that word says."""
        choices = Choices(None, yes=True, force=False, today=date(2026, 11, 24))
        return self._said(lambda: update_number(load_settings(self.settings), choices, everybody=False))

    def _said(self, act: Callable[[], int]) -> str:
        with redirect_stdout(StringIO()) as said, redirect_stderr(said):
            assert act() in (0, 1), said.getvalue()
        return said.getvalue()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A mail server, and a register on it."""
    with mail_server() as (plan, port):
        yield Ground(tmp_path, plan, port)


def body(letter: EmailMessage) -> str:
    """Its plain words on one line."""
    return " ".join(str(letter.get_body(("plain",)).get_content()).split())  # type: ignore[union-attr]  # each has one


def an_upgrade_mails_nobody_for_what_was_so(ground: Ground) -> None:
    """A ledger of before, in a register where people changed places since their welcome."""
    with sqlite3.connect(ground.home / "state" / "ledger.sqlite3") as ledger:
        ledger.execute("DELETE FROM notice")
    ledger.close()
    one = next(nr for nr, role, _told in ground.told().values() if role != "beheerder")
    retype(ground.home, "Deelnemers", "Rol", lambda row: one in row, "beheerder")
    ground.sync()
    assert ground.news() == []


def who_becomes_an_admin_is_told_and_the_row_says_so(ground: Ground) -> None:
    """One letter, with 112 first and no rules of the group; the next round is quiet."""
    address, (nr, _role, _told) = next(
        (to, row) for to, row in ground.told().items() if to[0].isalpha() and row[1] != "beheerder"
    )
    retype(ground.home, "Deelnemers", "Rol", lambda row: nr in row, "beheerder")
    assert "1 mail aan een nieuwe beheerder maken" in ground.sync()
    (letter,) = ground.news()
    assert str(letter["To"].addresses[0].addr_spec).casefold() == address and "nu beheerder van groep" in str(
        letter["Subject"]
    )
    assert "Bel altijd eerst de politie: 112" in body(letter)
    assert ground.told()[address][2].startswith("beheerder van groep ") and ground.told()[address][2].endswith(
        f": verstuurd 24-11-2026 ({nr})"
    )
    assert "0 cellen bijgewerkt" in ground.sync() and ground.news() == []


def a_new_number_reaches_all_who_were_told_the_old_one(ground: Ground) -> None:
    """Sync says that it can be told; the word for it tells it; twice is once."""
    settings = ground.settings.read_text().replace("06-23456789", "06-29999999")
    ground.settings.write_text(settings)
    told = ground.told()
    assert f"{len(told)} deelnemers hebben nog een ouder nummer" in ground.sync() and ground.news() == []
    said = ground.number_update()
    assert f"{len(told)} × kreeg een ander nummer" in said and f"{len(told)} verstuurd" in said
    letters = ground.news()
    assert len(letters) == len({str(one["To"]) for one in letters}) == len(told)
    assert all("06-29999999" in body(one) and "112" in body(one) for one in letters)
    assert "Er hoeft geen mail weg" in ground.number_update() and ground.news() == []
    assert all(
        row[2].endswith(f"regiegroep 06-29999999: verstuurd 24-11-2026 ({row[0]})") for row in ground.told().values()
    )
    assert "0 cellen bijgewerkt" in ground.sync() and ground.news() == []


def without_a_ledger_nobody_is_told_again(ground: Ground) -> None:
    """The rows say who was welcomed, and a new ledger takes that for known."""
    for path in (ground.home / "state").glob("ledger.sqlite3*"):
        path.unlink()
    ground.sync(force=True)
    assert ground.news() == []
    said = ground.number_update()
    assert "Er hoeft geen mail weg" in said and "ALL=yes" not in said and ground.news() == []  # their rows say so


def test_the_letters_after_the_welcome_in_one_history(ground: Ground) -> None:
    """Each step goes on where the one before ended, on one register and one ledger."""
    an_upgrade_mails_nobody_for_what_was_so(ground)
    who_becomes_an_admin_is_told_and_the_row_says_so(ground)
    a_new_number_reaches_all_who_were_told_the_old_one(ground)
    without_a_ledger_nobody_is_told_again(ground)
