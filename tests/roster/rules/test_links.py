"""A link in a name: told to the coordinator, and never in the subject of a mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outside.mail.compose import subject_of
from roster.cells.text import holds_link, without_links
from support.one_letter import SETTINGS, a_send, sent
from support.sheet_notation import AREAS, GROUPS, STREETS, register, weights

RULE = "a_name_holds_no_link"


@pytest.mark.parametrize(
    "typed",
    [
        "https://kwaad.example/x", "Jan www.kwaad.example", "kwaad.nl", "bit.ly/3xYz", "Tuindorp (kwaad.com)", "kwaad.xyz/win",
        "mailto:x", "jan@kwaad.example", "HTTP://KWAAD.EXAMPLE", "win.kwaad.info nu", "кто.рф/x",
    ],
)  # fmt: skip
def test_a_link_is_one_however_it_is_written(typed: str) -> None:
    """As mail programs make them."""
    if typed == "mailto:x":
        assert not holds_link(typed)  # leads nowhere
        return
    assert holds_link(typed)
    assert "kwaad" not in without_links(typed).casefold()


@pytest.mark.parametrize(
    "typed",
    [
        "J.P. Jansen",
        "v.d. Berg",
        "St.Annastraat",
        "Fa. De Wit & Zn.",
        "A/B-flat",
        "Burg.Ritmeester",
        "nr. 12",
        "d.w.z.",
        "H.A.N.S",
        "…",
        "3.5/4",
    ],
)
def test_dots_and_strokes_of_a_name_are_no_link(typed: str) -> None:
    """Nobody is told about his initials."""
    assert not holds_link(typed)
    assert without_links(typed) == typed


def test_a_name_with_a_link_is_a_let_op() -> None:
    """Of a person, an organisation, a group and an area; nothing is held back."""
    tables = register(
        "Voornaam | Achternaam | Organisatie | Groep\nJan | kijk op kwaad.nl | | www.kwaad.example\nAn | | https://kwaad.example | www.kwaad.example",
        groepen=GROUPS + "    www.kwaad.example | kwaad.nl | 1-2-2025 | 1-3-2025\n",
        straten=STREETS.replace(
            "Molenlaan   | Den Helder |     |     |       | Tuindorp", "Kerkstraat | Den Helder | | | | x"
        ),
        gebieden=AREAS + "    kwaad.nl | Den Helder | |\n",
    )
    told = [(row, weight) for rule, row, weight in weights(tables) if rule == RULE]
    assert sorted(told) == [(2, "let op"), (3, "let op"), (3, "let op"), (3, "let op")]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_subject_of_a_mail_shows_no_link_that_people_typed(language: str) -> None:
    """The group's name goes into it, without its link; the network's own name is the settings' and stays."""
    send = a_send(language=language)
    facts = send.facts | {"group": "Tuindorp  https://kwaad.example/win", "network": "Buurt.nl"}
    subject = sent(replace(send, facts=facts))[1]["Subject"]
    assert "kwaad" not in subject and "Tuindorp …" in subject
    assert "Buurt.nl" in subject_of(replace(send, act="rules_update", facts=facts), SETTINGS)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv", []), ("", []), ("https://elders.example/AbCdEfGhIj", [2])],
)
def test_an_invitation_is_a_link_of_whatsapp(typed: str, found: list[int]) -> None:
    """Nobody is led elsewhere."""
    groups = f"""
        Groep    | Gebied  | Aangemeld op | Gestart op | Uitnodigingslink
        Tuindorp | Centrum | 1-2-2025     | 1-3-2025   | {typed}
    """
    told = weights(register("Voornaam", groepen=groups))
    assert [row for rule, row, _weight in told if rule == "an_invitation_is_of_whatsapp"] == found
