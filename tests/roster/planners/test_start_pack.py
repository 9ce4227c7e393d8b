"""The start pack of a group that has not started: what WhatsApp takes, one sheet of paper, and nobody's data."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from outside.config.settings import Settings
from outside.text.documents import draw
from outside.text.templates import find_text
from roster.plan.steps import Document
from roster.planners.signs import LONGEST_TITLE, plan_start_packs, whatsapp_name
from support.plans import view
from support.sheet_notation import TERMS, register

PEOPLE = """
    Voornaam | Achternaam | Rol       | Mobiel      | E-mail
    Annabel  | Bakkerman  | beheerder | 06-23450001 | annabel@mail.example
    Pieter   | Smitsema   |           | 06-23450002 |
"""
FORMING = "Groep | Gebied | Aangemeld op | Gestart op\nTuindorp | Centrum | 1-3-2025 | "


def packs(people: str = PEOPLE, groups: str = FORMING, language: str = "nl") -> dict[str, Document]:
    """The documents, by the name of their file."""
    seen = view(register(people, groups, staff=""), replace(TERMS, language=language))
    return {one.path.rpartition("/")[2]: one for one in plan_start_packs(seen)}


def test_only_a_group_with_an_admin_that_did_not_start_has_one() -> None:
    """Once it says when it started, the pack goes as any file that is out of date."""
    assert set(packs()) == {"startpakket.html", "spelregels-a5.html"}
    assert packs(groups=FORMING.replace("1-3-2025 | ", "1-3-2025 | 2-3-2025")) == {}
    assert packs(PEOPLE.replace("beheerder", "         ")) == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_holds_what_is_needed_and_nobodys_data(language: str) -> None:
    """Also under a name that could break a page, and within what WhatsApp takes."""
    name = "A<b>&'\" 🏡" + "Tuindorp aan de lange dijk " * 6
    settings = Settings()
    found = packs(language=language).values()
    assert len(found) == 2
    for document in found:
        facts = document.facts | {"group": name, "title": name, "area": name}
        page = draw(replace(document, facts=facts), settings)
        for word in ("112", "SAAR", "0900-8844", TERMS.network.municipality, TERMS.network.municipality_number):
            assert word in page
        assert "A<b>" not in page and "<script" not in page and not re.search(r"(src|href)=\"https?:", page)
        assert not re.search("Annabel|Bakkerman|Pieter|Smitsema|2345000", page)
        said = find_text("start_description", language, "nl").unwrapped(facts)
        assert len(said) <= 2_048 and "112" in said and "<b>" in unescape(said)


def test_a_name_is_as_long_as_whatsapp_takes() -> None:
    """An emoji counts for two, and nothing is cut that fits."""
    group = view(register(PEOPLE, FORMING, staff="")).roster.groups[0]
    assert whatsapp_name(group, "BPA") == "BPA Tuindorp"
    for name in ("x" * 96, "x" * 97, "🏡" * 60):
        cut = whatsapp_name(replace(group, name=name), "BPA")
        assert len(cut.encode("utf-16-le")) // 2 <= LONGEST_TITLE and (cut.endswith("…") is (name != "x" * 96))


@pytest.mark.long
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_rules_print_on_one_sheet_of_a5(language: str, tmp_path: Path) -> None:
    """Also for a group with a long name."""
    chromium, pdfinfo = shutil.which("chromium"), shutil.which("pdfinfo")
    if not (chromium and pdfinfo):
        pytest.skip("needs chromium and pdfinfo")
    document = packs(language=language)["spelregels-a5.html"]
    name = "Tuindorp aan de lange dijk en de oude haven, " * 4
    page, sheet = tmp_path / "page.html", tmp_path / "sheet.pdf"
    page.write_text(draw(replace(document, facts=document.facts | {"group": name}), Settings()), encoding="utf-8")
    for command in ([chromium, "--headless", "--no-sandbox", "--no-pdf-header-footer", f"--print-to-pdf={sheet}"],):
        subprocess.run([*command, f"file://{page}"], check=True, capture_output=True, timeout=60)
    told = subprocess.run([pdfinfo, sheet], check=True, capture_output=True, text=True, timeout=20).stdout
    assert re.search(r"Pages:\s+1\n", told) and re.search(r"Page size:\s+(419|420)\S* x 59", told)
