"""make show: one page with all that is kept of somebody, of nobody else, and made anew each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from outside.commands.forget import forget
from outside.commands.show import show
from outside.config.settings import Settings
from support.sweeps import sweep
from support.whole_round import choices, lay_out, sync, types

PEOPLE = """
    Voornaam | Tussenvoegsel | Achternaam | E-mail            | Rol       | Mobiel
    Anna     |               | Bakker     | anna@mail.example | beheerder | 06-23450001
    Piet     | van den       | Berg       | piet@mail.example |           | 06-23450002
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = lay_out(tmp_path, PEOPLE)
    sync(made)
    types(made, 3, Opmerking="<b>let op</b>")
    sync(made)
    return made


def page(settings: Settings) -> str:
    return (settings.paths.out / "inzage" / "D-0002.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "typed", sweep(["d-2", "D 0002", "d-0002", "+31 6 23450002", "PIET@mail.example", "piet berg"])
)
def test_all_that_is_kept_of_him_stands_on_the_page(settings: Settings, typed: str) -> None:
    assert show(settings, choices(), typed) == 0
    told = page(settings)
    for wanted in (
        "Berg",
        "06-23450002",
        "piet@mail.example",
        "&lt;b&gt;let op",
        "welkom: klaargezet",
        "state/backups/",
    ):
        assert wanted in told, wanted
    assert "out/mail/D-0002-welcome" in told and "90 dagen, en de nieuwste drie altijd" in told
    assert "Bakker" not in told and "23450001" not in told
    assert (settings.paths.out / "inzage" / "D-0002.html").stat().st_mode & 0o077 == 0


def test_where_others_name_him_is_told_and_who_is_forgotten_has_no_page(settings: Settings) -> None:
    types(settings, 2, Opmerking="buurvrouw van Piet Berg")
    assert show(settings, choices(), "van den Berg") == 0, "by the surname alone"
    assert "Deelnemers rij 2, Opmerking" in page(settings)
    types(settings, 2, Opmerking="")
    forget(settings, choices(force=True), "D-0002")
    assert list((settings.paths.out / "inzage").glob("*")) == []
