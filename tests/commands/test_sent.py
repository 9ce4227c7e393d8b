"""Somebody is welcomed by hand, and that is written down once and for ever; and nothing is said that was not done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import outside.commands.sent
from conftest import RunDoor
from outside.commands.sent import resolve_outbox, resolve_resend, resolve_sent
from outside.config.settings import Settings
from outside.errors import Stop
from outside.excel.workbook import ExcelWorkbook
from outside.ledger.ledger import Ledger
from outside.mail.mailbox import Outcome
from outside.run.confirm import tell_uncertain
from outside.text.documents import render_by_hand
from roster.messages.welcome import by_hand
from roster.plan.history import History, Message
from support.announced import announced
from support.ground import laid_out
from support.marks import without_nr
from support.pages import Page
from support.plans import view
from support.sheet_notation import TERMS, TODAY, register
from support.whole_round import PEOPLE, choices, column, lay_out, letters, page, settings_of, sync, types

HAND = "met de hand 31-3-2026 (versie 1)"
READY = "klaargezet 31-3-2026 (versie 1)"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A round was done: Anna and Piet have a letter ready, Kees (D-0003) and Mies (D-0004) are on the page."""
    return settings_of(laid_out("welcomed", tmp_path, lambda folder: sync(lay_out(folder))))


def welkom(settings: Settings) -> list[object]:
    return [without_nr(cell) for cell in column(settings, "Welkom")]


@pytest.mark.parametrize("typed", ["D-0003 D-0004", "d-0003,D-0004", "D-0004; D-0003 D-3", "d3 D-00004"])
def test_several_are_ticked_off_at_once_and_for_ever(settings: Settings, typed: str) -> None:
    assert page(settings) == ["D-0003", "D-0004"] or page(settings) == ["D-0004", "D-0003"]
    assert resolve_sent(settings, choices(), typed) == 0
    assert welkom(settings) == [READY, READY, HAND, HAND]
    assert page(settings) == []
    sync(settings)
    assert welkom(settings) == [READY, READY, HAND, HAND] and page(settings) == []


def test_a_lost_ledger_or_a_second_laptop_reads_it_in_the_row(settings: Settings) -> None:
    resolve_sent(settings, choices(), "D-0003")
    shutil.rmtree(settings.paths.state)
    sync(settings)
    assert page(settings) == ["D-0004"] and welkom(settings)[2] == HAND


def test_a_wiped_row_is_told_again_by_the_ledger(settings: Settings) -> None:
    resolve_sent(settings, choices(), "D-0003")
    types(settings, 4, Welkom=None)
    sync(settings)
    assert page(settings) == ["D-0004"] and welkom(settings)[2] == HAND


def test_a_stranger_typed_over_the_row_is_welcomed_himself(settings: Settings) -> None:
    resolve_sent(settings, choices(), "D-0003")
    types(settings, 4, Voornaam="Toos", Achternaam="Nieuw", Mobiel="06-23450099")
    sync(settings)
    assert sorted(page(settings)) == ["D-0003", "D-0004"]


def test_a_mail_address_that_comes_later_brings_no_second_welcome(settings: Settings) -> None:
    resolve_sent(settings, choices(), "D-0003")
    types(settings, 4, E_mail="kees@mail.example")
    sync(settings)
    assert "D-0003-welcome" not in letters(settings)


def test_a_slip_is_taken_back(settings: Settings) -> None:
    """The wrong number was typed: he is on the page again."""
    resolve_sent(settings, choices(), "D-0003")
    assert resolve_resend(settings, choices(force=True), "D-0003") == 0
    sync(settings)
    assert sorted(page(settings)) == ["D-0003", "D-0004"]
    resolve_sent(settings, choices(), "D-0003")
    assert welkom(settings)[2] == HAND


def refuse(settings: Settings, nr: str, reason: str) -> None:
    """The mail to this Nr came back."""
    with Ledger.of(settings, TODAY) as ledger:
        ledger.replies.process_refusal(f"report {nr}", ledger.messages.of_person(nr)[-1].message_id, reason)


