"""Writes down that contacts were handed over, so that from then on only what is new lies ready."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Schrijft op dat de contacten die klaarliggen aan de beheerders zijn gegeven.")
@click.option("--group", metavar="GROEP", default="", help="De groep waarvan de contacten zijn gegeven.")
@click.option("--who", metavar="NR", default="", help="Alleen deze beheerder: D-0007.")
@click.option("--all", "everybody", is_flag=True, help="Van alle groepen.")
def given(choices: Choices, group: str, who: str, everybody: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """One group, or all."""
    from outside.commands.given import write_given  # all of this is only needed once --help has been answered

    return write_given(choices.load_settings(), choices, group, who, everybody=everybody)


if __name__ == "__main__":
    given.main()
