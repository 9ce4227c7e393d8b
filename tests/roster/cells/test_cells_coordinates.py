"""Places on the map as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.cells import Unreadable, distance_m, location
from roster.model import Location
from roster.sheet.table import Cell
from roster.terms import Bounds

BOUNDS = Bounds()
SPOT = Location(52.95634, 4.76051)
MAPS = "https://www.google.com/maps"

NUMBERS = """
52.95634, 4.76051
52.95634,4.76051
52,95634 4,76051
52,95634, 4,76051
52,95634,4,76051
52.95634;4.76051
52.95634 / 4.76051
(52.95634, 4.76051)
52.95634° N, 4.76051° E
52.95634° N, 4.76051° O
52.95634N 4.76051E
N52.95634 E4.76051
N 52,95634 O 4,76051
4.76051E, 52.95634N
lat: 52.95634 lon: 4.76051
52.956340, 4.760510
52.95634,4.76051,17z
geo:52.95634,4.76051
geo:52.95634,4.76051;u=35
geo:0,0?q=52.95634,4.76051(Lantaarnpaal)
"""
LINKS = f"""
{MAPS}/@52.95634,4.76051,17z
{MAPS}/@52.95634,4.76051,350m/data=!3m1!1e3
{MAPS}/@52.95634,4.76051,3a,75y,210h,90t/data=!3m7!1e1
{MAPS}/place/Kerkstraat+1/@52.9,4.7,17z/data=!3m1!4b1!4m6!3m5!1s0x0:0x0!8m2!3d52.95634!4d4.76051!16s%2Fg%2F1
{MAPS}/place/Kerkstraat/data=%213m1%214b1%214m5%213m4%218m2%213d52.95634%214d4.76051
{MAPS}/place/52.95634+4.76051
{MAPS}/place/52.95634,4.76051/@52.9,4.7,17z
{MAPS}/search/52.95634,+4.76051?entry=tts
{MAPS}/search/?api=1&query=52.95634%2C4.76051
{MAPS}?q=52.95634,4.76051&z=17
{MAPS}?q=loc:52.95634,4.76051
{MAPS}?ll=52.95634,4.76051&z=17
{MAPS}/dir/?api=1&destination=52.95634,4.76051
{MAPS}/dir//52.95634,4.76051/@52.9,4.7,17z
https://maps.google.com/?q=52.95634,4.76051
https://maps.google.nl/maps?f=q&q=52.95634,+4.76051
maps.google.com/?q=52.95634,4.76051
www.google.nl/maps/@52.95634,4.76051,19z
Bord hier: {MAPS}?q=52.95634,4.76051 .
52.95634, 4.76051 https://maps.app.goo.gl/abcDEF
https://maps.apple.com/?ll=52.95634,4.76051
https://www.openstreetmap.org/?mlat=52.95634&mlon=4.76051#map=17/52.9/4.7
https://www.openstreetmap.org/#map=17/52.95634/4.76051
"""


@pytest.mark.parametrize("typed", NUMBERS.strip().splitlines())
def test_two_numbers_are_a_place(typed: str) -> None:
    """With points or commas, and any usual mark between."""
    assert location(typed, BOUNDS) == SPOT


@pytest.mark.parametrize("typed", LINKS.strip().splitlines())
def test_a_long_link_of_a_map_is_a_place(typed: str) -> None:
    """Pin before named place, before query, before the middle of the screen."""
    assert location(typed, BOUNDS) == SPOT


@pytest.mark.parametrize(
    "typed",
    [
        "52°57'22.8\"N 4°45'37.8\"E",
        "52°57'22,8\"N, 4°45'37,8\"O",
        "52° 57' 22,8\" NB 4° 45' 37,8\" OL",
        "52°57\u203222.8\u2033N 4°45\u203237.8\u2033E",
        "52\u00ba57\u201922.8\u201dN 4\u00ba45\u201937.8\u201dE",
        "52°57'22.8''N 4°45'37.8''E",
        "N 52°57'22.8\" E 4°45'37.8\"",
        "N 52° 57.380' E 004° 45.630'",
        "4°45'37.8\"E 52°57'22.8\"N",
        "52°57'22.8\" 4°45'37.8\"",
        f"{MAPS}/place/52%C2%B057'22.8%22N+4%C2%B045'37.8%22E/@52.9,4.7,17z",
    ],
)
def test_degrees_minutes_and_seconds_are_a_place(typed: str) -> None:
    """Also with O for oost, NB and OL, and the letters before."""
    assert location(typed, BOUNDS) == Location(52.956333, 4.7605)


@pytest.mark.parametrize(
    ("typed", "spot"),
    [
        ("9F46XQ46+G6", (52.9563125, 4.7605625)),
        ("9f46xq46+g6", (52.9563125, 4.7605625)),
        ("9F46XQ46+G6 Den Helder, Nederland", (52.9563125, 4.7605625)),
        ("XQ46+G6 Den Helder", (52.9563125, 4.7605625)),
        ("XQ46+G6, DEN HELDER, Netherlands", (52.9563125, 4.7605625)),
        ("XQ46+G6", (52.9563125, 4.7605625)),
        ("XQ46+G6J Huisduinen", (52.9563375, 4.7605156)),
        ("https://plus.codes/9F46XQ46+G6", (52.9563125, 4.7605625)),
    ],
)
def test_a_plus_code_is_a_place(typed: str, spot: tuple[float, float]) -> None:
    """Whole, or short with a place of here behind it, as Google Maps shows it; the middle of its cell (Google's own)."""
    found = location(typed, BOUNDS, ("Den Helder", "Huisduinen"))
    assert found is not None and distance_m(found, Location(*spot)) < 0.2


REFUSED = f"""
https://maps.app.goo.gl/abcDEF           | korte link
maps.app.goo.gl/abcDEF                   | korte link
https://goo.gl/maps/abcDEF               | korte link
Zie https://maps.app.goo.gl/abcDEF       | korte link
https://g.co/kgs/abc                     | korte link
///appel.peer.banaan                     | what3words
appel.peer.banaan                        | what3words
https://what3words.com/appel.peer.banaan | what3words
XQ46+G6 Alkmaar                          | een plaats die niet van hier is
9F46XQ46+                                | van een heel gebied
9F469VCR+XX                              | buiten de gemeente
XQ46+G6 en XQ4M+8G                       | een plaats die niet van hier is
naast XQ46+G6                            | meer dan een pluscode
4.76051, 52.95634                        | verwisseld
{MAPS}?q=4.76051,52.95634                | verwisseld
51.5074, 4.1278                          | buiten de gemeente
52.95634, -4.76051                       | buiten de gemeente
0.0, 0.0                                 | buiten de gemeente
95.1, 200.1                              | geen plek op de kaart
112345, 552345                           | geen plek op de kaart
52.95634                                 | maar één getal
52,95634                                 | maar één getal
52.95634, 4.76051 52.95634, 4.76052      | meer dan twee getallen
52°61'22.8"N 4°45'37.8"E                 | tot 60
Kerkstraat 12, Den Helder                | adres of omschrijving
lantaarnpaal bij de kerk                 | adres of omschrijving
?                                        | adres of omschrijving
{MAPS}/place/Den+Helder                  | geen plek
{MAPS}?cid=12345                         | geen plek
{MAPS}/dir/Den+Helder/Julianadorp/@52.9,4.7,17z | route
{MAPS}/dir/52.95,4.76/52.96,4.77/@52.9,4.7,17z  | meer plekken
{MAPS}/@52.95634,4.76051,9z              | te ver weg
https://[stuk                            | niet te lezen
geo:0,0                                  | geo-link
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_what_is_no_clear_place_is_refused(line: str) -> None:
    """Each with its own reason, and what to paste instead."""
    typed, told = (piece.strip() for piece in line.rsplit("|", 1))
    with pytest.raises(Unreadable) as wrong:
        location(typed, BOUNDS)
    assert told in wrong.value.message
    assert "getallen" in wrong.value.remedy


@pytest.mark.parametrize("cell", [52.95634, 5295634, True, float("nan")])
def test_a_lone_number_is_no_place(cell: Cell) -> None:
    """A cell that holds one number."""
    with pytest.raises(Unreadable, match="één getal"):
        location(cell, BOUNDS)


@pytest.mark.parametrize("cell", [None, "", " ", "\u200b"])
def test_a_blank_cell_is_no_place(cell: Cell) -> None:
    """Blank is None, not a fault."""
    assert location(cell, BOUNDS) is None


INSIDE = st.builds(
    lambda north, east: Location(round(north, 6), round(east, 6)), st.floats(52.861, 52.979), st.floats(4.681, 4.879)
)
PLACELIKE = st.text("52.9,47 °'\"NEO/:geo?q=@!3d4")
LINKLIKE = st.text().map(lambda end: f"{MAPS}/{end}")


@given(INSIDE)
def test_every_form_of_a_place_is_that_place(spot: Location) -> None:
    """Two numbers, with points and with commas, our own link, and a pin."""
    points = f"{spot.latitude:.6f}, {spot.longitude:.6f}"
    commas = f"{spot.latitude:.6f} {spot.longitude:.6f}".replace(".", ",")
    pin = f"{MAPS}/place/X/@52.9,4.7,17z/data=!8m2!3d{spot.latitude:.6f}!4d{spot.longitude:.6f}"
    assert {location(form, BOUNDS) for form in (points, commas, spot.link, pin)} == {spot}


@given(st.one_of(st.text(), PLACELIKE, LINKLIKE, st.floats(), st.dates()))
def test_location_raises_nothing_but_unreadable(cell: Cell) -> None:
    """And a place that was read lies inside, and its link reads as itself."""
    try:
        read = location(cell, BOUNDS)
    except Unreadable:
        return
    assert read is None or (BOUNDS.hold(read.latitude, read.longitude) and location(read.link, BOUNDS) == read)


def test_distance_is_in_metres_over_the_ground() -> None:
    """A degree of latitude is 111.195 km on the mean sphere; at 60° north a degree of longitude is half of that."""
    assert distance_m(Location(52.0, 4.0), Location(53.0, 4.0)) == pytest.approx(111_195, abs=1)
    assert distance_m(Location(60.0, 4.0), Location(60.0, 4.001)) == pytest.approx(55.6, abs=0.1)
    assert distance_m(SPOT, SPOT) == 0


@given(INSIDE, INSIDE)
def test_distance_is_the_same_both_ways(one: Location, other: Location) -> None:
    """And never more than the municipality is wide."""
    assert distance_m(one, other) == pytest.approx(distance_m(other, one))
    assert distance_m(one, other) < 20_000
