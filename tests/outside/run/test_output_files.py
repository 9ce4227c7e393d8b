"""The files that people take away: written whole, read back, and cleared away when they are out of date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from roster.plan.steps import Part, WriteFile
from roster.sheet.table import Place
from support.json_register import new_register
from support.ledgers import ledger_in
from support.small_round import READY, TODAY, carry_out, plan_of, view_of


def bundle(group: str, cards: int = 1) -> WriteFile:
    place = Place("Deelnemers", 2, "D-0001")
    text = "BEGIN:VCARD\nVERSION:3.0\nFN:Jan\nTEL;TYPE=CELL:+31620000001\nEND:VCARD\n"
    return WriteFile(f"vcards/{group}.vcf", (Part(place, text),) * cards, newline="\r\n")


def test_bundles_of_groups_that_are_gone_are_removed_if_they_are_ours(tmp_path: Path) -> None:
    """Not what somebody changed, not what somebody put there, and not in a folder that the plan does not replace."""
    register = new_register(tmp_path / "register.json", 1)
    plan = [bundle("Noord/A"), bundle("Noord/B"), bundle("Zuid/C"), WriteFile("borden/B-0001.md", (), "bord")]
    assert carry_out(tmp_path, register, plan).files_written == 4
    out = tmp_path / "out"
    (out / "vcards/Noord/B.vcf").write_bytes(b"changed by hand")
    (out / "vcards/Noord/mijn.vcf").write_bytes(b"not ours")
    report = carry_out(tmp_path, register, [bundle("Noord/D")], replaces=("vcards",))
    assert (report.files_written, report.files_removed, report.kept) == (1, 2, ("vcards/Noord/B.vcf",))
    left = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.name != ".gitignore")
    assert left == [
        "borden",
        "borden/B-0001.md",
        "vcards",
        "vcards/Noord",
        "vcards/Noord/B.vcf",
        "vcards/Noord/D.vcf",
        "vcards/Noord/mijn.vcf",
    ]


def test_a_plan_that_replaces_nothing_removes_nothing(tmp_path: Path) -> None:
    """One bundle made alone leaves the others where they are."""
    register = new_register(tmp_path / "register.json", 1)
    carry_out(tmp_path, register, [bundle("A"), bundle("B")])
    report = carry_out(tmp_path, register, [bundle("A", 2)])
    assert (report.files_written, report.files_removed) == (1, 0)
    assert sorted(path.name for path in (tmp_path / "out/vcards").iterdir()) == ["A.vcf", "B.vcf"]


def test_a_file_without_parts_is_only_written_when_it_is_wanted(tmp_path: Path) -> None:
    """An empty bundle is no bundle; an empty list may say that it is empty."""
    register = new_register(tmp_path / "register.json", 1)
    plan = [replace(bundle("A", 0), only_if_parts=True), WriteFile("lijst.html", (), "niemand")]
    assert carry_out(tmp_path, register, plan).files_written == 1
    assert [path.name for path in (tmp_path / "out").glob("*.*") if path.name != ".gitignore"] == ["lijst.html"]


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\nFN:Jan\nTEL:1\n",
        "BEGIN:VCARD\nFN:Jan\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:Jan\nTEL:1\nTEL:2\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:Jan\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nFN:Piet\nTEL:2\nEND:VCARD\n",
    ],
)
def test_a_bundle_that_does_not_read_back_whole_is_a_stop_after_the_letters_were_told(
    tmp_path: Path, text: str
) -> None:
    """One row, one whole card. The letters that left stand in their rows."""
    register = new_register(tmp_path / "register.json", 2)
    with ledger_in(tmp_path, TODAY) as ledger:
        plan = list(plan_of(view_of(register.read()["Deelnemers"], ledger.history())))
    broken = WriteFile("vcards/X.vcf", (Part(Place("Deelnemers", 2, "D-0001"), text),), newline="\r\n")
    report = carry_out(tmp_path, register, [*plan, broken])
    assert report.code == 3
    assert report.stop is not None and "kaartjes" in report.stop.message
    assert register.column("Welkom") == [READY] * 2


def test_the_run_that_moves_the_bundles_says_so_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where they lay before nothing is left of ours."""
    register = new_register(tmp_path / "register.json", 1)
    carry_out(tmp_path, register, [bundle("Noord/A")])
    capsys.readouterr()
    for said in (1, 0):
        carry_out(tmp_path, register, [], replaces=("vcards",))
        assert capsys.readouterr().out.count("in de map groepen") == said
    assert not (tmp_path / "out/vcards").exists()
