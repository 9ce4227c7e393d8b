"""A sign request on one A4: the same letter as a page and as a PDF, a code for each place, and a map where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from outside.config.settings import Map, Paths, Settings
from outside.text import tiles as tiles_module
from outside.text.sign_page import MAP_HEIGHT, MAP_WIDTH, draw_places, in_world, sign_html, sign_pdf
from outside.text.tiles import is_tile
from roster.cells import distance_m
from roster.messages.sign_letters import facts_of_places
from roster.model import Location
from servers.tile_server import Tiles, png, tile_server

HERE, THERE = Location(52.95, 4.76), Location(52.949, 4.77)


def facts(**more: object) -> dict[str, object]:
    """What a request tells, in a town of nowhere."""
    told: dict[str, object] = {
        "nr": "B-0001",
        "network": "Buurtwacht",
        "coordinator": "Ko Ordi",
        "answer_to": "ko@mail.example",
        "group": "Tuindorp",
        "area": "Noord",
        "town": "Ergens",
        "caretaker": "Kim",
        "streets": ["Kerkstraat", "Molenlaan"],
        "registered": date(2026, 1, 5),
        "started": date(2026, 2, 5),
        "members": 12,
        "requested_on": date(2026, 3, 5),
        "requested_by": "Jan",
        "explanation": "",
    }
    return told | facts_of_places((HERE, THERE), ("bij de brug", "naast de school")) | more


def settings_with(folder: Path, server: str) -> Settings:
    return replace(Settings(), map=Map(server, "Kaart: Wie & Wat"), paths=Paths(folder / "out", folder / "state"))


def pdf_text(pdf: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here")
    (folder / "a.pdf").write_bytes(pdf)
    ended = subprocess.run(["pdftotext", "-raw", folder / "a.pdf", "-"], capture_output=True, check=True)
    return " ".join(ended.stdout.decode().split())


def test_the_page_holds_map_and_codes_and_fetches_nothing(tmp_path: Path) -> None:
    """Each picture has words; without a map the drawing stands, and no credit for one."""
    page = sign_html(facts(), "nl", settings_with(tmp_path, ""))
    labels = re.findall(r'<svg[^>]*aria-label="([^"]*)"', page)
    assert labels[0] == "1: bij de brug (52.950000, 4.760000); 2: naast de school (52.949000, 4.770000); 679 m"
    assert "<image" not in page and "Wie" not in page and ">N</text>" in page and ">250 m</text>" in page
    pytest.importorskip("segno")
    assert [label.partition(": ")[2].replace("&amp;", "&") for label in labels[1:]] == [HERE.link, THERE.link]
    assert not re.search(r'(src|xlink:href)="(?!data:)', page)


def test_the_pdf_is_the_same_letter_tagged_and_of_one_page(tmp_path: Path) -> None:
    """Title and language for who hears it; the same bytes each time."""
    pytest.importorskip("typst")
    pdf = sign_pdf(facts(), "nl", settings_with(tmp_path, ""))
    assert pdf is not None and pdf == sign_pdf(facts(), "nl", settings_with(tmp_path, ""))
    marks = b"/StructTreeRoot", b"/Marked true", b"/Lang(nl)", b"/DisplayDocTitle true", b"/Count 1/Kids"
    assert [mark for mark in marks if mark not in pdf] == []
    page = sign_html(facts(), "nl", settings_with(tmp_path, ""))
    words = re.sub(r"<[^>]+>", " ", page[page.index("<h1>") : page.index("<figure>")])
    told = pdf_text(pdf, tmp_path)
    assert [word for word in words.split() if word not in told] == []


@pytest.mark.parametrize(
    "typed",
    [
        '#import "/etc/passwd": x',
        "$x^2$ *a* _b_ `c` <lab> @ref",
        '"); #read("/etc/passwd") \\',
        "]]> <p> &amp; </letter>",
        "\\u{41} // weg /* ook */",
        "= kop ~ -- ...",
    ],
)
def test_what_people_typed_stands_in_the_pdf_as_it_was(typed: str, tmp_path: Path) -> None:
    """Never as markup of the PDF, of the page, or of what lies between them."""
    pytest.importorskip("typst")
    pdf = sign_pdf(facts(group=typed, explanation=typed), "nl", settings_with(tmp_path, ""))
    assert pdf is not None and pdf_text(pdf, tmp_path).count(typed) == 4


def test_a_long_explanation_still_fits_and_a_strange_sign_makes_a_pdf(tmp_path: Path) -> None:
    """The letters grow smaller; what no font here has is a box."""
    pytest.importorskip("typst")
    for more in (
        {"explanation": "Hier wonen veel mensen. " * 80, "streets": [f"Straat {n}" for n in range(60)]},
        {"group": "漢😀"},
    ):
        pdf = sign_pdf(facts(**more), "nl", settings_with(tmp_path, ""))
        assert pdf is not None and b"/Count 1/Kids" in pdf


def test_a_text_that_no_pdf_can_be_made_of_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page remains, and is what she is pointed at."""
    pytest.importorskip("typst")
    wrong = facts() | {"locations": [{**one, "link": ""} for one in facts()["locations"]]}  # type: ignore[attr-defined]  # places
    assert sign_pdf(wrong, "nl", settings_with(tmp_path, "")) is None
    assert "B-0001 kon geen pdf" in " ".join(capsys.readouterr().err.split())


