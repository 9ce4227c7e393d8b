"""The texts: one Markdown file gives plain lines and a page, and facts stand in both literally."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from outside.config.languages import TEMPLATES
from outside.errors import Stop
from outside.text.markdown import WIDTH
from outside.text.templates import Text, find_text, rules_version
from support.pages import FACTS, HOSTILE, Page, one_line
from support.sweeps import long


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A templates folder of our own with the shell of the real one."""
    for name in ("letter.html", "letter.css", "letter.screen.css"):
        shutil.copy(TEMPLATES / name, tmp_path / name)
    return tmp_path


RULES = {
    "nl": [
        "18 jaar of ouder",
        "straten van de groep",
        "alleen als iemand 112 belt",
        "SAAR",
        "112 gebeld",
        "discrimineren",
        "eigen rechter",
        "foto van een verdachte",
        "privébericht",
    ],
    "en": [
        "18 or older",
        "group's streets",
        "only come when somebody calls 112",
        "SAAR",
        "called 112",
        "discrimination",
        "into your own hands",
        "photo of a suspect",
        "private messages",
    ],
}
SAAR = {
    "nl": ["Signaleer", "Alarmeer", "App.", "Reageer", "veilig", "samen"],
    "en": ["Signaleer", "Alarmeer", "App: tell", "Reageer", "safe", "together"],
}
CONTENT = {
    "nl": [
        "Sanne",
        "Tuindorp",
        "Nieuw Den Helder",
        "Anna de Vries en Piet Jansen",
        "06-23456789",
        "eerst de politie",
        "collecte",
        "stoeptegel",
        "berichten van de politie",
        "inbraak die al voorbij is",
        "sticker",
        "verplicht",
        "tweede simkaart",
        "stoppen",
        "112",
        "0900-8844",
        "14 0223",
        "post@mail.example",
    ],
    "en": [
        "Sanne",
        "Tuindorp",
        "Nieuw Den Helder",
        "Anna de Vries and Piet Jansen",
        "06-23456789",
        "police first",
        "collection",
        "paving stone",
        "notices from the police",
        "burglary that is already over",
        "sticker",
        "compulsory",
        "second SIM",
        "leave",
        "112",
        "0900-8844",
        "14 0223",
        "post@mail.example",
    ],
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("is_admin", [False, True])
def test_a_welcome_tells_all_that_it_must_in_both_forms(language: str, is_admin: bool) -> None:
    """All nine rules in order, SAAR in its order, and everything else of the law; nothing of the template is left."""
    filled = find_text("welcome", language, "nl").fill(FACTS | {"is_admin": is_admin})
    page = Page(filled.screen)
    for told in (one_line(filled.plain), page.text):
        rules_start = told.index("De negen spelregels" if language == "nl" else "The nine rules")
        for series in (RULES[language], SAAR[language]):
            found = [told.find(words, rules_start) for words in series]
            assert -1 not in found and found == sorted(found)
        assert [words for words in CONTENT[language] if words not in told] == []
        assert not re.search(r"\{\{|\{%|\bNone\b|zqj|<!--|\*\*", told)
        extra = ("beheerdersgroep", "bestand met de contacten") if language == "nl" else ("admin group", "the contacts")
        assert all((words in told) is is_admin for words in extra)
    assert page.open == [] and page.title == filled.subject
    assert {"tel:112", "tel:09008844", "tel:140223", "tel:0623456789"} <= set(page.links)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("rules", "nl", "en"), [(9, "negen", "nine"), (10, "tien", "ten"), (13, "13", "13")])
def test_a_heading_counts_the_rules(tmp_path: Path, language: str, rules: int, nl: str, en: str) -> None:
    """In words up to twelve, underlined in the plain part, and a tenth rule makes it lie no more."""
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    for number in range(10, rules + 1):
        with (templates / language / "spelregels.md").open("a", encoding="utf-8") as file:
            file.write(f"{number}. Rule.\n")
    filled = find_text("welcome", language, "nl", templates).fill(FACTS)
    heading = f"De {nl} spelregels" if language == "nl" else f"The {en} rules"
    assert f"{heading}\n{'-' * len(heading)}\n" in filled.plain and heading in Page(filled.screen).text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_rules_are_numbered_one_to_nine(language: str) -> None:
    """The block of SAAR stands between rule 4 and rule 5, and the count goes on behind it."""
    filled = find_text("spelregels", language, "nl").fill({})
    assert [int(found) for found in re.findall(r"^(\d)\. ", filled.plain, re.MULTILINE)] == list(range(1, 10))
    assert [attrs.get("start") for tag, attrs in Page(filled.screen).tags if tag == "ol"] == [None, "5"]


