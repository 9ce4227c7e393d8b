"""make pictures: it says what is missing, and makes a picture of all that people see."""

from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

import pytest

from conftest import CHECKOUT
from pictures import take

PNG = b"\x89PNG\r\n\x1a\n"


def size(picture: Path) -> tuple[int, int]:
    """Width and height, from its first chunk."""
    head = picture.read_bytes()[:24]
    assert head.startswith(PNG)
    width, height = struct.unpack(">II", head[16:])
    return width, height


def test_what_is_missing_is_named_and_nothing_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it at once, so that nobody installs one thing to hear of the next; earlier pictures stay."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(take, "ELSEWHERE", {})
    monkeypatch.setattr(sys, "argv", ["take.py", "--out", str(tmp_path)])
    (tmp_path / "eerder.png").write_bytes(PNG)
    assert take.main() == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(" is hier niet gevonden")[0] for line in said][: len(take.NEEDED)] == list(take.NEEDED)
    assert [path.name for path in tmp_path.iterdir()] == ["eerder.png"]


@pytest.mark.long
def test_the_readme_shows_what_a_first_round_says_today() -> None:
    """Whoever tries it sees the same lines; they are renewed by hand, and were forgotten."""
    shown = take.README.read_text(encoding="utf-8")
    assert "".join(f"    {line}\n" for line in take.first_round()) in shown


def test_the_pictures_of_the_papers_are_there_and_small() -> None:
    """Whoever clones the repository gets them along, each time that they change; and no paper shows another."""
    papers = "".join((CHECKOUT / name).read_text(encoding="utf-8") for name in ("README.md", "HANDLEIDING.md"))
    assert set(re.findall(r"tests/pictures/([\w-]+\.png)", papers)) == set(take.PAPERS)
    for name in take.PAPERS:
        picture = CHECKOUT / "tests" / "pictures" / name
        assert picture.stat().st_size < 200_000 and min(size(picture)) >= 280


@pytest.mark.long
def test_what_the_readme_shows_of_a_first_round_is_what_it_says() -> None:
    """Line by line; who follows the README sees the same."""
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("    $ make sync\n", 1)[1].split("\n\n", 1)[0].splitlines()
    assert 8 <= len(shown) <= 10
    assert [line.removeprefix("    ") for line in shown] == take.first_round()


@pytest.mark.long
@pytest.mark.skipif(bool(take.missing()), reason="not all that takes pictures is on this computer")
def test_all_that_people_see_has_its_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["take.py", "--out", str(tmp_path)])
    assert take.main() == 0
    made = {picture.stem: size(picture) for picture in tmp_path.glob("*.png")}
    for tab in ("lees-mij", "deelnemers", "groepen", "straten", "gebieden", "bordaanvragen", "beheerders", "logboek"):
        assert made[f"tab-{tab}-{take.WIDE}"][0] == take.WIDE
        assert made[f"tab-{tab}-{take.NARROW}"][0] == take.NARROW
    for page in ("overzicht", "met-de-hand", "voorbeeld-mails", f"jaarcijfers-{take.DAY[:4]}"):
        for scheme in ("light", "dark"):
            assert made[f"{page}-{take.NARROW}-{scheme}"][0] == take.NARROW
            assert made[f"{page}-{take.WIDE}-{scheme}"][0] == take.WIDE
    kinds = ("welcome-member", "welcome-admin", "admin", "moved", "registered", "numberupdate", "rulesupdate")
    for kind in kinds:
        act, _dash, role = kind.partition("-")
        for language in ("nl", "en"):
            name = f"mail-{act}-{language}{f'-{role}' if role else ''}"
            assert {f"{name}-{take.WIDE}", f"{name}-plain"} <= made.keys()
            assert {f"{name}-{take.NARROW}-light", f"{name}-{take.NARROW}-dark"} <= made.keys()
    assert "menu" in made
    assert made["sync-first"][1] > made["sync-second"][1] > 200
    assert (tmp_path / "sync-first.png").read_bytes() != (tmp_path / "sync-second.png").read_bytes()
