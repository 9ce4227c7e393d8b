"""The register itself remembers what left: tab Logboek, whatever happens to it, to a round or to this computer."""

from __future__ import annotations

import re
import shutil
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import SCRIPTS
from outside.commands.sent import resolve_outbox, resolve_resend, resolve_sent
from outside.config.settings import Paths, Settings
from servers.smtp_server import Plan, mail_server
from support.excel_person import rows_in, type_in
from support.kill import Running, begun
from support.pressed import press
from support.sheet_notation import TODAY
from support.smtp_home import lay_out as smtp_settings
from support.whole_round import choices, lay_out, letters, settings_of, sync, types, without_logbook

MESSAGES = ("Nr", "Bericht", "Versie", "Stand")


@pytest.fixture(scope="module")
def welcomed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one round was done: Anna (admin) and Piet have a letter ready."""
    home = tmp_path_factory.mktemp("welcomed")
    assert sync(lay_out(home)) == 0
    return home


@pytest.fixture
def settings(welcomed: Path, tmp_path: Path) -> Settings:
    """A copy of that folder, for one test."""
    shutil.copytree(welcomed, tmp_path, dirs_exist_ok=True)
    return settings_of(tmp_path)


def logboek(settings: Settings) -> list[dict[str, str]]:
    """The rows of the tab by heading, without blank ones."""
    found = rows_in(settings.workbook.path, "Logboek")
    rows = [
        dict(zip(map(str, found[0]), ["" if cell is None else str(cell) for cell in row], strict=True))
        for row in found[1:]
    ]
    return [row for row in rows if any(row.values())]


def messages(settings: Settings) -> list[tuple[str, ...]]:
    """What the tab says of each message, in order of Nr."""
    return sorted(
        tuple(row[one] for one in MESSAGES) for row in logboek(settings) if re.fullmatch("[a-z]{12}", row["Sleutel"])
    )


READY = [("D-0001", "welkom", "1", "klaargezet"), ("D-0002", "welkom", "1", "klaargezet")]


def test_every_message_has_a_row_and_nobody_can_be_read_from_it(settings: Settings) -> None:
    assert messages(settings) == READY
    book = load_workbook(settings.workbook.path)
    assert book.sheetnames[-1] == "Logboek"
    told = " ".join(" ".join(row.values()) for row in logboek(settings)).casefold()
    headings, *people = list(book["Deelnemers"].values)
    for name in ("Voornaam", "Achternaam", "Straat", "Mobiel", "E-mail", "Groep"):
        said = [str(row[headings.index(name)]).casefold() for row in people if row[headings.index(name)]]
        assert said and not any(word in told for word in said), name
    assert not re.search(r"\d{6}", told)


def test_a_second_round_writes_nothing(settings: Settings) -> None:
    before = settings.workbook.path.read_bytes()
    assert sync(settings) == 0
    assert settings.workbook.path.read_bytes() == before


def test_a_tab_that_was_deleted_is_made_anew_as_it_was(settings: Settings) -> None:
    before = sorted(map(str, logboek(settings)))
    book = load_workbook(settings.workbook.path)
    del book["Logboek"]
    book.save(settings.workbook.path)
    assert sync(settings) == 0
    after = [re.sub(r" \d\d:\d\d'", "'", row) for row in map(str, logboek(settings))]
    assert sorted(after) == [re.sub(r" \d\d:\d\d'", "'", row) for row in before]


def rewrite(settings: Settings, rows: list[list[object]]) -> None:
    """People leave these rows below the headings of the tab."""
    there = rows_in(settings.workbook.path, "Logboek")
    left = [*rows, *([None] * len(there[0]) for _row in there[1 + len(rows) :])]
    typed = {(at, column): cell for at, row in enumerate(left, 2) for column, cell in enumerate(row, 1)}
    type_in(settings.workbook.path, "Logboek", typed)  # type: ignore[arg-type]  # all of it is text


def lines(settings: Settings) -> list[list[object]]:
    return [row for row in rows_in(settings.workbook.path, "Logboek")[1:] if any(row)]


def without_time(rows: list[list[object]]) -> list[list[object]]:
    return sorted(([re.sub(r" .*", "", str(row[0])), *row[1:]] for row in rows), key=str)


def test_rows_may_be_sorted_copied_spoiled_and_taken_away(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """No round is stopped by it, and what this computer knows stands there again; a stranger's row stays as it is."""
    whole = lines(settings)
    copied = [[*whole[3][:4], "wacht", *whole[3][5:]]]
    spoiled = [[None, "D-x", None, 3.5, "hoi", "?", "zelf"], ["x" * 90] * 7]
    rewrite(settings, [*copied, *spoiled, *reversed(whole)])
    assert sync(settings) == 0
    assert "De rijen 3, 4 zijn niet te lezen" in capsys.readouterr().out
    assert messages(settings) == READY
    assert [row for row in lines(settings) if row[6] == "zelf"] == spoiled[:1]
    rewrite(settings, [[*row[:3], "9", "onzin", None, row[6]] if row[4] else row for row in whole[:-1]])
    assert sync(settings) == 0
    assert without_time(lines(settings)) == without_time(whole)


