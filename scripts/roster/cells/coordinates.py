"""Locations: a place on the map from two numbers, degrees and minutes, or a link of a map."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

from roster.cells.plus_codes import PLUS_CODE, TooCoarse, point_of_plus_code
from roster.cells.text import Unreadable, plain_digits, text
from roster.model import Location
from roster.sheet.table import Cell, fold
from roster.terms import Bounds

_PASTE = (
    "Zoek de plek op in Google Maps, houd uw vinger erop (of klik met rechts), "
    "kopieer de twee getallen en plak ze hier. Bijvoorbeeld: {}."
)
_SHORT = re.compile(
    r"(?:maps\.app\.goo\.gl|goo\.gl|g\.co|g\.page|share\.google|bit\.ly|tinyurl\.com|t\.co|app\.goo\.gl|apple\.co"
    r"|maps\.apple)(?:[/?]|$)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.|maps\.|goo\.gl/|google\.[a-z]+/)\S+", re.IGNORECASE)


def location(cell: Cell, bounds: Bounds, towns: Sequence[str] = ()) -> Location | None:
    """The place in the cell, None if blank; six decimals, inside `bounds`. Nothing is looked up.

    Understood: "52.95634, 4.76051" with points or commas, degrees with minutes and seconds, geo:
    links, the long links of Google Maps, where the pin counts before the middle of the screen, and Plus Codes:
    whole ones, and short ones alone or with one of `towns` behind them, which lie here.
    `Unreadable` with what to paste instead: short links, addresses, words, two places in one cell,
    places outside the municipality, and latitude and longitude the wrong way round.
    """
    try:
        return _location(cell, bounds, towns)
    except Unreadable as wrong:
        latitude, longitude = bounds.spot
        raise Unreadable(wrong.message, wrong.remedy.replace("{}", f"{latitude:.5f}, {longitude:.5f}")) from None


def _location(cell: Cell, bounds: Bounds, towns: Sequence[str]) -> Location | None:
    typed = plain_digits(text(cell))
    if not typed:
        return None
    if not isinstance(cell, str):
        raise Unreadable("Hier staat maar één getal. Een plek heeft er twee.", _PASTE)
    code = _point_of_code(re.sub(r"^(?:https?://)?(?:www\.)?plus\.codes/", "", typed), bounds, towns)
    if code is not None:
        return _inside(code, bounds)
    link = _LINK.search(typed)
    if link is not None:
        around = (typed[: link.start()] + " " + typed[link.end() :]).strip()
        return _inside(_point_of_link(link.group(), around), bounds)
    if typed[:4].casefold() == "geo:":
        return _inside(_point_of_geo(typed[4:]), bounds)
    point = _point_of_text(typed)
    if point is None:
        raise _no_point(typed)
    return _inside(point, bounds)


Point = tuple[float, float]
_EARTH = 6_371_008.8  # mean radius in metres (IUGG)


def distance_m(one: Location, other: Location) -> float:
    """The distance in metres over the ground between two locations, on a round earth."""
    south, north = math.radians(one.latitude), math.radians(other.latitude)
    half_up = (north - south) / 2
    half_along = math.radians(other.longitude - one.longitude) / 2
    square = math.sin(half_up) ** 2 + math.cos(south) * math.cos(north) * math.sin(half_along) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(min(1.0, square)))


def _inside(point: Point, bounds: Bounds) -> Location:
    latitude, longitude = round(point[0], 6), round(point[1], 6)
    if bounds.hold(latitude, longitude):
        return Location(latitude, longitude)
    if bounds.hold(longitude, latitude):
        first, then = map(int, bounds.spot)
        raise Unreadable(
            "Breedte en lengte zijn verwisseld.", f"Zet de twee getallen andersom: eerst {first}…, dan {then}…."
        )
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Unreadable("Deze getallen zijn geen plek op de kaart.", _PASTE)
    raise Unreadable("Deze plek ligt buiten de gemeente.", _PASTE)


_DECIMAL = r"[-+]?[0-9]{1,3}(?:[.,][0-9]+)?"
_ZOOM = r"(?:,(?:1[3-9]|2[0-9])(?:\.[0-9]+)?z)?"
_PAIR = re.compile(
    rf"[(\[]? ?(?:(?:lat(?:itude)?|breedte|noord)[:= ]+)?(?P<one>{_DECIMAL}) ?°?(?P<gap> ?[,;/|] ?| )"
    rf"(?:(?:lon(?:gitude)?|lng|lengte|oost)[:= ]+)?(?P<two>{_DECIMAL}) ?°?{_ZOOM} ?[)\]]?",
    re.IGNORECASE,
)
# One angle: degrees, then minutes, then seconds; the marks for both in every form that maps and phones use.
_MINUTE = "['\u2032\u2019\u2018\u00b4`]"
_SECOND = "(?:[\"\u2033\u201d\u201c]|''|\u2019\u2019|\u2032\u2032)"
_PART = r"[0-9]{1,2}(?:[.,][0-9]+)?"
_CORE = (
    r"(?P<degrees>[0-9]{1,3}(?:[.,][0-9]+)?) ?(?:[°º*] ?)?"
    rf"(?:(?P<minutes>{_PART}) ?{_MINUTE} ?(?:(?P<seconds>{_PART}) ?{_SECOND})?)?"
)
_LETTER_FIRST = re.compile(rf"(?P<side>[NEOSZW])\.? ?{_CORE}", re.IGNORECASE)
_LETTER_LAST = re.compile(rf"{_CORE} ?(?P<side>N\.?B\.?|O\.?L\.?|[NEOSZW](?![^\W\d_]))?", re.IGNORECASE)
_BETWEEN = re.compile(r" ?[,;/]? ?")


def _point_of_text(typed: str) -> Point | None:
    """The point that two numbers or two angles stand for; None when the text is neither."""
    if not typed:
        return None
    found = _PAIR.fullmatch(typed)
    if found is not None:
        one, two = found["one"], found["two"]
        if ("." in one or "," in one) and ("." in two or "," in two):
            return float(one.replace(",", ".")), float(two.replace(",", "."))
        return None
    return _point_of_angles(typed)


def _point_of_angles(typed: str) -> Point | None:
    """52°57'22.8"N 4°45'37.8"E, N 52.956° O 4.760°, 52° 57,38' NB 4° 45,63' OL."""
    pattern = _LETTER_FIRST if typed[0].isalpha() else _LETTER_LAST
    first = pattern.match(typed)
    if first is None:
        return None
    gap = _BETWEEN.match(typed, first.end())
    second = pattern.fullmatch(typed, gap.end() if gap else first.end())
    if second is None:
        return None
    sides = [(angle["side"] or "")[:1].upper().replace("O", "E") for angle in (first, second)]
    if sides == ["E", "N"]:
        return _degrees(second), _degrees(first)
    if sides == ["N", "E"] or (sides == ["", ""] and "°" in typed):
        return _degrees(first), _degrees(second)
    return None


