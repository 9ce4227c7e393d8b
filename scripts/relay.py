"""Lays the texts ready by which news that residents can act on now is passed on, and mails it to the admins."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Zet nieuws klaar waar bewoners nu iets mee kunnen: voor de regiegroep, de gebiedsgroepen en de groepen.")
@click.option("--text", metavar="TEKST", default="", help="Wat er aan de hand is, tussen aanhalingstekens.")
@click.option("--area", metavar="GEBIED", default="", help="Alleen voor dit gebied; anders voor alle.")
@click.option("--mail", is_flag=True, help="Mailt het ook, één keer aan elke beheerder.")
def relay(choices: Choices, text: str, area: str, mail: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """Asks first whether residents can act on it."""
    from outside.commands.relay import pass_on  # all of this is only needed once --help has been answered

    return pass_on(choices.load_settings(), choices, text, area, by_mail=mail)


if __name__ == "__main__":
    relay.main()
