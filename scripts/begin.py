"""Begins for real: an example goes into a dated folder, and an empty register comes in its place."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Zet het voorbeeld opzij in een map met de datum, en maakt een leeg register. Er gaat niets verloren.")
def begin(choices: Choices) -> int:
    """Refuses a register that is no example."""
    from outside.commands import begin as beginning  # all of this is only needed once --help has been answered
    from outside.console import say  # likewise

    for line in beginning.begin_own(choices.load_settings(), choices.today, force=choices.force):
        say(line)
    return 0


if __name__ == "__main__":
    begin.main()
