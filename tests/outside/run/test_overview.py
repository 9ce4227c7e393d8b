"""The coordinator's page: what is to be done in order of harm, and numbers that other code finds too."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from outside.commands.sent import resolve_sent
from outside.config.settings import Privacy
from outside.run.overview import OVERVIEW, PRIVACY
from roster.model import Status
from roster.plan.delivery_status import State
from roster.plan.history import Message
from roster.plan.steps import View
from roster.planners.figures import Figures
from roster.planners.overview import RULES_WITH_OWN_LINE, Need, Overview
from roster.rules.catalogue import RULES, RULES_ABOUT_STATUS
from support.excel_person import rows_in
from support.pages import Page
from support.plans import view
from support.sheet_notation import TERMS, TODAY, register
from support.whole_round import choices, lay_out, letters, sync, types

PEOPLE = """
    Nr     | Voornaam | Achternaam | E-mail            | Rol       | Groep    | Straat     | Mobiel      | Sticker | Aangemeld op | Afgemeld op | Akkoord spelregels
    D-0001 | Anna     | Bakker     | anna@mail.example | beheerder | Tuindorp | Kerkstraat | 06-23450001 | ja      | 1-2-2025     |             | ja
    D-0002 | Piet     | Smit       | piet@mail.example |           | Tuindorp | Kerkstraat | 06-23450002 | nee     | 1-3-2025     |             | ja
    D-0003 | Kees     | Mol        |                   |           | Tuindorp | Kerkstraat | 06-23450003 | ja      | 1-3-2025     |             | ja
    D-0004 | Mies     | Post       | mies@mail.example |           | Zuid     | Zuidlaan   | 06-23450004 | ja      | 1-3-2025     |             | nee
    D-0005 | Weg      | Gegaan     |                   |           | Tuindorp | Kerkstraat | 06-23450005 | ja      | 1-2-2024     | 1-3-2024    | ja
"""
GROUPS = """
    Groep    | Gebied  | Aangemeld op | Gestart op
    Tuindorp | Centrum | 1-2-2025     |
    Zuid     | Centrum | 1-2-2026     | 1-3-2026
"""
STREETS = """
    Straat     | Plaats     | Groep
    Kerkstraat | Den Helder | Tuindorp
    Zuidlaan   | Den Helder | Zuid
"""
SIGNS = """
    Groep | Locatie 1 | Locatie 2 | Aangevraagd op
    Zuid  | 52.9553, 4.7601 | 52.9560, 4.7650 | 1-2-2026
"""
IN_ORDER = (
    "Mails waarvan niet zeker is",
    "Groepen zonder beheerder",
    "Groepen met maar één beheerder",
    "Beheerders die nog niet in hun twee",
    "Groepen die vol zijn of bijna",
    "Deelnemers die u met de hand",
    "(geblokkeerd)",
    "(let op)",
    "Deelnemers zonder sticker",
    "Groepen die langer dan 30 dagen",
    "Rijen voorbij hun bewaartijd: langer dan 365 dagen afgemeld",
)


def test_what_is_to_be_done_stands_in_order_of_harm() -> None:
    """Each planted need is there once, with its number, and the harmful ones stand first."""
    terms = replace(TERMS, limits=replace(TERMS.limits, group_size=3))
    seen = view(register(PEOPLE, GROUPS, STREETS, bordaanvragen=SIGNS, staff=""), terms)
    unsure = Message("D-0002", "welcome", "1", State.UNCERTAIN, TODAY)
    seen = replace(seen, history=replace(seen.history, deliveries=[unsure]))
    needs = Overview(seen, lambda tab, column, row: (f"{column}/{row}", f"link:{tab}/{column}/{row}")).needs()
    titles = [need.title for need in needs]
    at = [next((number for number, title in enumerate(titles) if part in title), -1) for part in IN_ORDER]
    assert at == sorted(at) and min(at) >= 0, titles
    counted = {part: needs[number].count for part, number in zip(IN_ORDER, at, strict=True)}
    for part in (IN_ORDER[0], IN_ORDER[1], IN_ORDER[2], IN_ORDER[8], IN_ORDER[9], IN_ORDER[10]):
        assert counted[part] == 1, part
    first = needs[at[0]].spots[0]
    assert first.name == "Piet Smit (D-0002)" and first.link == "link:Deelnemers/0/3"


def test_the_rules_that_have_a_line_of_their_own_are_rules() -> None:
    assert set(RULES_WITH_OWN_LINE) <= {rule.__name__ for rule in (*RULES, *RULES_ABOUT_STATUS)}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page that a round on a small register made, and the register."""
    settings = lay_out(tmp_path_factory.mktemp("overview"))
    sync(settings)
    return (settings.paths.out / OVERVIEW).read_text(encoding="utf-8"), settings.workbook.path


