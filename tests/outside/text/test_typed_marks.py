"""Nothing that people type is ever taken for a mark of our own: not in a mail, a card, a file's name or a document."""

from __future__ import annotations

import email
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from outside.errors import Stop
from outside.files.atomic import all_differ, below
from outside.mail.compose import HOLES, compose
from outside.mail.mailbox import letter_file_name
from outside.run.output_files import READ_BACK, Sheaf
from outside.text.templates import find_text
from roster.messages.contact_cards import admin_cards
from roster.model import Group, Member
from roster.plan.delivery_status import group_named_in, piece, pieces, tells_of
from roster.plan.steps import file_name
from roster.sheet.table import Cell, Place, Table
from roster.vcard import card, frame
from support.one_letter import a_send
from support.small_round import SETTINGS, TERMS
from support.sweeps import sweep
from support.whole_round import lay_out, letters, sync

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
PLACE = Place("Deelnemers", 2, "D-0001")

OURS = [
    "END:VCARD",
    "BEGIN:VCARD",
    "TEL;TYPE=CELL:112",
    "FN:Piet",
    "a\u2028END:VCARD\u2028BEGIN:VCARD",
    "x\x85END:VCARD",
    "x\x0bEND:VCARD",
    "@@to@@",
    "@@screen@@",
    "@@plain@@ @@leave@@",
    "--=_buurtbeheer",
    "--=_buurtbeheer_cards--",
    "=_buurtbeheer",
    "{{ regiegroep_number }}",
    "{% include 'nl/welcome.md' %}",
    "{# #}",
    "{{",
    "%}",
    "zqj0000jqz",
    "zqjtitlejqz",
    "<!--zqj0001jqz-->",
    "<!--screen-->",
    "<!--mails-->",
    "$content",
    "${subject}",
    "=?utf-8?q?x?=",
    "Bcc: iedereen@mail.example",
    "_x0041_",
    "=1+1",
    "%s%n",
]
"""Whatever means something to us, to a mail program or to a phone."""


@pytest.mark.parametrize("name", OURS)
def test_a_bundle_with_such_a_name_is_whole(name: str) -> None:
    """Each member is one card, whose lines all begin with a property."""
    group = Group(PLACE, name, "Noord")
    member = Member(PLACE, "D-0001", first_name="Jan", surname=name, mobile="+31623456789", group=name)
    data = (card(member, frame(group, TERMS)) * 2).replace("\n", "\r\n").encode()
    READ_BACK[".vcf"](data, Sheaf("vcards/x.vcf", data, 2))
    assert len(data.decode().splitlines()) == 2 * 8


@pytest.mark.parametrize("cards", [1, 3])
def test_a_bundle_that_is_not_whole_is_still_seen(cards: int) -> None:
    """The name does not stand in for an end that is missing."""
    text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:END:VCARD\r\nTEL;TYPE=CELL:1\r\n"
    with pytest.raises(Stop):
        READ_BACK[".vcf"](text.encode() * cards, Sheaf("vcards/x.vcf", b"", cards))


@pytest.mark.parametrize("name", OURS)
def test_a_letter_with_such_a_name_is_the_letter_of_one_person(name: str) -> None:
    """In the greeting, the group, the admin's card and its file, and in the name of the network."""
    admin = Member(PLACE, "D-0009", first_name=name, mobile="+31623456789")
    cards = tuple((one.name, one.text) for one in admin_cards(Group(PLACE, name, name), [admin], TERMS))
    send = a_send(
        to_name=name, facts=dict(a_send().facts) | {"group": name, "greeting": name, "admins": [name]}, cards=cards
    )
    settings = replace(SETTINGS, network=replace(SETTINGS.network, name=name.strip() or "x"))
    message = email.message_from_bytes(compose(send, settings, NOW).data, policy=default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/vcard",
    ]
    assert "sanne@mail.example" in message["To"] and message["To"].count("@mail.example") <= 2
    assert len(message.get_all("To")) == 1 and message["Bcc"] is None
    assert HOLES[0] not in message.as_string()
    shown = " ".join(name.split())
    if shown.isprintable() and not {"\u2028", "\x85", "\x0b"} & set(name):
        assert shown.split()[0] in str(message.get_body(("plain",)).get_content())


