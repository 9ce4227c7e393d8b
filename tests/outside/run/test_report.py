"""What a round says at its end: what is left for a person to do, each of it true and each file there."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from outside.commands.preview import show_mails
from outside.commands.sent import resolve_outbox, resolve_resend, resolve_sent
from outside.run.letters import Report
from outside.run.report import conclude
from outside.run.round import run
from roster.finding import Finding, Weight
from roster.planners.sync import PLANNERS
from roster.sheet.table import Place
from support.ledgers import ledger_in
from support.plans import view
from support.sheet_notation import TODAY, register
from support.whole_round import PEOPLE, choices, column, lay_out, letters, sync, types

ALL_WELL = """
    Voornaam | Achternaam | E-mail            | Rol       | Mobiel
    Anna     | Bakker     | anna@mail.example | beheerder | 06-23450001
"""


def now_you(said: str) -> list[str]:
    """The lines behind "Nu u:", without their numbers."""
    return re.findall(r"^  \d+\. (.*)$", said.partition("\nNu u:\n")[2], re.MULTILINE)


def test_it_ends_with_what_is_left_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which it does good: what is blocked, what lies ready, who is welcomed by hand."""
    settings = lay_out(tmp_path)
    types(settings, 3, Mobiel="112")
    sync(settings)
    told = now_you(capsys.readouterr().out)
    blocked = sum(value == "geblokkeerd" for value in column(settings, "Status"))
    assert told[0].startswith("Open register.xlsx: in 1 rij houdt een melding iets tegen.") and blocked == 1
    assert told[1].startswith(f"In out/mail ligt {len(letters(settings))} mail klaar; er is nog niets verstuurd.")
    assert "make preview" in told[1] and "make sent OUTBOX=yes" in told[1]
    assert told[2] == "2 deelnemers heet u met de hand welkom: open out/met-de-hand.html."
    assert (settings.paths.out / "met-de-hand.html").is_file()
    assert "out/overzicht.html" in told[3] and (settings.paths.out / "overzicht.html").is_file() and len(told) == 4


def test_who_begins_hears_what_to_fill_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty register has no findings, and that is no reason to say nothing."""
    settings = lay_out(tmp_path, "    Voornaam | E-mail\n")
    sync(settings)
    assert now_you(capsys.readouterr().out)[0] == (
        "Vul register.xlsx in: het tabblad Deelnemers. Typ daarna weer: make sync"
    )


def test_a_letter_that_lies_there_no_more_is_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever clears the folder loses nobody: what is said there makes it anew, or ticks it off."""
    settings = lay_out(tmp_path)
    sync(settings)
    shutil.rmtree(settings.paths.out)
    capsys.readouterr()
    sync(settings)
    (told,) = [line for line in now_you(capsys.readouterr().out) if "niet meer in out/mail" in line]
    went, again = re.findall(r'NR=("[^"]+")', told)
    assert went == again == '"D-0001 D-0002"'
    assert resolve_sent(settings, choices(), "D-0001") == 0
    sync(settings)
    told = next(line for line in now_you(capsys.readouterr().out) if "niet meer in out/mail" in line)
    assert told.endswith("Niet verstuurd? Typ: make resend NR=D-0002 FORCE=1")
    assert resolve_resend(settings, choices(force=True), "D-0002") == 0
    sync(settings)
    assert "niet meer in" not in capsys.readouterr().out and len(letters(settings)) == 1


def test_where_nothing_is_blocked_or_told_by_hand_nothing_is_said_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And once the letters are ticked off, nothing at all."""
    settings = lay_out(tmp_path, ALL_WELL)
    sync(settings)
    told = now_you(capsys.readouterr().out)
    assert len(told) == 2 and told[0].startswith("In out/mail")
    page = settings.paths.out / "overzicht.html"
    assert "klaar in de map mail" in page.read_text(encoding="utf-8")
    show_mails(settings, choices(), PLANNERS)
    assert "komen er geen mails bij. Wel ligt er al 1 klaar: " in capsys.readouterr().out
    resolve_outbox(settings, choices())
    capsys.readouterr()
    sync(settings)
    assert "Nu u:" not in capsys.readouterr().out
    assert not letters(settings), "what was ticked off is cleared"
    assert "klaar in de map mail" not in page.read_text(encoding="utf-8")
    show_mails(settings, choices(), PLANNERS)
    assert "klaar" not in capsys.readouterr().out


def test_whoever_stands_on_the_page_of_by_hand_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also whose address refused the mail."""
    settings = lay_out(tmp_path)
    types(settings, 3, Nr="D-0002", Welkom="geweigerd 1-3-2026 (D-0002): dit adres bestaat niet")
    sync(settings, force=True)
    told = now_you(capsys.readouterr().out)
    page = (settings.paths.out / "met-de-hand.html").read_text(encoding="utf-8")
    assert len(set(re.findall(r"D-\d{4}", page))) == 3
    assert "3 deelnemers heet u met de hand welkom: open out/met-de-hand.html." in told


