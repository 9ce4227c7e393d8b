"""Says to which group an address belongs."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Zegt bij welke groep een adres hoort, hoeveel plaats daar is en wie de beheerders zijn.")
@click.option("--address", metavar="ADRES", required=True, help="Straat en huisnummer, en de plaats achter een komma.")
def where(choices: Choices, address: str) -> int:
    """Only looks."""
    from outside.commands.move import tell_where  # all of this is only needed once --help has been answered

    return tell_where(choices.load_settings(), choices, address)


if __name__ == "__main__":
    where.main()
