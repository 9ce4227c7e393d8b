"""Another town, by its settings alone: nothing of the town that this was first made for stands in anything it gets."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from openpyxl import load_workbook

from outside.backends import backend_of
from outside.commands.begin import begin_own
from outside.commands.preview import send_tests, show_mails
from outside.commands.setup import lay_out_demo, make_example
from outside.config.choices import Choices
from outside.config.settings import Settings, load_settings
from outside.excel.create import create_register
from outside.run.round import run
from roster.example.register import example
from roster.planners.sync import FOLDERS, PLANNERS
from roster.sheet.columns import TAB
from roster.terms import Bounds, Network, Terms
from servers.sheets_server import SheetsServer
from servers.sheets_server.fixture import sheets
from support.google_register import google_book, laptop
from support.judged_example import judge
from support.sweeps import sweep

__all__ = ["sheets"]  # a fixture is found by its name in this module

TODAY = date(2026, 11, 23)
THEIRS = re.compile(
    r"den ?helder|huisduinen|julianadorp|0223(?<![\w-]0223)(?!\d{7})|178(?<!\w178)\d ?[a-z]{2}\b"
    r"|52[.,]9\d(?<![\w.-]52.9\d)|4[.,]7\d{3}(?<![\w.-]4.7\d{3})"
)
"""In small letters. What may not stand before comes last in each, so that many words are looked through quickly. The
figures that part a mail in pieces are no telephone number."""
SETTINGS = """
[network]
name = "Buurtwacht Zilverdam"
short_name = "BWZ"
municipality = "Zilverdam"
municipality_number = "14 0199"
places = ["Zilverdam", "Oud-Zilver"]
regiegroep_number = "06-12345678"
coordinator = "Kim de Wit"
coordinator_email = "post@mail.example"
website = "www.zilverdam.example"
official_domains = ["politie.nl", "zilverdam.nl"]
bounds = { south = 51.40, west = 5.60, north = 51.60, east = 5.90 }
[mail]
sender = "Buurtwacht <post@mail.example>"
"""


def theirs(seen: dict[str, str]) -> dict[str, set[str]]:
    """What of our first town stands where."""
    found = {name: set(THEIRS.findall(text.casefold())) for name, text in seen.items()}
    return {name: words for name, words in found.items() if words}


def test_what_is_theirs_is_known() -> None:
    said = "Den Helder, 1781 AB, 0223-671234, 52.9563 4,7605; 10223, 11781 AB, 152.95, 14.7605, ==0223456789012=="
    assert theirs({"": said}) == {"": {"den helder", "1781 ab", "0223", "52.95", "4,7605"}}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("town")
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(folder / "settings.toml")


def words_in(path: Path) -> str:
    """All that a person reads in a file."""
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if path.suffix == ".eml":
        message = message_from_bytes(data)
        heads = [str(make_header(decode_header(value))) for value in message.values()]
        payloads = [part.get_payload(decode=True) for part in message.walk() if part.get_content_maintype() == "text"]
        return "\n".join([*heads, *(payload.decode() for payload in payloads if isinstance(payload, bytes))])
    return data.decode("utf-8", "replace")


@pytest.mark.parametrize("members", sweep([60, 300]))
def test_nothing_of_our_first_town_reaches_it(tmp_path: Path, members: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Example, round, preview, trial mails, demonstration, and the empty register with which it begins."""
    choices = Choices(None, yes=True, force=True, today=TODAY)
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    town = load_settings(tmp_path / "settings.toml")
    make_example(town.workbook.path, members, 1, TODAY, town)
    run(town, choices, PLANNERS, FOLDERS)
    show_mails(town, choices, PLANNERS)
    send_tests(town, choices, "wie@mail.example")
    run(lay_out_demo(town, 40, 2, TODAY), choices, PLANNERS, FOLDERS)
    begin_own(town, TODAY)
    told = capsys.readouterr().out
    home = town.workbook.path.parent
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix not in {".toml", ".sqlite3", ".lock"}]
    assert len(files) > 100
    seen = {"the screen": told} | {str(path.relative_to(home)): words_in(path) for path in files}
    assert theirs(seen) == {}
    letters = [text for name, text in seen.items() if name.endswith("welcome.eml") or "-welcome-" in name]
    assert letters and all("Zilverdam" in text and "14 0199" in text for text in letters)


