"""Takes people out of the ledger, so that its pages hold nothing of them any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outside.ledger.database import overwrite_pages, writing
from outside.ledger.ledger import Ledger
from roster.plan.history import row_of


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What the ledger may know somebody by: his Nr, which of the persons of that row he is, and keyed digests.

    Without `persons` all who ever stood in that row are meant. `forgotten` are the marks by which he stays forgotten.
    """

    nr: str
    persons: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()


def forget_in_ledger(ledger: Ledger, people: Iterable[KnownBy]) -> int:
    """Delete all that is known of these people, but not the highest Nr, nor who asked for no mail; how many rows.

    That they were forgotten is kept, by marks that fit only the same Nr with the same number, address or name.

    What is deleted is overwritten, in the file and in the log beside it. May be done again. Raises Stop.
    """
    connection = ledger.connection
    gone = 0
    with writing(connection):
        for one in people:
            gone += _forget(ledger, one)
            marks = [(mark, one.nr) for mark in one.forgotten]
            connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", marks)
    overwrite_pages(connection)
    return gone


def _forget(ledger: Ledger, one: KnownBy) -> int:
    connection, before = ledger.connection, ledger.connection.total_changes
    persons = _persons(ledger, one)
    ids = [
        row[0]
        for person in persons
        for row in connection.execute("SELECT message_id FROM message WHERE person = ?", (person,))
    ]
    for table in ("lying", "limit_told"):
        connection.executemany(f"DELETE FROM {table} WHERE message_id = ?", [(each,) for each in ids])  # noqa: S608  # our own words
    connection.executemany("UPDATE departure SET message_id = '' WHERE message_id = ?", [(each,) for each in ids])
    for table in ("message", "notice", "sight", "recipient", "bundle"):
        connection.executemany(f"DELETE FROM {table} WHERE person = ?", [(each,) for each in persons])  # noqa: S608  # likewise
    connection.execute("DELETE FROM identity WHERE nr = ?", (one.nr,))
    connection.execute("DELETE FROM logbook WHERE nr = ?", (one.nr,))
    for table, column in (("identity", "digest"), ("agreed_admin", "digest"), ("asked", "address")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(each,) for each in one.digests])  # noqa: S608  # likewise
    _take_cards(ledger, one.nr)
    _unname(ledger, set(persons))
    return connection.total_changes - before


def _persons(ledger: Ledger, one: KnownBy) -> list[str]:
    if one.persons:
        return list(one.persons)
    like = "SELECT DISTINCT person FROM {} WHERE person LIKE ? || '%'"
    tables = ("message", "notice", "sight", "recipient")
    found = {row[0] for table in tables for row in ledger.connection.execute(like.format(table), (one.nr,))}
    return sorted(person for person in found if row_of(person) == one.nr)


def _take_cards(ledger: Ledger, nr: str) -> None:
    """No admin was given his card, as far as is known from now on."""
    rows = ledger.connection.execute("SELECT person, circle, kind, cards FROM bundle").fetchall()
    for *key, cards in rows:
        kept = "\n".join(line for line in cards.splitlines() if not line.startswith(f"{nr} "))
        if kept != cards:
            ledger.connection.execute(
                "UPDATE bundle SET cards = ? WHERE person = ? AND circle = ? AND kind = ?", (kept, *key)
            )


def _unname(ledger: Ledger, persons: set[str]) -> None:
    """Nobody else was ever one of them."""
    rows = ledger.connection.execute("SELECT person, known_as FROM recipient WHERE known_as <> ''").fetchall()
    for person, known_as in rows:
        others = [each for each in known_as.split() if each not in persons]
        if len(others) < len(known_as.split()):
            ledger.connection.execute("UPDATE recipient SET known_as = ? WHERE person = ?", (" ".join(others), person))
