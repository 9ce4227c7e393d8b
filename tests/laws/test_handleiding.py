"""What the handleiding, the letters and the register's own notes tell is one thing, and true."""

from __future__ import annotations

import re

import pytest

from conftest import CHECKOUT
from roster.sheet.columns import GROEPEN

MANUAL = (CHECKOUT / "HANDLEIDING.md").read_text(encoding="utf-8")
TEXTS = {path: path.read_text(encoding="utf-8") for path in (CHECKOUT / "templates").rglob("*.md")}


def test_one_thing_is_told_about_who_takes_a_leaver_out() -> None:
    """The admin does; no text says that one does it oneself."""
    assert "De beheerder van de groep haalt het nummer uit de WhatsApp-groep" in MANUAL
    both = {language: TEXTS[CHECKOUT / "templates" / language / "welcome.md"] for language in ("nl", "en")}
    assert "haalt uw beheerder u uit de WhatsApp-groep" in both["nl"]
    assert "your admin takes you out of the WhatsApp group" in both["en"]
    alone = re.compile(
        r"stapt u zelf|zelf uit de (whatsapp-)?groep|leave the (whatsapp )?group yourself", re.IGNORECASE
    )
    assert [
        path.name for path, text in {**TEXTS, CHECKOUT / "HANDLEIDING.md": MANUAL}.items() if alone.search(text)
    ] == []


@pytest.mark.parametrize(
    "words", ["verificatie in twee stappen", "zeven dagen", "App publiceren", "iam.disableServiceAccountKeyCreation"]
)
def test_the_handleiding_tells_what_google_asks(words: str) -> None:
    """Two-step login, a login that ends, and keys that an organisation switched off."""
    assert words in MANUAL.split("## Samen werken in Google Spreadsheets")[1]


def test_every_word_behind_make_in_the_handleiding_exists() -> None:
    """A hint is one that can be done."""
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    words = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", MANUAL)) - words == set()


@pytest.mark.parametrize(("tab", "heading"), [(GROEPEN, "Uitnodigingslink")])
def test_a_column_that_is_hardly_used_yet_says_so(tab: object, heading: str) -> None:
    """And until when."""
    [note] = [column.note for column in tab.columns if column.heading == heading]  # type: ignore[attr-defined]  # a Tab
    assert "nog niet" in note and "komt" in note
