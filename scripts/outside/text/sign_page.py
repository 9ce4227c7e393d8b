"""Sets a sign request on one A4, as a page and as a PDF: its letter, a code for each place, and one map of both."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from markupsafe import Markup, escape

from outside.config.languages import TEMPLATES
from outside.config.settings import Settings
from outside.console import warn
from outside.errors import Stop
from outside.text.sources import Sources
from outside.text.templates import fill_page, find_text
from outside.text.tiles import TILE_SIZE, Tile, tiles_of

Facts = Mapping[str, object]

TILES = "kaarten"
"""The folder in state/ with the pieces of maps."""

MAP_WIDTH, MAP_HEIGHT = 600, 340
_MARGIN = 70
_BARS = (10, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
_FINEST = 18
"""The closest zoom: nearer by, a map shows nothing but two roofs."""

_EQUATOR_M = 40_075_016.686
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""The same letter is the same PDF, whenever it is made."""


def sign_html(facts: Facts, language: str, settings: Settings) -> str:
    """The whole page. Raises Stop where a text is missing or wrong."""
    text = find_text("signs", language, settings.language)
    page = {
        **facts,
        "letter": text.piece({**facts, "attached": False}),
        "language": text.language,
        "map": Markup(_map(facts, settings)),  # noqa: S704  # our own drawing, every fact in it escaped
        "codes": [Markup(code) for code in _codes(facts)],  # noqa: S704  # likewise
    }
    return fill_page("signs.html", text.language, page)


def sign_pdf(facts: Facts, language: str, settings: Settings) -> bytes | None:
    """The same as a tagged PDF (PDF/UA-1); None where it cannot be made, which is told. Raises Stop as `sign_html`.

    Words and pictures go in as data: what people typed is never read as markup.
    """
    text = find_text("signs", language, settings.language)
    pdf_facts = {**facts, "attached": False}
    letter = text.piece(pdf_facts).replace("<br>", "<br/>").replace("<hr>", "<hr/>")  # as XML
    given = {
        "letter": f"<letter>{letter}</letter>",
        "title": text.subject(pdf_facts),
        "author": str(facts["network"]),
        "language": text.language,
        "map_alt": _described(facts),
        "codes": [{"drawing": code, "alt": link} for code, link in zip(_codes(facts), _links(facts), strict=False)],
    }
    plain = replace(settings, map=replace(settings.map, tiles=""))
    for drawing in dict.fromkeys(_map(facts, one) for one in (settings, plain)):  # a tile may be spoilt within
        pdf = _typeset(json.dumps({**given, "map": drawing}))
        if pdf is not None:
            return pdf
    warn(f"Van aanvraag {facts['nr']} kon geen pdf worden gemaakt. Gebruik aanvraag.html: die kunt u ook printen.")
    return None


@lru_cache(maxsize=16)  # the file, the letter and its copy are one
def _typeset(given: str) -> bytes | None:
    """By the fonts that come with it, the same everywhere; where these lack a sign, by all that there are. One that
    no font here has is a box, which the standard forbids."""
    with suppress(ImportError, Stop):
        import typst  # 30 MB that only a request needs; there are systems without it

        source = Sources(TEMPLATES).read("signs.typ").encode()
        compiled: Any = typst.compile  # where it is not there, nothing is known of its types
        for own_fonts, standard in ((True, "ua-1"), (False, "ua-1"), (False, None)):
            with suppress(RuntimeError, ValueError):
                made = compiled(
                    source,
                    root=str(TEMPLATES),
                    format="pdf",
                    sys_inputs={"given": given},
                    pdf_standards=standard,
                    timestamp=_NO_DAY,
                    ignore_system_fonts=own_fonts,
                )
                return bytes(made)
    return None


def _links(facts: Facts) -> list[str]:
    return [str(one["link"]) for one in cast("Sequence[Mapping[str, object]]", facts["locations"])]


def _codes(facts: Facts) -> list[str]:
    """A QR code for each place, as an SVG: a phone opens it in its map."""
    with suppress(ImportError):
        return [_code(number, link) for number, link in enumerate(_links(facts), 1)]
    return []


