"""Nothing leaves about a row that is held; the rest goes on."""

from __future__ import annotations

from roster.finding import Finding, Weight
from roster.plan.hold_back import hold_back
from roster.plan.steps import Document, Part, SetCell, WriteFile
from roster.sheet.table import Place

GOOD, BAD = Place("Deelnemers", 2, "D-0001"), Place("Deelnemers", 3, "D-0002")
FINDINGS = [Finding(BAD, "a_rule", Weight.BLOCKS, "Fout."), Finding(GOOD, "a_rule", Weight.NOTICE, "Kijk even.")]


def test_a_held_row_keeps_its_document_and_its_part_of_a_file_inside() -> None:
    """A let op holds nothing back."""
    file = WriteFile("vcards/a.vcf", (Part(GOOD, "goed"), Part(BAD, "fout")))
    plan, held = hold_back(
        [Document("a.md", "signs", "nl", {}, GOOD), Document("b.md", "signs", "nl", {}, BAD), file], FINDINGS
    )
    assert plan == [Document("a.md", "signs", "nl", {}, GOOD), WriteFile("vcards/a.vcf", (Part(GOOD, "goed"),))]
    assert [step.path for step in held.steps if isinstance(step, Document)] == ["b.md"]
    assert held.parts == (Part(BAD, "fout"),)


def test_a_file_of_which_nothing_is_left_is_not_written() -> None:
    """An empty bundle would import as nothing and look like a success."""
    assert hold_back([WriteFile("a.vcf", (Part(BAD, "fout"),), only_if_parts=True)], FINDINGS)[0] == []


def test_what_tells_the_row_itself_is_never_held() -> None:
    """Else nobody would know why."""
    step = SetCell(BAD.at("Meldingen"), "Blokkeert: Fout.")
    assert hold_back([step], FINDINGS)[0] == [step]
