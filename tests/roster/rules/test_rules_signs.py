"""The rules about sign requests: broken once and mended once, with their borders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.model import Status
from roster.terms import Limits
from support.sheet_notation import TERMS, found, judge, lines, register, weights

HEAD = "Nr | Groep | Locatie 1 | Omschrijving 1 | Locatie 2 | Omschrijving 2 | Aangevraagd op | Toelichting | Besluit | Verstuurd\n"
METRE = 1 / 111_194.9
"""A metre north, in degrees, on the sphere that distances are measured on."""


def request(
    *,
    nr: str = "",
    group: str = "Tuindorp",
    first: str = "52.95634, 4.76051",
    at: str = "",
    second: str = "52.95834, 4.76051",
    near: str = "",
    day: str = "1-3-2026",
    why: str = "",
    decision: str = "",
    sent: str = "",
) -> str:
    """One sound row of tab Bordaanvragen, but for what is said."""
    return f"{nr} | {group} | {first} | {at} | {second} | {near} | {day} | {why} | {decision} | {sent}"


def asked(*rows: str, **more: str) -> list[tuple[str, int, str]]:
    return weights(register(bordaanvragen=HEAD + "\n".join(rows), **more))


STARTED, TWO, LIES = (
    "a_sign_request_is_of_a_started_group",
    "a_sign_request_names_two_places",
    "a_location_lies_on_the_groups_streets",
)
ADVICE, ONE = "signs_follow_the_advice", "one_open_request_at_a_time"


def test_a_sound_request_is_silent() -> None:
    """In every stage of its life."""
    assert asked(request(at="lantaarnpaal bij Kerkstraat 1", near="hoek Kerkstr. en Molenln.")) == []
    for decision, status in (
        ("", Status.DRAFT),
        ("toegezegd", Status.PROMISED),
        ("geplaatst", Status.PLACED),
        ("afgewezen", Status.REFUSED),
    ):
        tables = register(bordaanvragen=HEAD + request(decision=decision))
        assert judge(tables)[1] == []
        assert list(judge(tables)[2].request.values()) == [status]
    sent = register(bordaanvragen=HEAD + request(sent="5-3-2026"))
    assert list(judge(sent)[2].request.values()) == [Status.SUBMITTED]


@pytest.mark.parametrize(
    ("group", "groups"),
    [
        ("", "Tuindorp | Centrum | 1-2-2025 | 1-3-2025"),
        ("Tuindrop", "Tuindorp | Centrum | 1-2-2025 | 1-3-2025"),
        ("Tuindorp", "Tuindorp | Centrum | 1-2-2025 |"),
        ("Tuindorp", "Tuindorp | Centrum | ooit | 1-3-2025"),
        ("Tuindorp", "Tuindorp | Nergens | 1-2-2025 | 1-3-2025"),
    ],
)
def test_a_sign_request_is_of_a_started_group(group: str, groups: str) -> None:
    """A blank, unknown, new or blocked group blocks its request."""
    told = asked(request(group=group), groepen="Groep | Gebied | Aangemeld op | Gestart op\n" + groups)
    assert (STARTED, 2, "blokkeert") in told
    assert all(rule in {STARTED, "dates_make_sense", "a_group_lies_in_a_known_area"} for rule, _, _ in told)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", "52.95834, 4.76051"),
        ("52.95834, 4.76051", ""),
        ("", ""),
        ("bij de kerk", "52.95834, 4.76051"),
        ("52.95634, 4.76051", "52.95634, 4.76051"),
        ("52.95634, 4.76051", "52°57'22.8\"N 4°45'37.8\"E"),
        ("52.95634, 4.76051", "https://www.google.com/maps/@52.95634,4.76051,17z"),
        ("52.95634, 4.76051", "4.76051, 52.95834"),
        ("52.95634, 4.76051", "52.37, 4.89"),
        ("52.95634, 4.76051", "https://maps.app.goo.gl/AbCdEf"),
    ],
)
def test_a_sign_request_names_two_places(first: str, second: str) -> None:
    """Two readable ones, in the municipality, that are not one place, however they are written."""
    assert set(asked(request(first=first, second=second))) == {(TWO, 2, "blokkeert")}


@pytest.mark.parametrize(("metres", "expected"), [(24, [(TWO, 2, "blokkeert")]), (26, [])])
def test_less_than_25_metres_apart_is_one_place(metres: float, expected: list[tuple[str, int, str]]) -> None:
    """The border."""
    assert asked(request(first="52.950000, 4.760000", second=f"{52.95 + metres * METRE:.7f}, 4.760000")) == expected


def test_a_location_lies_on_the_groups_streets() -> None:
    """Told only where the description names streets, and none of them is the group's."""
    streets = """
        Straat            | Plaats      | Groep
        Kerkstraat        | Den Helder  | Tuindorp
        Oude Kerkstraat   | Den Helder  | Haven
        Molenlaan         | Den Helder  | Haven
        Plein             | Den Helder  | Haven
    """
    groups = "Groep | Gebied | Aangemeld op | Gestart op\nTuindorp | Centrum | 1-2-2025 | 1-3-2025\nHaven | Centrum | |"
    more = {"straten": streets, "groepen": groups}
    noise = {("a_group_has_an_admin", 3, "blokkeert")}
    assert set(asked(request(at="Molenln. 3", near="hoek Molenlaan / Kerkstraat"), **more)) - noise == {
        (LIES, 2, "let op")
    }
    assert set(asked(request(at="bij Oude Kerkstraat 3"), **more)) - noise == {(LIES, 2, "let op")}
    assert set(asked(request(at="lantaarnpaal 12 op het plein", near="naast de bakker"), **more)) == noise


