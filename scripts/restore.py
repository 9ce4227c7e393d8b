"""Puts a backup of the register back, or of the ledger where that was lost."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door(
    "Zet de nieuwste kopie van het register terug. Wat er nu staat, wordt eerst zelf bewaard. "
    "Is het logboek weg of beschadigd, dan komt eerst alleen dat terug."
)
@click.option("--list", "only_list", is_flag=True, help="Laat alleen zien welke kopieën er zijn.")
@click.option("--backup", metavar="NAAM", help="Zet deze kopie terug, in plaats van de nieuwste.")
def restore(choices: Choices, *, only_list: bool, backup: str | None) -> int:
    """Asks first, unless --yes was given."""
    from outside.commands.restore import (  # all of this is only needed once --help has been answered
        bring_back,
        tell_backups,
    )

    settings = choices.load_settings()
    if only_list:
        return tell_backups(settings)
    return bring_back(settings, backup, sure=choices.yes)


if __name__ == "__main__":
    restore.main()
