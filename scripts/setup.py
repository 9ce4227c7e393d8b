"""A new, empty register; on an existing one, what is missing."""

from __future__ import annotations

import click

from outside.door import Choices, door


@door("Maakt een nieuw, leeg register. Is er al een, dan komt er alleen bij wat ontbreekt.")
@click.option("--from", "source", metavar="BESTAND", help="Een register dat heel naar Google overgaat.")
def setup(choices: Choices, source: str | None) -> int:
    """Touches nothing that is there already."""
    from pathlib import Path  # all of this is only needed once --help has been answered

    from outside.screen import say  # likewise
    from outside.settings import load_settings  # likewise
    from outside.starting import set_up  # likewise

    for line in set_up(load_settings(choices.settings), Path(source).expanduser() if source else None):
        say(line)
    return 0


if __name__ == "__main__":
    setup.main()
