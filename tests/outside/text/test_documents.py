"""The page of those who are welcomed by hand: a card each, to print or to open in WhatsApp."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from outside.config.settings import Settings
from outside.text.documents import render_by_hand, whatsapp_link
from roster.messages.welcome_queue import ByHand
from roster.sheet.dutch import shown_number
from roster.sheet.table import Place
from roster.terms import Network
from support.pages import FACTS, HOSTILE, Page

SETTINGS = Settings(network=Network(name="Buurtgroep Voorbeeld"))


def a_row(nr: str = "D-0001", language: str = "nl", mobile: str = "+31623456789", **facts: object) -> ByHand:
    name = str(facts.get("name", "Sanne de Boer"))
    return ByHand(
        Place("Deelnemers", 2, nr),
        nr,
        name,
        "Kerkstraat 1, 1781 AB Den Helder",
        mobile,
        "Tuindorp",
        "Noord",
        language,
        date(2026, 3, 5),
        FACTS | facts,
    )


def test_a_card_has_all_that_is_needed_to_welcome_somebody() -> None:
    """Name, address, number, group, day, and the words to say."""
    page = Page(render_by_hand([a_row()], SETTINGS))
    told = [
        "1 deelnemer krijgt geen mail",
        "Sanne de Boer",
        "D-0001",
        "Kerkstraat 1, 1781 AB Den Helder",
        "06-23456789",
        "Tuindorp (Noord)",
        "5 maart 2026",
        "Beste Sanne,",
        "Anna de Vries en Piet Jansen",
        "eerst 112",
        "Open in WhatsApp",
    ]
    assert [words for words in told if words not in page.text] == []
    assert page.open == [] and not re.search(r"\{\{|None|zqj|\*\*", page.text)


def test_a_link_opens_whatsapp_with_the_same_words() -> None:
    """Digits only, and the whole text, lines and all, without line ends where a sentence only goes on."""
    page = Page(render_by_hand([a_row()], SETTINGS))
    link = urlsplit(next(link for link in page.links if "wa.me" in link))
    assert (link.scheme, link.netloc, link.path) == ("https", "wa.me", "/31623456789")
    (words,) = parse_qs(link.query)["text"]
    assert words.startswith("Beste Sanne,\n\nWelkom bij Buurtgroep Voorbeeld! U hoort bij groep Tuindorp.")
    assert re.findall(r"^- (\w+)", words, re.MULTILINE) == ["Signaleer", "Alarmeer", "App", "Reageer"]
    assert "06-23456789" in words and "tweede" not in words and len(words) < 1200
    assert not re.search(r"[^\n:.,!?]\n[a-z]", words)
    assert " ".join(words.split()) in page.text


def test_the_page_fetches_nothing() -> None:
    """Links to press, and nothing that a browser loads by itself."""
    text = render_by_hand([a_row(), a_row("D-0002", "en")], SETTINGS)
    page = Page(text)
    assert not {tag for tag, _ in page.tags} & {"img", "script", "link", "iframe", "object", "form"}
    assert not re.search(r"url\(|@import|src=", text)
    assert {urlsplit(link).scheme for link in page.links} == {"https", "tel"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stands_in_a_card_as_it_is(name: str) -> None:
    """On the card and in the words for WhatsApp."""
    page, clean = (
        Page(render_by_hand([a_row(name=name, greeting=name)], SETTINGS)),
        Page(render_by_hand([a_row()], SETTINGS)),
    )
    assert " ".join(name.split()) in page.text
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in clean.tags]
    (words,) = parse_qs(urlsplit(next(link for link in page.links if "wa.me" in link)).query)["text"]
    assert words.startswith(f"Beste {name},\n")


def test_the_rules_to_hand_out_come_once_in_each_language_in_use() -> None:
    """All nine of them, with SAAR; Dutch alone where nobody reads English."""
    both = Page(render_by_hand([a_row(), a_row("D-0002", "en"), a_row("D-0003")], SETTINGS))
    assert both.text.count("De negen spelregels") == both.text.count("The nine rules") == 1
    assert sum(tag == "table" for tag, _ in both.tags) == 2
    assert sum(attrs.get("class") == "card" for _, attrs in both.tags) == 3
    dutch = Page(render_by_hand([a_row()], SETTINGS))
    assert "18 jaar of ouder" in dutch.text and "The nine rules" not in dutch.text
    listed = sum(tag == "li" for tag, _ in dutch.tags)
    assert listed == 9


def test_an_empty_page_says_so() -> None:
    """Nobody to welcome is good news, and no list of nothing."""
    page = Page(render_by_hand([], SETTINGS))
    assert "Er is nu niemand" in page.text and "card" not in [attrs.get("class") for _, attrs in page.tags]


def test_numbers_are_shown_as_people_write_them() -> None:
    """A foreign number is shown as it is; without a number there is no link."""
    assert shown_number("+31623456789") == "06-23456789"
    assert shown_number("+32470123456") == "+32470123456"
    assert whatsapp_link("", "dag") == ""
    assert (
        whatsapp_link("+32470123456", "dag & tot ziens\n#1")
        == "https://wa.me/32470123456?text=dag%20%26%20tot%20ziens%0A%231"
    )


def test_an_admin_is_told_what_an_admin_needs() -> None:
    """Also by hand."""
    page = Page(
        render_by_hand(
            [a_row(is_admin=True, admins=["Piet Jansen"]), a_row("D-0002", "en", is_admin=True, admins=[])], SETTINGS
        )
    )
    for words in (
        "U bent beheerder",
        "Uw medebeheerder is Piet Jansen",
        "You are an admin of this group",
        "regiegroep",
    ):
        assert words in page.text
