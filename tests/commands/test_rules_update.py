"""Changed spelregels: who has which version, and only the difference to those with an older one."""

from __future__ import annotations

import re
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from conftest import RunDoor
from outside.config.languages import TEMPLATES
from outside.config.settings import Mail, Paths, Settings
from outside.mail.compose import compose
from outside.text.rules_archive import keep_rules, kept_rules
from outside.text.templates import find_text
from roster.messages.rules_update import difference, is_news, is_older, read_rules
from servers.smtp_server import mail_server
from support.ground import example_at
from support.pages import FACTS, Page
from support.smtp_home import lay_out, retype, sync, welkom

OLD = (TEMPLATES / "nl" / "spelregels.md").read_text(encoding="utf-8")


def test_the_nine_rules_are_read_as_plain_lines() -> None:
    """Marks and links are gone, and the table of SAAR is spoken in its order."""
    rules = read_rules(OLD)
    assert len(rules) == 9
    assert rules[0] == "U bent 18 jaar of ouder."
    assert "S: Signaleer." in rules[3] and rules[3].index("A: Alarmeer. Bel 112.") < rules[3].index("R: Reageer.")
    assert not any(mark in rule for rule in rules for mark in ("**", "](", "|"))


def test_only_what_differs_is_told() -> None:
    """New and reworded rules with their numbers, and rules that are gone; all of them where the old ones are unknown."""
    old = ["U bent 18 jaar of ouder.", "U woont in de straat van de groep.", "Geen reclame in de groep."]
    new = ["U bent 18 jaar of ouder.", "U woont of werkt in de straat van de groep.", "Wees aardig."]
    told = difference(old, new)
    assert told["changed"] == [{"number": 2, "text": new[1]}, {"number": 3, "text": "Wees aardig."}]
    assert told["dropped"] == [{"text": "Geen reclame in de groep."}]
    assert told["whole"] is False
    whole = difference(None, new)
    assert (whole["whole"], len(whole["changed"]), whole["dropped"]) == (True, 3, [])  # type: ignore[arg-type]  # a list
    assert difference(new, new)["changed"] == []


def test_the_same_rules_in_another_order_are_no_news() -> None:
    """Nothing to do differently, so nothing to mail; a rule that is gone is news by itself."""
    old = ["U bent 18 jaar of ouder.", "Wees aardig.", "Geen reclame in de groep."]
    assert not is_news(difference(old, old)) and not is_news(difference(old, old[::-1]))
    assert is_news(difference(old, old[:2])) and is_news(difference(None, old))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_heading_stands_only_above_something(language: str) -> None:
    """New, gone, both or all: each under its own heading, and no heading without a rule below it."""
    headings = {
        "nl": ("Dit zijn de spelregels nu", "Dit is er nieuw", "Dit geldt niet meer"),
        "en": ("These are the rules now", "This is new", "This no longer applies"),
    }[language]
    new, gone = [{"number": 5, "text": "Wees aardig."}], [{"text": "Geen reclame."}]
    for whole, changed, dropped, expected in (
        (True, new, [], headings[:1]),
        (False, new, [], headings[1:2]),
        (False, [], gone, headings[2:]),
        (False, new, gone, headings[1:]),
    ):
        text = find_text("rules_update", language, "nl").fill(
            FACTS | {"whole": whole, "changed": changed, "dropped": dropped}
        )
        assert tuple(heading for heading in headings if heading in text.plain) == expected
        assert tuple(heading for heading in headings if heading in Page(text.screen).text) == expected
        for heading in expected:
            assert re.search(rf"^{heading}\n-+\n+- ", text.plain, re.MULTILINE)


def test_older_is_by_number_where_versions_are_numbers() -> None:
    """Whoever has a newer version on another laptop is not told the old one."""
    assert is_older("9", "10") and not is_older("10", "9") and not is_older("2", "2")
    assert is_older("2026-01", "2026-02")


def test_each_version_is_kept_for_later(tmp_path: Path) -> None:
    """By version and language; another language falls back on the default."""
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    settings = Settings(paths=Paths(tmp_path / "out", tmp_path / "state"), mail=Mail())
    keep_rules(settings, templates)
    for file in templates.glob("*/spelregels.md"):
        file.write_text(
            file.read_text(encoding="utf-8").replace("Versie: 1", "Versie: 2").replace("18", "21"), encoding="utf-8"
        )
    keep_rules(settings, templates)
    rules = kept_rules(settings)
    assert rules("1", "nl") == read_rules(OLD)
    assert rules("2", "fr") is not None and "21 jaar" in rules("2", "fr")[0]  # type: ignore[index]  # it is not None
    assert rules("3", "nl") is None
    assert compose is not None


def test_what_a_killed_run_left_among_the_kept_rules_is_swept_away(tmp_path: Path) -> None:
    """Also when the rules themselves stand there already."""
    settings = Settings(paths=Paths(out=tmp_path / "out", state=tmp_path / "state"))
    keep_rules(settings)
    kept = sorted((tmp_path / "state" / "spelregels").iterdir())
    (tmp_path / "state" / "spelregels" / ".buurtbeheer-0a1b2c").write_bytes(b"half")
    keep_rules(settings)
    assert sorted((tmp_path / "state" / "spelregels").iterdir()) == kept != []