def _degrees(angle: re.Match[str]) -> float:
    parts = [angle[name] or "0" for name in ("degrees", "minutes", "seconds")]
    whole, minutes, seconds = (float(part.replace(",", ".")) for part in parts)
    if minutes >= 60 or seconds >= 60:
        raise Unreadable("Minuten en seconden lopen tot 60.", _PASTE)
    return whole + minutes / 60 + seconds / 3600


def _point_of_geo(typed: str) -> Point:
    path, _, query = typed.partition("?")
    named = parse_qs(query).get("q", [""])[0].split("(")[0].strip()
    for candidate in (named, path.split(";")[0]):
        point = _point_of_text(candidate)
        if point is not None and point != (0.0, 0.0):
            return point
    raise Unreadable("In deze geo-link staat geen plek.", _PASTE)


_PIN = re.compile(r"!3d(-?[0-9]{1,3}\.[0-9]+)!4d(-?[0-9]{1,3}\.[0-9]+)")
_VIEW = re.compile(r"/@(-?[0-9]{1,3}\.[0-9]+),(-?[0-9]{1,3}\.[0-9]+)(?:,([0-9]+(?:\.[0-9]+)?)([zm]))?")
_HASH = re.compile(r"(?:map=)?[0-9.]+/(-?[0-9]{1,3}\.[0-9]+)/(-?[0-9]{1,3}\.[0-9]+)")
_QUERIES = ("q", "query", "destination", "daddr", "ll", "coordinate", "center", "cbll", "viewpoint", "sll")


