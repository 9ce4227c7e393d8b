"""A new, empty register; on an existing one, what is missing."""

from __future__ import annotations

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Maakt een nieuw, leeg register. Is er al een, dan komt er alleen bij wat ontbreekt.")
def setup(choices: Choices) -> int:
    """Touches nothing that is there already."""
    from outside.backends import backend_of  # all of this is only needed once --help has been answered
    from outside.commands.setup import ask_about_lost_headings  # likewise
    from outside.console import say  # likewise
    from outside.workbook import see_nothing  # likewise

    look = see_nothing if choices.force else ask_about_lost_headings
    for line in backend_of(choices.load_settings()).set_up(look):
        say(line)
    return 0


if __name__ == "__main__":
    setup.main()
