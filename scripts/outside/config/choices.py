"""What was typed behind a door, for this run alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path  # --help needs none, and it is a fifth of what that may take

    from outside.config.settings import Settings  # likewise


@dataclass(frozen=True, slots=True)
class Choices:
    """`settings` is None for the checkout's own; `today` is the day of this run. `unattended`: nobody looks on."""

    settings: Path | None
    yes: bool
    force: bool
    today: date
    unattended: bool = False

    def load_settings(self) -> Settings:
        """The settings of this run. Raises Stop with all that is wrong with them."""
        from outside.config.settings import load_settings  # only needed once --help has been answered

        return load_settings(self.settings)
