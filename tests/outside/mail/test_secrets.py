"""A text that somebody hands over can ask for nothing but our texts, and a letter with a secret in it never leaves."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outside.config.languages import TEMPLATES
from outside.config.settings import Mail, Settings
from outside.errors import Stop
from outside.mail.compose import compose
from outside.mail.secrets import VARIABLE, holds, watched
from outside.smtp.mailbox import Smtp
from outside.text.templates import find_text
from support.one_letter import a_send
from support.pages import FACTS
from support.sweeps import sweep

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
SHOWN, SECRET = "qzkv wmpt xbrd hlnc", "qzkvwmptxbrdhlnc"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with our texts, and a password beside them."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    secrets = tmp_path / "config" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "smtp-password").write_text(f"{SHOWN}\n", encoding="utf-8")
    (secrets / "smtp-password").chmod(0o600)
    (secrets / "key.md").write_text(SECRET, encoding="utf-8")
    return tmp_path


def settings_of(house: Path) -> Settings:
    mail = Mail(sender="post@mail.example", username="post@mail.example")
    return Settings(mail=mail, source=house / "config" / "settings.toml")


def add(house: Path, line: str, where: str = "templates/nl/welcome.md") -> None:
    """A line that somebody put in a text which he hands over."""
    path = house / where
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{line}\n", encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        '{% include "../config/secrets/smtp-password" %}',
        '{% include "../config/secrets/key.md" %}',
        '{%- include "nl/../../config/secrets/key.md" -%}',
        "{% include '../config/secrets/key.md' %}",
        'Dag {% include "../config/secrets/key.md" %} allemaal',
        '{% include ["weg.md", "../config/secrets/key.md"] ignore missing %}',
        '{% include "../config/" ~ "secrets/key.md" %}',
        '{% import "../config/secrets/key.md" as x %}{{ x }}',
        '{% from "../config/secrets/key.md" import y %}',
        '{% extends "../config/secrets/key.md" %}',
        '{% include "nl/link.md" %}',
        '{% include "elsewhere/key.md" %}',
        '{% include "..\\config\\secrets\\key.md" %}',
        '{% include "/etc/hostname" %}',
        '{% include "letter.html/../../config/secrets/key.md" %}',
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes no links for everybody")
def test_a_text_asks_for_nothing_but_texts_of_ours(house: Path, line: str) -> None:
    """Whatever the tag, the quotation marks and the way round; a link that leads out of the folder as well."""
    (house / "templates" / "nl" / "link.md").symlink_to(house / "config" / "secrets" / "key.md")
    (house / "templates" / "elsewhere").symlink_to(house / "config" / "secrets")
    add(house, line)
    find_text.cache_clear()
    with pytest.raises(Stop) as stop:
        find_text("welcome", "nl", "nl", house / "templates").fill(FACTS)
    assert "templates" in stop.value.message and SECRET not in stop.value.message + stop.value.remedy


def test_a_piece_of_ours_is_still_included(house: Path) -> None:
    """Also from a piece that somebody adds under templates/."""
    (house / "templates" / "nl" / "buurtfeest.md").write_text("Tot op het buurtfeest!\n", encoding="utf-8")
    add(house, '{% include "nl/buurtfeest.md" %}')
    find_text.cache_clear()
    assert "Tot op het buurtfeest!" in find_text("welcome", "nl", "nl", house / "templates").fill(FACTS).plain


@pytest.mark.parametrize(
    "line",
    sweep(
        [
            SECRET,
            f"{'x ' * 30}{SHOWN}",
            f"[hier](https://a.example/{SECRET})",
            SHOWN,
            f"**{SECRET}**",
            SECRET.upper(),
            f"het is:{SECRET}.",
        ],
        quick=3,
    ),
)
def test_a_letter_with_the_password_is_not_made(house: Path, line: str) -> None:
    """Typed into a text, in whatever spacing; the message does not repeat it."""
    add(house, line)
    find_text.cache_clear()
    settings = settings_of(house)
    make = watched(lambda send: compose(send, settings, NOW, house / "templates"), settings)
    with pytest.raises(Stop) as stop:
        make(a_send())
    assert SECRET not in (stop.value.message + stop.value.remedy).replace(" ", "")


@pytest.mark.parametrize("place", ["subject", "name", "fact", "card"])
def test_wherever_in_a_letter_it_stands(house: Path, place: str) -> None:
    """In the subject, the name, what people typed, and a card that is sent as base64."""
    settings = settings_of(house)
    send = a_send()
    if place == "subject":
        path = house / "templates" / "nl" / "welcome.md"
        path.write_text(path.read_text(encoding="utf-8").replace("Onderwerp: ", f"Onderwerp: é {SECRET} "), "utf-8")
    elif place == "name":
        send = replace(send, to_name=f"Zoë {SHOWN}")
    elif place == "fact":
        send = replace(send, facts=dict(send.facts) | {"group": SECRET})
    else:
        send = replace(send, cards=(("a.vcf", f"BEGIN:VCARD\r\nNOTE:{SECRET}\r\nEND:VCARD\r\n"),))
    find_text.cache_clear()
    make = watched(lambda one: compose(one, settings, NOW, house / "templates"), settings)
    with pytest.raises(Stop):
        make(send)


def test_a_letter_without_it_is_made(house: Path) -> None:
    """The check says nothing of an ordinary letter."""
    settings = settings_of(house)
    assert watched(lambda send: compose(send, settings, NOW), settings)(a_send()).data


@pytest.mark.parametrize("secret", ["a&b<c>\"d'e", "wachtwoord met spaties", "geheim%20!", "ünïcödé-geheim"])
def test_a_password_of_another_kind_is_seen_too(house: Path, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the environment, with marks that HTML and mail write otherwise."""
    monkeypatch.setenv(VARIABLE, secret)
    settings = replace(settings_of(house), mail=Mail(sender="post@mail.example"))
    send = a_send(facts=dict(a_send().facts) | {"group": secret})
    with pytest.raises(Stop):
        watched(lambda one: compose(one, settings, NOW), settings)(send)


def test_the_key_for_google_is_a_secret_as_well(house: Path) -> None:
    """A service account's key, and what a person's login leaves."""
    key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
    (house / "config" / "secrets" / "service-account.json").write_text(
        f'{{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----\\n"}}'
    )
    settings = settings_of(house)
    settings = replace(
        settings, workbook=replace(settings.workbook, credentials=house / "config/secrets/service-account.json")
    )
    send = a_send(facts=dict(a_send().facts) | {"group": key})
    with pytest.raises(Stop):
        watched(lambda one: compose(one, settings, NOW), settings)(send)


def test_the_mailbox_itself_keeps_such_a_letter(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last look, at the bytes; nothing is connected to."""
    monkeypatch.delenv(VARIABLE, raising=False)
    letter = compose(a_send(facts=dict(a_send().facts) | {"group": SHOWN}), settings_of(house), NOW)
    with pytest.raises(Stop) as stop:
        Smtp(settings_of(house)).deliver(letter)
    assert stop.value.code == 3


def test_no_password_means_no_check() -> None:
    """Nor does one of two letters, which would stand in every mail."""
    assert not holds(b"Subject: x\r\n\r\nab", ["", "ab"])
    assert os.environ.get(VARIABLE) is None