def test_one_open_request_at_a_time() -> None:
    """The later one is blocked, by day and then by row; a decided or a blocked one keeps no other waiting."""
    why = "drukke hoek"
    assert asked(request(why=why, day="2-3-2026"), request(why=why, day="1-3-2026")) == [(ONE, 2, "blokkeert")]
    assert asked(request(why=why), request(why=why), request(why=why)) == [(ONE, 3, "blokkeert"), (ONE, 4, "blokkeert")]
    assert asked(request(why=why, day=""), request(why=why)) == [(ONE, 2, "blokkeert")]
    for decision in ("toegezegd", "geplaatst", "afgewezen"):
        assert asked(request(why=why, decision=decision), request(why=why)) == []
    assert asked(request(second=""), request()) == [(TWO, 2, "blokkeert")]
    told = lines(register(bordaanvragen=HEAD + "\n".join([request(why=why), request(why=why)])))
    assert "B-0001, in rij 2" in told[0]


def streets(count: int, doubled: bool = False) -> str:
    """That many streets of Tuindorp, the first of them in two rows if asked."""
    names = ["Kerkstraat", *(f"{letter * 3}straat" for letter in "abcdefghijklmnop")][:count]
    rows = [
        f"{name} | Den Helder | {'even' if doubled and not turn else ''} | Tuindorp" for turn, name in enumerate(names)
    ]
    return "\n".join(
        [
            "Straat | Plaats | Zijde | Groep",
            *rows,
            *(["Kerkstraat | Den Helder | oneven | Tuindorp"] if doubled else []),
        ]
    )


@pytest.mark.parametrize(
    ("count", "placed", "expected"),
    [
        (6, 0, []),
        (6, 1, [(ADVICE, 3, "let op")]),
        (7, 1, []),
        (12, 1, []),
        (12, 2, [(ADVICE, 4, "let op")]),
        (13, 2, []),
        (1, 0, []),
    ],
)
def test_signs_follow_the_advice(count: int, placed: int, expected: list[tuple[str, int, str]]) -> None:
    """Two signs for every six streets begun, over all of the group's requests."""
    rows = [request(decision="geplaatst", day="1-1-2025", why="") for _ in range(placed)] + [request()]
    assert asked(*rows, straten=streets(count)) == expected


