"""One letter: as it is planned, goes over the wire, and is read by the other side."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from outside.config.settings import Mail, Settings
from outside.mail.compose import compose
from roster.plan.steps import Send
from roster.sheet.table import Place
from roster.terms import Network
from support.pages import FACTS

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
SETTINGS = Settings(
    network=Network(
        name="Buurtgroep Voorbeeld", website="www.buurt.example", coordinator_email="coordinator@mail.example"
    ),
    mail=Mail(sender="post@mail.example", reply_to="antwoord@mail.example"),
)


def a_send(**changes: object) -> Send:
    place = Place("Deelnemers", 2, "D-0001")
    return replace(
        Send(
            place,
            "welcome",
            "1",
            "nl",
            "D-0001",
            "Sanne de Boer",
            "sanne@mail.example",
            {
                name: fact
                for name, fact in FACTS.items()
                if name not in {"version", "reply_to", "website", "website_link"}
            },
            place.at("Welkom"),
        ),
        **changes,  # type: ignore[arg-type]  # a test names real fields
    )


def sent(send: Send, settings: Settings = SETTINGS) -> tuple[bytes, EmailMessage]:
    """The letter as it goes over the wire, and as the other side reads it."""
    wire = compose(send, settings, NOW).data
    message = message_from_bytes(wire, policy=default)
    assert isinstance(message, EmailMessage)
    return wire, message