def as_if_under_version_0(home: Path) -> None:
    """Let everybody have been welcomed under version 0, whose first rule was another in Dutch alone."""
    with sqlite3.connect(home / "state" / "ledger.sqlite3") as ledger:
        ledger.execute("UPDATE message SET version = '0'")
    ledger.close()
    book = load_workbook(home / "register.xlsx")
    del book["Logboek"]
    for (cell,) in book["Deelnemers"].iter_rows(min_col=_welkom(book), max_col=_welkom(book)):
        cell.value = cell.value and str(cell.value).replace("versie 1)", "versie 0)")
    book.save(home / "register.xlsx")
    for file in (home / "state" / "spelregels").glob("1-*.md"):
        text = file.read_text(encoding="utf-8").replace("1. U bent 18 jaar of ouder.", "1. U bent 16 jaar of ouder.")
        file.with_name(file.name.replace("1-", "0-")).write_text(text, encoding="utf-8")


def _welkom(book: Workbook) -> int:
    return next(cell.column for cell in book["Deelnemers"][1] if cell.value == "Welkom")


def _people(number: int) -> str:
    return "1 deelnemer krijgt" if number == 1 else f"{number} deelnemers krijgen"


def test_members_with_an_older_version_get_one_letter(tmp_path: Path, press_door: RunDoor) -> None:
    """Through the doors: welcomed under an older version, told once of the new one, and then it is quiet."""
    example_at(tmp_path / "register.xlsx", 16, 3, date(2026, 11, 23))
    with mail_server() as (plan, port):
        settings = lay_out(tmp_path, port)
        sync(press_door, settings)
        welcomed = len(plan.arrived)
        ended = press_door("rules_update", "--settings", settings, "--yes", "--today", "2026-11-24")
        assert ended.returncode == 0 and len(plan.arrived) == welcomed
        as_if_under_version_0(tmp_path)
        asked = press_door("rules_update", "--settings", settings, "--today", "2026-11-24")
        assert asked.returncode == 2 and "make rules-update YES=1" in asked.stderr
        assert f"versie 0 (ouder): {welcomed} deelnemers" in asked.stdout
        told = press_door("rules_update", "--settings", settings, "--yes", "--today", "2026-11-24")
        assert told.returncode in (0, 1), told.stderr
        letters = plan.messages()[welcomed:]
        assert {letter["Content-Language"] for letter in letters} == {"nl"}
        for letter in letters:
            text = str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]  # each has one
            assert "Regel 1. U bent 18 jaar of ouder." in text and "Regel 2." not in text
        english = welcomed - len(letters)
        assert (
            english > 0
            and f"Versie 1 zegt in het Engels hetzelfde als versie 0. {_people(english)} daarom geen mail."
            in told.stdout
        )
        assert list(welkom(tmp_path).values()).count("verstuurd 24-11-2026 (versie 1)") == len(letters)
        again = press_door("rules_update", "--settings", settings, "--yes", "--today", "2026-11-25")
        assert "Er hoeft niets te worden verstuurd." in again.stdout and "Te doen" not in again.stdout
        sync(press_door, settings)
        assert len(plan.arrived) == welcomed + len(letters) and set(plan.by_message_id().values()) == {1}
        assert (tmp_path / "out" / "spelregels-versies.csv").read_text(encoding="utf-8-sig").count("\n") == welcomed + 1


def test_refused_news_goes_again_with_the_same_word(tmp_path: Path, press_door: RunDoor) -> None:
    """Where the address is mended, and where the coordinator asks: both times with `make rules-update`, and told so."""
    example_at(tmp_path / "register.xlsx", 16, 3, date(2026, 11, 23))
    day = ("--yes", "--today", "2026-11-24")
    with mail_server() as (plan, port):
        settings = lay_out(tmp_path, port)
        sync(press_door, settings)
        as_if_under_version_0(tmp_path)
        plan.answers = {("*", "RCPT"): ["550 5.1.1 User unknown", "550 5.1.1 User unknown", *[""] * 100]}
        press_door("rules_update", "--settings", settings, *day)
        asked, mended = sorted(nr for nr, mark in welkom(tmp_path).items() if mark.startswith("geweigerd"))
        ended = press_door("resend", "--settings", settings, "--nr", asked, *day)
        assert "make rules-update" in ended.stdout and "make sync" not in ended.stdout
        assert welkom(tmp_path)[asked] == "verstuurd 23-11-2026 (versie 0)"
        retype(tmp_path, "Deelnemers", "E-mail", lambda row: mended in row, "nieuw.adres@mail.example")
        before = len(plan.arrived)
        sync(press_door, settings)
        assert welkom(tmp_path)[mended] == "verstuurd 23-11-2026 (versie 0)" and len(plan.arrived) == before
        press_door("rules_update", "--settings", settings, *day)
        assert len(plan.arrived) == before + 2 and "nieuw.adres@mail.example" in plan.recipients[before:]
        assert {welkom(tmp_path)[nr] for nr in (asked, mended)} == {"verstuurd 24-11-2026 (versie 1)"}
