"""Forgets somebody who left, wherever Buurtbeheer keeps things."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Vergeet iemand die weg is: in het register, in wat klaarligt, in het logboek en in alle kopieën.")
@click.option("--who", metavar="WIE", required=True, help="Het Nr, zoals D-0012; of het mobiel, het adres of de naam.")
def forget(choices: Choices, who: str) -> int:
    """A plan first, and one question."""
    from outside.commands.forget import forget as forget_person  # all of this is only needed once --help was answered
    from outside.config.settings import load_settings  # likewise

    return forget_person(load_settings(choices.settings), choices, who)


if __name__ == "__main__":
    forget.main()
