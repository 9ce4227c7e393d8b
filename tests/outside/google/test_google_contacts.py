"""The law of the contacts at Google: what an admin was given equals her group, by files and by mail."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from outside.commands.given import write_given
from outside.google.client import Calls
from roster.example.register import example
from servers.sheets_server import Book, Person, SheetsServer
from servers.sheets_server.fixture import sheets
from servers.smtp_server import mail_server
from support.contacts_play import GoogleSheet, Play, ground_rows
from support.google_matrix import two
from support.google_register import HURRIED, TODAY, google_book, laptop
from support.phones import Phone, as_dialled
from support.whole_round import choices, sync

__all__ = ["sheets"]  # a fixture is found by its name in this module


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same tries, without the waiting between them."""
    monkeypatch.setattr(Calls, "patience", HURRIED)


def members(book: Book) -> list[tuple[int, dict[str, str]]]:
    """The rows of tab Deelnemers with their numbers."""
    headings, *below = book.tab("Deelnemers").values()
    rows = [dict(zip(map(str, headings), (str(cell or "") for cell in row), strict=False)) for row in below]
    return [(turn, row) for turn, row in enumerate(rows, 2) if row.get("Nr")]


def active(book: Book, group: str) -> Counter[tuple[str, str]]:
    """Who is in a group, as the register tells it."""
    found: Counter[tuple[str, str]] = Counter()
    for _turn, row in members(book):
        if row["Status"] == "actief" and row["Groep"] == group:
            names = (row.get(heading) for heading in ("Voornaam", "Tussenvoegsel", "Achternaam"))
            found[" ".join(filter(None, names)), as_dialled(row["Mobiel"])] += 1
    return found


def test_a_register_of_before_the_contacts_goes_on_at_google(sheets: SheetsServer, tmp_path: Path) -> None:
    """Without the columns and the tab of this version: no round stops, ours come by themselves, and then it is quiet."""
    rows = example(20, 1, TODAY)
    before = {
        "Groepen": ["Contacten", "Goedkeuring aan"],
        "Deelnemers": ["In de groep"],
        "Bordaanvragen": ["Verstuurd"],
    }
    book = google_book(sheets, rows, without=["Overzicht"], without_columns=before)
    settings = laptop(sheets, book, tmp_path)
    assert sync(settings, TODAY, force=True) != 3
    headings = book.tab("Groepen").values()[0]
    assert "Contacten" in headings and "Goedkeuring aan" not in headings
    told = [tab.values() for tab in book.tabs]
    assert sync(settings, TODAY) != 3
    assert [tab.values() for tab in book.tabs] == told


def test_the_law_holds_at_google(sheets: SheetsServer, tmp_path: Path) -> None:
    """A number that changed, somebody who left, and by mail what came after it."""
    book, one, _other = two(sheets, tmp_path)
    sync(one, TODAY, force=True)
    admin = next(row for _turn, row in members(book) if row["Rol"] == "beheerder" and row["Status"] == "actief")
    group, phone = admin["Groep"], Phone(f"{admin['Voornaam']} {admin['Achternaam']}".strip())
    [page] = (one.paths.out / "groepen").glob(f"*/{group}/uitleg.html")
    others = [
        turn
        for turn, row in members(book)
        if row["Groep"] == group and row["Nr"] != admin["Nr"] and row["Status"] == "actief"
    ]
    phone.takes_files(page.parent)
    assert phone.book == active(book, group) and len(phone.book) > 1
    write_given(one, choices(TODAY), group, "", everybody=False)
    Person(book).types("Deelnemers", others[0], "Mobiel", "'06-23459999")
    sync(one, TODAY, force=True)
    phone.takes_files(page.parent)
    assert phone.book == active(book, group) and any(number.endswith("9999") for _name, number in phone.book)
    write_given(one, choices(TODAY), group, "", everybody=False)
    Person(book).types("Deelnemers", others[-1], "Afgemeld op", "1-3-2026")
    with mail_server() as (plan, port):
        mail = replace(one.mail, transport="smtp", host="127.0.0.1", port=port, security="none", bundles=True)
        later = TODAY + timedelta(days=1)
        sync(replace(one, mail=mail), later, force=True)
        for letter in plan.messages():
            to = str(letter["To"].addresses[0].addr_spec)
            if to == admin["E-mail"] and "ontacten van" in str(letter["Subject"]):
                phone.reads(letter)
        assert phone.book == active(book, group)
        plan.arrived.clear()
        sync(replace(one, mail=mail), later, force=True)
        assert not plan.arrived


def play(sheets: SheetsServer, home: Path, seed: int, months: int, *, by_mail: bool) -> None:
    """A network that grows, at Google."""
    book = google_book(sheets, ground_rows(), height=60)
    laptops = [laptop(sheets, book, home / name) for name in ("one", "other")]
    with mail_server() as (plan, port):
        if by_mail:
            mail = replace(
                laptops[0].mail, transport="smtp", host="127.0.0.1", port=port, security="none", bundles=True
            )
            laptops = [replace(one, mail=mail) for one in laptops]
        Play(GoogleSheet(book), laptops, seed, plan if by_mail else None).go(months)


def test_some_months_of_a_network_that_grows_at_google(sheets: SheetsServer, tmp_path: Path) -> None:
    """The same play as with a file: what admins have is their group after each round of either laptop."""
    play(sheets, tmp_path, 2, 2, by_mail=False)


@pytest.mark.long
@pytest.mark.parametrize("by_mail", [False, True], ids=["files", "mail"])
@pytest.mark.parametrize("seed", range(8))
def test_two_years_month_by_month_at_google(sheets: SheetsServer, tmp_path: Path, seed: int, by_mail: bool) -> None:
    """Whatever changes, and whether or not she comes by each month."""
    play(sheets, tmp_path, seed, 24, by_mail=by_mail)
