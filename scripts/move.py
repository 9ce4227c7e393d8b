"""Moves a street, or a part of it, to another group, with all who live there."""

from __future__ import annotations

import click

from outside.commands.frame import Number, door
from outside.config.choices import Choices


@door("Verplaatst een straat, of een deel ervan, naar een andere groep, met wie er wonen. Vraagt het eerst.")
@click.option(
    "--street", metavar="STRAAT", required=True, help="De straat, met de plaats achter een komma als het moet."
)
@click.option("--from", "first", type=Number(1, 99_999), help="Het eerste huisnummer dat meegaat.")
@click.option("--to", "last", type=Number(1, 99_999), help="Het laatste huisnummer dat meegaat.")
@click.option(
    "--side", type=click.Choice(["even", "oneven"], case_sensitive=False), help="Alleen deze kant: even of oneven."
)
@click.option("--group", metavar="GROEP", required=True, help="De groep waar de straat heen gaat.")
def move(choices: Choices, street: str, first: int | None, last: int | None, side: str | None, group: str) -> int:
    """Writes cells of people's: Groep of street rows and of members."""
    from outside.commands.move import move_street  # all of this is only needed once --help has been answered
    from roster.planners.street_move import StreetPart

    return move_street(choices.load_settings(), choices, StreetPart(street, first, last, side or ""), group)


if __name__ == "__main__":
    move.main()