def test_the_page_fetches_nothing_and_needs_no_script(page: tuple[str, Path]) -> None:
    text, path = page
    assert "<script" not in text and not re.search(r"""(?:src|href)="https?:|url\(""", text)
    links = Page(re.sub(r'srcdoc="[^"]*"', "", text)).links
    assert path.resolve().as_uri() in links
    beside = [link for link in links if not link.startswith(("file:", "#"))]
    assert f"jaarcijfers-{TODAY.year}.html" in beside, "made in the same breath"
    assert beside and all((path.parent / "out" / link).exists() for link in beside)
    assert oct((path.parent / "out" / OVERVIEW).stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize(("language", "said"), [("nl", "na 400 dagen"), ("en", "After 400 days")])
def test_the_page_about_privacy_tells_the_days_of_the_settings_and_stays_as_it_is(
    tmp_path: Path, language: str, said: str
) -> None:
    """One text for the page and the welcome; of another town it names the network, and nobody's data stands in it."""
    settings = lay_out(tmp_path, name="Buurtwacht Elders", municipality="Elders")
    settings = replace(settings, language=language, privacy=Privacy(keep_left_days=400, keep_backup_days=33))
    sync(settings)
    path = settings.paths.out / PRIVACY
    first = path.read_bytes()
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert said in text.replace("Na 400", "na 400") and "33 " in text and "Buurtwacht Elders" in text
    assert not re.search(r"Den Helder|Bakker|2345[- ]?000|Google|\{\{|None", text)
    assert said.casefold() in " ".join(letters(settings)["D-0002-welcome"].split()).casefold()
    sync(settings)
    assert path.read_bytes() == first
    assert f'href="{PRIVACY}"' in (settings.paths.out / OVERVIEW).read_text(encoding="utf-8")
    sync(replace(settings, privacy=Privacy(keep_left_days=30)))
    assert path.read_bytes() != first
    assert " 30 da" in " ".join(letters(settings)["D-0002-welcome"].split()), (
        "a letter that lies ready is no longer true, and is made anew"
    )


def test_the_pages_can_be_heard_and_found_through(page: tuple[str, Path]) -> None:
    """A language, a title, one main part and heading, no level passed over, heads of tables that say of what, named links."""
    out = page[1].parent / "out"
    for name in (OVERVIEW, f"jaarcijfers-{TODAY.year}.html", "met-de-hand.html"):
        text = re.sub(r'srcdoc="[^"]*"', "", (out / name).read_text(encoding="utf-8"))
        assert re.search(r'<html lang="nl"', text) and re.search(r"<title>[^<]+</title>", text), name
        assert text.count("<main") == 1 and text.count("<h1") == 1, name
        levels = [int(level) for level in re.findall(r"<h(\d)[ >]", text)]
        assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels)), (name, levels)
        assert all("scope=" in head for head in re.findall(r"<th[^>ea]*(?: [^>]*)?>", text)), name
        links = re.findall(r"<a [^>]*>(.*?)</a>", text, re.DOTALL)
        assert all(re.sub(r"<[^>]+>", "", link).strip() for link in links), name
        assert all("aria-label=" in picture for picture in re.findall(r"<svg[^>]*role=[^>]*>", text)), name


def test_what_a_need_names_beside_the_page_opens_from_it(page: tuple[str, Path]) -> None:
    text, _path = page
    told = re.findall(r'staan in (?:<a href="([^"]+)">)?met-de-hand.html', text)
    assert told == ["met-de-hand.html"]


