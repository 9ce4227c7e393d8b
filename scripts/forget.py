"""Forgets somebody who left, or all who left long ago, wherever Buurtbeheer keeps things."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Vergeet iemand die weg is: in het register, in wat klaarligt, in het logboek en in alle kopieën.")
@click.option("--left", is_flag=True, help="Allen die langer weg zijn dan bij keep_left_days in de instellingen staat.")
@click.option("--who", metavar="WIE", default="", help="Het Nr, zoals D-0012; of het mobiel, het adres of de naam.")
def forget(choices: Choices, who: str, *, left: bool) -> int:
    """A plan first, and one question."""
    from outside.commands.forget import forget as forget_person  # all of this is only needed once --help was answered
    from outside.errors import Stop

    if bool(who.strip()) is left:
        raise Stop("Het is niet duidelijk wie u bedoelt.", "Typ make forget WHO=D-0012, of make forget LEFT=1.")
    return forget_person(choices.load_settings(), choices, who)


if __name__ == "__main__":
    forget.main()