def test_a_refused_address_joins_the_page_and_says_why(settings: Settings) -> None:
    refuse(settings, "D-0002", "het postvak is vol")
    sync(settings)
    text = Page((settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")).text
    assert "piet@mail.example nam de mail niet aan: het postvak is vol" in text and "geen e-mailadres" in text
    resolve_sent(settings, choices(), "D-0002")
    assert "D-0002" not in page(settings) and welkom(settings)[1] == HAND
    sync(settings)
    assert welkom(settings)[1] == HAND and "D-0002" not in page(settings)


def test_a_refused_address_that_is_mended_leaves_the_page_by_itself(settings: Settings) -> None:
    refuse(settings, "D-0002", "het adres bestaat niet")
    types(settings, 3, E_mail="pieter@mail.example")
    sync(settings)
    assert "D-0002" not in page(settings) and welkom(settings)[1] == READY
    assert "D-0002-welcome" in letters(settings)


def test_one_that_cannot_be_done_holds_up_no_other(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert resolve_sent(settings, choices(), "D-0003 D-9999 D-0004") == 1
    said = capsys.readouterr()
    assert welkom(settings)[2:] == [HAND, HAND]
    assert said.out.count("opgeschreven") == 2 and "D-9999 staat niet in het register" in said.err


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"Akkoord__spelregels": "nee"}, "geblokkeerd"),
        ({"Afgemeld__op": "1-3-2026"}, "afgemeld"),
        ({"E_mail": "kees@mail.example"}, "vanzelf, met: make sync"),
    ],
)
def test_an_answer_is_true_for_whoever_is_not_due_by_hand(
    settings: Settings, spoil: dict[str, object], told: str
) -> None:
    types(settings, 4, **spoil)
    with pytest.raises(Stop) as stop:
        resolve_sent(settings, choices(), "D-0003")
    assert told in stop.value.message and welkom(settings)[2] is None


def test_whoever_has_an_address_but_was_welcomed_in_person_is_ticked_off_with_force(settings: Settings) -> None:
    types(settings, 4, E_mail="kees@mail.example")
    assert resolve_sent(settings, choices(force=True), "D-0003") == 0
    sync(settings)
    assert welkom(settings)[2] == HAND and "D-0003-welcome" not in letters(settings)


def test_a_group_that_is_not_registered_waits(tmp_path: Path) -> None:
    made = lay_out(tmp_path)
    types(made, 2, tab="Groepen", Aangemeld__op=None)
    sync(made)
    with pytest.raises(Stop, match="nog niet aangemeld"):
        resolve_sent(made, choices(), "D-0003")


def test_what_is_known_already_is_said_as_it_is(settings: Settings) -> None:
    resolve_sent(settings, choices(), "D-0003")
    with pytest.raises(Stop, match="met de hand verteld op 31-3-2026"):
        resolve_sent(settings, choices(), "D-0003")


# New spelregels


def test_new_rules_go_to_the_page_for_whoever_was_welcomed_by_hand() -> None:
    """From the ledger or from the row; who can be mailed, or has today's version, is not on it."""
    sheet = register(
        """
        Nr     | Voornaam | E-mail            | Mobiel      | Welkom
        D-0001 | An       |                   | 06-23450001 | met de hand 1-2-2026 (versie 1)
        D-0002 | Bo       |                   | 06-23450002 |
        D-0003 | Cas      | cas@mail.example  | 06-23450003 | verstuurd 1-2-2026 (versie 1)
        D-0004 | Dirk     |                   | 06-23450004 | met de hand 1-2-2026 (versie 2)
        D-0005 | Els      | els@mail.example  | 06-23450005 | verstuurd 1-2-2026 (versie 1)
        """
    )
    history = History(salt=b"test")
    els = (history.identity("+31623450005"),)
    history.deliveries = [
        Message("D-0002", "welcome", "1", "met de hand", TODAY, (history.identity("+31623450002"),), "x"),
        Message("D-0005", "welcome", "1", "verstuurd", TODAY, els, history.address_mark("els@mail.example")),
        Message("D-0005", "rules_update", "2", "geweigerd", TODAY, els, history.address_mark("els@mail.example")),
    ]
    seen = view(
        sheet,
        replace(
            TERMS,
            rules_version="2",
            network=replace(TERMS.network, regiegroep_number="06-23456789"),
            mail_done="verstuurd",
        ),
        history,
    )
    found = {one.nr: one.has_version for one in by_hand(seen) if one.has_version}
    assert found == {"D-0001": "1", "D-0002": "1", "D-0005": "1"}


