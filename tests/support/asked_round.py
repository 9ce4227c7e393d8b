"""A round on a register in memory with somebody at the keyboard, or nobody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from outside.config.choices import Choices
from outside.config.settings import Mail, Paths, Settings
from outside.ledger.ledger import Ledger
from outside.run.round import Tries
from roster.plan.steps import Planner
from roster.planners.sync import PLANNERS
from roster.terms import Network
from support.sheet_notation import TODAY
from support.small_round import Postman
from support.table_register import Screen, TableRegister

LAST = 2
"""The write that ends a try in which letters left; the first one numbers the new rows."""


def people(first: int, last: int) -> str:
    """Sound members with an address each."""
    rows = [f"Voor{n} | v{n}@mail.example | {n}" for n in range(first, last + 1)]
    return "\n".join(["Voornaam | E-mail | Huisnummer", *rows])


def settings_in(home: Path, **mail: object) -> Settings:
    """SMTP, and a number for the regiegroep."""
    given = {"transport": "smtp", "sender": "Buurt <buurt@mail.example>", **mail}
    return Settings(
        network=Network(regiegroep_number="06-23456789", coordinator="Cor"),
        mail=Mail(**given),  # type: ignore[arg-type]  # a test's own choice of settings
        paths=Paths(home / "out", home / "state"),
        source=home / "settings.toml",
    )


def go(
    home: Path,
    workbook: TableRegister,
    box: Postman,
    *,
    yes: bool = False,
    force: bool = False,
    planners: tuple[Planner, ...] = PLANNERS,
    word: str = "sync",
    **mail: object,
) -> int:
    """One round."""
    settings = settings_in(home, **mail)
    with Ledger.of(settings, TODAY) as ledger:
        return Tries(
            workbook, settings, Choices(None, yes, force, TODAY), ledger, box, planners, ("vcards",), word
        ).go()


def at_the_keyboard(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Screen:
    """Somebody who answers so, and looks on."""
    screen = Screen(*answers)
    monkeypatch.setattr(sys, "stdin", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen
