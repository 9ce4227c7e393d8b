"""A sound sign request that did not go yet becomes a page; stickers that are missing are listed by address."""

from __future__ import annotations

from roster.plan.steps import Document
from roster.planners.signs import plan_signs, plan_stickers
from support.plans import plan
from support.sheet_notation import register

SOUND = """
    Nr     | Groep    | Locatie 1        | Omschrijving 1 | Locatie 2        | Omschrijving 2 | Aangevraagd door | Besluit | Verstuurd
    B-0001 | Tuindorp | 52.9500, 4.7600  | Kerkstraat 1   | 52.9520, 4.7600  | Molenlaan 2    | Ada              |         |
"""


def test_a_concept_becomes_a_page_with_its_two_places() -> None:
    """And the same as a PDF: number, group, streets, links that open on a phone; of people only who asked."""
    step, pdf = plan(plan_signs, register(bordaanvragen=SOUND))
    assert isinstance(step, Document) and step.path == "borden/B-0001/aanvraag.html"
    assert isinstance(pdf, Document) and (pdf.path, pdf.facts) == ("borden/B-0001/aanvraag.pdf", step.facts)
    assert (step.facts["group"], step.facts["streets"], step.facts["requested_by"]) == (
        "Tuindorp",
        ["Kerkstraat", "Molenlaan"],
        "Ada",
    )
    first, second = step.facts["locations"]  # type: ignore[misc]  # two locations, by the law
    assert first["link"] == "https://www.google.com/maps/search/?api=1&query=52.950000%2C4.760000"
    assert second["description"] == "Molenlaan 2"
    assert step.facts["distance"] == "222"


def test_only_a_concept_becomes_a_page() -> None:
    """One place is missing; it was decided on; it went, by mail, on paper, under an older Nr or by somebody's own word."""
    assert plan(plan_signs, register(bordaanvragen=SOUND.replace("52.9520, 4.7600", ""))) == []
    for said in (
        "afgewezen |",
        "geplaatst |",
        "toegezegd |",
        "| verstuurd 1-3-2026 (B-0001, versie kkkkkk)",
        "| verstuurd 1-3-2026 (B-0007)",
        "| 5-3-2026",
    ):
        went = SOUND.replace("| Ada              |         |", f"| Ada              | {said}")
        assert plan(plan_signs, register(bordaanvragen=went)) == [], said
    for said in ("| klaargezet 1-3-2026 (B-0001)", "| onzeker sinds 1-3-2026"):
        still = SOUND.replace("| Ada              |         |", f"| Ada              | {said}")
        assert len(plan(plan_signs, register(bordaanvragen=still))) == 2, said


def test_addresses_without_a_sticker_are_listed_by_street_and_number() -> None:
    """Each once, as 2 before 10; not where a housemate has one; no names."""
    tables = register("""
        Voornaam | Straat     | Huisnummer | Sticker
        Jan      | Molenlaan  | 10         | nee
        Jans     | Molenlaan  | 10         |
        Piet     | Molenlaan  | 2          |
        Kees     | Kerkstraat | 1          |
        Kim      | Kerkstraat | 1          | ja
        Fu       | Kerkstraat | 12a        | nee
    """)
    [step] = plan(plan_stickers, tables)
    assert isinstance(step, Document) and step.path == "stickers/Tuindorp.html"
    streets = {one["name"]: one["numbers"] for one in step.facts["streets"]}  # type: ignore[attr-defined]  # by street
    assert streets["Molenlaan"][:2] == ["2", "10"] and "12a" in streets["Kerkstraat"]
    assert streets["Kerkstraat"].count("1") <= 1 and "Jan" not in repr(step.facts)
