"""Tells members with an older version of the spelregels what changed."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Laat zien wie welke versie van de spelregels heeft, en mailt het verschil aan wie een oudere heeft.")
@click.option("--typo", is_flag=True, help="Alleen een tikfout is verbeterd: de versie blijft, en niemand krijgt mail.")
def rules_update(choices: Choices, typo: bool) -> int:  # noqa: FBT001  # click hands a flag over by its name
    """Only the difference, and only to those."""
    from outside.commands.updates import update_rules  # all of this is only needed once --help has been answered
    from outside.text.rules_archive import accept_typo  # likewise

    if typo:
        return accept_typo(choices.load_settings())
    return update_rules(choices.load_settings(), choices)


if __name__ == "__main__":
    rules_update.main()