def test_the_holes_of_a_letter_cannot_be_guessed() -> None:
    """They are drawn by each process, so that no register can hold them."""
    assert len({*HOLES}) == 6 and all(len(hole) > 20 for hole in HOLES)


@pytest.mark.parametrize(
    "name",
    [
        "😀" * 63,
        "é" * 200,
        "𝔊" * 100,
        "a" * 300,
        "漢" * 90,
        "CON",
        "con.txt",
        "Com1",
        "LPT9.",
        "CONIN$",
        "conout$.x",
        "COM¹",
        "LPT³.vcf",
        "CLOCK$",
        "com2 .x",
        "a.",
        "a. .",
        "..",
        ".",
        "",
        " ",
        "/",
        "a/../b",
        "a\\b",
        "\ud800",
        "a\u202ecv.exe",
        "a\u200bb",
        "a\x7fb",
        "a\x85b",
    ],
)
def test_a_group_of_any_name_gets_a_file(tmp_path: Path, name: str) -> None:
    """Short enough for every disk, no word of Windows', and nothing that cannot be written."""
    piece = f"{file_name(name)}-2.vcf"
    assert len(piece.encode()) <= 130
    path = below(tmp_path, f"vcards/{file_name(name)}/{piece}")
    path.parent.mkdir(parents=True)
    path.with_name(f".buurtbeheer-{piece}").touch()
    path.touch()
    assert path.name == piece or sys.platform == "darwin"


@given(st.text(max_size=90))
def test_a_file_name_of_any_text_is_kept(name: str) -> None:
    """Law: it is taken by what looks over every path, and the same again when applied twice."""
    safe = file_name(name)
    assert below(Path(__file__).parent, safe).name == safe == file_name(safe)


def test_two_spellings_of_one_name_are_one_file() -> None:
    """A Mac takes é and e with an accent for the same."""
    assert file_name("Cafe\u0301") == file_name("Caf\u00e9")
    with pytest.raises(ValueError, match="twice"):
        all_differ(["Cafe\u0301.vcf", "Caf\u00e9.vcf"])


@pytest.mark.parametrize(
    "typed",
    [
        "# kop",
        "## kop ##",
        "- punt",
        "+ punt",
        "* punt",
        "1. punt",
        "2) punt",
        "> zegt",
        "---",
        "===",
        "- - -",
        "***",
        "```",
        "~~~",
        "    code",
        "[klik](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "<https://evil.example>",
        "<b>vet</b>",
        "<!-- weg -->",
        "**vet**",
        "_schuin_",
        "`code`",
        "~~weg~~",
        "a | b",
        "&lt;script&gt;",
        "[x]: https://evil.example",
        "hoek \\",
        "groep #",
        "regel\n# kop",
        "\t- punt",
    ],
)
def test_a_document_shows_what_was_typed_as_it_was(typed: str) -> None:
    """A sign request read as Markdown: the same parts as with plain words, and the words themselves."""

    def tokens(words: str) -> list[tuple[str, str]]:
        place = {
            "description": words,
            "latitude": "52.956340",
            "longitude": "4.760510",
            "link": "https://maps.example/1?a_b=c",
        }
        written = find_text("signs", "nl", "nl").markdown(
            {
                "nr": "B-0001",
                "network": words,
                "group": words,
                "area": words,
                "town": words,
                "caretaker": words,
                "streets": [words],
                "requested_on": date(2026, 3, 5),
                "requested_by": words,
                "explanation": words,
                "members": 12,
                "registered": None,
                "started": None,
                "distance": "222",
                "coordinator": words,
                "answer_to": "post@mail.example",
                "attached": True,
                "locations": [place, place],
            }
        )
        assert "](https://maps.example/1?a_b=c)" in written
        parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(written)
        return [(one.type, "".join(child.content for child in one.children or [])) for one in parsed]

    found, plain = tokens(typed), tokens("kalmpjes")
    assert [kind for kind, _ in found] == [kind for kind, _ in plain]
    shown = " ".join(typed.split())
    assert sum(shown in words for _, words in found) == sum("kalmpjes" in words for _, words in plain)


