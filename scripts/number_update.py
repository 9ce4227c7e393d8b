"""Tells everybody who has an older number of the regiegroep the new one."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Mailt het nieuwe nummer van de regiegroep aan wie een ander nummer kreeg.")
@click.option("--all", "everybody", is_flag=True, help="Ook aan wie misschien een ander nummer kreeg.")
def number_update(choices: Choices, everybody: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """Each once."""
    from outside.commands.updates import update_number  # all of this is only needed once --help has been answered

    return update_number(choices.load_settings(), choices, everybody=everybody)


if __name__ == "__main__":
    number_update.main()