def test_where_each_row_needs_something_else_each_says_what() -> None:
    """On paper and on a phone the register is not at hand."""
    people = PEOPLE.replace("06-23450002", "           ").replace("06-23450003", "0900-8844  ")
    seen = view(register(people, GROUPS, STREETS, staff=""))
    need = next(one for one in Overview(seen, lambda *_place: ("A1", "")).needs() if "Mobiel" in one.title)
    told = {f"{one.message} {one.remedy}" for one in seen.findings if one.place.column == "Mobiel"}
    assert need.how == "Bij elke rij staat wat u kunt doen."
    assert {spot.what for spot in need.spots} == told and len(told) == 2


def test_what_only_tells_something_asks_nothing() -> None:
    """A reason at Uitzondering: the row says that he takes part, so there is no remedy to look for in it."""
    people = PEOPLE.replace("Akkoord spelregels\n", "Akkoord spelregels | Uitzondering\n")
    people = people.replace("| nee\n", "| ja | werkt in Zuid\n").replace("| Zuidlaan  ", "| Kerkstraat")
    seen = view(register(people, GROUPS, STREETS, staff=""))
    told = [need.how for need in Overview(seen, lambda *_place: ("A1", "")).needs() if "Uitzondering" in need.title]
    assert told == ["Klopt het zo? Dan hoeft u niets te doen."]


def test_a_group_that_an_admin_left_stands_there_with_whoever_may_follow() -> None:
    """Both of a group that loses its one admin, and of one that keeps another."""
    people = PEOPLE.replace("| 1-2-2025     |             | ja", "| 1-2-2025     | 1-3-2026    | ja")
    seen = view(register(people, GROUPS, STREETS, staff=""))
    needs = {need.title: need for need in Overview(seen, lambda *_place: ("A1", "")).needs()}
    none = [spot.name for spot in needs["Groepen zonder beheerder"].spots]
    assert none == ["Tuindorp", "Zuid"]
    second = people.replace(
        "Piet     | Smit       | piet@mail.example |          ", "Piet     | Smit       | piet@mail.example | beheerder"
    )
    seen = view(register(second, GROUPS, STREETS, staff=""))
    needs = {need.title: need for need in Overview(seen, lambda *_place: ("A1", "")).needs()}
    assert [spot.name for spot in needs["Groepen met maar één beheerder"].spots] == ["Tuindorp"]


@pytest.mark.parametrize(
    ("most", "nearly", "full"), [(256, 0.9, False), (3, 0.5, True), (3, 0.9, True), (4, 0.9, False)]
)
def test_a_bar_is_red_where_the_register_says_that_the_group_is_full(most: int, nearly: float, *, full: bool) -> None:
    """Three active members, by the setting and not by a share of its own."""
    limits = replace(TERMS.limits, group_size=most, nearly_full=nearly)
    seen = view(register(PEOPLE, GROUPS, STREETS, staff=""), replace(TERMS, limits=limits))
    told = {fill.name: (fill.active, fill.is_full) for fill in Figures(seen).groups}
    assert told["Tuindorp"] == (3, full) and told["Zuid"] == (0, False)


def test_the_numbers_of_the_page_are_those_of_the_register(page: tuple[str, Path]) -> None:
    """Counted again from what stands in the sheet, by openpyxl."""
    text, path = page
    rows = rows_in(path, "Deelnemers")
    head, people = rows[0], [row for row in rows[1:] if any(row)]
    active = Counter(row[head.index("Groep")] for row in people if row[head.index("Status")] == "actief")
    told = dict(re.findall(r'<th scope="row">([^<]+)<br>.*?<td class="n">(\d+)</td>', text))
    assert {group: int(number) for group, number in told.items() if int(number)} == dict(active)
    months = re.findall(r"<li><b>(\d+)</b><i style", text)
    joined = [row[head.index("Aangemeld op")] for row in people]
    recent = sum(
        1 for day in joined if isinstance(day, date) and (TODAY - date(day.year, day.month, day.day)).days < 365
    )
    assert len(months) == 12 and sum(map(int, months)) >= recent - 1