def test_news_that_a_person_tells_is_left_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It stands on the same page as who is welcomed so, and is no welcome."""
    settings = lay_out(tmp_path)
    sync(settings)
    resolve_sent(settings, choices(), "D-0003 D-0004")
    types(settings, 4, Rol="beheerder")
    capsys.readouterr()
    sync(settings)
    told = now_you(capsys.readouterr().out)
    assert "1 deelnemer vertelt u zelf iets nieuws: open out/met-de-hand.html." in told
    assert not any("welkom" in line for line in told)


def test_what_it_says_to_open_is_found_from_where_one_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demonstration stands in a folder of its own, beside a register that may be the real one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out" / "demo").mkdir(parents=True)
    settings = lay_out(tmp_path / "out" / "demo")
    types(settings, 3, Mobiel="112")
    sync(settings)
    told = now_you(capsys.readouterr().out)
    named = re.findall(r"[\w./-]+\.(?:xlsx|html)|out/[\w./-]+mail", " ".join(told))
    assert len(named) == 4 and all((tmp_path / name).exists() for name in named), named


def test_only_a_word_that_makes_the_page_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After another it tells what was to do earlier, or is not there."""
    settings = lay_out(tmp_path)
    types(settings, 3, Mobiel="112")
    run(settings, choices(), PLANNERS, word="number-update")
    assert len(now_you(told := capsys.readouterr().out)) == 3 and "overzicht" not in told
    run(settings, choices(), PLANNERS, word="sync")
    assert "overzicht" in capsys.readouterr().out


def test_what_is_wrong_in_no_row_is_no_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told above; "1 rij is geblokkeerd" would send her looking for it."""
    seen = view(register(PEOPLE, staff=""))
    nowhere = Finding(Place("Deelnemers"), "a_rule", Weight.BLOCKS, "Er is iets.", "")
    settings = lay_out(tmp_path)
    with ledger_in(tmp_path, TODAY) as ledger:
        conclude(Report(), replace(seen, findings=(nowhere,)), settings, ledger, "sync", has_page=True)
    assert "houdt een melding" not in capsys.readouterr().out


def test_a_doubted_round_asks_for_no_more_than_its_doubt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was done, so nothing of a round is left."""
    people = ALL_WELL + "".join(f"    Buur{at} | Smit | | | 06-2346{at:04}\n" for at in range(30))
    settings = lay_out(tmp_path, people)
    sync(settings)
    for row in range(3, 30):
        types(settings, row, **{"Afgemeld op": "1-1-2026"})
    capsys.readouterr()
    assert sync(settings) == 1
    assert now_you(capsys.readouterr().out) == []


def test_a_page_that_could_not_be_written_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """She is told that it is not there, and what else is left holds."""
    settings = lay_out(tmp_path, ALL_WELL)
    (settings.paths.out / "overzicht.html").mkdir(parents=True)
    sync(settings)
    ended = capsys.readouterr()
    told = now_you(ended.out)
    assert ended.err.strip() and len(told) == 1 and told[0].startswith("In out/mail")


def test_a_letter_that_somebody_took_away_lies_ready_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The screen counts what is there, as the page and the preview do, and asks after the other."""
    settings = lay_out(tmp_path)
    sync(settings)
    files = sorted((settings.paths.out / "mail").glob("*.eml"))
    files[0].unlink()
    capsys.readouterr()
    sync(settings)
    line, gone = [line for line in now_you(capsys.readouterr().out) if "out/mail" in line]
    assert gone.startswith("De mail die klaarlag, ligt niet meer in out/mail.") and files[0].name[:6] in gone
    left = len(files) - 1
    assert line.startswith(f"In out/mail {'ligt 1 mail' if left == 1 else f'liggen {left} mails'} klaar")
