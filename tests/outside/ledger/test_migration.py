"""A ledger that an earlier version left behind is brought up to date by a real round, and nobody is mailed again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from outside.config.settings import LEDGER_SECRET
from outside.ledger.schema import APPLICATION, MIGRATIONS, WITH_PROOF
from outside.ledger.secret import keep_secret, proof_of
from roster.plan.history import History
from support.ledgers import ledger_at
from support.sheet_notation import TODAY
from support.whole_round import column, lay_out, letters, sync

PEOPLE = """
    Nr     | Voornaam | Achternaam | E-mail            | Rol       | Mobiel
    D-0001 | Anna     | Bakker     | anna@mail.example | beheerder | 06-23450001
    D-0002 | Piet     | Smit       | piet@mail.example |           | 06-23450002
    D-0003 | Kees     | Mol        | kees@mail.example |           | 06-23450003
    D-0004 | Mies     | Post       | mies@mail.example |           | 06-23450004
    D-0005 | Gijs     | Boon       | gijs@mail.example |           | 06-23450005
    D-0006 | Fien     | Vos        | fien@mail.example |           | 06-23450006
    D-0007 | Sara     | Prins      | sara@mail.example |           | 06-23450007
"""
STANDS = [
    ("anna", "klaargezet", "klaargezet"),
    ("piet", "verstuurd", "verstuurd"),
    ("kees", "verstuurd", "met de hand"),
    ("mies", "onzeker", "verstuurd"),
    ("gijs", "geweigerd", "verstuurd"),
    ("fien", "wacht", "klaargezet"),
]
"""How the welcome of each stands, and by what means it went; of Sara nothing is known."""


def left_behind(path: Path, version: int) -> None:
    """A ledger of so many migrations, with a letter to all but Sara."""
    history = History(salt=b"zout" * 8)
    path.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        for name in ("proof_of", "keyed", "sealed"):
            connection.create_function(name, 1, str)
        for statement in (words for statements in MIGRATIONS[:version] for words in statements):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        if version < WITH_PROOF:
            connection.execute("INSERT INTO salt VALUES (?)", (history.salt,))
        else:
            connection.execute("INSERT INTO proof VALUES (?)", (proof_of(history.salt),))
            keep_secret(path.parents[1] / LEDGER_SECRET, history.salt)
        for number, (name, state, via) in enumerate(STANDS, start=1):
            who, where = history.identity(f"+3162345000{number}"), history.address_mark(f"{name}@mail.example")
            row = (f"D-000{number}", "welcome", "1", f"<{name}@x>", where, who, state, "", via)
            times = (TODAY.isoformat(), "2026-01-01T12:00:00+00:00", "2026-01-01T12:00:00+00:00", 1, "")
            more = ("",) if version >= 3 else ()
            values = (*row, *times, *more)
            connection.execute(f"INSERT INTO message VALUES ({', '.join('?' * len(values))})", values)


@pytest.mark.parametrize(
    "version",
    [pytest.param(one, marks=[] if one in (1, 5, 11) else pytest.mark.long) for one in range(1, len(MIGRATIONS) + 1)],
)
def test_a_round_on_an_older_ledger_mails_only_who_is_due(tmp_path: Path, version: int) -> None:
    """Whoever was mailed, told by hand, refused or is uncertain hears nothing; the rows say again how it stood."""
    settings = lay_out(tmp_path, PEOPLE)
    path = settings.paths.state / "ledger.sqlite3"
    left_behind(path, version)
    assert sync(settings, force=True) == 1  # one is uncertain
    assert sorted(letters(settings)) == ["D-0006-welcome", "D-0007-welcome"]
    told = [str(cell).split(" (")[0].rpartition(" ")[0].removesuffix(" sinds") for cell in column(settings, "Welkom")]
    assert told == ["klaargezet", "verstuurd", "met de hand", "onzeker", "geweigerd", "klaargezet", "klaargezet"]
    with ledger_at(path, TODAY) as ledger:
        states = {one.person: str(one.state) for one in ledger.history().deliveries if one.act == "welcome"}
    assert states == {f"D-000{number}": state for number, state in enumerate(told, start=1)}
    assert sync(settings) == 1
    assert len(letters(settings)) == 2
