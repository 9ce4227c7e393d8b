"""What was typed behind a door, for this run alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path  # --help needs none, and it is a fifth of what that may take


@dataclass(frozen=True, slots=True)
class Choices:
    """`settings` is None for the checkout's own; `today` is the day of this run. `unattended`: nobody looks on."""

    settings: Path | None
    yes: bool
    force: bool
    today: date
    unattended: bool = False
