"""Letters: whole mails that every server and mail program takes, the same on every machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

import pytest

from outside.config.settings import Mail
from outside.mail.compose import compose, message_id
from roster.messages.audience import is_placeholder
from roster.terms import Network
from support.one_letter import NOW, SETTINGS, a_send, sent
from support.pages import HOSTILE, Page
from support.sweeps import sweep


def parts(message: EmailMessage) -> tuple[str, str]:
    """The plain part and the HTML part."""
    plain, screen = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and screen is not None
    return plain.get_content().replace("\r\n", "\n"), screen.get_content().replace("\r\n", "\n")


def test_a_letter_has_every_header_that_it_needs() -> None:
    """Read back by the parser of the standard library, without a defect in any header or part."""
    _, message = sent(a_send())
    assert message["From"] == "Buurtgroep Voorbeeld <post@mail.example>"
    assert message["To"] == "Sanne de Boer <sanne@mail.example>"
    assert message["Subject"] == "Welkom in buurtgroep Tuindorp"
    assert message["Date"].datetime == NOW
    assert message["Reply-To"] == "antwoord@mail.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"].strip() == "<mailto:antwoord@mail.example?subject=Afmelden%20D-0001>"
    assert message["MIME-Version"] == "1.0" and message["Content-Language"] == "nl"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for part in message.walk():
        assert not part.defects
        assert not [header for header in part.values() if getattr(header, "defects", ())]
    assert sorted(message.keys()) == sorted(set(message.keys())), "no header stands twice"


@pytest.mark.parametrize(
    "name", ["Sanne", "Zoë Ünsal-Çelik van der Ølgaard", "李小龙", 'Jan, Piet "de" B\\oer', "x" * 300, "ë " * 200]
)
def test_a_letter_is_legal_on_every_wire(name: str) -> None:
    """Seven bits, lines ended by CRLF, none longer than 78, and read back to the letter."""
    wire, message = sent(a_send(to_name=name, facts=a_send().facts | {"greeting": name, "group": name}))
    assert wire.isascii() and not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    head, _, _ = wire.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 78 or len(name) == 300
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    spoken = " ".join(name.split())
    recipient = message["To"].addresses[0]
    assert recipient.addr_spec == "sanne@mail.example"
    if '"' in name:
        assert recipient.display_name == spoken
    else:  # the parser of Python 3.11 keeps the space between two encoded words, which RFC 2047, 6.2, says to drop
        whole = str(make_header(decode_header(message_from_bytes(wire)["To"])))
        assert " ".join(whole.split()) == f"{spoken} <sanne@mail.example>"
    assert message["Subject"] == f"Welkom in buurtgroep {spoken}"
    plain, screen = parts(message)
    assert spoken in " ".join(plain.split()) and spoken in Page(screen).text


@pytest.mark.parametrize(
    "name",
    [
        *HOSTILE,
        "Jan\r\nBcc: alle@mail.example",
        "Jan\n\n<html>",
        "=?utf-8?q?Bcc?=",
        "a@b.example>, <c@d.example",
        "\ud800",
    ],
)
def test_no_name_can_add_a_header_or_a_recipient(name: str) -> None:
    """Whatever somebody types as a name, the letter has the same headers and one recipient."""
    _, clean = sent(a_send())
    _, message = sent(a_send(to_name=name, person="D-0001", facts=a_send().facts | {"group": name, "greeting": name}))
    assert message.keys() == clean.keys()
    assert [address.addr_spec for address in message["To"].addresses] == ["sanne@mail.example"]
    assert message["Message-ID"] == clean["Message-ID"]
    if name.isprintable():
        assert message["To"].addresses[0].display_name == " ".join(name.split())


@pytest.mark.parametrize(
    "address",
    [
        "a@mail.example\r\nBcc: b@mail.example",
        "a@mail.example, b@mail.example",
        "a b@mail.example",
        "jos\u00e9@mail.example",
        "a",
        "@mail.example",
        "",
    ],
)
def test_an_address_that_no_mail_can_carry_is_refused(address: str) -> None:
    """The planner never asks for one; should it, nothing leaves."""
    with pytest.raises(ValueError, match="no mail can carry"):
        compose(a_send(to_address=address), SETTINGS, NOW)


def test_a_domain_with_accents_goes_in_its_own_code() -> None:
    """What stands behind the @ may hold accents; the wire does not."""
    _, message = sent(a_send(to_address="sanne@café.example"))
    assert message["To"].addresses[0].addr_spec == "sanne@xn--caf-dma.example"


def test_a_message_id_is_the_same_for_the_same_person_act_and_version() -> None:
    """At any time, whatever else changed; another's is another, and nobody guesses it who lacks the secret."""
    first = compose(a_send(), SETTINGS, NOW).message_id
    again = compose(
        a_send(to_name="S. de Boer", language="en", identities=("x",)),
        SETTINGS,
        datetime.now(UTC),
    )
    assert (
        again.message_id
        == first
        == again.message["Message-ID"]
        == message_id("welcome", "1", "D-0001", "post@mail.example", a_send().to_address)
    )
    assert re.fullmatch(r"<welcome\.D-0001\.[0-9a-f]{20}@mail\.example>", first)
    others = {
        message_id(*told)
        for told in [
            ("welcome", "1", "D-0001", "post@mail.example"),
            ("welcome", "2", "D-0001", "post@mail.example"),
            ("welcome", "1", "D-0002", "post@mail.example"),
            ("rules", "1", "D-0001", "post@mail.example"),
            ("welcome", "1", "D-0001", "ander@mail.example"),
            ("welcome", "1", "D-0001", "post@mail.example", "ander@mail.example"),
            ("welcome", "1", "D-0001", "post@mail.example", "", b"secret"),
            ("welcome", "1", "D-0001-2", "post@mail.example"),
        ]
    }
    assert len(others) == 8


