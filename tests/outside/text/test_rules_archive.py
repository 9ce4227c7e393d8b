"""A text of the spelregels that somebody was told is kept for ever, and a change of it is never passed over in silence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from outside.commands.updates import update_rules
from outside.config.languages import TEMPLATES
from outside.config.settings import Paths, Settings
from outside.errors import Stop
from outside.run.prepare import dry_run
from outside.text.rules_archive import accept_typo, keep_rules, kept_rules, why_not_kept
from roster.planners.sync import PLANNERS
from support.whole_round import choices, lay_out, letters, sync


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(paths=Paths(tmp_path / "out", tmp_path / "state"))


@pytest.fixture
def texts(tmp_path: Path, settings: Settings) -> Path:
    """Texts of one's own, of which version 1 was kept."""
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    keep_rules(settings, tmp_path / "templates")
    return tmp_path / "templates"


def edit(texts: Path, old: str, new: str, language: str = "nl") -> None:
    path = texts / language / "spelregels.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def version(texts: Path, number: str) -> None:
    for path in texts.glob("*/spelregels.md"):
        head, _, rest = path.read_text(encoding="utf-8").partition("\n")
        assert head.startswith("Versie:")
        path.write_text(f"Versie: {number}\n{rest}", encoding="utf-8")


def kept(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (settings.paths.state / "spelregels").iterdir()}


@pytest.mark.parametrize(
    ("language", "old", "said"),
    [("nl", "18 jaar", "Nederlands"), ("en", "18", "Engels")],
)
def test_a_text_that_changed_under_the_same_version_is_a_stop(
    settings: Settings, texts: Path, language: str, old: str, said: str
) -> None:
    """In one language alone as well; the proof stays as it was, also at the second try."""
    before = kept(settings)
    edit(texts, old, old.replace("18", "21"), language)
    for _ in range(2):
        with pytest.raises(Stop) as stop:
            keep_rules(settings, texts)
        assert said in stop.value.message and "Versie: 1" in stop.value.message
        assert "Versie: 2" in stop.value.remedy and "TYPO=yes" in stop.value.remedy
    assert kept(settings) == before


def test_a_higher_version_is_kept_beside_the_old_one(settings: Settings, texts: Path) -> None:
    edit(texts, "18 jaar", "21 jaar")
    version(texts, "2")
    keep_rules(settings, texts)
    rules = kept_rules(settings)
    assert "18 jaar" in rules("1", "nl")[0] and "21 jaar" in rules("2", "nl")[0]  # type: ignore[index]  # both are kept


def test_back_to_an_older_version_with_another_text_is_a_stop_that_names_a_new_number(
    settings: Settings, texts: Path
) -> None:
    """Version 3 was told: 2 would be a version that was seen before."""
    for number, age in (("2", "19"), ("3", "20")):
        edit(texts, "18 jaar" if number == "2" else "19 jaar", f"{age} jaar")
        version(texts, number)
        keep_rules(settings, texts)
    edit(texts, "20 jaar", "21 jaar")
    version(texts, "2")
    with pytest.raises(Stop) as stop:
        keep_rules(settings, texts)
    assert "Versie: 4" in stop.value.remedy


def test_back_to_an_older_version_as_it_was_is_told(
    settings: Settings, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written over, but whoever was told the later one hears nothing of it."""
    version(texts, "2")
    keep_rules(settings, texts)
    version(texts, "1")
    keep_rules(settings, texts)
    assert "al een versie 2" in capsys.readouterr().err


def test_a_slip_of_the_pen_is_remembered_and_both_texts_are_kept(
    settings: Settings, texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no news to who has an older version; the way back to the first text needs nothing either."""
    before = kept(settings)
    edit(texts, "18 jaar of ouder", "18 jaar of oudr")
    assert accept_typo(settings, texts) == 0
    assert "18 jaar of oudr" in capsys.readouterr().out
    keep_rules(settings, texts)
    assert before.items() <= kept(settings).items() and len(kept(settings)) == len(before) + 1
    edit(texts, "18 jaar of oudr", "18 jaar of oudere")
    with pytest.raises(Stop):
        keep_rules(settings, texts)
    accept_typo(settings, texts)
    edit(texts, "18 jaar of oudere", "18 jaar of ouder")
    keep_rules(settings, texts)
    assert "oudere" in kept_rules(settings)("1", "nl")[0]  # type: ignore[index]  # it is kept


def test_a_rule_that_came_or_went_is_no_slip_of_the_pen(settings: Settings, texts: Path) -> None:
    before = kept(settings)
    path = texts / "nl" / "spelregels.md"
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n10. Wees lief.\n", encoding="utf-8")
    with pytest.raises(Stop, match="meer dan een tikfout"):
        accept_typo(settings, texts)
    assert kept(settings) == before


def test_line_ends_and_spaces_at_the_edge_are_no_change(settings: Settings, texts: Path) -> None:
    """Git gives the same text other line ends on Windows, and an editor there puts a mark at its head."""
    for path in texts.glob("*/spelregels.md"):
        text = path.read_bytes().decode()
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "  \r\n").encode() + b"\r\n")
    keep_rules(settings, texts)
    assert why_not_kept(settings, texts) is None


def test_a_new_language_is_kept_when_it_comes(settings: Settings, texts: Path) -> None:
    """A second laptop, or a language that was not there before: its text is the first of that version here."""
    (settings.paths.state / "spelregels" / "1-en.md").unlink()
    keep_rules(settings, texts)
    assert "1-en.md" in kept(settings)


def test_what_was_never_kept_needs_no_word(settings: Settings, texts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing changed: nothing is remembered."""
    before = kept(settings)
    assert accept_typo(settings, texts) == 0
    assert "Er is niets veranderd" in capsys.readouterr().out and kept(settings) == before


def test_a_round_stops_before_anything_and_a_dry_run_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is mailed under a version that told others something else."""
    made = lay_out(tmp_path)
    keep_rules(made)
    was = made.paths.state / "spelregels" / "1-en.md"
    was.write_text(was.read_text(encoding="utf-8").replace("18", "16"), encoding="utf-8")
    assert dry_run(made, choices(), PLANNERS) == 1
    said = capsys.readouterr()
    assert "TYPO=yes" in said.err and "Doen?" not in said.out
    for act in (lambda: sync(made), lambda: update_rules(made, choices())):
        with pytest.raises(Stop, match="Engels"):
            act()
    assert letters(made) == {}
    assert accept_typo(made) == 0
    sync(made)
    assert len(letters(made)) == 2
