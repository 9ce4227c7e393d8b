"""What the texts say of the contacts that come with a mail: all that is there, and nothing that is not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from outside.commands.preview import made_up
from outside.config.choices import Choices
from outside.config.settings import Mail, Paths, Settings
from outside.mail.compose import compose
from outside.text.templates import find_text
from roster.messages.registered import plan_registered
from roster.messages.sign_letters import COPY, SIGNS
from roster.messages.welcome import plan_welcome
from support.pages import FACTS, one_line
from support.registered_group import EARLY, a_view, told
from support.welcome_view import TERMS, due
from support.welcome_view import a_view as a_register

WHY = {
    "nl": "Mogen alleen uw contacten u aan een groep toevoegen?",
    "en": "If only your contacts may add you to groups",
}
ATTACHED = {"nl": "bij deze mail", "en": "with this mail"}


def words(act: str, language: str, **facts: object) -> str:
    """A text filled in, on one line."""
    return one_line(find_text(act, language, "nl").fill(FACTS | facts).plain)


@pytest.mark.parametrize(
    ("language", "facts", "saying"),
    [
        (
            "nl",
            {"admin_cards": 2},
            "Sla daarom eerst de nummers van uw beheerders op in uw telefoon. Ze zitten als contacten bij deze mail: open ze en bewaar ze.",
        ),
        (
            "nl",
            {"admins": ["Zoë"], "admin_cards": 1},
            "Sla daarom eerst het nummer van uw beheerder op in uw telefoon. Het zit als contact bij deze mail: open het en bewaar het.",
        ),
        ("nl", {"admin_cards": 1}, "Sla daarom eerst het nummer van een beheerder op in uw telefoon. Het zit"),
        (
            "nl",
            {"admin_cards": 2, "is_admin": True},
            "Sla de nummers van de andere beheerders op in uw telefoon. Ze zitten",
        ),
        (
            "nl",
            {"admins": ["Zoë"], "admin_cards": 1, "is_admin": True},
            "Sla het nummer van de andere beheerder op in uw telefoon. Het zit",
        ),
        (
            "en",
            {"admin_cards": 2},
            "So please first save the numbers of your group admins in your phone. They come with this mail as contacts: open them and save them.",
        ),
        (
            "en",
            {"admins": ["Zoë"], "admin_cards": 1},
            "So please first save the number of your group admin in your phone. It comes with this mail as a contact: open it and save it.",
        ),
        ("en", {"admin_cards": 2, "is_admin": True}, "Save the numbers of your fellow admins in your phone. They come"),
        (
            "en",
            {"admins": ["Zoë"], "admin_cards": 1, "is_admin": True},
            "Save the number of your fellow admin in your phone. It comes",
        ),
    ],
)
def test_a_welcome_says_which_contacts_come_with_it_and_why(
    language: str, facts: dict[str, object], saying: str
) -> None:
    """Open and save them first; a reply is the way out where that does not work."""
    text = words("welcome", language, **facts)
    assert saying in text and WHY[language] in text
    early = "zet u binnenkort in de WhatsApp-groep" if language == "nl" else "will soon add you to the WhatsApp group"
    assert (early in text) is not facts.get("is_admin", False), "an admin makes the group"
    assert (
        "Lukt het niet? Antwoord op deze mail" if language == "nl" else "Does it not work? Reply to this mail"
    ) in text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_welcome_without_contacts_claims_none(language: str) -> None:
    """Then whoever lacks the number asks for it."""
    text = words("welcome", language)
    assert ATTACHED[language] not in text and WHY[language] in text
    assert ("Hebt u het nummer nog niet?" if language == "nl" else "Do you not have the number yet?") in text
    assert WHY[language] not in words("welcome", language, is_admin=True)


@pytest.mark.parametrize("act", ["welcome", "registered"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_contact_of_the_regiegroep_is_told_where_it_is_there(act: str, language: str) -> None:
    """And nowhere else."""
    assert ATTACHED[language] in words(act, language, regiegroep_card=True)
    assert ATTACHED[language] not in words(act, language, regiegroep_card=False)


def test_the_facts_count_what_goes_along() -> None:
    """Of the admins not the member's own card, and no card of a number that cannot be called."""
    sheet = """
        D-1 | D-1 | Anna A | a@mail.example | 1 | 1 | | beheerder |
        D-2 | D-2 | Bo B   | b@mail.example | 2 | 2 | | beheerder |
        D-3 | D-3 | Cas C  | c@mail.example | 3 | 3 | | |"""
    view = a_register(sheet)
    assert due(view) == ["D-1", "D-2", "D-3"]
    assert [(s.facts["admin_cards"], s.facts["regiegroep_card"], len(s.cards)) for s in plan_welcome(view)] == [
        (1, True, 2),
        (1, True, 2),
        (2, True, 3),
    ]
    example = a_register(sheet, terms=replace(TERMS, network=replace(TERMS.network, regiegroep_number="06-12345678")))
    assert [(s.facts["regiegroep_card"], len(s.cards)) for s in plan_welcome(example)] == [
        (False, 1),
        (False, 1),
        (False, 2),
    ]
    (send,) = plan_registered(a_view([told("welcome", EARLY)]))
    assert (send.facts["regiegroep_card"], len(send.cards)) == (True, 1)


def test_a_test_mail_carries_the_contacts_that_its_text_names(tmp_path: Path) -> None:
    """Those of the regiegroep and of an admin, with a number that is nobody's; the coordinator sees what residents get."""
    settings = Settings(
        mail=Mail(sender="Buurt <buurt@mail.example>"), paths=Paths(tmp_path / "out", tmp_path / "state")
    )
    choices = Choices(None, yes=False, force=False, today=date(2026, 11, 23))
    seen = set()
    for send in made_up(settings, choices, "an@mail.example"):
        message = message_from_bytes(compose(send, settings, datetime(2026, 11, 23, tzinfo=UTC)).data, policy=default)
        assert isinstance(message, EmailMessage)
        if send.act in (SIGNS, COPY):  # about places, and with no contact
            assert not send.cards
            continue
        cards = [str(part.get_content()) for part in message.iter_attachments()] if send.cards else []
        seen.add((send.act, len(cards)))
        assert all("TEL;TYPE=CELL:+31600000000" in card for card in cards)
        body = message.get_body(("plain",))
        told = ATTACHED.get(send.language)  # of a language that came since nobody here knows the words
        assert body is not None and (told is None or (told in one_line(body.get_content())) is bool(cards))
        page = message.get_body(("html",))
        assert page is not None and re.findall(r'href="(tel:[^"]*)', page.get_content())[0] == "tel:112"
    assert seen == {
        ("welcome", 2),
        ("admin", 2),
        ("moved", 2),
        ("registered", 1),
        ("number_update", 1),
        ("rules_update", 0),
        ("bundle", 1),
        ("relay", 0),
    }


@pytest.mark.parametrize("language", ["nl", "en"])
def test_one_other_admin_is_no_plural(language: str) -> None:
    """Nor are two of them a singular."""
    one, more = (
        ("Andere beheerder: ", "Andere beheerders: ") if language == "nl" else ("Fellow admin: ", "Fellow admins: ")
    )
    assert f"{one}Zoë" in words("welcome", language, is_admin=True, admins=["Zoë"])
    assert f"{more}Anna" in words("welcome", language, is_admin=True)
