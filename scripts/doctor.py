"""Looks whether everything that Buurtbeheer needs is in order."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Kijkt na of alles klaarstaat: instellingen, register, toegang, klok, mail en schijf. Verandert niets.")
def doctor(choices: Choices) -> int:
    """One line for each part, good or bad, and for the bad what to do."""
    from outside.commands.doctor import examine  # all of this is only needed once --help has been answered

    return examine(choices.settings)


if __name__ == "__main__":
    doctor.main()
