"""News after the welcome for whom no mail can reach: it stands on the page, and is ticked off as a welcome is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from outside.commands.sent import resolve_resend, resolve_sent
from outside.config.settings import Settings
from outside.ledger.ledger import Ledger
from outside.text.documents import render_by_hand
from roster.messages.welcome import by_hand, changes_by_hand
from support.pages import Page
from support.role_rounds import UPDATE, changed, people, sanne, welcomed
from support.sheet_notation import TODAY
from support.whole_round import choices, column, lay_out, page, sync, types


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A round was done, and Kees (D-0003) and Mies (D-0004) were welcomed by hand."""
    made = lay_out(tmp_path)
    sync(made)
    resolve_sent(made, choices(), "D-0003 D-0004")
    sync(made)
    return made


def test_who_was_welcomed_by_hand_hears_of_it_by_hand(settings: Settings) -> None:
    """Kees becomes an admin: he is on the page, with what he is told, until somebody says that it was done."""
    assert page(settings) == []
    types(settings, 4, Rol="beheerder")
    sync(settings)
    text = Page((settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")).text
    assert page(settings) == ["D-0003"] and "nu beheerder" in text and "Bij gevaar belt u altijd eerst 112" in text
    assert resolve_sent(settings, choices(), "D-0003") == 0
    assert page(settings) == [] and str(column(settings, "Vervolgmail")[2]).endswith(": met de hand 31-3-2026")
    assert column(settings, "Welkom")[2] == "met de hand 31-3-2026 (versie 1)"
    sync(settings)
    assert page(settings) == []
    assert resolve_resend(settings, choices(force=True), "D-0003") == 0
    sync(settings)
    assert page(settings) == ["D-0003"]


def test_another_number_stands_on_the_page_too(settings: Settings) -> None:
    """For whoever was told the old one by hand; ticked off for that number alone."""
    later = replace(settings, network=replace(settings.network, regiegroep_number="06-29999999"))
    sync(later)
    text = Page((settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")).text
    assert sorted(page(settings)) == ["D-0003", "D-0004"] and "nieuw telefoonnummer: 06-29999999" in text
    resolve_sent(later, choices(), "D-0003")
    assert column(settings, "Vervolgmail")[2] == "regiegroep 06-29999999: met de hand 31-3-2026"
    sync(later)
    assert page(settings) == ["D-0004"]
    sync(replace(settings, network=replace(settings.network, regiegroep_number="06-28888888")))
    assert sorted(page(settings)) == ["D-0003", "D-0004"]


def test_a_welcome_by_hand_tells_the_place_of_that_moment(settings: Settings) -> None:
    """Ticked off and promoted before the next round: the change is not taken for what was so."""
    types(settings, 4, Rol="beheerder")
    with Ledger.of(settings, TODAY) as ledger:
        assert [one.notice.role for one in ledger.history().deliveries if one.person == "D-0003"] == ["deelnemer"]
        assert not ledger.history().sights


@pytest.mark.parametrize("row", [sanne("Stadspark", email=""), sanne("Stadspark", "beheerder", email="")])
def test_one_piece_of_news_a_person(row: str) -> None:
    """Another place tells the number as well; and with an address again the mail does it."""
    rounds = changed(welcomed())
    seen = rounds.look(people(row))
    assert [(one.member.nr, one.act) for one in changes_by_hand(seen)] == [
        ("D-0001", "admin" if "beheerder" in row else "moved")
    ]
    words = Page(render_by_hand([one for one in by_hand(seen) if one.nr == "D-0001"], Settings())).text
    assert "06-29999999" in words and "Stadspark" in words and "06-29000002" in words  # Bo, of that group
    assert "06-29000001" not in words  # Ada, of the other
    assert changes_by_hand(rounds.look(people(row.replace("|  |", "| s@mail.example |", 1)))) == []


def test_an_address_that_refused_the_news_puts_it_on_the_page() -> None:
    """Of a letter about a place, and of one about the number."""
    rounds = welcomed()
    rounds.go(people(sanne("Stadspark")), state="geweigerd")
    assert [(one.member.nr, one.act) for one in changes_by_hand(rounds.look(people(sanne("Stadspark"))))] == [
        ("D-0001", "moved")
    ]
    other = changed(welcomed())
    other.go(people(sanne()), UPDATE, state="geweigerd")
    assert {(one.member.nr, one.act) for one in changes_by_hand(other.look(people(sanne())))} == {
        (nr, "number_update") for nr in ("D-0001", "D-9001", "D-9002")
    }