def test_a_sender_is_found_or_shown_to_be_missing() -> None:
    """The sender's own name wins; the coordinator's address stands in; with neither the letter says so itself."""
    named = replace(SETTINGS, mail=Mail(sender="Onze buurt <post@mail.example>"))
    _, message = sent(a_send(), named)
    assert message["From"] == "Onze buurt <post@mail.example>" and message["Reply-To"] == "post@mail.example"
    _, message = sent(a_send(), replace(SETTINGS, mail=Mail()))
    assert message["From"] == "Buurtgroep Voorbeeld <coordinator@mail.example>"
    _, message = sent(a_send(), replace(SETTINGS, mail=Mail(), network=Network(coordinator_email="")))
    assert str(message["From"]).endswith("<afzender@nog-invullen.invalid>")


def test_a_letter_holds_nobody_elses_data() -> None:
    """What leaves for one person names that person, the admins and the network, and nothing of the letter before."""
    compose(a_send(to_name="Vorige Ontvanger", facts=a_send().facts | {"greeting": "Vorige"}), SETTINGS, NOW)
    wire, message = sent(a_send())
    plain, screen = parts(message)
    assert b"Vorige" not in wire
    assert set(re.findall(r"\w+@\w+\.\w+", plain + screen)) == {"antwoord@mail.example"}
    for part in (plain, screen):
        assert "{{" not in part and "None" not in part


def test_another_version_than_the_text_has_is_refused() -> None:
    """The ledger would keep a version that was never told."""
    with pytest.raises(ValueError, match="version"):
        compose(a_send(version="9"), SETTINGS, NOW)


def test_a_letter_can_be_read_where_it_was_made() -> None:
    """Also before it was on the wire its headers and parts are plain to read."""
    message = compose(a_send(to_name="Zoë"), SETTINGS, NOW).message
    assert message.policy is SMTP and message["To"].addresses[0].display_name == "Zoë"
    plain, _ = parts(message)
    assert plain.startswith("Welkom in uw buurtgroep\n")


def test_the_example_number_is_known_in_every_form() -> None:
    """And no other number is."""
    for number in (
        "06-12345678",
        "0612345678",
        "06 12 34 56 78",
        "+31612345678",
        "+31 (0)6 1234 5678",
        "0031612345678",
        "31612345678",
    ):
        assert is_placeholder(number)
    for number in ("06-12345679", "06-23456789", "", "0223-612345", "+32612345678"):
        assert not is_placeholder(number)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("name", sweep(["W" * 200, "Sanne"]))
def test_a_letter_fits_a_phone(tmp_path: Path, name: str) -> None:
    """In a real browser 390 px wide nothing sticks out at the side, however long a name is."""
    pages = [
        parts(
            sent(
                a_send(
                    language=language,
                    facts=a_send().facts | {"is_admin": admin, "greeting": name, "group": name, "admins": [name]},
                )
            )[1]
        )[1]
        for language, admin in (("nl", False), ("en", True))
    ]
    frames = "".join(
        f'<iframe style="width:390px;height:800px;border:0" srcdoc="{escape(page)}"></iframe>' for page in pages
    )
    script = (
        "<script>onload=()=>{document.title=[...document.querySelectorAll('iframe')].map(f=>{const d=f.contentDocument;"
        "const edges=[...d.querySelectorAll('*')].map(e=>e.getBoundingClientRect().right);"
        "const wide=Math.max(d.documentElement.scrollWidth,...edges);"
        "return Math.ceil(wide)+'/'+getComputedStyle(d.querySelector('p')).fontSize}).join(' ')}</script>"
    )
    page = tmp_path / "phone.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>-</title>{script}{frames}", encoding="utf-8")
    assert CHROMIUM is not None
    dump = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    title = re.search(r"<title>(.*?)</title>", dump)
    assert title is not None
    measured = [one.split("/") for one in title[1].split()]
    assert len(measured) == 2
    for wide, size in measured:
        assert 300 < int(wide) <= 390 and size == "16px"
