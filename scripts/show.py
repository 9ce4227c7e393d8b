"""Shows somebody what is kept of him."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Laat zien wat er van iemand bewaard wordt: een bladzijde om te geven.")
@click.option("--who", metavar="WIE", required=True, help="Het Nr, zoals D-0012; of het mobiel, het adres of de naam.")
def show(choices: Choices, who: str) -> int:
    """A page in out/inzage."""
    from outside.commands.show import show as show_person  # all of this is only needed once --help was answered

    return show_person(choices.load_settings(), choices, who)


if __name__ == "__main__":
    show.main()