def test_a_page_loads_nothing_and_suits_a_phone() -> None:
    """No image, script, link or font from elsewhere; the language, the width and the dark screen are told."""
    page = Page(screen := find_text("welcome", "en", "nl").fill(FACTS).screen)
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {"img", "script", "link", "iframe", "object", "form", "base"}
    assert not re.search(r"url\(|@import|src=", screen)
    assert ("html", {"lang": "en"}) in page.tags
    names = {attrs.get("name"): attrs.get("content") for tag, attrs in page.tags if tag == "meta"}
    assert names["viewport"] == "width=device-width, initial-scale=1"
    assert names["color-scheme"] == "light dark"
    assert "prefers-color-scheme: dark" in screen and "@media print" in screen
    assert screen.index('charset="utf-8"') < 1024
    style = next(attrs["style"] for _, attrs in page.tags if attrs.get("class") == "page")
    assert style is not None and "font-size: 16px" in style
    assert len(screen.encode()) < 100_000, "Gmail cuts a longer mail off"


def test_a_plain_part_is_narrow_and_free_of_markdown() -> None:
    """No line is wider than promised, and no sign of Markdown is left."""
    plain = find_text("welcome", "nl", "nl").fill(FACTS).plain
    assert max(map(len, plain.split("\n"))) <= WIDTH
    assert not re.search(r"\*\*|\]\(|^#|^>|\|---|\\$", plain, re.MULTILINE)
    assert "\n\n\n" not in plain and plain.endswith("\n") and not plain.startswith("\n")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stands_in_both_forms_as_it_is(name: str) -> None:
    """Nothing that people type is taken for Markdown, HTML or Jinja."""
    filled = find_text("welcome", "nl", "nl").fill(FACTS | {"greeting": name, "group": name, "admins": [name, "Piet"]})
    page, clean = Page(filled.screen), Page(find_text("welcome", "nl", "nl").fill(FACTS).screen)
    assert f"Beste {name}," in filled.plain.split("\n")
    assert f"Beste {one_line(name)}," in page.text
    assert page.title == filled.subject == f"Welkom in buurtgroep {name}"
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in clean.tags]
    assert page.links == clean.links


def test_what_is_not_there_leaves_no_trace() -> None:
    """Without a number, website, coordinator or other admin no empty line, heading or "None" remains."""
    bare = FACTS | {"regiegroep_number": "", "regiegroep_tel": "", "website": "", "coordinator": "", "admins": []}
    filled = find_text("welcome", "nl", "nl").fill(bare)
    assert "Regiegroep" not in filled.plain and "regiegroep" not in filled.plain
    assert 'tel:"' not in filled.screen and "Meer lezen" not in filled.plain
    assert "Beheerder" not in filled.plain.split("Doet u dit")[0]
    assert "Met vriendelijke groet,\n\nBuurtgroep Voorbeeld\n" in filled.plain


def test_an_unknown_language_falls_back() -> None:
    """Also one that tries to leave the folder."""
    for language in ("de", "", "../../config", "NL ", "nl/../en", "🙂"):
        assert find_text("welcome", language, "nl").language == "nl"
    assert find_text("welcome", "EN", "nl").language == "en"