def test_the_years_figures_name_nobody(page: tuple[str, Path]) -> None:
    """For the municipality: counts alone."""
    _text, path = page
    figures = (path.parent / "out" / f"jaarcijfers-{TODAY.year}.html").read_text(encoding="utf-8")
    for name in ("Anna", "Bakker", "Smit", "mail.example", "2345"):
        assert name not in figures
    assert f"Jaarcijfers {TODAY.year}" in figures


def test_the_years_figures_add_up_also_where_a_day_is_not_known() -> None:
    """What was there, plus who joined, less who left, is who is there; what an unreadable day means is not guessed."""
    people = """
        Nr     | Voornaam | Groep    | Straat     | Mobiel      | Aangemeld op | Afgemeld op
        D-0001 | Anna     | Tuindorp | Kerkstraat | 06-23450001 | 1-2-2020     |
        D-0002 | Piet     | Tuindorp | Kerkstraat | 06-23450002 | 1-2-2020     | onleesbaar
        D-0003 | Kees     | Tuindorp | Kerkstraat | 06-23450003 | {new}        | 1-3-2021
        D-0004 | Mies     | Zuid     | Zuidlaan   | 06-23450004 | {new}        |
        D-0005 | Toos     | Zuid     | Zuidlaan   | 06-23450005 | 1-2-2020     | {new}
    """.format(new=f"2-1-{TODAY.year}")
    rows = Figures(view(register(people, GROUPS, STREETS, staff=""))).year(TODAY.year)
    told = {str(row["name"]): row["counts"] for row in rows}
    for counts in told.values():
        assert counts["before"] + counts["joined"] - counts["left"] == counts["now"]
    together = told.pop("Samen")
    assert together["now"] == 2 and together["left"] == 2
    for what in ("groups", "before", "joined", "left", "now"):
        assert together[what] == sum(counts[what] for counts in told.values())


def _link(tab: str, column: int, row: int) -> tuple[str, str]:
    return f"{column}/{row}", f"link:{tab}/{column}/{row}"


def _need(seen: View, part: str) -> Need:
    """The one need whose title has this in it."""
    needs = Overview(seen, _link).needs()
    found = [need for need in needs if part in need.title]
    assert len(found) == 1, (part, [need.title for need in needs])
    return found[0]


def test_an_admin_who_sits_in_neither_group_is_one_admin() -> None:
    """Two findings, one person: by name, at the row where the answer goes or at the own row where that is still to come."""
    seen = view(register(PEOPLE, GROUPS, STREETS, beheerders="Nr | In regiegroep | In gebiedsgroep\nD-9001 | | "))
    need = _need(seen, "twee beheerdersgroepen")
    assert need.count == 3 and need.more == 0
    told = {(spot.name, spot.where.split()[0]) for spot in need.spots}
    assert told == {
        ("Anna Bakker (D-0001)", "Deelnemers"),
        ("Ada Jansen (D-9001)", "Beheerders"),
        ("Bo Jansen (D-9002)", "Deelnemers"),
    }


def test_what_a_rule_of_a_group_finds_is_on_the_page_whatever_the_settings_ask() -> None:
    """Three admins asked for and two there; full from 0.55 of 100 on, which is a little over 55 to a computer."""
    many = "Voornaam\n" + "\n".join(f"Buur{at}" for at in range(53))
    limits = replace(TERMS.limits, minimum_admins=3, group_size=100, nearly_full=0.55)
    seen = view(register(many), replace(TERMS, limits=limits))
    short = _need(seen, "beheerders")
    assert (short.title, short.count, short.spots[0].name) == ("Groepen met minder dan 3 beheerders", 1, "Tuindorp")
    assert _need(seen, "vol zijn of bijna").count == 1


def test_an_admin_whose_row_is_blocked_is_who_the_group_lacks() -> None:
    """To look for another would be the wrong advice."""
    seen = view(register("Voornaam | Rol | Akkoord spelregels\nAnna | beheerder | nee", staff=""))
    need = _need(seen, "Groepen zonder beheerder")
    assert "rij 2" in f"{need.how} {need.spots[0].what}" and "Vraag een deelnemer" not in need.how


