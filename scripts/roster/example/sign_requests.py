"""Asks for signs in the example: two places each, and every way in which a request can end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from roster.example.layout import Neighbours, Row


def sign_requests(groups: list[Neighbours], admins: dict[str, list[Row]], today: date, chance: Random) -> Iterator[Row]:
    """A request of every third started group or so, each with another ending; a refused one is asked anew."""
    endings = ("", "toegezegd", "geplaatst", "afgewezen")
    turn = 0
    for group in groups:
        if group.started is None or (chance.random() > 0.4 and turn >= len(endings)):
            continue
        ending = endings[turn % len(endings)]
        turn += 1
        asked = group.started + timedelta(days=chance.randint(0, max(0, (today - group.started).days - 40)))
        by = next((f"{row['Voornaam']} {row['Achternaam']}" for row in admins.get(group.name, [])), "")
        yield _sign_request(group, by, asked, ending, chance)
        if ending == "afgewezen":
            yield _sign_request(group, by, min(today, asked + timedelta(days=35)), "", chance)


def _sign_request(group: Neighbours, by: str, asked: date, ending: str, chance: Random) -> Row:
    one, other = chance.choice(group.stretches), chance.choice(group.stretches)
    latitude = group.middle[0] + chance.uniform(-0.002, 0.002)
    longitude = group.middle[1] + chance.uniform(-0.003, 0.003)
    return {
        "Groep": group.name,
        "Locatie 1": _spot(latitude, longitude, chance),
        "Omschrijving 1": f"lantaarnpaal bij {one.name} {one.number(chance)}",
        "Locatie 2": _spot(latitude + 0.0018, longitude - 0.0021, chance),
        "Omschrijving 2": f"begin van {other.name}, naast het elektriciteitshuisje",
        "Aangevraagd op": asked,
        "Aangevraagd door": by,
        "Besluit": ending or None,
        "Besluit op": asked + timedelta(days=chance.randint(5, 30)) if ending else None,
    }


def _spot(latitude: float, longitude: float, chance: Random) -> str:
    """A place as people paste it: two numbers, or a link of Google Maps."""
    pair = f"{latitude:.6f},{longitude:.6f}"
    return chance.choice(
        (
            pair.replace(",", ", "),
            f"https://www.google.com/maps?q={pair}",
            f"https://www.google.com/maps/@{pair},19z",
            f"https://www.google.com/maps/search/?api=1&query={pair.replace(',', '%2C')}",
        )
    )
