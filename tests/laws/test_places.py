"""Every file that a door makes has a place: whoever asks what is kept of him, or to be forgotten, is found there."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.commands.doctor import examine
from outside.files.places import FILE_PLACES, files_kept, place_of_file
from roster.planners.sync import FOLDERS
from support.pressed import SCRIPTS, press
from support.whole_round import lay_out

SETTINGS = """
[workbook]
kind = "excel"
path = "register.xlsx"
[network]
regiegroep_number = "06-23456789"
[mail]
sender = "Buurtwacht <buurt@mail.example>"
"""

PRESSED = (
    ("check",),
    ("setup",),
    ("sync", "--yes"),
    ("backup",),
    ("preview",),
    ("test_mail", "--to", "ik@mail.example"),
    ("sent", "--nr", "D-0001"),
    ("resend", "--nr", "D-0002", "--force"),
    ("no_mail", "--nr", "D-0003"),
    ("rules_update", "--yes"),
    ("number_update", "--yes"),
    ("given", "--all"),
    ("signs", "--yes"),
    ("relay", "--text", "Nu onraad in de Kerkstraat", "--mail", "--yes"),
    ("bundle", "--group", "Tuindorp"),
    ("compare", "--group", "Tuindorp", "--from", "lijst.txt"),
    ("where", "--address", "Kerkstraat 1"),
    ("move", "--street", "Kerkstraat", "--group", "Tuindorp", "--yes"),
    ("bounces", "--folder", "post"),
    ("show", "--who", "D-0001"),
    ("forget", "--who", "D-0004", "--force", "--yes"),
    ("sync", "--yes"),
    ("sync", "--yes", "--unattended"),
    ("restore", "--yes"),
    ("demo", "--members", "20"),
    ("doctor",),
)
"""Each door with what it needs. `begin` only puts folders aside, and `menu` opens other doors; `schedule` makes what an
unattended round makes, and is not pressed because it is about this very computer."""


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("every-door")
    lay_out(folder)
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "post").mkdir()
    (folder / "lijst.txt").write_text("U, Piet Smit", encoding="utf-8")
    for door, *typed in PRESSED:
        done = press(door, "--settings", "settings.toml", *typed, cwd=folder)
        assert done.returncode in (0, 1), f"{door}: {done.stdout}{done.stderr}"
    return folder


def test_every_door_is_pressed() -> None:
    doors = {path.stem for path in SCRIPTS.glob("*.py")} - {"begin", "menu", "schedule"}
    assert doors == {door for door, *_typed in PRESSED}, "a new door: press it here, and give its files a place"


def test_every_file_that_a_door_makes_has_a_place(pressed: Path) -> None:
    found = list(files_kept(pressed / "out", pressed / "state"))
    strange = [str(file.relative_to(pressed)) for file, place in found if place is None]
    assert strange == []
    made = {place.path for _file, place in found if place is not None}
    assert made >= {"mail/*.eml", "met-de-hand.html", "backups/*.xls*", "backups/ledger_*.sqlite3*", "log/*.log"}


def test_a_file_of_somebody_else_has_none_and_the_doctor_tells_of_it(
    pressed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = pressed / "out" / "mijn lijst.xlsx"
    own.write_bytes(b"")
    examine(pressed / "settings.toml")
    told = capsys.readouterr().out
    own.unlink()
    assert "out/mijn lijst.xlsx" in told
    examine(pressed / "settings.toml")
    assert "niet zelf" not in capsys.readouterr().out


def test_every_folder_of_files_that_a_round_replaces_has_its_places() -> None:
    """Also of those that no door makes in so small a register: the stickers of a group where nobody lacks one."""
    claimed = {place.path.partition("/")[0] for place in FILE_PLACES if place.home == "out"}
    assert set(FOLDERS) - claimed == set()


def test_each_place_is_found_by_its_own_line() -> None:
    for place in FILE_PLACES:
        assert place_of_file(place.home, place.path.replace("*", "x")) is place, place.path
