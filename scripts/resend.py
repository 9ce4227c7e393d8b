"""Lets a mail that did not arrive go again with the next round."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Laat een mail die niet aankwam, nog een keer meegaan met de volgende ronde.")
@click.option("--nr", metavar="NR", required=True, help="Het nummer van de deelnemer, of meer: D-0012 D-0013.")
@click.option("--kind", metavar="SOORT", default="", help="Welke mail, als er van iemand meer onzeker zijn.")
def resend(choices: Choices, nr: str, kind: str) -> int:
    """With --force also one that did go."""
    from outside.commands.sent import resolve_resend  # all of this is only needed once --help has been answered

    return resolve_resend(choices.load_settings(), choices, nr, kind)


if __name__ == "__main__":
    resend.main()
