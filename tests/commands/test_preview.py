"""make preview: one page to leaf through, with a whole letter of each kind and a line of every other."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from outside.commands.preview import PAGE, show_mails
from roster.planners.sync import PLANNERS
from support.whole_round import PEOPLE, choices, lay_out, sync

MANY = PEOPLE + "".join(f"    Deelnemer{at} | Buur | buur{at}@mail.example | | 06-2346{at:04}\n" for at in range(60))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """The page before a round and after it, and the folder that they stand in."""
    settings = lay_out(tmp_path_factory.mktemp("preview"), MANY)
    settings = replace(settings, network=replace(settings.network, regiegroep_number="06-23456789"))
    page = settings.paths.out / PAGE
    show_mails(settings, choices(), PLANNERS)
    before = page.read_text(encoding="utf-8")
    sync(settings)
    show_mails(settings, choices(), PLANNERS)
    return before, page.read_text(encoding="utf-8"), settings.paths.out


@pytest.mark.parametrize("turn", [0, 1])
def test_every_letter_has_a_line_and_each_kind_stands_whole_once(ready: tuple[str, str, Path], turn: int) -> None:
    """So that a page of thousands is no larger than a browser opens; each line names an example that is there."""
    page = ready[turn]
    lines = re.findall(r'<details name="mail" id="m(\d+)">', page)
    assert lines == [str(number) for number in range(1, len(lines) + 1)] and len(lines) > 60
    examples = re.findall(r'title="Mail (\d+)" srcdoc="', page)
    assert 1 <= len(examples) <= 4
    assert set(re.findall(r'href="#m(\d+)"', page)) <= set(examples)
    assert len(page) < 700 * len(lines) + 60_000
    for at in range(60):
        assert f"<i>buur{at}@mail.example</i>" in page
    if turn == 0:
        assert "Groep: Tuindorp; beheerders: " in page, "a name keeps its capitals"


def test_what_lies_ready_can_be_opened_from_the_page(ready: tuple[str, str, Path]) -> None:
    """After a round nothing is planned, and all that lies ready is there: before that there was nothing to look at."""
    before, after, out = ready
    assert ".eml" not in before
    links = {unquote(link) for link in re.findall(r'href="(mail/[^"]+)"', after)}
    assert links == {f"mail/{file.name}" for file in (out / "mail").glob("*.eml")}
    assert all((out / link).is_file() for link in links)


def test_nothing_is_planned_and_nothing_lies_ready(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = lay_out(tmp_path, "    Voornaam | E-mail\n    Mies | \n")
    show_mails(settings, choices(), PLANNERS)
    assert "komen er geen mails bij.\n" in capsys.readouterr().out
    page = (settings.paths.out / PAGE).read_text(encoding="utf-8")
    assert "<details" not in page and "komen er geen mails bij" in page