def test_a_toelichting_makes_more_signs_fine() -> None:
    """Any word does; a dash does not."""
    earlier = request(decision="toegezegd", day="1-1-2025")
    assert asked(earlier, request(why="drukke hoek")) == []
    assert asked(earlier, request(why="-")) == [(ADVICE, 3, "let op")]


def test_what_counts_for_the_advice() -> None:
    """Refused and blocked requests do not; what was decided counts before what is open; a street in two rows is one."""
    assert asked(request(decision="afgewezen"), request(second=""), request()) == [(TWO, 3, "blokkeert")]
    assert asked(request(day="1-1-2025"), request(decision="geplaatst", day="1-2-2025")) == [(ADVICE, 2, "let op")]
    assert asked(request(decision="geplaatst"), request(), straten=streets(6, doubled=True)) == [(ADVICE, 3, "let op")]


def test_the_advice_follows_the_settings() -> None:
    """Four signs per six streets leave room for two requests."""
    tables = register(bordaanvragen=HEAD + "\n".join([request(decision="geplaatst"), request()]))
    assert found(tables) == [(ADVICE, 3)]
    assert found(tables, replace(TERMS, limits=Limits(signs=4))) == []
    assert found(tables, replace(TERMS, limits=Limits(per_streets=1))) == []


CARETAKER, DECIDED, STAYS = (
    "a_sign_request_reaches_the_caretaker",
    "a_sign_request_is_decided_in_time",
    "a_sign_request_that_went_stays_as_it_was",
)


def test_a_request_without_a_caretakers_address_goes_by_hand() -> None:
    """Told of what can go; not once it went, was decided or is blocked."""
    nobody = "Gebied | Plaats | Wijkconciërge | E-mail wijkconciërge\nCentrum | Den Helder | Kim |"
    assert asked(request(), gebieden=nobody) == [(CARETAKER, 2, "let op")]
    for row in (request(sent="met de hand 1-3-2026"), request(decision="toegezegd")):
        assert asked(row, gebieden=nobody) == []
    assert CARETAKER not in [rule for rule, _row, _weight in asked(request(second=""), gebieden=nobody)]


def test_a_request_is_decided_within_six_weeks() -> None:
    """Counted from the day that it went; a setting."""
    for sent, told in (("17-2-2026", False), ("16-2-2026", True)):  # 42 and 43 days before 31-3-2026
        row = request(nr="B-0001", sent=f"verstuurd {sent} (B-0001)")
        assert (asked(row) == [(DECIDED, 2, "let op")]) is told, sent
    assert asked(request(nr="B-0001", sent="met de hand 1-1-2026", decision="toegezegd")) == []
    assert asked(request(nr="B-0001", sent="onzeker sinds 1-1-2026")) == []
    tables = register(bordaanvragen=HEAD + request(nr="B-0001", sent="verstuurd 25-3-2026 (B-0001)"))
    assert found(tables, replace(TERMS, limits=Limits(decision_days=5))) == [(DECIDED, 2)]


def test_a_request_that_was_changed_after_it_went_is_told_of() -> None:
    """Whatever is asked counts; what is not part of it does not, and nothing is said before it went."""
    [one] = judge(register(bordaanvragen=HEAD + request(nr="B-0001")))[0].requests
    sent = f"verstuurd 20-3-2026 (B-0001, versie {one.asked})"
    assert asked(request(nr="B-0001", sent=sent)) == []
    assert asked(request(nr="B-0001", sent=sent, day="2-3-2026")) == []
    for changed in (
        request(nr="B-0001", sent=sent, second="52.95844, 4.76051"),
        request(nr="B-0001", sent=sent, at="bij Kerkstraat 2"),
        request(nr="B-0001", sent=sent, why="Er zijn veel straten."),
    ):
        assert asked(changed) == [(STAYS, 2, "let op")]
    assert asked(request(nr="B-0001", sent=sent, at="bij Kerkstraat 2", decision="geplaatst")) == []