def test_a_map_is_fetched_once_and_hears_of_tiles_alone(tmp_path: Path) -> None:
    """Page, PDF and a later round share what was kept; of the request nothing leaves but which tiles."""
    with tile_server() as (tiles, server):
        page = sign_html(facts(), "nl", settings_with(tmp_path, server))
        asked = list(tiles.asked)
        assert 1 < len(asked) == page.count("<image") and "Kaart: Wie &amp; Wat" in page
        assert all(re.fullmatch(r"/15/\d+/\d+\.png", path) for path in asked) and len(set(asked)) == len(asked)
        assert all(
            "User-Agent: Buurtbeheer/" in one and "Cookie" not in one and "Referer" not in one for one in tiles.headers
        )
        assert sign_html(facts(group="Anders"), "nl", settings_with(tmp_path, server)).count("<image") == len(asked)
        if shutil.which("pdfimages") and (pdf := sign_pdf(facts(), "nl", settings_with(tmp_path, server))):
            (tmp_path / "a.pdf").write_bytes(pdf)
            listed = subprocess.run(["pdfimages", "-list", tmp_path / "a.pdf"], capture_output=True, check=True)
            assert listed.stdout.count(b" 256   256 ") == len(asked)
        assert tiles.asked == asked
        kept = sorted((tmp_path / "state" / "kaarten").iterdir())
        kept[0].write_bytes(kept[0].read_bytes()[:100])
        sign_html(facts(), "nl", settings_with(tmp_path, server))
        assert len(tiles.asked) == len(asked) + 1 and all(is_tile(one.read_bytes()) for one in kept)


def test_a_tile_that_is_spoilt_within_costs_the_map_and_not_the_pdf(tmp_path: Path) -> None:
    """A whole PNG to look at, of which no picture can be made."""
    pytest.importorskip("typst")
    with tile_server() as (tiles, server):
        tiles.body = png(9, depth=16)
        pdf = sign_pdf(facts(), "nl", settings_with(tmp_path, server))
        assert pdf == sign_pdf(facts(), "nl", settings_with(tmp_path, "")) and tiles.asked


def spoil(tiles: Tiles, how: str) -> None:
    tiles.status = 500 if how == "500" else 200
    tiles.wait = 30 if how == "slow" else 0
    tiles.body = {
        "an html page": b"<!DOCTYPE html><p>Log eerst in</p>",
        "half a tile": png(9)[:-30],
        "a spoilt tile": png(9).replace(b"IDAT", b"IDAU"),
        "a huge picture": png(9, 1_024),
        "nothing": b"",
    }.get(how)


@pytest.mark.parametrize(
    "how", ["500", "slow", "an html page", "half a tile", "a spoilt tile", "a huge picture", "nothing", "nobody there"]
)
def test_without_a_map_the_drawing_stands(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the server does, told once; it is not waited for a second time in one round."""
    monkeypatch.setattr(tiles_module, "PATIENCE", 0.4)
    with tile_server() as (tiles, server):
        spoil(tiles, how)
        address = server if how != "nobody there" else "http://127.0.0.1:9/{z}/{x}/{y}.png?k=" + tmp_path.name
        begun = time.monotonic()
        for _turn in range(3):
            page = sign_html(facts(), "nl", settings_with(tmp_path, address))
            assert "<image" not in page and ">250 m</text>" in page and "Wie" not in page
        assert time.monotonic() - begun < 3 and len(tiles.asked) <= 1
    assert capsys.readouterr().out.count("kwam geen kaart") == 1
    assert not list((tmp_path / "state").rglob("*.png"))


@pytest.mark.parametrize(
    ("first", "second"),
    [(HERE, THERE), (Location(52.95, 4.76), Location(52.9502, 4.7602)), (Location(-33.9, 18.4), Location(-33.4, 18.9))],
)
@pytest.mark.parametrize("on_tiles", [True, False])
def test_both_places_lie_on_the_map_where_they_are(first: Location, second: Location, on_tiles: bool) -> None:
    """Inside it, north up, and as far apart as its bar says; the tiles cover it all."""
    shares = (in_world(one.latitude, one.longitude) for one in (first, second))
    drawn, wanted = draw_places(*shares, on_tiles=on_tiles)
    one, two = drawn["spots"]  # type: ignore[misc]  # there are two of them
    assert all(50 <= spot["x"] <= MAP_WIDTH - 50 and 50 <= spot["y"] <= MAP_HEIGHT - 50 for spot in (one, two))
    assert (two["x"] > one["x"]) is (second.longitude > first.longitude)
    assert (two["y"] < one["y"]) is (second.latitude > first.latitude)
    apart = ((one["x"] - two["x"]) ** 2 + (one["y"] - two["y"]) ** 2) ** 0.5
    metres = apart / (drawn["bar_end"] - 20) * drawn["bar"]  # type: ignore[operator]  # numbers
    assert metres == pytest.approx(distance_m(first, second), rel=0.03)
    assert bool(wanted) is on_tiles
    for x, y in ((0, 0), (MAP_WIDTH - 1, MAP_HEIGHT - 1)) if on_tiles else ():
        assert any(left <= x < left + 256 and top <= y < top + 256 for left, top in wanted.values())
