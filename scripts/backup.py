"""A dated copy of the register on this computer."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Bewaart een kopie van het register op deze computer, ook van een register bij Google.")
def backup(choices: Choices) -> int:
    """Changes nothing in the register."""
    from outside.backends import backend_of  # all of this is only needed once --help has been answered
    from outside.console import say  # likewise

    path = backend_of(choices.load_settings()).back_up()
    say(f"De kopie staat in {path.parent.parent.name}/{path.parent.name}: {path.name}")
    return 0


if __name__ == "__main__":
    backup.main()
