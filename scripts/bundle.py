"""Lets an admin have all contacts once more: a lost phone, or an address book that went wrong."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Laat de beheerders van een groep alle contacten nog eens krijgen.")
@click.option("--group", metavar="GROEP", required=True, help="De groep waar het om gaat.")
@click.option("--who", metavar="NR", default="", help="Alleen deze beheerder: D-0007.")
def bundle(choices: Choices, group: str, who: str) -> int:
    """All of them, or one."""
    from outside.commands.given import give_again  # all of this is only needed once --help has been answered

    return give_again(choices.load_settings(), choices, group, who)


if __name__ == "__main__":
    bundle.main()