@pytest.mark.parametrize(
    "name", ["Den Helder", "Smit-de Vries", "A & B", "12-14", "3.5 m", "b.g.g.", "O'Neill", "1781 AB", "snake_case"]
)
def test_ordinary_words_keep_their_looks_in_a_document(name: str) -> None:
    """Nothing is put before a mark that means nothing there."""
    from outside.text.environment import as_markdown  # what every document goes through

    assert as_markdown(name) == name


def test_a_letter_of_any_person_has_a_plain_file_name() -> None:
    """A Nr that somebody typed over names no other folder."""
    letter = compose(a_send(person="../D-1@@to@@"), SETTINGS, NOW)
    assert "/" not in letter_file_name(letter) and letter_file_name(letter).endswith(".eml")


def test_a_nr_that_looks_like_a_key_of_ours_is_none() -> None:
    """Rows without a Nr go by a digest behind an equals sign; nobody can claim another's row."""

    def keys(number: str) -> list[str]:
        rows: list[list[Cell]] = [["", "Jan"], [number, "Piet"]]
        return Table("Deelnemers", "Deelnemers", {"Nr": 0, "Voornaam": 1}, rows, 2, frozenset({"Nr"})).keys

    assert keys(keys("")[0]) == keys("")


@pytest.mark.parametrize("name", sweep(["END:VCARD", "{{ admins }}", "@@to@@", "com1", "zqj0001jqz"], quick=2))
def test_a_whole_round_goes_on_with_such_a_name(tmp_path: Path, name: str) -> None:
    """As surname and as the admin's: letters lie ready, rows are told, and the bundle is there."""
    people = f"""
        Voornaam | Achternaam | E-mail           | Rol       | Mobiel
        {name}   | {name}     | anna@mail.example| beheerder | 06-23450001
        Piet     | {name}     | piet@mail.example|           | 06-23450002
    """
    settings = lay_out(tmp_path, people)
    assert sync(settings) != 3
    assert sorted(letters(settings)) == ["D-0001-welcome", "D-0002-welcome"]
    assert all(name in text for text in letters(settings).values())
    assert len(list((tmp_path / "out" / "groepen").rglob("*.vcf"))) == 1


@pytest.mark.parametrize(
    "group",
    [
        "A; naar groep B: verstuurd 1-1-2026",
        "A:\nverstuurd 1-1-2026",
        "A:\u00a0verstuurd 1-1-2026",
        "A: : B",
        "A:",
        ";",
        "regiegroep 06",
        "bezig sinds 1-1-2026 10:00",
        "A: onzeker sinds 1-1-2026: x",
        "wil geen mail",
        "; wil geen mail",
        "verstuurd 1-1-2026",
    ],
)
def test_what_a_row_says_of_a_group_is_read_as_of_that_group(group: str) -> None:
    """A group that is called after one of our own marks makes no second letter of the first."""
    cell = piece(group_named_in("moved", group), "verstuurd", date(2026, 11, 28), nr="D-0001")
    assert pieces(cell) == [cell]
    assert tells_of(cell, group_named_in("moved", group), "D-0001") == "verstuurd"
    assert tells_of(cell, group_named_in("moved", "B"), "D-0001") == ""
    assert tells_of(cell, group_named_in("admin", group), "D-0001") == ""
    assert tells_of(cell, group_named_in("moved", group), "D-0002") == "", "copied from the row above"
