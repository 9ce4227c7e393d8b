"""Sends each kind of mail once, with made-up data, to an address of one's own."""

from __future__ import annotations

import click

from outside.commands.frame import door
from outside.config.choices import Choices


@door("Stuurt elke soort mail één keer, met verzonnen namen, naar uw eigen adres.")
@click.option("--to", metavar="ADRES", required=True, help="Het e-mailadres waar de proefmails heen gaan.")
def test_mail(choices: Choices, to: str) -> int:
    """With the outbox they are put ready in a folder of their own."""
    from outside.commands.preview import send_tests  # all of this is only needed once --help has been answered

    return send_tests(choices.load_settings(), choices, to)


if __name__ == "__main__":
    test_mail.main()