def test_each_mail_in_doubt_is_named_by_what_make_asks_for() -> None:
    """Two of one person, one of somebody whose row has gone, and one that only a row of another laptop tells."""
    people = """
        Nr     | Voornaam | E-mail            | Rol       | Welkom
        D-0001 | Anna     | anna@mail.example | beheerder | onzeker sinds 1-3-2026 (D-0001)
        D-0002 | Piet     | piet@mail.example |           |
    """
    seen = view(register(people, staff=""))
    unsure = [
        Message("D-0002", "welcome", "1", State.UNCERTAIN, TODAY),
        Message("D-0002", "number_update", "1", State.UNCERTAIN, TODAY),
        Message("D-0077", "welcome", "1", State.UNCERTAIN, TODAY),
    ]
    need = _need(replace(seen, history=replace(seen.history, deliveries=unsure)), "niet zeker")
    assert (need.count, need.more) == (4, 0)
    assert sorted(spot.name[-7:].strip("()") for spot in need.spots) == ["D-0001", "D-0002", "D-0002", "D-0077"]
    gone = next(spot for spot in need.spots if "D-0077" in spot.name)
    assert "staat niet meer in het register" in gone.where and not gone.link


def test_everybody_who_is_blocked_lies_in_a_row_of_the_areas() -> None:
    """Also who has no group yet; and an area without groups is an area."""
    people = """
        Achternaam | Groep     | Akkoord spelregels
        Een        |           | ja
        Twee       | Nergens   | ja
        Drie       | Tuindorp  | nee
    """
    areas = "Gebied | Plaats\nCentrum | Den Helder\nLeeg | Den Helder"
    seen = view(register(people, gebieden=areas))
    rows = {row.name: row for row in Figures(seen).areas}
    blocked = sum(status is Status.BLOCKED for status in seen.statuses.member.values())
    assert blocked == 3 == sum(row.blocked for row in rows.values())
    assert rows["Leeg"].groups == 0


def test_news_that_a_person_tells_is_to_be_done(tmp_path: Path) -> None:
    """Who has no address and became an admin hears it from the coordinator, not by mail."""
    settings = lay_out(tmp_path)
    sync(settings)
    for nr in ("D-0003", "D-0004"):
        assert resolve_sent(settings, choices(), nr) == 0
    types(settings, 4, Rol="beheerder")
    sync(settings)
    text = (settings.paths.out / OVERVIEW).read_text(encoding="utf-8")
    assert "Kees Mol" in (settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")
    assert re.search(r"<b>1</b><span>Deelnemers aan wie u zelf iets nieuws vertelt", text)


def test_the_map_is_filled_by_the_signs_and_keeps_their_shape() -> None:
    """As far east as north stays as far, in a town at any latitude; one name a group; what is blocked is not on it."""
    signs = """
        Groep    | Locatie 1        | Locatie 2        | Aangevraagd op
        Tuindorp | 52.9500, 4.7500  | 52.9700, 4.7832  | 1-2-2026
        Zuid     | 52.9500, 4.7832  | 52.9600, 4.7700  | 1-2-2026
        Zuid     | 52.9999, 4.7832  | 52.9999, 4.7000  | 1-2-2026
    """
    people = PEOPLE.replace("mies@mail.example |           ", "mies@mail.example | beheerder ").replace("nee\n", "ja\n")
    groups = GROUPS.replace("1-2-2025     |", "1-2-2025     | 1-3-2025")
    found = Figures(view(register(people, groups, STREETS, bordaanvragen=signs, staff=""))).signs()
    assert [(one["x"], one["y"], one["name"]) for one in found][:3] == [
        (100, 900, "Tuindorp"),
        (900, 100, ""),
        (900, 900, "Zuid"),
    ]
    assert len(found) == 4
    near = signs.replace("4.7832", "4.7510").replace("52.9700", "52.9505")
    spread = Figures(view(register(people, groups, STREETS, bordaanvragen=near.split("Zuid")[0], staff=""))).signs()
    assert len(spread) == 2 and all(450 <= int(str(spot[axis])) <= 550 for spot in spread for axis in "xy")
    assert Figures(view(register(PEOPLE, GROUPS, STREETS, staff=""))).signs() == []
