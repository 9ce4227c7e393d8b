"""Writes down each sound sign request: the facts, and its two places as links to the map."""

from __future__ import annotations

from collections.abc import Iterator

from roster.model import Status
from roster.plan.steps import Document, View
from roster.sheet.table import fold

STATES = (Status.DRAFT, Status.SUBMITTED, Status.PROMISED, Status.PLACED)


def plan_signs(view: View) -> Iterator[Document]:
    """One document, borden/<nr>.md, for each request that is neither blocked nor refused."""
    roster, standing = view.roster, view.standing
    for request in roster.requests:
        if standing.request[request.place.key] not in STATES:
            continue
        first, second = request.locations
        assert first is not None and second is not None  # a request without two places is blocked
        group = roster.group_named[fold(request.group)]
        area = roster.area_named[fold(group.area)]
        streets = sorted({street.name for street in roster.streets_of.get(fold(group.name), ())}, key=fold)
        facts: dict[str, object] = {
            "nr": request.nr,
            "network": view.terms.network.name,
            "group": group.name,
            "area": area.name,
            "town": area.town,
            "caretaker": area.caretaker,
            "streets": streets,
            "requested_on": request.requested_on,
            "requested_by": request.requested_by,
            "explanation": request.explanation,
            "status": standing.request[request.place.key].value,
            "locations": [
                {
                    "description": description,
                    "latitude": f"{location.latitude:.6f}",
                    "longitude": f"{location.longitude:.6f}",
                    "link": location.link,
                }
                for location, description in zip((first, second), request.descriptions, strict=True)
            ],
        }
        yield Document(f"borden/{request.nr}.md", "signs", view.terms.language, facts, request.place)