def _point_of_link(link: str, around: str) -> Point:
    """The point that a link of a map holds in itself: pin, named place, query, middle of the screen."""
    bare = re.sub(r"^https?://", "", link.rstrip(".,;>)\"'"), flags=re.IGNORECASE)
    beside = _point_of_text(around) if around else None
    if beside is not None:
        return beside
    if _SHORT.match(bare):
        raise Unreadable("Een korte link is niet te lezen.", _PASTE)
    if re.match(r"(?:[a-z]+\.)?(?:what3words\.com|w3w\.co)(?:/|$)", bare, re.IGNORECASE):
        raise Unreadable("Drie woorden van what3words zijn niet te lezen.", _PASTE)
    points = list(dict.fromkeys(_best_points("https://" + bare)))
    if len(points) > 1:
        raise Unreadable("In deze link staan meer plekken.", _PASTE)
    if not points:
        raise Unreadable("In deze link staat geen plek.", _PASTE)
    return points[0]


def _best_points(link: str) -> list[Point]:
    """The points of the surest kind that the link holds; several when it does not say which one is meant."""
    try:
        parts = urlsplit(link)
    except ValueError:
        raise Unreadable("Deze link is niet te lezen.", _PASTE) from None
    points = list(_pins(link)) or list(_named_places(parts.path)) or list(_asked_places(parts.query))
    if not points and "/dir/" in parts.path:
        raise Unreadable("Dit is een route, geen plek.", _PASTE)
    return points or list(_views(link, parts.fragment))


def _pins(link: str) -> Iterator[Point]:
    for latitude, longitude in _PIN.findall(unquote(link)):
        yield float(latitude), float(longitude)


def _named_places(path: str) -> Iterator[Point]:
    for piece in path.split("/"):
        point = _point_of_text(" ".join(unquote_plus(piece).split()))
        if point is not None:
            yield point


def _asked_places(query: str) -> Iterator[Point]:
    asked = parse_qs(query)
    if "mlat" in asked and "mlon" in asked:  # OpenStreetMap's pin
        asked["q"] = [f"{asked['mlat'][0]},{asked['mlon'][0]}"]
    for name in _QUERIES:
        for value in asked.get(name, []):
            point = _point_of_text(" ".join(value.removeprefix("loc:").split()))
            if point is not None:
                yield point
                return


def _views(link: str, fragment: str) -> Iterator[Point]:
    """The middle of the screen, where the map stands close enough to mean a place."""
    found = _VIEW.search(unquote(link))
    if found is not None:
        size, unit = float(found[3] or 17), found[4] or "z"
        if (unit == "z" and size < 13) or (unit == "m" and size > 8000):
            raise Unreadable("De kaart in deze link staat te ver weg om de plek te weten.", _PASTE)
        yield float(found[1]), float(found[2])
        return
    inside = _HASH.search(fragment)
    if inside is not None:
        yield float(inside[1]), float(inside[2])


def _point_of_code(typed: str, bounds: Bounds, towns: Sequence[str]) -> Point | None:
    """The point of a Plus Code, whatever Google Maps shows behind it; None where the text is none."""
    code = PLUS_CODE.match(typed)
    if code is None or "http" in typed:
        return None
    town = fold(typed[code.end() :].strip(" ,").split(",")[0])
    if len(code["head"]) < 8 and town and town not in map(fold, towns):
        raise Unreadable("Achter deze pluscode staat een plaats die niet van hier is.", _PASTE)
    try:
        return point_of_plus_code(code["head"], code["tail"] or "", bounds.at(0.5, 0.5))
    except TooCoarse:
        raise Unreadable("Deze pluscode is van een heel gebied, en niet van een plek.", _PASTE) from None


def _no_point(typed: str) -> Unreadable:
    if re.match(r"/{3}\w+\.\w+\.\w+|\w+\.\w+\.\w+$", typed) and not any(mark.isdigit() for mark in typed):
        return Unreadable("Drie woorden van what3words zijn niet te lezen.", _PASTE)
    if PLUS_CODE.search(typed):
        return Unreadable("Hier staat meer dan een pluscode.", _PASTE)
    numbers = re.findall(r"[0-9]+(?:[.,][0-9]+)?", typed)
    words = re.search(r"[^\W\d_]{3,}", typed)
    if not words and len(numbers) > 2:
        return Unreadable("Hier staan meer dan twee getallen.", _PASTE)
    if not words and len(numbers) == 1:
        return Unreadable("Hier staat maar één getal. Een plek heeft er twee.", _PASTE)
    if not words and numbers:
        return Unreadable("Deze getallen zijn geen plek op de kaart.", _PASTE)
    return Unreadable("Een adres of omschrijving is geen plek op de kaart.", _PASTE)