def test_all_languages_share_one_version_of_the_rules(folder: Path) -> None:
    """A text has the version of the rules in it; two versions at once are a Stop that says so."""
    assert rules_version() == find_text("welcome", "nl", "nl").version == find_text("welcome", "en", "nl").version
    write(folder, "nl/spelregels.md", "Versie: 2\n\nTekst")
    write(folder, "en/spelregels.md", "Versie: 1\n\nText")
    with pytest.raises(Stop) as stop:
        rules_version(folder)
    assert "en: 1, nl: 2" in stop.value.message


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("Onderwerp: Dag\n\nBeste {{ naam }},\n", 3, "'naam'"),
        ("Onderwerp: {{ naam }}\n\nBeste,\n", 1, "'naam'"),
        ("Onderwerp: Dag\n\n- een\n- {{ admins | listd }}\n", 4, "'listd'"),
        ("Onderwerp: Dag\n\nBeste\n\n{% if is_admin %}\nbeheerder\n", 6, "accolades"),
        ("Onderwerp: Dag\n\nBeste {{ greeting }\n", 3, "accolades"),
        ("Onderwerp: Dag\nKleur: rood\n\nBeste\n", 2, "'Kleur'"),
        ("Onderwerp: Dag\n\nBeste\n\n{{ greeting + 1 }}\n", 5, "TypeError"),
        ("Onderwerp: Dag\n\n{% if not is_admin %}\n- {{ group.__class__.__mro__ }}\n{% endif %}\n", 4, "SecurityError"),
        ("Onderwerp: Dag\n\n- {% if is_admin %}een\n- twee{% endif %}\n", None, "eigen regel"),
        ("Onderwerp: Dag\n\n<table><tr><td>\n", None, "HTML"),
        ('Onderwerp: Dag\n\n{% include "spelregels/xx.md" %}\n', None, "spelregels/xx.md"),
    ],
)
def test_a_fault_in_a_text_is_a_stop_that_points_at_it(folder: Path, source: str, line: int | None, words: str) -> None:
    """File and line, what is wrong, in Dutch; never a traceback, and nothing of a person."""
    write(folder, "nl/welcome.md", source)
    with pytest.raises(Stop) as stop:
        find_text("welcome", "nl", "nl", folder).fill(FACTS)
    assert words in stop.value.message and stop.value.remedy
    if line:
        assert f"templates/nl/welcome.md, regel {line}." in stop.value.message
    assert "Sanne" not in stop.value.message and str(folder) not in stop.value.message


def test_a_fault_in_an_included_piece_points_at_the_piece(folder: Path) -> None:
    """The line is counted in the file where it stands."""
    write(folder, "nl/welcome.md", 'Onderwerp: Dag\n\nBeste\n\n{% include "nl/spelregels.md" %}\n')
    write(folder, "nl/spelregels.md", "Versie: 1\n\n1. Een\n2. {{ onbekend }}\n")
    with pytest.raises(Stop, match=re.escape("templates/nl/spelregels.md, regel 4. De naam 'onbekend'")):
        find_text("welcome", "nl", "nl", folder).fill(FACTS)


