"""Every page and mail can be read by everybody: enough contrast, light and dark, and a structure that can be heard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from outside.run.overview import OVERVIEW
from outside.text.templates import find_text
from support.pages import FACTS, Page
from support.whole_round import lay_out, sync

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
PAGES = ("overview", "year", "by_hand", "preview", "relay")
ENOUGH = 4.5
"""What WCAG 2 asks of text (success criterion 1.4.3)."""

DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}\n", re.DOTALL)
NAMED = re.compile(r"--([a-z]+): (#[0-9a-f]{6})")


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, as WCAG 2 defines it."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_measure_itself() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_enough_contrast_light_dark_and_on_paper(name: str) -> None:
    page, shared = (TEMPLATES / f"{name}.html", TEMPLATES / "page.css")
    own = page.read_text(encoding="utf-8")
    assert own.count("/* page.css */") == 1 and ":root" not in own, "the colours stand in one place"
    style = own.replace("/* page.css */", shared.read_text(encoding="utf-8"))
    schemes = [dict(NAMED.findall(line)) for line in re.findall(r":root \{[^}]+\}", style)]
    assert len(schemes) == 3
    for colours in schemes:
        for ink in colours.keys() & {"ink", "soft", "blue", "red"}:
            for ground in ("ground", "paper"):
                assert contrast(colours[ink], colours[ground]) >= ENOUGH, (name, ink, ground, colours)
        for bar in colours.keys() & {"bar", "full"}:
            assert contrast(colours[bar], colours["paper"]) >= 3, (name, bar, colours)
    loose = re.sub(r":root \{[^}]+\}", "", style)
    assert set(re.findall(r"#[0-9a-f]{6}\b", loose)) <= {"#dddddd"}, "a colour that has no name here is not measured"


def _rules(style: str) -> Mapping[str, dict[str, str]]:
    """Selector -> property -> colour."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", style)):
        colours = re.findall(r"(?<![a-z-])(color|background): (#[0-9a-f]{6})", body)
        for selector in selectors.split(","):
            found.setdefault(selector.strip(), {}).update(colours)
    return found


def _pairs(rules: Mapping[str, dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """What stands on what in a letter."""
    ink = rules[".page"]["color"] if "color" in rules[".page"] else rules["body"]["color"]
    small, link, heading = (rules[name]["color"] for name in ("hr ~ p", "a", "h2"))
    card, box, table = (rules[name]["background"] for name in (".letter", "blockquote", "table"))
    for ground in (card, box, table):
        yield "ink", ink, ground
        yield "a", link, ground
    yield "h2", heading, card
    yield "hr ~ p", small, card
    yield "th", rules["th"]["color"], rules["th"]["background"]
    yield "td:first-child", rules["td:first-child"]["color"], table


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_has_enough_contrast(scheme: str) -> None:
    light = (TEMPLATES / "letter.css").read_text(encoding="utf-8")
    dark = DARK.search((TEMPLATES / "letter.screen.css").read_text(encoding="utf-8"))
    assert dark is not None
    for what, ink, ground in _pairs(_rules(light if scheme == "light" else dark[1])):
        assert contrast(ink, ground) >= ENOUGH, (scheme, what, ink, ground)


def faults(page: Page) -> list[str]:
    """What a screen reader would stumble over."""
    html = dict(page.tags)["html"]
    found = [] if html.get("lang") in ("nl", "en") else ["no language"]
    found += [] if page.title.strip() else ["no title"]
    levels = [int(tag[1]) for tag, _attrs in page.tags if re.fullmatch(r"h[1-6]", tag)]
    found += [] if levels.count(1) == 1 and levels[0] == 1 else ["not one h1, first"]
    found += [f"h{low} then h{high}" for low, high in pairwise(levels) if high > low + 1]
    for tag, attrs in page.tags:
        if tag == "th" and attrs.get("scope") not in ("col", "row"):
            found.append("a heading cell that does not say of what")
        if tag in ("iframe", "svg", "img") and not (attrs.keys() & {"title", "aria-label", "alt"}):
            found.append(f"{tag} without words")
    names = [attrs["id"] for _tag, attrs in page.tags if "id" in attrs]
    return found + ([] if len(names) == len(set(names)) else ["an id that stands twice"])


def links_without_words(text: str) -> list[str]:
    return [
        inner
        for inner in re.findall(r"<a [^>]*>(.*?)</a>", text, re.DOTALL)
        if not re.sub(r"<[^>]*>", "", inner).strip()
    ]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    settings = lay_out(tmp_path_factory.mktemp("readable"))
    sync(settings)
    return {page.name: page.read_text(encoding="utf-8") for page in settings.paths.out.glob("*.html")}


def test_every_page_can_be_heard(pages: dict[str, str]) -> None:
    """Headings in order, a language, tables that say of what, links and frames with words."""
    assert OVERVIEW in pages and len(pages) == 4
    for name, text in pages.items():
        whole = re.sub(r'srcdoc="[^"]*"', "", text)
        assert faults(Page(whole)) == [], name
        assert links_without_words(whole) == [], name


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("act", ["welcome", "admin", "moved", "registered", "number_update", "rules_update"])
def test_every_mail_can_be_heard(act: str, language: str) -> None:
    facts = FACTS | {"moved": False, "announce": True, "whole": True, "changed": [], "dropped": []}
    screen = find_text(act, language, "nl").fill(facts).screen
    assert faults(Page(screen)) == []
    assert links_without_words(screen) == []


def test_what_is_wrong_is_found() -> None:
    """A page with each fault, so that none of the above looks at nothing."""
    wrong = '<html><h2>x</h2><h1>y</h1><h3 id="a">z</h3><table><th id="a">t</th></table><svg></svg></html>'
    assert len(faults(Page(wrong))) == 7
    assert links_without_words('<a href="x"> <b></b></a>') == [" <b></b>"]


def test_a_telephone_number_is_not_cut_in_two(pages: dict[str, str]) -> None:
    """In the words to say to who is welcomed by hand; the end of a line would else fall behind its 06."""
    page = pages["met-de-hand.html"]
    assert ".words span { white-space: nowrap; }" in page and "(<span>06-23450001</span>)" in page
