"""Reads the mails that came back and the answers that say stop, and tells the rows."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Leest de mails die terugkwamen en wie geen mail meer wil, en schrijft dat in het register.")
@click.option("--folder", metavar="MAP", help="Lees .eml-bestanden uit deze map, in plaats van het postvak.")
def bounces(choices: Choices, folder: str | None) -> int:
    """By IMAP, unless a folder is named."""
    from pathlib import Path  # all of this is only needed once --help has been answered

    from outside.commands.bounces import take_bounces  # likewise

    return take_bounces(choices.load_settings(), choices, Path(folder).expanduser() if folder else None)


if __name__ == "__main__":
    bounces.main()