def test_a_missing_text_is_a_stop(folder: Path) -> None:
    """It names the file, and says what to do."""
    with pytest.raises(Stop) as stop:
        find_text("welcome", "en", "nl", folder)
    assert "templates/nl/welcome.md" in stop.value.message and stop.value.remedy
    write(folder, "nl/welcome.md", "Onderwerp: Dag\n\nBeste\n")
    (folder / "letter.css").unlink()
    with pytest.raises(Stop, match=r"letter\.css"):
        find_text("welcome", "nl", "nl", folder).fill(FACTS)
    (folder / "nl/welcome.md").write_bytes(b"Onderwerp: Dag\n\nco\xf6rdinator\n")
    with pytest.raises(Stop, match="niet worden gelezen"):
        Text("nl/welcome.md", folder)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_sign_request_is_written_down_whole(language: str) -> None:
    """The facts and both places, as Markdown; a day and a list are spoken."""
    place = {
        "description": "bij het pleintje",
        "latitude": "52.956340",
        "longitude": "4.760510",
        "link": "https://maps.example/1",
    }
    written = find_text("signs", language, "nl").markdown(
        {
            "nr": "B-0001",
            "network": "Buurtgroep Voorbeeld",
            "group": "Tuindorp",
            "area": "Noord",
            "town": "Den Helder",
            "caretaker": "",
            "streets": ["Kerkstraat", "Molenlaan"],
            "requested_on": date(2026, 3, 5),
            "requested_by": "Piet",
            "members": 12,
            "registered": date(2025, 2, 1),
            "started": None,
            "distance": "222",
            "coordinator": "",
            "answer_to": "post@mail.example",
            "explanation": "",
            "attached": True,
            "locations": [place, place | {"description": "hoek\nKerkstraat", "link": "https://maps.example/2"}],
        }
    )
    told = ["B-0001", "Tuindorp", "2026", "maps.example/1", "maps.example/2", "52.956340, 4.760510", "hoek Kerkstraat"]
    assert [words for words in told if words not in written] == []
    assert "None" not in written and "{" not in written
    assert ("Beste wijkconciërge," in written) is (language == "nl")
    assert len(re.findall(r"^> - ", written, re.MULTILINE)) == 4


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ('Beste\n\n{% include "nl/welcome.md" %}\n', None, "om zichzelf"),
        ("Beste\n\n{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}\n", 5, "geen macro"),
        ("Beste\n\n{{ 'x' * 10**9 }}\n", 5, "geen macro, som"),
        ("Beste\n\n{{ '%999999999d' | format(1) }}\n", 5, "'format'"),
        ("Beste\n\n{{ 'x' | center }}\n", 5, "'center'"),
        ("Beste\n\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}\n", 5, "geen macro"),
        ("Beste\n\n{{ 'x'.ljust(999999999) }}\n", 5, "geen macro"),
        ("Beste\n\n{% autoescape false %}{{ group }}{% endautoescape %}\n", 5, "geen macro"),
        ("Beste\n\n{% set a = 'x' %}{% set a = a ~ a %}\n", 5, "geen macro"),
        ("Beste\n\n{% include group %}\n", 5, "aanhalingstekens"),
        ('Beste\n\nZie {% include "letter.html" %}\n', 5, "eigen regel"),
        ('Beste\n\n{% if group %}{% include "letter.html" %}{% endif %}\n', 5, "eigen regel"),
        ("Beste\n\n" + "{% for a in group %}" * 12 + "x" + "{% endfor %}" * 12 + "\n", None, "geen eind"),
        long(("Beste\n\n{{ group" + " | listed" * 60 + " }}\n", None, "geen eind")),
        ("Beste " + "x" * 200_000, None, "200 kB"),
    ],
)
def test_a_text_without_end_is_a_stop(folder: Path, body: str, line: int | None, words: str) -> None:
    """Whoever wrote it: it neither hangs nor fills the memory, and the line that is told is the right one."""
    write(folder, "nl/welcome.md", f"Onderwerp: Dag\n\n{body}")
    with pytest.raises(Stop) as stop:
        find_text("welcome", "nl", "nl", folder).fill(FACTS)
    assert words in stop.value.message
    assert line is None or f", regel {line}." in stop.value.message


def test_pieces_within_pieces_are_put_in_their_places(folder: Path) -> None:
    """In the mail as in a document, with the rules in them counted."""
    write(folder, "nl/welcome.md", 'Onderwerp: Dag\n\nBeste\n\n{% include "nl/one.md" %}\n')
    write(folder, "nl/one.md", 'Een\n\n{% include "nl/two.md" %}\n')
    write(folder, "nl/two.md", "Versie: 4\n\n1. Twee van {{ number_of_rules }}\n")
    text = find_text("welcome", "nl", "nl", folder)
    assert "1. Twee van 1" in text.fill(FACTS).plain and text.version == "4"


@pytest.mark.parametrize("name", ["hard.md", "letter.css"])
def test_a_text_that_is_a_secret_by_another_name_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    """A tar may bring a hard link: it lies in the folder, and is the file with the password all the same."""
    secret = tmp_path.parent / f"{tmp_path.name}-secret"
    secret.write_text("geheim", encoding="utf-8")
    (folder / name).unlink(missing_ok=True)
    (folder / name).hardlink_to(secret)
    write(folder, "nl/welcome.md", 'Onderwerp: Dag\n\n{% include "hard.md" %}\n')
    if name != "hard.md":
        write(folder, "hard.md", "x")
    with pytest.raises(Stop, match="hetzelfde bestand") as stop:
        find_text("welcome", "nl", "nl", folder).fill(FACTS)
    assert "geheim" not in stop.value.message


