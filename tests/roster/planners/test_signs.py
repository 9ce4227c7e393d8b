"""A sound sign request becomes a document; nothing is written about another."""

from __future__ import annotations

from roster.plan.steps import Document
from roster.planners.signs import plan_signs
from support.plans import plan
from support.sheet_notation import register

SOUND = """
    Nr     | Groep    | Locatie 1        | Omschrijving 1 | Locatie 2        | Omschrijving 2 | Aangevraagd door | Besluit
    B-0001 | Tuindorp | 52.9500, 4.7600  | Kerkstraat 1   | 52.9520, 4.7600  | Molenlaan 2    | Ada              |
"""


def test_a_sound_request_is_written_down_with_its_two_places() -> None:
    """Number, group, streets and links that open on a phone; of people only who asked."""
    [step] = plan(plan_signs, register(bordaanvragen=SOUND))
    assert isinstance(step, Document) and step.path == "borden/B-0001.md"
    assert (step.facts["group"], step.facts["streets"], step.facts["requested_by"]) == (
        "Tuindorp",
        ["Kerkstraat", "Molenlaan"],
        "Ada",
    )
    first, second = step.facts["locations"]  # type: ignore[misc]  # two locations, by the law
    assert first["link"] == "https://www.google.com/maps/search/?api=1&query=52.950000%2C4.760000"
    assert second["description"] == "Molenlaan 2"


def test_a_request_that_is_blocked_or_refused_is_not_written() -> None:
    """One place is missing; the other was decided against."""
    assert plan(plan_signs, register(bordaanvragen=SOUND.replace("52.9520, 4.7600", ""))) == []
    refused = SOUND.replace("| Ada              |", "| Ada              | afgewezen")
    assert plan(plan_signs, register(bordaanvragen=refused)) == []