# The words


def test_the_words_name_the_own_admins_number_and_the_link_of_the_group() -> None:
    """Of no other group; and a link that is none of WhatsApp's is left out."""
    groups = """
        Groep    | Gebied  | Aangemeld op | Gestart op | Uitnodigingslink
        Tuindorp | Centrum | 1-2-2025     | 1-3-2025   | https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv
        Havenrij | Centrum | 1-2-2025     | 1-3-2025   | https://kwaad.example/AbCdEfGhIjKlMnOpQrStUv
    """
    streets = "Straat | Plaats | Groep\nKerkstraat | Den Helder | Tuindorp\nHavenstraat | Den Helder | Havenrij"
    sheet = register(
        """
        Voornaam | Rol       | Groep    | Straat      | Mobiel
        Anna     | beheerder | Tuindorp | Kerkstraat  | 06-23450001
        Bea      | beheerder | Havenrij | Havenstraat | 06-23450002
        Kees     |           | Tuindorp | Kerkstraat  | 06-23450003
        Mies     |           | Havenrij | Havenstraat | 06-23450004
        """,
        groups,
        streets,
        staff="",
    )
    people = {str(one.facts["greeting"]): one for one in by_hand(view(sheet))}
    kees, mies, anna = (Page(render_by_hand([people[name]], Settings())).text for name in ("Kees", "Mies", "Anna"))
    assert "Anna Jansen (06-23450001)" in kees and "06-23450002" not in kees
    assert "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv" in kees
    assert "Bea Jansen (06-23450002)" in mies and "06-23450001" not in mies and "kwaad.example" not in mies
    assert anna.count("06-23450001") == 1  # her own number, to call her by


# Nothing is called written down that was not


class Busy(ExcelWorkbook):
    """A register in which a person saves something between our reading and our writing."""

    def write(self, steps):  # type: ignore[no-untyped-def]  # as its parent has it
        types(settings_of(self.path.parent), 4, Opmerking="even gebeld")
        return super().write(steps)


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        outside.commands.sent, "open_workbook", lambda one: Busy(one.workbook.path, one.paths.state / "backups")
    )


@pytest.mark.parametrize("act", [resolve_sent, resolve_resend])
def test_another_laptops_letter_in_a_row_that_changed_is_not_called_written_down(
    settings: Settings, busy: None, capsys: pytest.CaptureFixture[str], act: object
) -> None:
    """What to type again is said; then it is done."""
    types(settings, 4, E_mail="kees@mail.example", Welkom="bezig sinds 30-3-2026 10:00")
    assert act(settings, choices(), "D-0003") == 1  # type: ignore[operator]  # one of the two above
    said = capsys.readouterr()
    assert "er is niets opgeschreven" in said.err and "NR=D-0003" in said.err
    assert "opgeschreven als" not in said.out and "make sync" not in said.out
    assert welkom(settings)[2] == "bezig sinds 30-3-2026 10:00"