NUMBER = re.compile(r"(?<![\w-])\d[\d -]{1,}\d")
ACTS = ("welcome", "admin", "moved", "registered", "number_update", "rules_update")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("is_admin", [False, True])
def test_the_first_number_in_every_mail_is_112(act: str, language: str, is_admin: bool) -> None:
    """To read and to tap, in both forms and behind the subject: whoever is in need calls what he sees first."""
    rule = {"number": "4", "text": "Bij overlast belt u 0900-8844."}
    more: dict[str, object] = {"changed": [rule], "dropped": [], "whole": False, "moved": False, "announce": True}
    filled = find_text(act, language, "nl").fill({**FACTS, **more, "is_admin": is_admin, "admin_cards": 2})
    page = Page(filled.screen)
    first = next(link for link in page.links if link.startswith("tel:"))
    assert first == "tel:112"
    for text in (filled.plain, page.text, page.preview):
        assert NUMBER.findall(text)[0] == "112"
    assert page.preview and page.preview not in page.text


FIRST = {"nl": ("Doet u dit eerst even?", "Wat gebeurt er nu?"), "en": ("Please do this first", "What happens now?")}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("act", [act for act in ACTS if not act.endswith("_update")])
@pytest.mark.parametrize("is_admin", [False, True])
def test_what_is_to_be_done_first_comes_first(act: str, language: str, is_admin: bool) -> None:
    """Before the tasks of an admin, the rules and the text to share: below them nobody would call it first."""
    more: dict[str, object] = {"moved": False, "announce": True, "is_admin": is_admin, "admin_cards": 2}
    filled = find_text(act, language, "nl").fill({**FACTS, **more})
    headings = re.findall(r"^(.+)\n-+$", filled.plain, re.MULTILINE)
    places = [Page(filled.screen).text.index(heading) for heading in headings]
    assert headings[0] in FIRST[language] and places == sorted(places)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", ["number_update", "admin", "moved", "welcome"])
def test_the_first_number_in_what_is_told_by_hand_is_112(kind: str, language: str) -> None:
    more: dict[str, object] = {"kind": kind, "moved": False, "invitation": ""}
    name = "by_hand" if kind == "welcome" else "by_hand_change"
    assert NUMBER.findall(find_text(name, language, "nl").unwrapped({**FACTS, **more}))[0] == "112"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", ["admin", "moved"])
def test_who_moved_is_told_to_leave_the_group_of_before(kind: str, language: str) -> None:
    """In the letter and by hand, an admin too; and nobody who became admin where she was."""
    wanted = {"nl": "Stap daar uit zodra u in de nieuwe zit.", "en": "Leave it once you are in the new one."}[language]
    for moved in (True, False):
        facts = {**FACTS, "kind": kind, "moved": moved, "invitation": "", "announce": False}
        mail = " ".join(find_text(kind, language, "nl").fill(facts).plain.split())
        by_hand = find_text("by_hand_change", language, "nl").unwrapped(facts)
        assert (wanted in mail, wanted in by_hand) == (moved or kind == "moved",) * 2


LINK = "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"


@pytest.mark.parametrize(
    ("facts", "has", "lacks"),
    [
        ({"admins": ["Anna"], "admin_cards": 1}, ["Anna zet u binnenkort in de WhatsApp-groep."], ["zelf in de groep"]),
        (
            {"admin_cards": 2, "invitation": LINK},
            ["Een van uw beheerders zet u", f"zelf in de groep komen, met deze link van WhatsApp: {LINK}"],
            [],
        ),
        ({"has_started": False, "invitation": LINK}, ["zodra die begint"], ["binnenkort", LINK]),
        (
            {"in_whatsapp": True, "admin_cards": 2, "invitation": LINK},
            ["Sla de nummers van uw beheerders op"],
            ["zet u", LINK],
        ),
        ({"is_admin": True, "invitation": LINK}, ["Doet u dit eerst even?"], ["Wat gebeurt er nu?", LINK]),
    ],
)
def test_a_welcome_tells_what_happens_now(facts: dict[str, object], has: list[str], lacks: list[str]) -> None:
    """Who adds him, and the invitation as the second way; nothing of it to whoever is in the group already."""
    filled = find_text("welcome", "nl", "nl").fill({**FACTS, **facts})
    for text in (one_line(filled.plain), Page(filled.screen).text):
        assert all(part in text for part in has) and not any(part in text for part in lacks)