@lru_cache(maxsize=64)  # the page, the PDF and the mails show the same
def _code(number: int, link: str) -> str:
    import segno  # only a request needs it

    drawn = io.BytesIO()
    code = segno.make_qr(link, error="m")
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, light="#ffffff", svgclass=None, lineclass=None)
    opening = f'<svg role="img" aria-label="{number}: {escape(link)}" '
    return drawn.getvalue().decode().strip().replace("<svg ", opening, 1)


def _described(facts: Facts) -> str:
    """The map in words, for who hears the page."""
    places = cast("Sequence[Mapping[str, str]]", facts["locations"])
    parts = [
        " ".join(filter(None, (f"{number}:", one["description"], f"({one['latitude']}, {one['longitude']})")))
        for number, one in enumerate(places, 1)
    ]
    return f"{'; '.join(parts)}; {facts['distance']} m"


def _map(facts: Facts, settings: Settings) -> str:
    """An SVG of both places, north up: on the map where there is one, else a plain drawing to scale."""
    places = cast("Sequence[Mapping[str, object]]", facts["locations"])
    first, second = (in_world(float(str(one["latitude"])), float(str(one["longitude"]))) for one in places)
    server, tiles = settings.map.tiles, None
    if server:
        drawn, wanted = draw_places(first, second, on_tiles=True)
        tiles = tiles_of(list(wanted), server, settings.paths.state / TILES)
    if tiles is None:
        drawn, wanted = draw_places(first, second, on_tiles=False)
    placed = [
        {"x": x, "y": y, "data": f"data:image/png;base64,{base64.b64encode(tile).decode()}"}
        for (x, y), tile in zip(wanted.values(), tiles or (), strict=False)
    ]
    more = {"tiles": placed, "size": TILE_SIZE, "alt": _described(facts), "credit": settings.map.credit}
    return fill_page("signs_map.svg", settings.language, {**drawn, **more})


def in_world(latitude: float, longitude: float) -> tuple[float, float]:
    """A place on the map of the world (Web Mercator, EPSG:3857): shares of its side, from the north-west."""
    north = math.asinh(math.tan(math.radians(latitude)))
    return longitude / 360 + 0.5, 0.5 - north / math.tau


def draw_places(
    first: tuple[float, float], second: tuple[float, float], *, on_tiles: bool
) -> tuple[dict[str, object], dict[Tile, tuple[int, int]]]:
    """Where both places, the arrow and the bar are drawn; and which tiles lie below it, and where.

    As large as both fit, and `on_tiles` at the next smaller scale that tiles are drawn at.
    """
    across, down = abs(second[0] - first[0]), abs(second[1] - first[1])
    scale = min((MAP_WIDTH - 2 * _MARGIN) / max(across, 1e-9), (MAP_HEIGHT - 2 * _MARGIN) / max(down, 1e-9))
    zoom = max(0, min(_FINEST, math.floor(math.log2(scale / TILE_SIZE))))
    scale = TILE_SIZE * 2**zoom if on_tiles else scale
    left = round((first[0] + second[0]) / 2 * scale - MAP_WIDTH / 2)
    top = round((first[1] + second[1]) / 2 * scale - MAP_HEIGHT / 2)
    latitude = math.atan(math.sinh((1 - first[1] - second[1]) * math.pi))
    metre = scale / (_EQUATOR_M * math.cos(latitude))
    bar = max((metres for metres in _BARS if metres * metre <= MAP_WIDTH / 3), default=_BARS[0])
    drawn: dict[str, object] = {
        "width": MAP_WIDTH,
        "height": MAP_HEIGHT,
        "spots": [{"x": round(x * scale - left), "y": round(y * scale - top)} for x, y in (first, second)],
        "bar": bar,
        "bar_end": 20 + round(bar * metre),
    }
    wanted = {
        (zoom, column % 2**zoom, row): (column * TILE_SIZE - left, row * TILE_SIZE - top)
        for row in range(top // TILE_SIZE, (top + MAP_HEIGHT - 1) // TILE_SIZE + 1)
        for column in range(left // TILE_SIZE, (left + MAP_WIDTH - 1) // TILE_SIZE + 1)
        if on_tiles and 0 <= row < 2**zoom
    }
    return drawn, wanted