def test_nothing_of_it_reaches_a_register_at_google_either(
    town: Settings, tmp_path: Path, sheets: SheetsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor its letters, where English is the first language: headings, notes, dropdowns, cells, screen and out/."""
    tabs = example(20, 2, TODAY, 0, town.terms(TODAY))
    book = google_book(sheets, tabs)
    network = replace(town.network, regiegroep_number="06-23456789")
    ours = replace(laptop(sheets, book, tmp_path), network=network, mail=town.mail, language="en")
    backend_of(ours).set_up()
    run(ours, Choices(None, yes=True, force=True, today=TODAY), PLANNERS, FOLDERS)
    held = [vars(tab) for tab in book.copied().tabs]
    seen = {"the screen": capsys.readouterr().out, "the sheet": str(held)}
    seen |= {
        str(path.relative_to(tmp_path)): words_in(path) for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert "Zilverdam of Oud-Zilver" in seen["the sheet"] and len(seen) > 10
    assert theirs(seen) == {}
    letters = [text for name, text in seen.items() if name.endswith(".eml") and "welcome" in name]
    blank = [text for text in letters if "Welcome to neighbourhood group" in text]
    assert len(blank) > len(letters) / 2 and all("Municipality of Zilverdam" in text for text in blank)


@pytest.mark.parametrize("tab", ["Deelnemers", "Straten", "Gebieden"])
def test_its_places_stand_in_dropdowns_and_notes(town: Settings, tmp_path: Path, tab: str) -> None:
    """Of all three tabs with a place."""
    create_register(tmp_path / "r.xlsx", terms=town.terms(TODAY))
    sheet = load_workbook(tmp_path / "r.xlsx")[tab]
    column = TAB[tab].headings.index("Plaats")
    assert sheet[1][column].comment.text == "Zilverdam of Oud-Zilver"
    assert '"Zilverdam,Oud-Zilver"' in {rule.formula1 for rule in sheet.data_validations.dataValidation}


@pytest.mark.parametrize(
    ("places", "list_of_them"),
    [
        (("Alleen Hier",), '"Alleen Hier"'),
        (('De "Punt"', "Elders"), '"De ""Punt"",Elders"'),
        (("Een, Twee", "Drie"), None),
        (tuple(f"Een plaats met een lange naam {turn}" for turn in range(9)), None),
    ],
)
def test_a_list_that_excel_cannot_hold_is_left_out(
    tmp_path: Path, places: tuple[str, ...], list_of_them: str | None
) -> None:
    """A comma would make two places of one; over 255 marks Excel calls the file damaged."""
    create_register(tmp_path / "r.xlsx", terms=Terms(TODAY, network=Network(places=places)))
    sheet = load_workbook(tmp_path / "r.xlsx")["Straten"]
    rules = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {'"even,oneven"', "Groepen!$A$2:$A$2000"} | ({list_of_them} if list_of_them else set())


@pytest.mark.parametrize(
    ("places", "bounds"),
    [
        (("Eén",), Bounds(51.4, 5.6, 51.6, 5.9)),
        (("A", "B", "C", "D"), Bounds(50.8, 3.4, 53.5, 7.2)),
        (("A", "B"), Bounds(52.0, 5.0, 52.05, 5.08)),
    ],
)
def test_an_example_of_any_town_is_sound(places: tuple[str, ...], bounds: Bounds) -> None:
    """Its streets lie in its places and its signs on its map."""
    terms = Terms(TODAY, network=Network(places=places, bounds=bounds, municipality=places[0]))
    tabs = example(300, 1, TODAY, 0, terms)
    _, findings = judge(tabs, terms)
    assert [finding.line for finding in findings] == []
    assert {row[1] for row in tabs["Straten"]} <= set(places)


@pytest.mark.parametrize("left_blank", ["municipality", "municipality_number"])
def test_without_a_number_no_letter_speaks_of_the_municipality(town: Settings, tmp_path: Path, left_blank: str) -> None:
    """A footer never ends in nothing; and a town may leave its municipality out."""
    bare_settings = re.sub(rf'^{left_blank} = ".*"$', f'{left_blank} = ""', SETTINGS, flags=re.MULTILINE)
    (tmp_path / "settings.toml").write_text(bare_settings, encoding="utf-8")
    bare = load_settings(tmp_path / "settings.toml")
    send_tests(bare, Choices(None, yes=True, force=False, today=TODAY), "wie@mail.example")
    for path in (bare.paths.out / "proefmails").glob("*.eml"):
        assert "Gemeente" not in words_in(path) and "Municipality" not in words_in(path)


def test_the_empty_register_is_the_towns_own(town: Settings, tmp_path: Path) -> None:
    """make setup as well, not only the example."""
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    own = load_settings(tmp_path / "settings.toml")
    backend_of(own).set_up()
    assert theirs({"register": words_in(own.workbook.path)}) == {}