def test_a_row_that_changed_is_told_later_where_the_ledger_knows(
    settings: Settings, busy: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert resolve_sent(settings, choices(), "D-0003") == 0
    assert "Dat komt goed met: make sync" in capsys.readouterr().out and welkom(settings)[2] is None
    sync(settings)
    assert welkom(settings)[2] == HAND


def test_another_laptops_letters_are_settled_in_the_row(settings: Settings) -> None:
    """In doubt, or ready in the other laptop's outbox: our ledger knows of neither."""
    types(settings, 4, E_mail="kees@mail.example", Welkom="onzeker sinds 30-3-2026: de ronde brak af")
    types(settings, 5, E_mail="mies@mail.example", Welkom="klaargezet 30-3-2026 (versie 1)")
    assert resolve_sent(settings, choices(), "D-0003 D-0004") == 0
    assert welkom(settings)[2:] == ["verstuurd 31-3-2026 (versie 1)"] * 2


def test_another_laptops_news_is_settled_though_our_ledger_knows_the_welcome(settings: Settings) -> None:
    resolve_outbox(settings, choices())
    types(settings, 3, Welkom="onzeker sinds 30-3-2026: de ronde brak af")
    assert resolve_sent(settings, choices(), "D-0002") == 0
    assert welkom(settings)[1] == "verstuurd 31-3-2026 (versie 1)"


def test_an_empty_outbox_is_not_called_written_down(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither what lies in the outbox of another laptop."""
    assert resolve_outbox(settings, choices()) == 0
    assert "2 mails uit de map mail: nu opgeschreven" in capsys.readouterr().out
    types(settings, 4, Welkom="klaargezet 30-3-2026 (versie 1)")
    resolve_outbox(settings, choices())
    said = capsys.readouterr().out
    assert "opgeschreven als" not in said and "Er is niets veranderd" in said and "door een andere computer" in said


def test_a_resend_says_what_really_happens(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A refused letter to somebody without an address by now does not go with make sync."""
    refuse(settings, "D-0002", "het adres bestaat niet")
    types(settings, 3, E_mail=None)
    assert resolve_resend(settings, choices(), "D-0002") == 0
    said = capsys.readouterr().out
    assert "met-de-hand.html" in said and "gaat mee met de volgende ronde" not in said


def test_the_letters_of_somebody_who_stood_in_the_row_before_change_nothing_in_it(tmp_path: Path) -> None:
    """The ledger is settled, and the row of the newcomer stays as it is."""
    made = lay_out(tmp_path, PEOPLE)
    sync(made)
    with Ledger.of(made, TODAY) as ledger:
        ledger.messages.book(
            [(ledger.messages.of_person("D-0002")[0].message_id, Outcome("onzeker", "de ronde brak af"))]
        )
    types(made, 3, Voornaam="Toos", Achternaam="Nieuw", Mobiel="06-23450099", E_mail="toos@mail.example", Welkom=None)
    assert resolve_sent(made, choices(), "D-0002") == 0
    assert welkom(made)[1] is None
    sync(made)
    assert "D-0002-2-welcome" in letters(made)


def test_an_outbox_with_a_letter_to_who_took_over_a_row_is_no_other_laptops(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    types(settings, 3, Voornaam="Toos", Achternaam="Nieuw", Mobiel="06-23450099", E_mail="toos@mail.example")
    sync(settings)
    capsys.readouterr()
    resolve_outbox(settings, choices())
    assert "andere computer" not in capsys.readouterr().out
    assert welkom(settings)[:2] == ["verstuurd 31-3-2026 (versie 1)"] * 2


def test_through_the_door(settings: Settings, press_door: RunDoor) -> None:
    """As `make sent NR="D-0003 D-0004"` calls it."""
    source = settings.paths.state.parent / "settings.toml"
    source.write_text('[workbook]\npath = "register.xlsx"\n[network]\nregiegroep_number = "06-23456789"\n', "utf-8")
    done = press_door("sent", "--settings", source, "--today", "2026-11-28", "--nr", "D-0003 D-0004")
    assert (done.returncode, done.stderr) == (0, "")
    assert welkom(settings)[2:] == ["met de hand 28-11-2026 (versie 1)"] * 2


def test_of_two_uncertain_letters_the_one_that_is_meant_is_settled(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of them came, the other did not: without its kind neither is guessed."""
    with Ledger.of(settings, TODAY) as ledger:
        welcome = next(one.message_id for one in ledger.messages.of_person("D-0002"))
        intent = announced(
            "<news@mail.example>", "D-0002", "number_update", "1", ledger.address_mark("piet@mail.example")
        )
        ledger.messages.book([(welcome, Outcome("onzeker"))], [intent], "verstuurd")
        ledger.messages.book([(intent.message_id, Outcome("onzeker"))])
        assert tell_uncertain(ledger) == 2
    said = capsys.readouterr().err
    assert "D-0002 (KIND=number-update): zoek" in said and "make sent NR=D-0002 KIND=number-update." in said
    for settle in (resolve_sent, resolve_resend):
        with pytest.raises(Stop, match="2 mails onzeker"):
            settle(settings, choices(), "D-0002")
    assert resolve_sent(settings, choices(), "D-0002", "number-update") == 0
    assert resolve_resend(settings, choices(), "D-0002", "welcome") == 0
    with Ledger.of(settings, TODAY) as ledger:
        assert {one.act: one.state for one in ledger.messages.of_person("D-0002")} == {
            "welcome": "wacht",
            "number_update": "verstuurd",
        }
    with pytest.raises(Stop, match="bestaat niet"):
        resolve_sent(settings, choices(), "D-0002", "welkom")