def test_a_secret_that_was_spoiled_comes_back(settings: Settings) -> None:
    whole = lines(settings)
    for spoil in (lambda row: [*row[:5], "weg", row[6]], lambda _row: [None] * 7):
        rewrite(settings, [spoil(row) if row[6] == "geheim" else row for row in whole])
        assert sync(settings) == 0
        assert without_time(lines(settings)) == without_time(whole)


def test_two_computers_make_one_row_of_one_message(settings: Settings, tmp_path: Path) -> None:
    """The second one told the very same people, when it could not know better; its rows are the first one's."""
    other = replace(
        settings, paths=Paths(out=tmp_path / "out2", state=tmp_path / "state2"), source=tmp_path / "2" / "settings.toml"
    )
    before = lines(settings)
    types(settings, 2, Welkom="")
    types(settings, 3, Welkom="")
    there = settings.workbook.path.read_bytes()
    without_logbook(settings.workbook.path)
    sync(other, force=True)
    settings.workbook.path.write_bytes(there)
    sync(other, force=True)
    assert list(letters(other)) == ["D-0001-welcome", "D-0002-welcome"]
    assert without_time(lines(settings)) == without_time(before)
    resolve_outbox(other, choices())
    sync(other)
    assert {row[3] for row in messages(settings)} == {"verstuurd"}
    sync(settings)
    assert {row[3] for row in messages(settings)} == {"verstuurd"}, "the first knows less, and leaves it"


def test_the_row_follows_what_a_person_says(settings: Settings) -> None:
    resolve_sent(settings, choices(), "D-0001 D-0003")
    assert messages(settings) == [
        ("D-0001", "welkom", "1", "verstuurd"),
        ("D-0002", "welkom", "1", "klaargezet"),
        ("D-0003", "welkom", "1", "met de hand"),
    ]
    resolve_resend(settings, choices(force=True), "D-0001")
    assert messages(settings)[0][3] == "wacht"
    sync(settings)
    assert messages(settings)[0][3] == "klaargezet"


def test_somebody_with_another_mobile_keeps_his_row(settings: Settings) -> None:
    before = lines(settings)
    types(settings, 3, Mobiel="06-23459999")
    sync(settings)
    assert lines(settings) == before
    resolve_sent(settings, choices(), "D-0002")
    sync(settings)
    assert [row[3] for row in messages(settings)] == ["klaargezet", "verstuurd"]


def test_what_went_to_people_who_are_gone_goes_after_its_time(settings: Settings) -> None:
    """And what went to somebody whose row stands stays for ever; the highest Nr stays as well."""
    book = load_workbook(settings.workbook.path)
    book["Deelnemers"].delete_rows(3, 3)
    book.save(settings.workbook.path)
    sync(settings, TODAY + timedelta(days=300), force=True)
    assert messages(settings) == [READY[0], ("D-0002", "welkom", "1", "wacht")], "his letter was taken back"
    late = TODAY + timedelta(days=700)
    sync(settings, late, force=True)
    assert messages(settings) == READY[:1]
    assert [row["Nr"] for row in logboek(settings) if row["Sleutel"] == "hoogste D"] == ["D-0004"]
    before = lines(settings)
    sync(settings, late)
    assert lines(settings) == before


class Deadly(list[bytes]):
    """What arrived; with the second letter the round that sent it dies on the spot, before it heard that it did."""

    round: Running | None = None

    def append(self, letter: bytes) -> None:
        super().append(letter)
        if len(self) == 2 and self.round is not None:
            self.round.kill()
            self.round.wait()


def test_a_round_that_is_killed_between_mail_and_write_is_known_from_the_register(settings: Settings) -> None:
    """The tab says of both that they were leaving; who was told is told no more, and who may have been is uncertain."""
    home = settings.workbook.path.parent
    arrived = Deadly()
    with mail_server(Plan(arrived=arrived)) as (_plan, port):
        door = [sys.executable, SCRIPTS / "sync.py", "--settings", smtp_settings(home, port), "--yes"]
        today = ["--today", TODAY.isoformat()]
        arrived.round = killed = begun([*door, *today])
        assert killed.wait(60) == -signal.SIGKILL
        assert [row[3] for row in messages(settings)] == ["bezig", "bezig"]
        for _turn in range(2):
            press("sync", *map(str, door[2:]), *today, cwd=home)
    assert [row[3] for row in messages(settings)] == ["verstuurd", "onzeker"]
    assert len(arrived) == 2
